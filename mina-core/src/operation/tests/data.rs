use super::*;

#[test]
fn rows_fit_their_table() {
    insta::assert_snapshot!(said(r#"bulk_insert users (id, emial) [ (1, "a") ];"#), @r"
    ^emial^ M401: `users` has no column `emial`
      did you mean `email`, from 1?
    ");
    insta::assert_snapshot!(said(r#"bulk_insert users (id, name) [ (1, "a") ];"#), @r"
    ^users^ M401: the row has no value for `users.email`, which is NOT NULL and has no default
      it is `Varchar<120>`, from 1
    ");
    insta::assert_snapshot!(said(r#"bulk_insert users (id, email) [ (1, "a"), (2), ("x", null) ];"#), @r#"
    ^ 2 ^ M401: the row has 1 values for the 2 columns (id, email)
      give one value a column
    ^"x"^ M401: `"x"` does not fit `users.id`: it is text, not `Integer`
      it is `Integer`, from 1
    ^null^ M401: `users.email` is NOT NULL
      it is from 1
    "#);
    insta::assert_snapshot!(said(r#"bulk_insert users (id, email) [ (1, "a"), (1, "b") ];"#), @r#"
    ^ 1,"b" ^ M401: two rows have 1 in (id) of `users`
      `pk_users` keeps them unique
    "#);
    insta::assert_snapshot!(said(r#"bulk_insert users [ { email: "a", mood: "clam" } ];"#), @r#"
    ^"clam"^ M401: `"clam"` does not fit `users.mood`: `mood` has no value "clam"
      it is `Enum<mood>`, from 1
      write `"calm"`
    "#);
    insta::assert_snapshot!(said(r#"bulk_delete users by (id) ["x", (1, 2)];"#), @r#"
    ^"x"^ M401: `"x"` does not fit `users.id`: it is text, not `Integer`
      it is `Integer`, from 1
    ^ 1,2 ^ M401: the key has 2 values for the 1 columns (id)
      a key of several columns is in parentheses: `(1, 2)`
    "#);
    assert_eq!(
        said(r#"bulk_insert users [ { id: 1, email: "a" }, { email: "b", name: null } ]; bulk_delete users by (id) [1];"#),
        ""
    );
}

#[test]
fn rows_that_carry_their_key_are_undone_by_it() {
    let operations = operations_on(
        SQLITE,
        r#"bulk_insert users (id, email) [ (1, "a"), (2, "b") ]; bulk_insert users (email) [ ("c") ];"#,
    );
    let back: Vec<String> = operations
        .iter()
        .map(|operation| match operation.invert() {
            Ok(inverse) => format!("{inverse:?}"),
            Err(error) => error.to_string(),
        })
        .collect();
    insta::assert_debug_snapshot!(back, @r#"
    [
        "[BulkDelete { table: ObjectName { schema: None, name: \"users\" }, by: [\"id\"], keys: [[Integer(\"1\")], [Integer(\"2\")]] }]",
        "the rows of `bulk_insert users` do not carry its primary key; write the downgrade with `delete users { where = \"…\" }`",
    ]
    "#);
}

#[test]
fn updates_name_columns_of_their_table() {
    insta::assert_snapshot!(said(r#"update users { set = "stauts = 'active'" }"#), @r#"
    ^"stauts = 'active'"^ M202: `users` has no column `stauts`
      its columns are `id`, `email`, `name`, `age`, `mood`
    "#);
    assert_eq!(
        said(r#"update users { set = "name = 'x', age = '1'", where = "name IS NULL" } delete tasks { where = "done" }"#),
        ""
    );
}

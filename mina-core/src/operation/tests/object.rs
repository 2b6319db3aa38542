use super::*;

#[test]
fn objects_with_a_body_are_found_by_name() {
    insta::assert_snapshot!(said("drop_view v;"), @"^v^ M203: there is no view `v`");
    insta::assert_snapshot!(said("drop_view users;"), @r"
    ^users^ M203: `users` is a table, not a view
      write `drop_table users;`
    ");
    insta::assert_snapshot!(said(r#"create_view active as "SELECT id FROM users"; drop_view actve;"#), @r"
    ^actve^ M203: there is no view `actve`
      did you mean `active`?
    ");
    insta::assert_snapshot!(said(r#"create_trigger g on users "AFTER DELETE BEGIN SELECT 1; END"; drop_trigger g on tasks;"#), @r"
    ^g^ M203: there is no trigger on `tasks` called `g`
      `users` has one: write `drop_trigger g on users;`
    ");
    insta::assert_snapshot!(said_on(POSTGRES, r#"create_function touch(a integer) "RETURNS integer LANGUAGE sql AS $$ SELECT a $$"; drop_function touch();"#), @r"
    ^touch^ M203: there is no function `touch()`
      there is `touch(a integer)`, from 2: write `drop_function touch(a integer);`
    ");
    insta::assert_snapshot!(said("drop_enum moods; drop_sequence s;"), @r"
    ^moods^ M203: there is no enum `moods`
      did you mean `mood`?
    ^s^ M203: there is no sequence `s`
    ");
}

#[test]
fn a_view_names_its_columns() {
    insta::assert_snapshot!(said(r#"create_view v as "SELECT * FROM users";"#), @r#"
    ^"SELECT * FROM users"^ M216: the view `v` selects `*`, so what it shows would change with its tables, or not, by engine
      name the columns
    "#);
    assert_eq!(said(r#"create_view v as "SELECT count(*) AS n FROM users";"#), "");
}

#[test]
fn a_bare_name_means_no_namesake_in_a_namespace() {
    let made = |other: &str| {
        format!(
            "create_schema app; create_table app.tasks {{ #[primary_key] id: Integer }} {other}
             create_view v as \"SELECT id FROM tasks\"; drop_table app.tasks;"
        )
    };
    assert_eq!(said_on(POSTGRES, &made("")), "");
    insta::assert_snapshot!(said_on(POSTGRES, &made("drop_table tasks;")), @"
    ^app.tasks^ M208: the view `v` depends on the table `app.tasks`
      the view `v` is from 2
      write `drop_view v;` before it
    ");
    insta::assert_snapshot!(said_on(POSTGRES, &made("create_view w as \"SELECT id FROM app.tasks\";")), @"
    ^app.tasks^ M208: the view `w` depends on the table `app.tasks`
      the view `w` is from 2
      write `drop_view w;` before it
    ");
}

#[test]
fn identifiers_in_backticks_are_kept_as_the_engine_quotes_them() {
    let schema = after_on(POSTGRES, r#"create_view v as "SELECT `id` FROM `users`";"#);
    let view = schema.view(&ObjectName::new("v")).map(|view| view.body.clone());
    assert_eq!(view.as_deref(), Some(r#"SELECT "id" FROM "users""#));
}

#[test]
fn sql_that_changes_the_schema_says_so() {
    insta::assert_snapshot!(said(r#"execute "ALTER TABLE users DROP COLUMN name";"#), @r#"
    ^"ALTER TABLE users DROP ^ M402: `execute` changes the schema: it alters the table `users`
      write `batch_alter users { … }` instead
      or say what it does to the schema: `execute "…" { effect { … } }`, with an empty `effect {}` if nothing
    "#);
    insta::assert_snapshot!(said(r#"execute "UPDATE users SET age = '1'; CREATE INDEX ix ON users (name)";"#), @r#"
    ^"UPDATE users SET age = ^ M402: `execute` changes the schema: it creates the index `ix`
      write `create_index ix on … (…);` instead
      or say what it does to the schema: `execute "…" { effect { … } }`, with an empty `effect {}` if nothing
    "#);
    insta::assert_snapshot!(said(r#"execute { Pg = "SELECT 1" }"#), @r#"
    ^ Pg="SELECT 1" ^ M502: `execute` has no SQL for Sqlite
      add `Sqlite = "…"`, or put `#[on(…)]` with the engines it has before the statement
    "#);
    assert_eq!(
        said(r#"execute "UPDATE users SET age = '1'"; execute "CREATE TEMP TABLE x (a)";"#),
        ""
    );
}

#[test]
fn an_effect_is_applied_and_has_to_be_possible() {
    let schema = after_on(
        SQLITE,
        r#"execute "ALTER TABLE users DROP COLUMN name" { effect { drop_column users.name; add_column users.level: Integer; } undo = none }"#,
    );
    assert!(table(&schema, "users").column("name").is_none());
    assert!(table(&schema, "users").column("level").is_some());
    insta::assert_snapshot!(said(r#"execute "ALTER TABLE users DROP COLUMN nick" { effect { drop_column users.nick; } }"#), @r"
    ^nick^ M405: `users` has no column `nick`
      its columns are `id`, `email`, `name`, `age`, `mood`
      this is what the statement's `effect` declares
    ");
}

#[test]
fn a_view_names_what_is_there() {
    let view = |body: &str| format!("create_view v as \"{body}\";");
    insta::assert_snapshot!(said(&view("SELECT id FROM user")), @r#"
    ^"SELECT id FROM user"^ M201: there is no table `user`
      did you mean `users`?
    "#);
    assert_eq!(
        said(&format!("{} create_view w as \"SELECT id FROM v\";", view("SELECT id FROM users"))),
        ""
    );
}

#[test]
fn a_trigger_before_a_row_knows_nothing_of_what_is_generated() {
    let made = r#"create_table g { a: Integer, #[generated("a * 2", stored = true)] b: Integer }
        create_function touch() "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$";"#;
    let trigger = |body: &str| {
        said_on(
            POSTGRES,
            &format!("{made} create_trigger x on g \"{body} EXECUTE FUNCTION touch()\";"),
        )
    };
    insta::assert_snapshot!(trigger("BEFORE UPDATE FOR EACH ROW WHEN (OLD.a > 1 AND New.B > 2)"), @r#"
    ^"BEFORE UPDATE FOR EACH ^ M502: `NEW.b` is generated, and has no value yet where a trigger is asked `BEFORE` the row is written
      write `AFTER`, or what the column is generated from
    "#);
    assert_eq!(trigger("BEFORE UPDATE FOR EACH ROW WHEN (NEW.a > 2 AND OLD.b > 2)"), "");
    assert_eq!(trigger("AFTER UPDATE FOR EACH ROW WHEN (NEW.b > 2)"), "");
}

#[test]
fn a_trigger_executes_a_function_that_is_there() {
    let made = "create_table g { a: Integer } create_function touch() \"RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$\";";
    let trigger = |name: &str| format!("create_trigger x on g \"BEFORE UPDATE FOR EACH ROW EXECUTE FUNCTION {name}()\";");
    let (own, others) = (trigger("Touch"), trigger("moddatetime"));
    assert_eq!(said_on(POSTGRES, &format!("{made} {own}")), "");
    assert_eq!(said_on(POSTGRES, &format!("{made} {others}")), "");
    insta::assert_snapshot!(said_on(POSTGRES, &format!("{made} drop_function touch(); {own}")), @r#"
    ^"BEFORE UPDATE FOR EACH ^ M203: there is no function `touch`
      (it is dropped here)
    "#);
    insta::assert_snapshot!(said_on(POSTGRES, &format!("create_table g {{ a: Integer }} {own} {}", &made[30..])), @r#"^"BEFORE UPDATE FOR EACH ^ M203: there is no function `touch`"#);
}

use super::*;

#[test]
fn a_foreign_key_refers_to_columns_that_are_there_alike_and_unique() {
    insta::assert_snapshot!(said("create_foreign_key on tasks (user_id) references user (id);"), @r"
    ^user^ M201: there is no table `user`
      did you mean `users`?
    ");
    insta::assert_snapshot!(said("create_foreign_key on tasks (title) references users (id);"), @r"
    ^title^ M206: `tasks.title` is `Varchar<200>`, but `users.id`, which it refers to, is `Integer`
      `users.id` is from 1
      make `tasks.title` `Integer`
    ");
    insta::assert_snapshot!(said("create_foreign_key fk_x on tasks (title) references users (name);"), @r"
    ^users^ M207: (name) of `users` is not unique, so no foreign key can refer to it
      unique in `users`: (id), (email)
      write `create_unique uq_users_name on users (name);` before it
    ");
    insta::assert_snapshot!(said("create_foreign_key fk_x on tasks (user_id, title) references users (id);"), @r"
    ^create_foreign_keyfk_xon^ M206: the foreign key on (user_id, title) of `tasks` refers to (id) of `users`: 2 columns to 1
      name as many columns on both sides
    ");
    assert_eq!(said("create_foreign_key fk_x on tasks (title) references users (email);"), "");
}

#[test]
fn a_dropped_constraint_is_found_by_the_name_another_tool_gave_it() {
    insta::assert_snapshot!(said("drop_constraint tasks_user_id_fkey on tasks;"), @r"
    ^tasks_user_id_fkey^ M203: `tasks` has no constraint `tasks_user_id_fkey`
      did you mean the foreign key `fk_tasks_user_id_users` on (user_id), from 1?
      write `drop_constraint fk_tasks_user_id_users on tasks;`
    ");
    insta::assert_snapshot!(said("drop_constraint tasks_ibfk_1 on tasks;"), @r"
    ^tasks_ibfk_1^ M203: `tasks` has no constraint `tasks_ibfk_1`
      did you mean the foreign key `fk_tasks_user_id_users` on (user_id), from 1?
      write `drop_constraint fk_tasks_user_id_users on tasks;`
    ");
    insta::assert_snapshot!(said("drop_constraint users_email_key on users;"), @r"
    ^users_email_key^ M203: `users` has no constraint `users_email_key`
      did you mean the unique constraint `uq_users_email` on (email), from 1?
      write `drop_constraint uq_users_email on users;`
    ");
    insta::assert_snapshot!(said("drop_constraint users_pkey on users;"), @r"
    ^users_pkey^ M203: `users` has no constraint `users_pkey`
      did you mean the primary key `pk_users` on (id), from 1?
      write `drop_constraint pk_users on users;`
    ");
    insta::assert_snapshot!(said("create_table t { a: Integer, } drop_constraint pk_t on t;"), @r"
    ^pk_t^ M218: `t` has no primary key `pk_t`
      it has no constraints
    ");
    insta::assert_snapshot!(said("drop_constraint None on users;"), @r"
    ^None^ M203: `users` has no constraint `None`
      did you mean the unique constraint `uq_users_email` on (email), from 1?
      write `drop_constraint uq_users_email on users;`
    ");
    insta::assert_snapshot!(said("drop_constraint ck_task_title on tasks;"), @r"
    ^ck_task_title^ M203: `tasks` has no constraint `ck_task_title`
      did you mean the check `ck_tasks_title` on (title), from 1?
      write `drop_constraint ck_tasks_title on tasks;`
    ");
    insta::assert_snapshot!(said("drop_constraint ix_tasks_title_done on tasks;"), @r"
    ^ix_tasks_title_done^ M203: `ix_tasks_title_done` is an index of `tasks`, not a constraint
      write `drop_index ix_tasks_title_done on tasks;`
    ");
}

#[test]
fn a_sole_whole_number_key_that_refers_to_nothing_is_counted_up() {
    let identity = |statements: &str, name: &str| {
        let schema = after_on(POSTGRES, statements);
        table(&schema, name).identity_column().map(|column| column.name.clone())
    };
    assert_eq!(
        identity("create_table t { #[primary_key] id: BigInt, }", "t").as_deref(),
        Some("id")
    );
    assert_eq!(
        identity("create_table t { id: Integer, primary_key (id), }", "t").as_deref(),
        Some("id")
    );
    assert_eq!(
        identity("create_table t { #[primary_key(generated = false)] id: Integer, }", "t"),
        None
    );
    assert_eq!(
        identity("create_table t { a: Integer, b: Integer, primary_key (a, b), }", "t"),
        None
    );
    assert_eq!(identity("create_table t { #[primary_key] code: Varchar<3>, }", "t"), None);
    assert_eq!(
        identity("create_table t { #[primary_key] #[references(users.id)] id: Integer, }", "t"),
        None
    );
    assert_eq!(
        identity(
            "create_table t { #[primary_key] id: Integer, foreign_key (id) references users (id), }",
            "t"
        ),
        None
    );
    assert_eq!(
        identity(
            "create_table t { a: Integer, } create_primary_key on t (a) { generated = true }",
            "t"
        )
        .as_deref(),
        Some("a")
    );
}

#[test]
fn the_key_of_a_counted_column_is_dropped_only_to_be_made_again() {
    let batch =
        |new: &str| format!("create_table t {{ #[primary_key] id: Integer, b: Integer, }} batch_alter t {{ drop_constraint pk_t; {new} }}");
    assert_eq!(said(&batch("create_primary_key pk_new (id);")), "");
    assert_eq!(said_on(POSTGRES, &batch("create_primary_key pk_new (id, b);")), "");
    insta::assert_snapshot!(said_on(POSTGRES, &batch("create_primary_key pk_new (b);")), @r"
    ^pk_t^ M218: `t.id` is counted up by the database and needs the primary key `pk_t`
      it is from 2
      drop and create it in one `batch_alter t { drop_constraint pk_t; create_primary_key (id); }`
    ");
}

#[test]
fn mariadb_gets_an_index_for_each_foreign_key() {
    let schema = after_on(MARIADB, "");
    assert_eq!(
        names(&schema, "tasks"),
        "ck_tasks_title fk_tasks_user_id_users fk_tasks_user_id_users ix_tasks_title_done pk_tasks"
    );
    let index = table(&schema, "tasks").index("fk_tasks_user_id_users");
    assert!(index.is_some_and(|index| index.serves_key));
    let schema = after_on(POSTGRES, "");
    assert!(table(&schema, "tasks").index("fk_tasks_user_id_users").is_none());
}

#[test]
fn an_index_declared_anywhere_in_the_block_serves_a_key() {
    let create = "create_table t { a: Integer, #[references(users.id)] b: Integer, }";
    let schema = after_on(MARIADB, &format!("{create} create_index ix_t_b_a on t (b, a);"));
    assert_eq!(names(&schema, "t"), "fk_t_b_users ix_t_b_a");
    let schema = after_on(MARIADB, &format!("{create} create_index ix_t_a_b on t (a, b);"));
    assert_eq!(names(&schema, "t"), "fk_t_b_users fk_t_b_users ix_t_a_b");
}

#[test]
fn the_index_of_a_key_goes_with_it_and_the_last_one_stays() {
    let schema = after_on(MARIADB, "drop_constraint fk_tasks_user_id_users on tasks;");
    assert_eq!(names(&schema, "tasks"), "ck_tasks_title ix_tasks_title_done pk_tasks");
    insta::assert_snapshot!(said_on(MARIADB, "drop_index fk_tasks_user_id_users on tasks;"), @r"
    ^fk_tasks_user_id_users^ M214: `fk_tasks_user_id_users` is the last index that serves the foreign key `fk_tasks_user_id_users` of `tasks`, and MariaDB 10.6 needs one
      the key is from 1
      write `drop_constraint fk_tasks_user_id_users on tasks;` before it, or create another index on (user_id) first
    ");
    let create = "create_table t { a: Integer, #[references(users.id)] b: Integer, index ix_t_b (b), }";
    insta::assert_snapshot!(said_on(MARIADB, &format!("{create} drop_index ix_t_b on t;")), @r"
    ^ix_t_b^ M214: `ix_t_b` is the last index that serves the foreign key `fk_t_b_users` of `t`, and MariaDB 10.6 needs one
      the key is from 2
      write `drop_constraint fk_t_b_users on t;` before it, or create another index on (b) first
    ");
    assert_eq!(
        said_on(
            MARIADB,
            &format!("{create} create_index ix_t_b_a on t (b, a); drop_index ix_t_b on t;")
        ),
        ""
    );
    assert_eq!(said_on(POSTGRES, &format!("{create} drop_index ix_t_b on t;")), "");
}

#[test]
fn a_table_without_rowids_keeps_its_primary_key() {
    let table = "create_table t { #[primary_key] code: Text, a: Integer, } { without_rowid = true }";
    insta::assert_snapshot!(said(&format!("{table} drop_constraint pk_t on t;")), @r"
    ^pk_t^ M218: `t` has no rowid and needs the primary key `pk_t`
      drop and create it in one `batch_alter t { drop_constraint pk_t; create_primary_key (…); }`
    ");
    assert_eq!(
        said(&format!(
            "{table} batch_alter t {{ drop_constraint pk_t; create_primary_key (code, a); }}"
        )),
        ""
    );
    insta::assert_snapshot!(said("create_table t { a: Integer, } { without_rowid = true }"), @r"
    ^t^ M218: `t` has no rowid and needs a primary key
      write `#[primary_key]` before a column, or take `without_rowid` out
    ");
}

#[test]
fn a_key_that_refers_to_another_is_counted_up_where_that_is_said() {
    let counted = |attribute: &str| {
        let text = format!("create_table t {{ {attribute} #[references(users.id)] id: Integer, }}");
        let Some(Operation::CreateTable(table)) = operations_on(SQLITE, &text).pop() else {
            panic!("a table")
        };
        table.columns[0].identity
    };
    assert!(!counted("#[primary_key]"));
    assert!(counted("#[primary_key(generated = true)]"));
}

#[test]
fn a_generated_column_has_a_type_that_postgres_makes_of_its_expression() {
    let table = |ty: &str| format!("create_table t {{ a: Integer, #[generated(\"a * 2\", stored = true)] b: Nullable<{ty}> }}");
    insta::assert_snapshot!(said_on(POSTGRES, &table("Bool")), @r#"
    ^"a * 2"^ M502: `t.b` is `Bool`, but `a * 2` yields `Integer`, which PostgreSQL 14.0 does not turn into it by itself
      make it `Integer`, or write `CAST(a * 2 AS …)` where there is such a cast
    "#);
    assert_eq!(said_on(SQLITE, &table("Bool")), "");
    for ty in ["BigInt", "Numeric<10, 2>", "Text"] {
        assert_eq!(said_on(POSTGRES, &table(ty)), "");
    }
    let changed = |change: &str| said_on(POSTGRES, &format!("{} alter_column t.b {{ {change} }}", table("Integer")));
    insta::assert_snapshot!(changed("type = Bool, using = cast"), @"
    ^Bool^ M212: `t.b` is generated and does not become `Bool` from `Integer` by itself on PostgreSQL 14.0
      it is from 2
      write `drop_column t.b;`, and `add_column` with the new type after it
    ");
    insta::assert_snapshot!(changed("type = Text, using = \"a\""), @r#"
    ^"a"^ M212: `t.b` is generated from `a * 2`, and PostgreSQL 14.0 takes no `using` for it
      take `using` out
    "#);
    assert_eq!(changed("type = Text, using = cast"), "");
    let said = |made: &str| said_on(POSTGRES, &format!("create_table t {{ a: Text, c: Date, {made} }}"));
    insta::assert_snapshot!(said("#[generated(\"a IS NULL OR c > '2025-01-01'\", stored = true)] b: Nullable<Integer>"), @r#"
    ^"a IS NULL OR c > '2025-^ M502: `t.b` is `Integer`, but `a IS NULL OR c > '2025-01-01'` yields `Bool`, which PostgreSQL 14.0 does not turn into it by itself
      make it `Bool`, or write `CAST(a IS NULL OR c > '2025-01-01' AS …)` where there is such a cast
    "#);
    insta::assert_snapshot!(said("#[generated(\"a\", stored = true)] b: Nullable<Date>"), @r#"
    ^"a"^ M502: `t.b` is `Date`, but `a` yields `Text`, which PostgreSQL 14.0 does not turn into it by itself
      make it `Text`, or write `CAST(a AS …)` where there is such a cast
    "#);
    insta::assert_snapshot!(said("#[generated(\"lower(a)\", stored = true)] b: Nullable<Date>"), @r#"
    ^"lower(a)"^ M502: `t.b` is `Date`, but `lower(a)` yields `Text`, which PostgreSQL 14.0 does not turn into it by itself
      make it `Text`, or write `CAST(lower(a) AS …)` where there is such a cast
    "#);
    assert_eq!(said("#[generated(\"own_date(a)\", stored = true)] b: Nullable<Date>"), "");
    let ends = "p: Custom<\"daterange\">, d: Binary, #[generated(\"lower(p)\", stored = true)] b: Nullable<Date>,
                #[generated(\"substring(d FROM 1 FOR 2)\", stored = true)] e: Nullable<Binary>";
    assert_eq!(said(ends), "");
}

#[test]
fn what_holds_a_key_on_postgres_stays_though_something_else_is_unique() {
    let made = "create_table a { #[primary_key] code: Text, } create_index ix on a (code) { unique = true }
                create_table b { #[references(a.code)] code: Text, }";
    insta::assert_snapshot!(said_on(POSTGRES, &format!("{made} drop_constraint pk_a on a;")), @"
    ^pk_a^ M208: the foreign key `fk_b_code_a` of `b` depends on the primary key `pk_a`
      the foreign key `fk_b_code_a` of `b` is from 2
      write `drop_constraint fk_b_code_a on b;` before it
    ");
    assert_eq!(said_on(POSTGRES, &format!("{made} drop_index ix on a;")), "");
    assert_eq!(said_on(SQLITE, &format!("{made} drop_constraint pk_a on a;")), "");
    let first = "create_table a { #[primary_key] code: Text, } create_table b { #[references(a.code)] code: Text, }";
    let second = format!("{first} create_unique uq on a (code);");
    assert_eq!(said_on(POSTGRES, &format!("{second} drop_constraint uq on a;")), "");
    assert!(said_on(POSTGRES, &format!("{second} drop_constraint pk_a on a;")).contains("M208"));
    let later = "create_table a { code: Text, index ix (code) { unique = true }, } create_primary_key pk_a on a (code);
                 create_table b { #[references(a.code)] code: Text, }";
    for drop in ["drop_constraint pk_a on a;", "drop_index ix on a;"] {
        assert!(said_on(POSTGRES, &format!("{later} {drop}")).contains("M208"), "{drop}");
    }
}

#[test]
fn a_key_refers_to_nothing_that_is_unique_at_the_end_of_a_transaction_alone() {
    let made =
        "create_table a { code: Text, unique uq (code) { deferrable = true }, } create_table b { #[references(a.code)] code: Text, }";
    insta::assert_snapshot!(said_on(POSTGRES, made), @"
    ^a^ M207: (code) of `a` is unique by `uq`, which is deferrable, so no foreign key can refer to it
      nothing of `a` is unique
      write `create_unique uq_a_code on a (code);` before it
    ");
    let also = made.replace("} create_table b", "} create_index ix on a (code) { unique = true } create_table b");
    assert_eq!(said_on(POSTGRES, &also), "");
    assert_eq!(said_on(POSTGRES, &format!("{also} drop_constraint uq on a;")), "");
    assert!(said_on(POSTGRES, &format!("{also} drop_index ix on a;")).contains("M208"));
}

#[test]
fn a_condition_of_postgres_is_true_or_false() {
    let table = "create_table t { a: Integer, b: Bool, c: Text }";
    let check = |sql: &str| format!("{table} create_check ck on t \"{sql}\";");
    let index = |sql: &str| format!("{table} create_index ix on t (a) {{ where = \"{sql}\" }}");
    insta::assert_snapshot!(said_on(POSTGRES, &check("a + 1")), @r#"
    ^"a + 1"^ M502: `a + 1` yields `Integer`, which is no condition on PostgreSQL 14.0
      compare it with a value
    "#);
    insta::assert_snapshot!(said_on(POSTGRES, &index("(c)")), @r#"
    ^"(c)"^ M502: `(c)` yields `Text`, which is no condition on PostgreSQL 14.0
      compare it with a value
    "#);
    for sql in ["b", "NOT b", "a > 1 AND c LIKE 'x%'", "coalesce(b, false)", "true"] {
        assert_eq!(said_on(POSTGRES, &check(sql)), "");
        assert_eq!(said_on(POSTGRES, &index(sql)), "");
    }
    assert_eq!(said_on(SQLITE, &check("a + 1")), "");
}

#[test]
fn a_table_refers_to_what_it_makes_unique_itself_wherever_that_stands() {
    let table = "create_table t { #[primary_key] id: Integer, code: Text, #[references(t.code)] parent: Nullable<Text>,";
    assert_eq!(said(&format!("{table} unique (code), }}")), "");
    assert_eq!(said(&format!("{table} index (code) {{ unique = true }}, }}")), "");
    assert!(said(&format!("{table} }}")).contains("M207"));
}

#[test]
fn mariadb_has_no_expressions_about_what_it_writes_itself() {
    insta::assert_snapshot!(said_on(MARIADB, "create_check ck_users_id on users \"id > 0\";"), @r"
    ^ck_users_id^ M502: the check `ck_users_id` is about `users.id`, which is counted up; MariaDB 10.6 has no such expressions
      leave `users.id` out of it
    ");
    insta::assert_snapshot!(said_on(MARIADB, "add_column tasks.note: Nullable<Integer>; create_table t { #[primary_key] id: Integer, #[generated(\"id * 2\")] twice: Nullable<Integer> }"), @r"
    ^t^ M502: the generated column `t.twice` is about `t.id`, which is counted up; MariaDB 10.6 has no such expressions
      leave `t.id` out of it
    ");
    insta::assert_snapshot!(said_on(MARIADB, "create_table t { #[primary_key] id: Integer, #[references(users.id, on_delete = set_null)] #[check(\"user_id > 1\")] user_id: Nullable<Integer> }"), @r"
    ^t^ M502: the check `ck_t_user_id` is about `t.user_id`, which the foreign key `fk_t_user_id_users` changes by its action; MariaDB 10.6 has no such expressions
      leave `t.user_id` out of it
    ");
    insta::assert_snapshot!(said_on(MARIADB, "create_table t { #[primary_key] id: Integer, #[references(users.id, on_delete = cascade)] #[check(\"user_id > 1\")] user_id: Nullable<Integer> }"), @"");
    insta::assert_snapshot!(said_on(POSTGRES, "create_check ck_users_id on users \"id > 0\";"), @"");
}

#[test]
fn a_hash_of_long_texts_serves_no_foreign_key_and_holds_its_columns() {
    let made = "create_table t { #[primary_key] id: Integer, body: Nullable<Text>, #[references(users.id)] user_id: Nullable<Integer>, unique uq (user_id, body) }";
    let schema = after_on(MARIADB, made);
    assert_eq!(names(&schema, "t"), "fk_t_user_id_users fk_t_user_id_users pk_t uq");
    insta::assert_snapshot!(said_on(MARIADB, &format!("{made} alter_column t.user_id {{ rename = owner_id }}")), @r"
    ^user_id^ M502: `t.user_id` is in the foreign key `fk_t_user_id_users` and cannot be renamed on MariaDB 10.6 beside `uq`, which is unique over a long text
      write `drop_constraint fk_t_user_id_users on t;` before it, and create the key again after it
    ");
}

#[test]
fn a_collation_is_for_text_and_an_index_for_what_has_an_order() {
    let newer = Target {
        version: (10, 7),
        ..MARIADB
    };
    insta::assert_snapshot!(said_on(POSTGRES, "#[collate = \"C\"] add_column users.nick: Nullable<Integer>;"), @r"
    ^nick^ M502: `users.nick` is `Integer`, which has no collation on PostgreSQL 14.0
      take the collation out; where it is from before: `alter_column users.nick { collate = none }`
    ");
    insta::assert_snapshot!(said_on(POSTGRES, "add_column users.extra: Nullable<Json>; create_index ix on users (extra);"), @r"
    ^ix^ M502: `users.extra` is `Json`, which PostgreSQL 14.0 puts into no order, as `ix` needs it
      make it `Jsonb`, or leave it out
    ");
    let excluded = "add_column users.extra: Nullable<Json>; create_exclusion ex on users using hash (extra with \"=\");";
    assert!(said_on(POSTGRES, excluded).contains("^ex^ M502: `users.extra` is `Json`"));
    insta::assert_snapshot!(said_on(newer, "add_column users.token: Nullable<Uuid>; alter_column users.token { type = BigInt, using = cast }"), @r#"
    ^cast^ M212: MariaDB 10.7 casts no `Uuid` to `BigInt`
      write `using = "…"` with an expression over the old columns
    "#);
    assert_eq!(
        said_on(SQLITE, "#[collate = \"NOCASE\"] add_column users.nick: Nullable<Integer>;"),
        ""
    );
}

#[test]
fn what_postgres_does_not_store_is_in_no_key_and_no_index() {
    let newer = Target {
        version: (18, 0),
        ..POSTGRES
    };
    let made = "create_table t { #[primary_key] id: Integer, #[generated(\"id * 2\")] twice: Nullable<Integer> }";
    let unique = format!("{made} create_unique uq on t (twice);");
    let index = format!("{made} create_index ix on t (twice);");
    insta::assert_snapshot!(said_on(newer, &unique), @"
    ^uq^ M502: `t.twice` is generated and not stored, which PostgreSQL 18.0 takes into no key or index, and is in `uq`
      it is from 2
      write `stored = true` in its `#[generated(…)]`
    ");
    insta::assert_snapshot!(said_on(newer, &index), @"
    ^ix^ M502: `t.twice` is generated and not stored, which PostgreSQL 18.0 takes into no key or index, and is in `ix`
      it is from 2
      write `stored = true` in its `#[generated(…)]`
    ");
    assert_eq!(said_on(newer, &format!("{made} create_check ck on t \"twice > 1\";")), "");
    assert_eq!(said_on(newer, &index.replace("2\")", "2\", stored = true)")), "");
    assert_eq!(said_on(SQLITE, &index), "");
}

#[test]
fn the_default_of_an_interval_has_a_number_in_it() {
    insta::assert_snapshot!(said_on(POSTGRES, "add_column users.pause: Interval = \"NULL\";"), @r#"^"NULL"^ M209: the default `"NULL"` does not fit `users.pause`: "NULL" is no `Interval`; write it as 1 year 2 days 03:04:05"#);
    assert_eq!(said_on(POSTGRES, "add_column users.pause: Interval = \"1 day\";"), "");
    assert_eq!(said_on(POSTGRES, "add_column users.pause: Interval = \"infinity\";"), "");
}

#[test]
fn a_key_on_mariadb_ties_columns_that_are_alike() {
    let table = "create_table t { #[primary_key] id: Integer, #[collate = \"utf8mb4_bin\"] #[unique] code: Varchar<9>, #[collate = \"UTF8MB4_BIN\"] a: Varchar<9>, b: Varchar<9> }";
    let key = |column: &str| format!("{table} create_foreign_key fk on t ({column}) references t (code);");
    insta::assert_snapshot!(said_on(MARIADB, &key("b")), @r#"
    ^fk^ M502: `t.b` has the database's collation and `t.code` has the collation `utf8mb4_bin`; MariaDB 10.6 ties no foreign key between such, as `fk` is
      give both columns the same `#[collate = "…"]`, or none
    "#);
    assert_eq!(said_on(POSTGRES, &key("b")), "");
    assert_eq!(said_on(MARIADB, &key("a")), "");
    let cascade = |nullable: &str| {
        format!("create_table t {{ #[unique] a: {nullable}, #[references(t.a, on_update = cascade, name = fk)] b: Integer }}")
    };
    insta::assert_snapshot!(said_on(MARIADB, &cascade("Nullable<Integer>")), @"
    ^t^ M502: `fk` would carry NULL from `t.a` over to `t.b`, which is NOT NULL; MariaDB 10.6 takes no such `on_update = cascade`
      make `t.a` NOT NULL, or `t.b` nullable
    ");
    assert_eq!(said_on(MARIADB, &cascade("Integer")), "");
    insta::assert_snapshot!(said_on(MARIADB, &format!("{} alter_column t.code {{ collate = none }}", key("a"))), @r#"
    ^code^ M502: `t.a` has the collation `utf8mb4_bin` and `t.code` has the database's collation; MariaDB 10.6 ties no foreign key between such, as `fk` is
      give both columns the same `#[collate = "…"]`, or none
    "#);
}

#[test]
fn no_key_gets_a_long_text_on_mariadb_later() {
    let told = said_on(
        MARIADB,
        "create_table t { #[primary_key] code: Varchar<9> } alter_column t.code { type = Text, using = cast }",
    );
    insta::assert_snapshot!(told, @r"
    ^code^ M502: `t.code` is `Text`, which MariaDB 10.6 takes into no key, and is in `pk_t`
      make it `Varchar<255>`, or drop the key first
    ");
    let there = "create_table t { #[primary_key] id: Integer, #[unique] code: Text }";
    let told = said_on(
        MARIADB,
        &format!("{there} create_table u {{ #[references(t.code)] code: Nullable<Varchar<9>> }}"),
    );
    insta::assert_snapshot!(told, @r"
    ^code^ M502: `t.code` is `Text`, which MariaDB 10.6 takes into no foreign key
      it is from 2
      make it `Varchar<255>`
    ");
}

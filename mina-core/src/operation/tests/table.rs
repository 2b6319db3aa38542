use super::*;

#[test]
fn what_a_statement_names_has_to_be_there() {
    insta::assert_snapshot!(said("drop_table task;"), @r"
    ^task^ M201: there is no table `task`
      did you mean `tasks`?
    ");
    insta::assert_snapshot!(said("drop_column users.title;"), @r"
    ^title^ M202: `users` has no column `title`; `tasks` has one
      its columns are `id`, `email`, `name`, `age`, `mood`
    ");
    insta::assert_snapshot!(said("drop_column users.nmae;"), @r"
    ^nmae^ M202: `users` has no column `nmae`
      did you mean `name`, from 1?
    ");
    insta::assert_snapshot!(said("drop_table zebra;"), @r"
    ^zebra^ M201: there is no table `zebra`
      the tables are `tasks`, `users`
    ");
    insta::assert_snapshot!(said("drop_index ix_tasks_title on tasks;"), @r"
    ^ix_tasks_title^ M203: `tasks` has no index `ix_tasks_title`
      its indexes are `ix_tasks_title_done`
    ");
    insta::assert_snapshot!(said("drop_index ck_tasks_title on tasks;"), @r"
    ^ck_tasks_title^ M203: `ck_tasks_title` is a check of `tasks`, not an index
      write `drop_constraint ck_tasks_title on tasks;`
    ");
}

#[test]
fn a_name_taken_away_in_the_block_is_explained_by_where_it_went() {
    insta::assert_snapshot!(said("rename_table tasks => todos; drop_column tasks.done;"), @r"
    ^tasks^ M201: there is no table `tasks`
      (it is renamed to `todos` here)
    ");
    insta::assert_snapshot!(said("alter_column users.name { rename = full_name } drop_column users.name;"), @r"
    ^name^ M202: `users` has no column `name`
      (it is renamed to `full_name` here)
    ");
}

#[test]
fn a_refused_statement_silences_what_is_said_of_the_same_names() {
    insta::assert_snapshot!(said("add_column users.level: Integer; alter_column users.level { nullable = true } create_index ix on users (level);"), @r#"
    ^level^ M210: `users.level` is NOT NULL and has no default, so the rows that are there have no value for it
      write `add_column users.level: Integer = 0;`
      or `add_column users.level: Nullable<Integer>;`, fill it with `update users { set = "level = …" }`, then `alter_column users.level { nullable = false }`
    "#);
    insta::assert_snapshot!(said("batch_alter user { drop_column a; drop_column b; }"), @r"
    ^user^ M201: there is no table `user`
      did you mean `users`?
    ");
    insta::assert_snapshot!(said("create_table t { a: Integer, a: Text, b: Integer = \"x\", } drop_column t.a; alter_column t.b { type = BigInt }"), @r#"
    ^a^ M217: `t` has two columns `a`
      take one of them out
    ^"x"^ M209: the default `"x"` does not fit `t.b`: it is text, not `Integer`
    "#);
}

#[test]
fn names_are_free_under_the_rules_of_every_engine_in_force() {
    let all = [SQLITE, POSTGRES, MARIADB];
    let said = |statements: &str| run(base(SQLITE), "2", statements, SQLITE, &all).said;
    insta::assert_snapshot!(said("create_table users { id: Integer, }"), @r"
    ^users^ M204: the table `users` exists already
      it was made in 1
    ");
    insta::assert_snapshot!(said("create_table Users { id: Integer, }"), @r"
    ^Users^ M205: the name `Users` is taken on SQLite 3.40 by the table `users`
      it was made in 1
      give another name
    ");
    insta::assert_snapshot!(said("create_table pk_users { id: Integer, }"), @r"
    ^pk_users^ M205: the name `pk_users` is taken on PostgreSQL 14.0 by the primary key `pk_users` on `users`
      it was made in 1
      give another name
    ");
    insta::assert_snapshot!(said("create_index users on tasks (done);"), @r"
    ^users^ M205: the name `users` is taken on SQLite 3.40 by the table `users`
      it was made in 1
      give another name
    ");
    insta::assert_snapshot!(said("create_table a_name_of_a_table_that_is_longer_than_the_sixty_three_bytes_of_postgres { id: Integer, }"), @r"
    ^a_name_of_a_table_that_i^ M205: the name `a_name_of_a_table_that_is_longer_than_the_sixty_three_bytes_of_postgres` is too long for PostgreSQL 14.0
      63 bytes is the most it takes; give a shorter one
    ");
    insta::assert_snapshot!(said_on(SQLITE, "create_table pk_users { id: Integer, }"), @"");
    insta::assert_snapshot!(said("add_column users.Email: Nullable<Text>;"), @r"
    ^Email^ M204: `users` has a column `email` already
      it is from 1
    ");
}

#[test]
fn a_table_says_each_thing_once() {
    insta::assert_snapshot!(said("create_table t { #[primary_key] a: Integer, #[primary_key] b: Integer, }"), @r"
    ^primary_key^ M218: `t` has a primary key already, `pk_t` on (a)
      a key of several columns is one `primary_key (a, b)`
    ");
    insta::assert_snapshot!(said("create_table t { #[primary_key] a: Nullable<Integer>, }"), @r"
    ^a^ M218: `t.a` is nullable, so it cannot be in the primary key
      make it `a: Integer`, or write `alter_column t.a { nullable = false }` before it
    ");
    insta::assert_snapshot!(said("create_table t { a: Integer, b: Integer, unique (a, b, a), index (b, b), }"), @r"
    ^a^ M217: `a` stands twice in the unique constraint
      name each column once
    ^b^ M217: `b` stands twice in the index
      name each column once
    ");
    insta::assert_snapshot!(said("create_primary_key on users (email);"), @r"
    ^create_primary_keyonuser^ M218: `users` has a primary key already, `pk_users` on (id)
      it is from 1; write `drop_constraint pk_users on users;` before it
    ");
}

#[test]
fn what_depends_on_a_table_or_column_stands_in_the_way() {
    insta::assert_snapshot!(said("drop_table users;"), @r"
    ^users^ M208: the foreign key `fk_tasks_user_id_users` of `tasks` depends on the table `users`
      the foreign key `fk_tasks_user_id_users` of `tasks` is from 1
      write `drop_constraint fk_tasks_user_id_users on tasks;` before it
    ");
    insta::assert_snapshot!(said("drop_column tasks.title;"), @r"
    ^title^ M208: the index `ix_tasks_title_done` on (title, done) depends on `tasks.title`
      the index `ix_tasks_title_done` on (title, done) is from 1
      write `drop_index ix_tasks_title_done on tasks;` before it
    ");
    insta::assert_snapshot!(said("drop_column users.id;"), @r"
    ^id^ M208: the primary key `pk_users` on (id) and the foreign key `fk_tasks_user_id_users` of `tasks` depend on `users.id`
      the primary key `pk_users` on (id) is from 1
      the foreign key `fk_tasks_user_id_users` of `tasks` is from 1
      write `drop_constraint pk_users on users;`, `drop_constraint fk_tasks_user_id_users on tasks;` before it
    ");
    insta::assert_snapshot!(said("drop_constraint uq_users_email on users;"), @"");
    insta::assert_snapshot!(said("drop_constraint pk_users on users;"), @r"
    ^pk_users^ M208: the foreign key `fk_tasks_user_id_users` of `tasks` depends on the primary key `pk_users`
      the foreign key `fk_tasks_user_id_users` of `tasks` is from 1
      write `drop_constraint fk_tasks_user_id_users on tasks;` before it
    ");
    insta::assert_snapshot!(said("drop_enum mood;"), @r"
    ^mood^ M208: the column `users.mood` depends on the enum `mood`
      the column `users.mood` is from 1
      write `drop_column users.mood;` before it, or change its type
    ");
    insta::assert_snapshot!(said(r#"create_view v as "SELECT id, name FROM users"; drop_column users.name;"#), @r"
    ^name^ M208: the view `v` depends on `users.name`
      the view `v` is from 2
      write `drop_view v;` before it, and create again after it what is dropped, without `name` in its SQL
    ");
    insta::assert_snapshot!(said(r#"create_view v as "SELECT id, name FROM users"; alter_column users.name { rename = full_name }"#), @r"
    ^name^ M215: the view `v` depends on the name `users.name`
      the view `v` is from 2
      write `drop_view v;` before it, and create again after it what is dropped, with `full_name` in its SQL
    ");
    insta::assert_snapshot!(said(r#"create_trigger g on users "AFTER UPDATE OF name BEGIN SELECT 1; END"; drop_table tasks; rename_table users => people;"#), @r"
    ^users^ M215: the trigger `g` on `users` depends on the name `users`
      the trigger `g` on `users` is from 2
      write `drop_trigger g on users;` before it, and create again after it what is dropped, with `people` in its SQL
    ");
}

#[test]
fn a_not_null_column_needs_a_value_for_the_rows_that_are_there() {
    insta::assert_snapshot!(said("add_column users.level: Integer;"), @r#"
    ^level^ M210: `users.level` is NOT NULL and has no default, so the rows that are there have no value for it
      write `add_column users.level: Integer = 0;`
      or `add_column users.level: Nullable<Integer>;`, fill it with `update users { set = "level = …" }`, then `alter_column users.level { nullable = false }`
    "#);
    assert_eq!(
        said("add_column users.level: Integer = 0; add_column users.bio: Nullable<Text>;"),
        ""
    );
    assert_eq!(
        said(r##"batch_alter users { #[generated("id * 2", stored = true)] add_column twice: Integer; }"##),
        ""
    );
}

#[test]
fn defaults_fit_their_columns() {
    insta::assert_snapshot!(said(r#"add_column users.a: SmallInt = 40000; add_column users.b: Bool = 1; add_column users.c: Enum<mood> = "clam";"#), @r#"
    ^40000^ M209: the default `40000` does not fit `users.a`: it is out of range: `SmallInt` takes -32768 to 32767
    ^1^ M209: the default `1` does not fit `users.b`: it is a whole number, not `Bool`
      write `true`
    ^"clam"^ M209: the default `"clam"` does not fit `users.c`: `mood` has no value "clam"
      write `"calm"`
    "#);
    insta::assert_snapshot!(said(r#"alter_column users.mood { type = Varchar<2> }"#), @r#"
    ^Varchar<2>^ M209: the default `"calm"` of `users.mood` does not fit `Varchar<2>`: it has 4 characters, `Varchar<2>` takes 2
      it is from 1
      write `alter_column users.mood { type = Varchar<2>, default = none }`
    "#);
    insta::assert_snapshot!(said(r#"add_column users.e: Enum<moods> = "calm";"#), @r"
    ^Enum<moods>^ M203: there is no enum `moods`
      did you mean `mood`?
    ");
}

#[test]
fn a_default_in_sql_is_for_a_kind_of_types() {
    let table = "create_table t { a: Varchar<9> = sql(\"lower('X')\"), b: Integer }";
    let change = |ty: &str| format!("{table} alter_column t.a {{ type = {ty}, using = cast }}");
    insta::assert_snapshot!(said_on(MARIADB, &change("Float")), @r"
    ^Float^ M209: the default `lower('X')` of `t.a` was written for `Varchar<9>` and may be no `Float` on MariaDB 10.6
      it is from 2
      write `alter_column t.a { type = Float, default = none }`, or the default that it has from now on
    ");
    for target in [MARIADB, POSTGRES] {
        assert_eq!(said_on(target, &change("Text")), "");
        assert_eq!(said_on(target, &change("Integer, default = 1")), "");
    }
    assert_eq!(said(&change("Float")), "");
}

#[test]
fn a_type_changes_by_itself_or_with_using() {
    insta::assert_snapshot!(said("alter_column users.age { type = Integer, default = 0 }"), @r#"
    ^Integer^ M212: `users.age` does not become `Integer` from `Varchar<3>` by itself on SQLite 3.40
      it is from 1
      write `alter_column users.age { type = Integer, using = cast }`, or `using = "…"` with an expression over the old columns
    "#);
    insta::assert_snapshot!(said(r#"alter_column users.age { type = Integer, using = "CAST(agee AS INTEGER)", default = 0 }"#), @r#"
    ^"CAST(agee AS INTEGER)"^ M202: `users` has no column `agee`
      did you mean `age`, from 1?
    "#);
    assert_eq!(said("alter_column users.age { type = Integer, using = cast, default = 0 }"), "");
    assert_eq!(said("alter_column users.age { type = Text }"), "");
    insta::assert_snapshot!(said("alter_column users.id { type = BigInt }"), @r"
    ^BigInt^ M206: the foreign key `fk_tasks_user_id_users` ties `users.id` to `tasks.user_id`, which is `Integer`, not `BigInt`
      it is from 1
      write `drop_constraint fk_tasks_user_id_users on tasks;` before it, change `tasks.user_id` too, then create the key again
    ");
}

#[test]
fn a_default_in_sql_yields_what_postgres_makes_its_type_of() {
    let table = |default: &str| format!("create_table t {{ a: Nullable<Uuid> = {default} }}");
    insta::assert_snapshot!(said_on(POSTGRES, &table("sql(\"lower('X')\")")), @r#"
    ^sql "lower('X')" ^ M209: the default `lower('X')` does not fit `t.a`: it yields `Text`, which PostgreSQL 14.0 does not turn into `Uuid` by itself
      write `CAST(lower('X') AS …)` where there is such a cast
    "#);
    assert_eq!(said_on(SQLITE, &table("sql(\"lower('X')\")")), "");
    for known in ["gen_random_uuid()", "'00000000-0000-0000-0000-000000000000'", "app_id()"] {
        assert_eq!(said_on(POSTGRES, &table(&format!("sql(\"{known}\")"))), "", "{known}");
    }
}

#[test]
fn a_default_in_sql_names_no_column() {
    let table = |default: &str| format!("create_table t {{ a: Text, b: Nullable<Text> = sql(\"{default}\") }}");
    insta::assert_snapshot!(said(&table("lower(a)")), @r##"
    ^sql "lower(a)" ^ M209: the default `lower(a)` of `t.b` names the column `a`, but a default is the same for every row
      generate the column from it: `#[generated("lower(a)", stored = true)]`
      or put a text in single quotes, and give rows a value of their own by an `update`
    "##);
    for target in [SQLITE, POSTGRES, MARIADB] {
        for names in ["a", "concat('x', lower(a))"] {
            let said = said_on(target, &table(names));
            assert!(said.contains("names the column `a`"), "{target}: {said}");
        }
        assert_eq!(said_on(target, &table("lower('a')")), "", "{target}");
    }
    for moment in ["CURRENT_TIMESTAMP", "timestampadd(DAY, 1, now())", "now() + INTERVAL 1 day"] {
        assert_eq!(said_on(MARIADB, &table(moment)), "", "{moment}");
    }
    for word in [
        "CURRENT_USER",
        "session_user",
        "current_role",
        "current_catalog",
        "current_schema",
        "user",
    ] {
        assert_eq!(said_on(POSTGRES, &table(word)), "", "{word}");
    }
}

#[test]
fn a_column_that_is_counted_up_takes_no_default() {
    insta::assert_snapshot!(said("alter_column users.id { default = 14 }"), @"^default=14^ M209: `users.id` is counted up by the database and takes no default");
}

#[test]
fn a_keyword_in_a_body_is_no_column_of_that_name() {
    let view = r#"add_column users.from: Nullable<Text>; create_view v as "SELECT name FROM users"; drop_column users.from;"#;
    assert_eq!(said(view), "");
    let named = view.replace("SELECT name", "SELECT `from`");
    assert!(said(&named).contains("the view `v` depends on `users.from`"));
    let quoted = named.replace("users.from", r#"users."f\"q""#).replace("`from`", r#"`f\"q`"#);
    assert!(said(&quoted).contains("the view `v` depends on"), "{quoted}");
    let like_the_table = view.replace("users.from", "users.users");
    assert_eq!(said(&like_the_table), "");
}

#[test]
fn a_change_that_changes_nothing_is_a_lint() {
    insta::assert_snapshot!(said(r#"alter_column users.name { nullable = true } alter_column users.name { rename = name } comment_on users = none;"#), @r"
    ^name^ no_change: `users.name` is like this already
      take the statement out
    ^name^ no_change: `users.name` is like this already
      take the statement out
    ^users^ no_change: the comment on `users` reads so already
      take the statement out
    ");
    assert_eq!(said("#[allow(no_change)] alter_column users.name { nullable = true }"), "");
    assert!(operations_on(SQLITE, "#[allow(no_change)] alter_column users.name { nullable = true }").is_empty());
}

#[test]
fn what_an_engine_lacks_is_said_with_the_way_out() {
    let all = [SQLITE, POSTGRES, MARIADB];
    insta::assert_snapshot!(run(base(SQLITE), "2", "add_column users.ip: Nullable<Inet>;", SQLITE, &all).said, @r"
    ^Nullable<Inet>^ M501: SQLite 3.40 has no type `Inet`
      head the block with `<Pg>`, the engines that have it
      or put `#[on(Pg)]` before the statement, and `#[on(Sqlite)]` before one with another type
    ");
    insta::assert_snapshot!(said("add_column users.ip: Nullable<Interval>;"), @r#"
    ^Nullable<Interval>^ M501: SQLite 3.40 has no type `Interval`
      use a type that SQLite 3.40 has, such as `Text`, or `Custom<"…">`
    "#);
    insta::assert_snapshot!(said_on(MARIADB, "add_column users.bio: Nullable<Varchar>;"), @r"
    ^Nullable<Varchar>^ M501: `Varchar` needs a length on MariaDB 10.6
      write `Varchar<255>`, or `Text`
    ");
    insta::assert_snapshot!(run(base(MARIADB), "2", r#"create_index ix on users (name) { where = "name IS NOT NULL" }"#, MARIADB, &all).said, @r#"
    ^"name IS NOT NULL"^ M502: MariaDB 10.6 has no partial indexes
      put `#[on(Sqlite, Pg)]` before the statement, or head the block with `<Sqlite, Pg>`
    "#);
    insta::assert_snapshot!(said("create_schema analytics;"), @r"
    ^create_schema^ M502: SQLite 3.40 has no `create_schema`
      no engine in force has it: take it out
    ");
    insta::assert_snapshot!(said_on(POSTGRES, "create_table analytics.events { id: Integer, }"), @r"
    ^analytics^ M203: there is no schema `analytics`
      create it first: `create_schema analytics;`
    ");
    assert_eq!(
        said_on(POSTGRES, "create_schema analytics; create_table analytics.events { id: Integer, }"),
        ""
    );
    assert_eq!(said("#[on(Pg)] create_extension citext;"), "");
}

#[test]
fn a_comment_on_a_table_in_a_namespace_is_no_comment_on_a_column() {
    let made = "create_schema analytics; create_table analytics.events { id: Integer, }";
    let schema = after_on(POSTGRES, &format!("{made} comment_on analytics.events \"What happened\";"));
    let events = schema.tables().values().find(|table| *table.name.name == *"events").unwrap();
    assert_eq!(events.comment.as_deref(), Some("What happened"));
    let both = format!("{made} create_table analytics {{ events: Integer }} comment_on analytics.events \"How many\";");
    let schema = after_on(POSTGRES, &both);
    let column = table(&schema, "analytics").column("events").unwrap();
    assert_eq!(column.comment.as_deref(), Some("How many"));
}

#[test]
fn a_row_has_to_fit_the_engine() {
    let wide = "create_table t { a: Varchar<16000>, b: Varchar<400>, }";
    insta::assert_snapshot!(said_on(MARIADB, wide), @r"
    ^t^ M502: a row of `t` can take 65604 bytes; MariaDB 10.6 takes 65535
      shorten its `Varchar`s, or make them `Text`
    ");
    assert_eq!(said_on(SQLITE, wide), "");
    insta::assert_snapshot!(said_on(MARIADB, "create_table t { #[references(users.id, on_delete = set_null)] a: Integer, }"), @r"
    ^a^ M502: `t.a` is NOT NULL, so `on_delete = set_null` is refused by MariaDB 10.6
      make it `Nullable`, or choose another action
    ");
}

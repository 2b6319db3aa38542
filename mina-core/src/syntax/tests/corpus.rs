//! Blocks as people write them, and the form they are given.

use super::round_trip;

#[test]
fn the_first_migration_of_an_application() {
    insta::assert_snapshot!(round_trip(r#"
        //! Initial clean database schema
        revision = "20251001090000"; revises = base;
        upgrade {
            create_table users { #[primary_key] id: Integer, #[unique] email: Varchar<120>, workspace_id: Nullable<Integer> }
            create_table workspaces { #[primary_key] id: Integer, name: Varchar<80>, owner_id: Integer }
            batch_alter users { create_foreign_key fk_users_workspace (workspace_id) references workspaces (id) { on_delete = set_null } }
            batch_alter workspaces { create_foreign_key fk_workspaces_owner (owner_id) references users (id); }
        }
        downgrade {
            batch_alter workspaces { drop_constraint fk_workspaces_owner; }
            batch_alter users { drop_constraint fk_users_workspace; }
            drop_table workspaces; drop_table users;
        }
    "#), @r#"
    //! Initial clean database schema

    revision = "20251001090000";
    revises = base;

    upgrade {
        create_table users {
            #[primary_key]
            id: Integer,
            #[unique]
            email: Varchar<120>,
            workspace_id: Nullable<Integer>,
        }
        create_table workspaces {
            #[primary_key]
            id: Integer,
            name: Varchar<80>,
            owner_id: Integer,
        }
        batch_alter users {
            create_foreign_key fk_users_workspace (workspace_id) references workspaces (id) { on_delete = set_null }
        }
        batch_alter workspaces {
            create_foreign_key fk_workspaces_owner (owner_id) references users (id);
        }
    }

    downgrade {
        batch_alter workspaces {
            drop_constraint fk_workspaces_owner;
        }
        batch_alter users {
            drop_constraint fk_users_workspace;
        }
        drop_table workspaces;
        drop_table users;
    }
    "#);
}

#[test]
fn a_header_with_every_key_in_any_order() {
    insta::assert_snapshot!(round_trip(r#"
        <Pg, Sqlite>
        transaction = false;
        //! Merge billing
        #![allow(lossy_downgrade, no_change, reason = "nobody reads them")]
        alias = "6f9f2dd343f5"; bind = analytics; label = billing; depends_on = "20251002000000";
        //! with a longer description
        revises = ["a", "b"]; revision = "c";
        upgrade {} downgrade {}
    "#), @r#"
    <Pg, Sqlite>
    //! Merge billing
    //! with a longer description
    #![allow(lossy_downgrade, no_change, reason = "nobody reads them")]

    revision = "c";
    revises = ["a", "b"];
    depends_on = ["20251002000000"];
    label = "billing";
    alias = "6f9f2dd343f5";
    bind = analytics;
    transaction = false;

    upgrade {}

    downgrade {}
    "#);
}

#[test]
fn an_irreversible_change() {
    insta::assert_snapshot!(round_trip(r#"
        revision = "1"; revises = base;
        upgrade { delete users { where = "deleted_at IS NOT NULL" } }
        downgrade = irreversible("the users are gone");
    "#), @r#"
    revision = "1";
    revises = base;

    upgrade {
        delete users { where = "deleted_at IS NOT NULL" }
    }

    downgrade = irreversible("the users are gone");
    "#);
}

#[test]
fn names_that_are_words_of_the_language_or_no_identifiers() {
    insta::assert_snapshot!(round_trip(r#"
        revision = "1"; revises = base;
        upgrade {
            create_table "2fa" { index: Integer, check: Text, unique: Bool, "primary key": Text, r#type: Text, index index (check, "`primary key`") }
            create_index "on" on "on" ("`a b`", "lower(c)");
            create_check "my check" on table "a > 0";
            drop_column analytics."2fa"."primary key";
            comment_on table analytics.events "by day";
            comment_on "table" "not by day";
            comment_on analytics.events "a column";
        }
        downgrade = auto;
    "#), @r#"
    revision = "1";
    revises = base;

    upgrade {
        create_table "2fa" {
            index: Integer,
            check: Text,
            unique: Bool,
            "primary key": Text,
            type: Text,
            index index (check, "`primary key`"),
        }
        create_index "on" on on ("`a b`", "lower(c)");
        create_check "my check" on table "a > 0";
        drop_column analytics."2fa"."primary key";
        comment_on table analytics.events "by day";
        comment_on "table" "not by day";
        comment_on analytics.events "a column";
    }

    downgrade = auto;
    "#);
}

#[test]
fn defaults_of_every_kind() {
    insta::assert_snapshot!(round_trip(r##"
        revision = "1"; revises = base;
        upgrade {
            create_table t {
                a: Integer = -1_000, b: Numeric<10, 2> = 1.50, c: Double = 2e3, d: Text = "it's \"so\"", e: Binary = b"\x00a",
                f: Timestamp = now(), g: Date = today(), h: Uuid = uuid(), i: Json = json(r#"{"a": 1}"#), j: Text = sql("upper('x')"),
                k: Nullable<Text> = null, l: Bool = true, m: Text = "two\nlines",
            }
        }
        downgrade { drop_table t; }
    "##), @r##"
    revision = "1";
    revises = base;

    upgrade {
        create_table t {
            a: Integer = -1000,
            b: Numeric<10, 2> = 1.50,
            c: Double = 2e3,
            d: Text = r#"it's "so""#,
            e: Binary = b"\x00a",
            f: Timestamp = now(),
            g: Date = today(),
            h: Uuid = uuid(),
            i: Json = json(r#"{"a": 1}"#),
            j: Text = sql("upper('x')"),
            k: Nullable<Text> = null,
            l: Bool = true,
            m: Text = "two\nlines",
        }
    }

    downgrade {
        drop_table t;
    }
    "##);
}

#[test]
fn types_of_every_kind() {
    insta::assert_snapshot!(round_trip(r#"
        revision = "1"; revises = base;
        upgrade {
            create_table t {
                a: Varchar, b: Char<2>, c: Numeric, d: Numeric<5>, e: Array<Array<Text>>, f: Enum<app.state>, g: Unsigned<BigInt>,
                h: Nullable<Custom<"geometry(Point, 4326)">>, i: Nullable<Array<Integer>>,
            }
        }
        downgrade { drop_table t; }
    "#), @r#"
    revision = "1";
    revises = base;

    upgrade {
        create_table t {
            a: Varchar,
            b: Char<2>,
            c: Numeric,
            d: Numeric<5, 0>,
            e: Array<Array<Text>>,
            f: Enum<app.state>,
            g: Unsigned<BigInt>,
            h: Nullable<Custom<"geometry(Point, 4326)">>,
            i: Nullable<Array<Integer>>,
        }
    }

    downgrade {
        drop_table t;
    }
    "#);
}

#[test]
fn columns_with_attributes_and_comments() {
    insta::assert_snapshot!(round_trip(r#"
        revision = "1"; revises = base;
        upgrade {
            /** Tasks
             *  of users */
            create_table tasks {
                #[primary_key(generated = false, name = pk_tasks)] id: Integer,
                /// Whose it is.
                ///
                /// None: everybody's.
                #[references(app.users.id, name = fk_owner, on_delete = cascade, on_update = restrict, deferrable = initially_deferred)]
                owner: Nullable<Integer>,
                #[check("price > 0", name = ck_price)] #[index] #[collate = "C"] price: Text,
                #[generated("price * 2", stored = true)] twice: Integer,
            } { strict = true, row_format = dynamic, engine = "InnoDB" }
            #[unique] #[on(Pg, Mysql)] #[allow(no_change)] #[allow(reason = "ten rows", blocking_index)]
            /// Their name
            add_column #[index(name = ix_nick)] users.nick: Varchar<40> = "";
        }
        downgrade {}
    "#), @r#"
    revision = "1";
    revises = base;

    upgrade {
        /// Tasks
        /// of users
        create_table tasks {
            #[primary_key(name = pk_tasks, generated = false)]
            id: Integer,
            /// Whose it is.
            ///
            /// None: everybody's.
            #[references(
                app.users.id,
                on_delete = cascade,
                on_update = restrict,
                deferrable = initially_deferred,
                name = fk_owner,
            )]
            owner: Nullable<Integer>,
            #[index]
            #[check("price > 0", name = ck_price)]
            #[collate = "C"]
            price: Text,
            #[generated("price * 2", stored = true)]
            twice: Integer,
        } { strict = true, row_format = dynamic, engine = "InnoDB" }
        /// Their name
        #[on(Pg, Mysql)]
        #[allow(no_change)]
        #[allow(blocking_index, reason = "ten rows")]
        #[unique]
        #[index(name = ix_nick)]
        add_column users.nick: Varchar<40> = "";
    }

    downgrade {}
    "#);
}

#[test]
fn constraints_and_indexes_in_a_table() {
    insta::assert_snapshot!(round_trip(r#"
        revision = "1"; revises = base;
        upgrade {
            create_table t {
                a: Integer, b: Integer,
                primary_key (a, b) { generated = false },
                foreign_key fk (a, b) references app.u (x, y) { on_update = cascade, on_delete = no_action, validate = false, deferrable = true },
                unique (a) { nulls_not_distinct = true },
                check "a > b", check ck "
                    a > 0
                      AND b > 0
                " { validate = false },
                exclusion using gist (a with "=", "tsrange(b, c)" with "&&") { where = "a IS NOT NULL", deferrable = false },
                index (a desc nulls_last, b collate "C" asc, "lower(c)" class text_pattern_ops) { using = gin, include = (a, b), where = "x" },
            }
        }
        downgrade {}
    "#), @r#"
    revision = "1";
    revises = base;

    upgrade {
        create_table t {
            a: Integer,
            b: Integer,
            primary_key (a, b) { generated = false },
            foreign_key fk (a, b) references app.u (x, y) { on_update = cascade, deferrable = true, validate = false },
            unique (a) { nulls_not_distinct = true },
            check "a > b",
            check ck "
                a > 0
                  AND b > 0
            " { validate = false },
            exclusion using gist (a with "=", "tsrange(b, c)" with "&&") { where = "a IS NOT NULL" },
            index (a desc nulls_last, b collate "C", "lower(c)" class text_pattern_ops) {
                using = gin,
                where = "x",
                include = (a, b),
            },
        }
    }

    downgrade {}
    "#);
}

#[test]
fn changes_of_columns() {
    insta::assert_snapshot!(round_trip(r#"
        revision = "1"; revises = base;
        upgrade {
            batch_alter users {
                alter_column age { using = cast, type = Integer };
                alter_column a { type = Nullable<Text> }
                alter_column b { type = Nullable<Text>, nullable = false }
                alter_column c { rename = d, nullable = true, default = none, comment = none, collate = none, generated = none }
                alter_column e { using = { Pg = "e::int", Sqlite = "CAST(e AS INTEGER)" }, type = Integer }
                comment_on "the users"; comment_on e "their e"; comment_on e = none;
                rename_constraint a => b; rename_index c => d; drop_index ix { concurrently = true }
            }
        }
        downgrade = auto;
    "#), @r#"
    revision = "1";
    revises = base;

    upgrade {
        batch_alter users {
            alter_column age { type = Integer, using = cast }
            alter_column a { type = Nullable<Text> }
            alter_column b { type = Nullable<Text>, nullable = false }
            alter_column c { rename = d, nullable = true, default = none, comment = none, collate = none, generated = none }
            alter_column e { type = Integer, using = { Pg = "e::int", Sqlite = "CAST(e AS INTEGER)" } }
            comment_on "the users";
            comment_on e "their e";
            comment_on e = none;
            rename_constraint a => b;
            rename_index c => d;
            drop_index ix { concurrently = true }
        }
    }

    downgrade = auto;
    "#);
}

#[test]
fn objects_with_a_body() {
    insta::assert_snapshot!(round_trip(r#"
        revision = "1"; revises = base;
        upgrade {
            create_view active as "
                SELECT id, name
                  FROM users
                 WHERE active
            ";
            create_trigger touch on users { Pg = "BEFORE UPDATE", Sqlite = "AFTER UPDATE" }
            #[on(Pg)] create_function app.touch(a integer, VARIADIC b text[]) "RETURNS void AS $$ $$";
            #[on(Pg)] create_extension "uuid-ossp";
            create_sequence s; create_sequence app.numbers { start = 1_000, cycle = true };
            create_enum state ("open", "in progress"); alter_enum state { after = "open", add = "held" } alter_enum state { rename = "open", to = "new" }
            create_schema app;
        }
        downgrade {
            drop_schema app; drop_enum state; drop_sequence s; drop_sequence app.numbers; drop_extension "uuid-ossp";
            drop_function app.touch(a integer, VARIADIC b text[]); drop_function other; drop_trigger touch on users; drop_view active;
        }
    "#), @r#"
    revision = "1";
    revises = base;

    upgrade {
        create_view active as "
            SELECT id, name
              FROM users
             WHERE active
        ";
        create_trigger touch on users { Pg = "BEFORE UPDATE", Sqlite = "AFTER UPDATE" }
        #[on(Pg)]
        create_function app.touch(a integer, VARIADIC b text[]) "RETURNS void AS $$ $$";
        #[on(Pg)]
        create_extension "uuid-ossp";
        create_sequence s;
        create_sequence app.numbers { start = 1000, cycle = true }
        create_enum state ("open", "in progress");
        alter_enum state { add = "held", after = "open" }
        alter_enum state { rename = "open", to = "new" }
        create_schema app;
    }

    downgrade {
        drop_schema app;
        drop_enum state;
        drop_sequence s;
        drop_sequence app.numbers;
        drop_extension "uuid-ossp";
        drop_function app.touch(a integer, VARIADIC b text[]);
        drop_function other();
        drop_trigger touch on users;
        drop_view active;
    }
    "#);
}

#[test]
fn steps_on_rows() {
    insta::assert_snapshot!(round_trip(r#"
        revision = "1"; revises = base;
        upgrade {
            execute "UPDATE users SET status = 'active'" { undo = none };
            execute "ALTER TABLE a ADD b int" { effect { add_column a.b: Nullable<Integer>; }, undo { drop_column a.b; } }
            execute { Pg = "a", Sqlite = "b" }
            update users { where = "x IS NULL", set = "x = 1", undo = "UPDATE users SET x = NULL" }
            delete users; delete users { undo = { Pg = "a" } }
            backfill users { set = "x = 1", batch = 10_000 }
            bulk_insert users [ { id: 1, status: "active" }, { id: 2, status: null }, ];
            bulk_insert settings (id, name) [ (1, "theme"), ];
            bulk_insert ids (id) [ 1, 2 ];
            bulk_delete users by (id) [(1), 2]; bulk_delete t by (a, b) [(1, "x")];
        }
        downgrade {}
    "#), @r#"
    revision = "1";
    revises = base;

    upgrade {
        execute "UPDATE users SET status = 'active'" { undo = none }
        execute "ALTER TABLE a ADD b int" {
            effect {
                add_column a.b: Nullable<Integer>;
            }
            undo {
                drop_column a.b;
            }
        }
        execute { Pg = "a", Sqlite = "b" }
        update users { set = "x = 1", where = "x IS NULL", undo = "UPDATE users SET x = NULL" }
        delete users;
        delete users { undo = { Pg = "a" } }
        backfill users { set = "x = 1", batch = 10000 }
        bulk_insert users [
            { id: 1, status: "active" },
            { id: 2, status: null },
        ];
        bulk_insert settings (id, name) [(1, "theme")];
        bulk_insert ids (id) [
            (1),
            (2),
        ];
        bulk_delete users by (id) [1, 2];
        bulk_delete t by (a, b) [(1, "x")];
    }

    downgrade {}
    "#);
}

#[test]
fn steps_in_rust() {
    insta::assert_snapshot!(round_trip(r#"
        revision = "1"; revises = base;
        upgrade {
            run |conn| {
                use schema::users::dsl::*;
                let rows: Vec<(i32, Option<String>)> = users.select((id, r#type)).load(conn)?; // all of them
                for (key, kind) in &rows { if kind.as_deref() == Some("a") && *key != -1 { println!("{kind:?}"); } else { return Err("no".into()); } }
                match rows.len() { 0 => {} n if n > 5 => return Err("many".into()), _ => (), }
                diesel::update(users.filter(id.eq_any(rows.iter().map(|(key, _)| *key)))).set(name.eq("a")).execute(conn)?;
                Ok(())
            } { undo = none }
            run |_| {}
        }
        downgrade = auto;
    "#), @r#"
    revision = "1";
    revises = base;

    upgrade {
        run |conn| {
            use schema::users::dsl::*;
            let rows: Vec<(i32, Option<String>)> = users.select((id, r#type)).load(conn)?;
            for (key, kind) in &rows {
                if kind.as_deref() == Some("a") && *key != -1 {
                    println!("{kind:?}");
                } else {
                    return Err("no".into());
                }
            }
            match rows.len() {
                0 => {}
                n if n > 5 => return Err("many".into()),
                _ => (),
            }
            diesel::update(users.filter(id.eq_any(rows.iter().map(|(key, _)| *key)))).set(name.eq("a")).execute(conn)?;
            Ok(())
        } { undo = none }
        run |_| {}
    }

    downgrade = auto;
    "#);
}

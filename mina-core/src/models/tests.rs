mod diesel;

use super::*;
use crate::diff::compare;
use crate::engine::{Engine, Product, Target};
use crate::schema::{ObjectName, Type};

const PG: Target = Target {
    product: Product::Postgres,
    version: (15, 0),
};
const MARIADB: Target = Target {
    product: Product::Mariadb,
    version: (10, 11),
};
const ALL: [Target; 3] = [Target::SQLITE, PG, MARIADB];

fn models(inside: &str) -> Models {
    Models::parse(&format!("use x::y;\nmina::schema! {{\n{inside}\n}}\n"), "src/models.rs").unwrap()
}

fn resolved(inside: &str, target: Target) -> Schema {
    let models = models(inside);
    assert_eq!(models.syntax, [], "{:?}", models.syntax);
    let resolved = models.resolve(&Config::default(), None, target, &[target]);
    assert_eq!(resolved.diagnostics, [], "{:?}", resolved.diagnostics);
    resolved.schema
}

/// What is said against models, each with the word under it.
fn refusals(inside: &str, targets: &[Target]) -> String {
    let models = models(inside);
    let (_, diagnostics) = models.resolve_all(&Config::default(), None, targets);
    let shown = |diagnostic: &Diagnostic| {
        let line = models.place(diagnostic.span).1.unwrap_or_default().line;
        let word = &models.tokens.tokens[diagnostic.span.start as usize];
        format!("{line} {word:?}: {diagnostic}\n")
    };
    diagnostics.iter().map(shown).collect()
}

const CIRCLE: &str = r#"
    view active as "SELECT id FROM users WHERE team_id IS NOT NULL" { #[primary_key] id: Integer }
    trigger touch on users "AFTER UPDATE BEGIN SELECT 1; END";
    /// Who works here.
    table users {
        #[primary_key] id: Integer,
        #[references(teams.id, on_delete = set_null)] team_id: Nullable<Integer>,
        state: Enum<user_state> = "new",
        #[index] created_at: Timestamp = now(),
        unique (id, team_id),
    }
    table profiles {
        #[primary_key]
        #[references(users.id)]
        user_id: Integer,
        bio: Text,
    }
    table teams {
        #[primary_key] id: Integer,
        #[references(users.id)] lead_id: Nullable<Integer>,
        #[references(profiles.user_id)] face_id: Nullable<Integer>,
    }
    enum user_state ("new", "active");
"#;

#[test]
fn the_order_of_a_file_does_not_matter_and_keys_may_go_in_a_circle() {
    for target in ALL {
        let schema = resolved(CIRCLE, target);
        let table = |name: &str| schema.table(&ObjectName::new(name)).unwrap();
        assert_eq!(
            table("users").foreign_keys.len() + table("teams").foreign_keys.len() + table("profiles").foreign_keys.len(),
            4
        );
        assert!(table("users").columns[0].identity && table("teams").columns[0].identity, "{target}");
        assert!(
            !table("profiles").columns[0].identity,
            "a key that refers to another is not counted up"
        );
        let key = &table("users").foreign_keys[0];
        assert_eq!((key.name.text.as_str(), key.name.derived), ("fk_users_team_id_teams", true));
        assert_eq!((schema.views().size(), schema.triggers().size(), schema.enums().size()), (1, 1, 1));
    }
}

#[test]
fn a_printed_schema_says_the_same() {
    for target in ALL {
        let schema = resolved(CIRCLE, target);
        let text = print(&schema, &Config::default(), &[target.engine()], None);
        let again = Models::parse(&text, "").unwrap();
        assert_eq!(again.syntax, [], "{text}");
        let read = again.resolve(&Config::default(), None, target, &[target]);
        assert_eq!(read.diagnostics, [], "{text}");
        assert_eq!(compare(&schema, &read.schema), [], "{text}");
    }
    insta::assert_snapshot!(print(&resolved(CIRCLE, PG), &Config::default(), &[Engine::Pg], None), @r##"
    mina::schema! {
        <Pg>

        enum user_state ("new", "active");

        table profiles {
            #[primary_key(generated = false)]
            #[references(users.id)]
            user_id: Integer,
            bio: Text,
        }

        table teams {
            #[primary_key]
            id: Integer,
            #[references(users.id)]
            lead_id: Nullable<Integer>,
            #[references(profiles.user_id)]
            face_id: Nullable<Integer>,
        }

        /// Who works here.
        table users {
            #[primary_key]
            id: Integer,
            #[references(teams.id, on_delete = set_null)]
            team_id: Nullable<Integer>,
            state: Enum<user_state> = "new",
            created_at: Timestamp = now(),
            unique (id, team_id),
            index (created_at),
        }

        view active as "SELECT id FROM users WHERE team_id IS NOT NULL";

        trigger touch on users "AFTER UPDATE BEGIN SELECT 1; END";
    }
    "##);
}

#[test]
fn what_was_called_otherwise_is_a_rename() {
    let models = models(
        r#"
        #[was(people)]
        table users {
            #[primary_key] id: Integer,
            #[was(name)] full_name: Text,
        }
        enum state (#[was("opened")] "open", "done");
        "#,
    );
    assert_eq!(models.syntax, []);
    let renames = models.renames(None);
    let users = ObjectName::new("users");
    assert_eq!(renames.tables, [(ObjectName::new("people"), users.clone())]);
    assert_eq!(renames.columns, [(users, "name".to_owned(), "full_name".to_owned())]);
    assert_eq!(renames.values, [(ObjectName::new("state"), "opened".to_owned(), "open".to_owned())]);
}

#[test]
fn every_error_is_said_at_once_under_its_word() {
    let text = r#"
    tabel a { id: Integer }
    create_table b { id: Integer }
    #[was(x)] enum e ("a");
    table c {
        #[primary_key] id: Integr,
        #[references(nowhere.id)] other: Integer,
        #[wass(y)] z: Text,
    } { strickt = true }
    index ix on c (id);
    view v as "SELECT id FROM c" { #[unique] id: Integer, unique (id) }
    table d { #[primary_key] id: Integer, day: Interval, state: Enum<stat> }
    enum state ("a", "a");
    "#;
    insta::assert_snapshot!(refusals(text, &ALL), @r##"
    4 Ident("tabel"): M001: there is no `tabel` in models
    did you mean `table`?
    5 Ident("create_table"): M001: there is no `create_table` in models
    models say what there is: write `table`
    6 Ident("was"): M001: `#[was]` cannot stand on `enum`
    it belongs to a table, a column or a value of an enum
    8 Ident("Integr"): M004: there is no type `Integr`
    did you mean `Integer`?
    10 Ident("wass"): M001: there is no attribute `wass`
    did you mean `#[was]`?
    11 Ident("strickt"): M005: `table` has no option `strickt`
    did you mean `strict`?
    12 Ident("index"): M001: there is no `index` in models
    an index stands in its table: `table t { …, index (a, b), }`
    13 Ident("id"): M000: `id` is a column of the view `v` and cannot have `#[unique]`
    `#[primary_key]` says which columns tell its rows apart
    13 Ident("unique"): M000: the view `v` has no constraints and no indexes
    between its braces stand columns: `id: Integer,`
    14 Ident("Interval"): M501: SQLite 3.40 has no type `Interval` (likewise on MariaDB)
    head the models with `<Pg>`, the engines that have it
    or put `#[on(Pg)]` before the statement, and `#[on(Sqlite)]` before one with another type
    14 Ident("Enum"): M203: there is no enum `stat`
    say it as well: `enum stat ("…");`
    15 Literal("\"a\""): M003: the value `a` is given twice
    "##);
}

#[test]
fn a_head_names_the_engines_and_the_database() {
    let models =
        models("<Pg>\nbind = analytics;\nschema analytics;\ntable analytics.events { #[primary_key] id: BigInt, tags: Array<Text> }");
    assert_eq!(models.syntax, []);
    assert_eq!((models.bind(), models.engines()), (Some("analytics"), vec![Engine::Pg]));
    let tables = |bind, target| models.resolve(&Config::default(), bind, target, &[target]).schema.tables().size();
    assert_eq!(
        (
            tables(Some("analytics"), PG),
            tables(Some("analytics"), Target::SQLITE),
            tables(None, PG)
        ),
        (1, 0, 0)
    );
}

#[test]
fn statements_are_for_the_engines_they_name() {
    let text = r#"
        #[on(Pg)] table a { #[primary_key] id: Integer, tags: Array<Text> }
        #[on(Sqlite, Mysql)] table a { #[primary_key] id: Integer, tags: Text }
        #[on(Pg)] extension citext;
    "#;
    let ty = |target| resolved(text, target).table(&ObjectName::new("a")).unwrap().columns[1].ty.clone();
    assert_eq!((ty(Target::SQLITE), ty(PG)), (Type::Text, Type::Array(Box::new(Type::Text))));
}

#[test]
fn files_are_taken_together() {
    let mut models = Models::parse(
        "schema! { table a { #[primary_key] id: Integer, #[references(b.id)] b: Integer } }",
        "a.rs",
    )
    .unwrap();
    models
        .add("fn f() {}\n schema! { table b { #[primary_key] id: Integr } }", "b.rs")
        .unwrap();
    let (file, place) = models.place(models.syntax[0].span);
    assert_eq!((file, place.map(|place| place.line)), ("b.rs", Some(2)));
    let resolved = models.resolve(&Config::default(), None, PG, &[PG]);
    let b = resolved.schema.table(&ObjectName::new("b"));
    assert_eq!(b.map(|table| table.origin.to_string()).as_deref(), Some("b.rs:2"));
}

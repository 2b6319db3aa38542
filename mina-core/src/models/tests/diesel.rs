use super::*;
use crate::diff::{Difference, Object, Renames};
use crate::models::diesel::{Declarations, Disagreement, declare};

const SCHEMA: &str = r#"
// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "task_state"))]
    pub struct TaskState;
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::TaskState;

    /// Representation of the `tasks` table.
    tasks (id) {
        id -> Int4,
        #[max_length = 200]
        title -> Varchar,
        #[sql_name = "type"]
        type_ -> Nullable<VarChar>,
        state -> TaskState,
        price -> Nullable<Numeric>,
        tags -> Array<Nullable<Text>>,
        user_id -> diesel::sql_types::Integer,
        at -> Timestamptz,
    }
}

diesel::table! {
    #[sql_name = "user"]
    users (id) {
        id -> Int4,
        name -> Nullable<Text>,
    }
}

diesel::table! {
    analytics.events (day, kind) {
        day -> Date,
        kind -> Unsigned<Integer>,
    }
}

table! {
    plain {
        id -> BigInt,
    }
}

diesel::joinable!(tasks -> users (user_id));

diesel::allow_tables_to_appear_in_same_query!(tasks, users, events,);
"#;

fn read() -> Models {
    let models = Models::parse(SCHEMA, "src/schema.rs").unwrap();
    assert_eq!(models.syntax, []);
    models
}

#[test]
fn a_schema_of_diesel_is_read() {
    let models = read();
    let mysql = models.resolve(&Config::default(), None, MARIADB, &[MARIADB]);
    assert!(mysql.schema.table(&ObjectName::new("plain")).unwrap().columns[0].identity);
    let without = SCHEMA.replace("Unsigned<Integer>", "Integer").replace("analytics.events", "events");
    let models = Models::parse(&without, "").unwrap();
    let resolved = models.resolve(&Config::default(), None, PG, &[PG]);
    assert_eq!(resolved.diagnostics, []);
    insta::assert_snapshot!(print(&resolved.schema, &Config::default(), &[], None), @r##"
    mina::schema! {
        table events {
            day: Date,
            kind: Integer,
            primary_key (day, kind),
        }

        table plain {
            #[primary_key]
            id: BigInt,
        }

        table tasks {
            #[primary_key]
            id: Integer,
            title: Varchar<200>,
            type: Nullable<Text>,
            state: Custom<"task_state">,
            price: Nullable<Numeric>,
            tags: Array<Text>,
            #[references(user.id)]
            user_id: Integer,
            at: Timestamptz,
        }

        table user {
            #[primary_key]
            id: Integer,
            name: Nullable<Text>,
        }
    }
    "##);
}

#[test]
fn what_diesel_cannot_say_is_as_the_history_has_it() {
    let history = r#"
        enum task_state ("open", "done");
        /// People.
        table "user" {
            #[primary_key] id: Integer,
            #[unique] name: Nullable<Varchar<80>> = "x",
        }
        table tasks {
            #[primary_key] id: Integer,
            #[check("length(title) > 0")] title: Varchar<200> = "",
            "type": Nullable<Char<2>>,
            state: Enum<task_state> = "open",
            price: Nullable<Numeric<10, 2>>,
            tags: Array<Text>,
            #[index] #[references("user".id, on_delete = cascade)] user_id: Integer,
            at: Timestamptz = now(),
        } 
        table events { day: Date, kind: Integer }
        table plain { #[primary_key] id: BigInt }
        view some as "SELECT id FROM tasks";
    "#;
    let have = resolved(history, PG);
    let text = SCHEMA.replace("Unsigned<Integer>", "Integer").replace("analytics.events", "events");
    let complete = |text: &str, renames: &Renames| {
        let models = Models::parse(text, "").unwrap();
        let schema = models.resolve(&Config::default(), None, PG, &[PG]).schema;
        let facets = models.facets(None);
        assert!(!facets.is_everything());
        facets.complete(&schema, &have, renames, Engine::Pg)
    };
    assert_eq!(compare(&complete(&text, &Renames::default()), &have), []);

    let changed = text
        .replace("title -> Varchar", "title -> Nullable<Varchar>")
        .replace("at -> Timestamptz", "at -> Date")
        .replace("        #[max_length = 200]\n", "        #[max_length = 90]\n");
    let mut different: Vec<String> = Vec::new();
    for difference in compare(&complete(&changed, &Renames::default()), &have) {
        let Difference::Changed(Object::Column(_, want), _) = difference else {
            panic!("{difference:?}");
        };
        different.push(format!("{}: {}", want.name, want.ty.in_column(want.nullable)));
    }
    assert_eq!(different, ["title: Nullable<Varchar<90>>", "at: Date"]);

    let renamed = text
        .replace("#[sql_name = \"user\"]", "")
        .replace("name -> Nullable<Text>", "label -> Nullable<Text>");
    let renames = Renames {
        tables: vec![(ObjectName::new("user"), ObjectName::new("users"))],
        columns: vec![(ObjectName::new("users"), "name".into(), "label".into())],
        values: Vec::new(),
    };
    let users = complete(&renamed, &renames);
    let users = users.table(&ObjectName::new("users")).unwrap();
    assert_eq!(users.comment.as_deref(), Some("People."));
    assert_eq!(users.columns[1].ty, Type::Varchar(Some(80)));
    assert_eq!(users.uniques[0].columns, ["label"]);
}

const EVERYTHING: &str = r#"
    enum task_state ("open", "done");
    /// What is to be done.
    table tasks {
        #[primary_key] id: Integer,
        /// In a few words.
        title: Varchar<200>,
        "type": Nullable<Char<2>>,
        state: Enum<task_state> = "open",
        #[references(users.id)] user_id: Nullable<Integer>,
        #[references(tasks.id)] parent_id: Nullable<Integer>,
    }
    table users {
        #[primary_key] id: Integer,
        "first name": Text,
        data: Custom<"citext">,
    }
    table likes {
        #[references(users.id, name = a)] one: Integer,
        #[references(users.id, name = b)] other: Integer,
    }
    table alone { #[primary_key] id: BigInt, at: Timestamp }
    view open_tasks as "SELECT id, title FROM tasks" { #[primary_key] id: Integer, title: Nullable<Text> }
    view silent as "SELECT id FROM tasks";
"#;

fn declared(inside: &str, targets: &[Target]) -> (Declarations, Vec<Disagreement>) {
    let models = models(inside);
    let (schemas, diagnostics) = models.resolve_all(&Config::default(), None, targets);
    assert_eq!(diagnostics, []);
    let schemas: Vec<(Engine, &Schema)> = schemas.iter().map(|(target, schema)| (target.engine(), schema)).collect();
    declare(&schemas, &models.views(None))
}

#[test]
fn tables_are_declared_as_diesel_prints_them() {
    let (declarations, disagreements) = declared(EVERYTHING, &ALL);
    assert_eq!(disagreements, []);
    insta::assert_snapshot!(declarations, @r##"
    pub mod sql_types {
        #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
        #[diesel(postgres_type(name = "citext"))]
        #[diesel(sqlite_type(name = "Text"))]
        #[diesel(mysql_type(name = "String"))]
        pub struct Citext;

        #[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]
        #[diesel(postgres_type(name = "task_state"))]
        #[diesel(sqlite_type(name = "Text"))]
        #[diesel(mysql_type(name = "Enum"))]
        pub struct TaskState;
    }

    diesel::table! {
        alone (id) {
            id -> BigInt,
            at -> Timestamp,
        }
    }

    diesel::table! {
        likes (one, other) {
            one -> Integer,
            other -> Integer,
        }
    }

    diesel::table! {
        open_tasks (id) {
            id -> Integer,
            title -> Nullable<Text>,
        }
    }

    diesel::table! {
        use diesel::sql_types::*;
        use super::sql_types::TaskState;

        /// What is to be done.
        tasks (id) {
            id -> Integer,
            /// In a few words.
            #[max_length = 200]
            title -> Varchar,
            #[sql_name = "type"]
            #[max_length = 2]
            type_ -> Nullable<Char>,
            state -> TaskState,
            user_id -> Nullable<Integer>,
            parent_id -> Nullable<Integer>,
        }
    }

    diesel::table! {
        use diesel::sql_types::*;
        use super::sql_types::Citext;

        users (id) {
            id -> Integer,
            #[sql_name = "first name"]
            first_name -> Text,
            data -> Citext,
        }
    }

    diesel::joinable!(tasks -> users (user_id));

    diesel::allow_tables_to_appear_in_same_query!(likes, open_tasks, tasks, users);
    "##);
    let read = Models::parse(&declarations.to_string(), "").unwrap();
    assert_eq!(read.syntax, []);
    let tables = read.resolve(&Config::default(), None, PG, &[PG]).schema;
    assert_eq!(tables.tables().size(), 5);
    assert_eq!(tables.table(&ObjectName::new("tasks")).unwrap().foreign_keys.len(), 1);
}

#[test]
fn without_postgres_an_enum_is_text() {
    let (declarations, _) = declared(EVERYTHING, &[Target::SQLITE, MARIADB]);
    assert!(declarations.sql_types.is_empty());
    assert!(
        declarations.tables[3].text.contains("state -> Text"),
        "{}",
        declarations.tables[3].text
    );
}

#[test]
fn what_has_no_one_type_is_told() {
    let text = r#"
        table a { #[primary_key] id: Uuid, at: Timestamp }
        #[on(Pg)] table b { #[primary_key] id: Integer, tags: Array<Text>, more: Text }
        #[on(Sqlite)] table b { #[primary_key] id: Integer, tags: Text }
    "#;
    let (_, disagreements) = declared(text, &[Target::SQLITE, PG]);
    let told: Vec<String> = disagreements.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"), @r##"
    `a.id` is `Text` on Sqlite and `Uuid` on Pg
    `b.tags` is `Text` on Sqlite and `Array<Nullable<Text>>` on Pg
    `b.more` is not there on Sqlite and `Text` on Pg
    "##);
    let (one, none) = declared(text, &[PG]);
    assert_eq!((one.tables.len(), none.len()), (2, 0));
    let (alone, _) = declared("table a { #[primary_key] id: Custom<\"citext\"> }", &[PG]);
    assert!(alone.sql_types.is_empty() && alone.tables[0].text.contains("id -> Citext"));
}

#[test]
fn tables_of_one_name_are_told_apart_by_their_schema() {
    let text = "schema a; schema b; table users { #[primary_key] id: Integer } table a.users { #[primary_key] id: Integer } table b.users { #[primary_key] id: Integer }";
    let (declarations, _) = declared(text, &[PG]);
    let words: Vec<&str> = declarations.tables.iter().map(|table| table.word.as_str()).collect();
    assert_eq!(words, ["users", "a_users", "b_users"]);
    assert!(
        declarations.tables[1].text.starts_with("#[sql_name = \"users\"]\na.a_users (id) {"),
        "{}",
        declarations.tables[1].text
    );
}

use super::*;
use crate::diff::{Difference, Object, Renames};

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

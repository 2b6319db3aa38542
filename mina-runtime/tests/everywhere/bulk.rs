//! Rows that a migration brings along: more than one statement holds, of every kind of value, gone again by their keys.

use crate::language::{ENGINES, compiled};
use crate::place::{Place, execute, number};
use mina_runtime::runner::Scope;

const THINGS: &str = r#"
//! Create things
revision = "2025a";
revises = base;
upgrade {
    create_table things {
        #[primary_key] id: Integer,
        name: Varchar<40>,
        note: Nullable<Text>,
        at: Nullable<Timestamp>,
        day: Date,
        price: Numeric<8, 2>,
        good: Bool,
        share: Double,
        data: Json,
        raw: Binary,
        count: Integer = 7,
    }
}
downgrade { drop_table things; }
"#;

const ROWS: i64 = 1_201;

/// A text with all that a dialect could trip over.
const NAME: &str = r#"it's \"2\" \\ `x` %s"#;

fn rows() -> String {
    let row = |id: i64| {
        format!(
            "({id}, \"{NAME}\", null, now(), \"2025-02-28\", {id}.25, {}, 1.5e-3, json(r#\"{{\"a\": [1, \"it's\"]}}\"#), b\"\\x00\\xff\")",
            id % 2 == 0
        )
    };
    (1..=ROWS).map(row).collect::<Vec<_>>().join(",\n")
}

#[test]
fn a_thousand_rows_of_every_kind_of_value_come_and_go() {
    let fill = format!(
        "//! Fill things\nrevision = \"2025b\";\nrevises = \"2025a\";\nupgrade {{\n    \
         bulk_insert things (id, name, note, at, day, price, good, share, data, raw) [\n{}\n];\n}}\ndowngrade = auto;\n",
        rows()
    );
    let migrations = compiled(ENGINES, &[THINGS, &fill]);
    for place in Place::each() {
        let engine = place.engine();
        let mut conn = place.open();
        migrations.upgrade(&mut conn, "head").unwrap();
        let mut is = |filter: &str| number(&mut conn, &format!("SELECT count(*) FROM things WHERE {filter}"));
        assert_eq!(is("1 = 1"), ROWS, "{engine}");
        assert_eq!(
            is("note IS NULL AND at IS NOT NULL AND count = 7 AND day = '2025-02-28'"),
            ROWS,
            "{engine}"
        );
        assert_eq!(is("price = id + 0.25 AND share > 0.0014 AND share < 0.0016"), ROWS, "{engine}");
        assert_eq!(is("good"), ROWS / 2, "{engine}");
        assert_eq!(is("length(raw) = 2"), ROWS, "{engine}");
        let backslash = if engine == mina_runtime::Engine::Mysql { r"\\" } else { r"\" };
        assert_eq!(is(&format!("name = 'it''s \"2\" {backslash} `x` %s'")), ROWS, "{engine}");

        // The database goes on to count behind the keys that were given.
        let own = "INSERT INTO things (name, day, price, good, share, data, raw) VALUES ('own', '2025-01-01', 1, 1 = 1, 1, '{}', 'x')";
        execute(&mut conn, own);
        assert_eq!(number(&mut conn, "SELECT id FROM things WHERE name = 'own'"), ROWS + 1, "{engine}");
        migrations.downgrade(&mut conn, "-1").unwrap();
        assert_eq!(number(&mut conn, "SELECT count(*) FROM things"), 1, "{engine}");
        migrations.upgrade(&mut conn, "head").unwrap();
        assert_eq!(number(&mut conn, "SELECT count(*) FROM things"), ROWS + 1, "{engine}");
    }
}

#[test]
fn rows_hold_a_value_that_a_migration_of_the_same_run_adds() {
    let made = r#"
//! Create cats
revision = "2025a";
revises = base;
upgrade {
    create_enum mood ("glad", "sad");
    create_table cats { #[primary_key] id: Integer, mood: Enum<mood> }
}
downgrade = auto;
"#;
    let added = r#"
//! Calm
revision = "2025b";
revises = "2025a";
upgrade { alter_enum mood { add = "calm" } }
downgrade { #[allow(may_fail_on_rows)] alter_enum mood { remove = "calm" } }
"#;
    let used = r#"
//! A calm cat
revision = "2025c";
revises = "2025b";
upgrade { bulk_insert cats [ { id: 1, mood: "calm" } ]; }
downgrade = auto;
"#;
    let migrations = compiled(ENGINES, &[made, added, used]);
    for place in Place::each() {
        for scope in [Scope::Migration, Scope::Run] {
            let mut conn = place.open();
            migrations.runner().transaction(scope).upgrade(&mut conn, "head").unwrap();
            assert_eq!(number(&mut conn, "SELECT count(*) FROM cats WHERE mood = 'calm'"), 1);
            migrations.runner().transaction(scope).downgrade(&mut conn, "base").unwrap();
        }
        let mut conn = place.open();
        migrations.create(&mut conn).unwrap();
        assert_eq!(number(&mut conn, "SELECT count(*) FROM cats WHERE mood = 'calm'"), 1);
    }
}

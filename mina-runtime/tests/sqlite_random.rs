//! Random tables with things that no history knows, changed at random: they are all there afterwards, or nothing changed.
#![cfg(feature = "sqlite")]

use diesel::connection::SimpleConnection;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use mina_core::sql::sqlite::model::{Column, Constraint, Index, Rule};
use mina_core::sql::sqlite::{Edit, EditKind, TableChange};
use mina_runtime::sqlite::{Means, apply_as, dump, outline};
use proptest::prelude::*;

const MEANS: [Means; 3] = [
    Means {
        version: 3_053_000,
        schema_edits: true,
    },
    Means {
        version: 3_040_000,
        schema_edits: true,
    },
    Means {
        version: 3_040_000,
        schema_edits: false,
    },
];
const TYPES: [&str; 6] = ["TEXT", "VARCHAR(20)", "INTEGER", "BIGINT", "BLOB", "NUMERIC(8, 2)"];
const COLUMNS: usize = 5;

/// What a table is like; `hot` is always there and never known, nor is what stands on it.
#[derive(Clone, Debug)]
struct World {
    key: usize,
    types: Vec<usize>,
    defaults: Vec<bool>,
    unknown: Vec<bool>,
    rows: Vec<(Vec<Option<i8>>, i8)>,
    analysed: bool,
}

const KEYS: [(&str, &str); 4] = [
    ("id INTEGER PRIMARY KEY,", ""),
    ("id INTEGER PRIMARY KEY AUTOINCREMENT,", ""),
    ("id INTEGER NOT NULL PRIMARY KEY,", " WITHOUT ROWID"),
    ("id INTEGER NOT NULL,", ""),
];

const UNKNOWN: [&str; 9] = [
    "CREATE INDEX ix_hot ON t (hot COLLATE RTRIM DESC, id) WHERE hot IS NOT NULL",
    "CREATE UNIQUE INDEX ix_expression ON t (hot || id)",
    "CREATE TRIGGER after_hot AFTER UPDATE OF hot ON t BEGIN INSERT INTO log VALUES ('t ' || new.hot); END",
    "CREATE TRIGGER before_child BEFORE DELETE ON child BEGIN UPDATE t SET hot = 'child' WHERE id = old.t_id; END",
    "CREATE TEMP TRIGGER spy AFTER DELETE ON t BEGIN INSERT INTO log VALUES ('spy'); END",
    "CREATE VIEW hots AS SELECT id, hot FROM t",
    "CREATE VIEW on_hots AS SELECT hot FROM (SELECT * FROM child JOIN t ON t.id = child.t_id)",
    "CREATE TEMP VIEW mine AS SELECT \"hot\" FROM t",
    "CREATE INDEX ix_c0 ON t (c0)",
];

impl World {
    fn open(&self) -> SqliteConnection {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        let (key, options) = KEYS[self.key];
        let columns = self.types.iter().zip(&self.defaults).enumerate().map(|(at, (ty, default))| {
            let default = if *default { " DEFAULT 5" } else { "" };
            format!("c{at} {}{default} /* {at} */,", TYPES[*ty])
        });
        let sql = format!(
            "PRAGMA foreign_keys = ON; CREATE TABLE log (line TEXT); CREATE TABLE t ({key} {} hot TEXT DEFAULT 'fix' COLLATE NOCASE,
             shout TEXT AS (upper(hot)) VIRTUAL, kept TEXT AS (hot || '!') STORED, boss INTEGER REFERENCES t (id) ON DELETE SET NULL,
             CONSTRAINT ck_hot CHECK (hot <> 'no') CHECK (length(hot) < 99), UNIQUE (id)){options};
             CREATE TABLE child (t_id INTEGER REFERENCES t (id) ON DELETE CASCADE)",
            columns.collect::<String>()
        );
        conn.batch_execute(&sql).unwrap();
        for (at, (values, hot)) in self.rows.iter().enumerate() {
            let names: String = (0..COLUMNS).map(|at| format!("c{at}, ")).collect();
            let values: String = values
                .iter()
                .map(|value| value.map_or("NULL, ".into(), |value| format!("'{value:03}', ")))
                .collect();
            let id = at * 3 + 1;
            conn.batch_execute(&format!(
                "INSERT INTO t (id, {names}hot) VALUES ({id}, {values}'h{hot}'); INSERT INTO child VALUES ({id})"
            ))
            .unwrap();
        }
        conn.batch_execute("UPDATE t SET boss = 1 WHERE id > 1; DELETE FROM child WHERE t_id = 4; DELETE FROM t WHERE id = (SELECT max(id) FROM t WHERE id > 1)")
            .unwrap();
        for (sql, _) in UNKNOWN.iter().zip(&self.unknown).filter(|(_, made)| **made) {
            conn.batch_execute(sql).unwrap();
        }
        if self.analysed {
            conn.batch_execute("ANALYZE").unwrap();
        }
        conn
    }
}

fn world() -> impl Strategy<Value = World> {
    let row = (prop::collection::vec(prop::option::of(any::<i8>()), COLUMNS), any::<i8>());
    (
        0..KEYS.len(),
        prop::collection::vec(0..TYPES.len(), COLUMNS),
        prop::collection::vec(any::<bool>(), COLUMNS),
        prop::collection::vec(any::<bool>(), UNKNOWN.len()),
        prop::collection::vec(row, 0..6),
        any::<bool>(),
    )
        .prop_map(|(key, types, defaults, unknown, rows, analysed)| World {
            key,
            types,
            defaults,
            unknown,
            rows,
            analysed,
        })
}

/// A change of one kind to one column, as a history that knows the column's type would have it.
fn edit(world: &World, what: usize, at: usize, to: usize) -> EditKind {
    let name = format!("c{at}");
    let before = Column {
        name: name.clone(),
        ty: TYPES[world.types[at]].into(),
        nullable: true,
        default: world.defaults[at].then(|| "5".into()),
        ..Column::default()
    };
    let check = Constraint {
        name: format!("ck_{at}_{to}"),
        rule: Rule::Check {
            expression: format!("{name} IS NULL OR length({name}) < 90"),
        },
    };
    match what {
        0 => EditKind::AlterColumn {
            after: Column {
                ty: TYPES[to].into(),
                ..before.clone()
            },
            before,
            using: None,
        },
        1 => EditKind::AlterColumn {
            after: Column {
                default: Some("'new'".into()),
                ..before.clone()
            },
            before,
            using: Some(format!("{name} || hot")).filter(|_| to > 2),
        },
        2 => EditKind::AlterColumn {
            after: Column {
                nullable: false,
                ..before.clone()
            },
            before,
            using: None,
        },
        3 => EditKind::AddColumn {
            column: Column {
                name: format!("n{to}"),
                ..before
            },
            constraints: vec![],
        },
        4 => EditKind::DropColumn { name, constraints: vec![] },
        5 => EditKind::RenameColumn {
            from: name,
            to: format!("r{at}"),
        },
        6 => EditKind::AddConstraint(check),
        7 => EditKind::AddConstraint(Constraint {
            name: format!("uq_{at}"),
            rule: Rule::Unique {
                columns: vec![name, "id".into()],
            },
        }),
        8 => EditKind::AddConstraint(Constraint {
            name: format!("fk_{at}"),
            rule: Rule::ForeignKey {
                columns: vec!["id".into()],
                table: "t".into(),
                referred: vec!["id".into()],
                actions: " ON DELETE CASCADE".into(),
            },
        }),
        9 => EditKind::AddConstraint(Constraint {
            name: format!("ck_rows_{at}"),
            rule: Rule::Check {
                expression: format!("length({name}) <> {to} + 1"),
            },
        }),
        _ => EditKind::CreateIndex(Index {
            name: format!("ix_new_{at}"),
            sql: format!("CREATE INDEX \"ix_new_{at}\" ON \"t\" (\"{name}\")"),
        }),
    }
}

fn change(world: &World, edits: &[(usize, usize, usize)]) -> TableChange {
    let edits = edits.iter().map(|(what, at, to)| Edit {
        line: 1,
        kind: edit(world, *what, *at, *to),
    });
    TableChange {
        table: "t".into(),
        edits: edits.collect(),
    }
}

fn texts(conn: &mut SqliteConnection, sql: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        value: String,
    }
    let rows: Vec<Row> = sql_query(sql).load(conn).unwrap();
    rows.into_iter().map(|row| row.value).collect()
}

/// Everything that no edit touches.
fn untouched(conn: &mut SqliteConnection, world: &World) -> Vec<Vec<String>> {
    let rowid = if KEYS[world.key].1.is_empty() { "rowid" } else { "''" };
    let rows = format!(
        "SELECT {rowid} || quote(id) || quote(hot) || quote(shout) || quote(kept) || quote(boss) || typeof(hot) AS value FROM t ORDER BY id"
    );
    let mut seen = vec![
        texts(conn, &rows),
        texts(conn, "SELECT quote(t_id) AS value FROM child ORDER BY rowid"),
        texts(conn, "SELECT line AS value FROM log"),
        texts(
            conn,
            "SELECT name || sql AS value FROM (SELECT name, sql FROM sqlite_schema UNION ALL SELECT name, sql FROM sqlite_temp_schema)
             WHERE name IN ('ix_hot', 'ix_expression', 'after_hot', 'before_child', 'spy', 'hots', 'on_hots', 'mine') ORDER BY name",
        ),
        texts(
            conn,
            "SELECT value FROM (SELECT name || \"unique\" || origin || partial AS value FROM pragma_index_list('t') WHERE name NOT LIKE 'ix_new%'
             AND name <> 'ix_c0' AND origin <> 'u') ORDER BY value",
        ),
        texts(conn, "SELECT wr || strict AS value FROM pragma_table_list('t') WHERE schema = 'main'"),
    ];
    if KEYS[world.key].0.contains("AUTO") {
        seen.push(texts(conn, "SELECT name || seq AS value FROM sqlite_sequence"));
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_no_history_knows_survives_every_change(
        world in world(),
        edits in prop::collection::vec((0..11usize, 0..COLUMNS, 0..TYPES.len()), 1..5),
    ) {
        let change = change(&world, &edits);
        let mut outcomes = Vec::new();
        for means in MEANS {
            let mut conn = world.open();
            let (before, all) = (untouched(&mut conn, &world), dump(&mut conn, true).unwrap());
            conn.batch_execute("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE").unwrap();
            let done = apply_as(&mut conn, &change, means);
            conn.batch_execute("COMMIT; PRAGMA foreign_keys = ON").unwrap();
            match &done {
                Ok(_) => prop_assert_eq!(&untouched(&mut conn, &world), &before),
                Err(_) => prop_assert_eq!(&dump(&mut conn, true).unwrap(), &all),
            }
            prop_assert_eq!(texts(&mut conn, "SELECT integrity_check AS value FROM pragma_integrity_check"), ["ok"]);
            // Unknown rules are still in force.
            for broken in ["UPDATE t SET hot = 'no'", "UPDATE t SET boss = 99", "INSERT INTO t (id) SELECT id FROM t"] {
                let works = conn.batch_execute(broken).is_ok();
                prop_assert_eq!(works, before[0].is_empty(), "{}", broken);
            }
            outcomes.push(done.map(|_| outline(&mut conn).unwrap()).map_err(|_| ()));
        }
        if let [_] = edits[..] {
            prop_assert!(outcomes.iter().all(|outcome| outcome.is_ok() == outcomes[0].is_ok()), "{:?}", change);
        }
        // A rebuild does not see a row refused that a later edit of the same pass takes away.
        let mut same = outcomes.iter().flatten();
        let first = same.next();
        for other in same {
            prop_assert_eq!(Some(other), first);
        }
    }
}

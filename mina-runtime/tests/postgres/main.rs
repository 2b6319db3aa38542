//! What the history says is what the database has: every statement and type of the language, run on PostgreSQL up and
//! down and read back.
#![cfg(feature = "postgres")]

mod corpus;
mod server;

use corpus::{BLOCKS, COLUMNS, CONDITIONS, DEFAULTS, NEW_BLOCKS, WORLD};
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types};
use mina_core::config::Config;
use mina_core::history::{History, Revision, Trace};
use mina_core::normal::{differences, facts};
use mina_core::schema::Schema;
use mina_core::sql::postgres::Postgres;
use mina_core::sql::unit::{Action, UnitKind};
use mina_core::sql::{Dialect, render};
use mina_core::syntax::{Tokens, parse, source};
use mina_runtime::postgres::introspect;
use server::{Database, SERVERS, Server};

fn config(version: &str) -> Config {
    Config::parse(&format!(
        "[database]\nurl = \"env:DATABASE_URL\"\nengines = [\"postgres >= {version}\"]"
    ))
    .unwrap()
}

fn revision(block: source::SourceBlock) -> Revision {
    let parsed = parse::parse(&block.tokens);
    Revision {
        block: parsed.block,
        tokens: block.tokens,
        location: block.location,
        syntax: parsed.diagnostics,
        ..Revision::default()
    }
}

/// The blocks, each on the one before.
fn history(blocks: &[&str], version: &str) -> Result<History, String> {
    let revisions = blocks.iter().enumerate().map(|(at, block)| {
        let revises = if at == 0 { "base".to_owned() } else { format!("\"{at}\"") };
        let body = match block.contains("downgrade") {
            true => (*block).to_owned(),
            false => format!("upgrade {{ {block} }} downgrade = auto;"),
        };
        let text = format!(
            "migration! {{ #![allow(lossy_downgrade, may_fail_on_rows)] revision = \"{}\"; revises = {revises}; {body} }}",
            at + 1
        );
        revision(source::scan(&text).unwrap().remove(0))
    });
    let history = History::new(config(version), revisions.collect());
    for index in 0..history.revisions.len() {
        let mut diagnostics = history.diagnostics(index);
        diagnostics.retain(|diagnostic| diagnostic.is_error());
        if !diagnostics.is_empty() {
            return Err(format!("{diagnostics:#?}"));
        }
    }
    Ok(history)
}

fn difference(conn: &mut PgConnection, schema: &Schema) -> String {
    let live = introspect(conn).unwrap();
    let all = differences(&Postgres.normal(schema), &live, &Postgres);
    all.iter().map(|difference| format!("{difference}\n")).collect()
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = sql_types::BigInt)]
    value: i64,
}

/// Runs what a trace renders; what has failed is rolled back.
fn execute(conn: &mut PgConnection, trace: &Trace, tokens: &Tokens) -> Result<(), String> {
    for unit in render(trace, tokens, None) {
        let transaction = unit.kind != UnitKind::Alone;
        if transaction {
            AnsiTransactionManager::begin_transaction(conn).unwrap();
        }
        for step in unit.steps {
            if let Err(error) = perform(conn, step.action) {
                if transaction {
                    AnsiTransactionManager::rollback_transaction(conn).unwrap();
                }
                return Err(error);
            }
        }
        if transaction {
            AnsiTransactionManager::commit_transaction(conn).map_err(|error| format!("{error} at COMMIT"))?;
        }
    }
    Ok(())
}

fn perform(conn: &mut PgConnection, action: Action) -> Result<(), String> {
    let sql = match action {
        Action::Sql(sql) => sql,
        Action::Count { sql, .. } => {
            let number = sql_query(format!("SELECT ({sql})::bigint AS value")).get_result::<Number>(conn);
            return match number.map_err(|error| format!("{error}: {sql}"))?.value {
                0 => Ok(()),
                value => Err(format!("{value} rows: {sql}")),
            };
        }
        Action::Backfill(fill) => {
            let filter = fill.filter.map_or(String::new(), |filter| format!(" WHERE {filter}"));
            format!("UPDATE {} SET {}{filter}", fill.table, fill.set)
        }
        Action::Expect { facts: expected, .. } => {
            let live = facts(&introspect(conn).unwrap().schema);
            let wrong = expected.iter().find(|(name, said)| live.get(*name).cloned().flatten() != **said);
            return wrong.map_or(Ok(()), |(name, said)| {
                Err(format!("{name} is {:?}, not {said:?}", live.get(name).cloned().flatten()))
            });
        }
        // It moves rows: the runner's tests are about these.
        Action::Run(_) => return Ok(()),
        other => return Err(format!("{other:?}")),
    };
    conn.batch_execute(&sql).map_err(|error| format!("{error}: {sql}"))
}

/// Takes every block up and down on what the world makes.
fn there_and_back(server: &Server, world: &str, blocks: &[&str]) {
    let first = history(&[world], server.version).unwrap();
    let (traces, tokens) = (&first.checked(0).engines[0], &first.revisions[0].tokens);
    let made = || {
        let mut database = Database::new(server);
        execute(&mut database.conn, &traces.up, tokens).unwrap();
        assert_eq!(difference(&mut database.conn, &traces.up.end), "", "on {}", server.version);
        database
    };
    let mut database = made();
    let mut wrong = Vec::new();
    for block in blocks {
        if let Err(error) = up_and_down(&mut database.conn, &[world, block], server.version) {
            wrong.push(format!("{block}\n{error}"));
            database = made();
        }
    }
    assert!(wrong.is_empty(), "on {}:\n{}", server.version, wrong.join("\n"));
    execute(&mut database.conn, traces.down.as_ref().unwrap(), tokens).unwrap();
    assert_eq!(difference(&mut database.conn, &Schema::default()), "", "after all is reverted");
}

fn up_and_down(conn: &mut PgConnection, blocks: &[&str; 2], version: &str) -> Result<(), String> {
    let history = history(blocks, version)?;
    let traces = &history.checked(1).engines[0];
    let tokens = &history.revisions[1].tokens;
    let down = traces.down.as_ref().ok_or("there is no downgrade")?;
    for (trace, way) in [(&traces.up, "up"), (down, "down")] {
        execute(conn, trace, tokens).map_err(|error| format!("{way}: {error}"))?;
        let found = difference(conn, &trace.end);
        if !found.is_empty() {
            return Err(format!("{way}: {found}"));
        }
    }
    Ok(())
}

#[test]
fn every_statement_leaves_what_the_fold_says_and_is_reverted() {
    for server in SERVERS {
        there_and_back(server, WORLD, BLOCKS);
    }
}

#[test]
fn what_only_a_new_server_has_is_there_and_back_on_it() {
    there_and_back(&SERVERS[1], WORLD, NEW_BLOCKS);
}

#[test]
fn conditions_and_defaults_are_known_in_what_the_server_prints() {
    let checks = CONDITIONS.iter().map(|condition| format!("create_check ck on t {condition:?};"));
    let indexes = CONDITIONS
        .iter()
        .filter(|condition| {
            !["CURRENT", "current_user", "to_tsquery", "concat("]
                .iter()
                .any(|word| condition.contains(word))
        })
        .map(|condition| format!("create_index ix on t (a) {{ where = {condition:?} }}"));
    let defaults = DEFAULTS.iter().map(|default| format!("add_column t.own: {default};"));
    let blocks: Vec<String> = checks.chain(indexes).chain(defaults).collect();
    let blocks: Vec<&str> = blocks.iter().map(String::as_str).collect();
    for server in SERVERS {
        there_and_back(server, COLUMNS, &blocks);
    }
}

#[test]
fn a_database_is_made_at_once_what_its_history_makes_it() {
    for server in SERVERS {
        let history = history(&[WORLD], server.version).unwrap();
        let schema = &history.checked(0).engines[0].up.end;
        let mut database = Database::new(server);
        let statements = Postgres.made(schema, true, &|_| true).join(";\n");
        database.conn.batch_execute(&format!("BEGIN; {statements}; COMMIT")).unwrap();
        assert_eq!(difference(&mut database.conn, schema), "", "on {}", server.version);
    }
}

#[test]
fn what_no_history_can_say_is_listed() {
    for server in SERVERS {
        let mut database = Database::new(server);
        database
            .conn
            .batch_execute(
                "CREATE TABLE parts (id int GENERATED ALWAYS AS IDENTITY, at date NOT NULL) PARTITION BY RANGE (at);
                 CREATE TABLE parts_2024 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
                 CREATE TABLE t (id serial PRIMARY KEY, always int GENERATED ALWAYS AS IDENTITY, a int, b int, UNIQUE (a) INCLUDE (b));
                 CREATE TABLE child () INHERITS (t);
                 ALTER TABLE t ENABLE ROW LEVEL SECURITY;
                 CREATE POLICY own ON t USING (a > 0);
                 CREATE DOMAIN positive AS int CHECK (value > 0);
                 CREATE TYPE pair AS (a int, b int);
                 CREATE MATERIALIZED VIEW m AS SELECT 1 AS one;
                 CREATE PROCEDURE nothing() LANGUAGE sql AS 'SELECT 1';
                 CREATE INDEX ix ON t (a) WITH (fillfactor = 50);
                 CREATE RULE silent AS ON DELETE TO t DO INSTEAD NOTHING;
                 CREATE STATISTICS s ON a, b FROM t",
            )
            .unwrap();
        let found = introspect(&mut database.conn).unwrap();
        let listed: Vec<String> = found.not_modelled.iter().map(ToString::to_string).collect();
        insta::allow_duplicates! {
            insta::assert_snapshot!(listed.join("\n"), @r"
            column `t.always`: GENERATED ALWAYS AS IDENTITY
            constraint `t_a_b_key` of `t`: UNIQUE (a) INCLUDE (b)
            index `ix`: fillfactor=50
            composite type `pair`: the whole of it
            domain `positive`: the whole of it
            materialized view `m`: the whole of it
            partition `parts_2024`: the whole of it
            partitioned table `parts`: the whole of it
            procedure `nothing`: the whole of it
            statistics `s`: CREATE STATISTICS public.s ON a, b FROM t
            table `child`: INHERITS t
            table `t`: CREATE RULE silent AS
                ON DELETE TO public.t DO INSTEAD NOTHING;
            table `t`: ENABLE ROW LEVEL SECURITY
            table `t`: POLICY own
            ");
        }
        assert_eq!(found.schema.tables().size(), 2);
        assert!(found.schema.sequences().is_empty());
    }
}

#[test]
fn the_applications_history_leaves_what_the_fold_says_and_nothing_when_it_is_reverted() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/versions");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let blocks = files.flat_map(|file| source::scan(&std::fs::read_to_string(file).unwrap()).unwrap());
    let revisions = blocks.map(revision).filter(|revision| revision.block.bind.is_none());
    let history = History::new(config("14"), revisions.collect());
    let all = 0..history.revisions.len();
    for server in SERVERS {
        let mut database = Database::new(server);
        let conn = &mut database.conn;
        for index in all.clone() {
            if let Some(traces) = history.checked(index).engines.first() {
                execute(conn, &traces.up, &history.revisions[index].tokens).unwrap();
            }
        }
        let head = history.head(None, history.targets(None)[0]).unwrap();
        assert_eq!(difference(conn, &head), "", "on {}", server.version);
        for index in all.clone().rev() {
            let down = history.checked(index).engines.first().and_then(|traces| traces.down.as_ref());
            if let Some(trace) = down {
                execute(conn, trace, &history.revisions[index].tokens).unwrap();
            }
        }
        assert_eq!(difference(conn, &Schema::default()), "", "on {}", server.version);
    }
}

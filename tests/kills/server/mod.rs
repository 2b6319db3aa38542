//! Runners on servers killed in the middle of twenty statements, and their sessions ended beneath them.

mod child;
#[path = "../../../mina-runtime/tests/support/databases.rs"]
pub mod databases;
#[path = "history/m20260201000000.rs"]
mod m20260201000000;
#[path = "history/m20260202000000.rs"]
mod m20260202000000;

pub use child::run;

use crate::tally::{Next, Tally};
use crate::victim::{Moment, Timeline, Victim, Wound};
use crate::{Random, moment};
use databases::{Database, Server};
use mina::{AnyConnection, AsConnection, Engine, Migration, Migrations};
use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

static ALL: [Migration; 2] = [m20260201000000::MIGRATION, m20260202000000::MIGRATION];

const ROWS: u32 = 20_000;

/// The history; who gives no sign of life for half a second is taken for dead.
pub fn history() -> Migrations {
    Migrations {
        migrations: &ALL,
        creations: &[],
        config: "[run]\nlease = \"500ms\"\n",
        directory: "",
    }
}

/// What is killed: the program, or its session beneath it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Blow {
    Program,
    Session,
}

/// A server, with what an uninterrupted run takes and leads to.
struct Setting {
    server: Server,
    timeline: Timeline,
    end: State,
}

/// Every object in the words of the language, what is applied, and sums over all rows.
#[derive(Debug, PartialEq, Eq)]
struct State {
    facts: BTreeMap<String, Option<String>>,
    applied: Vec<String>,
    sums: Vec<i64>,
}

impl State {
    /// How many objects and tables are not as they should be.
    fn differences(&self, other: &Self) -> usize {
        let names = self.facts.keys().chain(other.facts.keys());
        let facts: std::collections::BTreeSet<&String> = names.filter(|name| self.facts.get(*name) != other.facts.get(*name)).collect();
        let sums = self.sums.iter().zip(&other.sums).filter(|(one, other)| one != other).count();
        facts.len() + sums + usize::from(self.applied != other.applied)
    }
}

fn victim(url: &str, what: &str) -> Victim {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["server", url]);
    Victim::start(command, what)
}

/// A database at the first revision, with rows.
fn first(server: Server) -> Database {
    let database = Database::new(server);
    let mut conn = database.open();
    history().upgrade(&mut conn, "20260201000000").unwrap();
    let numbers = match server.engine() {
        Engine::Pg => format!("generate_series(1, {ROWS}) AS s(seq)"),
        _ => format!("seq_1_to_{ROWS}"),
    };
    for (table, values) in [
        ("users", "seq, CONCAT('name ', seq), NULL"),
        ("tasks", "seq, 1 + (seq * 7) % 20000"),
    ] {
        conn.as_connection()
            .execute(&format!("INSERT INTO {table} SELECT {values} FROM {numbers}"))
            .unwrap();
    }
    database
}

fn state(conn: &mut AnyConnection, engine: Engine) -> State {
    let conn = conn.as_connection();
    let sum = |table: &str, columns: &str| match engine {
        Engine::Pg => format!("SELECT coalesce(sum(hashtext(concat_ws('|', {columns}))::bigint), 0)::bigint FROM {table}"),
        _ => format!("SELECT CAST(COALESCE(SUM(CRC32(CONCAT_WS('|', {columns}))), 0) AS SIGNED) FROM {table}"),
    };
    let sums = [
        sum("users", "id, name, age, active"),
        sum("tasks", "id, user_id, heading"),
        sum("notes", "id, body"),
    ];
    State {
        facts: conn.facts().unwrap(),
        applied: conn
            .history(mina::runner::HISTORY_TABLE)
            .unwrap()
            .unwrap_or_default()
            .into_iter()
            .map(|row| row.version)
            .collect(),
        sums: sums.iter().map(|query| conn.number(query).unwrap()).collect(),
    }
}

impl Setting {
    fn new(server: Server) -> Self {
        let database = first(server);
        let timeline = victim(&database.url(), "uninterrupted").finish();
        let end = state(&mut database.open(), server.engine());
        Self { server, timeline, end }
    }

    fn name(&self, blow: Blow) -> &'static str {
        match (self.server, blow) {
            (Server::Mariadb, Blow::Program) => "MariaDB, program",
            (Server::Mariadb, Blow::Session) => "MariaDB, session",
            (Server::Postgres18, Blow::Program) => "PostgreSQL 18, program",
            (Server::Postgres18, Blow::Session) => "PostgreSQL 18, session",
            (_, Blow::Program) => "PostgreSQL 15, program",
            (_, Blow::Session) => "PostgreSQL 15, session",
        }
    }

    fn strike(&self, random: &mut Random, tally: &mut Tally) -> bool {
        let database = first(self.server);
        let blow = if random.below(3) == 0 { Blow::Session } else { Blow::Program };
        let moment = moment(random, &self.timeline);
        let mut struck = victim(&database.url(), self.name(blow));
        let wound = match blow {
            Blow::Program => struck.kill_at(&moment),
            Blow::Session => self.cut(&mut struck, &moment, &database),
        };
        let Some(wound) = wound else {
            return false;
        };
        let next = Next::from(victim(&database.url(), "the next").finish().plan);
        let left = state(&mut database.open(), self.server.engine());
        let lost = left.differences(&self.end);
        if lost > 0 {
            println!("after a kill in {:?}:\n{left:#?}\ninstead of\n{:#?}", wound.statement, self.end);
        }
        tally.add(self.name(blow), &wound, false, next, lost);
        true
    }

    /// Ends the session at a moment, and lets the program find out.
    fn cut(&self, struck: &mut Victim, moment: &Moment, database: &Database) -> Option<Wound> {
        let session = struck.session();
        let statement = struck.wait_for(moment);
        let end = match self.server.engine() {
            Engine::Pg => format!("SELECT pg_terminate_backend({session})"),
            _ => format!("KILL {session}"),
        };
        let mut conn = AnyConnection::establish(&database.server.url()).unwrap();
        // It may be gone by itself.
        let _ = conn.as_connection().execute(&end);
        struck.failed().then_some(Wound { statement })
    }
}

/// So many kills an engine, in turn on both versions of PostgreSQL.
pub fn campaign(count: u64, random: &mut Random, tally: &mut Tally) {
    for servers in [&[Server::Postgres, Server::Postgres18][..], &[Server::Mariadb]] {
        let settings: Vec<Setting> = servers.iter().map(|server| Setting::new(*server)).collect();
        let mut kills = 0;
        for attempt in 0..count * 4 {
            if kills == count {
                break;
            }
            let setting = &settings[attempt as usize % settings.len()];
            kills += u64::from(setting.strike(random, tally));
        }
        assert_eq!(kills, count, "too many runs were over before they could be ended");
    }
    // Servers are slow to notice; nothing of this run is theirs any more.
    std::thread::sleep(Duration::from_millis(50));
}

//! Where histories are run: SQLite in memory, or a database on a server.

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use mina::testing::Subject;
use mina::{AnyConnection, Engine};
use mina_core::config::Config;

use crate::bound;
#[cfg(all(feature = "postgres", feature = "mysql"))]
use crate::databases::{Database, Server};
#[cfg(all(feature = "postgres", feature = "mysql"))]
use crate::dump;

/// A place that is empty whenever it is opened.
pub enum Ground {
    Sqlite,
    #[cfg(all(feature = "postgres", feature = "mysql"))]
    Server(Database),
}

impl Ground {
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite => Engine::Sqlite,
            #[cfg(all(feature = "postgres", feature = "mysql"))]
            Self::Server(database) => database.server.engine(),
        }
    }

    /// What a history declares that is run here: two databases of the engine.
    pub fn config(&self) -> Config {
        let mut config = self.declared();
        config.databases.insert(bound::OTHER.to_owned(), config.database.clone());
        config
    }

    fn declared(&self) -> Config {
        match self {
            Self::Sqlite => Config::default(),
            #[cfg(all(feature = "postgres", feature = "mysql"))]
            Self::Server(database) => {
                let engine = match database.server {
                    Server::Postgres18 => "postgres >= 18",
                    Server::Mariadb => "mariadb >= 10.11",
                    _ => "postgres >= 15",
                };
                Config::parse(&format!("[database]\nurl = \"env:DATABASE_URL\"\nengines = [\"{engine}\"]\n")).unwrap()
            }
        }
    }

    /// Makes it empty; nobody else is connected.
    pub fn open(&self) -> AnyConnection {
        match self {
            Self::Sqlite => {
                let mut conn = SqliteConnection::establish(":memory:").unwrap();
                conn.batch_execute("PRAGMA foreign_keys = ON").unwrap();
                AnyConnection::Sqlite(conn)
            }
            #[cfg(all(feature = "postgres", feature = "mysql"))]
            Self::Server(database) => {
                let mut conn = database.open();
                match &mut conn {
                    AnyConnection::Mysql(conn) => {
                        let name = &database.name;
                        for statement in [
                            format!("DROP DATABASE {name}"),
                            format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"),
                            format!("USE {name}"),
                        ] {
                            conn.batch_execute(&statement).unwrap();
                        }
                    }
                    AnyConnection::Pg(conn) => conn.batch_execute(EMPTIED).unwrap(),
                    _ => {}
                }
                conn
            }
        }
    }

    /// What the engine itself, or its own tool, says of what is there.
    pub fn text(&self, conn: &mut AnyConnection) -> String {
        match conn {
            AnyConnection::Sqlite(conn) => mina_runtime::sqlite::dump(conn, false).unwrap(),
            #[cfg(all(feature = "postgres", feature = "mysql"))]
            _ => {
                let Self::Server(database) = self else { return String::new() };
                match self.engine() {
                    Engine::Mysql => dump::mariadb_dump(database),
                    _ => dump::pg_dump(database),
                }
                .iter()
                .map(|statement| unnamed(statement))
                .collect::<Vec<_>>()
                .join(";\n")
            }
            #[cfg(not(all(feature = "postgres", feature = "mysql")))]
            _ => String::new(),
        }
    }

    /// What the engine finds wrong.
    pub fn complaints(&self, conn: &mut AnyConnection) -> Option<String> {
        if self.engine() != Engine::Sqlite {
            return None;
        }
        let mut said = |sql: &str| conn.texts(sql).unwrap();
        let violations = said("SELECT \"table\" AS word FROM pragma_foreign_key_check");
        let integrity = said("SELECT integrity_check AS word FROM pragma_integrity_check");
        let keys = said("SELECT CAST(foreign_keys AS TEXT) AS word FROM pragma_foreign_keys");
        let well = violations.is_empty() && integrity == ["ok"] && keys == ["1"];
        (!well).then(|| format!("keys broken in {violations:?}, integrity {integrity:?}, foreign_keys {keys:?}"))
    }

    /// What two databases have to have alike beside their outline: the order of columns, the next numbers, what is applied.
    pub fn particulars(&self) -> [&'static str; 3] {
        match self.engine() {
            Engine::Sqlite => [
                "SELECT s.name || ' ' || c.cid || ' ' || c.name AS word FROM sqlite_schema AS s, pragma_table_xinfo(s.name) AS c \
                 WHERE s.type IN ('table', 'view') ORDER BY 1",
                "SELECT name || ' ' || seq AS word FROM sqlite_sequence WHERE name <> '__mina_journal' ORDER BY 1",
                APPLIED,
            ],
            Engine::Pg => [
                "SELECT c.relname || ' ' || row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum) || ' ' || a.attname AS word \
                 FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
                 WHERE c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)' AND c.relkind IN ('r', 'v') ORDER BY 1",
                "SELECT t.relname || ' ' || a.attname || ' ' || coalesce(pg_sequence_last_value(d.objid)::text, '-') AS word \
                 FROM pg_depend AS d JOIN pg_class AS s ON s.oid = d.objid AND s.relkind = 'S' JOIN pg_class AS t ON t.oid = d.refobjid \
                 JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid \
                 WHERE d.deptype = 'i' AND t.relname NOT LIKE '\\_\\_%' ORDER BY 1",
                APPLIED,
            ],
            Engine::Mysql => [
                "SELECT CONCAT(table_name, ' ', ordinal_position, ' ', column_name) AS word FROM information_schema.columns \
                 WHERE table_schema = DATABASE() ORDER BY 1",
                "SELECT CONCAT(table_name, ' ', auto_increment) AS word FROM information_schema.tables \
                 WHERE table_schema = DATABASE() AND auto_increment IS NOT NULL AND table_name NOT LIKE '\\_\\_%' ORDER BY 1",
                APPLIED_MYSQL,
            ],
        }
    }
}

/// A database of PostgreSQL with nothing in it.
#[cfg(all(feature = "postgres", feature = "mysql"))]
const EMPTIED: &str = "SET client_min_messages = warning; \
                       DO $$ DECLARE name text; BEGIN FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)' \
                       LOOP EXECUTE format('DROP SCHEMA %I CASCADE', name); END LOOP; END $$; CREATE SCHEMA public";

/// Without the names that PostgreSQL gives by itself, after what things are called at that time: of the sequence behind a number
/// that is counted up, and of NOT NULL.
#[cfg(all(feature = "postgres", feature = "mysql"))]
fn unnamed(statement: &str) -> String {
    let lines = statement.lines().filter(|line| !line.trim_start().starts_with("SEQUENCE NAME "));
    let without = |line: &str| {
        let (head, rest) = line.split_once(" CONSTRAINT ")?;
        let (name, tail) = rest.split_once(" NOT NULL")?;
        let name = name.trim_matches(|c: char| c == '"' || c.is_ascii_digit());
        name.ends_with("_not_null").then(|| format!("{head} NOT NULL{tail}"))
    };
    let lines = lines.map(|line| without(line).unwrap_or_else(|| line.to_owned()));
    lines.collect::<Vec<_>>().join("\n")
}

const APPLIED: &str = "SELECT h.version || ' ' || j.checksum || ' ' || j.downgrade AS word FROM __diesel_schema_migrations AS h \
                       JOIN __mina_journal AS j ON j.revision = h.version AND j.downgrade IS NOT NULL ORDER BY 1";
const APPLIED_MYSQL: &str = "SELECT CONCAT(h.version, ' ', j.checksum, ' ', j.downgrade) AS word FROM __diesel_schema_migrations AS h \
                             JOIN __mina_journal AS j ON j.revision = h.version AND j.downgrade IS NOT NULL ORDER BY 1";

//! What the macros write into the binary: data, read when it is needed.

use mina_core::engine::Engine;
pub use mina_core::record::Encoded;

/// A history, as `migrations!()` collects it.
#[derive(Clone, Copy, Debug)]
pub struct Migrations {
    /// Every bind's migrations, sorted by id.
    pub migrations: &'static [Migration],
    /// The way straight to the head of each bind, one an engine that is rendered; none where it is not known.
    pub creations: &'static [Created],
    /// The text of mina.toml; empty where there is none.
    pub config: &'static str,
    /// The folder of mina.toml at compile time, to which SQLite paths are relative while it exists.
    pub directory: &'static str,
}

/// The way straight to the head of a bind, as `migrations!()` writes it.
#[derive(Clone, Copy, Debug)]
pub struct Created {
    /// The database it is for; none for the default.
    pub bind: Option<&'static str>,
    /// The engine.
    pub engine: Engine,
    /// A [`Creation`](mina_core::sql::Creation) as JSON.
    pub creation: &'static str,
}

/// One migration, as `migration!` writes it.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// What is known of it: ids, message, checksums, SQL.
    pub record: Encoded<'static>,
    /// The Rust of its `run` steps on each engine that can be linked, upgrade first.
    pub runs: &'static [(Engine, &'static [RunStep])],
    /// The file that its block stands in, from which the schema of every revision is folded when it is asked for; empty where
    /// there is none.
    pub source: &'static str,
}

/// The Rust of one `run` step, for the connection of its engine.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum RunStep {
    /// For SQLite.
    #[cfg(feature = "sqlite")]
    Sqlite(fn(&mut diesel::SqliteConnection) -> Result<usize, Box<dyn std::error::Error + Send + Sync>>),
    /// For PostgreSQL.
    #[cfg(feature = "postgres")]
    Pg(fn(&mut diesel::PgConnection) -> Result<usize, Box<dyn std::error::Error + Send + Sync>>),
    /// For MariaDB and MySQL.
    #[cfg(feature = "mysql")]
    Mysql(fn(&mut diesel::MysqlConnection) -> Result<usize, Box<dyn std::error::Error + Send + Sync>>),
}

//! What the macros write into the binary: data, read when it is needed.

use mina_core::engine::Engine;

/// A history, as `migrations!()` collects it.
#[derive(Clone, Copy, Debug)]
pub struct Migrations {
    /// Every bind's migrations, sorted by id.
    pub migrations: &'static [&'static Migration],
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
#[derive(Debug)]
pub struct Migration {
    /// The revision.
    pub id: &'static str,
    /// The first line of the doc comment.
    pub message: &'static str,
    /// The rest of the doc comment.
    pub description: &'static str,
    /// The revisions it revises; none for a base.
    pub parents: &'static [&'static str],
    /// The revisions it depends on besides.
    pub depends_on: &'static [&'static str],
    /// Its branch label.
    pub label: Option<&'static str>,
    /// The id it had in another tool.
    pub alias: Option<&'static str>,
    /// The database it is for; none for the default.
    pub bind: Option<&'static str>,
    /// Its file, relative to its crate.
    pub file: &'static str,
    /// Why it has no downgrade.
    pub irreversible: Option<&'static str>,
    /// Its SQL, one an engine that is rendered.
    pub engines: &'static [Rendered],
}

/// A migration on one engine.
#[derive(Debug)]
pub struct Rendered {
    /// The engine.
    pub engine: Engine,
    /// SHA-256 over the resolved operations, up and down, in hexadecimal.
    pub checksum: &'static str,
    /// [`Unit`](mina_core::sql::unit::Unit)s as JSON.
    pub up: &'static str,
    /// The same for the downgrade; `[]` where it is irreversible.
    pub down: &'static str,
    /// The Rust of its `run` steps, upgrade first.
    pub runs: &'static [RunStep],
}

/// The Rust of one `run` step, for the connection of its engine.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum RunStep {
    /// For SQLite.
    #[cfg(feature = "sqlite")]
    Sqlite(fn(&mut diesel::SqliteConnection) -> Result<(), Box<dyn std::error::Error + Send + Sync>>),
}

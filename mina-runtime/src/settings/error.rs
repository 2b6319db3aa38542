use mina_core::engine::Engine;

/// Why there is no connection; never with a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum ConnectError {
    #[error("there are no `{scheme}` databases")]
    Scheme { scheme: String },
    #[error("the `{scheme}` url cannot be read: {why}")]
    Url { scheme: String, why: String },
    #[error("this program cannot talk to {}: it was built without it", product(*engine))]
    NotLinked { engine: Engine },
    #[error("the url is one of {}, for which no migration of this database is written", product(*engine))]
    NotDeclared { engine: Engine, declared: Vec<String> },
    #[error("cannot connect to {place}: {message}")]
    Refused {
        engine: Engine,
        place: String,
        database: Option<String>,
        why: Refusal,
        message: String,
    },
    #[error("`ssl_mode={mode}` is not kept: the connection to {place} is not encrypted")]
    Unencrypted { place: String, mode: &'static str },
    #[error(
        "`ssl_mode={mode}` cannot be kept: the client library that is linked is MariaDB's, which Diesel cannot tell to look at a certificate"
    )]
    Unverified { mode: &'static str },
}

/// Why a server was not connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// It has no such database.
    NoDatabase,
    /// It does not know the user, or not with that password, or not from there.
    Account,
    /// Nothing answers there.
    Unreachable,
    /// One side wants encryption, or a certificate, that the other does not give.
    Tls,
    /// It answers, and takes no connection now.
    Busy,
    /// Anything else.
    Other,
}

impl ConnectError {
    /// The exit code of the command line.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Refused { .. } => 1,
            Self::Unencrypted { .. } | Self::Unverified { .. } => 5,
            _ => 2,
        }
    }

    /// Whether a server has no such database.
    pub fn is_no_database(&self) -> bool {
        let none = Refusal::NoDatabase;
        matches!(self, Self::Refused { why, .. } if *why == none)
    }

    /// What to do, a line each.
    pub fn help(&self) -> Vec<String> {
        match self {
            Self::Scheme { .. } => vec!["a url begins with `sqlite://`, `postgres://` or `mysql://`".to_owned()],
            Self::Url { .. } => Vec::new(),
            Self::NotLinked { engine } => vec![format!(
                "turn on mina's feature `{}` in Cargo.toml, and build it again",
                feature(*engine)
            )],
            Self::NotDeclared { engine, declared } => vec![format!(
                "mina.toml has `engines = {declared:?}`: with \"{}\" there, every migration is checked and written for it",
                feature(*engine)
            )],
            Self::Refused { engine, database, why, .. } => refusal_help(*engine, database.as_deref(), *why),
            Self::Unencrypted { .. } => vec![
                "the server has no TLS, or MariaDB's client library is linked, which encrypts where `ssl_ca=FILE` stands in the url"
                    .to_owned(),
            ],
            Self::Unverified { .. } => vec![
                "link MySQL's client library with mina's feature `mysql-bundled`".to_owned(),
                "or write `ssl_mode=required&ssl_ca=FILE`, if encryption alone will do".to_owned(),
            ],
        }
    }
}

fn product(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "SQLite",
        Engine::Pg => "PostgreSQL",
        Engine::Mysql => "MariaDB or MySQL",
    }
}

fn feature(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Pg => "postgres",
        Engine::Mysql => "mysql",
    }
}

fn refusal_help(engine: Engine, database: Option<&str>, why: Refusal) -> Vec<String> {
    let mysql = engine == Engine::Mysql;
    let help = match why {
        Refusal::NoDatabase => {
            let (quote, name) = (if mysql { '`' } else { '"' }, database.unwrap_or("NAME"));
            format!("create it: CREATE DATABASE {quote}{name}{quote}; or is it another one that was meant?")
        }
        Refusal::Account => {
            let file = if mysql { "~/.my.cnf" } else { "~/.pgpass (PGPASSFILE)" };
            format!("look at user and password: in the url, in {file}, or as `?password=file:/run/secrets/db`")
        }
        Refusal::Unreachable => "is the server running, and are host and port the right ones?".to_owned(),
        Refusal::Tls if mysql => "look at `ssl_mode`, `ssl_ca`, `ssl_cert` and `ssl_key` in the url".to_owned(),
        Refusal::Tls => "look at `sslmode` and `sslrootcert` in the url".to_owned(),
        Refusal::Busy => "try again in a moment".to_owned(),
        Refusal::Other => return Vec::new(),
    };
    vec![help]
}

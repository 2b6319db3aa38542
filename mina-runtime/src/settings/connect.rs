//! Connecting to a server, and why it fails.

use super::error::{ConnectError, Refusal};
use super::server::Server;
use crate::connection::AnyConnection;
use mina_core::engine::Engine;

/// Words of the servers and of their client libraries, in the order in which they are looked for.
const WORDS: &[(&str, Refusal)] = &[
    ("pg_hba.conf", Refusal::Account),
    ("password", Refusal::Account),
    ("access denied", Refusal::Account),
    ("role ", Refusal::Account),
    ("unknown database", Refusal::NoDatabase),
    ("no such database", Refusal::NoDatabase),
    ("too many", Refusal::Busy),
    ("connection slots", Refusal::Busy),
    ("starting up", Refusal::Busy),
    ("shutting down", Refusal::Busy),
    ("connection refused", Refusal::Unreachable),
    ("could not translate host name", Refusal::Unreachable),
    ("unknown server host", Refusal::Unreachable),
    ("unknown mysql server host", Refusal::Unreachable),
    ("can't connect to", Refusal::Unreachable),
    ("is the server running", Refusal::Unreachable),
    ("timeout expired", Refusal::Unreachable),
    ("no route to host", Refusal::Unreachable),
    ("network is unreachable", Refusal::Unreachable),
    ("ssl", Refusal::Tls),
    ("tls", Refusal::Tls),
    ("certificate", Refusal::Tls),
];

impl Server {
    pub(super) fn open(&self) -> Result<AnyConnection, ConnectError> {
        match self.engine() {
            #[cfg(feature = "postgres")]
            Engine::Pg => {
                use diesel::Connection;
                let opened = diesel::PgConnection::establish(self.url());
                opened.map(AnyConnection::Pg).map_err(|error| self.refused(&error))
            }
            #[cfg(feature = "mysql")]
            Engine::Mysql => self.open_mysql().map(AnyConnection::Mysql),
            engine => Err(ConnectError::NotLinked { engine }),
        }
    }

    #[cfg(feature = "mysql")]
    fn open_mysql(&self) -> Result<diesel::MysqlConnection, ConnectError> {
        use super::server::Tls;
        use diesel::Connection;
        let mode = self.tls().unwrap_or(Tls::Preferred);
        if mode >= Tls::VerifyCa && !mysqlclient_sys::SUPPORTS_MYSQL_SSL_MODE {
            return Err(ConnectError::Unverified { mode: mode.word() });
        }
        let mut conn = diesel::MysqlConnection::establish(self.url()).map_err(|error| self.refused(&error))?;
        if mode >= Tls::Required && !is_encrypted(&mut conn) {
            let place = self.to_string();
            return Err(ConnectError::Unencrypted { place, mode: mode.word() });
        }
        Ok(conn)
    }

    fn refused(&self, error: &diesel::ConnectionError) -> ConnectError {
        let message = error.to_string();
        // libpq tries with encryption and without, and says the same of each.
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut lines: Vec<String> = message.lines().map(words).filter(|line| !line.is_empty()).collect();
        lines.dedup();
        let message = lines.join("; ");
        let lower = message.to_lowercase();
        let missing = self.engine() == Engine::Pg && lower.contains("fatal: database ") && lower.ends_with("does not exist");
        let known = WORDS.iter().find(|(word, _)| lower.contains(word));
        ConnectError::Refused {
            engine: self.engine(),
            place: self.to_string(),
            database: self.database().map(str::to_owned),
            why: if missing {
                Refusal::NoDatabase
            } else {
                known.map_or(Refusal::Other, |(_, why)| *why)
            },
            message,
        }
    }
}

#[cfg(feature = "mysql")]
fn is_encrypted(conn: &mut diesel::MysqlConnection) -> bool {
    use diesel::RunQueryDsl;
    #[derive(diesel::QueryableByName)]
    struct Status {
        #[diesel(sql_type = diesel::sql_types::Text, column_name = "Value")]
        value: String,
    }
    let found: Result<Status, _> = diesel::sql_query("SHOW SESSION STATUS LIKE 'Ssl_cipher'").get_result(conn);
    found.is_ok_and(|status| !status.value.is_empty())
}

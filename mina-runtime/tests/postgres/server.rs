//! The servers that the tests are run on, and a database of one's own on each.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use std::env;
use std::sync::atomic::{AtomicU32, Ordering};

/// A server of which the environment says the URL.
pub struct Server {
    variable: &'static str,
    /// The oldest version that a history on it declares.
    pub version: &'static str,
}

/// The oldest and the newest.
pub const SERVERS: &[Server] = &[
    Server {
        variable: "MINA_TEST_POSTGRES_URL",
        version: "15",
    },
    Server {
        variable: "MINA_TEST_POSTGRES18_URL",
        version: "18",
    },
];

/// A database that goes when it is dropped.
pub struct Database {
    pub conn: PgConnection,
    maintenance: PgConnection,
    name: String,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Database {
    pub fn new(server: &Server) -> Self {
        let variable = server.variable;
        let url = env::var(variable).unwrap_or_else(|_| panic!("{variable} is not set: `scripts/databases` starts servers and prints it"));
        let mut maintenance = PgConnection::establish(&url).unwrap();
        let name = format!("mina_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        maintenance.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let (start, _) = url.rsplit_once('/').unwrap();
        let conn = PgConnection::establish(&format!("{start}/{name}")).unwrap();
        Self { conn, maintenance, name }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = self.maintenance.batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

//! Clients that write while a backfill goes on.

use crate::Random;
use mina::{AnyConnection, AsConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;

#[derive(Debug, Default)]
pub struct Written {
    pub inserted: i64,
    pub updated: i64,
    pub deleted: i64,
}

pub struct Client {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Written>,
}

impl Client {
    pub fn start(url: String, rows: u64, seed: u64) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let told = stop.clone();
        let thread = spawn(move || write(&url, rows, &mut Random(seed | 1), &told));
        Self { stop, thread }
    }

    pub fn stop(self) -> Written {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

/// Inserts, updates and deletes all over the table; what waits too long for a lock is let be.
fn write(url: &str, rows: u64, random: &mut Random, stop: &AtomicBool) -> Written {
    let mut conn = AnyConnection::establish(url).unwrap();
    let conn = conn.as_connection();
    // The other engines wait by themselves.
    let _ = conn.execute("PRAGMA busy_timeout = 5000");
    let mut written = Written::default();
    let mut next = 0;
    while !stop.load(Ordering::Relaxed) {
        let (shard, row) = (random.below(7), 1 + random.below(rows));
        let (sql, count) = match random.below(8) {
            0 => (
                format!("DELETE FROM entries WHERE shard = {} AND name = 'it''s k{row}'", row % 7),
                &mut written.deleted,
            ),
            1..4 => {
                next += 1;
                (
                    // Of a number in turn, so that they stand everywhere in the order of the key.
                    format!("INSERT INTO entries (shard, name) VALUES ({shard}, 'new {next} {row}')"),
                    &mut written.inserted,
                )
            }
            _ => (
                format!(
                    "UPDATE entries SET touched = touched + 1 WHERE shard = {} AND name = 'it''s k{row}'",
                    row % 7
                ),
                &mut written.updated,
            ),
        };
        *count += conn.execute(&sql).unwrap_or_default() as i64;
        sleep(Duration::from_millis(1));
    }
    written
}

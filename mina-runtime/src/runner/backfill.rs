//! Units that go through a table batch by batch.

use super::apply::{Outcome, Run};
use super::error::ErrorKind;
use super::job::Job;
use super::unit::{self, Done, Failure};
use mina_core::config;
use mina_core::engine::Engine;
use mina_core::sql::unit::{Action, Backfill};
use std::time::{Duration, Instant};

/// Rows of the first batch, before it is known how long they take.
const FIRST: u32 = 1_000;
/// Between two looks at whether a backfill may go on.
const PAUSE: Duration = Duration::from_millis(250);

/// What mina.toml says of how fast backfills go, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pacing {
    batch_time: u64,
    replica_lag: Option<u64>,
}

impl Pacing {
    pub(crate) fn of(run: &config::Run) -> Self {
        Self {
            batch_time: run.batch_time,
            replica_lag: run.replica_lag,
        }
    }
}

/// How many rows the next batch has.
#[derive(Debug)]
struct Stride {
    rows: u32,
    most: u32,
    target: Duration,
}

impl Stride {
    fn new(backfill: &Backfill, pacing: Pacing) -> Self {
        let most = backfill.batch.max(1);
        Self {
            rows: most.min(FIRST),
            most,
            target: Duration::from_millis(backfill.time.unwrap_or(pacing.batch_time).max(1)),
        }
    }

    /// At most twice as many rows as before, at least half as many.
    fn took(&mut self, time: Duration) {
        let fitting = f64::from(self.rows) * self.target.as_secs_f64() / time.as_secs_f64().max(1e-6);
        let (least, most) = (self.rows / 2, self.rows.saturating_mul(2));
        self.rows = (fitting.min(f64::from(u32::MAX)) as u32).clamp(least, most).clamp(1, self.most);
    }
}

impl Run<'_> {
    /// Updates a table batch by batch, each in a transaction with its row of the journal, in which stands the key of its last row.
    pub(super) fn backfill(&mut self, job: &Job<'_>, at: usize, backfill: &Backfill, line: u32) -> Result<Outcome, ErrorKind> {
        let mut done = Done {
            steps: 1,
            ..Done::default()
        };
        let began = Instant::now();
        let step = Action::Backfill(backfill.clone()).describe();
        self.progress.step(&step);
        let mut stride = Stride::new(backfill, self.pacing);
        let mut total = None;
        loop {
            let waited = self.give_way(backfill);
            if waited.map_err(|error| self.stopped_by(job, at, backfill, line, &error))? {
                self.progress.step(&step);
            }
            if let Some(outcome) = self.begin(job, at)? {
                return Ok(outcome);
            }
            let started = Instant::now();
            let after = self.partial(job.planned)?.position;
            let result = match self.batch(backfill, after.as_deref(), stride.rows, &mut total) {
                Ok((rows, Some(position))) => {
                    done.rows += rows;
                    self.progress.rows(done.rows, total.unwrap_or_default().max(done.rows));
                    self.note(job, at, "batch", Some(&position), Duration::ZERO)
                        .and_then(|()| self.commit())
                        .map(|()| false)
                }
                Ok((rows, None)) => {
                    done.rows += rows;
                    self.end(job, at, began).map(|()| true)
                }
                Err(error) => Err(self.stopped_by(job, at, backfill, line, &error)),
            };
            if self.or_roll_back(result)? {
                return Ok(Outcome::Did(done));
            }
            stride.took(started.elapsed());
        }
    }

    fn stopped_by(&self, job: &Job<'_>, at: usize, backfill: &Backfill, line: u32, error: &diesel::result::Error) -> ErrorKind {
        let (message, trouble) = unit::words(self.conn, error);
        let failure = Failure {
            line,
            statement: backfill.whole(),
            message,
            trouble,
        };
        self.failed(job, at, failure)
    }

    /// One batch, and the key of its last row; none where there was none left.
    fn batch(
        &mut self,
        backfill: &Backfill,
        after: Option<&str>,
        rows: u32,
        total: &mut Option<u64>,
    ) -> diesel::QueryResult<(u64, Option<String>)> {
        if backfill.key.is_empty() {
            return Ok((self.conn.execute(&backfill.whole())?, None));
        }
        let after = after.map(|after| literals(after, backfill)).transpose()?;
        let after = after.as_deref();
        if total.is_none() {
            *total = Some(self.conn.number(&backfill.count(after))?.unsigned_abs());
        }
        let Some(end) = self.conn.text(&backfill.end(after, rows))? else {
            return Ok((0, None));
        };
        let end = literals(&end, backfill)?;
        let rows = self.conn.execute(&backfill.update(after, &end))?;
        Ok((rows, Some(position(&end))))
    }

    /// Waits for replicas, and as long as the statement's own query has rows; whether there was anything to wait for.
    fn give_way(&mut self, backfill: &Backfill) -> diesel::QueryResult<bool> {
        let lag = self.pacing.replica_lag.filter(|_| self.conn.engine() == Engine::Pg);
        let lag = lag.map(|most| format!("SELECT 1 FROM pg_catalog.pg_stat_replication WHERE replay_lag > INTERVAL '{most} milliseconds'"));
        let own = backfill
            .wait_while
            .as_deref()
            .map(|query| query.trim_end().trim_end_matches(';').to_owned());
        let conditions: Vec<String> = lag.into_iter().chain(own).collect();
        let mut waited = false;
        for condition in conditions {
            let holds = format!("SELECT CASE WHEN EXISTS ({condition}\n) THEN 1 ELSE 0 END");
            while self.conn.number(&holds)? > 0 {
                if !waited {
                    self.progress.step(&format!("backfill {} waits", backfill.table));
                }
                waited = true;
                std::thread::sleep(PAUSE);
            }
        }
        Ok(waited)
    }
}

/// The literals of a key, as the database or the journal has them.
fn literals(json: &str, backfill: &Backfill) -> diesel::QueryResult<Vec<String>> {
    let damaged = || diesel::result::Error::DeserializationError(format!("`{json}` is no key of {}", backfill.table).into());
    let literals: Vec<String> = serde_json::from_str(json).map_err(|_| damaged())?;
    match literals.len() == backfill.key.len() {
        true => Ok(literals),
        false => Err(damaged()),
    }
}

/// The same for the journal; no character that ends a field of it stands in JSON.
fn position(literals: &[String]) -> String {
    serde_json::json!(literals).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stride(rows: u32, most: u32) -> Stride {
        let target = Duration::from_millis(100);
        Stride { rows, most, target }
    }

    #[test]
    fn batches_come_to_take_the_time_that_they_should() {
        let mut next = stride(1_000, 10_000);
        for (time, rows) in [(10, 2_000), (10, 4_000), (80, 5_000), (200, 2_500), (10_000, 1_250), (0, 2_500)] {
            next.took(Duration::from_millis(time));
            assert_eq!(next.rows, rows);
        }
        let mut least = stride(1, 10_000);
        least.took(Duration::from_secs(60));
        assert_eq!(least.rows, 1);
        let mut most = stride(900, 1_000);
        most.took(Duration::ZERO);
        assert_eq!(most.rows, 1_000);
    }

    #[test]
    fn a_position_has_no_character_that_ends_a_field_and_is_read_again() {
        let key = [
            "'it''s a \"key\"'".to_owned(),
            "X'00'".to_owned(),
            "'\u{e9}\u{1e}\u{1f}'".to_owned(),
        ];
        let text = position(&key);
        assert!(!text.contains(['\u{1e}', '\u{1f}']));
        assert_eq!(serde_json::from_str::<Vec<String>>(&text).unwrap(), key);
    }
}

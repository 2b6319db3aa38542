//! Units that go through a table batch by batch.

use super::apply::{Outcome, Run};
use super::error::ErrorKind;
use super::job::Job;
use super::unit::{self, Done, Failure};
use mina_core::sql::unit::{Action, Backfill};
use std::time::{Duration, Instant};

impl Run<'_> {
    pub(super) fn backfill(&mut self, job: &Job<'_>, at: usize, backfill: &Backfill, line: u32) -> Result<Outcome, ErrorKind> {
        let mut done = Done {
            steps: 1,
            ..Done::default()
        };
        let began = Instant::now();
        self.progress.step(&Action::Backfill(backfill.clone()).describe());
        let filter = backfill.filter.as_ref().map_or(String::new(), |filter| format!(" WHERE {filter}"));
        let total = self.conn.number(&format!("SELECT count(*) FROM {}{filter}", backfill.table));
        let total = total.map_or(0, i64::unsigned_abs);
        loop {
            if let Some(outcome) = self.begin(job, at)? {
                return Ok(outcome);
            }
            let position = self.partial(job.planned)?.position;
            let result = match self.batch(backfill, position) {
                Ok((rows, Some(position))) => {
                    done.rows += rows;
                    self.progress.rows(done.rows, total.max(done.rows));
                    self.note(job, at, "batch", Some(position), Duration::ZERO)
                        .and_then(|()| self.commit())
                        .map(|()| false)
                }
                Ok((rows, None)) => {
                    done.rows += rows;
                    self.end(job, at, began).map(|()| true)
                }
                Err(error) => {
                    let (message, trouble) = unit::words(self.conn, &error);
                    let failure = Failure {
                        line,
                        statement: format!("UPDATE {} SET {}{filter}", backfill.table, backfill.set),
                        message,
                        trouble,
                    };
                    Err(self.failed(job, at, failure))
                }
            };
            if self.or_roll_back(result)? {
                return Ok(Outcome::Did(done));
            }
        }
    }

    fn batch(&mut self, backfill: &Backfill, after: Option<i64>) -> diesel::QueryResult<(u64, Option<i64>)> {
        let (table, filter) = (&backfill.table, backfill.filter.as_deref());
        let Some(key) = self.conn.batch_key(table)? else {
            let condition = filter.map_or(String::new(), |filter| format!(" WHERE {filter}"));
            let rows = self.conn.execute(&format!("UPDATE {table} SET {}{condition}", backfill.set))?;
            return Ok((rows, None));
        };
        let Some(end) = self.conn.batch_end(table, &key, after, filter, backfill.batch.max(1))? else {
            return Ok((0, None));
        };
        let mut conditions = vec![format!("{key} <= {end}")];
        conditions.extend(after.map(|after| format!("{key} > {after}")));
        conditions.extend(filter.map(|filter| format!("({filter}\n)")));
        let rows = self
            .conn
            .execute(&format!("UPDATE {table} SET {} WHERE {}", backfill.set, conditions.join(" AND ")))?;
        Ok((rows, Some(end)))
    }
}

//! What became of a statement outside a transaction that was begun and not seen to end.

use super::apply::Run;
use super::error::{ErrorKind, Partly};
use super::job::Job;
use super::state::partly;
use super::unit;
use mina_core::normal::{Change, Facts};

impl Run<'_> {
    /// Finds out from the live database whether a statement that was begun has come to its end.
    pub(super) fn was_done(&mut self, job: &Job<'_>, at: usize, change: &Change) -> Result<bool, ErrorKind> {
        let live = self.conn.facts().map_err(|fault| ErrorKind::Database { message: fault.message })?;
        let (before, after) = (change.before(), change.after());
        if unit::differing(self.conn, &after, &live).is_empty() {
            return Ok(true);
        }
        if unit::differing(self.conn, &before, &live).is_empty() {
            return Ok(false);
        }
        let shown = |facts: &Facts, name: &str| facts.get(name).and_then(Option::as_deref).unwrap_or("not there").to_owned();
        let differing = unit::differing(self.conn, &after, &live);
        let lines = differing.into_iter().map(|(name, _)| {
            format!(
                "    {name}\n        before:   {}\n        after:    {}\n        database: {}",
                shown(&before, name),
                shown(&after, name),
                shown(&live, name)
            )
        });
        let differences = lines.collect::<Vec<_>>().join("\n");
        let partial = self.partial(job.planned)?;
        let why = Partly::Neither { unit: at + 1, differences };
        Err(partly(&job.planned.revision, &partial, why))
    }
}

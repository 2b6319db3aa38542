//! One migration of a script.

use super::scratch::Scratch;
use super::script::Script;
use super::{ErrorKind, Job, Planned};
use mina_core::history::Set;
use mina_core::sql::unit::{Action, Backfill, Step, UnitKind};

impl Job<'_> {
    /// Writes a migration, given what is applied before it.
    pub(super) fn migration(&self, planned: &Planned, applied: &Set, script: &mut Script) -> Result<(), ErrorKind> {
        script.revision(planned);
        let mut scratch = Scratch::new(self, planned, applied)?;
        if planned.direction == super::Direction::Down
            && let Some(index) = self.state.graph.find(&planned.revision)
        {
            script.forget(&self.state.graph.nodes()[index].squashes);
        }
        if planned.units.is_empty() {
            script.begin();
            script.record(planned, 0);
            script.end_unit();
        }
        for (at, unit) in planned.units.iter().enumerate() {
            let (alone, keys_off) = (unit.kind == UnitKind::Alone, unit.kind == UnitKind::ForeignKeysOff);
            let shared = unit.kind == UnitKind::Transaction;
            if !shared {
                script.commit();
            }
            if keys_off {
                script.statement("PRAGMA foreign_keys = OFF");
            }
            if !alone {
                script.begin();
            }
            if keys_off {
                script.statement("CREATE TEMP TABLE mina_keys AS SELECT count(*) AS n FROM pragma_foreign_key_check");
            }
            for step in &unit.steps {
                self.step(planned, step, &mut scratch, script)?;
            }
            if keys_off {
                script.refuse_rows(
                    "there are rows that violate foreign keys",
                    "SELECT max(0, (SELECT count(*) FROM pragma_foreign_key_check) - n) FROM temp.mina_keys",
                );
                script.statement("DROP TABLE temp.mina_keys");
            }
            script.begin();
            script.record(planned, at);
            match shared {
                true => script.end_unit(),
                false => script.commit(),
            }
            if keys_off {
                script.statement("PRAGMA foreign_keys = ON");
            }
        }
        Ok(())
    }

    fn step(&self, planned: &Planned, step: &Step, scratch: &mut Scratch, script: &mut Script) -> Result<(), ErrorKind> {
        match &step.action {
            Action::Sql(sql) => {
                script.statement(sql);
                scratch.follow(&step.action, sql);
            }
            Action::Batch(change) => {
                for sql in scratch.change(planned, step.line, change)? {
                    script.statement(&sql);
                }
            }
            // The statement itself refuses them.
            Action::Count { late: true, .. } => {}
            Action::Count { sql, what, late: false } => script.refuse_rows(&format!("there are {what}"), sql),
            Action::Run(_) if self.offline.skip_run => {
                script.comment(&format!("left out: the Rust at {}", super::super::place(&planned.file, step.line)));
            }
            Action::Run(_) => {
                return Err(ErrorKind::NeedsRust {
                    revision: planned.revision.clone(),
                    place: super::super::place(&planned.file, step.line),
                });
            }
            Action::Backfill(Backfill { table, set, filter, .. }) => {
                let filter = filter.as_ref().map_or(String::new(), |filter| format!(" WHERE {filter}"));
                script.statement(&format!("UPDATE {table} SET {set}{filter}"));
            }
            // What the live schema is is not known here.
            Action::Verify(_) | Action::Expect { .. } => {}
        }
        Ok(())
    }
}

use super::plan::{Plan, Planned};
use super::report::Ran;

/// Told of a run while it goes on; every method may be left out.
pub trait Progress {
    /// What will be run.
    fn planned(&mut self, plan: &Plan) {
        let _ = plan;
    }

    /// A migration begins: the `index`th of `total`, counted from one.
    fn began(&mut self, migration: &Planned, index: usize, total: usize) {
        let _ = (migration, index, total);
    }

    /// A step of the migration begins; `text` says what it does.
    fn step(&mut self, text: &str) {
        let _ = text;
    }

    /// A step has dealt with so many rows of so many.
    fn rows(&mut self, done: u64, total: u64) {
        let _ = (done, total);
    }

    /// A migration is done.
    fn finished(&mut self, migration: &Ran) {
        let _ = migration;
    }

    /// Something should be looked at.
    fn warning(&mut self, text: &str) {
        let _ = text;
    }
}

/// Silent.
impl Progress for () {}

//! Steps to units: what shares a transaction.

use super::Dialect;
use super::unit::{Step, Unit, UnitKind};
use crate::normal::Change;
use crate::schema::Schema;

/// A step, and what it may share a transaction with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The step.
    pub step: Step,
    /// What it may share a transaction with.
    pub company: Company,
    /// The schema before and after it, where the runner may have to find out which of the two a database is in.
    pub around: Option<Box<(Schema, Schema)>>,
}

impl Draft {
    /// A step of which the runner need not find out whether it was done.
    pub fn new(step: Step, company: Company) -> Self {
        Self {
            step,
            company,
            around: None,
        }
    }

    /// The same with the schemas that tell whether it was done.
    #[must_use]
    pub fn between(mut self, before: &Schema, after: &Schema) -> Self {
        self.around = Some(Box::new((before.clone(), after.clone())));
        self
    }
}

/// What a step may share a transaction with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Company {
    /// Changes the schema: with anything.
    Schema,
    /// Reads or writes rows: foreign keys are on, so that cascades fire.
    Rows,
    /// Foreign keys are off: with changes of the schema alone.
    KeysOff,
    /// Only with what is after it: what is before it has to be committed.
    Committed,
    /// Belongs to the step after it.
    Next,
    /// With nothing, and in no transaction.
    Alone,
    /// With nothing, in a transaction of its own.
    Own,
}

/// Cuts steps into units, as few as may be.
///
/// Changes of the schema join the unit before them, or where that is of another kind, the one after them.
///
/// `transaction` is what the block says: all in one, which the checker has looked at, or none.
pub fn cut(drafts: Vec<Draft>, transaction: Option<bool>, dialect: &dyn Dialect) -> Vec<Unit> {
    let (one, transaction) = (transaction == Some(true), transaction.unwrap_or(true));
    let mut units: Vec<Open> = Vec::new();
    let mut waiting: Vec<Step> = Vec::new();
    for Draft { step, company, around } in drafts {
        waiting.push(step);
        if company == Company::Next {
            continue;
        }
        let company = match company {
            Company::Committed if one => Company::Schema,
            company => company,
        };
        let steps = std::mem::take(&mut waiting);
        match units.last_mut() {
            Some(open) if transaction && open.takes(company) => {
                open.company = if open.company == Company::Schema { company } else { open.company };
                open.steps.extend(steps);
            }
            _ => units.push(Open {
                company: if company == Company::Committed { Company::Schema } else { company },
                steps,
                around,
            }),
        }
    }
    units.into_iter().map(|open| open.close(transaction, dialect)).collect()
}

struct Open {
    company: Company,
    steps: Vec<Step>,
    around: Option<Box<(Schema, Schema)>>,
}

impl Open {
    fn takes(&self, company: Company) -> bool {
        match (self.company, company) {
            (Company::Alone | Company::Own, _) | (_, Company::Alone | Company::Own | Company::Committed) => false,
            (Company::Schema, _) | (_, Company::Schema) => true,
            (open, company) => open == company,
        }
    }

    fn close(self, transaction: bool, dialect: &dyn Dialect) -> Unit {
        let only_sql = self.steps.iter().all(|step| matches!(step.action, super::unit::Action::Sql(_)));
        let kind = match self.company {
            Company::KeysOff => UnitKind::ForeignKeysOff,
            Company::Alone => UnitKind::Alone,
            Company::Own => UnitKind::Own,
            _ if !transaction && only_sql => UnitKind::Alone,
            _ => UnitKind::Transaction,
        };
        let around = self.around.filter(|_| kind == UnitKind::Alone);
        let change = around.map(|around| Change::between(&around.0, &around.1, dialect));
        Unit {
            kind,
            steps: self.steps,
            change: change.filter(|change| !change.is_empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::unit::Action;
    use super::*;
    use Company::*;

    fn kinds(companies: &[Company], transaction: bool) -> Vec<(UnitKind, usize)> {
        let step = Step {
            line: 0,
            action: Action::Sql(String::new()),
        };
        let drafts = companies.iter().map(|company| Draft::new(step.clone(), *company));
        cut(
            drafts.collect(),
            Some(transaction).filter(|transaction| !transaction),
            &crate::sql::sqlite::Sqlite,
        )
        .into_iter()
        .map(|unit| (unit.kind, unit.steps.len()))
        .collect()
    }

    #[test]
    fn a_rebuild_with_keys_off_shares_its_transaction_with_schema_changes_and_never_with_rows() {
        assert_eq!(kinds(&[Schema, Rows, Schema], true), [(UnitKind::Transaction, 3)]);
        assert_eq!(kinds(&[Schema, KeysOff, Schema, KeysOff], true), [(UnitKind::ForeignKeysOff, 4)]);
        assert_eq!(
            kinds(&[Rows, Schema, KeysOff, Rows], true),
            [
                (UnitKind::Transaction, 2),
                (UnitKind::ForeignKeysOff, 1),
                (UnitKind::Transaction, 1)
            ]
        );
        assert_eq!(
            kinds(&[Schema, Alone, Schema], true),
            [(UnitKind::Transaction, 1), (UnitKind::Alone, 1), (UnitKind::Transaction, 1)]
        );
    }

    #[test]
    fn what_is_made_while_a_table_is_in_use_is_committed_step_by_step() {
        let (shared, own) = ((UnitKind::Transaction, 1), (UnitKind::Own, 1));
        assert_eq!(kinds(&[Schema, Own, Own, Schema], true), [shared, own, own, shared]);
        assert_eq!(kinds(&[Own, Next, Own], false), [own, (UnitKind::Own, 2)]);
    }

    #[test]
    fn what_needs_a_commit_begins_a_unit_that_goes_on() {
        assert_eq!(
            kinds(&[Schema, Committed, Rows, Schema], true),
            [(UnitKind::Transaction, 1), (UnitKind::Transaction, 3)]
        );
    }

    #[test]
    fn a_count_stays_with_the_step_it_is_for() {
        assert_eq!(
            kinds(&[Rows, Next, KeysOff], true),
            [(UnitKind::Transaction, 1), (UnitKind::ForeignKeysOff, 2)]
        );
    }

    #[test]
    fn without_a_transaction_each_step_stands_alone() {
        assert_eq!(kinds(&[Schema, Rows], false), [(UnitKind::Alone, 1), (UnitKind::Alone, 1)]);
    }
}

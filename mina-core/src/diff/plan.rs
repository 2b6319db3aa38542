use super::Renames;
use super::changes::Changes;
use super::order::{Order, Passes, Script, drop_bodies, sink, take};
use super::taken::{Changes as Reasons, Lost, close};
use crate::diagnostic::Diagnostic;
use crate::operation::{Context, Operation, replay_end};
use crate::schema::{Enum, ObjectName, Schema};
use crate::syntax::ast::{Body, Statement};
use crate::syntax::{Span, print};
use std::collections::BTreeSet;

/// Whose names count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// All: the way back leads to the very names that were there.
    Exact,
    /// Those that somebody gave: a constraint that the naming convention names is what it says, whatever it is called.
    Given,
}

/// A schema that is there, and another one that is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// What is there.
    pub have: &'a Schema,
    /// What is wanted.
    pub want: &'a Schema,
    /// Which of the new names stand for old ones.
    pub renames: &'a Renames,
    /// Whose names count.
    pub names: Names,
    /// The engine and the settings; the id of its block says which naming convention is in force.
    pub context: Context<'a>,
}

/// The way from one schema to another.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The statements, in order; nothing is allowed in them yet.
    pub statements: Vec<Statement>,
    /// The schema that they leave.
    pub end: Schema,
    /// What they leave undone, a sentence each.
    pub left: Vec<String>,
}

/// The statements that make one schema of another on one engine.
///
/// What stands in the way of a change is dropped before it and made again after it. Each table is passed over once, unless
/// names that go are wanted elsewhere.
pub fn plan(wish: &Wish<'_>) -> Plan {
    let first = wish.attempt(Passes::One);
    if first.left.is_empty() {
        return first;
    }
    let second = wish.attempt(Passes::Apart);
    if second.left.is_empty() { second } else { first }
}

impl Wish<'_> {
    fn attempt(&self, passes: Passes) -> Plan {
        let engine = self.context.target.engine();
        let mut script = Script::default();
        let (base, mut left) = self.rename(&mut script);
        let changes = self.changes(&base);
        left.extend(changes.unsaid.iter().cloned());
        let order = Order {
            have: &base,
            want: self.want,
            changes: &changes,
            engine,
            passes,
        };
        order.write(&mut script);
        sink(&mut script.statements);
        let (end, refused) = self.replay(self.have, &script.statements);
        left.extend(refused);
        if left.is_empty() {
            left.extend(self.remaining(&end));
        }
        Plan {
            statements: script.statements,
            end,
            left,
        }
    }

    fn changes(&self, have: &Schema) -> Changes {
        Changes::between(have, self.want, self.context.target.engine(), self.names == Names::Given)
    }

    /// What is still to do, and has no statement or did not stay done.
    fn remaining(&self, end: &Schema) -> Vec<String> {
        let changes = self.changes(end);
        let mut script = Script::default();
        let order = Order {
            have: end,
            want: self.want,
            changes: &changes,
            engine: self.context.target.engine(),
            passes: Passes::One,
        };
        order.write(&mut script);
        let undone = script.statements.iter().map(print::statement);
        let undone = undone.map(|statement| format!("this would still be to do: `{statement}`"));
        changes.unsaid.into_iter().chain(undone).collect()
    }

    /// Gives tables, columns and values their new names; what names them in a body goes before.
    fn rename(&self, script: &mut Script) -> (Schema, Vec<String>) {
        let renames = self.renames;
        let mut reasons = Reasons {
            tables: renames.tables.iter().map(|(old, _)| old.clone()).collect(),
            ..Reasons::default()
        };
        let before = |table: &ObjectName| {
            let was = renames.tables.iter().find(|(_, new)| new == table);
            was.map_or_else(|| table.clone(), |(old, _)| old.clone())
        };
        reasons.columns = renames.columns.iter().map(|(table, old, _)| (before(table), old.clone())).collect();
        reasons.enums = renames
            .values
            .iter()
            .map(|(name, old, _)| Lost {
                name: name.clone(),
                values: vec![old.clone()],
                anew: false,
            })
            .collect();
        let mut taken = BTreeSet::new();
        close(self.have, &reasons, self.context.target.engine(), &mut taken);
        drop_bodies(self.have, self.context.target.engine(), &taken, &BTreeSet::new(), script);
        // Checks and indexes that name a value which gets another name.
        taken.iter().for_each(|piece| take(self.have, piece, script));
        for (old, new) in &renames.tables {
            let (from, to) = (old.clone(), new.clone());
            let renamed = Vec::new();
            script.say(&Operation::RenameTable { from, to, renamed });
        }
        for (table, old, new) in &renames.columns {
            let (from, to) = (old.clone(), new.clone());
            script.on(
                table,
                &Operation::RenameColumn {
                    table: table.clone(),
                    from,
                    to,
                },
            );
        }
        for (name, old, new) in &renames.values {
            let Some(object) = self.have.enumeration(name) else { continue };
            script.say(&Operation::AlterEnum {
                before: Enum::clone(object),
                after: Enum::clone(object),
                renamed: Some((old.clone(), new.clone())),
            });
        }
        self.replay(self.have, &script.statements)
    }

    fn replay(&self, start: &Schema, statements: &[Statement]) -> (Schema, Vec<String>) {
        let body = Body {
            statements: statements.to_vec(),
            span: Span::default(),
        };
        let (end, diagnostics) = replay_end(start.clone(), &body, &self.context);
        let refused = diagnostics.into_iter().filter(Diagnostic::is_error);
        (end, refused.map(|diagnostic| diagnostic.message).collect())
    }
}

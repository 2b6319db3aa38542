//! Which object is which: through renames, from one end of a block to the other.

use crate::diff::Object;
use crate::history::{Resolved, Trace};
use crate::operation::Operation;
use crate::schema::{Column, Constraint, ObjectName, Schema};

/// An object's name in a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Table(ObjectName),
    Comment(ObjectName),
    Options(ObjectName),
    Column(ObjectName, String),
    Constraint(ObjectName, String),
    Index(ObjectName, String),
    Enum(ObjectName),
    Sequence(ObjectName),
    View(ObjectName),
    Trigger(ObjectName, String),
    Function(ObjectName, String),
    Extension(ObjectName),
    Namespace(ObjectName),
}

impl Key {
    pub(super) fn of(object: &Object) -> Self {
        match object {
            Object::Table(table) => Self::Table(table.name.clone()),
            Object::Column(table, column) => Self::Column(table.clone(), column.name.clone()),
            Object::Constraint(table, constraint) => Self::Constraint(table.clone(), constraint.name().text.clone()),
            Object::Index(table, index) => Self::Index(table.clone(), index.name.text.clone()),
            Object::Enum(object) => Self::Enum(object.name.clone()),
            Object::Sequence(object) => Self::Sequence(object.name.clone()),
            Object::View(object) => Self::View(object.name.clone()),
            Object::Trigger(trigger) => Self::Trigger(trigger.table.clone(), trigger.name.clone()),
            Object::Function(function) => Self::Function(function.name.clone(), function.arguments.clone()),
            Object::Extension(name) => Self::Extension(name.clone()),
            Object::Namespace(name) => Self::Namespace(name.clone()),
        }
    }

    /// The table it stands on.
    pub(super) fn table(&self) -> Option<&ObjectName> {
        match self {
            Self::Comment(table)
            | Self::Options(table)
            | Self::Column(table, _)
            | Self::Constraint(table, _)
            | Self::Index(table, _)
            | Self::Trigger(table, _) => Some(table),
            _ => None,
        }
    }

    fn table_mut(&mut self) -> Option<&mut ObjectName> {
        match self {
            Self::Table(table)
            | Self::Comment(table)
            | Self::Options(table)
            | Self::Column(table, _)
            | Self::Constraint(table, _)
            | Self::Index(table, _)
            | Self::Trigger(table, _) => Some(table),
            _ => None,
        }
    }

    /// Its name after an operation.
    pub(super) fn after(&self, operation: &Operation) -> Self {
        self.renamed(operation, false)
    }

    /// Its name before an operation.
    pub(super) fn before(&self, operation: &Operation) -> Self {
        self.renamed(operation, true)
    }

    /// Whether an operation gives its own name, not its table's, to another object of its kind.
    fn is_given_away(&self, operation: &Operation) -> bool {
        match (self, operation) {
            (Self::Table(name), Operation::RenameTable { to, .. }) => name == to,
            (Self::Column(of, name), Operation::RenameColumn { table, to, .. })
            | (Self::Constraint(of, name), Operation::RenameConstraint { table, to, .. })
            | (Self::Index(of, name), Operation::RenameIndex { table, to, .. }) => of == table && name == to,
            _ => false,
        }
    }

    /// Whether an operation takes its own name away from what bears it.
    fn is_taken_away(&self, operation: &Operation) -> bool {
        match (self, operation) {
            (Self::Table(name), Operation::RenameTable { from, .. }) => name == from,
            (Self::Column(of, name), Operation::RenameColumn { table, from, .. })
            | (Self::Constraint(of, name), Operation::RenameConstraint { table, from, .. })
            | (Self::Index(of, name), Operation::RenameIndex { table, from, .. }) => of == table && name == from,
            _ => false,
        }
    }

    /// Whether another key is of the same name, on whatever table.
    pub(super) fn is_called_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Column(_, name), Self::Column(_, other))
            | (Self::Constraint(_, name), Self::Constraint(_, other))
            | (Self::Index(_, name), Self::Index(_, other)) => name == other,
            (one, other) => one == other,
        }
    }

    fn renamed(&self, operation: &Operation, back: bool) -> Self {
        let mut key = self.clone();
        fn turned<'n, T>(back: bool, from: &'n T, to: &'n T) -> (&'n T, &'n T) {
            if back { (to, from) } else { (from, to) }
        }
        match operation {
            Operation::RenameTable { from, to, renamed } => {
                let (from, to) = turned(back, from, to);
                let Some(table) = key.table_mut().filter(|table| *table == from) else {
                    return key;
                };
                *table = to.clone();
                if let Self::Constraint(_, name) | Self::Index(_, name) = &mut key {
                    let new = renamed
                        .iter()
                        .map(|(old, new)| turned(back, old, new))
                        .find(|(old, _)| *old == name);
                    new.into_iter().for_each(|(_, new)| name.clone_from(new));
                }
            }
            Operation::RenameColumn { table, from, to } => {
                let (from, to) = turned(back, from, to);
                if let Self::Column(of, name) = &mut key
                    && of == table
                    && name == from
                {
                    name.clone_from(to);
                }
            }
            Operation::RenameConstraint { table, from, to } => {
                let (from, to) = turned(back, from, to);
                if let Self::Constraint(of, name) = &mut key
                    && of == table
                    && name == from
                {
                    name.clone_from(to);
                }
            }
            Operation::RenameIndex { table, from, to } => {
                let (from, to) = turned(back, from, to);
                if let Self::Index(of, name) = &mut key
                    && of == table
                    && name == from
                {
                    name.clone_from(to);
                }
            }
            Operation::Execute { effect, .. } | Operation::Run { effect, .. } => {
                let mut steps: Vec<&Operation> = effect.iter().collect();
                if back {
                    steps.reverse();
                }
                return steps.into_iter().fold(key, |key, step| key.renamed(step, back));
            }
            _ => {}
        }
        key
    }

    /// The object of that name.
    pub(super) fn find(&self, schema: &Schema) -> Option<State> {
        let state = match self {
            Self::Table(name) => {
                schema.table(name)?;
                State::There
            }
            Self::Comment(table) => State::Comment(schema.table(table)?.comment.clone()),
            Self::Options(table) => State::Options(schema.table(table)?.options.clone()),
            Self::Column(table, name) => State::Column(schema.table(table)?.column(name)?.clone()),
            Self::Constraint(table, name) => State::Constraint(schema.table(table)?.constraint(name)?.to_owned()),
            Self::Index(table, name) => State::Object(Object::Index(table.clone(), schema.table(table)?.index(name)?.clone())),
            Self::Enum(name) => State::Object(Object::Enum(schema.enumeration(name)?.as_ref().clone())),
            Self::Sequence(name) => State::Object(Object::Sequence(schema.sequence(name)?.as_ref().clone())),
            Self::View(name) => State::Object(Object::View(schema.view(name)?.as_ref().clone())),
            Self::Trigger(table, name) => State::Object(Object::Trigger(schema.trigger(table, name)?.as_ref().clone())),
            Self::Function(name, arguments) => State::Object(Object::Function(schema.function(name, arguments)?.as_ref().clone())),
            Self::Extension(name) => schema.extensions().get(name).map(|_| State::There)?,
            Self::Namespace(name) => schema.namespaces().get(name).map(|_| State::There)?,
        };
        Some(state)
    }
}

/// What is compared of an object from one operation to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)]
pub(super) enum State {
    There,
    Comment(Option<String>),
    Options(Vec<(String, crate::schema::Value)>),
    Column(Column),
    Constraint(Constraint),
    Object(Object),
}

/// Which of the two bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Up,
    Down,
}

/// What an operation did to one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Did {
    Create,
    Drop,
    Change,
    Rename,
}

/// An operation that touched one object.
#[derive(Clone, Debug)]
pub(super) struct Touch<'t> {
    pub(super) side: Side,
    pub(super) did: Did,
    pub(super) by: &'t Resolved,
    /// Whether it stands in a `batch_alter`.
    pub(super) batch: bool,
    /// The object's name before.
    pub(super) before: Key,
    /// The object's name after.
    pub(super) after: Key,
}

/// The operations of both bodies in order.
pub(super) struct Walk<'t> {
    operations: Vec<(Side, bool, &'t Resolved)>,
}

impl<'t> Walk<'t> {
    pub(super) fn new(up: &'t Trace, down: &'t Trace) -> Self {
        let of = |side, trace: &'t Trace| {
            let steps = trace.steps.iter();
            steps.flat_map(move |step| step.operations.iter().map(move |resolved| (side, step.batch.is_some(), resolved)))
        };
        Self {
            operations: of(Side::Up, up).chain(of(Side::Down, down)).collect(),
        }
    }

    /// What happened to an object that was there before the block, and what it is called in the end.
    pub(super) fn forward(&self, key: &Key) -> (Vec<Touch<'t>>, Key) {
        let mut at = key.clone();
        let mut touches = Vec::new();
        // Whether the object is gone and another one has been given its name.
        let mut lent = false;
        for &(side, batch, by) in &self.operations {
            if lent {
                lent = !at.is_taken_away(&by.operation) && at.find(&by.after).is_some();
                if !lent {
                    continue;
                }
            } else {
                lent = at.is_given_away(&by.operation);
            }
            let after = at.after(&by.operation);
            if lent {
                at = after;
                continue;
            }
            touches.extend(touch(side, batch, by, &at, &after));
            at = after;
        }
        (touches, at)
    }

    /// What happened to an object that is there after the block, and what it was called at first.
    pub(super) fn backward(&self, key: &Key) -> (Vec<Touch<'t>>, Key) {
        let mut at = key.clone();
        let mut touches = Vec::new();
        for &(side, batch, by) in self.operations.iter().rev() {
            let before = at.before(&by.operation);
            touches.extend(touch(side, batch, by, &before, &at));
            at = before;
        }
        touches.reverse();
        (touches, at)
    }
}

fn touch<'t>(side: Side, batch: bool, by: &'t Resolved, before: &Key, after: &Key) -> Option<Touch<'t>> {
    let did = match (before.find(&by.before), after.find(&by.after)) {
        (None, None) => return None,
        (None, Some(_)) => Did::Create,
        (Some(_), None) => Did::Drop,
        (Some(_), Some(_)) if before != after => Did::Rename,
        (Some(was), Some(is)) if was != is => Did::Change,
        _ => return None,
    };
    Some(Touch {
        side,
        did,
        by,
        batch,
        before: before.clone(),
        after: after.clone(),
    })
}

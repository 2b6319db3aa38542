use super::Object;
use crate::schema::{Constraint, ConstraintRef, Index, ObjectName, Schema, Table};

/// Something that can be taken out of a schema for itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Piece {
    Table(ObjectName),
    Column(ObjectName, String),
    Constraint(ObjectName, String),
    Index(ObjectName, String),
    View(ObjectName),
    Trigger(ObjectName, String),
    Function(ObjectName, String),
}

impl Piece {
    pub(super) fn constraint(table: &Table, constraint: ConstraintRef<'_>) -> Self {
        Self::Constraint(table.name.clone(), constraint.name().text.clone())
    }

    pub(super) fn index(table: &Table, index: &Index) -> Self {
        Self::Index(table.name.clone(), index.name.text.clone())
    }

    /// The table that it is on.
    pub(super) fn table(&self) -> Option<&ObjectName> {
        match self {
            Self::Column(table, _) | Self::Constraint(table, _) | Self::Index(table, _) => Some(table),
            Self::Table(_) | Self::View(_) | Self::Trigger(..) | Self::Function(..) => None,
        }
    }
}

/// A constraint or an index that stands for one in another schema.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) have: Piece,
    pub(super) want: Piece,
}

/// Which constraints and indexes of two forms of a table are the same, by name, or by what they say where a name
/// is nobody's own.
pub(super) fn kept(have: &Table, want: &Table, by_structure: bool) -> Vec<Kept> {
    let mut ours = parts(have);
    let mut theirs = parts(want);
    let mut kept = take(&mut theirs, &mut ours, is_same);
    let anonymous = |object: &Object| object.part_name().is_some_and(|name| name.derived);
    if by_structure {
        let all = parts(want);
        let said = all.iter().filter(|object| !anonymous(object)).filter_map(Object::part_name);
        // A name that another one is to have by name is nobody else's.
        let said: Vec<&str> = said.map(|name| name.text.as_str()).collect();
        let is_free = |have: &Object| have.part_name().is_none_or(|name| !said.contains(&name.text.as_str()));
        kept.extend(take(&mut theirs, &mut ours, |want, have| {
            anonymous(want) && is_free(have) && is_same(&want.unnamed(), &have.unnamed())
        }));
    }
    kept
}

/// Which of those that are left say the same under another name: (old, new).
pub(super) fn renamed(have: &Table, want: &Table, kept: &[Kept]) -> Vec<Kept> {
    let mut ours = parts(have);
    let mut theirs = parts(want);
    ours.retain(|object| !kept.iter().any(|kept| Some(&kept.have) == piece(object).as_ref()));
    theirs.retain(|object| !kept.iter().any(|kept| Some(&kept.want) == piece(object).as_ref()));
    let names = |all: &[Object]| {
        all.iter()
            .filter_map(Object::part_name)
            .map(|name| name.text.clone())
            .collect::<Vec<_>>()
    };
    let (old, new) = (names(&parts(have)), names(&parts(want)));
    // A name that either still needs stays where it is.
    theirs.retain(|object| object.part_name().is_some_and(|name| !old.contains(&name.text)));
    ours.retain(|object| object.part_name().is_some_and(|name| !new.contains(&name.text)));
    let serves = |object: &Object| matches!(object, Object::Index(_, index) if index.serves_key);
    take(&mut theirs, &mut ours, |want, have| {
        !serves(have) && !serves(want) && is_same(&want.unnamed(), &have.unnamed())
    })
}

/// The index that goes along with a foreign key that gets another name.
pub(super) fn gone_along(have: &Table, want: &Table, key: &Kept) -> Option<Kept> {
    let (Piece::Constraint(_, from), Piece::Constraint(_, to)) = (&key.have, &key.want) else {
        return None;
    };
    let ours = have.index(from).filter(|index| index.serves_key)?;
    let theirs = want.index(to).filter(|index| index.serves_key)?;
    (ours.elements == theirs.elements).then(|| Kept {
        have: Piece::index(have, ours),
        want: Piece::index(want, theirs),
    })
}

fn parts(table: &Table) -> Vec<Object> {
    let constraints = table.constraints();
    let constraints = constraints.map(|constraint| Object::Constraint(table.name.clone(), constraint.to_owned()));
    let indexes = table.indexes.iter().map(|index| Object::Index(table.name.clone(), index.clone()));
    constraints.chain(indexes).collect()
}

fn take(want: &mut Vec<Object>, have: &mut Vec<Object>, same: impl Fn(&Object, &Object) -> bool) -> Vec<Kept> {
    let mut kept = Vec::new();
    want.retain(|wanted| {
        let Some(at) = have.iter().position(|other| same(wanted, other)) else {
            return true;
        };
        let pair = piece(&have.remove(at)).zip(piece(wanted));
        kept.extend(pair.map(|(have, want)| Kept { have, want }));
        false
    });
    kept
}

fn piece(object: &Object) -> Option<Piece> {
    match object {
        Object::Constraint(table, constraint) => Some(Piece::Constraint(table.clone(), constraint.name().text.clone())),
        Object::Index(table, index) => Some(Piece::Index(table.clone(), index.name.text.clone())),
        _ => None,
    }
}

fn is_same(one: &Object, other: &Object) -> bool {
    match (one, other) {
        (Object::Index(_, one), Object::Index(_, other)) => super::is_same_index(one, other),
        _ => one == other,
    }
}

impl Schema {
    /// The constraint that a piece is.
    pub(super) fn constraint_at(&self, table: &ObjectName, name: &str) -> Option<Constraint> {
        let table = self.table(table)?;
        table.constraint(name).map(ConstraintRef::to_owned)
    }

    pub(super) fn index_at(&self, table: &ObjectName, name: &str) -> Option<&Index> {
        self.table(table)?.index(name)
    }
}

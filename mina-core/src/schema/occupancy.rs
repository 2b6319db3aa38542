//! Which names are taken, kept beside the objects so that asking costs one look-up.

use super::{ObjectName, Origin, Table};
use crate::engine::{Engine, Product, Target};
use rpds::HashTrieMapSync;
use std::fmt;
use std::sync::Arc;

/// What kind of object has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum OccupantKind {
    Table,
    View,
    Enum,
    Sequence,
    Trigger,
    Index,
    PrimaryKey,
    Unique,
    Exclusion,
    ForeignKey,
    Check,
}

impl OccupantKind {
    fn is_constraint(self) -> bool {
        matches!(
            self,
            Self::PrimaryKey | Self::Unique | Self::Exclusion | Self::ForeignKey | Self::Check
        )
    }
}

impl fmt::Display for OccupantKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Table => "table",
            Self::View => "view",
            Self::Enum => "enum",
            Self::Sequence => "sequence",
            Self::Trigger => "trigger",
            Self::Index => "index",
            Self::PrimaryKey => "primary key",
            Self::Unique => "unique constraint",
            Self::Exclusion => "exclusion constraint",
            Self::ForeignKey => "foreign key",
            Self::Check => "check",
        })
    }
}

/// An object that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occupant {
    /// What it is.
    pub kind: OccupantKind,
    /// Its name, in the case it was given in.
    pub name: String,
    /// The table it stands on; itself, where it stands on none.
    pub owner: ObjectName,
    /// Who made it.
    pub origin: Origin,
}

/// ``index `ix_users_name` on `users` ``
impl fmt::Display for Occupant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            OccupantKind::Table | OccupantKind::View | OccupantKind::Enum | OccupantKind::Sequence => {
                write!(f, "{} `{}`", self.kind, self.owner)
            }
            _ => write!(f, "{} `{}` on `{}`", self.kind, self.name, self.owner),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) kind: OccupantKind,
    pub(super) owner: ObjectName,
    pub(super) name: Arc<str>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Occupancy(HashTrieMapSync<String, Vec<Entry>>);

impl Occupancy {
    pub(super) fn add(&mut self, kind: OccupantKind, owner: &ObjectName, name: &str) {
        let key = name.to_lowercase();
        let mut entries = self.0.get(&key).cloned().unwrap_or_default();
        if entries
            .iter()
            .any(|entry| entry.kind == kind && entry.owner == *owner && &*entry.name == name)
        {
            return;
        }
        entries.push(Entry {
            kind,
            owner: owner.clone(),
            name: name.into(),
        });
        self.0.insert_mut(key, entries);
    }

    pub(super) fn remove(&mut self, kind: OccupantKind, owner: &ObjectName, name: &str) {
        let key = name.to_lowercase();
        let Some(entries) = self.0.get(&key) else { return };
        let rest: Vec<Entry> = entries
            .iter()
            .filter(|entry| entry.kind != kind || entry.owner != *owner || &*entry.name != name)
            .cloned()
            .collect();
        match rest.is_empty() {
            true => {
                self.0.remove_mut(&key);
            }
            false => self.0.insert_mut(key, rest),
        }
    }

    /// Both are the table of one name, before and after.
    pub(super) fn table_changed(&mut self, before: Option<&Table>, after: Option<&Table>) {
        let gone: Vec<_> = before.into_iter().flat_map(names_on).collect();
        let here: Vec<_> = after.into_iter().flat_map(names_on).collect();
        let same = gone.iter().zip(&here).take_while(|(gone, here)| gone == here).count();
        let (gone, here) = (&gone[same..], &here[same..]);
        let same = gone
            .iter()
            .rev()
            .zip(here.iter().rev())
            .take_while(|(gone, here)| gone == here)
            .count();
        let (gone, here) = (&gone[..gone.len() - same], &here[..here.len() - same]);
        if let Some(table) = before {
            gone.iter().for_each(|(kind, name)| self.remove(*kind, &table.name, name));
        }
        if let Some(table) = after {
            here.iter().for_each(|(kind, name)| self.add(*kind, &table.name, name));
        }
    }

    pub(super) fn find(&self, target: Target, name: &ObjectName, kind: OccupantKind, table: Option<&ObjectName>) -> Option<&Entry> {
        let entries = self.0.get(&name.name.to_lowercase())?;
        entries
            .iter()
            .find(|entry| same_schema(name, &entry.owner) && collide(target, kind, table, entry))
    }
}

fn same_schema(a: &ObjectName, b: &ObjectName) -> bool {
    let fold = |name: &ObjectName| name.schema.as_deref().map(str::to_lowercase);
    a.schema == b.schema || fold(a) == fold(b)
}

fn collide(target: Target, kind: OccupantKind, table: Option<&ObjectName>, entry: &Entry) -> bool {
    let same_table = table == Some(&entry.owner);
    if same_table && kind.is_constraint() && entry.kind.is_constraint() {
        return true;
    }
    let space = space(target, kind);
    space == self::space(target, entry.kind) && (space.whole_schema || same_table)
}

#[derive(PartialEq, Eq)]
struct Space {
    of: OccupantKind,
    whole_schema: bool,
}

/// The space that a kind's names are in, called by its first kind, and whether it is the schema's or each table's.
fn space(target: Target, kind: OccupantKind) -> Space {
    use OccupantKind as Kind;
    let in_schema = |of| Space { of, whole_schema: true };
    let on_table = |of| Space { of, whole_schema: false };
    match (target.engine(), kind) {
        (_, Kind::Table | Kind::View | Kind::Sequence) => in_schema(Kind::Table),

        (Engine::Pg, Kind::Enum | Kind::Index | Kind::PrimaryKey | Kind::Unique | Kind::Exclusion) => in_schema(Kind::Table),
        (Engine::Pg, Kind::ForeignKey | Kind::Check) => on_table(Kind::Check),
        (Engine::Pg, Kind::Trigger) => on_table(Kind::Trigger),

        (Engine::Sqlite, Kind::Index) => in_schema(Kind::Table),
        (Engine::Sqlite | Engine::Mysql, Kind::Trigger) => in_schema(Kind::Trigger),
        (Engine::Sqlite | Engine::Mysql, Kind::Enum) => in_schema(Kind::Enum),
        (Engine::Sqlite, _) => on_table(Kind::Check),

        (Engine::Mysql, Kind::Index | Kind::Unique | Kind::Exclusion) => on_table(Kind::Index),
        (Engine::Mysql, Kind::PrimaryKey) => on_table(Kind::PrimaryKey),
        (Engine::Mysql, Kind::ForeignKey) => in_schema(Kind::ForeignKey),
        (Engine::Mysql, Kind::Check) if target.product == Product::Mysql => in_schema(Kind::Check),
        (Engine::Mysql, Kind::Check) => on_table(Kind::Check),
    }
}

fn names_on(table: &Table) -> impl Iterator<Item = (OccupantKind, &str)> {
    let own = [(OccupantKind::Table, &*table.name.name)].into_iter();
    let constraints = table
        .constraints()
        .map(|constraint| (constraint.occupant_kind(), constraint.name().text.as_str()));
    let indexes = table
        .indexes
        .iter()
        .filter(|index| !index.serves_key)
        .map(|index| (OccupantKind::Index, index.name.text.as_str()));
    own.chain(constraints).chain(indexes)
}

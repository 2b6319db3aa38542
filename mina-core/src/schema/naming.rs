//! The naming convention: what has no name gets one.

use super::{Name, ObjectName};

/// Patterns with `{table}`, `{columns}` and `{referred}`, one a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// Such as `pk_{table}`.
    pub primary_key: String,
    /// Such as `fk_{table}_{columns}_{referred}`.
    pub foreign_key: String,
    /// Such as `uq_{table}_{columns}`.
    pub unique: String,
    /// Such as `ck_{table}_{columns}`.
    pub check: String,
    /// Such as `ix_{table}_{columns}`.
    pub index: String,
}

/// What is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum NameKind {
    PrimaryKey,
    ForeignKey,
    Unique,
    Check,
    Index,
}

impl Default for Naming {
    fn default() -> Self {
        Self {
            primary_key: "pk_{table}".into(),
            foreign_key: "fk_{table}_{columns}_{referred}".into(),
            unique: "uq_{table}_{columns}".into(),
            check: "ck_{table}_{columns}".into(),
            index: "ix_{table}_{columns}".into(),
        }
    }
}

impl Naming {
    /// The name of something on a table; longer than 63 bytes it is cut and ends in a hash of the whole.
    pub fn name(&self, kind: NameKind, table: &ObjectName, columns: &[&str], referred: Option<&ObjectName>) -> Name {
        let pattern = match kind {
            NameKind::PrimaryKey => &self.primary_key,
            NameKind::ForeignKey => &self.foreign_key,
            NameKind::Unique => &self.unique,
            NameKind::Check => &self.check,
            NameKind::Index => &self.index,
        };
        let text = pattern
            .replace("{table}", &table.name)
            .replace("{columns}", &columns.join("_"))
            .replace("{referred}", referred.map_or("", |name| &*name.name));
        Name { text, derived: true }
    }
}

//! The naming convention: what has no name gets one.

use super::{Name, ObjectName};
use sha2::{Digest, Sha256};
use std::fmt::Write;

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
        let columns = columns.join("_");
        let referred = referred.map_or("", |name| &*name.name);
        let mut text = String::new();
        let mut rest = self.pattern(kind);
        while let Some(open) = rest.find('{') {
            let (before, field) = rest.split_at(open);
            text.push_str(before);
            let known = [("{table}", &*table.name), ("{columns}", &columns), ("{referred}", referred)];
            rest = match known.iter().find(|(known, _)| field.starts_with(known)) {
                Some((known, value)) => {
                    text.push_str(value);
                    &field[known.len()..]
                }
                None => {
                    text.push('{');
                    &field[1..]
                }
            };
        }
        text.push_str(rest);
        Name {
            text: cut(text),
            derived: true,
        }
    }

    fn pattern(&self, kind: NameKind) -> &str {
        match kind {
            NameKind::PrimaryKey => &self.primary_key,
            NameKind::ForeignKey => &self.foreign_key,
            NameKind::Unique => &self.unique,
            NameKind::Check => &self.check,
            NameKind::Index => &self.index,
        }
    }

    pub(crate) fn pattern_mut(&mut self, kind: NameKind) -> &mut String {
        match kind {
            NameKind::PrimaryKey => &mut self.primary_key,
            NameKind::ForeignKey => &mut self.foreign_key,
            NameKind::Unique => &mut self.unique,
            NameKind::Check => &mut self.check,
            NameKind::Index => &mut self.index,
        }
    }
}

/// The most bytes that a name has on the strictest engine, PostgreSQL.
pub const LONGEST: usize = 63;

const HASH_DIGITS: usize = 8;

/// A name that is no longer than that: what is cut off is hashed.
pub(crate) fn cut(name: String) -> String {
    if name.len() <= LONGEST {
        return name;
    }
    let mut end = LONGEST - HASH_DIGITS - 1;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    let mut short = format!("{}_", &name[..end]);
    for byte in Sha256::digest(name.as_bytes()).iter().take(HASH_DIGITS / 2) {
        let _ = write!(short, "{byte:02x}");
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(kind: NameKind, table: &str, columns: &[&str], referred: Option<&str>) -> String {
        let referred = referred.map(ObjectName::new);
        let name = Naming::default().name(kind, &ObjectName::new(table), columns, referred.as_ref());
        name.text
    }

    #[test]
    fn patterns_are_filled_once() {
        assert_eq!(name(NameKind::PrimaryKey, "users", &["id"], None), "pk_users");
        assert_eq!(name(NameKind::Index, "users", &["a", "b"], None), "ix_users_a_b");
        assert_eq!(name(NameKind::ForeignKey, "{columns}", &["a"], Some("t")), "fk_{columns}_a_t");
    }

    #[test]
    fn what_is_too_long_ends_in_a_hash_of_the_whole() {
        let long = "workspace_membership_invitations";
        let one = name(NameKind::ForeignKey, long, &["invited_by_user_id"], Some("application_users"));
        let other = name(NameKind::ForeignKey, long, &["invited_by_user_id"], Some("application_userx"));
        insta::assert_snapshot!(one, @"fk_workspace_membership_invitations_invited_by_user_id_bff11f01");
        assert_ne!(one, other);
        assert_eq!(one.len(), 63);
    }

    proptest! {
        #[test]
        fn a_name_fits_every_engine_and_stays_the_same(table in "[a-zéß🦀_]{1,60}", column in "\\PC{0,40}") {
            let once = name(NameKind::Unique, &table, &[&column], None);
            prop_assert!(once.len() <= LONGEST);
            prop_assert_eq!(once, name(NameKind::Unique, &table, &[&column], None));
        }
    }
}

//! The names that engines give to what has none.

use mina_core::engine::{Engine, Product, Target};
use mina_core::schema::naming::{NameKind, Naming};
use mina_core::schema::{Expression, ObjectName, Schema, Table};
use std::collections::BTreeSet;

/// The most bytes of a name on PostgreSQL.
const LONGEST: usize = 63;

/// What is being named on a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    PrimaryKey,
    ForeignKey,
    Unique,
    Check,
    Index,
    Exclusion,
}

/// Gives names on one table, those that are there already in mind.
pub struct Names<'a> {
    target: Target,
    table: &'a ObjectName,
    taken: BTreeSet<String>,
}

impl<'a> Names<'a> {
    /// `given` are the names that the statement itself says.
    pub fn new(target: Target, table: &'a ObjectName, schema: &Schema, given: impl IntoIterator<Item = String>) -> Self {
        let mut taken: BTreeSet<String> = given.into_iter().collect();
        if let Some(there) = schema.table(table) {
            taken.extend(of_table(there));
        }
        if target.engine() == Engine::Pg {
            // Relations share one space.
            for other in schema.tables().values().filter(|other| other.name.schema == table.schema) {
                taken.insert(other.name.name.to_string());
                taken.extend(other.indexes.iter().map(|index| index.name.text.clone()));
                taken.extend(other.uniques.iter().map(|unique| unique.name.text.clone()));
                taken.extend(other.primary_key.iter().map(|key| key.name.text.clone()));
            }
            let sequences = schema.sequences().keys().chain(schema.views().keys());
            taken.extend(sequences.map(|name| name.name.to_string()));
        }
        Self { target, table, taken }
    }

    /// The name in the history of what a statement names, or does not; none where the naming convention makes it anyway.
    pub fn pick(&mut self, kind: Kind, given: Option<String>, columns: &[String], referred: Option<&ObjectName>) -> Option<String> {
        let convention = convention(kind, self.table, columns, referred);
        let is_given = given.is_some();
        let name = match given {
            Some(name) => name,
            None => self.made(kind, columns).unwrap_or_else(|| self.conventional(convention.as_deref())),
        };
        self.taken.insert(name.clone());
        // A name that is said stays when its table is renamed.
        (is_given || convention.as_ref() != Some(&name)).then_some(name)
    }

    /// The convention's name, with a number where that is taken.
    fn conventional(&self, convention: Option<&str>) -> String {
        let convention = convention.unwrap_or_default();
        let numbered = (2..).map(|number| format!("{convention}_{number}"));
        self.free(std::iter::once(convention.to_owned()).chain(numbered))
    }

    fn free(&self, mut names: impl Iterator<Item = String>) -> String {
        names.find(|name| !self.taken.contains(name)).unwrap_or_default()
    }

    /// What the engine calls it; none where it has no name there.
    fn made(&self, kind: Kind, columns: &[String]) -> Option<String> {
        match self.target.product {
            Product::Sqlite => None,
            Product::Postgres => {
                let label = match kind {
                    Kind::PrimaryKey => "pkey",
                    Kind::ForeignKey => "fkey",
                    Kind::Unique => "key",
                    Kind::Check => "check",
                    Kind::Index => "idx",
                    Kind::Exclusion => "excl",
                };
                let middle = match (kind, columns) {
                    (Kind::PrimaryKey, _) => String::new(),
                    (Kind::Check, [only]) => only.clone(),
                    (Kind::Check, _) => String::new(),
                    _ => columns.join("_"),
                };
                let numbers = std::iter::once(String::new()).chain((1..).map(|number: u32| number.to_string()));
                Some(self.free(numbers.map(|number| postgres(&self.table.name, &middle, &format!("{label}{number}")))))
            }
            Product::Mariadb | Product::Mysql => self.mysql(kind, columns),
        }
    }

    fn mysql(&self, kind: Kind, columns: &[String]) -> Option<String> {
        let table = &self.table.name;
        let last = |prefix: &str| {
            let numbers = self.taken.iter().filter_map(|name| name.strip_prefix(prefix)?.parse::<u32>().ok());
            numbers.max().unwrap_or_default() + 1
        };
        match kind {
            Kind::ForeignKey => {
                let prefix = format!("{table}_ibfk_");
                Some(format!("{prefix}{}", last(&prefix)))
            }
            Kind::Unique | Kind::Index => {
                let first = columns.first()?;
                let numbered = (2..).map(|number| format!("{first}_{number}"));
                Some(self.free(std::iter::once(first.clone()).chain(numbered)))
            }
            Kind::Check => {
                let prefix = match self.target.product {
                    Product::Mysql => format!("{table}_chk_"),
                    _ => "CONSTRAINT_".to_owned(),
                };
                Some(format!("{prefix}{}", last(&prefix)))
            }
            Kind::PrimaryKey | Kind::Exclusion => None,
        }
    }
}

fn of_table(table: &Table) -> Vec<String> {
    let constraints = table.constraints().map(|constraint| constraint.name().text.clone());
    constraints
        .chain(table.indexes.iter().map(|index| index.name.text.clone()))
        .collect()
}

fn convention(kind: Kind, table: &ObjectName, columns: &[String], referred: Option<&ObjectName>) -> Option<String> {
    let kind = match kind {
        Kind::PrimaryKey => NameKind::PrimaryKey,
        Kind::ForeignKey => NameKind::ForeignKey,
        Kind::Unique => NameKind::Unique,
        Kind::Check => NameKind::Check,
        Kind::Index => NameKind::Index,
        Kind::Exclusion => return None,
    };
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    Some(Naming::default().name(kind, table, &columns, referred).text)
}

/// The columns that an expression names, each once; none where it cannot be read.
pub fn columns_of(expression: &str, engine: Engine) -> Vec<String> {
    Expression::parse(expression, engine).map(|read| read.columns()).unwrap_or_default()
}

/// `table_columns_label`, the longer of the first two cut until the whole fits, as `makeObjectName` of PostgreSQL does.
fn postgres(table: &str, columns: &str, label: &str) -> String {
    let between = if columns.is_empty() { 1 } else { 2 };
    let room = LONGEST.saturating_sub(label.len() + between);
    let (mut first, mut second) = (table.len(), columns.len());
    while first + second > room {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    let (table, columns) = (cut(table, first), cut(columns, second));
    match columns {
        "" => format!("{table}_{label}"),
        columns => format!("{table}_{columns}_{label}"),
    }
}

fn cut(text: &str, mut end: usize) -> &str {
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::postgres;

    #[test]
    fn a_name_that_is_too_long_is_cut_as_the_server_does() {
        assert_eq!(postgres("users", "email", "key"), "users_email_key");
        assert_eq!(postgres("users", "", "pkey"), "users_pkey");
        let long = "workspace_membership_invitations_of_everybody";
        let name = postgres(long, "invited_by_user_identifier", "fkey");
        assert_eq!(name, "workspace_membership_invitation_invited_by_user_identifier_fkey");
        assert_eq!(name.len(), 63);
    }
}

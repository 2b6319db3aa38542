//! A table as SQLite stores it: names and pieces of SQL.

use super::{quote, quote_all};
use serde::{Deserialize, Serialize};

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Its constraints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constraints: Vec<Constraint>,
    /// Its indexes, those of constraints left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Index>,
    /// `STRICT`
    #[serde(default, skip_serializing_if = "is_false")]
    pub strict: bool,
    /// `WITHOUT ROWID`
    #[serde(default, skip_serializing_if = "is_false")]
    pub without_rowid: bool,
}

/// A column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its declared type.
    #[serde(rename = "type")]
    pub ty: String,
    /// Whether it takes NULL.
    #[serde(default, skip_serializing_if = "is_false")]
    pub nullable: bool,
    /// What stands after DEFAULT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Its collation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// The expression it is generated from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated: Option<Generated>,
}

/// What a column is generated from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generated {
    /// The expression.
    pub expression: String,
    /// Whether the value is stored with the row.
    pub stored: bool,
}

/// A constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constraint {
    /// Its name; empty where it has none.
    pub name: String,
    /// What it demands.
    #[serde(flatten)]
    pub rule: Rule,
}

/// What a constraint demands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Rule {
    PrimaryKey {
        columns: Vec<String>,
        #[serde(default, skip_serializing_if = "is_false")]
        autoincrement: bool,
    },
    ForeignKey {
        columns: Vec<String>,
        table: String,
        /// Empty: the table's primary key.
        referred: Vec<String>,
        /// ` ON DELETE CASCADE` and what else follows the columns.
        actions: String,
    },
    Unique {
        columns: Vec<String>,
    },
    Check {
        expression: String,
    },
}

/// An index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Its CREATE INDEX.
    pub sql: String,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Column {
    /// The definition, as it stands in CREATE TABLE, constraints about the column alone behind it.
    pub fn definition(&self, constraints: &[Constraint]) -> String {
        let mut sql = quote(&self.name);
        if !self.ty.is_empty() {
            sql += &format!(" {}", self.ty);
        }
        if !self.nullable {
            sql += " NOT NULL";
        }
        if let Some(default) = &self.default {
            sql += &format!(" DEFAULT {default}");
        }
        if let Some(collation) = &self.collation {
            sql += &format!(" {}", collate(collation));
        }
        if let Some(generated) = &self.generated {
            sql += &format!(" {}", generated.clause());
        }
        for constraint in constraints {
            sql += &format!(" {}", constraint.column_clause());
        }
        sql
    }

    /// Whether ADD COLUMN takes it on a table with rows: a default that is one value, known at once.
    pub fn is_addable(&self) -> bool {
        let constant = self.default.as_deref().is_none_or(is_constant);
        let null = self.default.as_deref().is_none_or(|default| default.eq_ignore_ascii_case("null"));
        match &self.generated {
            Some(generated) => !generated.stored && self.nullable,
            None => constant && (self.nullable || !null),
        }
    }
}

/// `COLLATE` and the name of a collation.
pub fn collate(collation: &str) -> String {
    let plain = collation.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match plain {
        true => format!("COLLATE {collation}"),
        false => format!("COLLATE {}", quote(collation)),
    }
}

fn is_constant(default: &str) -> bool {
    !default.starts_with('(') && !default.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("CURRENT_"))
}

impl Generated {
    /// The clause in a column's definition.
    pub fn clause(&self) -> String {
        let kind = if self.stored { "STORED" } else { "VIRTUAL" };
        format!("GENERATED ALWAYS AS ({}) {kind}", self.expression)
    }
}

impl Constraint {
    /// The clause among a table's constraints.
    pub fn clause(&self) -> String {
        let prefix = self.prefix();
        match &self.rule {
            Rule::PrimaryKey {
                columns,
                autoincrement: true,
            } => {
                format!("{prefix}PRIMARY KEY ({} AUTOINCREMENT)", quote_all(columns))
            }
            Rule::PrimaryKey { columns, .. } => format!("{prefix}PRIMARY KEY ({})", quote_all(columns)),
            Rule::ForeignKey { columns, .. } => format!("{prefix}FOREIGN KEY ({}) {}", quote_all(columns), self.rule.references()),
            Rule::Unique { columns } => format!("{prefix}UNIQUE ({})", quote_all(columns)),
            Rule::Check { expression } => format!("{prefix}CHECK ({expression})"),
        }
    }

    /// The clause behind the column that it is about.
    pub fn column_clause(&self) -> String {
        let prefix = self.prefix();
        match &self.rule {
            Rule::PrimaryKey { autoincrement: true, .. } => format!("{prefix}PRIMARY KEY AUTOINCREMENT"),
            Rule::PrimaryKey { .. } => format!("{prefix}PRIMARY KEY"),
            Rule::ForeignKey { .. } => format!("{prefix}{}", self.rule.references()),
            Rule::Unique { .. } => format!("{prefix}UNIQUE"),
            Rule::Check { expression } => format!("{prefix}CHECK ({expression})"),
        }
    }

    fn prefix(&self) -> String {
        match self.name.as_str() {
            "" => String::new(),
            name => format!("CONSTRAINT {} ", quote(name)),
        }
    }

    /// Whether it can stand behind the one column that it is about.
    pub fn fits_column(&self) -> bool {
        match &self.rule {
            Rule::ForeignKey { columns, .. } => columns.len() == 1,
            Rule::Check { .. } => true,
            Rule::PrimaryKey { .. } | Rule::Unique { .. } => false,
        }
    }
}

impl Rule {
    fn references(&self) -> String {
        let Self::ForeignKey {
            table, referred, actions, ..
        } = self
        else {
            return String::new();
        };
        match referred.is_empty() {
            true => format!("REFERENCES {}{actions}", quote(table)),
            false => format!("REFERENCES {} ({}){actions}", quote(table), quote_all(referred)),
        }
    }
}

impl Table {
    /// The CREATE TABLE statement; its indexes are statements of their own.
    pub fn create(&self) -> String {
        let columns = self.columns.iter().map(|column| column.definition(&[]));
        let constraints = self.constraints.iter().map(Constraint::clause);
        let items: Vec<String> = columns.chain(constraints).collect();
        let options: Vec<&str> = [(self.without_rowid, "WITHOUT ROWID"), (self.strict, "STRICT")]
            .into_iter()
            .filter_map(|(set, option)| set.then_some(option))
            .collect();
        let space = if options.is_empty() { "" } else { " " };
        format!(
            "CREATE TABLE {} (\n    {}\n){space}{}",
            quote(&self.name),
            items.join(",\n    "),
            options.join(", ")
        )
    }

    /// A column by name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

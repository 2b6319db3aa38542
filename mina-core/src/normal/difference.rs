//! What differs between the history's normal form and the database's.

use super::{Normal, NotModelled};
use crate::check::spell;
use crate::diff::Object;
use crate::operation::Operation;
use crate::schema::{Column, Constraint, Index, ObjectName, Schema, Table, Value};
use crate::sql::Dialect;
use std::collections::BTreeSet;
use std::fmt;

/// One difference between what the history says and what the database has. Column order aside.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant)]
pub enum Difference {
    /// The history says it, the database does not have it.
    Missing(Object),
    /// The database has it, the history does not say it.
    Extra(Object),
    /// Both have it, not alike.
    Different {
        /// As the history says it.
        history: Object,
        /// As the database has it.
        database: Object,
    },
    /// A constraint or index demands the same under another name, which is no drift.
    Named {
        /// As the history says it.
        history: Object,
        /// Its name in the database.
        database: String,
    },
    /// A table has other options.
    Options {
        /// The table.
        table: ObjectName,
        /// As the history says them.
        history: Vec<(String, Value)>,
        /// As the database has them.
        database: Vec<(String, Value)>,
    },
    /// A table has another comment.
    Comment {
        /// The table.
        table: ObjectName,
        /// As the history says it.
        history: Option<String>,
        /// As the database has it.
        database: Option<String>,
    },
    /// The database has what no history can say.
    NotModelled(NotModelled),
}

impl Difference {
    /// Whether the database is not what the history made, names aside.
    pub fn is_drift(&self) -> bool {
        !matches!(self, Self::Named { .. })
    }
}

/// Every difference between what the history says, in normal form, and what a database has.
///
/// Tables come first, in the order of their names.
pub fn differences(history: &Schema, database: &Normal, dialect: &dyn Dialect) -> Vec<Difference> {
    let (have, mut all) = (&database.schema, Vec::new());
    let names: BTreeSet<&ObjectName> = history.tables().keys().chain(have.tables().keys()).collect();
    for name in names {
        match (history.table(name), have.table(name)) {
            (Some(want), Some(have)) => table(want, have, dialect, &mut all),
            (Some(want), None) => all.push(Difference::Missing(Object::Table(Table::clone(want)))),
            (None, Some(have)) => all.push(Difference::Extra(Object::Table(Table::clone(have)))),
            (None, None) => {}
        }
    }
    let same = |one: &Object, other: &Object| match (one, other) {
        (Object::View(one), Object::View(other)) => dialect.is_same(&one.body, &other.body),
        (Object::Trigger(one), Object::Trigger(other)) => dialect.is_same(&one.body, &other.body),
        (Object::Function(one), Object::Function(other)) => dialect.is_same(&one.body, &other.body),
        _ => one == other,
    };
    pair(
        others(history),
        others(have),
        |one, other| title(one) == title(other),
        same,
        &mut all,
    );
    all.extend(database.not_modelled.iter().cloned().map(Difference::NotModelled));
    all
}

/// All that is no table.
pub(super) fn others(schema: &Schema) -> Vec<Object> {
    let enums = schema.enums().values().map(|object| Object::Enum((**object).clone()));
    let sequences = schema.sequences().values().map(|object| Object::Sequence((**object).clone()));
    let views = schema.views().values().map(|object| Object::View((**object).clone()));
    let triggers = schema.triggers().values().map(|object| Object::Trigger((**object).clone()));
    let functions = schema.functions().values().map(|object| Object::Function((**object).clone()));
    let extensions = schema.extensions().keys().cloned().map(Object::Extension);
    let namespaces = schema.namespaces().keys().cloned().map(Object::Namespace);
    let bodies = views.chain(triggers).chain(functions);
    enums.chain(sequences).chain(bodies).chain(extensions).chain(namespaces).collect()
}

fn table(want: &Table, have: &Table, dialect: &dyn Dialect, all: &mut Vec<Difference>) {
    let columns = |table: &Table| -> Vec<Object> {
        let columns = table.columns.iter();
        columns.map(|column| Object::Column(table.name.clone(), column.clone())).collect()
    };
    let folded = |one: &Object, other: &Object| match (one, other) {
        (Object::Column(_, one), Object::Column(_, other)) => one.name.eq_ignore_ascii_case(&other.name),
        _ => false,
    };
    let alike = |one: &Object, other: &Object| one == other || dialect.is_same_column(&said(one, ""), &said(other, ""));
    pair(columns(want), columns(have), folded, alike, all);
    let parts = |table: &Table| -> Vec<Object> {
        let constraints = table.constraints();
        let constraints = constraints.map(|constraint| Object::Constraint(table.name.clone(), constraint.to_owned()));
        let indexes = table.indexes.iter().map(|index| Object::Index(table.name.clone(), index.clone()));
        constraints.chain(indexes).collect()
    };
    let (mut want_parts, mut have_parts) = (parts(want), parts(have));
    // What is alike, name included, is nobody else's.
    take_pairs(&mut want_parts, &mut have_parts, Object::eq);
    for (history, database) in take_pairs(&mut want_parts, &mut have_parts, |one, other| one.unnamed() == other.unnamed()) {
        let database = database.part_name().map(|name| name.text.clone()).unwrap_or_default();
        all.push(Difference::Named { history, database });
    }
    pair(
        want_parts,
        have_parts,
        |one, other| one.part_name() == other.part_name(),
        Object::eq,
        all,
    );
    if want.comment != have.comment {
        all.push(Difference::Comment {
            table: want.name.clone(),
            history: want.comment.clone(),
            database: have.comment.clone(),
        });
    }
    if !dialect.has_options(&want.options, &have.options) {
        all.push(Difference::Options {
            table: want.name.clone(),
            history: want.options.clone(),
            database: have.options.clone(),
        });
    }
}

/// Sets what goes together side by side, the wanted in their order.
fn pair(
    mut want: Vec<Object>,
    mut have: Vec<Object>,
    together: impl Fn(&Object, &Object) -> bool,
    same: impl Fn(&Object, &Object) -> bool,
    all: &mut Vec<Difference>,
) {
    for (history, database) in take_pairs(&mut want, &mut have, together) {
        if !same(&history, &database) {
            all.push(Difference::Different { history, database });
        }
    }
    all.extend(want.into_iter().map(Difference::Missing));
    all.extend(have.into_iter().map(Difference::Extra));
}

fn take_pairs(want: &mut Vec<Object>, have: &mut Vec<Object>, together: impl Fn(&Object, &Object) -> bool) -> Vec<(Object, Object)> {
    let mut pairs = Vec::new();
    for wanted in std::mem::take(want) {
        match have.iter().position(|other| together(&wanted, other)) {
            Some(at) => pairs.push((wanted, have.remove(at))),
            None => want.push(wanted),
        }
    }
    pairs
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(object) => write!(f, "{} is not in the database\n{}", title(object), said(object, "    ")),
            Self::Extra(object) => write!(f, "{} is in the database alone\n{}", title(object), said(object, "    ")),
            Self::Different { history, database } => {
                let (history_says, database_has) = (said(history, "              "), said(database, "              "));
                writeln!(f, "{} differs", title(history))?;
                writeln!(f, "    history:  {}", history_says.trim_start())?;
                write!(f, "    database: {}", database_has.trim_start())
            }
            Self::Named { history, database } => write!(f, "{} is called `{database}` in the database", title(history)),
            Self::Options { table, history, database } => {
                writeln!(f, "options of table `{table}` differ")?;
                writeln!(f, "    history:  {}", options(history))?;
                write!(f, "    database: {}", options(database))
            }
            Self::Comment { table, history, database } => {
                let said = |comment: &Option<String>| comment.as_ref().map_or_else(|| "none".to_owned(), |comment| format!("{comment:?}"));
                writeln!(f, "comment on table `{table}` differs")?;
                writeln!(f, "    history:  {}", said(history))?;
                write!(f, "    database: {}", said(database))
            }
            Self::NotModelled(beyond) => write!(f, "no history can say this of {beyond}"),
        }
    }
}

pub(super) fn title(object: &Object) -> String {
    match object {
        Object::Table(table) => format!("table `{}`", table.name),
        Object::Column(table, column) => format!("column `{table}.{}`", column.name),
        Object::Constraint(table, constraint) => {
            format!("{} `{}` of `{table}`", constraint.as_ref().occupant_kind(), constraint.name())
        }
        Object::Index(table, index) => format!("index `{}` of `{table}`", index.name),
        Object::Enum(object) => format!("enum `{}`", object.name),
        Object::Sequence(object) => format!("sequence `{}`", object.name),
        Object::View(view) => format!("view `{}`", view.name),
        Object::Trigger(trigger) => format!("trigger `{}` on `{}`", trigger.name, trigger.table),
        Object::Function(function) => format!("function `{}({})`", function.name, function.arguments),
        Object::Extension(name) => format!("extension `{name}`"),
        Object::Namespace(name) => format!("schema `{name}`"),
    }
}

/// The statement of the language that makes an object, with space before each line.
pub(super) fn said(object: &Object, space: &str) -> String {
    let counted = match object {
        Object::Column(_, column) if column.identity => " // counted up",
        _ => "",
    };
    let lines = spell::lines_without_allow(&[made(object.clone())]);
    let lines = lines.iter().flat_map(|statement| statement.lines());
    let lines: Vec<String> = lines.map(|line| format!("{space}{line}")).collect();
    lines.join("\n") + counted
}

fn made(object: Object) -> Operation {
    match object {
        Object::Table(table) => Operation::CreateTable(table),
        Object::Column(table, column) => add_column(table, column),
        Object::Constraint(table, constraint) => create_constraint(table, constraint),
        Object::Index(table, index) => create_index(table, index),
        Object::Enum(object) => Operation::CreateEnum(object),
        Object::Sequence(object) => Operation::CreateSequence(object),
        Object::View(view) => Operation::CreateView(view),
        Object::Trigger(trigger) => Operation::CreateTrigger(trigger),
        Object::Function(function) => Operation::CreateFunction(function),
        Object::Extension(name) => Operation::CreateExtension(name),
        Object::Namespace(name) => Operation::CreateNamespace(name),
    }
}

fn add_column(table: ObjectName, column: Column) -> Operation {
    Operation::AddColumn {
        table,
        column,
        constraints: Vec::new(),
        indexes: Vec::new(),
    }
}

fn create_constraint(table: ObjectName, constraint: Constraint) -> Operation {
    Operation::CreateConstraint { table, constraint }
}

fn create_index(table: ObjectName, index: Index) -> Operation {
    Operation::CreateIndex {
        table,
        index,
        concurrently: false,
    }
}

fn options(options: &[(String, Value)]) -> String {
    let said: Vec<String> = options.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    match said.is_empty() {
        true => "none".to_owned(),
        false => format!("{{ {} }}", said.join(", ")),
    }
}

//! Changes that are made while their table is in use: in several steps, each committed, of which none keeps a table locked
//! for longer than a moment.

use super::alter;
use super::exchange::Exchange;
use super::pass::Pass;
use super::{Postgres, quote, table};
use crate::check::safety::is_costly;
use crate::engine::Target;
use crate::history::Resolved;
use crate::operation::Operation;
use crate::schema::{Column, Constraint, Index, IndexElement, IndexKey, ObjectName, Schema, Table};
use crate::sql::unit::{Action, Step};
use crate::sql::{Company, Dialect, Draft};

/// Names are this long at most.
const LONGEST: usize = 63;

/// Whether an operation is made so.
pub(crate) fn is_online(resolved: &Resolved) -> bool {
    let has_need = || match &resolved.operation {
        Operation::CreateConstraint { constraint, .. } => match constraint {
            Constraint::ForeignKey(key) => !key.not_valid,
            Constraint::Check(check) => !check.not_valid,
            Constraint::Unique(_) | Constraint::PrimaryKey(_) => true,
            Constraint::Exclusion(_) => false,
        },
        Operation::AlterColumn {
            table,
            before,
            after,
            using,
        } => {
            let retyped = |table: &Table| is_costly(table, before, after, using);
            before.nullable && !after.nullable || resolved.before.table(table).is_some_and(|table| retyped(table))
        }
        _ => false,
    };
    resolved.online && has_need()
}

/// The steps of an operation that is made so.
pub(super) fn steps(resolved: &Resolved, target: Target, line: u32) -> Vec<Draft> {
    match &resolved.operation {
        Operation::CreateConstraint { table, constraint } => match constraint {
            Constraint::Unique(_) | Constraint::PrimaryKey(_) => by_index(table, constraint, &resolved.before, line),
            constraint => validated(table, constraint, line),
        },
        Operation::AlterColumn { table, before, after, .. } => match Exchange::of(resolved, target, line) {
            Some(exchange) => exchange.steps(),
            None => not_null(resolved, target, table, (before, after), line),
        },
        _ => Vec::new(),
    }
}

/// What takes back the first so many of an operation's steps; none where it cannot be said.
pub(super) fn back(resolved: &Resolved, target: Target, done: usize, line: u32) -> Option<Vec<Draft>> {
    if let Some(exchange) = Exchange::of(resolved, target, line) {
        return Some(exchange.back());
    }
    let drop = |table: &ObjectName, name: &str| {
        let sql = format!("ALTER TABLE {} DROP CONSTRAINT {}", Postgres.object(table), quote(name));
        vec![own(line, sql)]
    };
    match &resolved.operation {
        Operation::CreateConstraint { table, constraint } => match constraint {
            Constraint::Unique(_) | Constraint::PrimaryKey(_) => {
                let index = index_of(constraint)?;
                let name = Postgres.object(&table.beside(&index.name.text));
                let built = with_index(table, index, &resolved.before);
                let sql = format!("DROP INDEX CONCURRENTLY {name}");
                Some(vec![alone(line, sql).between(&built, &resolved.before)])
            }
            constraint => Some(drop(table, &constraint.name().text)),
        },
        Operation::AlterColumn { table, before, after, .. } if done > 0 && others(before, after) == *before => {
            let name = match own_not_null(table, after, target) {
                Some(name) => name,
                None => helper(table, after, &resolved.before),
            };
            Some(drop(table, &name))
        }
        _ => None,
    }
}

/// Made without a look at the rows that are there, which is taken afterwards.
fn validated(table: &ObjectName, constraint: &Constraint, line: u32) -> Vec<Draft> {
    let mut blind = constraint.clone();
    match &mut blind {
        Constraint::ForeignKey(key) => key.not_valid = true,
        Constraint::Check(check) => check.not_valid = true,
        _ => {}
    }
    let object = Postgres.object(table);
    vec![
        own(line, format!("ALTER TABLE {object} ADD {}", table::constraint(&blind))),
        own(
            line,
            format!("ALTER TABLE {object} VALIDATE CONSTRAINT {}", quote(&constraint.name().text)),
        ),
    ]
}

/// Its index is built first, and becomes the constraint's.
fn by_index(table: &ObjectName, constraint: &Constraint, before: &Schema, line: u32) -> Vec<Draft> {
    let Some(index) = index_of(constraint) else { return Vec::new() };
    let name = quote(&index.name.text);
    let build = table::create_index(table, &index, true);
    let take = format!(
        "ALTER TABLE {} ADD CONSTRAINT {name} {}",
        Postgres.object(table),
        table::using_index(constraint, &name)
    );
    let built = with_index(table, index, before);
    vec![alone(line, build).between(before, &built), own(line, take)]
}

pub(super) fn index_of(constraint: &Constraint) -> Option<Index> {
    let (name, columns, nulls_not_distinct, origin) = match constraint {
        Constraint::Unique(unique) => (&unique.name, &unique.columns, unique.nulls_not_distinct, &unique.origin),
        Constraint::PrimaryKey(key) => (&key.name, &key.columns, false, &key.origin),
        _ => return None,
    };
    let element = |column: &String| IndexElement {
        key: IndexKey::Column(column.clone()),
        descending: false,
        nulls_first: None,
        collation: None,
        class: None,
    };
    Some(Index {
        name: name.clone(),
        elements: columns.iter().map(element).collect(),
        unique: true,
        nulls_not_distinct,
        filter: None,
        method: None,
        include: Vec::new(),
        serves_key: false,
        origin: origin.clone(),
    })
}

pub(super) fn with_index(table: &ObjectName, index: Index, before: &Schema) -> Schema {
    let mut built = before.clone();
    built.edit(table, |table| table.indexes.push(index));
    built
}

/// A check says it first, so that the column's own word for it needs no look at the rows; PostgreSQL 18 has a form of its own.
fn not_null(resolved: &Resolved, target: Target, table: &ObjectName, (before, after): (&Column, &Column), line: u32) -> Vec<Draft> {
    let object = Postgres.object(table);
    let column = quote(&after.name);
    let mut drafts = Vec::new();
    let rest = others(before, after);
    if rest != *before {
        let mut pass = Pass::new(table);
        pass.push(line, alter::alter_column(table, before, &rest, &crate::operation::Using::Implicit));
        let statements = pass.close().into_iter();
        drafts.extend(statements.map(|(line, sql)| draft(line, sql, Company::Schema)));
    }
    if let Some(name) = own_not_null(table, after, target) {
        let name = quote(&name);
        drafts.push(own(
            line,
            format!("ALTER TABLE {object} ADD CONSTRAINT {name} NOT NULL {column} NOT VALID"),
        ));
        drafts.push(own(line, format!("ALTER TABLE {object} VALIDATE CONSTRAINT {name}")));
        return drafts;
    }
    let name = quote(&helper(table, after, &resolved.before));
    drafts.push(own(
        line,
        format!("ALTER TABLE {object} ADD CONSTRAINT {name} CHECK ({column} IS NOT NULL) NOT VALID"),
    ));
    drafts.push(own(line, format!("ALTER TABLE {object} VALIDATE CONSTRAINT {name}")));
    drafts.push(draft(
        line,
        format!("ALTER TABLE {object} ALTER COLUMN {column} SET NOT NULL"),
        Company::Next,
    ));
    drafts.push(own(line, format!("ALTER TABLE {object} DROP CONSTRAINT {name}")));
    drafts
}

/// The column after all its changes but that it takes no NULL.
fn others(before: &Column, after: &Column) -> Column {
    Column {
        nullable: before.nullable,
        ..after.clone()
    }
}

/// The name that PostgreSQL itself gives to NOT NULL, where the oldest version in force can say it of a constraint.
fn own_not_null(table: &ObjectName, column: &Column, target: Target) -> Option<String> {
    let name = format!("{}_{}_not_null", table.name, column.name);
    (target.version >= (18, 0) && name.len() <= LONGEST).then_some(name)
}

/// The name of the check that is there for a while: one that nothing of the table has.
pub(super) fn helper(table: &ObjectName, column: &Column, before: &Schema) -> String {
    let naming = crate::schema::naming::Naming::default();
    let name = |tail: &str| {
        let columns = [column.name.as_str(), tail];
        naming.name(crate::schema::naming::NameKind::Check, table, &columns, None).text
    };
    let taken = |name: &String| before.table(table).is_some_and(|table| table.constraint(name).is_some());
    let mut names = std::iter::once(name("not_null")).chain((2..).map(|n: u32| name(&format!("not_null_{n}"))));
    names.find(|name| !taken(name)).unwrap_or_default()
}

pub(super) fn draft(line: u32, sql: String, company: Company) -> Draft {
    let action = Action::Sql(sql);
    Draft::new(Step { line, action }, company)
}

pub(super) fn own(line: u32, sql: String) -> Draft {
    draft(line, sql, Company::Own)
}

pub(super) fn alone(line: u32, sql: String) -> Draft {
    draft(line, sql, Company::Alone)
}

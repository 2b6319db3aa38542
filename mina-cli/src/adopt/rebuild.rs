//! How a table is altered where the engine cannot: a new one is made, filled, and put in the place of the old one.

use super::reader::{Piece, Reader, is_of_session, parsed};
use super::script::{Ground, Script};
use super::words::{batch, ident, plain, spoken, sql_string, table_ref};
use mina_core::engine::Engine;
use mina_core::operation::{Operation, Using};
use mina_core::schema::{Constraint, ObjectName, Schema, Table};
use mina_core::syntax::ast::{ColumnChanges, Statement, StatementKind, Undo};
use sqlparser::ast::{self, AlterTableOperation, RenameTableNameKind, SelectItem, SetExpr, TableFactor, TableObject};
use std::collections::BTreeMap;

/// A table in the place of another one, and how many statements of the file say so.
pub struct Rebuilt {
    pub statements: Vec<Statement>,
    pub pieces: usize,
}

/// The four statements, whichever is renamed.
struct Dance {
    made: ast::CreateTable,
    old: ObjectName,
    /// What each column of the new table is filled with.
    filled: BTreeMap<String, ast::Expr>,
    pieces: usize,
}

/// The change that a file makes from here on by putting a new table in the place of an old one; none where it is anything else,
/// or says more than the statements of the language.
pub fn rebuilt(pieces: &[Piece<'_>], schema: &Schema, ground: Ground<'_>) -> Option<Rebuilt> {
    if ground.target.engine() != Engine::Sqlite {
        return None;
    }
    let reader = Reader::new(ground.target, schema);
    let dance = Dance::read(pieces, &reader)?;
    let old = schema.table(&dance.old)?;
    let mut without = schema.clone();
    without.remove_table(&dance.old);
    let mut apart = Reader::new(ground.target, &without);
    let made = apart.create_table(&dance.made).ok()??;
    if !apart.lost.is_empty() {
        return None;
    }
    let mut script = Script {
        end: without.clone(),
        ..Script::default()
    };
    script.take(&made, ground).ok()?;
    let new = script.end.table(&dance.old)?.clone();
    let statements = dance.statements(old, &new, schema)?;
    Some(Rebuilt {
        statements,
        pieces: dance.pieces,
    })
}

impl Dance {
    fn read(pieces: &[Piece<'_>], reader: &Reader<'_>) -> Option<Self> {
        let mut own = pieces.iter().enumerate().filter(|(_, piece)| !is_of_session(piece.sql));
        let mut next = || {
            let (at, piece) = own.next()?;
            Some((at, parsed(piece.sql, Engine::Sqlite).ok()?))
        };
        let name = |name: &ast::ObjectName| reader.table_name(name).ok();
        let (_, first) = next()?;
        // Either the old table is renamed first, or the new one last.
        let (made, renamed) = match first {
            ast::Statement::CreateTable(made) => (made, None),
            ast::Statement::AlterTable(change) => {
                let (from, to) = renaming(&change, reader)?;
                match next()?.1 {
                    ast::Statement::CreateTable(made) if name(&made.name)? == from => (made, Some((from, to))),
                    _ => return None,
                }
            }
            _ => return None,
        };
        let ast::Statement::Insert(insert) = next()?.1 else { return None };
        let TableObject::TableName(into) = &insert.table else { return None };
        if name(into)? != name(&made.name)? || insert.or.is_some() || insert.on.is_some() || insert.replace_into {
            return None;
        }
        let (from, exprs) = selected(insert.source.as_deref()?, reader)?;
        let (last_but_one, ast::Statement::Drop { names, object_type, .. }) = next()? else {
            return None;
        };
        let is_old = names.len() == 1 && name(names.first()?)? == from;
        if object_type != ast::ObjectType::Table || !is_old {
            return None;
        }
        let first_is_renamed = renamed.is_some();
        let (old, pieces) = match renamed {
            Some((old, aside)) if aside == from => (old, last_but_one + 1),
            Some(_) => return None,
            None => {
                let (last, ast::Statement::AlterTable(change)) = next()? else {
                    return None;
                };
                let (renamed, to) = renaming(&change, reader)?;
                if renamed != name(&made.name)? || to != from {
                    return None;
                }
                (from, last + 1)
            }
        };
        // Keys of other tables follow the one that is renamed.
        let is_referred = reader.schema.referring(&old).any(|(other, _)| other.name != old);
        if first_is_renamed && is_referred {
            return None;
        }
        let there = reader.schema.table(&old)?;
        let columns: Vec<String> = match insert.columns.is_empty() {
            true => made.columns.iter().map(|column| column.name.value.clone()).collect(),
            false => insert.columns.iter().map(ToString::to_string).map(|name| unquoted(&name)).collect(),
        };
        let exprs = exprs.unwrap_or_else(|| {
            let own = there
                .columns
                .iter()
                .map(|column| ast::Expr::Identifier(ast::Ident::new(&column.name)));
            own.collect()
        });
        (columns.len() == exprs.len()).then(|| Self {
            made: ast::CreateTable {
                name: ast::ObjectName::from(vec![ast::Ident::with_quote('"', &*old.name)]),
                ..made
            },
            old,
            filled: columns.into_iter().zip(exprs).collect(),
            pieces,
        })
    }

    /// The changes from one table to the other.
    fn statements(&self, old: &Table, new: &Table, schema: &Schema) -> Option<Vec<Statement>> {
        if old.options != new.options {
            return None;
        }
        let mut renames: BTreeMap<String, String> = BTreeMap::new();
        let mut sets = Vec::new();
        for (column, expr) in &self.filled {
            let column = &new.column_in_sql(column)?.name;
            match expr {
                ast::Expr::Identifier(from) => {
                    let from = &old.column_in_sql(&from.value)?.name;
                    if from != column && (new.column(from).is_some() || renames.insert(from.clone(), column.clone()).is_some()) {
                        return None;
                    }
                }
                expr => {
                    old.column(column)?;
                    sets.push(format!("{} = {expr}", quoted(column)));
                }
            }
        }
        let filled = |name: &str| self.filled.keys().any(|column| column.eq_ignore_ascii_case(name));
        // A column that is there in both and yet not carried over loses its values.
        if new
            .columns
            .iter()
            .any(|column| old.column(&column.name).is_some() && !filled(&column.name))
        {
            return None;
        }
        let table = || table_ref(&self.old);
        let mut all = Vec::new();
        for trigger in schema.triggers_on(&self.old) {
            all.push(plain(StatementKind::DropTrigger {
                table: table(),
                name: ident(&trigger.name),
            }));
        }
        if !sets.is_empty() {
            all.push(plain(StatementKind::Update {
                table: table(),
                set: sql_string(sets.join(", ")),
                filter: None,
                undo: Undo::Missing,
            }));
        }
        let mut before = old.clone();
        let mut inner = Vec::new();
        for (from, to) in &renames {
            before.rename_column(from, to);
            inner.push(plain(StatementKind::AlterColumn {
                table: table(),
                column: ident(from),
                changes: ColumnChanges {
                    rename: Some(ident(to)),
                    ..ColumnChanges::default()
                },
            }));
        }
        inner.extend(spoken(&operations(&before, new)));
        all.extend(batch(&self.old, inner));
        Some(all)
    }
}

/// From one table to another of the same name: its constraints and indexes first, then its columns, and what is on them last.
fn operations(old: &Table, new: &Table) -> Vec<Operation> {
    let table = || old.name.clone();
    let constraints = |of: &Table| {
        of.constraints()
            .map(|constraint| constraint.to_owned())
            .collect::<Vec<Constraint>>()
    };
    let (have, want) = (constraints(old), constraints(new));
    let gone = |column: &str| new.column(column).is_none();
    let mut all = Vec::new();
    for constraint in &have {
        // What is on a dropped column alone goes with it.
        let columns = constraint.as_ref().columns();
        let goes_along = matches!(&columns[..], [only] if gone(only)) && !matches!(constraint, Constraint::PrimaryKey(_));
        if !want.contains(constraint) && !goes_along {
            all.push(Operation::DropConstraint {
                table: table(),
                constraint: constraint.clone(),
            });
        }
    }
    for index in &old.indexes {
        let goes_along = matches!(&index.columns()[..], [only] if gone(only));
        if !goes_along {
            all.push(Operation::DropIndex {
                table: table(),
                index: index.clone(),
                concurrently: false,
            });
        }
    }
    for column in &old.columns {
        match new.column(&column.name) {
            None => all.push(Operation::DropColumn {
                table: table(),
                position: old.position(&column.name).unwrap_or_default(),
                column: column.clone(),
                constraints: Vec::new(),
                indexes: Vec::new(),
            }),
            Some(after) if after != column => all.push(Operation::AlterColumn {
                table: table(),
                before: column.clone(),
                after: after.clone(),
                using: Using::Cast,
            }),
            Some(_) => {}
        }
    }
    for column in new.columns.iter().filter(|column| old.column(&column.name).is_none()) {
        all.push(Operation::AddColumn {
            table: table(),
            column: column.clone(),
            constraints: Vec::new(),
            indexes: Vec::new(),
        });
    }
    for constraint in want.into_iter().filter(|constraint| !have.contains(constraint)) {
        all.push(Operation::CreateConstraint {
            table: table(),
            constraint,
        });
    }
    all
}

fn renaming(change: &ast::AlterTable, reader: &Reader<'_>) -> Option<(ObjectName, ObjectName)> {
    match &change.operations[..] {
        [
            AlterTableOperation::RenameTable {
                table_name: RenameTableNameKind::As(to) | RenameTableNameKind::To(to),
            },
        ] => Some((reader.table_name(&change.name).ok()?, reader.table_name(to).ok()?)),
        _ => None,
    }
}

/// The table that a query reads whole, and its columns where it names them.
fn selected(query: &ast::Query, reader: &Reader<'_>) -> Option<(ObjectName, Option<Vec<ast::Expr>>)> {
    let SetExpr::Select(select) = &*query.body else { return None };
    let says_more = query.with.is_some()
        || query.limit_clause.is_some()
        || select.distinct.is_some()
        || select.selection.is_some()
        || select.having.is_some()
        || !matches!(&select.group_by, ast::GroupByExpr::Expressions(all, _) if all.is_empty());
    let [from] = &select.from[..] else { return None };
    let TableFactor::Table { name, .. } = &from.relation else {
        return None;
    };
    if says_more || !from.joins.is_empty() {
        return None;
    }
    let name = reader.table_name(name).ok()?;
    if matches!(&select.projection[..], [SelectItem::Wildcard(_)]) {
        return Some((name, None));
    }
    let exprs = select.projection.iter().map(|item| match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr.clone()),
        _ => None,
    });
    Some((name, Some(exprs.collect::<Option<_>>()?)))
}

fn unquoted(name: &str) -> String {
    name.trim_matches(['"', '`', '[', ']']).to_owned()
}

/// A name in SQL, in backticks where it is no plain word.
fn quoted(name: &str) -> String {
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
    if is_plain { name.to_owned() } else { format!("`{name}`") }
}

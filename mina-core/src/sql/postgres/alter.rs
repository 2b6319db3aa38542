//! What an operation changes about a table that stays, as pieces of a pass.

use super::pass::{Piece, Turn};
use super::{Postgres, data, quote, table, types};
use crate::check::safety::comes_along;
use crate::history::Resolved;
use crate::operation::{Operation, Using};
use crate::schema::{Column, Constraint, ConstraintRef, Expression, Generated, Index, ObjectName, Table};
use crate::sql::Dialect;

/// The table and the pieces; none where the operation is no change of a table that stays.
pub(super) fn pieces(resolved: &Resolved) -> Option<(&ObjectName, Vec<Piece>)> {
    if super::is_online(resolved) {
        return None;
    }
    Some(match &resolved.operation {
        Operation::AddColumn {
            table,
            column,
            constraints,
            indexes,
        } => (table, add_column(table, column, constraints, indexes)),
        Operation::DropColumn {
            table,
            column,
            constraints,
            indexes,
            ..
        } => {
            let mut pieces: Vec<Piece> = indexes.iter().map(|index| drop_index(table, index)).collect();
            pieces.extend(constraints.iter().map(drop_constraint));
            let name = quote(&column.name);
            pieces.push(piece(Turn::Drop, format!("DROP COLUMN {name}"), [&column.name]));
            (table, pieces)
        }
        Operation::RenameColumn { table, from, to } => {
            let sql = format!(
                "ALTER TABLE {} RENAME COLUMN {} TO {}",
                Postgres.object(table),
                quote(from),
                quote(to)
            );
            (table, vec![piece(Turn::Before, sql, [from, to])])
        }
        Operation::AlterColumn {
            table,
            before,
            after,
            using,
        } => {
            let mut pieces = alter_column(table, before, after, using);
            if let Some(found) = resolved.before.table(table).filter(|_| types::means_another(&before.ty, &after.ty)) {
                said_again(&mut pieces, found, &after.name);
            }
            (table, pieces)
        }
        Operation::CreateConstraint { table, constraint } => (table, vec![add_constraint(constraint)]),
        Operation::DropConstraint { table, constraint } => (table, vec![drop_constraint(constraint)]),
        Operation::RenameConstraint { table, from, to } => {
            (table, vec![piece(Turn::Before, rename_constraint(table, from, to), [from, to])])
        }
        Operation::CreateIndex {
            table,
            index,
            concurrently: false,
        } => (table, vec![create_index(table, index)]),
        Operation::DropIndex {
            table,
            index,
            concurrently: false,
        } => (table, vec![drop_index(table, index)]),
        Operation::RenameIndex { table, from, to } => (table, vec![piece(Turn::Before, rename_index(table, from, to), [from, to])]),
        Operation::CommentOnTable { table, after, .. } => {
            let sql = table::comment_on_table(table, after.as_ref());
            (table, vec![piece(Turn::After, sql, [])])
        }
        _ => return None,
    })
}

pub(super) fn rename_constraint(table: &ObjectName, from: &str, to: &str) -> String {
    let (from, to) = (quote(from), quote(to));
    format!("ALTER TABLE {} RENAME CONSTRAINT {from} TO {to}", Postgres.object(table))
}

pub(super) fn rename_index(table: &ObjectName, from: &str, to: &str) -> String {
    format!("ALTER INDEX {} RENAME TO {}", Postgres.object(&table.beside(from)), quote(to))
}

fn piece<'n>(turn: Turn, sql: String, names: impl IntoIterator<Item = &'n String>) -> Piece {
    Piece {
        turn,
        sql,
        names: names.into_iter().cloned().collect(),
    }
}

fn add_column(table: &ObjectName, column: &Column, constraints: &[Constraint], indexes: &[Index]) -> Vec<Piece> {
    let mut names = vec![column.name.clone()];
    names.extend(column.generated.iter().flat_map(|generated| generated.expression.columns()));
    let mut sql = format!("ADD COLUMN {}", table::column(column));
    let mut pieces = Vec::new();
    for constraint in constraints {
        match constraint {
            Constraint::ForeignKey(key) if comes_along(column, key) => {
                names.extend(names_of(constraint.as_ref()));
                sql += &format!(" {}", table::references(key));
            }
            constraint => pieces.push(add_constraint(constraint)),
        }
    }
    pieces.insert(0, piece(Turn::AddColumn, sql, &names));
    pieces.extend(indexes.iter().map(|index| create_index(table, index)));
    if column.comment.is_some() {
        pieces.push(comment(table, column));
    }
    pieces
}

fn comment(table: &ObjectName, column: &Column) -> Piece {
    piece(Turn::After, table::comment_on_column(table, column), [&column.name])
}

/// The names that a constraint is about, its own among them.
fn names_of(constraint: ConstraintRef<'_>) -> Vec<String> {
    let mut names = constraint.columns();
    if let ConstraintRef::ForeignKey(key) = constraint {
        names.extend(key.referred.iter().cloned());
    }
    names.push(constraint.name().text.clone());
    names
}

fn add_constraint(constraint: &Constraint) -> Piece {
    let turn = match constraint {
        Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::Exclusion(_) => Turn::AddKey,
        Constraint::ForeignKey(_) | Constraint::Check(_) => Turn::AddOther,
    };
    piece(
        turn,
        format!("ADD {}", table::constraint(constraint)),
        &names_of(constraint.as_ref()),
    )
}

fn drop_constraint(constraint: &Constraint) -> Piece {
    let sql = format!("DROP CONSTRAINT {}", quote(&constraint.name().text));
    piece(Turn::Drop, sql, &names_of(constraint.as_ref()))
}

fn index_names(index: &Index) -> Vec<String> {
    let mut names = index.columns();
    names.extend(index.include.iter().cloned());
    names.push(index.name.text.clone());
    names
}

fn create_index(table: &ObjectName, index: &Index) -> Piece {
    piece(Turn::After, table::create_index(table, index, false), &index_names(index))
}

fn drop_index(table: &ObjectName, index: &Index) -> Piece {
    let name = Postgres.object(&table.beside(&index.name.text));
    piece(Turn::Before, format!("DROP INDEX {name}"), &index_names(index))
}

/// PostgreSQL reads what it printed of a check or an index when the type of a column changes, with the types of all literals in it, and
/// keeps them when the type comes back: they are made anew as they were written, while the table is rewritten anyhow.
fn said_again(pieces: &mut Vec<Piece>, table: &Table, column: &str) {
    let uses = |expression: &Expression| expression.uses(column);
    for constraint in table.constraints().filter(|constraint| constraint.says(&uses)) {
        let constraint = constraint.to_owned();
        pieces.insert(0, drop_constraint(&constraint));
        pieces.push(add_constraint(&constraint));
    }
    for index in table.indexes.iter().filter(|index| index.says(&uses)) {
        pieces.insert(0, drop_index(&table.name, index));
        pieces.push(create_index(&table.name, index));
    }
}

/// A default that was there is dropped before the type changes and set again after it: it need not cast.
pub(super) fn alter_column(table: &ObjectName, before: &Column, after: &Column, using: &Using) -> Vec<Piece> {
    let mut names = vec![after.name.clone()];
    if let Using::Expression(expression) = using {
        names.extend(expression.columns());
    }
    names.extend(after.generated.iter().flat_map(|generated| generated.expression.columns()));
    let column = quote(&after.name);
    let alter = |turn, clause: &str| piece(turn, format!("ALTER COLUMN {column} {clause}"), &names);
    let retyped = before.ty != after.ty || before.collation != after.collation;
    let (was, is) = (before.default.as_ref(), after.default.as_ref());
    let mut pieces = Vec::new();
    if before.identity && !after.identity {
        pieces.push(alter(Turn::Drop, "DROP IDENTITY"));
    }
    if was.is_some() && (is.is_none() || before.ty != after.ty) {
        pieces.push(alter(Turn::Drop, "DROP DEFAULT"));
    }
    if before.generated.is_some() && after.generated.is_none() {
        pieces.push(alter(Turn::Drop, "DROP EXPRESSION"));
    }
    if !before.nullable && after.nullable {
        pieces.push(alter(Turn::Drop, "DROP NOT NULL"));
    }
    if retyped {
        pieces.push(alter(Turn::Type, &format!("TYPE {}", types::change(before, after, using))));
    }
    if let (Some(Generated { expression: was, .. }), Some(Generated { expression: is, .. })) = (&before.generated, &after.generated)
        && was != is
    {
        pieces.push(alter(Turn::Expression, &format!("SET EXPRESSION AS ({})", is.sql())));
    }
    if before.nullable && !after.nullable {
        pieces.push(alter(Turn::NotNull, "SET NOT NULL"));
    }
    if let Some(default) = is.filter(|_| was != is || before.ty != after.ty) {
        let default = Postgres.default(default, &after.ty);
        pieces.push(alter(Turn::AddOther, &format!("SET DEFAULT {default}")));
    }
    if !before.identity && after.identity {
        pieces.push(alter(Turn::AddOther, "ADD GENERATED BY DEFAULT AS IDENTITY"));
        pieces.push(piece(Turn::After, data::advance(table, &after.name), &names));
    }
    if before.comment != after.comment {
        pieces.push(comment(table, after));
    }
    pieces
}

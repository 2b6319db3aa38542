//! One pass over a table: as few statements as give the result of its changes in the order written.

use super::Postgres;
use crate::schema::ObjectName;
use crate::sql::Dialect;

/// When a piece takes effect in a pass. PostgreSQL runs the clauses of one ALTER TABLE in this order, not as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    /// A statement before ALTER TABLE.
    Before,
    Drop,
    Type,
    AddColumn,
    Expression,
    NotNull,
    /// A constraint with an index.
    AddKey,
    AddOther,
    /// A statement after ALTER TABLE.
    After,
}

/// A clause of ALTER TABLE or a statement beside it.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) turn: Turn,
    pub(super) sql: String,
    /// The columns, constraints and indexes that it is about.
    pub(super) names: Vec<String>,
}

/// The pieces of a pass, while they are collected.
#[derive(Debug)]
pub(super) struct Pass {
    pub(super) table: ObjectName,
    pieces: Vec<(u32, Piece)>,
}

impl Pass {
    pub(super) fn new(table: &ObjectName) -> Self {
        Self {
            table: table.clone(),
            pieces: Vec::new(),
        }
    }

    /// Whether the pieces of one more operation can be in it and take effect as if they came last.
    pub(super) fn takes(&self, pieces: &[Piece]) -> bool {
        let overtakes = |piece: &Piece| {
            let mut earlier = self.pieces.iter().map(|(_, earlier)| earlier);
            earlier.any(|earlier| piece.turn < earlier.turn && piece.names.iter().any(|name| earlier.names.contains(name)))
        };
        !pieces.iter().any(overtakes)
    }

    pub(super) fn push(&mut self, line: u32, pieces: Vec<Piece>) {
        self.pieces.extend(pieces.into_iter().map(|piece| (line, piece)));
    }

    /// Its statements, each with the line of its first piece.
    pub(super) fn close(self) -> Vec<(u32, String)> {
        let table = Postgres.object(&self.table);
        let beside = |wanted: Turn| {
            let pieces = self.pieces.iter().filter(move |(_, piece)| piece.turn == wanted);
            pieces.map(|(line, piece)| (*line, piece.sql.clone()))
        };
        let mut clauses: Vec<&(u32, Piece)> = self.pieces.iter().collect();
        clauses.retain(|(_, piece)| !matches!(piece.turn, Turn::Before | Turn::After));
        let line = clauses.first().map_or(0, |(line, _)| *line);
        let clauses: Vec<&str> = clauses.iter().map(|(_, piece)| piece.sql.as_str()).collect();
        let altered = match &clauses[..] {
            [] => None,
            [clause] => Some(format!("ALTER TABLE {table} {clause}")),
            clauses => Some(format!("ALTER TABLE {table}\n    {}", clauses.join(",\n    "))),
        };
        let mut statements: Vec<(u32, String)> = beside(Turn::Before).collect();
        statements.extend(altered.map(|sql| (line, sql)));
        statements.extend(beside(Turn::After));
        statements
    }
}

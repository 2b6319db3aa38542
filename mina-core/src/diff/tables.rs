//! The tables that are made, changed and dropped, and in which order.

use super::changes::taken_values;
use super::order::{Order, Passes, Script, alter, take};
use super::piece::Piece;
use crate::check::spell::{plain, plain_statement, table_ref};
use crate::engine::Engine;
use crate::operation::{Operation, Using, is_implicit, is_without_rowid, key_columns};
use crate::schema::{Column, Constraint, ConstraintRef, Default, ForeignKey, Index, ObjectName, Table, Type, Value};
use crate::syntax::Span;
use crate::syntax::ast::{ConstraintKind, SqlString, Statement, StatementKind, Undo};
use std::collections::{BTreeMap, BTreeSet};

impl Order<'_> {
    pub(super) fn tables(&self, script: &mut Script) {
        let passes = self.sequence();
        let dropped = self.dropped_tables();
        let early = self.early(&passes, &dropped);
        for piece in &early {
            take(self.have, piece, script);
        }
        for (table, column) in self.early_columns() {
            let Some(found) = self.have.table(&table) else { continue };
            self.drop_column(found, &column, script);
        }
        for name in &dropped {
            if let Some(table) = self.have.table(name) {
                script.say(&Operation::DropTable(Table::clone(table)));
            }
        }
        self.remove_values(script);
        let mut made = BTreeSet::new();
        let mut deferred = Vec::new();
        if self.passes == Passes::Apart {
            for name in &passes {
                self.tear_down(name, &early, script);
            }
        }
        for name in &passes {
            made.insert(name);
            let wait = |key: &ForeignKey| key.table != *name && passes.contains(&key.table) && !made.contains(&key.table);
            let waiting = self.new_keys(name).filter(|key| wait(key)).map(|key| key.name.text.clone());
            let waiting: BTreeSet<String> = waiting.collect();
            if self.changes.new_tables.contains(name) {
                self.create(name, &waiting, script);
            } else {
                // Rows that are stored by their key are never without one.
                let keyed = self.have.table(name).is_some_and(|table| is_without_rowid(table));
                if keyed {
                    self.add_filled(name, script);
                }
                if self.passes == Passes::One {
                    self.tear_down(name, &early, script);
                }
                self.build_up(name, &waiting, !keyed, script);
            }
            deferred.extend(waiting.into_iter().map(|key| (name.clone(), key)));
        }
        for (table, key) in &deferred {
            if let Some(constraint) = self.want.constraint_at(table, key) {
                let table = table.clone();
                script.on(&table.clone(), &Operation::CreateConstraint { table, constraint });
            }
        }
    }

    /// The keys of a table that are made.
    fn new_keys<'s>(&'s self, name: &'s ObjectName) -> impl Iterator<Item = &'s ForeignKey> {
        let keys = self.want.table(name).into_iter().flat_map(|table| &table.foreign_keys);
        keys.filter(move |key| {
            let piece = Piece::Constraint(name.clone(), key.name.text.clone());
            self.changes.new_tables.contains(name) || self.is_new(&piece)
        })
    }

    fn is_new(&self, want: &Piece) -> bool {
        // What is in both tables by that name and is not kept, or on a table that did not change.
        let untouched = want
            .table()
            .is_some_and(|table| match (self.have.table(table), self.want.table(table)) {
                (Some(have), Some(want)) => have == want,
                _ => false,
            });
        match untouched {
            true => self.changes.taken.contains(want),
            false => !self.changes.stays(want),
        }
    }

    /// The tables that are made or changed, referred ones first where there is such an order.
    fn sequence(&self) -> Vec<ObjectName> {
        let mut changed: BTreeSet<&ObjectName> = self.changes.new_tables.iter().collect();
        changed.extend(self.changes.taken.iter().filter_map(Piece::table));
        for (name, want, have) in self.want.changed_tables(self.have) {
            if want.is_some() && have.is_some_and(|have| want != Some(have)) {
                changed.insert(name);
            }
        }
        let gone = |name: &ObjectName| self.changes.taken.contains(&Piece::Table(name.clone())) && !self.changes.new_tables.contains(name);
        let changed: Vec<&ObjectName> = changed.into_iter().filter(|name| !gone(name)).collect();
        let mut sorted = Vec::new();
        let mut open = BTreeSet::new();
        for name in &changed {
            self.visit(name, &changed, &mut open, &mut sorted);
        }
        sorted
    }

    /// Depth first, without recursion: a chain of keys may be long.
    fn visit(&self, name: &ObjectName, changed: &[&ObjectName], seen: &mut BTreeSet<ObjectName>, sorted: &mut Vec<ObjectName>) {
        let mut stack = vec![(name.clone(), false)];
        while let Some((name, done)) = stack.pop() {
            if done {
                sorted.push(name);
                continue;
            }
            if !seen.insert(name.clone()) {
                continue;
            }
            stack.push((name.clone(), true));
            let mut referred: Vec<ObjectName> = self.new_keys(&name).map(|key| key.table.clone()).collect();
            referred.retain(|other| changed.binary_search(&other).is_ok() && !seen.contains(other));
            referred.sort();
            stack.extend(referred.into_iter().rev().map(|other| (other, false)));
        }
    }

    /// The tables that go, those that refer to others first; where they refer to each other in a circle, the first of the rest.
    fn dropped_tables(&self) -> Vec<ObjectName> {
        let gone: Vec<&Table> = self.gone_tables().collect();
        let places: BTreeMap<&ObjectName, usize> = gone.iter().enumerate().map(|(at, table)| (&table.name, at)).collect();
        let referred = |at: usize| {
            let table = gone[at];
            let keys = table.foreign_keys.iter().filter(move |key| key.table != table.name);
            keys.filter_map(|key| places.get(&key.table).copied())
        };
        let mut referring = vec![0_usize; gone.len()];
        (0..gone.len()).flat_map(&referred).for_each(|at| referring[at] += 1);
        let mut rest: BTreeSet<usize> = (0..gone.len()).collect();
        let mut free: BTreeSet<usize> = rest.iter().copied().filter(|at| referring[*at] == 0).collect();
        let mut sorted = Vec::with_capacity(gone.len());
        while let Some(at) = free.pop_first().or_else(|| rest.first().copied()) {
            rest.remove(&at);
            sorted.push(gone[at].name.clone());
            for other in referred(at) {
                referring[other] -= 1;
                if referring[other] == 0 && rest.contains(&other) {
                    free.insert(other);
                }
            }
        }
        sorted
    }

    fn gone_tables(&self) -> impl Iterator<Item = &Table> {
        let gone = self.changes.taken.iter().filter_map(|piece| match piece {
            Piece::Table(name) => self.have.table(name),
            _ => None,
        });
        gone.map(AsRef::as_ref)
    }

    /// What is taken off before any table is passed over: keys to tables that change or go, and what stands in the way of an
    /// enum's values.
    fn early(&self, passes: &[ObjectName], dropped: &[ObjectName]) -> Vec<Piece> {
        let mut early: Vec<Piece> = Vec::new();
        let gone: Vec<&Table> = self.gone_tables().collect();
        let ranks: BTreeMap<&ObjectName, usize> = dropped.iter().enumerate().map(|(rank, name)| (name, rank)).collect();
        for piece in &self.changes.taken {
            let Piece::Constraint(table, name) = piece else { continue };
            let Some(Constraint::ForeignKey(key)) = self.have.constraint_at(table, name) else {
                continue;
            };
            let goes = |name: &ObjectName| ranks.contains_key(name);
            if key.table != *table && !goes(table) && (goes(&key.table) || passes.contains(&key.table)) {
                early.push(piece.clone());
            }
        }
        // Keys among tables that go, where these refer to each other in a circle.
        for table in &gone {
            for key in table.foreign_keys.iter().filter(|key| key.table != table.name) {
                if ranks
                    .get(&key.table)
                    .is_some_and(|referred| Some(referred) < ranks.get(&table.name))
                {
                    early.push(Piece::Constraint(table.name.clone(), key.name.text.clone()));
                }
            }
        }
        if !self.values_go() {
            return early;
        }
        let literal = self.changes.taken.iter().filter(|piece| match piece {
            Piece::Constraint(table, name) => matches!(
                self.have.constraint_at(table, name),
                Some(Constraint::Check(_) | Constraint::Exclusion(_))
            ),
            Piece::Index(table, name) => {
                let index = self.have.index_at(table, name);
                index.is_some_and(|index| index.says(&|_| true) && !index.serves_key)
            }
            _ => false,
        });
        let of_tables = literal.filter(|piece| piece.table().is_some_and(|table| !ranks.contains_key(table)));
        early.extend(of_tables.cloned());
        early
    }

    fn values_go(&self) -> bool {
        self.changes.enums.iter().any(|(have, want)| !taken_values(have, want).is_empty())
    }

    /// Generated columns, which an enum's type could not be made anew under.
    fn early_columns(&self) -> Vec<(ObjectName, String)> {
        if !self.values_go() {
            return Vec::new();
        }
        let columns = self.changes.taken.iter().filter_map(|piece| match piece {
            Piece::Column(table, name) => Some((table, name)),
            _ => None,
        });
        let generated = columns.filter(|(table, name)| {
            let column = self.have.table(table).and_then(|table| table.column(name));
            column.is_some_and(|column| column.generated.is_some())
        });
        generated.map(|(table, name)| (table.clone(), name.clone())).collect()
    }

    fn drop_column(&self, table: &Table, name: &str, script: &mut Script) {
        if let Some(column) = table.column(name).cloned() {
            let drop = Operation::DropColumn {
                table: table.name.clone(),
                column,
                position: 0,
                constraints: Vec::new(),
                indexes: Vec::new(),
            };
            script.on(&table.name, &drop);
        }
    }

    /// New names, then what goes: keys, constraints, indexes, columns.
    fn tear_down(&self, name: &ObjectName, early: &[Piece], script: &mut Script) {
        let (Some(have), false) = (self.have.table(name), self.changes.new_tables.contains(name)) else {
            return;
        };
        for kept in self.changes.renamed.iter().filter(|kept| kept.have.table() == Some(name)) {
            match (&kept.have, &kept.want) {
                (Piece::Constraint(table, from), Piece::Constraint(_, to)) if !self.changes.taken.contains(&kept.have) => {
                    let (table, from, to) = (table.clone(), from.clone(), to.clone());
                    script.on(name, &Operation::RenameConstraint { table, from, to });
                }
                (Piece::Index(table, from), Piece::Index(_, to)) if !self.changes.taken.contains(&kept.have) => {
                    let (table, from, to) = (table.clone(), from.clone(), to.clone());
                    script.on(name, &Operation::RenameIndex { table, from, to });
                }
                _ => {}
            }
        }
        let rank = |piece: &&Piece| match piece {
            Piece::Constraint(table, name) => match self.have.constraint_at(table, name) {
                Some(Constraint::ForeignKey(_)) => 0,
                Some(Constraint::PrimaryKey(_)) => 3,
                _ => 2,
            },
            _ => 1,
        };
        let mut pieces: Vec<&Piece> = self.changes.taken.iter().filter(|piece| piece.table() == Some(name)).collect();
        pieces.retain(|piece| !early.contains(piece) && !self.goes_along(have, piece));
        pieces.sort_by_key(rank);
        for piece in pieces {
            take(self.have, piece, script);
        }
        let mut columns: Vec<&Column> = have
            .columns
            .iter()
            .filter(|column| self.changes.takes_column(name, &column.name))
            .collect();
        let early = self.early_columns();
        columns.retain(|column| !early.contains(&(name.clone(), column.name.clone())));
        columns.sort_by_key(|column| column.generated.is_none());
        for column in columns {
            self.drop_column(have, &column.name, script);
        }
    }

    /// Whether a piece goes without a statement of its own: with its column, or an index with the key that it serves.
    fn goes_along(&self, table: &Table, piece: &Piece) -> bool {
        let alone = |columns: &[String]| matches!(columns, [column] if self.changes.takes_column(&table.name, column));
        match piece {
            Piece::Constraint(_, name) => table.constraint(name).is_some_and(|constraint| {
                let stands = match constraint {
                    ConstraintRef::PrimaryKey(_) => true,
                    ConstraintRef::ForeignKey(key) => key.table == table.name,
                    _ => false,
                };
                !stands && alone(&constraint.columns())
            }),
            Piece::Index(_, name) => table.index(name).is_some_and(|index| index.serves_key || alone(&index.columns())),
            _ => false,
        }
    }

    /// The indexes that serve a key and stand in the way of nothing, which go once another serves the key, under its name by then.
    fn superseded(&self, have: &Table) -> impl Iterator<Item = Index> {
        have.indexes.iter().filter_map(move |index| {
            let piece = Piece::index(have, index);
            let key = Piece::Constraint(have.name.clone(), index.name.text.clone());
            let serves = index.serves_key && have.foreign_keys.iter().any(|key| key.name == index.name);
            if !serves || !self.changes.taken.contains(&piece) || self.changes.taken.contains(&key) {
                return None;
            }
            let mut index = index.clone();
            if let Some(Piece::Constraint(_, to)) = self.changes.renamed.iter().find(|kept| kept.have == key).map(|kept| &kept.want) {
                index.name.text.clone_from(to);
            }
            Some(index)
        })
    }

    fn create(&self, name: &ObjectName, waiting: &BTreeSet<String>, script: &mut Script) {
        let Some(table) = self.want.table(name) else { return };
        let mut table = Table::clone(table);
        for key in waiting {
            table.remove_constraint(key);
            if table.index(key).is_some_and(|index| index.serves_key) {
                table.remove_index(key);
            }
        }
        script.say(&Operation::CreateTable(table));
    }

    /// The columns that a table does not have as they are wanted.
    fn added<'s>(&'s self, name: &'s ObjectName) -> impl Iterator<Item = &'s Column> {
        let wanted = self.want.table(name).into_iter().flat_map(|table| &table.columns);
        let have = self.have.table(name);
        wanted.filter(move |column| {
            let is_there = have.is_some_and(|table| table.column(&column.name).is_some());
            !is_there || self.changes.takes_column(name, &column.name)
        })
    }

    /// Adds the columns that the rows which are there have no value for, and fills them.
    fn add_filled(&self, name: &ObjectName, script: &mut Script) {
        let Some(want) = self.want.table(name) else { return };
        let filled: Vec<&Column> = self.added(name).filter(|column| needs_fill(column, want)).collect();
        for column in &filled {
            let add = Operation::AddColumn {
                table: name.clone(),
                column: not_yet(column),
                constraints: Vec::new(),
                indexes: Vec::new(),
            };
            script.on(name, &add);
        }
        let set = filled
            .iter()
            .map(|column| format!("{} = {}", quoted(&column.name), self.filler(column)));
        let set: Vec<String> = set.collect();
        if !set.is_empty() {
            script.statements.push(fill(name, &set.join(", ")));
        }
    }

    /// New columns, changes of those that are there, new constraints and indexes.
    fn build_up(&self, name: &ObjectName, waiting: &BTreeSet<String>, fills: bool, script: &mut Script) {
        let (Some(have), Some(want)) = (self.have.table(name), self.want.table(name)) else {
            return;
        };
        let mut parts = self.new_parts(want, waiting);
        let (filled, direct): (Vec<&Column>, Vec<&Column>) = self.added(name).partition(|column| needs_fill(column, want));
        // What is generated from a column comes after it.
        let waits = |column: &&Column| {
            let mut expressions = column.generated.iter().map(|generated| &generated.expression);
            expressions.any(|expression| filled.iter().any(|filled| expression.uses(&filled.name)))
        };
        let (late, mut early): (Vec<&Column>, Vec<&Column>) = direct.into_iter().partition(waits);
        early.sort_by_key(|column| column.generated.is_some());
        let mut add = |columns: Vec<&Column>, script: &mut Script| {
            for column in columns {
                let (constraints, indexes) = take_alone(&mut parts, column, want);
                let operation = Operation::AddColumn {
                    table: name.clone(),
                    column: column.clone(),
                    constraints,
                    indexes,
                };
                script.on(name, &operation);
            }
        };
        add(early, script);
        for (before, after) in self.changes.altered.get(name).into_iter().flatten() {
            if self.changes.takes_column(name, &before.name) {
                continue;
            }
            let before = &self.after_values(before);
            if before != after {
                let using = match before.ty == after.ty || is_implicit(&before.ty, &after.ty, self.engine) {
                    true => Using::Implicit,
                    false => Using::Cast,
                };
                let (table, before, after) = (name.clone(), before.clone(), after.clone());
                script.on(
                    name,
                    &Operation::AlterColumn {
                        table,
                        before,
                        after,
                        using,
                    },
                );
            }
        }
        if fills {
            self.add_filled(name, script);
        }
        add(late, script);
        for column in &filled {
            script.on(name, &alter(name, &not_yet(column), column));
        }
        let counts = self.changes.counted.contains(name) || filled.iter().any(|column| column.identity);
        for part in parts {
            let mut statements = plain_statement(&part, true);
            if counts {
                statements.iter_mut().for_each(count_up);
            }
            script.batch(name, statements);
        }
        for index in self.superseded(have) {
            let table = name.clone();
            let concurrently = false;
            script.on(
                name,
                &Operation::DropIndex {
                    table,
                    index,
                    concurrently,
                },
            );
        }
        if self.changes.comments.contains(name) {
            script.say(&Operation::CommentOnTable {
                table: name.clone(),
                before: have.comment.clone(),
                after: want.comment.clone(),
            });
        }
    }

    /// A column once the values that go are no default any more.
    fn after_values(&self, column: &Column) -> Column {
        let mut column = column.clone();
        for (have, want) in &self.changes.enums {
            let gone = taken_values(have, want);
            if let Some(Default::Value(Value::String(value))) = &column.default
                && column.ty.is_of_enum(&have.name)
                && gone.contains(value)
            {
                column.default = None;
            }
        }
        column
    }

    /// The constraints and indexes that are made: what a key may refer to first, keys last.
    fn new_parts(&self, want: &Table, waiting: &BTreeSet<String>) -> Vec<Operation> {
        let is_new = |piece: &Piece| self.is_new(piece);
        let constraints = want
            .constraints()
            .filter(|constraint| is_new(&Piece::constraint(want, *constraint)));
        let (keys, others): (Vec<_>, Vec<_>) = constraints
            .map(|constraint| constraint.to_owned())
            .partition(|constraint| matches!(constraint, Constraint::ForeignKey(_)));
        let made_with_key = |index: &Index| {
            index.serves_key
                && want
                    .foreign_keys
                    .iter()
                    .any(|key| key.name == index.name && is_new(&Piece::Constraint(want.name.clone(), key.name.text.clone())))
        };
        let indexes = want
            .indexes
            .iter()
            .filter(|index| is_new(&Piece::index(want, index)) && !made_with_key(index));
        let create = |constraint: Constraint| Operation::CreateConstraint {
            table: want.name.clone(),
            constraint,
        };
        let indexes = indexes.map(|index| Operation::CreateIndex {
            table: want.name.clone(),
            index: index.clone(),
            concurrently: false,
        });
        let keys = keys.into_iter().filter(|key| !waiting.contains(&key.name().text));
        others.into_iter().map(create).chain(indexes).chain(keys.map(create)).collect()
    }

    /// A value for the rows that are there.
    fn filler(&self, column: &Column) -> String {
        let text = match &column.ty {
            Type::Bool => "false",
            Type::TinyInt
            | Type::SmallInt
            | Type::Integer
            | Type::BigInt
            | Type::Unsigned(_)
            | Type::Numeric(_)
            | Type::Float
            | Type::Double => "0",
            Type::Timestamp | Type::Timestamptz => "CURRENT_TIMESTAMP",
            Type::Date => "CURRENT_DATE",
            Type::Time => "'00:00:00'",
            Type::Interval => "'0'",
            Type::Uuid => "'00000000-0000-0000-0000-000000000000'",
            Type::Json | Type::Jsonb | Type::Array(_) => "'{}'",
            Type::Inet => "'0.0.0.0'",
            Type::Cidr => "'0.0.0.0/0'",
            Type::MacAddr => "'00:00:00:00:00:00'",
            Type::Binary if self.engine != Engine::Pg => "X''",
            Type::Enum(name) => {
                let first = self.want.enumeration(name).and_then(|object| object.values.first());
                return format!("'{}'", first.map_or("", String::as_str).replace('\'', "''"));
            }
            Type::Varchar(_) | Type::Char(_) | Type::Text | Type::Binary | Type::Custom(_) | Type::Unknown => "''",
        };
        text.to_owned()
    }
}

/// The constraints and indexes about one new column alone, which stand in its attributes.
fn take_alone(parts: &mut Vec<Operation>, column: &Column, table: &Table) -> (Vec<Constraint>, Vec<Index>) {
    let (mut constraints, mut indexes) = (Vec::new(), Vec::new());
    parts.retain(|part| match part {
        Operation::CreateConstraint { constraint, .. } if constraint.as_ref().columns() == [column.name.clone()] => {
            let to_itself = matches!(constraint, Constraint::ForeignKey(key) if key.table == table.name);
            if !to_itself {
                constraints.push(constraint.clone());
            }
            to_itself
        }
        Operation::CreateIndex { index, .. } if key_columns(index) == [column.name.clone()] && index.columns().len() == 1 => {
            indexes.push(index.clone());
            false
        }
        _ => true,
    });
    (constraints, indexes)
}

/// Whether a new column has no value for the rows that are there; the database counts up those of a key that refers to nothing.
fn needs_fill(column: &Column, table: &Table) -> bool {
    let refers = table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
    let counts = column.identity && !refers;
    !(column.nullable || column.default.is_some() || column.generated.is_some() || counts)
}

/// A column before it is filled.
fn not_yet(column: &Column) -> Column {
    Column {
        nullable: true,
        identity: false,
        ..column.clone()
    }
}

fn fill(table: &ObjectName, set: &str) -> Statement {
    plain(StatementKind::Update {
        table: table_ref(table, false),
        set: SqlString {
            text: set.to_owned(),
            span: Span::default(),
        },
        filter: None,
        undo: Undo::Missing,
    })
}

fn count_up(statement: &mut Statement) {
    if let StatementKind::CreateConstraint { constraint, .. } = &mut statement.kind
        && let ConstraintKind::PrimaryKey { generated, .. } = &mut constraint.kind
    {
        *generated = Some(true);
    }
}

/// A name in backticks where it is no plain word.
fn quoted(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let plain = plain && !name.starts_with(|c: char| c.is_ascii_digit()) && !is_reserved(name);
    match plain {
        true => name.to_owned(),
        false => format!("`{}`", name.replace('`', "``")),
    }
}

fn is_reserved(name: &str) -> bool {
    sqlparser::keywords::ALL_KEYWORDS
        .binary_search(&name.to_ascii_uppercase().as_str())
        .is_ok()
}

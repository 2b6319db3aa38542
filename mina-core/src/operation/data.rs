//! Rows: bulk_insert and bulk_delete, update, delete and backfill.

use super::Operation;
use super::lookup::{list, path};
use super::replay::{Refused, Replay, Resolution};
use crate::diagnostic::Code;
use crate::engine::Engine;
use crate::schema::{Column, PrimaryKey, Table, Type, Value};
use crate::sql::text::quote_backticks;
use crate::syntax::Span;
use crate::syntax::ast::{BulkInsert, Ident, Pace, Row, SqlString, TableRef, Undo};
use std::collections::HashMap;

/// The most rows of a batch of a backfill, where no number is given.
pub(crate) const BATCH: u32 = 10_000;

impl Replay<'_> {
    pub(super) fn bulk_insert(&mut self, insert: &BulkInsert) -> Resolution {
        let table = self.table(&insert.table)?;
        let mut wrong = false;
        if let Some(names) = &insert.columns {
            wrong |= self.can_insert(&table, names, insert.table.span()).is_err();
        }
        for row in &insert.rows {
            wrong |= self.row_fits(&table, insert, row).is_err();
        }
        if wrong {
            return Err(Refused);
        }
        self.keys_differ(&table, insert)?;
        let key = table.primary_key.as_ref().map_or(&[][..], |key| &key.columns);
        let mut groups: Vec<(Vec<String>, Vec<Vec<Value>>)> = Vec::new();
        for row in &insert.rows {
            let columns = columns_of(insert, row).iter().map(|name| name.text.clone()).collect::<Vec<_>>();
            let values = row.values.iter().map(|(value, _)| value.clone()).collect();
            match groups.last_mut() {
                Some((last, rows)) if *last == columns => rows.push(values),
                _ => groups.push((columns, vec![values])),
            }
        }
        for (columns, rows) in groups {
            let carried = key.iter().all(|name| {
                let at = columns.iter().position(|column| column == name);
                at.is_some_and(|at| rows.iter().all(|row| is_literal(&row[at])))
            });
            let operation = Operation::BulkInsert {
                table: table.name.clone(),
                key: if carried { key.to_vec() } else { Vec::new() },
                columns,
                rows,
            };
            self.emit(operation, insert.table.span());
        }
        Ok(())
    }

    /// The columns of a row exist, can be written, stand once each, and none that is needed is missing.
    fn can_insert(&mut self, table: &Table, names: &[Ident], span: Span) -> Resolution {
        let mut result = Ok(());
        for (at, name) in names.iter().enumerate() {
            match table.column(&name.text) {
                None => result = self.no_column(table, &name.text, name.span, Code::M401),
                Some(column) if column.generated.is_some() => {
                    result = self.takes_no_value(&path(&table.name, &name.text), name.span);
                }
                Some(_) if names[..at].iter().any(|other| other.text == name.text) => {
                    let message = format!("`{}` stands twice in the row", name.text);
                    result = self.error(Code::M401, name.span, message, ["name each column once".to_owned()]);
                }
                Some(_) => {}
            }
        }
        let missing = table
            .columns
            .iter()
            .find(|column| needs_value(column) && !names.iter().any(|name| name.text == column.name));
        if let Some(column) = missing.filter(|column| !self.tainted(&[&column.name])) {
            let message = format!(
                "the row has no value for `{}`, which is NOT NULL and has no default",
                path(&table.name, &column.name)
            );
            let help = format!("it is `{}`, from {}", column.ty, column.origin);
            result = self.error(Code::M401, span, message, [help]);
        }
        result
    }

    fn row_fits(&mut self, table: &Table, insert: &BulkInsert, row: &Row) -> Resolution {
        let names = columns_of(insert, row);
        let mut result = Ok(());
        if insert.columns.is_none() {
            result = self.can_insert(table, names, row.span);
        }
        if names.len() != row.values.len() {
            let message = format!(
                "the row has {} values for the {} columns {}",
                row.values.len(),
                names.len(),
                list(&super::lookup::texts(names))
            );
            return self.error(Code::M401, row.span, message, ["give one value a column".to_owned()]);
        }
        for (name, (value, span)) in names.iter().zip(&row.values) {
            if let Some(column) = table.column(&name.text) {
                result = result.and(self.value_fits(table, column, value, *span));
            }
        }
        result
    }

    fn value_fits(&mut self, table: &Table, column: &Column, value: &Value, span: Span) -> Resolution {
        let path = path(&table.name, &column.name);
        if *value == Value::Null {
            if column.nullable || column.identity {
                return Ok(());
            }
            let message = format!("`{path}` is NOT NULL");
            return self.error(Code::M401, span, message, [format!("it is from {}", column.origin)]);
        }
        let Err(misfit) = self.fits(value, &column.ty) else { return Ok(()) };
        let message = format!("`{value}` does not fit `{path}`: {}", misfit.reason);
        let mut help = vec![format!("it is `{}`, from {}", column.ty, column.origin)];
        help.extend(misfit.instead.map(|instead| format!("write `{instead}`")));
        self.error(Code::M401, span, message, help)
    }

    /// No two rows share what is unique.
    fn keys_differ(&mut self, table: &Table, insert: &BulkInsert) -> Resolution {
        for (name, set) in table.unique_sets() {
            let mut seen: HashMap<Vec<&Value>, ()> = HashMap::new();
            for row in &insert.rows {
                let columns = columns_of(insert, row);
                let value = |column: &&str| {
                    let at = columns.iter().position(|name| name.text == **column)?;
                    row.values.get(at).map(|(value, _)| value).filter(|value| is_literal(value))
                };
                let Some(key) = set.iter().map(value).collect::<Option<Vec<_>>>() else {
                    continue;
                };
                if seen.insert(key.clone(), ()).is_some() {
                    let values: Vec<String> = key.iter().map(ToString::to_string).collect();
                    let message = format!("two rows have {} in {} of `{}`", values.join(", "), list(&set), table.name);
                    return self.error(Code::M401, row.span, message, [format!("`{name}` keeps them unique")]);
                }
            }
        }
        Ok(())
    }

    pub(super) fn bulk_delete(&mut self, reference: &TableRef, by: &[Ident], keys: &[Row]) -> Resolution {
        let table = self.table(reference)?;
        let columns = self.columns(&table, by, "key")?;
        let mut result = Ok(());
        for row in keys {
            if row.values.len() != columns.len() {
                let message = format!(
                    "the key has {} values for the {} columns {}",
                    row.values.len(),
                    columns.len(),
                    list(&columns)
                );
                result = self.error(
                    Code::M401,
                    row.span,
                    message,
                    ["a key of several columns is in parentheses: `(1, 2)`".to_owned()],
                );
                continue;
            }
            for (name, (value, span)) in columns.iter().zip(&row.values) {
                if let Some(column) = table.column(name) {
                    result = result.and(self.value_fits(&table, column, value, *span));
                }
            }
        }
        result?;
        let operation = Operation::BulkDelete {
            table: table.name.clone(),
            by: columns,
            keys: keys
                .iter()
                .map(|row| row.values.iter().map(|(value, _)| value.clone()).collect())
                .collect(),
        };
        self.emit(operation, reference.span());
        Ok(())
    }

    pub(super) fn quoted(&self, sql: &SqlString) -> String {
        quote_backticks(&sql.text, self.engine()).into_owned()
    }

    pub(super) fn update(&mut self, reference: &TableRef, set: &SqlString, filter: Option<&SqlString>, undo: &Undo) -> Resolution {
        let table = self.table(reference)?;
        self.row_names(&table, Some(set), filter)?;
        self.undo_names(undo, false)?;
        let operation = Operation::Update {
            table: table.name.clone(),
            set: self.quoted(set),
            filter: filter.map(|filter| self.quoted(filter)),
            undo: undo.clone(),
        };
        self.emit(operation, reference.span());
        Ok(())
    }

    pub(super) fn delete(&mut self, reference: &TableRef, filter: Option<&SqlString>, undo: &Undo) -> Resolution {
        let table = self.table(reference)?;
        self.row_names(&table, None, filter)?;
        self.undo_names(undo, false)?;
        let operation = Operation::Delete {
            table: table.name.clone(),
            filter: filter.map(|filter| self.quoted(filter)),
            undo: undo.clone(),
        };
        self.emit(operation, reference.span());
        Ok(())
    }

    pub(super) fn backfill(
        &mut self,
        reference: &TableRef,
        set: &SqlString,
        filter: Option<&SqlString>,
        pace: &Pace,
        undo: &Undo,
    ) -> Resolution {
        let table = self.table(reference)?;
        self.row_names(&table, Some(set), filter)?;
        self.can_walk(&table, reference, set)?;
        if let Some(query) = &pace.wait_while {
            self.sql_names(&self.quoted(query), query.span)?;
        }
        self.undo_names(undo, false)?;
        let operation = Operation::Backfill {
            table: table.name.clone(),
            set: self.quoted(set),
            filter: filter.map(|filter| self.quoted(filter)),
            batch: pace.batch.unwrap_or(BATCH),
            time: pace.time,
            wait_while: pace.wait_while.as_ref().map(|query| self.quoted(query)),
            undo: undo.clone(),
        };
        self.emit(operation, reference.span());
        Ok(())
    }

    /// A backfill goes along the primary key, which stays as it is.
    fn can_walk(&mut self, table: &Table, reference: &TableRef, set: &SqlString) -> Resolution {
        let name = &table.name;
        let instead = format!("write `update {name} {{ … }}`: it is one statement");
        let key = self.key_to_walk(table, reference, "backfill", &instead)?;
        let assigned = crate::check::writes::assigned_columns(&self.quoted(set), self.engine()).unwrap_or_default();
        match key
            .columns
            .iter()
            .find(|column| assigned.iter().any(|name| name.eq_ignore_ascii_case(column)))
        {
            Some(column) => {
                let message = format!("`backfill` goes along the key of `{name}`, and this changes it: `{column}`");
                self.error(Code::M403, set.span, message, [instead])
            }
            None => Ok(()),
        }
    }

    /// The primary key of a table, along which all its rows can be gone over.
    pub(super) fn key_to_walk<'t>(
        &mut self,
        table: &'t Table,
        reference: &TableRef,
        what: &str,
        instead: &str,
    ) -> Resolution<&'t PrimaryKey> {
        let name = &table.name;
        let Some(key) = &table.primary_key else {
            if self.tainted(&[&name.name]) {
                return Err(self.refuse_silently());
            }
            let message = format!("`{what}` goes along a primary key, and `{name}` has none");
            let help = [instead.to_owned(), "or give it a key first".to_owned()];
            return self.error(Code::M403, reference.span(), message, help);
        };
        let engine = self.engine();
        let unordered = key.columns.iter().filter_map(|name| table.column(name));
        if let Some(column) = unordered.into_iter().find(|column| !is_walkable(&column.ty, engine)) {
            let message = format!(
                "`{what}` cannot go along the key of `{name}`: its `{}` is a `{}`, which has no order to rely on",
                column.name, column.ty
            );
            return self.error(Code::M403, reference.span(), message, [instead.to_owned()]);
        }
        Ok(key)
    }

    /// What stands before the first `=` of a SET is a column of the table.
    pub(super) fn names_columns(&mut self, table: &Table, set: &SqlString) -> Resolution {
        let Some((first, _)) = set.text.split_once('=') else {
            return Ok(());
        };
        let name = first.trim().trim_matches(['`', '"']);
        let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let known = table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
        if !plain || known {
            return Ok(());
        }
        self.no_column(table, name, set.span, Code::M202)
    }
}

fn columns_of<'r>(insert: &'r BulkInsert, row: &'r Row) -> &'r [Ident] {
    insert.columns.as_deref().unwrap_or(&row.names)
}

/// Whether a value written as text is found again where it stood in the order.
fn is_walkable(ty: &Type, engine: Engine) -> bool {
    match ty {
        Type::Float | Type::Double => false,
        // It is ordered by number and compared by name.
        Type::Enum(_) => engine != Engine::Mysql,
        _ => true,
    }
}

fn needs_value(column: &Column) -> bool {
    !column.nullable && column.default.is_none() && column.generated.is_none() && !column.identity
}

/// Whether it is known what the value will be in the row.
fn is_literal(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Now | Value::Today | Value::Uuid | Value::Sql(_))
}

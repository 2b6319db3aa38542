//! Tables and the namespaces they are in.

use super::Operation;
use super::attribute::attribute_constraints;
use super::column::KeyOf;
use super::conversion::is_whole;
use super::dependents::{bodies_about_table, keys_to_table};
use super::lookup::path;
use super::replay::{Replay, Resolution};
use super::support::postgres;
use crate::config::Config;
use crate::diagnostic::Code;
use crate::engine::Engine;
use crate::schema::naming::{NameKind, Naming};
use crate::schema::{ConstraintRef, ObjectName, OccupantKind, Table, Value};
use crate::syntax::Span;
use crate::syntax::ast::{ColumnDef, ConstraintDef, ConstraintKind, Ident, TableDef, TableItem, TableRef};

impl<'a> Replay<'a> {
    pub(super) fn create_table(&mut self, definition: &'a TableDef) -> Resolution {
        let reference = &definition.table;
        let name = reference.object();
        self.check_namespace(reference)?;
        if let Err(refused) = self.claim(OccupantKind::Table, &name, None, reference.span()) {
            self.schema.taint.add(&name.name);
            return Err(refused);
        }
        let before = self.now();
        let mut options: Vec<_> = definition
            .options
            .iter()
            .map(|(key, value)| (key.text.clone(), value.clone()))
            .collect();
        options.sort_by(|a, b| a.0.cmp(&b.0));
        self.schema.put_table(Table {
            comment: definition.doc.clone(),
            options,
            origin: self.origin(reference.span()),
            ..Table::empty(name.clone())
        });
        let columns = || {
            definition.items.iter().filter_map(|item| match item {
                TableItem::Column(column) => Some(column),
                _ => None,
            })
        };
        if columns().next().is_none() {
            let help = format!("give it a column: `create_table {name} {{ id: Integer, }}`");
            return self.error(Code::M000, reference.span(), format!("the table `{name}` has no columns"), [help]);
        }
        for column in columns() {
            self.table_column(&name, column);
        }
        let mut generated = None;
        for column in columns() {
            let _ = match &column.references {
                None => self.column_attributes(&name, column),
                Some(_) => self.column_attributes(
                    &name,
                    &ColumnDef {
                        references: None,
                        ..column.clone()
                    },
                ),
            };
            generated = generated.or(column.primary_key.as_ref().and_then(|key| key.generated));
        }
        // A key to the table itself comes after all that may make its columns unique.
        let keys = columns().flat_map(attribute_constraints);
        let keys: Vec<TableItem> = keys.filter(is_foreign_key).map(TableItem::Constraint).collect();
        let is_key = |item: &&TableItem| matches!(item, TableItem::Constraint(constraint) if is_foreign_key(constraint));
        let (last, first): (Vec<&TableItem>, Vec<&TableItem>) = definition.items.iter().partition(is_key);
        for item in first.into_iter().chain(&keys).chain(last) {
            let Some(table) = self.schema.table(&name).cloned() else { break };
            match item {
                TableItem::Column(_) => {}
                TableItem::Constraint(constraint) => {
                    if let ConstraintKind::PrimaryKey { generated: said, .. } = &constraint.kind {
                        generated = generated.or(*said);
                    }
                    if let Ok(constraint) = self.constraint_of(&table, constraint) {
                        drop(table);
                        self.schema.add_constraint(&name, constraint);
                    }
                }
                TableItem::Index(index) => {
                    if let Ok(index) = self.index_of(&table, index) {
                        drop(table);
                        self.schema.add_index(&name, index);
                    }
                }
            }
        }
        self.count_up(&name, generated, reference.span());
        for index in self.indexes_for_keys(&name) {
            self.schema.add_index(&name, index);
        }
        self.check_limits(&name, reference.span())?;
        self.has_key_if_it_needs_one(&name, reference.span())?;
        if let (Some(table), Some(_)) = (self.schema.table(&name), &before) {
            let operation = Operation::CreateTable(Table::clone(table));
            self.emit_applied(operation, reference.span(), before);
        }
        Ok(())
    }

    fn table_column(&mut self, table: &ObjectName, definition: &ColumnDef) {
        let named = |column: &&crate::schema::Column| column.name.to_lowercase() == definition.name.text.to_lowercase();
        let twice = self
            .schema
            .table(table)
            .and_then(|table| table.columns.iter().find(named))
            .is_some();
        if twice {
            let message = format!("`{table}` has two columns `{}`", definition.name.text);
            let _ = self.error::<()>(Code::M217, definition.name.span, message, ["take one of them out".to_owned()]);
            return;
        }
        let column = self.column_of(table, definition);
        self.schema.add_column(table, column);
    }

    /// Makes the sole whole number of a primary key count up, if it is no foreign key and nothing says otherwise.
    fn count_up(&mut self, name: &ObjectName, generated: Option<bool>, span: Span) {
        let Some(table) = self.schema.table(name).cloned() else { return };
        let Some(KeyOf { column, reason, refers }) = KeyOf::sole(&table) else {
            return;
        };
        match (generated, reason) {
            (Some(false), _) | (None, Some(_)) => {}
            (None, None) if refers => {}
            (None | Some(true), None) => {
                let column = column.to_owned();
                drop(table);
                self.schema.edit_column(name, &column, |column| column.identity = true);
            }
            (Some(true), Some(reason)) => {
                let message = format!("`{}` cannot be counted up by the database: {reason}", path(name, column));
                let _ = self.error::<()>(Code::M209, span, message, ["take `generated = true` out".to_owned()]);
            }
        }
    }

    fn has_key_if_it_needs_one(&mut self, name: &ObjectName, span: Span) -> Resolution {
        match self.schema.table(name) {
            Some(table) if self.engine() == Engine::Sqlite && is_without_rowid(table) && table.primary_key.is_none() => {
                let message = format!("`{name}` has no rowid and needs a primary key");
                let help = "write `#[primary_key]` before a column, or take `without_rowid` out".to_owned();
                self.error(Code::M218, span, message, [help])
            }
            _ => Ok(()),
        }
    }

    pub(super) fn drop_table(&mut self, reference: &TableRef) -> Resolution {
        let table = self.table(reference)?;
        let mut dependents = keys_to_table(&self.schema, &table.name);
        dependents.extend(bodies_about_table(&self.schema, self.engine(), &table.name));
        self.refuse_for(Code::M208, reference.span(), &format!("the table `{}`", table.name), dependents, "")?;
        self.emit(Operation::DropTable(Table::clone(&table)), reference.span());
        self.goes(&table.name, "it is dropped here".into(), reference.span());
        Ok(())
    }

    pub(super) fn rename_table(&mut self, reference: &TableRef, to: &Ident) -> Resolution {
        let table = self.table(reference)?;
        let from = table.name.clone();
        let new = from.beside(&to.text);
        if new == from {
            self.no_change(to.span, format!("`{from}` is called so already"));
            return Ok(());
        }
        if from.name.to_lowercase() != new.name.to_lowercase() {
            self.claim(OccupantKind::Table, &new, None, to.span)?;
        }
        let dependents = bodies_about_table(&self.schema, self.engine(), &from);
        let then = format!(", and create again after it what is dropped, with `{new}` in its SQL");
        self.refuse_for(Code::M215, reference.span(), &format!("the name `{from}`"), dependents, &then)?;
        let renamed = derived_names(&table, &new, self.cx.config);
        for (kind, (_, name)) in &renamed {
            self.claim(*kind, &new.beside(name), Some(&new), to.span)?;
        }
        let mut renamed: Vec<_> = renamed.into_iter().map(|(_, names)| names).collect();
        renamed.dedup();
        let operation = Operation::RenameTable {
            from: from.clone(),
            to: new.clone(),
            renamed,
        };
        self.emit(operation, reference.span());
        self.goes(&from, format!("it is renamed to `{new}` here"), to.span);
        Ok(())
    }

    /// Whether `a.b` is the table `b` of the namespace `a`, and no column `b` of a table `a`.
    fn is_in_namespace(&self, reference: &TableRef, name: &Ident) -> bool {
        reference.schema.is_none()
            && self.schema.table(&reference.object()).is_none()
            && self.schema.table(&in_namespace(reference, name).object()).is_some()
    }

    pub(super) fn comment_on(&mut self, reference: &TableRef, column: Option<&Ident>, comment: Option<&String>) -> Resolution {
        let (reference, column) = match column {
            Some(name) if self.is_in_namespace(reference, name) => (&in_namespace(reference, name), None),
            column => (reference, column),
        };
        let table = self.table(reference)?;
        let Some(name) = column else {
            if table.comment.as_ref() == comment {
                self.no_change(reference.span(), format!("the comment on `{}` reads so already", table.name));
                return Ok(());
            }
            let operation = Operation::CommentOnTable {
                table: table.name.clone(),
                before: table.comment.clone(),
                after: comment.cloned(),
            };
            self.emit(operation, reference.span());
            return Ok(());
        };
        let before = self.column(&table, name)?.clone();
        if before.comment.as_ref() == comment {
            let message = format!("the comment on `{}` reads so already", path(&table.name, &name.text));
            self.no_change(name.span, message);
            return Ok(());
        }
        let mut after = before.clone();
        after.comment = comment.cloned();
        after.origin = self.origin(name.span);
        let operation = Operation::AlterColumn {
            table: table.name.clone(),
            before,
            after,
            using: super::Using::Implicit,
        };
        self.emit(operation, name.span);
        Ok(())
    }

    /// Refuses `a.b` where there is no namespace `a`.
    pub(super) fn check_namespace(&mut self, reference: &TableRef) -> Resolution {
        let Some(schema) = &reference.schema else { return Ok(()) };
        match self.engine() {
            Engine::Sqlite if schema.text != "main" => self.require(
                |on| on.engine() != Engine::Sqlite,
                &format!("namespace for `{}`", reference.object()),
                schema.span,
            ),
            Engine::Pg if schema.text != "public" => {
                if self.schema.namespaces().contains_key(&ObjectName::new(&schema.text)) {
                    return Ok(());
                }
                let names: Vec<_> = self.schema.namespaces().keys().map(|name| name.name.clone()).collect();
                let help = format!("create it first: `create_schema {};`", schema.text);
                self.no_object("schema", &schema.text, schema.span, names.iter().map(|name| &**name), help)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn create_schema(&mut self, name: &Ident, keyword: Span) -> Resolution {
        self.require(postgres, "`create_schema`", keyword)?;
        let object = ObjectName::new(&name.text);
        if let Some(origin) = self.schema.namespaces().get(&object).cloned() {
            let message = format!("the schema `{}` exists already", name.text);
            return self.error(Code::M204, name.span, message, [format!("it was made in {origin}")]);
        }
        let origin = self.origin(name.span);
        let before = self.now();
        self.schema.put_namespace(object.clone(), origin);
        self.emit_applied(Operation::CreateNamespace(object), name.span, before);
        Ok(())
    }

    pub(super) fn drop_schema(&mut self, name: &Ident) -> Resolution {
        let object = ObjectName::new(&name.text);
        if !self.schema.namespaces().contains_key(&object) {
            let names: Vec<_> = self.schema.namespaces().keys().map(|name| name.name.clone()).collect();
            return self.no_object("schema", &name.text, name.span, names.iter().map(|name| &**name), None);
        }
        let inside = |object: &&ObjectName| object.schema.as_deref() == Some(&name.text);
        let tables = self.schema.tables().keys().filter(inside).map(|table| (table, "drop_table"));
        let views = self.schema.views().keys().filter(inside).map(|view| (view, "drop_view"));
        let enums = self.schema.enums().keys().filter(inside).map(|object| (object, "drop_enum"));
        let sequences = self
            .schema
            .sequences()
            .keys()
            .filter(inside)
            .map(|object| (object, "drop_sequence"));
        if let Some((object, drop)) = views.chain(tables).chain(enums).chain(sequences).next() {
            let message = format!("`{object}` is in the schema `{}`", name.text);
            let help = format!("write `{drop} {object};` before it");
            return self.error(Code::M208, name.span, message, [help]);
        }
        self.emit(Operation::DropNamespace(object), name.span);
        self.goes(&name.text, "it is dropped here".into(), name.span);
        Ok(())
    }
}

/// The names on a table that the naming convention made, with what it makes of the new one.
fn derived_names(table: &Table, to: &ObjectName, config: &Config) -> Vec<(OccupantKind, (String, String))> {
    let mut renamed = Vec::new();
    let mut follow =
        |occupant: OccupantKind, kind: NameKind, name: &crate::schema::Name, columns: &[String], referred: Option<&ObjectName>| {
            if !name.derived {
                return;
            }
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            let after = referred.map(|referred| if *referred == table.name { to } else { referred });
            let stage = config
                .naming
                .iter()
                .map(|(_, naming)| naming)
                .find(|naming: &&Naming| naming.name(kind, &table.name, &columns, referred).text == name.text);
            let new = stage.map(|naming| naming.name(kind, to, &columns, after).text);
            if let Some(new) = new.filter(|new| *new != name.text) {
                renamed.push((occupant, (name.text.clone(), new)));
            }
        };
    for constraint in table.constraints() {
        let columns = constraint.columns();
        let (kind, referred) = match constraint {
            ConstraintRef::PrimaryKey(_) => (NameKind::PrimaryKey, None),
            ConstraintRef::ForeignKey(key) => (NameKind::ForeignKey, Some(&key.table)),
            ConstraintRef::Unique(_) => (NameKind::Unique, None),
            ConstraintRef::Check(_) => (NameKind::Check, None),
            ConstraintRef::Exclusion(_) => continue,
        };
        follow(constraint.occupant_kind(), kind, constraint.name(), &columns, referred);
    }
    for index in table.indexes.iter().filter(|index| !index.serves_key) {
        follow(
            OccupantKind::Index,
            NameKind::Index,
            &index.name,
            &super::index::key_columns(index),
            None,
        );
    }
    renamed
}

fn is_foreign_key(constraint: &ConstraintDef) -> bool {
    matches!(constraint.kind, ConstraintKind::ForeignKey { .. })
}

/// Whether SQLite stores the rows of a table by their primary key.
pub(crate) fn is_without_rowid(table: &Table) -> bool {
    table
        .options
        .iter()
        .any(|(key, value)| key == "without_rowid" && *value == Value::Bool(true))
}

impl<'t> KeyOf<'t> {
    /// The column of a primary key of one column, and why it cannot be counted up, if it cannot.
    pub(super) fn sole(table: &'t Table) -> Option<Self> {
        let [column] = table.primary_key.as_ref()?.columns.as_slice() else {
            return None;
        };
        let definition = table.column(column)?;
        let reason = match is_whole(&definition.ty) {
            false => Some(format!("it is `{}`", definition.ty)),
            _ if is_without_rowid(table) => Some(format!("`{}` has no rowid", table.name)),
            _ if definition.default.is_some() => Some("it has a default".to_owned()),
            _ if definition.generated.is_some() => Some("it is generated from an expression".to_owned()),
            _ => None,
        };
        Some(Self {
            column,
            reason,
            refers: table.foreign_keys.iter().any(|key| key.columns.contains(column)),
        })
    }
}

fn in_namespace(reference: &TableRef, name: &Ident) -> TableRef {
    TableRef {
        schema: Some(reference.name.clone()),
        name: name.clone(),
        implied: reference.implied,
    }
}

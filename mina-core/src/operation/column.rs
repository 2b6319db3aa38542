//! Columns.

use super::attribute::attribute_constraints;
use super::conversion::{can_refer, casts, is_implicit, is_of_a_kind, is_whole};
use super::dependents::{bodies_about_column, expressions_about, keys_to_column, on_table, type_dependents, unsettled};
use super::lookup::{path, too_long};
use super::replay::{Refused, Replay, Resolution};
use super::row::{BY_UPDATE, Role};
use super::support::new_expressions;
use super::{Operation, Using};
use crate::diagnostic::{Code, did_you_mean};
use crate::engine::{Engine, Target};
use crate::schema::{Action, Column, Constraint, ConstraintRef, Default, Expression, Generated, Index, ObjectName, Table, Type, Value};
use crate::syntax::Span;
use crate::syntax::ast::{ColumnChanges, ColumnDef, Ident, TableRef, UsingDef};

/// The one column of a primary key.
pub(super) struct KeyOf<'t> {
    pub(super) column: &'t str,
    /// Why it cannot be counted up.
    pub(super) reason: Option<String>,
    /// Whether it is a foreign key, too, and so counted up only where the block says so.
    pub(super) refers: bool,
}

impl<'a> Replay<'a> {
    /// The column that a definition makes; what is wrong with it is reported, the rest is kept.
    pub(super) fn column_of(&mut self, table: &ObjectName, definition: &ColumnDef) -> Column {
        let name = &definition.name;
        let known = self.check_type(&definition.ty);
        let mut wrong = known.is_err() | self.check_length(name).is_err();
        let default = match &definition.default {
            Some(default) if known.is_ok() => self.default_of(
                &path(table, &name.text),
                &definition.ty.ty,
                definition.ty.nullable,
                &default.value,
                default.span,
            ),
            _ => Ok(None),
        };
        let generated = match &definition.generated {
            Some(generated) => self.generated_of(&generated.expression, generated.stored),
            None => Ok(None),
        };
        wrong |= default.is_err() | generated.is_err();
        if let (Some(default), Some(_)) = (&definition.default, &definition.generated) {
            wrong = true;
            let message = format!("`{}` is generated and takes no default", path(table, &name.text));
            let _ = self.error::<()>(Code::M209, default.span, message, ["take the default out".to_owned()]);
        }
        if wrong {
            self.schema.taint.add(&name.text);
        }
        Column {
            name: name.text.clone(),
            ty: definition.ty.ty.clone(),
            nullable: definition.ty.nullable,
            default: default.unwrap_or_default(),
            generated: generated.unwrap_or_default(),
            identity: false,
            collation: definition.collate.as_ref().map(|collation| collation.text.clone()),
            comment: definition.doc.clone(),
            origin: self.origin(name.span),
        }
    }

    fn check_length(&mut self, name: &Ident) -> Resolution {
        for &target in self.cx.targets {
            if let Some(limit) = too_long(target.engine(), &name.text) {
                let message = format!("the name `{}` is too long for {target}", name.text);
                return self.error(Code::M205, name.span, message, [format!("{limit}; give a shorter one")]);
            }
        }
        Ok(())
    }

    /// A default that fits its column; none for `null`.
    pub(super) fn default_of(&mut self, column: &str, ty: &Type, nullable: bool, value: &Value, span: Span) -> Resolution<Option<Default>> {
        if *value == Value::Null {
            if nullable {
                return Ok(None);
            }
            let help = format!("make it `Nullable<{ty}>`, or give it a default");
            return self.error(
                Code::M209,
                span,
                format!("`null` is no default for `{column}`, which is NOT NULL"),
                [help],
            );
        }
        if let Value::Sql(text) = value {
            return match Expression::parse(text, self.engine()) {
                Ok(expression) => {
                    self.of_a_row(&expression, Role::Default, span)?;
                    self.default_names(column, &expression, span)?;
                    self.default_yields(column, ty, &expression, span)?;
                    Ok(Some(Default::Sql(expression)))
                }
                Err(error) => {
                    let message = format!("the default of `{column}` is no expression of {}: {error}", self.cx.target);
                    self.error(Code::M209, span, message, [])
                }
            };
        }
        match self.fits(value, ty) {
            Ok(()) => Ok(Some(Default::Value(value.clone()))),
            Err(misfit) => {
                let message = format!("the default `{value}` does not fit `{column}`: {}", misfit.reason);
                let help = misfit.instead.map(|instead| format!("write `{instead}`"));
                self.error(Code::M209, span, message, help)
            }
        }
    }

    pub(super) fn check_columns(&mut self, table: &Table, expression: &Expression, span: Span) -> Resolution {
        for name in expression.columns() {
            if !table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(&name)) {
                return self.no_column(table, &name, span, Code::M202);
            }
        }
        Ok(())
    }

    /// Puts what a column's attributes make on the table in the schema, and returns it.
    pub(super) fn column_attributes(&mut self, name: &ObjectName, definition: &ColumnDef) -> Resolution<(Vec<Constraint>, Vec<Index>)> {
        let mut constraints = Vec::new();
        let mut refused = false;
        if let (Some(generated), Some(table)) = (&definition.generated, self.schema.table(name).cloned())
            && let Some(Generated { expression, .. }) = table.column(&definition.name.text).and_then(|column| column.generated.clone())
        {
            let known = self.check_columns(&table, &expression, generated.expression.span);
            let apart = known.and_then(|()| self.generated_from(&table, &definition.name.text, &expression, generated.expression.span));
            let fits = apart.and_then(|()| self.yields_type(&table, &definition.name.text, &expression, generated.expression.span));
            refused |= fits.is_err();
        }
        for constraint in attribute_constraints(definition) {
            let Some(table) = self.schema.table(name).cloned() else { break };
            match self.constraint_of(&table, &constraint) {
                Ok(constraint) => {
                    drop(table);
                    self.schema.add_constraint(name, constraint.clone());
                    constraints.push(constraint);
                }
                Err(Refused) => refused = true,
            }
        }
        let mut indexes = Vec::new();
        if let (Some(attribute), Some(table)) = (&definition.index, self.schema.table(name).cloned()) {
            match self.plain_index(&table, attribute.name.as_ref(), &definition.name, attribute.span) {
                Ok(index) => {
                    drop(table);
                    self.schema.add_index(name, index.clone());
                    indexes.push(index);
                }
                Err(Refused) => refused = true,
            }
        }
        match refused {
            true => Err(Refused),
            false => Ok((constraints, indexes)),
        }
    }

    pub(super) fn add_column(&mut self, reference: &TableRef, definition: &ColumnDef) -> Resolution {
        let table = self.table(reference)?;
        let name = &definition.name;
        let folded = name.text.to_lowercase();
        if let Some(column) = table.columns.iter().find(|column| column.name.to_lowercase() == folded) {
            if self.tainted(&[&column.name]) {
                return Err(self.refuse_silently());
            }
            let message = format!("`{}` has a column `{}` already", table.name, column.name);
            return self.error(Code::M204, name.span, message, [format!("it is from {}", column.origin)]);
        }
        let before = self.now();
        let object = table.name.clone();
        let column = self.column_of(&object, definition);
        self.schema.add_column(&object, column);
        let (constraints, mut indexes) = self.column_attributes(&object, definition)?;
        self.key_column_counts_up(&object, definition);
        let served = self.indexes_for_keys(&object);
        for index in &served {
            self.schema.add_index(&object, index.clone());
        }
        indexes.extend(served);
        let Some(column) = self.schema.table(&object).and_then(|table| table.column(&name.text)).cloned() else {
            return Err(Refused);
        };
        self.needs_value(&object, &column, definition)?;
        self.check_limits(&object, name.span)?;
        let operation = Operation::AddColumn {
            table: object,
            column,
            constraints,
            indexes,
        };
        self.emit_applied(operation, name.span, before);
        Ok(())
    }

    fn key_column_counts_up(&mut self, name: &ObjectName, definition: &ColumnDef) {
        let Some(key) = &definition.primary_key else { return };
        let Some(table) = self.schema.table(name).cloned() else { return };
        let counts = KeyOf::sole(&table).is_some_and(|key| key.reason.is_none() && !key.refers);
        if counts && key.generated != Some(false) {
            drop(table);
            self.schema
                .edit_column(name, &definition.name.text, |column| column.identity = true);
        }
    }

    /// Rows that are there need a value for the new column.
    fn needs_value(&mut self, table: &ObjectName, column: &Column, definition: &ColumnDef) -> Resolution {
        let has_value = column.nullable || definition.default.is_some() || column.generated.is_some() || column.identity;
        if has_value || self.in_effect || column.ty == Type::Unknown {
            return Ok(());
        }
        let path = path(table, &column.name);
        let with_default = match example(&column.ty) {
            Some(value) => format!("write `add_column {path}: {} = {value};`", column.ty),
            None => format!("write `add_column {path}: {} = …;`", column.ty),
        };
        let in_steps = format!(
            "or `add_column {path}: Nullable<{}>;`, fill it with `update {table} {{ set = \"{} = …\" }}`, then `alter_column {path} {{ nullable = false }}`",
            column.ty, column.name
        );
        let (code, message) = match self.cx.downgrade {
            true => (
                Code::M307,
                format!("`{path}` comes back NOT NULL without a default, so the rows that are there have no value for it"),
            ),
            false => (
                Code::M210,
                format!("`{path}` is NOT NULL and has no default, so the rows that are there have no value for it"),
            ),
        };
        self.error(code, definition.name.span, message, [with_default, in_steps])
    }

    pub(super) fn drop_column(&mut self, reference: &TableRef, name: &Ident) -> Resolution {
        let table = self.table(reference)?;
        let Some(column) = table.column(&name.text) else {
            let refused = self.no_column(&table, &name.text, name.span, Code::M202);
            let near = did_you_mean(&name.text, table.columns.iter().map(|column| column.name.as_str()));
            if near.is_none() {
                table.columns.iter().for_each(|column| self.schema.taint.add(&column.name));
            }
            return refused;
        };
        if table.columns.len() == 1 {
            let message = format!("`{}` is the only column of `{}`", name.text, table.name);
            return self.error(Code::M208, name.span, message, [format!("write `drop_table {};`", table.name)]);
        }
        let mut dependents = on_table(&table, &name.text);
        dependents.extend(keys_to_column(&self.schema, &table.name, &name.text));
        let bodies = bodies_about_column(&self.schema, self.engine(), &table.name, &name.text);
        let then = match bodies.is_empty() {
            true => String::new(),
            false => format!(", and create again after it what is dropped, without `{}` in its SQL", name.text),
        };
        dependents.extend(bodies);
        let what = format!("`{}`", path(&table.name, &name.text));
        self.refuse_for(Code::M208, name.span, &what, dependents, &then)?;
        let operation = Operation::DropColumn {
            table: table.name.clone(),
            column: column.clone(),
            position: table.position(&name.text).unwrap_or_default(),
            constraints: table.constraints_using(&name.text).map(ConstraintRef::to_owned).collect(),
            indexes: table.indexes_using(&name.text).cloned().collect(),
        };
        self.emit(operation, name.span);
        self.goes(path(&table.name, &name.text), "it is dropped here".into(), name.span);
        Ok(())
    }

    pub(super) fn alter_column(&mut self, reference: &TableRef, name: &Ident, changes: &ColumnChanges) -> Resolution {
        let table = self.table(reference)?;
        let column = self.column(&table, name)?.name.clone();
        let mut renamed = false;
        let current = match &changes.rename {
            Some(to) if to.text != column => {
                self.rename_column(&table, &column, name, to)?;
                renamed = true;
                to.text.clone()
            }
            _ => column,
        };
        let Some(table) = self.schema.table(&table.name).cloned() else {
            return Err(Refused);
        };
        let before = self
            .column(
                &table,
                &Ident {
                    text: current,
                    span: name.span,
                },
            )?
            .clone();
        let after = self.changed(&table, &before, name, changes)?;
        if after == before {
            let only_using = changes.ty.is_none() && changes.using.is_some();
            if (!renamed || only_using) && !self.tainted(&[&before.name, &table.name.name]) {
                let message = format!("`{}` is like this already", path(&table.name, &before.name));
                self.no_change(name.span, message);
            }
            return Ok(());
        }
        let using = self.using_of(&table, &before, &after, name, changes)?;
        if changes.online && self.engine() == Engine::Pg && !self.in_effect {
            self.can_exchange(&table, (&before, &after), &using, reference, name)?;
        }
        let operation = Operation::AlterColumn {
            table: table.name.clone(),
            before,
            after,
            using,
        };
        self.emit(operation, name.span);
        self.check_limits(&table.name, name.span)
    }

    fn rename_column(&mut self, table: &Table, from: &str, name: &Ident, to: &Ident) -> Resolution {
        let folded = to.text.to_lowercase();
        let taken = table
            .columns
            .iter()
            .find(|column| column.name != from && column.name.to_lowercase() == folded);
        if let Some(taken) = taken {
            let message = format!("`{}` has a column `{}` already", table.name, taken.name);
            return self.error(Code::M204, to.span, message, [format!("it is from {}", taken.origin)]);
        }
        self.check_length(to)?;
        let dependents = bodies_about_column(&self.schema, self.engine(), &table.name, from);
        let then = format!(", and create again after it what is dropped, with `{}` in its SQL", to.text);
        let what = format!("the name `{}`", path(&table.name, from));
        self.refuse_for(Code::M215, name.span, &what, dependents, &then)?;
        self.check_hash(table, from, name)?;
        let operation = Operation::RenameColumn {
            table: table.name.clone(),
            from: from.to_owned(),
            to: to.text.clone(),
        };
        self.emit(operation, name.span);
        self.goes(path(&table.name, from), format!("it is renamed to `{}` here", to.text), to.span);
        Ok(())
    }

    /// The column after the changes, its name aside.
    fn changed(&mut self, table: &Table, before: &Column, name: &Ident, changes: &ColumnChanges) -> Resolution<Column> {
        let path = path(&table.name, &before.name);
        let mut after = before.clone();
        if let Some(ty) = &changes.ty {
            self.check_type(ty)?;
            after.ty = ty.ty.clone();
            after.nullable |= ty.nullable;
        }
        if let Some((nullable, _)) = changes.nullable {
            after.nullable = nullable;
        }
        if let Some((generated, span)) = &changes.generated {
            after.generated = match generated {
                None => {
                    if before.generated.as_ref().is_some_and(|generated| !generated.stored) {
                        let message = "column that is generated and not stored and becomes a plain one";
                        self.require(|on| on.engine() != Engine::Pg, message, *span)?;
                    }
                    None
                }
                Some(expression) => {
                    let (has, message): (fn(Target) -> bool, _) = match &before.generated {
                        None => (|on| on.engine() != Engine::Pg, "a plain column that becomes a generated one"),
                        Some(_) => (new_expressions, "other expression for a generated column that is there"),
                    };
                    self.require(has, message, *span)?;
                    let stored = before.generated.as_ref().is_none_or(|generated| generated.stored);
                    let span = expression.span;
                    let expression = self.expression(table, expression, Role::Generated { stored })?;
                    self.generated_from(table, &before.name, &expression, span)?;
                    self.yields_type(table, &before.name, &expression, span)?;
                    Some(Generated { expression, stored })
                }
            };
        }
        match &changes.default {
            Some((Some(value), span)) => {
                if after.generated.is_some() {
                    let message = format!("`{path}` is generated and takes no default");
                    return self.error(Code::M209, *span, message, []);
                }
                if after.identity {
                    let message = format!("`{path}` is counted up by the database and takes no default");
                    return self.error(Code::M209, *span, message, []);
                }
                after.default = self.default_of(&path, &after.ty, after.nullable, value, *span)?;
            }
            Some((None, _)) => after.default = None,
            None => self.default_still_fits(&path, before, &after, changes)?,
        }
        if let Some((comment, _)) = &changes.comment {
            after.comment.clone_from(comment);
        }
        if let Some((collation, _)) = &changes.collate {
            after.collation.clone_from(collation);
        }
        if after.nullable && !before.nullable && table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&before.name)) {
            let span = changes.nullable.map_or(name.span, |(_, span)| span);
            let message = format!("`{path}` is in the primary key and cannot be nullable");
            return self.error(Code::M218, span, message, []);
        }
        if before.nullable && !after.nullable && self.engine() == Engine::Mysql {
            let sets_null = |key: &&crate::schema::ForeignKey| key.columns.contains(&before.name) && key.on_delete == Action::SetNull;
            if let Some(key) = table.foreign_keys.iter().find(sets_null) {
                let message = format!(
                    "the foreign key `{}` sets `{path}` to NULL, so it cannot be NOT NULL on {}",
                    key.name, self.cx.target
                );
                let help = format!(
                    "it is from {}; drop it first: `drop_constraint {} on {};`",
                    key.origin, key.name, table.name
                );
                return self.error(Code::M502, name.span, message, [help]);
            }
        }
        if before.ty != after.ty {
            self.type_can_change(table, before, &after, name, changes)?;
        } else if before.collation != after.collation && self.engine() == Engine::Pg {
            let dependents = type_dependents(&self.schema, self.engine(), table, &before.name);
            let what = format!("the collation of `{path}`");
            self.refuse_for(Code::M208, name.span, &what, dependents, ", and create it again after it")?;
        }
        after.origin = self.origin(name.span);
        Ok(after)
    }

    fn default_still_fits(&mut self, path: &str, before: &Column, after: &Column, changes: &ColumnChanges) -> Resolution {
        let (Some(ty), Some(default)) = (&changes.ty, &after.default) else {
            return Ok(());
        };
        let value = match default {
            Default::Value(value) => value,
            Default::Sql(expression) => return self.sql_still_fits(path, before, after, expression, ty.span),
        };
        let Err(misfit) = self.fits(value, &after.ty) else { return Ok(()) };
        let message = format!("the default `{value}` of `{path}` does not fit `{}`: {}", after.ty, misfit.reason);
        let new = misfit.instead.unwrap_or_else(|| "none".into());
        let write = format!("write `alter_column {path} {{ type = {}, default = {new} }}`", after.ty);
        self.error(Code::M209, ty.span, message, [format!("it is from {}", before.origin), write])
    }

    fn type_can_change(&mut self, table: &Table, before: &Column, after: &Column, name: &Ident, changes: &ColumnChanges) -> Resolution {
        let path = path(&table.name, &before.name);
        let span = changes.ty.as_ref().map_or(name.span, |ty| ty.span);
        if before.identity && !is_whole(&after.ty) {
            let message = format!("`{path}` is counted up by the database and cannot be `{}`", after.ty);
            return self.error(Code::M209, span, message, []);
        }
        let own = table.foreign_keys.iter().filter(|key| key.columns.contains(&before.name));
        let own = own.filter_map(|key| {
            let at = key.columns.iter().position(|column| *column == before.name)?;
            let other = self.schema.table(&key.table)?.column(key.referred.get(at)?)?;
            Some((table.name.clone(), key, other.ty.clone(), self::path(&key.table, &other.name)))
        });
        let referring = self.schema.referring(&table.name).filter_map(|(other, key)| {
            let at = key.referred.iter().position(|column| *column == before.name)?;
            let column = other.column(key.columns.get(at)?)?;
            Some((other.name.clone(), key, column.ty.clone(), self::path(&other.name, &column.name)))
        });
        let mismatch = own.chain(referring).find(|(.., ty, _)| !can_refer(&after.ty, ty));
        if let Some((owner, key, ty, other)) = mismatch {
            let message = format!(
                "the foreign key `{}` ties `{path}` to `{other}`, which is `{ty}`, not `{}`",
                key.name, after.ty
            );
            let help = [
                format!("it is from {}", key.origin),
                format!(
                    "write `drop_constraint {} on {owner};` before it, change `{other}` too, then create the key again",
                    key.name
                ),
            ];
            return self.error(Code::M206, span, message, help);
        }
        let mut dependents = type_dependents(&self.schema, self.engine(), table, &before.name);
        if self.engine() == Engine::Pg && !is_of_a_kind(&before.ty, &after.ty) {
            dependents.extend(expressions_about(table, &before.name));
        } else if self.engine() == Engine::Pg {
            dependents.extend(unsettled(table, &before.name, &after.ty));
        }
        self.refuse_for(
            Code::M208,
            name.span,
            &format!("the type of `{path}`"),
            dependents,
            ", and create it again after it",
        )
    }

    fn using_of(&mut self, table: &Table, before: &Column, after: &Column, name: &Ident, changes: &ColumnChanges) -> Resolution<Using> {
        let Some(ty) = changes.ty.as_ref().filter(|_| before.ty != after.ty) else {
            return Ok(Using::Implicit);
        };
        if let (Some(_), Some(generated), Engine::Pg, false) = (&before.generated, &after.generated, self.engine(), self.in_effect) {
            self.generated_becomes(table, (before, after), &generated.expression, ty.span, changes)?;
            return Ok(Using::Implicit);
        }
        match &changes.using {
            Some(UsingDef::Cast(span)) => {
                if !casts(&before.ty, &after.ty, self.engine()) {
                    let message = format!("{} casts no `{}` to `{}`", self.cx.target, before.ty, after.ty);
                    let help = "write `using = \"…\"` with an expression over the old columns".to_owned();
                    return self.error(Code::M212, *span, message, [help]);
                }
                return Ok(Using::Cast);
            }
            Some(UsingDef::Sql(sql)) => {
                if let Some(sql) = sql.on(self.engine()) {
                    let expression = match Expression::parse(&sql.text, self.engine()) {
                        Ok(expression) => expression,
                        Err(error) => {
                            let message = format!("`{}` is no expression of {}: {error}", sql.text, self.cx.target);
                            return self.error(Code::M212, sql.span, message, []);
                        }
                    };
                    if let Some(function) = expression.of_rows() {
                        self.of_rows(&function, Code::M212, sql.span, BY_UPDATE)?;
                    }
                    if self.engine() == Engine::Pg && !changes.online {
                        self.no_query(&expression, Code::M212, sql.span)?;
                    }
                    self.check_columns(table, &expression, sql.span)?;
                    return Ok(Using::Expression(expression));
                }
            }
            None => {}
        }
        if self.in_effect || is_implicit(&before.ty, &after.ty, self.engine()) {
            return Ok(Using::Implicit);
        }
        let path = path(&table.name, &before.name);
        let message = format!(
            "`{path}` does not become `{}` from `{}` by itself on {}",
            after.ty, before.ty, self.cx.target
        );
        let help = [
            format!("it is from {}", before.origin),
            format!(
                "write `alter_column {path} {{ type = {}, using = cast }}`, or `using = \"…\"` with an expression over the old columns",
                ty.ty
            ),
        ];
        self.error(
            Code::M212,
            if changes.rename.is_some() { name.span } else { ty.span },
            message,
            help,
        )
    }
}

/// A value to show in a help line.
fn example(ty: &Type) -> Option<&'static str> {
    Some(match ty {
        Type::Bool => "false",
        Type::TinyInt | Type::SmallInt | Type::Integer | Type::BigInt | Type::Unsigned(_) | Type::Numeric(_) => "0",
        Type::Float | Type::Double => "0.0",
        Type::Varchar(_) | Type::Text => "\"\"",
        Type::Timestamp | Type::Timestamptz => "now()",
        Type::Date => "today()",
        Type::Uuid => "uuid()",
        Type::Json | Type::Jsonb => "json(r#\"{}\"#)",
        _ => return None,
    })
}

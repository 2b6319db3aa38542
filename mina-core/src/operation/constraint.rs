//! Keys, checks and the other constraints.

use super::Operation;
use super::column::KeyOf;
use super::conversion::can_refer;
use super::dependents::keys_to_unique;
use super::lookup::{list, path, texts};
use super::replay::{Refused, Replay, Resolution};
use super::row::Role;
use super::support::{long_uniques, nulls_not_distinct, postgres};
use crate::diagnostic::Code;
use crate::engine::{Engine, Product};
use crate::schema::naming::NameKind;
use crate::schema::{
    Action, Check, Constraint, ConstraintRef, Deferral, Exclusion, ForeignKey, IndexKey, Name, OccupantKind, PrimaryKey, Table, Unique,
};
use crate::syntax::Span;
use crate::syntax::ast::{ConstraintDef, ConstraintKind, Ident, IndexKeyDef, KeyOptions, SqlString, Statement, StatementKind, TableRef};

impl<'a> Replay<'a> {
    /// The constraint that a definition makes, its name claimed.
    pub(super) fn constraint_of(&mut self, table: &Table, definition: &ConstraintDef) -> Resolution<Constraint> {
        let span = definition.name.as_ref().map_or(definition.span, |name| name.span);
        let constraint = match &definition.kind {
            ConstraintKind::PrimaryKey { columns, .. } => self.primary_key(table, definition, columns)?,
            ConstraintKind::ForeignKey {
                columns,
                table: referred,
                referred: to,
                options,
            } => self.foreign_key(table, definition, columns, referred, to, options)?,
            ConstraintKind::Unique {
                columns,
                nulls_not_distinct: distinct,
                deferral,
            } => {
                if *distinct {
                    self.require(nulls_not_distinct, "`nulls_not_distinct`", span)?;
                }
                if *deferral != Deferral::No {
                    self.require(postgres, "deferrable unique constraints", span)?;
                }
                self.check_long_key(table, columns, "unique constraint", long_uniques)?;
                let columns = self.columns(table, columns, "unique constraint")?;
                Constraint::Unique(Unique {
                    name: self.name_of(definition.name.as_ref(), NameKind::Unique, &table.name, &columns, None),
                    columns,
                    nulls_not_distinct: *distinct,
                    deferral: *deferral,
                    origin: self.origin(definition.span),
                })
            }
            ConstraintKind::Check { expression, not_valid } => {
                if *not_valid {
                    self.require(postgres, "`validate = false`", span)?;
                }
                let expression = self.condition(table, expression, Role::Check)?;
                let columns = expression.columns();
                Constraint::Check(Check {
                    name: self.name_of(definition.name.as_ref(), NameKind::Check, &table.name, &columns, None),
                    expression,
                    not_valid: *not_valid,
                    origin: self.origin(definition.span),
                })
            }
            ConstraintKind::Exclusion {
                method,
                elements,
                filter,
                deferral,
            } => {
                self.require(postgres, "exclusion constraints", span)?;
                self.exclusion(table, definition, method, elements, filter.as_ref(), *deferral)?
            }
        };
        let name = table.name.beside(&constraint.name().text);
        self.claim(constraint.as_ref().occupant_kind(), &name, Some(&table.name), span)?;
        Ok(constraint)
    }

    fn primary_key(&mut self, table: &Table, definition: &ConstraintDef, columns: &[Ident]) -> Resolution<Constraint> {
        if let Some(key) = &table.primary_key {
            if self.tainted(&[&key.name.text]) {
                return Err(self.refuse_silently());
            }
            let message = format!(
                "`{}` has a primary key already, `{}` on {}",
                table.name,
                key.name,
                list(&key.columns)
            );
            let help = match columns {
                [_, ..] if key.origin.is_here(&self.origin(definition.span)) => {
                    let mut all = key.columns.clone();
                    all.extend(texts(columns).into_iter().filter(|column| !key.columns.contains(column)));
                    format!("a key of several columns is one `primary_key {}`", list(&all))
                }
                _ => format!(
                    "it is from {}; write `drop_constraint {} on {};` before it",
                    key.origin, key.name, table.name
                ),
            };
            return self.error(Code::M218, definition.span, message, [help]);
        }
        let names = columns;
        let columns = self.columns(table, columns, "primary key")?;
        self.check_long_key(table, names, "primary key", |_| false)?;
        let nullable = names
            .iter()
            .find(|name| table.column(&name.text).is_some_and(|column| column.nullable));
        if let Some(name) = nullable {
            let column = path(&table.name, &name.text);
            let message = format!("`{column}` is nullable, so it cannot be in the primary key");
            let ty = table.column(&name.text).map(|column| column.ty.to_string()).unwrap_or_default();
            let help = format!(
                "make it `{}: {ty}`, or write `alter_column {column} {{ nullable = false }}` before it",
                name.text
            );
            return self.error(Code::M218, name.span, message, [help]);
        }
        Ok(Constraint::PrimaryKey(PrimaryKey {
            name: self.name_of(definition.name.as_ref(), NameKind::PrimaryKey, &table.name, &columns, None),
            columns,
            origin: self.origin(definition.span),
        }))
    }

    fn foreign_key(
        &mut self,
        table: &Table,
        definition: &ConstraintDef,
        columns: &[Ident],
        referred: &TableRef,
        to: &[Ident],
        options: &KeyOptions,
    ) -> Resolution<Constraint> {
        let span = definition.span;
        let own = self.columns(table, columns, "foreign key");
        let target = self.table(referred);
        let (own, target) = (own?, target?);
        self.check_long_key(table, columns, "foreign key", |_| false)?;
        self.check_long_key(&target, to, "foreign key", |_| false)?;
        let to = self.columns(&target, to, "foreign key")?;
        if own.len() != to.len() {
            let message = format!(
                "the foreign key on {} of `{}` refers to {} of `{}`: {} columns to {}",
                list(&own),
                table.name,
                list(&to),
                target.name,
                own.len(),
                to.len()
            );
            return self.error(Code::M206, span, message, ["name as many columns on both sides".to_owned()]);
        }
        for (column, name) in columns.iter().zip(&to) {
            let (Some(here), Some(there)) = (table.column(&column.text), target.column(name)) else {
                continue;
            };
            if can_refer(&here.ty, &there.ty) {
                continue;
            }
            let (here_path, there_path) = (path(&table.name, &here.name), path(&target.name, name));
            let message = format!(
                "`{here_path}` is `{}`, but `{there_path}`, which it refers to, is `{}`",
                here.ty, there.ty
            );
            let help = [
                format!("`{there_path}` is from {}", there.origin),
                format!("make `{here_path}` `{}`", there.ty),
            ];
            return self.error(Code::M206, column.span, message, help);
        }
        if target.uniqueness_of(&to).is_none() {
            return self.not_unique(&target, &to, referred.span());
        }
        self.check_key_options(options, span)?;
        if self.engine() == Engine::Mysql && options.on_delete == Action::SetNull {
            let not_null = columns
                .iter()
                .find(|name| table.column(&name.text).is_some_and(|column| !column.nullable));
            if let Some(name) = not_null {
                let column = path(&table.name, &name.text);
                let message = format!("`{column}` is NOT NULL, so `on_delete = set_null` is refused by {}", self.cx.target);
                return self.error(
                    Code::M502,
                    name.span,
                    message,
                    ["make it `Nullable`, or choose another action".to_owned()],
                );
            }
        }
        Ok(Constraint::ForeignKey(ForeignKey {
            name: self.name_of(
                definition.name.as_ref(),
                NameKind::ForeignKey,
                &table.name,
                &own,
                Some(&target.name),
            ),
            columns: own,
            table: target.name.clone(),
            referred: to,
            on_delete: options.on_delete,
            on_update: options.on_update,
            deferral: options.deferral,
            not_valid: options.not_valid,
            origin: self.origin(span),
        }))
    }

    fn not_unique<T>(&mut self, target: &Table, to: &[String], span: Span) -> Resolution<T> {
        let unique = self.naming().name(
            NameKind::Unique,
            &target.name,
            &to.iter().map(String::as_str).collect::<Vec<_>>(),
            None,
        );
        let mut words: Vec<&str> = to.iter().map(String::as_str).collect();
        let key = self.naming().name(NameKind::PrimaryKey, &target.name, &[], None);
        words.extend([unique.text.as_str(), key.text.as_str()]);
        if self.tainted(&words) {
            return Err(self.refuse_silently());
        }
        let waits = |unique: &&Unique| unique.columns.len() == to.len() && to.iter().all(|column| unique.columns.contains(column));
        let why = match target.uniques.iter().find(waits) {
            Some(unique) => format!("is unique by `{}`, which is deferrable", unique.name),
            None => "is not unique".to_owned(),
        };
        let message = format!("{} of `{}` {why}, so no foreign key can refer to it", list(to), target.name);
        let known: Vec<String> = target.referable_sets().map(|(_, set)| list(&set)).collect();
        let help = [
            match known.is_empty() {
                true => format!("nothing of `{}` is unique", target.name),
                false => format!("unique in `{}`: {}", target.name, known.join(", ")),
            },
            format!("write `create_unique {unique} on {} {};` before it", target.name, list(to)),
        ];
        self.error(Code::M207, span, message, help)
    }

    fn exclusion(
        &mut self,
        table: &Table,
        definition: &ConstraintDef,
        method: &Ident,
        elements: &[(IndexKeyDef, String)],
        filter: Option<&SqlString>,
        deferral: Deferral,
    ) -> Resolution<Constraint> {
        let mut keys = Vec::with_capacity(elements.len());
        for (key, operator) in elements {
            let key = match key {
                IndexKeyDef::Column(name) => IndexKey::Column(self.column(table, name)?.name.clone()),
                IndexKeyDef::Expression(sql) => IndexKey::Expression(self.expression(table, sql, Role::Index)?),
            };
            keys.push((key, operator.clone()));
        }
        let filter = filter.map(|filter| self.condition(table, filter, Role::Index)).transpose()?;
        let mut exclusion = Exclusion {
            name: Name {
                text: String::new(),
                derived: true,
            },
            method: method.text.clone(),
            elements: keys,
            filter,
            deferral,
            origin: self.origin(definition.span),
        };
        let columns = ConstraintRef::Exclusion(&exclusion).columns();
        exclusion.name = self.name_of(definition.name.as_ref(), NameKind::Check, &table.name, &columns, None);
        Ok(Constraint::Exclusion(exclusion))
    }

    pub(super) fn create_constraint(&mut self, reference: &TableRef, definition: &ConstraintDef) -> Resolution {
        let table = self.table(reference)?;
        let word = definition.name.as_ref().map_or(definition.span, |name| name.span);
        let constraint = self.constraint_of(&table, definition)?;
        if let Constraint::ForeignKey(key) = &constraint
            && let Some(index) = self.index_for_key(&table, key)
        {
            let operation = Operation::CreateIndex {
                table: table.name.clone(),
                index,
                concurrently: false,
            };
            self.emit(operation, word);
        }
        let operation = Operation::CreateConstraint {
            table: table.name.clone(),
            constraint,
        };
        self.emit(operation, word);
        if let ConstraintKind::PrimaryKey { generated: Some(true), .. } = definition.kind {
            self.count_up_existing(reference, word)?;
        }
        self.check_limits(&table.name, word)
    }

    /// `generated = true` on the key of a table that is there.
    fn count_up_existing(&mut self, reference: &TableRef, word: Span) -> Resolution {
        let table = self.table(reference)?;
        let Some(KeyOf { column, reason, .. }) = KeyOf::sole(&table) else {
            return Ok(());
        };
        let Some(before) = table.column(column).filter(|column| !column.identity) else {
            return Ok(());
        };
        if let Some(reason) = reason {
            let message = format!("`{}` cannot be counted up by the database: {reason}", path(&table.name, column));
            return self.error(Code::M209, word, message, ["take `generated = true` out".to_owned()]);
        }
        let mut after = before.clone();
        after.identity = true;
        after.origin = self.origin(word);
        let operation = Operation::AlterColumn {
            table: table.name.clone(),
            before: before.clone(),
            after,
            using: super::Using::Implicit,
        };
        self.emit(operation, word);
        Ok(())
    }

    pub(super) fn drop_constraint(&mut self, reference: &TableRef, name: &Ident) -> Resolution {
        let table = self.table(reference)?;
        let constraint = self.constraint(&table, name)?;
        let what = format!("the {} `{}`", constraint.occupant_kind(), name.text);
        match constraint {
            ConstraintRef::PrimaryKey(PrimaryKey { columns, .. }) | ConstraintRef::Unique(Unique { columns, .. }) => {
                let dependents = keys_to_unique(&self.schema, self.engine(), &table, &name.text, columns);
                self.refuse_for(Code::M208, name.span, &what, dependents, "")?;
                self.still_served(&table, &name.text, name.span)?;
            }
            _ => {}
        }
        if let ConstraintRef::PrimaryKey(key) = constraint {
            self.identity_keeps_key(&table, key, name)?;
            self.rows_keep_key(&table, name)?;
        }
        let operation = Operation::DropConstraint {
            table: table.name.clone(),
            constraint: constraint.to_owned(),
        };
        self.emit(operation, name.span);
        self.goes(path(&table.name, &name.text), "it is dropped here".into(), name.span);
        let serving = table.index(&name.text).filter(|index| index.serves_key);
        if let Some(index) = serving.filter(|_| constraint.occupant_kind() == OccupantKind::ForeignKey) {
            let left = self.schema.table(&table.name).cloned().ok_or(Refused)?;
            if super::index::last_to_serve(&left, &index.name.text).next().is_none() {
                let operation = Operation::DropIndex {
                    table: table.name.clone(),
                    index: index.clone(),
                    concurrently: false,
                };
                self.emit(operation, name.span);
            }
        }
        Ok(())
    }

    /// A column that the database counts up stays in a key: the same batch has to make one on it.
    fn identity_keeps_key(&mut self, table: &Table, key: &PrimaryKey, name: &Ident) -> Resolution {
        let counted = key
            .columns
            .iter()
            .find(|name| table.column(name).is_some_and(|column| column.identity));
        let Some(column) = counted else { return Ok(()) };
        let sole = self.cx.targets.iter().any(|target| target.product == Product::Sqlite);
        let made_again = self.batch.iter().any(|statement| match &statement.kind {
            StatementKind::CreateConstraint { constraint, .. } => match &constraint.kind {
                ConstraintKind::PrimaryKey { columns, .. } => {
                    columns.first().is_some_and(|first| first.text == *column) && (!sole || columns.len() == 1)
                }
                _ => false,
            },
            StatementKind::DropColumn { column: dropped, .. } => dropped.text == *column,
            _ => false,
        });
        if made_again {
            return Ok(());
        }
        let path = path(&table.name, column);
        let message = format!("`{path}` is counted up by the database and needs the primary key `{}`", name.text);
        let help = [
            format!("it is from {}", key.origin),
            format!(
                "drop and create it in one `batch_alter {} {{ drop_constraint {}; create_primary_key ({column}); }}`",
                table.name, name.text
            ),
        ];
        self.error(Code::M218, name.span, message, help)
    }

    /// A table of SQLite without rowids is stored by its primary key: the same batch has to make one.
    fn rows_keep_key(&mut self, table: &Table, name: &Ident) -> Resolution {
        let makes_key = |statement: &Statement| match &statement.kind {
            StatementKind::CreateConstraint { constraint, .. } => matches!(constraint.kind, ConstraintKind::PrimaryKey { .. }),
            StatementKind::AddColumn { column, .. } => column.primary_key.is_some(),
            _ => false,
        };
        if !super::table::is_without_rowid(table) || self.engine() != Engine::Sqlite || self.batch.iter().any(makes_key) {
            return Ok(());
        }
        let message = format!("`{}` has no rowid and needs the primary key `{}`", table.name, name.text);
        let help = format!(
            "drop and create it in one `batch_alter {} {{ drop_constraint {}; create_primary_key (…); }}`",
            table.name, name.text
        );
        self.error(Code::M218, name.span, message, [help])
    }

    pub(super) fn rename_constraint(&mut self, reference: &TableRef, from: &Ident, to: &Ident) -> Resolution {
        let table = self.table(reference)?;
        let constraint = self.constraint(&table, from)?;
        if from.text == to.text {
            self.no_change(to.span, format!("`{}` is called so already", from.text));
            return Ok(());
        }
        self.claim(constraint.occupant_kind(), &table.name.beside(&to.text), Some(&table.name), to.span)?;
        let operation = Operation::RenameConstraint {
            table: table.name.clone(),
            from: from.text.clone(),
            to: to.text.clone(),
        };
        self.emit(operation, from.span);
        let gone = format!("it is renamed to `{}` here", to.text);
        self.goes(path(&table.name, &from.text), gone, to.span);
        Ok(())
    }
}

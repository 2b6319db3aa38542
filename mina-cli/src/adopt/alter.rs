//! ALTER TABLE.

use super::column::{Read, constraint};
use super::names::{Kind, Names};
use super::reader::{Reader, Reading, beyond};
use super::words::{batch, ident, plain, spoken, sql, table_ref};
use mina_core::engine::Engine;
use mina_core::operation::Operation;
use mina_core::schema::{Column, Constraint, ObjectName, Table, Value};
use mina_core::syntax::Span;
use mina_core::syntax::ast::{ColumnChanges, ConstraintKind, Statement, StatementKind, TypeRef, UsingDef};
use sqlparser::ast::{self, AlterColumnOperation, AlterTableOperation, ColumnOption, RenameTableNameKind, TableConstraint};

impl Reader<'_> {
    pub fn alter_table(&mut self, change: &ast::AlterTable) -> Reading<Vec<Statement>> {
        let name = self.table_name(&change.name)?;
        if change.if_exists && self.schema.table(&name).is_none() {
            return Ok(Vec::new());
        }
        let table = self.table(&name)?.clone();
        let mut inner = Vec::new();
        let mut after = Vec::new();
        for operation in &change.operations {
            match operation {
                AlterTableOperation::RenameTable {
                    table_name: RenameTableNameKind::As(to) | RenameTableNameKind::To(to),
                } => after.push(plain(StatementKind::RenameTable {
                    table: table_ref(&name),
                    to: ident(&*self.object_name(to)?.name),
                })),
                operation => inner.extend(self.operation(&table, operation)?),
            }
        }
        let mut all = batch(&name, inner);
        all.extend(after);
        Ok(all)
    }

    fn operation(&mut self, table: &Table, operation: &AlterTableOperation) -> Reading<Vec<Statement>> {
        use AlterTableOperation as Op;
        let name = &table.name;
        let at = || table_ref(name);
        Ok(match operation {
            Op::AddColumn {
                if_not_exists, column_def, ..
            } => {
                let column = self.column_name(table, &column_def.name);
                if *if_not_exists && table.column(&column).is_some() {
                    return Ok(Vec::new());
                }
                self.add_column(table, column_def)?
            }
            Op::DropColumn {
                column_names, if_exists, ..
            } => {
                let columns = column_names.iter().map(|column| self.column_name(table, column));
                let there: Vec<String> = columns.filter(|column| !*if_exists || table.column(column).is_some()).collect();
                let mut all = Vec::new();
                for column in there {
                    all.extend(self.taken_along(table, &column));
                    all.push(plain(StatementKind::DropColumn {
                        table: at(),
                        column: ident(column),
                    }));
                }
                all
            }
            Op::RenameColumn {
                old_column_name,
                new_column_name,
            } => vec![self.changed(
                table,
                &self.column_name(table, old_column_name),
                ColumnChanges {
                    rename: Some(ident(self.name(new_column_name))),
                    ..ColumnChanges::default()
                },
            )],
            Op::AddConstraint { constraint, not_valid, .. } => self.add_constraint(table, constraint, *not_valid)?,
            Op::DropConstraint {
                if_exists, name: dropped, ..
            } => {
                let dropped = self.name(dropped);
                self.drop_named(table, &dropped, *if_exists)?
            }
            Op::DropForeignKey { name: dropped, .. } | Op::DropIndex { name: dropped } => {
                let dropped = self.name(dropped);
                self.drop_named(table, &dropped, false)?
            }
            Op::DropPrimaryKey { .. } => match &table.primary_key {
                Some(key) => vec![plain(StatementKind::DropConstraint {
                    table: at(),
                    name: ident(&key.name.text),
                })],
                None => return beyond(format!("`{name}` has no primary key")),
            },
            Op::RenameConstraint { old_name, new_name } => {
                let (from, to) = (self.name(old_name), self.name(new_name));
                let is_index = table.index(&from).is_some() && table.constraint(&from).is_none();
                let (from, to) = (ident(from), ident(to));
                vec![plain(match is_index {
                    true => StatementKind::RenameIndex { table: at(), from, to },
                    false => StatementKind::RenameConstraint { table: at(), from, to },
                })]
            }
            Op::AlterColumn { column_name, op } => {
                let column = self.column_name(table, column_name);
                self.alter_column(table, &column, op)?
            }
            Op::ModifyColumn {
                col_name,
                data_type,
                options,
                ..
            } => self.redefine(table, col_name, col_name, data_type, options)?,
            Op::ChangeColumn {
                old_name,
                new_name,
                data_type,
                options,
                ..
            } => self.redefine(table, old_name, new_name, data_type, options)?,
            Op::ValidateConstraint { name: validated } => {
                let validated = self.name(validated);
                let Some(found) = table.constraint(&validated) else {
                    return beyond(format!("`{name}` has no constraint `{validated}`"));
                };
                let before = found.to_owned();
                let mut after = before.clone();
                match &mut after {
                    Constraint::ForeignKey(key) => key.not_valid = false,
                    Constraint::Check(check) => check.not_valid = false,
                    _ => return Ok(Vec::new()),
                }
                self.lose(operation);
                let table = name.clone();
                let drop = Operation::DropConstraint {
                    table: table.clone(),
                    constraint: before,
                };
                spoken(&[drop, Operation::CreateConstraint { table, constraint: after }])
            }
            // What no history knows of: who owns a table, what its rules and triggers do, how it is locked.
            Op::OwnerTo { .. }
            | Op::EnableRowLevelSecurity
            | Op::DisableRowLevelSecurity
            | Op::ForceRowLevelSecurity
            | Op::NoForceRowLevelSecurity
            | Op::EnableTrigger { .. }
            | Op::DisableTrigger { .. }
            | Op::EnableRule { .. }
            | Op::DisableRule { .. }
            | Op::ReplicaIdentity { .. }
            | Op::AutoIncrement { .. } => {
                self.lose(operation);
                Vec::new()
            }
            Op::Algorithm { .. } | Op::Lock { .. } => Vec::new(),
            other => return beyond(format!("`{other}`")),
        })
    }

    /// What PostgreSQL drops with a column: all that names it beside others.
    fn taken_along(&self, table: &Table, column: &str) -> Vec<Statement> {
        if self.engine() != Engine::Pg {
            return Vec::new();
        }
        let at = || table_ref(&table.name);
        let constraints = table.constraints_using(column).filter(|found| found.columns().len() > 1);
        let constraints = constraints.map(|found| StatementKind::DropConstraint {
            table: at(),
            name: ident(&found.name().text),
        });
        let indexes = table.indexes_using(column).filter(|index| index.columns().len() > 1);
        let indexes = indexes.map(|index| StatementKind::DropIndex {
            table: at(),
            name: ident(&index.name.text),
            concurrently: false,
        });
        constraints.chain(indexes).map(plain).collect()
    }

    fn add_column(&mut self, table: &Table, column: &ast::ColumnDef) -> Reading<Vec<Statement>> {
        let given: Vec<String> = column
            .options
            .iter()
            .filter_map(|option| option.name.as_ref())
            .map(|name| self.name(name))
            .collect();
        let mut names = Names::new(self.target, &table.name, self.schema, given);
        let Read {
            mut def,
            counted,
            key,
            more,
            ..
        } = self.column(&table.name, column, &mut names)?;
        if let Some(given) = key {
            let name = names.pick(Kind::PrimaryKey, given, std::slice::from_ref(&def.name.text), None);
            def.ty.nullable = false;
            def.primary_key = Some(super::column::key_attribute(name, (!counted).then_some(false)));
        } else if counted {
            self.lost.push("a counted column that is no key".to_owned());
        }
        let mut all = vec![plain(StatementKind::AddColumn {
            table: table_ref(&table.name),
            column: def,
        })];
        all.extend(more.into_iter().map(|constraint| {
            plain(StatementKind::CreateConstraint {
                table: table_ref(&table.name),
                constraint,
            })
        }));
        Ok(all)
    }

    fn add_constraint(&mut self, table: &Table, one: &TableConstraint, not_valid: bool) -> Reading<Vec<Statement>> {
        let name = &table.name;
        let mut names = Names::new(self.target, name, self.schema, []);
        let columns: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
        let folds = self.engine() != Engine::Pg;
        let declared = move |column: String| {
            let found = columns.iter().find(|other| folds && other.eq_ignore_ascii_case(&column));
            found.cloned().unwrap_or(column)
        };
        let mut made = match one {
            TableConstraint::PrimaryKey(key) => {
                let columns: Vec<String> = self.plain_columns(&key.columns)?.into_iter().map(&declared).collect();
                let is_named = self.engine() != Engine::Mysql;
                let given = key.name.as_ref().map(|name| self.name(name)).filter(|_| is_named);
                let name = names.pick(Kind::PrimaryKey, given, &columns, None);
                constraint(
                    name,
                    ConstraintKind::PrimaryKey {
                        columns: columns.into_iter().map(ident).collect(),
                        generated: Some(false),
                    },
                )
            }
            TableConstraint::Index(index) => {
                let elements = self.elements(&index.columns)?;
                let given = index.name.as_ref().map(|name| self.name(name));
                let index = self.index_def(given, elements, false, &mut names);
                return Ok(vec![plain(StatementKind::CreateIndex {
                    table: table_ref(name),
                    index,
                })]);
            }
            other => self.constraint_def(name, other, &mut names, &declared)?,
        };
        match &mut made.kind {
            ConstraintKind::ForeignKey { options, .. } => options.not_valid = not_valid,
            ConstraintKind::Check { not_valid: said, .. } => *said = not_valid,
            _ => {}
        }
        // What is made by itself says its name, as what drops it does.
        if made.name.is_none() {
            made.name = self.convention(table, &made.kind).map(ident);
        }
        Ok(vec![plain(StatementKind::CreateConstraint {
            table: table_ref(name),
            constraint: made,
        })])
    }

    fn convention(&self, table: &Table, kind: &ConstraintKind) -> Option<String> {
        use mina_core::schema::naming::{NameKind, Naming};
        let texts = |columns: &[mina_core::syntax::ast::Ident]| columns.iter().map(|column| column.text.clone()).collect::<Vec<_>>();
        let (kind, columns, referred) = match kind {
            ConstraintKind::PrimaryKey { columns, .. } => (NameKind::PrimaryKey, texts(columns), None),
            ConstraintKind::ForeignKey { columns, table, .. } => {
                (NameKind::ForeignKey, texts(columns), Some(ObjectName::new(&table.name.text)))
            }
            ConstraintKind::Unique { columns, .. } => (NameKind::Unique, texts(columns), None),
            ConstraintKind::Check { expression, .. } => (NameKind::Check, super::names::columns_of(&expression.text, self.engine()), None),
            ConstraintKind::Exclusion { .. } => return None,
        };
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        Some(Naming::default().name(kind, &table.name, &columns, referred.as_ref()).text)
    }

    /// Drops what an engine calls by a name: a constraint, or an index.
    pub fn drop_named(&self, table: &Table, dropped: &str, if_exists: bool) -> Reading<Vec<Statement>> {
        let at = table_ref(&table.name);
        let is = |name: &str| match self.engine() {
            Engine::Pg => name == dropped,
            _ => name.eq_ignore_ascii_case(dropped),
        };
        if let Some(found) = table.constraints().find(|constraint| is(&constraint.name().text)) {
            let name = ident(&found.name().text);
            return Ok(vec![plain(StatementKind::DropConstraint { table: at, name })]);
        }
        if let Some(index) = table.indexes.iter().find(|index| is(&index.name.text)) {
            return Ok(vec![plain(StatementKind::DropIndex {
                table: at,
                name: ident(&index.name.text),
                concurrently: false,
            })]);
        }
        match if_exists {
            true => Ok(Vec::new()),
            false => beyond(format!("`{}` has no constraint or index `{dropped}`", table.name)),
        }
    }

    fn changed(&self, table: &Table, column: &str, changes: ColumnChanges) -> Statement {
        plain(StatementKind::AlterColumn {
            table: table_ref(&table.name),
            column: ident(column),
            changes,
        })
    }

    fn alter_column(&mut self, table: &Table, column: &str, op: &AlterColumnOperation) -> Reading<Vec<Statement>> {
        let there = there(table, column)?;
        let mut changes = ColumnChanges::default();
        match op {
            AlterColumnOperation::SetNotNull => changes.nullable = Some((false, Span::default())),
            AlterColumnOperation::DropNotNull => changes.nullable = Some((true, Span::default())),
            AlterColumnOperation::DropDefault => changes.default = Some((None, Span::default())),
            AlterColumnOperation::SetDefault { value } => changes.default = Some((self.default(value, &there.ty), Span::default())),
            AlterColumnOperation::SetDataType { data_type, using, .. } => {
                let ty = self.ty(data_type).0;
                if ty == there.ty {
                    return Ok(Vec::new());
                }
                changes.using = using.as_ref().map(|expr| match expr {
                    ast::Expr::Cast { expr, data_type: to, .. } if is_column(expr, column) && self.ty(to).0 == ty => {
                        UsingDef::Cast(Span::default())
                    }
                    expr => UsingDef::Sql(sql(expr.to_string())),
                });
                changes.ty = Some(TypeRef {
                    ty,
                    nullable: false,
                    span: Span::default(),
                });
            }
            AlterColumnOperation::AddGenerated { .. } => return beyond(format!("`{op}`")),
        }
        let is_change = match op {
            AlterColumnOperation::SetNotNull => there.nullable,
            AlterColumnOperation::DropNotNull => !there.nullable,
            AlterColumnOperation::DropDefault => there.default.is_some(),
            _ => true,
        };
        Ok(if is_change {
            vec![self.changed(table, column, changes)]
        } else {
            Vec::new()
        })
    }

    /// MODIFY and CHANGE say the whole column again; what is as it was is left out.
    fn redefine(
        &mut self,
        table: &Table,
        old: &ast::Ident,
        new: &ast::Ident,
        data_type: &ast::DataType,
        options: &[ColumnOption],
    ) -> Reading<Vec<Statement>> {
        let column = self.column_name(table, old);
        let there = there(table, &column)?.clone();
        let definition = ast::ColumnDef {
            name: new.clone(),
            data_type: data_type.clone(),
            options: options
                .iter()
                .map(|option| ast::ColumnOptionDef {
                    name: None,
                    option: option.clone(),
                })
                .collect(),
        };
        let mut names = Names::new(self.target, &table.name, self.schema, []);
        let read = self.column(&table.name, &definition, &mut names)?;
        let is_key = table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&column));
        let says_more = read.def.unique.is_some() || read.def.references.is_some() || read.def.check.is_some() || !read.more.is_empty();
        if says_more || (read.key.is_some() && !is_key) {
            return beyond("a constraint in a column's new definition");
        }
        if read.counted != there.identity || read.def.generated.is_some() || there.generated.is_some() {
            return beyond("what is counted up or generated, in a column's new definition");
        }
        let mut changes = ColumnChanges::default();
        if self.name(new) != column {
            changes.rename = Some(ident(self.name(new)));
        }
        if read.def.ty.ty != there.ty {
            changes.ty = Some(TypeRef {
                nullable: false,
                ..read.def.ty.clone()
            });
        }
        let nullable = !(read.not_null || is_key);
        if nullable != there.nullable {
            changes.nullable = Some((nullable, Span::default()));
        }
        let default = read.def.default.map(|default| default.value);
        if default != there.default.as_ref().map(value) {
            changes.default = Some((default, Span::default()));
        }
        if read.def.doc != there.comment {
            changes.comment = Some((read.def.doc, Span::default()));
        }
        let collate = read.def.collate.map(|collate| collate.text);
        if collate != there.collation {
            changes.collate = Some((collate, Span::default()));
        }
        Ok(match changes == ColumnChanges::default() {
            true => Vec::new(),
            false => vec![self.changed(table, &column, changes)],
        })
    }
}

fn there<'t>(table: &'t Table, column: &str) -> Reading<&'t Column> {
    match table.column(column) {
        Some(column) => Ok(column),
        None => beyond(format!("`{}` has no column `{column}`", table.name)),
    }
}

fn value(default: &mina_core::schema::Default) -> Value {
    match default {
        mina_core::schema::Default::Value(value) => value.clone(),
        mina_core::schema::Default::Sql(expression) => Value::Sql(expression.sql().to_owned()),
    }
}

fn is_column(expr: &ast::Expr, column: &str) -> bool {
    matches!(expr, ast::Expr::Identifier(name) if name.value.eq_ignore_ascii_case(column))
}

//! What is valid, as somebody would say who knows databases and has never seen the checker: what it refuses all the same are false alarms.
//!
//! Of a statement that is not plain to see, nothing is said.

use mina::Engine;
use mina_core::diagnostic::Lint;
use mina_core::schema::{Action, Column, Default, ObjectName, Schema, Table, Type, Value};
use mina_core::syntax::ast::{
    ColumnChanges, ColumnDef, ConstraintDef, ConstraintKind, EnumChange, Ident, IndexDef, IndexKeyDef, Statement, StatementKind, TableDef,
    TableItem, TableRef,
};
use mina_core::syntax::parse::parse_str;
use std::collections::BTreeSet;

/// Whether statements are valid on a schema for sure; `allows` where their block lets rows stop it.
pub fn is_valid(text: &str, schema: &Schema, engine: Engine, allows: bool) -> bool {
    let block = format!("revision = \"0\"; revises = base; upgrade {{\n{text}\n}} downgrade = auto;");
    let Ok((parsed, _)) = parse_str(&block) else { return false };
    let statements = &parsed.block.upgrade.statements;
    let own = |statement: &Statement| statement.allow.iter().any(|lint| lint.lint == Lint::MayFailOnRows);
    let valid = |statement: &Statement| {
        let opinion = Opinion {
            schema,
            engine,
            allows: allows || own(statement),
        };
        opinion.of(&statement.kind) == Some(true)
    };
    statements.len() == 1 && valid(&statements[0])
}

struct Opinion<'s> {
    schema: &'s Schema,
    engine: Engine,
    /// Whether rows may stop it: what is lost without has to be allowed, both ways.
    allows: bool,
}

fn alike(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

impl Opinion<'_> {
    fn of(&self, kind: &StatementKind) -> Option<bool> {
        Some(match kind {
            StatementKind::CreateTable(table) => self.create_table(table),
            StatementKind::DropTable { table } => {
                let table = self.table(table)?;
                !self.is_referred(&table.name) && !self.is_said(&table.name.name) && self.schema.triggers_on(&table.name).next().is_none()
            }
            StatementKind::RenameTable { table, to } => {
                let table = self.table(table)?;
                self.is_free(&to.text) && !self.is_said(&table.name.name) && self.schema.triggers_on(&table.name).next().is_none()
            }
            StatementKind::AddColumn { table, column } => self.add_column(self.table(table)?, column),
            StatementKind::DropColumn { table, column } => self.drop_column(self.table(table)?, &column.text)?,
            StatementKind::AlterColumn { table, column, changes } => {
                let table = self.table(table)?;
                self.alter_column(table, table.column(&column.text)?, changes)
            }
            StatementKind::CreateConstraint { table, constraint } => self.create_constraint(self.table(table)?, constraint)?,
            StatementKind::DropConstraint { table, name } => {
                let table = self.table(table)?;
                let key = table.foreign_keys.iter().any(|key| key.name.text == name.text);
                let check = table.checks.iter().any(|check| check.name.text == name.text);
                self.allows && (key || check)
            }
            StatementKind::CreateIndex { table, index } => self.create_index(self.table(table)?, index)?,
            StatementKind::DropIndex { table, name, .. } => {
                let table = self.table(table)?;
                let index = table.indexes.iter().find(|index| index.name.text == name.text)?;
                let serves = |column: &String| table.foreign_keys.iter().any(|key| key.columns.contains(column));
                !index.unique && !index.columns().iter().any(serves)
            }
            StatementKind::RenameIndex { table, from, to } => {
                let index = self.table(table)?.indexes.iter().find(|index| index.name.text == from.text)?;
                self.is_free(&to.text) && !index.serves_key
            }
            StatementKind::RenameConstraint { table, to, .. } => self.table(table).is_some() && self.is_free(&to.text),
            StatementKind::CreateEnum { name, .. } => self.is_free(&name.name.text),
            StatementKind::AlterEnum { name, change } => {
                let object = self.schema.enumeration(&ObjectName::new(&name.name.text))?;
                match change {
                    EnumChange::Add { value, .. } => self.allows && !object.values.contains(&value.text),
                    EnumChange::Rename { .. } | EnumChange::Remove { .. } => return None,
                }
            }
            StatementKind::DropEnum { name } => {
                let name = ObjectName::new(&name.name.text);
                !self.columns().any(|column| column.ty == Type::Enum(name.clone()))
            }
            StatementKind::CreateView { name, .. } => self.is_free(&name.name.text),
            StatementKind::DropView { name } => !self.is_said(&name.name.text),
            StatementKind::CreateTrigger { table, .. } => {
                let table = self.table(table)?;
                table.columns.iter().all(|column| column.generated.is_none())
            }
            StatementKind::DropTrigger { .. } | StatementKind::CommentOn { .. } => true,
            StatementKind::Update { table, .. } | StatementKind::Delete { table, .. } => {
                let table = self.table(table)?;
                table.columns.iter().all(|column| column.generated.is_none())
            }
            StatementKind::Backfill { table, set, .. } => {
                let table = self.table(table)?;
                let key = table.primary_key.as_ref()?;
                let in_key = |column: &String| set.text.replace('`', "").contains(&column.replace('`', ""));
                key.columns
                    .iter()
                    .filter_map(|name| table.column(name))
                    .all(|column| self.sorts(&column.ty))
                    && !key.columns.iter().any(in_key)
                    && table.columns.iter().all(|column| column.generated.is_none())
            }
            StatementKind::BulkInsert(insert) => {
                let table = self.table(&insert.table)?;
                let given = |name: &String| insert.columns.iter().flatten().any(|column| column.text == *name);
                let key = table.primary_key.as_ref()?;
                table.uniques.is_empty()
                    && table.indexes.iter().all(|index| !index.unique)
                    && table.foreign_keys.is_empty()
                    && key.columns.iter().all(given)
                    && key
                        .columns
                        .iter()
                        .filter_map(|name| table.column(name))
                        .all(|column| column.ty != Type::Bool && self.sorts(&column.ty))
            }
            StatementKind::CreateSchema { name } => self.schema.namespaces().keys().all(|space| !alike(&space.name, &name.text)),
            StatementKind::CreateSequence { name, .. } => self.is_free(&name.name.text),
            StatementKind::CreateExtension { name } => self.schema.extensions().keys().all(|extension| *extension.name != *name.text),
            _ => return None,
        })
    }

    fn table(&self, table: &TableRef) -> Option<&Table> {
        let name = ObjectName {
            schema: table.schema.as_ref().map(|schema| schema.text.as_str().into()),
            name: table.name.text.as_str().into(),
        };
        self.schema.table(&name).map(|table| &**table)
    }

    fn columns(&self) -> impl Iterator<Item = &Column> {
        self.schema.tables().values().flat_map(|table| &table.columns)
    }

    /// Whether nothing at all is called so.
    fn is_free(&self, name: &str) -> bool {
        let schema = self.schema;
        let objects = schema
            .tables()
            .keys()
            .chain(schema.views().keys())
            .chain(schema.enums().keys())
            .chain(schema.sequences().keys());
        let mut taken = objects.map(|object| object.name.to_string()).collect::<BTreeSet<String>>();
        for table in schema.tables().values() {
            taken.extend(table.indexes.iter().map(|index| index.name.text.clone()));
            taken.extend(table.constraints().map(|constraint| constraint.name().text.clone()));
        }
        !taken.iter().any(|other| alike(other, name))
    }

    /// Whether SQL may mean it.
    fn is_said(&self, word: &str) -> bool {
        let views = self.schema.views().values().map(|view| &view.body);
        let triggers = self.schema.triggers().values().map(|trigger| &trigger.body);
        let word = word.to_lowercase();
        // A quote inside a name is written twice there.
        let plain = |text: &String| text.to_lowercase().replace(['"', '`'], "").contains(&word.replace(['"', '`'], ""));
        views.chain(triggers).any(plain)
    }

    fn is_referred(&self, name: &ObjectName) -> bool {
        let others = self.schema.tables().values().filter(|table| table.name != *name);
        others.flat_map(|table| &table.foreign_keys).any(|key| key.table == *name)
    }

    fn has_type(&self, ty: &Type) -> bool {
        match (self.engine, ty) {
            (Engine::Mysql, Type::Timestamptz | Type::Varchar(None)) => false,
            (_, Type::Custom(_) | Type::Unknown) => false,
            (_, Type::Enum(name)) => self.schema.enumeration(name).is_some(),
            _ => true,
        }
    }

    /// Whether every engine sorts it, in a key of a length that all take.
    fn sorts(&self, ty: &Type) -> bool {
        matches!(
            ty,
            Type::Bool
                | Type::SmallInt
                | Type::Integer
                | Type::BigInt
                | Type::Varchar(Some(..=200))
                | Type::Date
                | Type::Time
                | Type::Timestamp
        )
    }

    fn create_table(&self, table: &TableDef) -> bool {
        let mut names = BTreeSet::new();
        let columns: Vec<&ColumnDef> = table
            .items
            .iter()
            .filter_map(|item| match item {
                TableItem::Column(column) => Some(column),
                _ => None,
            })
            .collect();
        let sorts = |name: &Ident| {
            columns
                .iter()
                .any(|column| column.name.text == name.text && self.sorts(&column.ty.ty))
        };
        table.table.schema.is_none()
            && table.options.is_empty()
            && self.is_free(&table.table.name.text)
            && columns
                .iter()
                .all(|column| names.insert(column.name.text.to_lowercase()) && self.is_plain(column))
            && table.items.iter().all(|item| match item {
                TableItem::Column(column) => column.primary_key.is_none() || self.sorts(&column.ty.ty),
                TableItem::Index(index) => {
                    columns.iter().all(|column| column.index.is_none())
                        && index
                            .elements
                            .iter()
                            .all(|element| matches!(&element.key, IndexKeyDef::Column(name) if sorts(name)))
                }
                TableItem::Constraint(constraint) => match &constraint.kind {
                    ConstraintKind::PrimaryKey { columns, .. } => columns.iter().all(sorts),
                    _ => false,
                },
            })
    }

    /// A column without what others have a say in.
    fn is_plain(&self, column: &ColumnDef) -> bool {
        let literal = match column.default.as_ref().map(|default| &default.value) {
            None => true,
            Some(Value::Sql(_) | Value::Null) => false,
            Some(_) => !matches!(column.ty.ty, Type::Enum(_)),
        };
        literal
            && self.has_type(&column.ty.ty)
            && column.references.is_none()
            && column.generated.is_none()
            && column.check.is_none()
            && column.collate.is_none()
            && column.unique.is_none()
            && (column.index.is_none() || self.sorts(&column.ty.ty))
    }

    fn add_column(&self, table: &Table, column: &ColumnDef) -> bool {
        let new = !table.columns.iter().any(|other| alike(&other.name, &column.name.text));
        new && self.is_plain(column) && (column.ty.nullable || column.default.is_some())
    }

    fn drop_column(&self, table: &Table, name: &str) -> Option<bool> {
        let column = table.column(name)?;
        let is = |other: &String| other == name;
        let keyed = table.constraints().any(|constraint| constraint.columns().iter().any(is))
            || table.indexes.iter().any(|index| index.columns().iter().any(is))
            || table
                .columns
                .iter()
                .any(|other| other.generated.as_ref().is_some_and(|generated| generated.expression.uses(name)));
        let referred = self.schema.tables().values().flat_map(|other| &other.foreign_keys);
        let referred = referred
            .filter(|key| key.table == table.name)
            .any(|key| key.referred.iter().any(is));
        let comes_back = column.nullable || matches!(column.default, Some(Default::Value(_)));
        Some(table.columns.len() > 1 && !keyed && !referred && comes_back && column.generated.is_none() && !self.is_said(name))
    }

    fn alter_column(&self, table: &Table, column: &Column, changes: &ColumnChanges) -> bool {
        let said = [
            changes.rename.is_some(),
            changes.ty.is_some(),
            changes.nullable.is_some(),
            changes.default.is_some(),
            changes.comment.is_some(),
            changes.collate.is_some(),
            changes.generated.is_some(),
        ];
        if changes.online || said.iter().filter(|said| **said).count() != 1 || column.generated.is_some() || column.identity {
            return false;
        }
        let keyed = |name: &String| *name == column.name;
        let in_key = table.primary_key.as_ref().is_some_and(|key| key.columns.iter().any(keyed));
        if let Some(to) = &changes.rename {
            let free = !table.columns.iter().any(|other| alike(&other.name, &to.text));
            return free && !self.is_said(&column.name);
        }
        if let Some((nullable, _)) = changes.nullable {
            let referring = table.foreign_keys.iter().any(|key| key.columns.iter().any(keyed));
            return nullable != column.nullable && self.allows && !in_key && !referring;
        }
        match &changes.default {
            Some((None, _)) => column.default.is_some(),
            Some((Some(Value::Integer(_)), _)) => matches!(column.ty, Type::Integer | Type::BigInt),
            Some((Some(Value::String(_)), _)) => matches!(column.ty, Type::Text | Type::Varchar(Some(200))),
            _ => changes.comment.is_some(),
        }
    }

    fn create_constraint(&self, table: &Table, constraint: &ConstraintDef) -> Option<bool> {
        let name = constraint.name.as_ref()?;
        if !self.allows || !self.is_free(&name.text) {
            return None;
        }
        Some(match &constraint.kind {
            ConstraintKind::Unique { columns, .. } => {
                let names: Vec<&str> = columns.iter().map(|column| column.text.as_str()).collect();
                let again = table.unique_sets().any(|(_, set)| set.iter().all(|name| names.contains(&&**name)));
                let sorts = |column: &Column| column.generated.is_none() && self.sorts(&column.ty);
                let sorts = |column: &Ident| table.column(&column.text).is_some_and(sorts);
                !again && columns.iter().all(sorts)
            }
            ConstraintKind::ForeignKey {
                columns,
                table: other,
                referred,
                options,
            } => {
                let (own, other) = (table.column(&columns.first()?.text)?, self.table(other)?);
                let target = other.column(&referred.first()?.text)?;
                let key = other.primary_key.as_ref().is_some_and(|key| key.columns == [target.name.as_str()]);
                let again = table.foreign_keys.iter().any(|key| key.columns == [own.name.as_str()]);
                let mut generated = table.columns.iter().chain(&other.columns).map(|column| &column.generated);
                columns.len() == 1
                    && table.checks.is_empty()
                    && key
                    && !again
                    && own.ty == target.ty
                    && own.collation == target.collation
                    && generated.all(Option::is_none)
                    && (options.on_delete != Action::SetNull || own.nullable)
            }
            _ => return None,
        })
    }

    fn create_index(&self, table: &Table, index: &IndexDef) -> Option<bool> {
        if !self.is_free(&index.name.as_ref()?.text) || index.unique || index.filter.is_some() {
            return None;
        }
        let sorts = |key: &IndexKeyDef| match key {
            IndexKeyDef::Column(name) => table
                .column(&name.text)
                .is_some_and(|column| column.generated.is_none() && self.sorts(&column.ty)),
            IndexKeyDef::Expression(_) => false,
        };
        Some(index.elements.iter().all(|element| sorts(&element.key)))
    }
}

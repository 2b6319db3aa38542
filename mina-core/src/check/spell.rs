//! Operations written out as statements of the language, for help lines to paste from.

use super::rows::Demand;
use crate::diagnostic::Lint;
use crate::engine::Engine;
use crate::operation::{Operation, Using, is_served, key_columns};
use crate::schema::naming::{NameKind, Naming};
use crate::schema::{
    Column, Constraint, ConstraintRef, Default, Enum, ForeignKey, Index, IndexElement, IndexKey, Name, ObjectName, Schema, Table, Type,
    Value,
};
use crate::syntax::ast::{
    Body, CheckAttribute, ColumnChanges, ColumnDef, ConstraintDef, ConstraintKind, DefaultDef, EnumChange, EnumPlace, GeneratedAttribute,
    Ident, IndexDef, IndexElementDef, IndexKeyDef, KeyAttribute, KeyOptions, LintRef, NamedAttribute, ReferenceAttribute, SequenceDef,
    SqlString, SqlText, Statement, StatementKind, TableDef, TableItem, TableRef, TypeRef, UsingDef,
};
use crate::syntax::{Span, print};

/// The statements that say these operations, on one line; those on one table that stand in a batch share one.
pub(super) fn text(operations: &[Operation], batch: bool) -> String {
    statements(operations, batch)
        .iter()
        .map(print::statement)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The statements without their table, as they stand inside `batch_alter`.
pub(super) fn inner(operations: &[Operation]) -> String {
    let all = operations.iter().flat_map(|operation| statement(operation, true));
    all.map(|statement| print::statement(&statement)).collect::<Vec<_>>().join(" ")
}

/// The same as [`text`], a statement a line.
pub(super) fn lines(operations: &[Operation], batch: bool) -> Vec<String> {
    let printed = statements(operations, batch);
    printed
        .iter()
        .flat_map(|statement| print::statement(statement).lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// The same of operations that a fill before them proves.
pub(crate) fn lines_without_allow(operations: &[Operation]) -> Vec<String> {
    let all = operations.iter().flat_map(|operation| plain_statement(operation, false));
    all.map(|statement| print::statement(&statement)).collect()
}

fn statements(operations: &[Operation], batch: bool) -> Vec<Statement> {
    if !batch {
        return operations.iter().flat_map(|operation| statement(operation, false)).collect();
    }
    let mut all: Vec<Statement> = Vec::new();
    for operation in operations {
        let Some(table) = batchable(operation) else {
            all.extend(statement(operation, false));
            continue;
        };
        let inner = statement(operation, true);
        let name = table_ref(table, false);
        match all.last_mut() {
            Some(Statement {
                kind: StatementKind::BatchAlter { table, statements },
                ..
            }) if *table == name => statements.extend(inner),
            _ => all.push(plain(StatementKind::BatchAlter {
                table: name,
                statements: inner,
            })),
        }
    }
    all
}

fn batchable(operation: &Operation) -> Option<&ObjectName> {
    match operation {
        Operation::AddColumn { table, .. }
        | Operation::DropColumn { table, .. }
        | Operation::RenameColumn { table, .. }
        | Operation::AlterColumn { table, .. }
        | Operation::CreateConstraint { table, .. }
        | Operation::DropConstraint { table, .. }
        | Operation::RenameConstraint { table, .. }
        | Operation::CreateIndex { table, .. }
        | Operation::DropIndex { table, .. }
        | Operation::RenameIndex { table, .. } => Some(table),
        _ => None,
    }
}

/// Says an operation, with the lint that the runner counts rows for it where they could break it.
fn statement(operation: &Operation, implied: bool) -> Vec<Statement> {
    let mut said = plain_statement(operation, implied);
    if tightens(operation) {
        for statement in &mut said {
            statement.allow.push(LintRef {
                lint: Lint::MayFailOnRows,
                span: Span::default(),
            });
        }
    }
    said
}

fn tightens(operation: &Operation) -> bool {
    match operation {
        // One value for all rows.
        Operation::AddColumn { column, constraints, .. } => {
            let shared = |constraint: &Constraint| matches!(constraint, Constraint::Unique(_) | Constraint::ForeignKey(_));
            column.default.is_some() && constraints.iter().any(shared)
        }
        Operation::AlterEnum { before, after, renamed } => {
            let gone = |value: &String| !after.values.contains(value) && renamed.as_ref().is_none_or(|(from, _)| from != value);
            before.values.iter().any(gone)
        }
        operation => !Demand::of(operation, &Schema::default(), Engine::Pg).is_empty(),
    }
}

pub(crate) fn plain_statement(operation: &Operation, implied: bool) -> Vec<Statement> {
    let operation = &named(operation);
    let at = |table: &ObjectName| table_ref(table, implied);
    let kind = match operation {
        Operation::CreateNamespace(name) => StatementKind::CreateSchema { name: ident(&name.name) },
        Operation::DropNamespace(name) => StatementKind::DropSchema { name: ident(&name.name) },
        Operation::CreateTable(table) => StatementKind::CreateTable(table_def(table)),
        Operation::DropTable(table) => StatementKind::DropTable {
            table: table_ref(&table.name, false),
        },
        Operation::RenameTable { from, to, .. } => StatementKind::RenameTable {
            table: table_ref(from, false),
            to: ident(&to.name),
        },
        Operation::AddColumn {
            table,
            column,
            constraints,
            indexes,
        } => return add_column(at(table), column, constraints, indexes),
        Operation::DropColumn { table, column, .. } => StatementKind::DropColumn {
            table: at(table),
            column: ident(&column.name),
        },
        Operation::RenameColumn { table, from, to } => StatementKind::AlterColumn {
            table: at(table),
            column: ident(from),
            changes: ColumnChanges {
                rename: Some(ident(to)),
                ..ColumnChanges::default()
            },
        },
        Operation::AlterColumn {
            table,
            before,
            after,
            using,
        } => StatementKind::AlterColumn {
            table: at(table),
            column: ident(&before.name),
            changes: changes(before, after, using),
        },
        Operation::CreateConstraint { table, constraint } => StatementKind::CreateConstraint {
            table: at(table),
            constraint: constraint_def(constraint),
        },
        Operation::DropConstraint { table, constraint } => StatementKind::DropConstraint {
            table: at(table),
            name: ident(&constraint.name().text),
        },
        Operation::RenameConstraint { table, from, to } => StatementKind::RenameConstraint {
            table: at(table),
            from: ident(from),
            to: ident(to),
        },
        Operation::CreateIndex {
            table,
            index,
            concurrently,
        } => StatementKind::CreateIndex {
            table: at(table),
            index: index_def(index, *concurrently),
        },
        Operation::DropIndex {
            table,
            index,
            concurrently,
        } => StatementKind::DropIndex {
            table: at(table),
            name: ident(&index.name.text),
            concurrently: *concurrently,
        },
        Operation::RenameIndex { table, from, to } => StatementKind::RenameIndex {
            table: at(table),
            from: ident(from),
            to: ident(to),
        },
        Operation::CommentOnTable { table, after, .. } => StatementKind::CommentOn {
            table: table_ref(table, false),
            column: None,
            comment: after.clone(),
        },
        Operation::CreateEnum(made) => StatementKind::CreateEnum {
            name: table_ref(&made.name, false),
            values: made.values.iter().map(|value| ident(value)).collect(),
        },
        Operation::AlterEnum { before, after, renamed } => return alter_enum(before, after, renamed.as_ref()),
        Operation::DropEnum(gone) => StatementKind::DropEnum {
            name: table_ref(&gone.name, false),
        },
        Operation::CreateSequence(sequence) => StatementKind::CreateSequence {
            name: table_ref(&sequence.name, false),
            options: SequenceDef {
                options: sequence.options.iter().map(|(key, value)| (ident(key), value.clone())).collect(),
            },
        },
        Operation::DropSequence(sequence) => StatementKind::DropSequence {
            name: table_ref(&sequence.name, false),
        },
        Operation::CreateView(view) => StatementKind::CreateView {
            name: table_ref(&view.name, false),
            body: sql(&view.body),
        },
        Operation::DropView(view) => StatementKind::DropView {
            name: table_ref(&view.name, false),
        },
        Operation::CreateTrigger(trigger) => StatementKind::CreateTrigger {
            table: table_ref(&trigger.table, false),
            name: ident(&trigger.name),
            body: sql(&trigger.body),
        },
        Operation::DropTrigger(trigger) => StatementKind::DropTrigger {
            table: table_ref(&trigger.table, false),
            name: ident(&trigger.name),
        },
        Operation::CreateFunction(function) => StatementKind::CreateFunction {
            name: table_ref(&function.name, false),
            arguments: function.arguments.clone(),
            body: sql(&function.body),
        },
        Operation::DropFunction(function) => StatementKind::DropFunction {
            name: table_ref(&function.name, false),
            arguments: function.arguments.clone(),
        },
        Operation::CreateExtension(name) => StatementKind::CreateExtension { name: ident(&name.name) },
        Operation::DropExtension(name) => StatementKind::DropExtension { name: ident(&name.name) },
        Operation::BulkDelete { table, by, keys } => StatementKind::BulkDelete {
            table: table_ref(table, false),
            by: by.iter().map(|column| ident(column)).collect(),
            keys: keys.iter().map(|values| row(values)).collect(),
        },
        Operation::BulkInsert { table, columns, rows, .. } => StatementKind::BulkInsert(crate::syntax::ast::BulkInsert {
            table: table_ref(table, false),
            columns: Some(columns.iter().map(|column| ident(column)).collect()),
            rows: rows.iter().map(|values| row(values)).collect(),
        }),
        Operation::Execute { sql: text, effect, .. } => StatementKind::Execute {
            sql: sql(text),
            effect: (!effect.is_empty()).then(|| Body {
                statements: effect.iter().flat_map(|operation| plain_statement(operation, false)).collect(),
                span: Span::default(),
            }),
            undo: crate::syntax::ast::Undo::Missing,
        },
        Operation::Update { .. } | Operation::Delete { .. } | Operation::Run { .. } | Operation::Backfill { .. } => return Vec::new(),
    };
    vec![plain(kind)]
}

pub(crate) fn plain(kind: StatementKind) -> Statement {
    Statement {
        on: Vec::new(),
        allow: Vec::new(),
        kind,
        span: Span::default(),
        keyword: Span::default(),
    }
}

pub(crate) fn ident(text: &str) -> Ident {
    Ident {
        text: text.to_owned(),
        span: Span::default(),
    }
}

fn idents(names: &[String]) -> Vec<Ident> {
    names.iter().map(|name| ident(name)).collect()
}

pub(crate) fn table_ref(name: &ObjectName, implied: bool) -> TableRef {
    TableRef {
        schema: name.schema.as_deref().map(ident),
        name: ident(&name.name),
        implied,
    }
}

fn sql_string(text: &str) -> SqlString {
    SqlString {
        text: text.to_owned(),
        span: Span::default(),
    }
}

fn sql(text: &str) -> SqlText {
    SqlText::Same(sql_string(text))
}

fn row(values: &[Value]) -> crate::syntax::ast::Row {
    crate::syntax::ast::Row {
        names: Vec::new(),
        values: values.iter().map(|value| (value.clone(), Span::default())).collect(),
        span: Span::default(),
    }
}

fn type_ref(ty: &Type, nullable: bool) -> TypeRef {
    TypeRef {
        ty: ty.clone(),
        nullable,
        span: Span::default(),
    }
}

fn default_value(default: &Default) -> Value {
    match default {
        Default::Value(value) => value.clone(),
        Default::Sql(expression) => Value::Sql(expression.sql().to_owned()),
    }
}

fn given(name: &Name) -> Option<Ident> {
    (!name.derived).then(|| ident(&name.text))
}

/// The operation, with every name given that the convention would not make again: that of a column since renamed, say.
fn named(operation: &Operation) -> Operation {
    let mut operation = operation.clone();
    let name = |kind, table: &ObjectName, columns: &[String], referred: Option<&ObjectName>, name: &mut Name| {
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        name.derived &= Naming::default().name(kind, table, &columns, referred).text == name.text;
    };
    let constraint = |table: &ObjectName, constraint: &mut Constraint| {
        let columns = constraint.as_ref().columns();
        match constraint {
            Constraint::PrimaryKey(key) => name(NameKind::PrimaryKey, table, &columns, None, &mut key.name),
            Constraint::ForeignKey(key) => name(NameKind::ForeignKey, table, &columns, Some(&key.table), &mut key.name),
            Constraint::Unique(unique) => name(NameKind::Unique, table, &columns, None, &mut unique.name),
            Constraint::Check(check) => name(NameKind::Check, table, &columns, None, &mut check.name),
            Constraint::Exclusion(_) => {}
        }
    };
    match &mut operation {
        Operation::CreateTable(table) => {
            let of = table.name.clone();
            let constraints: Vec<Constraint> = table.constraints().map(ConstraintRef::to_owned).collect();
            for mut changed in constraints {
                constraint(&of, &mut changed);
                let given = changed.name().clone();
                table
                    .constraint_name_mut(&given.text)
                    .into_iter()
                    .for_each(|name| *name = given.clone());
            }
            for index in &mut table.indexes {
                name(NameKind::Index, &of, &key_columns(index), None, &mut index.name);
            }
        }
        Operation::AddColumn {
            table,
            constraints,
            indexes,
            ..
        } => {
            constraints.iter_mut().for_each(|changed| constraint(table, changed));
            for index in indexes {
                name(NameKind::Index, table, &key_columns(index), None, &mut index.name);
            }
        }
        Operation::CreateConstraint {
            table,
            constraint: changed,
        } => constraint(table, changed),
        Operation::CreateIndex { table, index, .. } => name(NameKind::Index, table, &key_columns(index), None, &mut index.name),
        _ => {}
    }
    operation
}

fn column_def(column: &Column) -> ColumnDef {
    ColumnDef {
        name: ident(&column.name),
        ty: type_ref(&column.ty, column.nullable),
        default: column.default.as_ref().map(|default| DefaultDef {
            value: default_value(default),
            span: Span::default(),
        }),
        doc: column.comment.clone(),
        primary_key: None,
        unique: None,
        references: None,
        check: None,
        index: None,
        collate: column.collation.as_deref().map(ident),
        generated: column.generated.as_ref().map(|generated| GeneratedAttribute {
            expression: sql_string(generated.expression.sql()),
            stored: generated.stored,
        }),
        span: Span::default(),
    }
}

/// Puts a constraint into the column's attributes, if one can say it there.
fn attach(def: &mut ColumnDef, constraint: &Constraint, column: &Column) -> bool {
    let alone = |columns: &[String]| columns.len() == 1 && columns[0] == column.name;
    match constraint {
        Constraint::PrimaryKey(key) if alone(&key.columns) && def.primary_key.is_none() => {
            def.primary_key = Some(KeyAttribute {
                name: given(&key.name),
                generated: (!column.identity && is_integer(&column.ty)).then_some(false),
                span: Span::default(),
            });
        }
        Constraint::ForeignKey(key) if alone(&key.columns) && def.references.is_none() => {
            def.references = Some(ReferenceAttribute {
                name: given(&key.name),
                table: table_ref(&key.table, false),
                column: ident(&key.referred[0]),
                options: key_options(key),
                span: Span::default(),
            });
        }
        Constraint::Unique(unique) if alone(&unique.columns) && def.unique.is_none() => {
            if unique.nulls_not_distinct || unique.deferral != crate::schema::Deferral::No {
                return false;
            }
            def.unique = Some(NamedAttribute {
                name: given(&unique.name),
                span: Span::default(),
            });
        }
        Constraint::Check(check) if check.expression.columns() == [column.name.clone()] && def.check.is_none() && !check.not_valid => {
            def.check = Some(CheckAttribute {
                name: given(&check.name),
                expression: sql_string(check.expression.sql()),
                span: Span::default(),
            });
        }
        _ => return false,
    }
    true
}

fn attach_index(def: &mut ColumnDef, index: &Index) -> bool {
    let plain = !index.unique && index.filter.is_none() && index.method.is_none() && index.include.is_empty();
    let sole = matches!(&index.elements[..], [element] if is_plain(element) && element.key == IndexKey::Column(def.name.text.clone()));
    if plain && sole && def.index.is_none() {
        def.index = Some(NamedAttribute {
            name: given(&index.name),
            span: Span::default(),
        });
        return true;
    }
    false
}

fn is_plain(element: &IndexElement) -> bool {
    !element.descending && element.nulls_first.is_none() && element.collation.is_none() && element.class.is_none()
}

fn add_column(table: TableRef, column: &Column, constraints: &[Constraint], indexes: &[Index]) -> Vec<Statement> {
    let mut def = column_def(column);
    let mut after = Vec::new();
    for constraint in constraints {
        if !attach(&mut def, constraint, column) {
            after.push(plain(StatementKind::CreateConstraint {
                table: table.clone(),
                constraint: constraint_def(constraint),
            }));
        }
    }
    for index in indexes.iter().filter(|index| !index.serves_key) {
        if !attach_index(&mut def, index) {
            after.push(plain(StatementKind::CreateIndex {
                table: table.clone(),
                index: index_def(index, false),
            }));
        }
    }
    let mut all = vec![plain(StatementKind::AddColumn { table, column: def })];
    all.append(&mut after);
    all
}

fn table_def(table: &Table) -> TableDef {
    let mut columns: Vec<ColumnDef> = table.columns.iter().map(column_def).collect();
    let mut rest = Vec::new();
    let mut place = |constraint: Constraint| {
        let attached = columns
            .iter_mut()
            .zip(&table.columns)
            .any(|(def, column)| attach(def, &constraint, column));
        if !attached {
            rest.push(TableItem::Constraint(constraint_def(&constraint)));
        }
    };
    table.constraints().map(|constraint| constraint.to_owned()).for_each(&mut place);
    // A key that refers to another is counted up only where that is said.
    for (def, column) in columns.iter_mut().zip(&table.columns) {
        let refers = table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
        if let Some(key) = def.primary_key.as_mut().filter(|_| column.identity && refers) {
            key.generated = Some(true);
        }
    }
    let indexes = table.indexes.iter().filter(|index| !comes_with_its_key(index, table));
    let indexes = indexes.map(|index| TableItem::Index(index_def(index, false)));
    let mut items: Vec<TableItem> = columns.into_iter().map(TableItem::Column).collect();
    items.append(&mut rest);
    items.extend(indexes);
    TableDef {
        table: table_ref(&table.name, false),
        doc: table.comment.clone(),
        items,
        options: table.options.iter().map(|(key, value)| (ident(key), value.clone())).collect(),
    }
}

/// Whether it is made with a foreign key, unless something else in the table serves that as well.
fn comes_with_its_key(index: &Index, table: &Table) -> bool {
    let mut without = table.clone();
    without.indexes.retain(|other| other.name != index.name);
    let key = table.foreign_keys.iter().find(|key| key.name == index.name);
    index.serves_key && key.is_none_or(|key| !is_served(&without, &key.columns))
}

fn key_options(key: &ForeignKey) -> KeyOptions {
    KeyOptions {
        on_delete: key.on_delete,
        on_update: key.on_update,
        deferral: key.deferral,
        not_valid: key.not_valid,
    }
}

fn constraint_def(constraint: &Constraint) -> ConstraintDef {
    let kind = match constraint {
        Constraint::PrimaryKey(key) => ConstraintKind::PrimaryKey {
            columns: idents(&key.columns),
            generated: None,
        },
        Constraint::ForeignKey(key) => ConstraintKind::ForeignKey {
            columns: idents(&key.columns),
            table: table_ref(&key.table, false),
            referred: idents(&key.referred),
            options: key_options(key),
        },
        Constraint::Unique(unique) => ConstraintKind::Unique {
            columns: idents(&unique.columns),
            nulls_not_distinct: unique.nulls_not_distinct,
            deferral: unique.deferral,
        },
        Constraint::Check(check) => ConstraintKind::Check {
            expression: sql_string(check.expression.sql()),
            not_valid: check.not_valid,
        },
        Constraint::Exclusion(exclusion) => ConstraintKind::Exclusion {
            method: ident(&exclusion.method),
            elements: exclusion
                .elements
                .iter()
                .map(|(key, with)| (index_key(key), with.clone()))
                .collect(),
            filter: exclusion.filter.as_ref().map(|filter| sql_string(filter.sql())),
            deferral: exclusion.deferral,
        },
    };
    ConstraintDef {
        name: Some(ident(&constraint.name().text)),
        kind,
        span: Span::default(),
    }
}

fn index_key(key: &IndexKey) -> IndexKeyDef {
    match key {
        IndexKey::Column(column) => IndexKeyDef::Column(ident(column)),
        IndexKey::Expression(expression) => IndexKeyDef::Expression(sql_string(expression.sql())),
    }
}

fn index_def(index: &Index, concurrently: bool) -> IndexDef {
    let element = |element: &IndexElement| IndexElementDef {
        key: index_key(&element.key),
        descending: element.descending,
        nulls_first: element.nulls_first,
        collate: element.collation.as_deref().map(ident),
        class: element.class.as_deref().map(ident),
    };
    IndexDef {
        name: Some(ident(&index.name.text)),
        elements: index.elements.iter().map(element).collect(),
        unique: index.unique,
        nulls_not_distinct: index.nulls_not_distinct,
        filter: index.filter.as_ref().map(|filter| sql_string(filter.sql())),
        method: index.method.as_deref().map(ident),
        include: idents(&index.include),
        concurrently,
        span: Span::default(),
    }
}

fn changes(before: &Column, after: &Column, using: &Using) -> ColumnChanges {
    let mut changes = ColumnChanges::default();
    if before.ty != after.ty {
        changes.ty = Some(type_ref(&after.ty, false));
        changes.using = match using {
            Using::Implicit => None,
            Using::Cast => Some(UsingDef::Cast(Span::default())),
            Using::Expression(expression) => Some(UsingDef::Sql(sql(expression.sql()))),
        };
    }
    if before.nullable != after.nullable {
        changes.nullable = Some((after.nullable, Span::default()));
    }
    if before.default != after.default {
        changes.default = Some((after.default.as_ref().map(default_value), Span::default()));
    }
    if before.comment != after.comment {
        changes.comment = Some((after.comment.clone(), Span::default()));
    }
    if before.collation != after.collation {
        changes.collate = Some((after.collation.clone(), Span::default()));
    }
    if before.generated != after.generated {
        let expression = after.generated.as_ref().map(|generated| sql_string(generated.expression.sql()));
        changes.generated = Some((expression, Span::default()));
    }
    changes
}

fn alter_enum(before: &Enum, after: &Enum, renamed: Option<&(String, String)>) -> Vec<Statement> {
    let name = table_ref(&before.name, false);
    let alter = |change| {
        plain(StatementKind::AlterEnum {
            name: name.clone(),
            change,
        })
    };
    if let Some((value, to)) = renamed {
        return vec![alter(EnumChange::Rename {
            value: ident(value),
            to: ident(to),
        })];
    }
    let removed = before.values.iter().filter(|value| !after.values.contains(value));
    let removed = removed.map(|value| alter(EnumChange::Remove { value: ident(value) }));
    let added = after.values.iter().enumerate().filter(|(_, value)| !before.values.contains(value));
    let added = added.map(|(index, value)| {
        let place = match index.checked_sub(1) {
            _ if index + 1 == after.values.len() => None,
            Some(previous) => Some((EnumPlace::After, ident(&after.values[previous]))),
            None => after.values.get(1).map(|next| (EnumPlace::Before, ident(next))),
        };
        alter(EnumChange::Add {
            value: ident(value),
            place,
        })
    });
    removed.chain(added).collect()
}

fn is_integer(ty: &Type) -> bool {
    match ty {
        Type::TinyInt | Type::SmallInt | Type::Integer | Type::BigInt => true,
        Type::Unsigned(inner) => is_integer(inner),
        _ => false,
    }
}

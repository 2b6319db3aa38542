//! A schema, as models say it.

use super::names::named;
use super::plain_statement;
use crate::engine::Engine;
use crate::operation::Operation;
use crate::schema::naming::Naming;
use crate::schema::{Enum, Function, Schema, Sequence, Table, Trigger, View};
use crate::syntax::Span;
use crate::syntax::ast::{EngineRef, ModelBlock, Statement, StatementKind, TableDef, TableItem};

/// Everything in a schema, tables in the order of their names; what the convention would name the same is not named.
pub(crate) fn model_block(schema: &Schema, naming: &Naming, engines: &[Engine], bind: Option<&str>) -> ModelBlock {
    let mut made: Vec<Operation> = Vec::new();
    made.extend(schema.namespaces().keys().cloned().map(Operation::CreateNamespace));
    made.extend(schema.extensions().keys().cloned().map(Operation::CreateExtension));
    made.extend(schema.enums().values().map(|object| Operation::CreateEnum(Enum::clone(object))));
    made.extend(
        schema
            .sequences()
            .values()
            .map(|object| Operation::CreateSequence(Sequence::clone(object))),
    );
    made.extend(
        schema
            .functions()
            .values()
            .map(|object| Operation::CreateFunction(Function::clone(object))),
    );
    let mut statements: Vec<Statement> = made.iter().flat_map(|operation| plain_statement(operation, false)).collect();
    statements.extend(schema.tables().values().flat_map(|table| of_table(table, naming)));
    let views = schema.views().values().map(|object| Operation::CreateView(View::clone(object)));
    let triggers = schema
        .triggers()
        .values()
        .map(|object| Operation::CreateTrigger(Trigger::clone(object)));
    statements.extend(views.chain(triggers).flat_map(|operation| plain_statement(&operation, false)));
    ModelBlock {
        engines: engines
            .iter()
            .map(|engine| EngineRef {
                engine: *engine,
                span: Span::default(),
            })
            .collect(),
        bind: bind.map(super::definition::ident),
        statements,
        ..ModelBlock::default()
    }
}

fn of_table(table: &Table, naming: &Naming) -> Vec<Statement> {
    let mut table = table.clone();
    // MariaDB makes them of itself.
    table.indexes.retain(|index| !index.serves_key);
    let operation = named(&Operation::CreateTable(table), naming);
    let Operation::CreateTable(table) = &operation else {
        return Vec::new();
    };
    let mut definition = super::definition::table_def(table);
    leave_out_names(&mut definition, table);
    vec![super::plain(StatementKind::CreateTable(definition))]
}

fn leave_out_names(definition: &mut TableDef, table: &Table) {
    for item in &mut definition.items {
        match item {
            TableItem::Column(_) => {}
            TableItem::Constraint(constraint) => {
                constraint
                    .name
                    .take_if(|name| table.constraint(&name.text).is_some_and(|found| found.name().derived));
            }
            TableItem::Index(index) => {
                index
                    .name
                    .take_if(|name| table.index(&name.text).is_some_and(|found| found.name.derived));
            }
        }
    }
}

//! What one transaction cannot hold (M503).

use crate::diagnostic::{Code, Diagnostic};
use crate::engine::{Engine, Product};
use crate::history::{Resolved, Step, Trace};
use crate::operation::{Context, Operation};
use crate::sql::{self, Company};

/// A block that says `transaction = true` wants one transaction: each statement that cannot be in it.
pub(super) fn check(trace: &Trace, cx: &Context<'_>) -> Vec<Diagnostic> {
    if cx.block.transaction != Some(true) {
        return Vec::new();
    }
    let alone = trace.steps.iter().flat_map(|step| &step.operations).filter_map(|resolved| {
        let reason = stands_alone(resolved, trace)?;
        Some(refusal(resolved, reason))
    });
    let mut found: Vec<Diagnostic> = alone.collect();
    if found.is_empty() {
        found.extend(match trace.target.engine() {
            Engine::Mysql => second_after_ddl(trace),
            Engine::Pg => early_use(trace),
            Engine::Sqlite => cut_off(trace, cx),
        });
    }
    found
}

fn refusal(resolved: &Resolved, reason: String) -> Diagnostic {
    let message = format!("`transaction = true` cannot hold: {reason}");
    Diagnostic::error(Code::M503, resolved.word, message)
        .help("take `transaction = true` out of the head, or give the statement a migration of its own")
}

/// What no transaction can hold beside anything.
fn stands_alone(resolved: &Resolved, trace: &Trace) -> Option<String> {
    let on_postgres = trace.target.engine() == Engine::Pg;
    match &resolved.operation {
        Operation::Backfill { table, .. } => Some(format!("`backfill {table}` commits each of its batches")),
        Operation::CreateIndex {
            index, concurrently: true, ..
        }
        | Operation::DropIndex {
            index, concurrently: true, ..
        } if on_postgres => Some(format!(
            "`{}` is made or dropped concurrently, which PostgreSQL does in no transaction",
            index.name
        )),
        _ if sql::postgres::is_online(resolved) => Some("`online = true` commits each of its steps".to_owned()),
        _ => None,
    }
}

/// Whether an operation changes the schema and moves no rows.
pub(crate) fn is_ddl(operation: &Operation) -> bool {
    !matches!(
        operation,
        Operation::Execute { .. }
            | Operation::Run { .. }
            | Operation::Update { .. }
            | Operation::Delete { .. }
            | Operation::BulkInsert { .. }
            | Operation::BulkDelete { .. }
            | Operation::Backfill { .. }
    )
}

/// MariaDB and MySQL commit at each change of the schema.
fn second_after_ddl(trace: &Trace) -> Option<Diagnostic> {
    let ddl = |step: &Step| step.operations.iter().any(|resolved| is_ddl(&resolved.operation));
    let first = trace.steps.iter().position(ddl)?;
    let second = if first > 0 { first } else { 1 };
    let product = match trace.target.product {
        Product::Mysql => "MySQL",
        _ => "MariaDB",
    };
    let resolved = trace.steps.get(second)?.operations.first()?;
    Some(refusal(
        resolved,
        format!("{product} commits at each change of the schema, and this is not the only step"),
    ))
}

/// PostgreSQL lets a value that was added to an enum be used after the commit, even where the block made the type: from version 17 on
/// it makes an exception of that, outside savepoints.
fn early_use(trace: &Trace) -> Option<Diagnostic> {
    let mut added: Vec<(String, String)> = Vec::new();
    for resolved in trace.steps.iter().flat_map(|step| &step.operations) {
        if let Some((name, value)) = added.iter().find(|(_, value)| uses_value(&resolved.operation, value)) {
            let reason = format!("PostgreSQL lets `{value}` of `{name}` be used only after the commit that adds it");
            return Some(refusal(resolved, reason));
        }
        if let Operation::AlterEnum {
            before,
            after,
            renamed: None,
        } = &resolved.operation
        {
            let new = after.values.iter().filter(|value| !before.values.contains(value));
            added.extend(new.map(|value| (before.name.to_string(), value.clone())));
        }
    }
    None
}

/// Whether an operation names a value of an enum.
pub(crate) fn uses_value(operation: &Operation, value: &str) -> bool {
    use crate::schema::{Default, Value};
    let literal = Value::String(value.to_owned());
    let quoted = format!("'{}'", value.replace('\'', "''"));
    let default = |column: &crate::schema::Column| column.default == Some(Default::Value(literal.clone()));
    match operation {
        Operation::BulkInsert { rows, .. } => rows.iter().flatten().any(|cell| *cell == literal),
        Operation::BulkDelete { keys, .. } => keys.iter().flatten().any(|cell| *cell == literal),
        Operation::AddColumn { column, .. } if default(column) => true,
        Operation::AlterColumn { before, after, .. } if default(after) && before.default != after.default => true,
        // Rows are cast, and a default is said again.
        Operation::AlterColumn { before, after, .. } if before.ty != after.ty && (default(after) || after.ty.enumeration().is_some()) => {
            true
        }
        Operation::CreateTable(table) if table.columns.iter().any(default) => true,
        Operation::Update { set, filter, .. } => set.contains(&quoted) || filter.as_ref().is_some_and(|filter| filter.contains(&quoted)),
        Operation::Delete { filter, .. } => filter.as_ref().is_some_and(|filter| filter.contains(&quoted)),
        Operation::Execute { sql, .. } => sql.contains(&quoted),
        Operation::Run { text, .. } => text.contains(&format!("\"{value}\"")),
        Operation::AlterEnum { .. } | Operation::DropEnum(_) | Operation::CommentOnTable { .. } => false,
        operation => serde_json::to_string(operation).is_ok_and(|json| json.contains(&quoted)),
    }
}

/// A rebuild of a table that keys touch needs them off, and so no step that writes rows beside it.
fn cut_off(trace: &Trace, cx: &Context<'_>) -> Option<Diagnostic> {
    let dialect = sql::dialect(trace.target.engine())?;
    let line = |span| cx.tokens.location(span).map_or(0, |location| location.line);
    let mut open: Option<Company> = None;
    for step in &trace.steps {
        for draft in dialect.steps(step, trace, &line) {
            let met = match (open, draft.company) {
                (Some(Company::Rows), Company::KeysOff) | (Some(Company::KeysOff), Company::Rows) => true,
                (_, Company::Rows | Company::KeysOff) => {
                    open = Some(draft.company);
                    false
                }
                _ => false,
            };
            if met {
                let reason = "SQLite makes a table with foreign keys anew while they are off, and rows are written while they are on";
                return Some(refusal(step.operations.first()?, reason.to_owned()));
            }
        }
    }
    None
}

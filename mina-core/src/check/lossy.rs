//! Where an upgrade destroys rows or values that its downgrade cannot bring back.

use super::{facts, safe, writes};
use crate::diagnostic::{Diagnostic, Level, Lint};
use crate::history::{Resolved, Trace};
use crate::operation::{Context, Operation};
use crate::schema::ObjectName;
use crate::sql::text::mentions_table;
use crate::syntax::ast::Downgrade;
use writes::Write;

/// The upgrade's operations that lose something for good, where the downgrade pretends to lead back.
pub(super) fn check(up: &Trace, down: Option<&Trace>, cx: &Context<'_>) -> Vec<Diagnostic> {
    let Some(down) = down else { return Vec::new() };
    let level = match cx.block.allow.iter().any(|lint| lint.lint == Lint::LossyDowngrade) {
        true => Level::Allow,
        false => cx.config.level(Lint::LossyDowngrade),
    };
    if level == Level::Allow || matches!(cx.block.downgrade, Downgrade::Irreversible { .. } | Downgrade::Missing) {
        return Vec::new();
    }
    let resolved = up.steps.iter().flat_map(|step| &step.operations);
    let open = resolved.filter(|resolved| !resolved.allow.contains(&Lint::LossyDowngrade));
    open.filter_map(|resolved| {
        let (table, what) = loss(resolved, up)?;
        if brought_back(down, &table) {
            return None;
        }
        let message = format!("{what}, and the downgrade cannot bring them back");
        let diagnostic = Diagnostic::lint(Lint::LossyDowngrade, level, resolved.word, message);
        Some(diagnostic.help("keep a copy that the downgrade reads, or write `#[allow(lossy_downgrade)]` before the statement"))
    })
    .collect()
}

fn loss(resolved: &Resolved, up: &Trace) -> Option<(ObjectName, String)> {
    let was_there = |table: &ObjectName| up.start.table(table).is_some();
    let column_was_there = |table: &ObjectName, column: &str| up.start.table(table).is_some_and(|table| table.column(column).is_some());
    let engine = up.target.engine();
    match &resolved.operation {
        Operation::DropTable(table) if was_there(&table.name) => {
            Some((table.name.clone(), format!("the rows of `{}` are lost", table.name)))
        }
        Operation::DropColumn { table, column, .. } if column_was_there(table, &column.name) && column.generated.is_none() => {
            Some((table.clone(), format!("the values of `{table}.{}` are lost", column.name)))
        }
        Operation::AlterColumn { table, before, after, .. }
            if column_was_there(table, &before.name) && safe::loses(&before.ty, &after.ty) =>
        {
            let message = format!("values of `{table}.{}` lose what `{}` does not hold", before.name, after.ty);
            Some((table.clone(), message))
        }
        Operation::Delete { table, .. } | Operation::BulkDelete { table, .. } if was_there(table) => {
            Some((table.clone(), format!("rows of `{table}` are lost")))
        }
        Operation::Update { table, set, filter, .. } | Operation::Backfill { table, set, filter, .. } => {
            overwritten(&writes::update(table, set, filter.as_deref(), engine), &column_was_there)
        }
        Operation::Execute { sql, .. } => writes::of_sql(sql, engine).iter().find_map(|write| match write {
            Write::Delete { table, .. } if was_there(table) => Some((table.clone(), format!("rows of `{table}` are lost"))),
            write => overwritten(write, &column_was_there),
        }),
        _ => None,
    }
}

/// A value overwritten is lost; one put where there was none is not.
fn overwritten(write: &Write, was_there: &dyn Fn(&ObjectName, &str) -> bool) -> Option<(ObjectName, String)> {
    let Write::Update { table, set, filter } = write else { return None };
    let fills = |column: &String| filter.as_ref().is_some_and(|filter| only_nulls(filter, column));
    let (column, _) = set.iter().find(|(column, _)| was_there(table, column) && !fills(column))?;
    Some((table.clone(), format!("values of `{table}.{column}` are overwritten")))
}

fn only_nulls(filter: &crate::schema::Expression, name: &str) -> bool {
    use sqlparser::ast::{BinaryOperator, Expr};
    fn holds(tree: &Expr, name: &str) -> bool {
        match tree {
            Expr::Nested(inner) => holds(inner, name),
            Expr::IsNull(inner) => facts::column(inner).is_some_and(|column| column == name),
            Expr::BinaryOp {
                left,
                op: BinaryOperator::And,
                right,
            } => holds(left, name) || holds(right, name),
            _ => false,
        }
    }
    holds(filter.tree(), name)
}

/// Whether the downgrade writes rows of the table, so that it may well know what was in them.
fn brought_back(down: &Trace, table: &ObjectName) -> bool {
    let engine = down.target.engine();
    let operations = down.steps.iter().flat_map(|step| &step.operations);
    operations.map(|resolved| &resolved.operation).any(|operation| match operation {
        Operation::Update { table: of, .. } | Operation::BulkInsert { table: of, .. } | Operation::Backfill { table: of, .. } => {
            of == table
        }
        Operation::Execute { sql, .. } => mentions_table(sql, engine, table),
        Operation::Run { .. } => true,
        _ => false,
    })
}

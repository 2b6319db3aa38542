//! The steps of one statement of a block.

use super::pass::Pass;
use super::{Postgres, alter, data, enumeration, is_online, object, online, quote, table};
use crate::check::rows::count_query;
use crate::check::units::{is_ddl, uses_value};
use crate::diagnostic::Lint;
use crate::engine::Engine;
use crate::history::{Resolved, Step as Statement, Trace};
use crate::normal::Change;
use crate::operation::Operation;
use crate::schema::{Deferral, ObjectName, Schema};
use crate::sql::text::split_statements;
use crate::sql::unit::{Action, Backfill, Claim, Step};
use crate::sql::{Company, Dialect, Draft};
use crate::syntax::Span;

pub(super) fn steps(statement: &Statement, trace: &Trace, line: &dyn Fn(Span) -> u32) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut pass: Option<Pass> = None;
    for resolved in &statement.operations {
        let at = line(resolved.span);
        let Some((table, pieces)) = alter::pieces(resolved) else {
            close(&mut pass, &mut drafts);
            drafts.extend(match is_online(resolved) {
                true => online::steps(resolved, trace.target, at),
                false => operation(resolved, at),
            });
            continue;
        };
        if pass.as_ref().is_some_and(|pass| pass.table != *table || !pass.takes(&pieces)) {
            close(&mut pass, &mut drafts);
        }
        pass.get_or_insert_with(|| Pass::new(table)).push(at, pieces);
    }
    close(&mut pass, &mut drafts);
    if statement.operations.iter().any(|resolved| is_ddl(&resolved.operation)) {
        drafts = drafts
            .into_iter()
            .map(|draft| match draft.around {
                Some(_) => draft,
                None => draft.between(&statement.before, &statement.after),
            })
            .collect();
    }
    let first = statement.operations.first().map_or(0, |resolved| line(resolved.span));
    let counts = statement
        .operations
        .iter()
        .filter_map(|resolved| count(resolved, statement, line(resolved.span)));
    let sweeps = statement
        .operations
        .iter()
        .flat_map(|resolved| sweep(resolved, statement, trace, line(resolved.span)));
    let before = settle(statement, trace, first).into_iter().chain(sweeps);
    let mut all: Vec<Draft> = before.chain(counts).collect();
    all.append(&mut drafts);
    if let Some(draft) = all
        .iter_mut()
        .find(|draft| !matches!(draft.company, Company::Next | Company::Alone | Company::Own))
        && needs_commit(statement, trace)
    {
        draft.company = Company::Committed;
    }
    all
}

fn close(pass: &mut Option<Pass>, drafts: &mut Vec<Draft>) {
    let statements = pass.take().map(Pass::close).unwrap_or_default();
    drafts.extend(statements.into_iter().map(|(line, sql)| schema_step(line, sql)));
}

/// The steps of an operation that is no change of a table that stays.
fn operation(resolved: &Resolved, line: u32) -> Vec<Draft> {
    let schema = |sql: String| vec![schema_step(line, sql)];
    let all = |statements: Vec<String>| statements.into_iter().map(|sql| schema_step(line, sql)).collect();
    let rows = |statements: Vec<String>| statements.into_iter().map(|sql| rows_step(line, Action::Sql(sql))).collect();
    let alone = |sql: String| vec![alone_step(line, Action::Sql(sql)).between(&resolved.before, &resolved.after)];
    let name = |name: &ObjectName| Postgres.object(name);
    match &resolved.operation {
        Operation::CreateNamespace(schema_name) => schema(format!("CREATE SCHEMA {}", name(schema_name))),
        Operation::DropNamespace(schema_name) => schema(format!("DROP SCHEMA {}", name(schema_name))),
        Operation::CreateTable(made) => {
            let mut statements = vec![table::create(made)];
            statements.extend(table::after_create(made));
            all(statements)
        }
        Operation::DropTable(table) => schema(format!("DROP TABLE {}", name(&table.name))),
        Operation::RenameTable { from, to, renamed } => all(rename_table(from, to, renamed, &resolved.before)),
        Operation::CreateIndex { table, index, .. } => alone(table::create_index(table, index, true)),
        Operation::DropIndex { table, index, .. } => alone(format!("DROP INDEX CONCURRENTLY {}", name(&table.beside(&index.name.text)))),
        Operation::CreateEnum(object) => schema(enumeration::create(object)),
        Operation::AlterEnum { before, after, renamed } => all(enumeration::alter(before, after, renamed.as_ref(), resolved)),
        Operation::DropEnum(object) => schema(format!("DROP TYPE {}", name(&object.name))),
        Operation::CreateSequence(sequence) => schema(object::create_sequence(sequence)),
        Operation::DropSequence(sequence) => schema(format!("DROP SEQUENCE {}", name(&sequence.name))),
        Operation::CreateView(view) => schema(object::create_view(view)),
        Operation::DropView(view) => schema(format!("DROP VIEW {}", name(&view.name))),
        Operation::CreateTrigger(trigger) => schema(object::create_trigger(trigger)),
        Operation::DropTrigger(trigger) => schema(object::drop_trigger(trigger)),
        Operation::CreateFunction(function) => schema(object::create_function(function)),
        Operation::DropFunction(function) => schema(object::drop_function(function)),
        Operation::CreateExtension(extension) => schema(format!("CREATE EXTENSION {}", name(extension))),
        Operation::DropExtension(extension) => schema(format!("DROP EXTENSION {}", name(extension))),
        Operation::Update { table, set, filter, .. } => rows(vec![crate::sql::data::update(&Postgres, table, set, filter.as_deref())]),
        Operation::Delete { table, filter, .. } => rows(vec![crate::sql::data::delete(&Postgres, table, filter.as_deref())]),
        Operation::BulkInsert {
            table,
            columns,
            rows: each,
            ..
        } => rows(data::bulk_insert(table, columns, each, &resolved.before)),
        Operation::BulkDelete { table, by, keys, .. } => rows(crate::sql::data::bulk_delete(&Postgres, table, by, keys, &resolved.before)),
        Operation::Execute { sql, .. } => {
            let statements = split_statements(sql, Engine::Pg).into_iter();
            let steps = statements.map(|sql| rows_step(line, Action::Sql(sql.to_owned())));
            steps.chain(expectation(resolved, line)).collect()
        }
        Operation::Run { index, .. } => {
            let step = rows_step(line, Action::Run(*index));
            [step].into_iter().chain(expectation(resolved, line)).collect()
        }
        Operation::Backfill { .. } => {
            let backfill = Backfill::of(&resolved.operation, &resolved.before, &Postgres);
            backfill
                .into_iter()
                .map(|backfill| alone_step(line, Action::Backfill(backfill)))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// What an `effect` says has to be so.
fn expectation(resolved: &Resolved, line: u32) -> Option<Draft> {
    let change = Change::between(&resolved.before, &resolved.after, &Postgres);
    let action = Action::Expect {
        facts: change.after(),
        claim: Claim::Effect,
    };
    (!change.is_empty()).then(|| rows_step(line, action))
}

/// Names that the naming convention made follow the table.
fn rename_table(from: &ObjectName, to: &ObjectName, renamed: &[(String, String)], before: &Schema) -> Vec<String> {
    let mut statements = vec![format!("ALTER TABLE {} RENAME TO {}", Postgres.object(from), quote(&to.name))];
    let table = before.table(from);
    statements.extend(
        renamed
            .iter()
            .map(|(old, new)| match table.is_some_and(|table| table.constraint(old).is_some()) {
                true => alter::rename_constraint(to, old, new),
                false => alter::rename_index(to, old, new),
            }),
    );
    statements
}

fn schema_step(line: u32, sql: String) -> Draft {
    let action = Action::Sql(sql);
    Draft::new(Step { line, action }, Company::Schema)
}

fn rows_step(line: u32, action: Action) -> Draft {
    Draft::new(Step { line, action }, Company::Rows)
}

fn alone_step(line: u32, action: Action) -> Draft {
    Draft::new(Step { line, action }, Company::Alone)
}

/// Counts the rows that would break an operation, where the block allows that there are some. It is counted before: a
/// statement that fails takes the transaction with it.
fn count(resolved: &Resolved, statement: &Statement, line: u32) -> Option<Draft> {
    if !resolved.allow.contains(&Lint::MayFailOnRows) {
        return None;
    }
    let counted = count_query(resolved, statement, &Postgres)?;
    let action = Action::Count {
        sql: counted.sql,
        what: counted.what,
        late: false,
    };
    Some(Draft::new(Step { line, action }, Company::Next))
}

/// Fills what was written behind a backfill. No one writes between that and the change, and whoever reads has not to wait for who
/// waits for it.
fn sweep(resolved: &Resolved, statement: &Statement, trace: &Trace, line: u32) -> Vec<Draft> {
    let Some((table, sql)) = crate::sql::data::sweep(resolved, statement, trace, &Postgres) else {
        return Vec::new();
    };
    let lock = format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", Postgres.object(&table));
    let now = "SET CONSTRAINTS ALL IMMEDIATE".to_owned();
    let next = |sql| {
        Draft::new(
            Step {
                line,
                action: Action::Sql(sql),
            },
            Company::Next,
        )
    };
    [lock, sql, now].into_iter().map(next).collect()
}

fn moves_rows(statement: &Statement) -> bool {
    statement.operations.iter().any(|resolved| !is_ddl(&resolved.operation))
}

/// The statements before one, the last of them first.
fn before<'t>(statement: &Statement, trace: &'t Trace) -> impl Iterator<Item = &'t Statement> {
    let at = trace.steps.iter().position(|other| std::ptr::eq(other, statement));
    trace.steps[..at.unwrap_or_default()].iter().rev()
}

/// Rows that are looked at when the transaction ends stand in the way of a change of their table: they are looked at now.
fn settle(statement: &Statement, trace: &Trace, line: u32) -> Option<Draft> {
    if moves_rows(statement) {
        return None;
    }
    let mut moved = before(statement, trace).take_while(|earlier| moves_rows(earlier));
    let deferred = moved.any(|earlier| earlier.operations.iter().any(may_defer));
    deferred.then(|| schema_step(line, "SET CONSTRAINTS ALL IMMEDIATE".into()))
}

fn may_defer(resolved: &Resolved) -> bool {
    let schema = &resolved.before;
    match &resolved.operation {
        Operation::Update { table, .. }
        | Operation::Delete { table, .. }
        | Operation::BulkInsert { table, .. }
        | Operation::BulkDelete { table, .. } => is_deferrable(table, schema),
        Operation::Execute { .. } | Operation::Run { .. } => schema.tables().keys().any(|table| is_deferrable(table, schema)),
        _ => false,
    }
}

fn is_deferrable(name: &ObjectName, schema: &Schema) -> bool {
    let Some(table) = schema.table(name) else { return false };
    let keys = table.foreign_keys.iter().map(|key| key.deferral);
    let referring = schema.referring(name).map(|(_, key)| key.deferral);
    let uniques = table.uniques.iter().map(|unique| unique.deferral);
    let exclusions = table.exclusions.iter().map(|exclusion| exclusion.deferral);
    let mut all = keys.chain(referring).chain(uniques).chain(exclusions);
    all.any(|deferral| deferral != Deferral::No)
}

/// A value that was added to an enum can be used once it is committed. What moves rows may use it.
fn needs_commit(statement: &Statement, trace: &Trace) -> bool {
    let mut added: Vec<String> = Vec::new();
    for earlier in before(statement, trace) {
        if moves_rows(earlier) {
            break;
        }
        added.extend(added_values(earlier));
    }
    let uses = |value: &String| statement.operations.iter().any(|resolved| uses_value(&resolved.operation, value));
    !added.is_empty() && (moves_rows(statement) || added.iter().any(uses))
}

/// The values that a statement adds to enums, and that the transaction in which it does may not use.
fn added_values(statement: &Statement) -> Vec<String> {
    let mut values = Vec::new();
    for resolved in &statement.operations {
        if let Operation::AlterEnum {
            before,
            after,
            renamed: None,
        } = &resolved.operation
            && enumeration::only_adds(before, after)
        {
            let new = after.values.iter().filter(|value| !before.values.contains(value));
            values.extend(new.cloned());
        }
    }
    values
}

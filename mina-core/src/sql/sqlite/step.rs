//! The steps of one statement of a block.

use super::change::{Edit, EditKind, TableChange, difference};
use super::model;
use super::{Sqlite, effect, lower, quote, string};
use crate::check::rows::count_query;
use crate::diagnostic::Lint;
use crate::engine::Engine;
use crate::history::{Resolved, Step as Statement, Trace};
use crate::operation::{Operation, Using};
use crate::schema::{self, ObjectName, Schema, Table, Trigger, Type, View};
use crate::sql::text::split_statements;
use crate::sql::unit::{Action, Backfill, Step};
use crate::sql::{Company, Dialect, Draft, data};
use crate::syntax::Span;
use std::sync::Arc;

pub(super) fn steps(statement: &Statement, trace: &Trace, line: &dyn Fn(Span) -> u32) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let mut pass: Option<Pass> = None;
    for resolved in &statement.operations {
        let at = line(resolved.span);
        let changes = table_edits(resolved);
        if changes.is_empty() {
            drafts.extend(pass.take().map(Pass::close).unwrap_or_default());
            let mut steps = operation(resolved, at);
            drafts.extend(counts(resolved, statement, at));
            drafts.append(&mut steps);
            continue;
        }
        for (table, edits) in changes {
            if pass.as_ref().is_some_and(|pass| pass.table != table) {
                drafts.extend(pass.take().map(Pass::close).unwrap_or_default());
            }
            let pass = pass.get_or_insert_with(|| Pass::new(&table));
            if let Some((_, sql)) = crate::sql::data::sweep(resolved, statement, trace, &Sqlite) {
                let action = Action::Sql(sql);
                pass.counts.push(Draft::new(Step { line: at, action }, Company::Next));
            }
            pass.counts.extend(counts(resolved, statement, at));
            pass.keyed |= is_keyed(&table, &resolved.before) || is_keyed(&table, &resolved.after);
            pass.edits.extend(edits.into_iter().map(|kind| Edit { line: at, kind }));
        }
    }
    drafts.extend(pass.map(Pass::close).unwrap_or_default());
    drafts
}

/// The tables that a statement may rebuild in a unit that has foreign keys on.
pub(crate) fn rebuilt(statement: &Statement, trace: &Trace) -> Vec<ObjectName> {
    let drafts = steps(statement, trace, &|_| 0).into_iter();
    let batches = drafts.filter_map(|draft| match (draft.company, draft.step.action) {
        (Company::Schema, Action::Batch(change)) => Some(change),
        _ => None,
    });
    let rebuilt = batches.filter(|change| change.edits.iter().any(|edit| edit.kind.may_rebuild()));
    rebuilt.map(|change| ObjectName::new(&change.table)).collect()
}

/// One pass over a table, while its edits are collected.
struct Pass {
    table: ObjectName,
    edits: Vec<Edit>,
    counts: Vec<Draft>,
    keyed: bool,
}

impl Pass {
    fn new(table: &ObjectName) -> Self {
        Self {
            table: table.clone(),
            edits: Vec::new(),
            counts: Vec::new(),
            keyed: false,
        }
    }

    fn close(self) -> Vec<Draft> {
        let mut drafts = self.counts;
        if self.edits.iter().all(|edit| edit.kind.is_plain()) {
            let statements = self
                .edits
                .iter()
                .filter_map(|edit| Some((edit.line, edit.kind.sql(&self.table.name)?)));
            drafts.extend(statements.map(|(line, sql)| schema_step(line, sql)));
            return drafts;
        }
        let rebuild = self.edits.iter().any(|edit| edit.kind.may_rebuild());
        let company = if rebuild && self.keyed { Company::KeysOff } else { Company::Schema };
        let line = self.edits.first().map_or(0, |edit| edit.line);
        let action = Action::Batch(TableChange {
            table: self.table.name.to_string(),
            edits: self.edits,
        });
        drafts.push(Draft::new(Step { line, action }, company));
        drafts
    }
}

fn is_keyed(table: &ObjectName, schema: &Schema) -> bool {
    let own = schema.table(table).is_some_and(|table| !table.foreign_keys.is_empty());
    own || schema.referring(table).next().is_some()
}

/// What an operation changes about tables that stay; nothing for what is no such operation.
fn table_edits(resolved: &Resolved) -> Vec<(ObjectName, Vec<EditKind>)> {
    let one = |table: &ObjectName, using: Option<&str>| vec![(table.clone(), changed(table, resolved, using))];
    match &resolved.operation {
        Operation::RenameColumn { table, from, to } => vec![(
            table.clone(),
            vec![EditKind::RenameColumn {
                from: from.clone(),
                to: to.clone(),
            }],
        )],
        Operation::AddColumn { table, .. }
        | Operation::DropColumn { table, .. }
        | Operation::CreateConstraint { table, .. }
        | Operation::DropConstraint { table, .. }
        | Operation::RenameConstraint { table, .. }
        | Operation::CreateIndex { table, .. }
        | Operation::DropIndex { table, .. }
        | Operation::RenameIndex { table, .. } => one(table, None),
        Operation::AlterColumn { table, after, using, .. } => match using {
            Using::Implicit => one(table, None),
            Using::Cast => one(table, Some(&cast(&after.name, &after.ty))),
            Using::Expression(expression) => one(table, Some(expression.sql())),
        },
        Operation::AlterEnum { before, renamed, .. } => enum_edits(&before.name, renamed.as_ref(), resolved),
        _ => Vec::new(),
    }
}

fn cast(column: &str, ty: &Type) -> String {
    format!("CAST({} AS {})", quote(column), Sqlite.type_name(ty))
}

/// What is alike before and after is left out first: lowering it would find it alike again.
fn changed(table: &ObjectName, resolved: &Resolved, using: Option<&str>) -> Vec<EditKind> {
    let (Some(before), Some(after)) = (resolved.before.table(table), resolved.after.table(table)) else {
        return Vec::new();
    };
    let alike = before.primary_key == after.primary_key && before.options == after.options;
    let (before, after) = if alike {
        (before.without(after), after.without(before))
    } else {
        ((**before).clone(), (**after).clone())
    };
    difference(&lower(&before, &resolved.before), &lower(&after, &resolved.after), using)
}

/// The same for all of a table, under another name or with other values of its enums.
fn changed_under(from: &ObjectName, to: &ObjectName, resolved: &Resolved) -> Vec<EditKind> {
    let (Some(before), Some(after)) = (renamed(from, to, &resolved.before), resolved.after.table(to)) else {
        return Vec::new();
    };
    difference(&lower(&before, &resolved.before), &lower(after, &resolved.after), None)
}

/// A table as SQLite leaves it when it is renamed: its keys to itself and its own expressions follow.
fn renamed(from: &ObjectName, to: &ObjectName, schema: &Schema) -> Option<Arc<Table>> {
    let mut schema = schema.clone();
    if from != to {
        schema.rename_table(from, to);
    }
    schema.table(to).cloned()
}

/// The check of every column of an enum's type, and the values that were renamed between the old and the new one.
fn enum_edits(name: &ObjectName, renamed: Option<&(String, String)>, resolved: &Resolved) -> Vec<(ObjectName, Vec<EditKind>)> {
    let is_of = |ty: &Type| matches!(ty, Type::Enum(other) if other == name);
    let tables = resolved.after.tables().values();
    let tables = tables.filter(|table| table.columns.iter().any(|column| is_of(&column.ty)));
    tables
        .map(|table| {
            let mut edits = changed_under(&table.name, &table.name, resolved);
            if let Some((from, to)) = renamed {
                let columns = table.columns.iter().filter(|column| is_of(&column.ty));
                let lowered = lower(table, &resolved.after);
                for column in columns.filter_map(|column| lowered.column(&column.name)) {
                    rename_value(&mut edits, column, from, to);
                }
            }
            (table.name.clone(), edits)
        })
        .collect()
}

/// The old value becomes the new one after the old check is gone and before the new one is there.
fn rename_value(edits: &mut Vec<EditKind>, column: &model::Column, from: &str, to: &str) {
    let name = quote(&column.name);
    let moved = format!("CASE {name} WHEN {} THEN {} ELSE {name} END", string(from), string(to));
    let altered = edits.iter_mut().find_map(|edit| match edit {
        EditKind::AlterColumn { after, using, .. } if after.name == column.name => Some(using),
        _ => None,
    });
    if let Some(using) = altered {
        *using = Some(moved);
        return;
    }
    let dropped = edits.iter().take_while(|edit| matches!(edit, EditKind::DropConstraint(_))).count();
    edits.insert(
        dropped,
        EditKind::AlterColumn {
            before: column.clone(),
            after: column.clone(),
            using: Some(moved),
        },
    );
}

/// The steps of an operation that is no change of a table that stays.
fn operation(resolved: &Resolved, line: u32) -> Vec<Draft> {
    let schema = |sql| vec![schema_step(line, sql)];
    let rows = |statements: Vec<String>| statements.into_iter().map(|sql| rows_step(line, Action::Sql(sql))).collect();
    match &resolved.operation {
        Operation::CreateTable(table) => {
            let lowered = lower(table, &resolved.after);
            let mut drafts = schema(lowered.create());
            drafts.extend(lowered.indexes.into_iter().map(|index| schema_step(line, index.sql)));
            drafts
        }
        Operation::DropTable(table) => vec![
            unknown_keys(&table.name, resolved, line),
            Draft {
                company: if refuses_to_empty(table) {
                    Company::KeysOff
                } else {
                    Company::Schema
                },
                ..schema_step(line, format!("DROP TABLE {}", Sqlite.object(&table.name)))
            },
        ],
        Operation::RenameTable { from, to, .. } => rename_table(from, to, resolved, line),
        Operation::CreateView(view) => schema(create_view(view)),
        Operation::DropView(view) => schema(format!("DROP VIEW {}", Sqlite.object(&view.name))),
        Operation::CreateTrigger(trigger) => schema(create_trigger(trigger)),
        Operation::DropTrigger(trigger) => schema(format!("DROP TRIGGER {}", quote(&trigger.name))),
        Operation::Update { table, set, filter, .. } => rows(vec![data::update(&Sqlite, table, set, filter.as_deref())]),
        Operation::Delete { table, filter, .. } => rows(vec![data::delete(&Sqlite, table, filter.as_deref())]),
        Operation::BulkInsert {
            table,
            columns,
            rows: each,
            ..
        } => rows(data::bulk_insert(&Sqlite, table, columns, each, &resolved.before)),
        Operation::BulkDelete { table, by, keys, .. } => rows(data::bulk_delete(&Sqlite, table, by, keys, &resolved.before)),
        Operation::Execute { sql, effect, .. } => {
            let statements = split_statements(sql, Engine::Sqlite);
            let mut drafts: Vec<Draft> = rows(statements.into_iter().map(str::to_owned).collect());
            drafts.extend(verify(effect, resolved, line));
            drafts
        }
        Operation::Run { index, effect, .. } => {
            let mut drafts = vec![rows_step(line, Action::Run(*index))];
            drafts.extend(verify(effect, resolved, line));
            drafts
        }
        Operation::Backfill { .. } => {
            let backfill = Backfill::of(&resolved.operation, &resolved.before, &Sqlite);
            let action = backfill.map(Action::Backfill);
            action
                .into_iter()
                .map(|action| Draft::new(Step { line, action }, Company::Alone))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn schema_step(line: u32, sql: String) -> Draft {
    let action = Action::Sql(sql);
    Draft::new(Step { line, action }, Company::Schema)
}

fn rows_step(line: u32, action: Action) -> Draft {
    Draft::new(Step { line, action }, Company::Rows)
}

fn verify(effect: &[Operation], resolved: &Resolved, line: u32) -> Vec<Draft> {
    let expected = effect::expected(effect, &resolved.before, &resolved.after).into_iter();
    expected.map(|expected| rows_step(line, Action::Verify(expected))).collect()
}

/// With keys on, dropping a table deletes its rows one by one, which a key to itself may not let happen.
fn refuses_to_empty(table: &Table) -> bool {
    let own = table.foreign_keys.iter().filter(|key| key.table == table.name);
    own.into_iter()
        .any(|key| !matches!(key.on_delete, schema::Action::NoAction | schema::Action::Cascade))
}

/// Dropping a table deletes its rows first, and keys that nobody told the history about would carry that on.
fn unknown_keys(table: &ObjectName, resolved: &Resolved, line: u32) -> Draft {
    let known = resolved.before.referring(table).map(|(table, _)| string(&table.name.name));
    let known: Vec<String> = known.chain([string(&table.name)]).collect();
    let sql = format!(
        "SELECT count(*) FROM main.sqlite_schema AS s, pragma_foreign_key_list(s.name) AS f WHERE s.type = 'table' \
         AND f.\"table\" = {} COLLATE NOCASE AND s.name COLLATE NOCASE NOT IN ({})",
        string(&table.name),
        known.join(", ")
    );
    let action = Action::Count {
        sql,
        what: format!("foreign keys that the history does not know refer to `{table}`"),
        late: false,
    };
    Draft::new(Step { line, action }, Company::Next)
}

/// Renames in place; derived names follow: indexes are made anew, constraints need a pass over the table.
fn rename_table(from: &ObjectName, to: &ObjectName, resolved: &Resolved, line: u32) -> Vec<Draft> {
    let mut drafts = vec![schema_step(
        line,
        format!("ALTER TABLE {} RENAME TO {}", Sqlite.object(from), quote(&to.name)),
    )];
    let (mut indexes, mut constraints) = (Vec::new(), Vec::new());
    for kind in changed_under(from, to, resolved) {
        match kind {
            EditKind::CreateIndex(_) | EditKind::DropIndex(_) => indexes.push(kind),
            kind => constraints.push(Edit { line, kind }),
        }
    }
    let names = indexes.iter().filter_map(|edit| edit.sql(&to.name));
    drafts.extend(names.map(|sql| schema_step(line, sql)));
    if !constraints.is_empty() {
        let keyed = is_keyed(to, &resolved.after);
        let action = Action::Batch(TableChange {
            table: to.name.to_string(),
            edits: constraints,
        });
        let company = if keyed { Company::KeysOff } else { Company::Schema };
        drafts.push(Draft::new(Step { line, action }, company));
    }
    drafts
}

/// The statements that make tables, views and what stands on them.
pub(super) fn made(schema: &Schema, wanted: &dyn Fn(&ObjectName) -> bool) -> Vec<String> {
    let mut statements = Vec::new();
    for table in schema.tables().values().filter(|table| wanted(&table.name)) {
        let lowered = lower(table, schema);
        statements.push(lowered.create());
        statements.extend(lowered.indexes.into_iter().map(|index| index.sql));
    }
    let views = schema.views().values().filter(|view| wanted(&view.name));
    statements.extend(views.map(|view| create_view(view)));
    let triggers = schema.triggers().values().filter(|trigger| wanted(&trigger.table));
    statements.extend(triggers.map(|trigger| create_trigger(trigger)));
    statements
}

/// The CREATE VIEW statement.
pub fn create_view(view: &View) -> String {
    format!("CREATE VIEW {} AS {}", Sqlite.object(&view.name), view.body.trim())
}

/// The CREATE TRIGGER statement.
pub fn create_trigger(trigger: &Trigger) -> String {
    crate::sql::trigger::create(&Sqlite, trigger, &quote(&trigger.name), &quote(&trigger.table.name))
}

/// Counts the rows that would break an operation, where the block allows that there are some.
fn counts(resolved: &Resolved, statement: &Statement, line: u32) -> Option<Draft> {
    if !resolved.allow.contains(&Lint::MayFailOnRows) {
        return None;
    }
    let counted = count_query(resolved, statement, &Sqlite)?;
    let action = Action::Count {
        sql: counted.sql,
        what: counted.what,
        late: counted.refused,
    };
    Some(Draft::new(Step { line, action }, Company::Next))
}

//! The steps of one statement of a block.

use super::alter::{self, Clause};
use super::{Mysql, change, keyed, program, rename, retype, table};
use crate::check::rows::count_query;
use crate::diagnostic::Lint;
use crate::engine::{Engine, Product, Target};
use crate::history::{Resolved, Step as Statement, Trace};
use crate::normal::Change;
use crate::operation::{Operation, Using};
use crate::schema::{Column, Default, Generated, ObjectName, Schema, Table, Type};
use crate::sql::text::split_statements;
use crate::sql::unit::{Action, Backfill, Claim, Step};
use crate::sql::{Company, Dialect, Draft, data};
use crate::syntax::Span;

/// What one statement of a block becomes: the rows that could break it are counted first, under the names they have then.
pub(super) fn steps(statement: &Statement, trace: &Trace, line: &dyn Fn(Span) -> u32) -> Vec<Draft> {
    let counts = statement
        .operations
        .iter()
        .filter_map(|resolved| count(resolved, statement, line(resolved.span)));
    let swept = statement.operations.iter().filter_map(|resolved| {
        let (table, sql) = data::sweep(resolved, statement, trace, &Mysql)?;
        Some((line(resolved.span), table, sql))
    });
    let swept: Vec<(u32, ObjectName, String)> = swept.collect();
    let mut writer = Writer {
        target: trace.target,
        drafts: counts.collect(),
        open: None,
    };
    for resolved in &statement.operations {
        writer.operation(resolved, line(resolved.span));
    }
    writer.close();
    match swept.is_empty() {
        true => writer.drafts,
        false => with_sweeps(writer.drafts, swept, &statement.before),
    }
}

fn beside(line: u32, sql: String) -> Draft {
    let action = Action::Sql(sql);
    Draft::new(Step { line, action }, Company::Next)
}

/// Nobody writes between what fills a column and the one statement that makes it NOT NULL: a transaction would end with that
/// statement, a lock of the table does not. Under it no other table can be read.
fn with_sweeps(mut drafts: Vec<Draft>, swept: Vec<(u32, ObjectName, String)>, before: &Schema) -> Vec<Draft> {
    let reads_others = swept.iter().any(|(.., sql)| sql.to_ascii_lowercase().contains("select"));
    let is_lost = swept.iter().any(|(_, table, _)| loses_its_lock(table, before));
    let table = swept.first().map(|(line, table, _)| (*line, Mysql.object(table)));
    let sweeps = swept.into_iter().map(|(line, _, sql)| beside(line, sql));
    let looks = |draft: &Draft| matches!(draft.step.action, Action::Expect { .. });
    let (Some((line, table)), Some((alter, others))) = (table, drafts.split_last_mut()) else {
        return drafts;
    };
    if reads_others || is_lost || !others.iter().all(looks) {
        return sweeps.chain(drafts).collect();
    }
    let mut unlock = beside(line, "UNLOCK TABLES".into());
    unlock.company = std::mem::replace(&mut alter.company, Company::Next);
    unlock.around = alter.around.take();
    let alter = drafts.pop();
    drafts.push(beside(line, format!("LOCK TABLES {table} WRITE")));
    drafts.extend(sweeps.chain(alter));
    drafts.push(unlock);
    drafts
}

/// Whether a key of the table to itself has a name that MariaDB keeps encoded: a change of its rows is then refused as one of a table
/// that is not locked (seen on 10.11).
fn loses_its_lock(table: &ObjectName, schema: &Schema) -> bool {
    let is_plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let mut keys = schema.table(table).into_iter().flat_map(|table| &table.foreign_keys);
    keys.any(|key| key.table == *table && !is_plain(&key.name.text))
}

/// Counts the rows that would break an operation, where the block allows that there are some.
fn count(resolved: &Resolved, statement: &Statement, line: u32) -> Option<Draft> {
    if !resolved.allow.contains(&Lint::MayFailOnRows) {
        return None;
    }
    let counted = count_query(resolved, statement, &Mysql)?;
    let action = Action::Count {
        sql: counted.sql,
        what: counted.what,
        late: false,
    };
    Some(Draft::new(Step { line, action }, Company::Next))
}

/// The steps so far, and the ALTER TABLE that what comes next may still share.
pub(super) struct Writer {
    pub(super) target: Target,
    drafts: Vec<Draft>,
    open: Option<Open>,
}

struct Open {
    table: ObjectName,
    line: u32,
    clauses: Vec<Clause>,
    before: Schema,
    after: Schema,
}

impl Writer {
    fn operation(&mut self, resolved: &Resolved, line: u32) {
        let (before, after) = (&resolved.before, &resolved.after);
        if let Some((name, clauses)) = change::clauses(resolved, self.target) {
            self.alter(name, clauses, before, after, line);
            return;
        }
        match &resolved.operation {
            Operation::AlterColumn {
                table,
                before: old,
                after: new,
                using,
            } => match using {
                Using::Expression(expression) => retype::with(self, resolved, (table, old, new), expression.sql(), line),
                Using::Implicit | Using::Cast => keyed::modify(self, resolved, (table, old, new), line),
            },
            Operation::AlterEnum {
                before: old,
                after: new,
                renamed,
            } => retype::values(self, resolved, (old, new), renamed.as_ref(), line),
            Operation::RenameTable { from, to, renamed } => rename::table(self, resolved, (from, to), renamed, line),
            _ => {
                self.close();
                self.other(resolved, line);
            }
        }
    }

    /// Adds clauses to the ALTER TABLE that is open, or opens another one.
    pub(super) fn alter(&mut self, table: &ObjectName, clauses: Vec<Clause>, before: &Schema, after: &Schema, line: u32) {
        if clauses.is_empty() {
            return;
        }
        match &mut self.open {
            Some(open) if open.table == *table && alter::fits(table, &open.clauses, &clauses) => {
                open.clauses.extend(clauses);
                open.after = after.clone();
            }
            _ => {
                self.close();
                self.open = Some(Open {
                    table: table.clone(),
                    line,
                    clauses,
                    before: before.clone(),
                    after: after.clone(),
                });
            }
        }
    }

    /// Ends the ALTER TABLE that is open.
    pub(super) fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let there = open.before.table(&open.table).map(AsRef::as_ref);
        self.drafts.extend(untouched(&open));
        self.drafts.extend(opened_anew(&open, self.target));
        let sql = alter::statement(&open.table, &open.clauses, there, self.target);
        self.ddl(sql, &open.before, &open.after, open.line);
    }

    /// A statement that changes the schema, alone.
    pub(super) fn ddl(&mut self, sql: String, before: &Schema, after: &Schema, line: u32) {
        self.alone(Action::Sql(sql), before, after, line);
    }

    /// A step that commits what is before it and itself, and is known by the schema that it leaves.
    fn alone(&mut self, action: Action, before: &Schema, after: &Schema, line: u32) {
        self.close();
        self.drafts
            .push(Draft::new(Step { line, action }, Company::Alone).between(before, after));
    }

    /// A step that reads or writes rows.
    pub(super) fn rows(&mut self, action: Action, line: u32) {
        self.close();
        self.drafts.push(Draft::new(Step { line, action }, Company::Rows));
    }

    fn sql(&mut self, statements: Vec<String>, line: u32) {
        statements.into_iter().for_each(|sql| self.rows(Action::Sql(sql), line));
    }

    fn other(&mut self, resolved: &Resolved, line: u32) {
        let (before, after) = (&resolved.before, &resolved.after);
        let schema = match &resolved.operation {
            Operation::CreateTable(made) => table::create(made, after, self.target),
            Operation::DropTable(table) => format!("DROP TABLE {}", Mysql.object(&table.name)),
            Operation::CreateView(view) => program::create_view(view),
            Operation::DropView(view) => format!("DROP VIEW {}", Mysql.object(&view.name)),
            Operation::CreateTrigger(trigger) => program::create_trigger(trigger),
            Operation::DropTrigger(trigger) => format!("DROP TRIGGER {}", program::beside(trigger)),
            Operation::CreateFunction(function) => program::create_function(function),
            Operation::DropFunction(function) => format!("DROP FUNCTION {}", Mysql.object(&function.name)),
            Operation::CreateSequence(sequence) => program::create_sequence(sequence),
            Operation::DropSequence(sequence) => format!("DROP SEQUENCE {}", Mysql.object(&sequence.name)),
            data => return self.data(data, resolved, line),
        };
        self.ddl(schema, before, after, line);
    }

    fn data(&mut self, operation: &Operation, resolved: &Resolved, line: u32) {
        let schema = &resolved.before;
        match operation {
            Operation::Update { table, set, filter, .. } => self.sql(vec![data::update(&Mysql, table, set, filter.as_deref())], line),
            Operation::Delete { table, filter, .. } => self.sql(vec![data::delete(&Mysql, table, filter.as_deref())], line),
            Operation::BulkInsert { table, columns, rows, .. } => self.sql(data::bulk_insert(&Mysql, table, columns, rows, schema), line),
            Operation::BulkDelete { table, by, keys } => self.sql(data::bulk_delete(&Mysql, table, by, keys, schema), line),
            Operation::Execute { sql, effect, .. } => {
                for statement in split_statements(sql, Engine::Mysql) {
                    match program::commits(statement) {
                        true => self.ddl(statement.to_owned(), schema, &resolved.after, line),
                        false => self.rows(Action::Sql(statement.to_owned()), line),
                    }
                }
                self.effect(effect, resolved, line);
            }
            Operation::Run { index, effect, .. } => {
                match effect.is_empty() {
                    true => self.rows(Action::Run(*index), line),
                    false => self.alone(Action::Run(*index), schema, &resolved.after, line),
                }
                self.effect(effect, resolved, line);
            }
            Operation::Backfill { .. } => {
                let action = Backfill::of(&resolved.operation, &resolved.before, &Mysql).map(Action::Backfill);
                let draft = action.map(|action| Draft::new(Step { line, action }, Company::Alone));
                self.drafts.extend(draft);
            }
            _ => {}
        }
    }

    fn effect(&mut self, effect: &[Operation], resolved: &Resolved, line: u32) {
        let facts = Change::between(&resolved.before, &resolved.after, &Mysql).after();
        if !effect.is_empty() && !facts.is_empty() {
            let claim = Claim::Effect;
            self.rows(Action::Expect { facts, claim }, line);
        }
    }
}

/// A column that is said anew as a whole must be as the history knows it, or what a person made of it would be gone.
fn untouched(open: &Open) -> Option<Draft> {
    let columns: Vec<&str> = open.clauses.iter().filter_map(|clause| clause.redefines.as_deref()).collect();
    let table = open.before.table(&open.table)?;
    if columns.is_empty() {
        return None;
    }
    let mut without = open.before.clone();
    without.edit(&open.table, |table| {
        table.columns.retain(|column| !columns.contains(&column.name.as_str()))
    });
    let prefix = |column: &&str| format!("column `{}.{column}`", table.name);
    let named: Vec<String> = columns.iter().map(prefix).collect();
    let mut facts = Change::between(&open.before, &without, &Mysql).before();
    facts.retain(|name, _| named.contains(name));
    let claim = Claim::Untouched;
    let action = Action::Expect { facts, claim };
    Some(Draft::new(Step { line: open.line, action }, Company::Next))
}

/// MariaDB keeps a table open as the last query did, and where that query, or a view, gave it another name, it does not find a column
/// in the table's own expressions once it is renamed. This changes nothing, and has the table opened anew.
fn opened_anew(open: &Open, target: Target) -> Option<Draft> {
    let table = open.before.table(&open.table).filter(|_| target.product == Product::Mariadb)?;
    let mut renamed = open.clauses.iter().filter_map(|clause| clause.renames.as_deref());
    let sql = || format!("ALTER TABLE {} ENABLE KEYS", Mysql.object(&open.table));
    renamed
        .any(|name| is_in_an_expression(table, name))
        .then(|| beside(open.line, sql()))
}

/// Whether a check, a generated column or a default names a column; one of JSON has a check of its own.
fn is_in_an_expression(table: &Table, name: &str) -> bool {
    let of_columns = table
        .columns
        .iter()
        .filter_map(|column| match (&column.generated, &column.default) {
            (Some(Generated { expression, .. }), _) | (None, Some(Default::Sql(expression))) => Some(expression),
            _ => None,
        });
    let mut all = of_columns.chain(table.checks.iter().map(|check| &check.expression));
    let is_json = |column: &Column| matches!(column.ty, Type::Json | Type::Jsonb);
    table.column(name).is_some_and(is_json) || all.any(|expression| expression.uses(name))
}

/// The statements that make tables, views and what stands on them; keys to what is made later come at the end.
pub(super) fn made(schema: &Schema, beside: bool, wanted: &dyn Fn(&ObjectName) -> bool, target: Target) -> Vec<String> {
    let sequences = schema.sequences().values().filter(|_| beside);
    let mut statements: Vec<String> = sequences.map(|sequence| program::create_sequence(sequence)).collect();
    let tables: Vec<_> = schema.tables().values().filter(|table| wanted(&table.name)).collect();
    let mut keys = Vec::new();
    for (at, table) in tables.iter().enumerate() {
        let later = |name: &ObjectName| tables[at + 1..].iter().any(|other| other.name == *name);
        let (late, now): (Vec<_>, Vec<_>) = table.foreign_keys.iter().cloned().partition(|key| later(&key.table));
        let mut first = (***table).clone();
        first.foreign_keys = now;
        statements.push(table::create(&first, schema, target));
        keys.extend(late.into_iter().map(|key| (&table.name, vec![change::add_key(&key)])));
    }
    statements.extend(
        keys.into_iter()
            .map(|(name, clauses)| alter::statement(name, &clauses, None, target)),
    );
    let functions = schema
        .functions()
        .values()
        .filter(|_| beside)
        .map(|function| program::create_function(function));
    let views = schema
        .views()
        .values()
        .filter(|view| wanted(&view.name))
        .map(|view| program::create_view(view));
    let triggers = schema.triggers().values().filter(|trigger| wanted(&trigger.table));
    statements.extend(
        functions
            .chain(views)
            .chain(triggers.map(|trigger| program::create_trigger(trigger))),
    );
    statements
}

//! Random upgrades: their derived downgrades lead back, and a downgrade with something missing or altered is refused.

use super::{BASE, Case, PG};
use crate::check::spell;
use crate::config::Config;
use crate::diff;
use crate::engine::Target;
use crate::history::Trace;
use crate::operation::Operation;
use proptest::prelude::*;

const HEAD: &str = "#![allow(may_fail_on_rows, lossy_downgrade, no_change)]";

/// Statements over the base schema; those that do not fit after the ones before them are left out.
pub(crate) const STATEMENTS: &[&str] = &[
    "add_column users.phone: Nullable<Varchar<20>>;",
    "add_column users.level: Integer = 3;",
    "#[unique] add_column users.slug: Nullable<Varchar<40>>;",
    "#[references(workspaces.id)] add_column users.home_id: Nullable<Integer>;",
    "drop_column users.age;",
    "drop_column users.email;",
    "drop_column users.number;",
    "drop_column users.phone;",
    "alter_column users.name { rename = full_name }",
    "alter_column users.number { rename = age }",
    "alter_column users.number { rename = rank }",
    "alter_column users.age { rename = number }",
    "alter_column users.name { type = Text }",
    "alter_column users.full_name { type = Varchar<200> }",
    "alter_column users.status { nullable = true, default = none }",
    "alter_column users.status { default = \"new\", comment = \"of the account\" }",
    "alter_column users.number { nullable = false }",
    "alter_column users.number { type = BigInt }",
    "create_index ix_number on users (number);",
    "create_index ix_status on users (status, number desc) { unique = true }",
    "drop_index ix_users_name on users;",
    "create_index ix_users_name on users (name, status);",
    "rename_index ix_users_name => ix_name on users;",
    "create_unique uq_pair on users (name, number);",
    "drop_constraint uq_users_email on users;",
    "create_unique uq_users_email on users (email, name);",
    "rename_constraint uq_users_email => uq_email on users;",
    "drop_constraint ck_users_points on users;",
    "create_check ck_users_points on users \"points > 1\";",
    "drop_constraint fk_users_workspace on users;",
    "create_foreign_key fk_users_workspace on users (workspace_id) references workspaces (id) { on_delete = set_null }",
    "create_table tasks { #[primary_key] id: Integer, #[references(users.id)] user_id: Integer, title: Varchar<80> = \"\", }",
    "create_table settings { #[primary_key] id: Integer, key: Varchar<80>, }",
    "drop_table settings;",
    "drop_table tasks;",
    "rename_table users => people;",
    "rename_table people => users;",
    "rename_table settings => tasks;",
    "alter_column people.name { rename = title }",
    "drop_column tasks.title;",
    "comment_on users \"People.\";",
    "comment_on users = none;",
    "create_enum state (\"open\", \"done\");",
    "alter_enum state { add = \"late\", after = \"open\" }",
    "add_column tasks.state: Nullable<Enum<state>>;",
    "drop_enum state;",
    "create_view names as \"SELECT title FROM workspaces\";",
    "drop_view names;",
    "batch_alter users { add_column a: Nullable<Integer>; create_index ix_a (a); alter_column a { rename = b } }",
    "batch_alter users { drop_column number; add_column number: Nullable<BigInt>; }",
    "batch_alter users { drop_constraint uq_users_email; alter_column email { type = Text } }",
];

fn case(target: Target, up: &str, down: &str) -> Case {
    Case::new(&[target], &Config::default(), BASE, HEAD, up, down)
}

/// The statements that the checker takes one after the other, as many as fit.
fn upgrade(target: Target, picks: &[usize]) -> String {
    let mut text = String::new();
    for pick in picks {
        let tried = format!("{text}\n{}", STATEMENTS[pick % STATEMENTS.len()]);
        if case(target, &tried, "downgrade = irreversible(\"a test\");").errors().is_empty() {
            text = tried;
        }
    }
    text
}

fn operations(trace: &Trace) -> Vec<Operation> {
    let resolved = trace.steps.iter().flat_map(|step| &step.operations);
    resolved.map(|resolved| resolved.operation.clone()).collect()
}

/// A written downgrade is accepted exactly where it leads back.
fn judged(target: Target, up: &str, down: &[Operation]) -> Result<bool, TestCaseError> {
    let text = spell::text(down, false);
    let case = case(target, up, &format!("downgrade {{ {text} }}"));
    let replayed = &case.checked.engines[0];
    let accepted = case.errors().is_empty();
    if accepted {
        let end = replayed.down.as_ref().map(|down| &down.end);
        let left = end.map(|end| diff::compare(&replayed.up.start, end)).unwrap_or_default();
        prop_assert!(left.is_empty(), "accepted: {up}\n---\n{text}\n{left:?}");
    }
    Ok(accepted)
}

/// Another type, nullability, default, name or option in one operation that makes something.
fn alter(operation: &Operation) -> Option<Operation> {
    use crate::schema::{Constraint, Type};
    let mut altered = operation.clone();
    match &mut altered {
        Operation::AddColumn { column, .. } => match &mut column.ty {
            Type::Varchar(Some(length)) => *length += 1,
            _ => column.comment = Some("altered".into()),
        },
        Operation::AlterColumn { after, .. } => after.comment = Some("altered".into()),
        Operation::CreateTable(table) => table.columns.last_mut()?.comment = Some("altered".into()),
        Operation::CreateIndex { index, .. } => index.unique = !index.unique,
        Operation::CreateConstraint {
            constraint: Constraint::Unique(unique),
            ..
        } => unique.name.text.push('x'),
        Operation::CreateConstraint {
            constraint: Constraint::ForeignKey(key),
            ..
        } => key.on_delete = crate::schema::Action::Restrict,
        _ => return None,
    }
    Some(altered)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_derived_downgrade_leads_back_and_a_mutated_one_is_refused(
        picks in prop::collection::vec(0usize..STATEMENTS.len(), 1..7),
        postgres in any::<bool>(),
        which in any::<prop::sample::Index>(),
    ) {
        let target = if postgres { PG } else { Target::SQLITE };
        let up = upgrade(target, &picks);
        let derived = case(target, &up, "downgrade = auto;");
        // What was made NOT NULL here and then dropped cannot come back as it was.
        if !derived.errors().is_empty() && derived.errors().iter().all(|error| error.starts_with("M307")) {
            return Ok(());
        }
        prop_assert_eq!(derived.errors(), Vec::<String>::new(), "{}\n{}", up, derived.said());
        let replayed = &derived.checked.engines[0];
        let Some(down) = &replayed.down else { return Err(TestCaseError::fail("no downgrade")) };
        prop_assert_eq!(diff::compare(&replayed.up.start, &down.end), vec![]);

        let written = operations(down);
        prop_assert!(judged(target, &up, &written)?, "its text is accepted: {}\n---\n{}", up, spell::text(&written, false));
        if written.is_empty() {
            return Ok(());
        }
        let at = which.index(written.len());
        let mut shorter = written.clone();
        shorter.remove(at);
        judged(target, &up, &shorter)?;
        if let Some(altered) = alter(&written[at]) {
            let mut other = written.clone();
            other[at] = altered;
            judged(target, &up, &other)?;
        }
    }
}

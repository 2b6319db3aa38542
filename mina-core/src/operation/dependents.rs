//! What depends on a table or a column, and would break if it went.

use super::lookup::{list, path};
use super::replay::{Replay, Resolution};
use crate::diagnostic::{Code, Diagnostic};
use crate::engine::Engine;
use crate::schema::{Column, ConstraintRef, Expression, ForeignKey, Index, ObjectName, Origin, Schema, Table, Trigger, Type};
use crate::sql::postgres::Postgres;
use crate::sql::text::{mentions_column, names_column, names_table};
use crate::sql::trigger::{LAST, changes_its_row_alone, fires_at_every_update};
use crate::syntax::Span;

/// Something that names the object at hand.
#[derive(Clone, Debug)]
pub(super) struct Dependent {
    /// ``the view `active_users` ``
    pub(super) what: String,
    /// How it is taken out: `drop_view active_users;`
    pub(super) without: String,
    /// What tells one object from another in the taint.
    pub(super) name: String,
    pub(super) origin: Origin,
}

impl Dependent {
    fn key(table: &Table, key: &ForeignKey) -> Self {
        Self {
            what: format!("the foreign key `{}` of `{}`", key.name, table.name),
            without: format!("drop_constraint {} on {};", key.name, table.name),
            name: key.name.text.clone(),
            origin: key.origin.clone(),
        }
    }

    fn constraint(table: &Table, constraint: ConstraintRef<'_>) -> Self {
        Self {
            what: format!(
                "the {} `{}` on {}",
                constraint.occupant_kind(),
                constraint.name(),
                list(&constraint.columns())
            ),
            without: format!("drop_constraint {} on {};", constraint.name(), table.name),
            name: constraint.name().text.clone(),
            origin: constraint.origin().clone(),
        }
    }

    fn index(table: &Table, index: &Index) -> Self {
        Self {
            what: format!("the index `{}` on {}", index.name, list(&index.columns())),
            without: format!("drop_index {} on {};", index.name, table.name),
            name: index.name.text.clone(),
            origin: index.origin.clone(),
        }
    }

    fn trigger(trigger: &Trigger) -> Self {
        Self {
            what: format!("the trigger `{}` on `{}`", trigger.name, trigger.table),
            without: format!("drop_trigger {} on {};", trigger.name, trigger.table),
            name: trigger.name.clone(),
            origin: trigger.origin.clone(),
        }
    }

    fn generated(table: &Table, column: &Column) -> Self {
        Self {
            what: format!("the generated column `{}`", path(&table.name, &column.name)),
            without: format!("drop_column {};", path(&table.name, &column.name)),
            name: column.name.clone(),
            origin: column.origin.clone(),
        }
    }
}

/// The views, triggers and functions whose SQL is about something.
///
/// `about` is asked with the SQL and the table of a trigger.
pub(super) fn with_body(schema: &Schema, about: impl Fn(&str, Option<&ObjectName>) -> bool) -> Vec<Dependent> {
    let views = schema.views().values().filter(|view| about(&view.body, None));
    let views = views.map(|view| Dependent {
        what: format!("the view `{}`", view.name),
        without: format!("drop_view {};", view.name),
        name: view.name.name.to_string(),
        origin: view.origin.clone(),
    });
    let triggers = schema
        .triggers()
        .values()
        .filter(|trigger| about(&trigger.body, Some(&trigger.table)));
    let triggers = triggers.map(|trigger| Dependent::trigger(trigger));
    let functions = schema.functions().values().filter(|function| about(&function.body, None));
    let functions = functions.map(|function| Dependent {
        what: format!("the function `{}({})`", function.name, function.arguments),
        without: format!("drop_function {}({});", function.name, function.arguments),
        name: function.name.name.to_string(),
        origin: function.origin.clone(),
    });
    views.chain(triggers).chain(functions).collect()
}

/// The views, triggers and functions that name a table; triggers on it among them.
pub(super) fn bodies_about_table(schema: &Schema, engine: Engine, name: &ObjectName) -> Vec<Dependent> {
    let whole = is_hidden(schema, name);
    with_body(schema, |sql, on| on == Some(name) || names_table(sql, engine, name, whole))
}

/// The views, triggers and functions that name a column.
pub(super) fn bodies_about_column(schema: &Schema, engine: Engine, table: &ObjectName, column: &str) -> Vec<Dependent> {
    let whole = is_hidden(schema, table);
    with_body(schema, |sql, on| names_column(sql, engine, on, (table, column), whole))
}

/// Whether what is in a namespace has a namesake outside of all, which its bare name means.
fn is_hidden(schema: &Schema, name: &ObjectName) -> bool {
    let bare = ObjectName::new(&name.name);
    name.schema.is_some() && (schema.table(&bare).is_some() || schema.views().contains_key(&bare))
}

/// What keeps the type of a column from being changed: on PostgreSQL triggers and generated columns, too.
pub(super) fn type_dependents(schema: &Schema, engine: Engine, table: &Table, column: &str) -> Vec<Dependent> {
    let mut dependents = bodies_about_column(schema, engine, &table.name, column);
    if engine != Engine::Pg {
        dependents.retain(|dependent| dependent.without.starts_with("drop_view"));
        return dependents;
    }
    dependents.retain(|dependent| !dependent.without.starts_with("drop_function"));
    let on_table = on_table(table, column).into_iter();
    dependents.extend(on_table.filter(|dependent| dependent.without.starts_with("drop_column")));
    dependents
}

/// The checks, exclusions and indexes of a table whose expressions take a column as one of its type.
pub(super) fn expressions_about(table: &Table, column: &str) -> Vec<Dependent> {
    let about = |expression: &Expression| expression.depends_on_type(column);
    saying(table, &about).collect()
}

/// The exclusions and indexes of a table of PostgreSQL that a session's settings have a say in once a column is of another type.
pub(super) fn unsettled(table: &Table, column: &str, ty: &Type) -> Vec<Dependent> {
    let mut altered = table.clone();
    let changed = altered.columns.iter_mut().find(|own| own.name == column);
    changed.into_iter().for_each(|own| own.ty = ty.clone());
    let by_settings = |expression: &Expression| expression.by_settings(&altered).is_some();
    let mut kept = table.clone();
    kept.checks.clear();
    saying(&kept, &by_settings).collect()
}

/// The checks, exclusions and indexes of a table in which an expression is of a kind.
fn saying<'t>(table: &'t Table, is_of_kind: &'t dyn Fn(&Expression) -> bool) -> impl Iterator<Item = Dependent> + 't {
    let constraints = table.constraints().filter(|constraint| constraint.says(is_of_kind));
    let constraints = constraints.map(|constraint| Dependent::constraint(table, constraint));
    let indexes = table.indexes.iter().filter(|index| index.says(is_of_kind));
    constraints.chain(indexes.map(|index| Dependent::index(table, index)))
}

/// What holds a literal beside a column of a table: constraints, indexes, generated columns, views and triggers.
pub(super) fn literal_dependents(schema: &Schema, table: &Table, column: &str, literal: &str) -> Vec<Dependent> {
    let says = |expression: &Expression| expression.sql().contains(literal) && expression.uses(column);
    let generated = table
        .columns
        .iter()
        .filter(|own| own.generated.as_ref().is_some_and(|generated| says(&generated.expression)));
    let generated = generated.map(|own| Dependent::generated(table, own));
    let bodies = with_body(schema, |sql, on| {
        sql.contains(literal) && mentions_column(sql, Engine::Pg, on, &table.name, column)
    });
    let bodies = bodies
        .into_iter()
        .filter(|dependent| !dependent.without.starts_with("drop_function"));
    saying(table, &says).chain(generated).chain(bodies).collect()
}

/// What another column cannot be given while the old one is there: keys and exclusion constraints.
pub(super) fn tied_to(schema: &Schema, table: &Table, column: &str) -> Vec<Dependent> {
    let own = table.constraints_using(column);
    let own = own.filter(|constraint| matches!(constraint, ConstraintRef::ForeignKey(_) | ConstraintRef::Exclusion(_)));
    let mut dependents: Vec<Dependent> = own.map(|constraint| Dependent::constraint(table, constraint)).collect();
    dependents.extend(keys_to_column(schema, &table.name, column));
    dependents
}

/// The triggers of a table that fire where any column of a row is written and do more than change it, or fire after what fires last.
pub(super) fn fired_by_updates(schema: &Schema, table: &ObjectName) -> Vec<Dependent> {
    let acts = |trigger: &Trigger| fires_at_every_update(&trigger.body, &Postgres) && !changes_its_row_alone(trigger, schema);
    let triggers = schema
        .triggers_on(table)
        .filter(|trigger| acts(trigger) || trigger.name.as_str() >= LAST);
    triggers.map(|trigger| Dependent::trigger(trigger)).collect()
}

/// The keys of other tables that refer to a table.
pub(super) fn keys_to_table(schema: &Schema, name: &ObjectName) -> Vec<Dependent> {
    let keys = schema.referring(name).filter(|(table, _)| table.name != *name);
    keys.map(|(table, key)| Dependent::key(table, key)).collect()
}

/// The keys of all tables that refer to a column, its own table's included.
pub(super) fn keys_to_column(schema: &Schema, table: &ObjectName, column: &str) -> Vec<Dependent> {
    let keys = schema
        .referring(table)
        .filter(|(_, key)| key.referred.iter().any(|name| name == column));
    keys.map(|(table, key)| Dependent::key(table, key)).collect()
}

/// The keys that refer to columns that nothing else would make unique if a constraint or index were gone, or that are held by it.
pub(super) fn keys_to_unique(schema: &Schema, engine: Engine, table: &Table, name: &str, columns: &[String]) -> Vec<Dependent> {
    let same = |referred: &[String]| referred.len() == columns.len() && referred.iter().all(|column| columns.contains(column));
    let still = table.referable_sets().any(|(other, set)| {
        other.text != name && set.len() == columns.len() && columns.iter().all(|column| set.contains(&column.as_str()))
    });
    let keys = schema.referring(&table.name).filter(|(_, key)| same(&key.referred));
    let keys = keys.filter(|(owner, key)| !still || engine == Engine::Pg && table.may_hold(name, owner, key));
    keys.map(|(table, key)| Dependent::key(table, key)).collect()
}

/// The constraints, indexes and generated columns of a table that name a column besides others, or that it cannot lose.
pub(super) fn on_table(table: &Table, column: &str) -> Vec<Dependent> {
    let mut dependents = Vec::new();
    for constraint in table.constraints_using(column) {
        let columns = constraint.columns();
        if columns.len() > 1 || matches!(constraint, ConstraintRef::PrimaryKey(_)) {
            dependents.push(Dependent::constraint(table, constraint));
        }
    }
    for index in table.indexes_using(column) {
        let columns = index.columns();
        if columns.len() > 1 && !index.serves_key {
            dependents.push(Dependent::index(table, index));
        }
    }
    for generated in table.generated_using(column).filter(|generated| generated.name != column) {
        dependents.push(Dependent::generated(table, generated));
    }
    dependents
}

impl Replay<'_> {
    /// Refuses what dependents stand in the way of; those that an earlier error is about are passed over.
    pub(super) fn refuse_for(&mut self, code: Code, span: Span, what: &str, dependents: Vec<Dependent>, then: &str) -> Resolution {
        if dependents.is_empty() {
            return Ok(());
        }
        if dependents.iter().all(|dependent| self.schema.taint.holds(&dependent.name)) {
            return Err(self.refuse_silently());
        }
        let (first, more) = (&dependents[0], dependents.len() - 1);
        let others = match more {
            0 => String::new(),
            1 => format!(" and {}", dependents[1].what),
            _ => format!(" and {more} others"),
        };
        let verb = if more == 0 { "depends" } else { "depend" };
        let mut error = Diagnostic::error(code, span, format!("{}{others} {verb} on {what}", first.what));
        for dependent in &dependents {
            error = error.help(format!("{} is from {}", dependent.what, dependent.origin));
        }
        let without: Vec<&str> = dependents.iter().map(|dependent| dependent.without.as_str()).collect();
        error = error.help(format!("write {} before it{then}", code_list(&without)));
        Err(self.refuse(error))
    }
}

fn code_list(statements: &[&str]) -> String {
    let quoted: Vec<String> = statements.iter().map(|statement| format!("`{statement}`")).collect();
    quoted.join(", ")
}

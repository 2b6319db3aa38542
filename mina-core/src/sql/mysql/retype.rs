//! Values that become others: `using` expressions, and the values of enums.

use super::alter::{Clause, Part};
use super::change::{add_constraint, add_index, drop_constraint, drop_index};
use super::plan::{self, Plan};
use super::step::Writer;
use super::{Mysql, column, keyed, program, quote, string};
use crate::history::Resolved;
use crate::schema::{Column, Constraint, ConstraintRef, Enum, ForeignKey, Index, ObjectName, Schema, Type};
use crate::sql::Dialect;
use crate::sql::unit::Action;

/// A column that stands beside takes the new values and then the old one's place, its name and all that is on it.
pub(super) fn with(writer: &mut Writer, resolved: &Resolved, (name, old, new): (&ObjectName, &Column, &Column), using: &str, line: u32) {
    let keys = keyed::keys(name, &old.name, &resolved.before);
    let start = keyed::away(writer, &keys, &resolved.before, line);
    let stand_in = Column {
        name: program::stand_in(&old.name),
        nullable: true,
        default: None,
        identity: false,
        comment: None,
        generated: None,
        ..new.clone()
    };
    let mut beside = start.clone();
    beside.edit(name, |table| table.columns.push(stand_in.clone()));
    let added = Clause::new(
        format!(
            "ADD COLUMN {} AFTER {}",
            column::definition(&stand_in, &beside, writer.target),
            quote(&old.name)
        ),
        plan::add_column(&stand_in),
        Part::Column(stand_in.name.clone()),
    );
    writer.alter(name, vec![added], &start, &beside, line);
    let fill = format!("UPDATE {} SET {} = {using}", Mysql.object(name), quote(&stand_in.name));
    writer.rows(Action::Sql(fill), line);
    let mut changed = start.clone();
    changed.edit(name, |table| {
        table.column_mut(&new.name).into_iter().for_each(|column| *column = new.clone());
    });
    let (constraints, indexes) = standing_on(name, &old.name, &start);
    let mut clauses: Vec<Clause> = constraints.iter().filter_map(drop_constraint).collect();
    clauses.extend(indexes.iter().map(|index| drop_index(&index.name.text)));
    clauses.push(Clause {
        redefines: Some(old.name.clone()),
        ..Clause::new(
            format!("DROP COLUMN {}", quote(&old.name)),
            Plan::COPY,
            Part::Column(old.name.clone()),
        )
    });
    clauses.push(Clause::new(
        format!(
            "CHANGE COLUMN {} {}",
            quote(&stand_in.name),
            column::definition(new, &resolved.after, writer.target)
        ),
        Plan::COPY,
        Part::Column(stand_in.name.clone()),
    ));
    let table = changed.table(name);
    clauses.extend(indexes.iter().map(|index| add_index(index, table.map(AsRef::as_ref))));
    clauses.extend(constraints.iter().filter_map(|constraint| add_constraint(constraint, table)));
    writer.alter(name, clauses, &beside, &changed, line);
    writer.close();
    keyed::back(writer, &keys, changed, line);
}

fn standing_on(name: &ObjectName, column: &str, schema: &Schema) -> (Vec<Constraint>, Vec<Index>) {
    let Some(table) = schema.table(name) else {
        return Default::default();
    };
    let constraints = table.constraints_using(column).map(ConstraintRef::to_owned);
    (constraints.collect(), table.indexes_using(column).cloned().collect())
}

/// Every column of an enum says its values; one that is renamed is there under both names while the rows are moved.
pub(super) fn values(writer: &mut Writer, resolved: &Resolved, (old, new): (&Enum, &Enum), renamed: Option<&(String, String)>, line: u32) {
    let columns = columns_of(old, &resolved.before);
    let Some((from, to)) = renamed else {
        say(writer, &columns, (old, new), (&resolved.before, &resolved.after), line);
        return;
    };
    let mut both = old.clone();
    both.values.push(to.clone());
    let mut between = resolved.before.clone();
    between.put_enum(both.clone());
    say(writer, &columns, (old, &both), (&resolved.before, &between), line);
    for (table, column) in &columns {
        let column = quote(column);
        let sql = format!(
            "UPDATE {} SET {column} = {} WHERE {column} = {}",
            Mysql.object(table),
            string(to),
            string(from)
        );
        writer.rows(Action::Sql(sql), line);
    }
    say(writer, &columns, (&both, new), (&between, &resolved.after), line);
}

fn columns_of(of: &Enum, schema: &Schema) -> Vec<(ObjectName, String)> {
    let tables = schema.tables().values();
    let all = tables.flat_map(|table| table.columns.iter().map(|column| (&table.name, column)));
    all.filter(|(_, column)| matches!(&column.ty, Type::Enum(name) if *name == of.name))
        .map(|(table, column)| (table.clone(), column.name.clone()))
        .collect()
}

/// Says the columns anew. The foreign keys that tie them are away meanwhile, unless all values stay as they are.
fn say(writer: &mut Writer, columns: &[(ObjectName, String)], (old, new): (&Enum, &Enum), (before, after): (&Schema, &Schema), line: u32) {
    let mut keys: Vec<(ObjectName, ForeignKey)> = Vec::new();
    for (name, column) in columns.iter().filter(|_| !new.values.starts_with(&old.values)) {
        for (owner, key) in keyed::keys(name, column, before) {
            if !keys.iter().any(|(other, known)| *other == owner && known.name == key.name) {
                keys.push((owner, key));
            }
        }
    }
    if keys.is_empty() {
        return modify(writer, columns, (old, new), (before, after), line);
    }
    let start = keyed::away(writer, &keys, before, line);
    let mut changed = start.clone();
    changed.put_enum(new.clone());
    for (name, column) in columns {
        let definition = after.table(name).and_then(|table| table.column(column)).cloned();
        changed.edit(name, |table| {
            let column = table.column_mut(column).into_iter();
            column.zip(definition).for_each(|(column, definition)| *column = definition);
        });
    }
    modify(writer, columns, (old, new), (&start, &changed), line);
    keyed::back(writer, &keys, changed, line);
}

/// What a run after a crash looks at is one table, with the enum as it is on that table.
fn modify(
    writer: &mut Writer,
    columns: &[(ObjectName, String)],
    (old, new): (&Enum, &Enum),
    (before, after): (&Schema, &Schema),
    line: u32,
) {
    for (name, column) in columns {
        let Some(definition) = after.table(name).and_then(|table| table.column(column)) else {
            continue;
        };
        let clause = Clause {
            redefines: Some(column.clone()),
            ..Clause::new(
                format!("MODIFY COLUMN {}", column::definition(definition, after, writer.target)),
                plan::values(&old.values, &new.values),
                Part::Column(column.clone()),
            )
        };
        let (was, is) = (alone(name, before), alone(name, after));
        writer.alter(name, vec![clause], &was, &is, line);
    }
    writer.close();
}

/// A schema with one table and its enums.
fn alone(name: &ObjectName, schema: &Schema) -> Schema {
    let mut alone = Schema::default();
    let Some(table) = schema.table(name) else { return alone };
    for column in &table.columns {
        if let Type::Enum(of) = &column.ty
            && let Some(object) = schema.enumeration(of)
        {
            alone.put_enum(Enum::clone(object));
        }
    }
    alone.put_table((**table).clone());
    alone
}

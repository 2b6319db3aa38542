use super::Difference;
use crate::diff::Object;
use crate::schema::{Schema, Table};

/// A schema as a database has it, in the words of the schema where the two are the same: what differs is put in, taken out
/// or replaced. Names alone, and what no history can say, stay as they are.
#[must_use]
pub fn patched(mut schema: Schema, differences: &[Difference]) -> Schema {
    for difference in differences {
        match difference {
            Difference::Missing(object) => remove(&mut schema, object),
            Difference::Extra(object) => put(&mut schema, object.clone()),
            Difference::Different { history, database } => {
                remove(&mut schema, history);
                put(&mut schema, database.clone());
            }
            Difference::Options { table, database, .. } => schema.edit(table, |table| table.options.clone_from(database)),
            Difference::Comment { table, database, .. } => schema.edit(table, |table| table.comment.clone_from(database)),
            Difference::Named { .. } | Difference::NotModelled(_) => {}
        }
    }
    schema
}

fn remove(schema: &mut Schema, object: &Object) {
    match object {
        Object::Table(table) => {
            schema.remove_table(&table.name);
        }
        Object::Column(table, column) => schema.edit(table, |table| table.columns.retain(|other| other.name != column.name)),
        Object::Constraint(table, constraint) => schema.edit(table, |table| {
            table.remove_constraint(&constraint.name().text);
        }),
        Object::Index(table, index) => schema.edit(table, |table| {
            table.remove_index(&index.name.text);
        }),
        Object::Enum(object) => {
            schema.remove_enum(&object.name);
        }
        Object::Sequence(object) => {
            schema.remove_sequence(&object.name);
        }
        Object::View(object) => {
            schema.remove_view(&object.name);
        }
        Object::Trigger(object) => {
            schema.remove_trigger(&object.table, &object.name);
        }
        Object::Function(object) => {
            schema.remove_function(&object.name, &object.arguments);
        }
        Object::Extension(name) => {
            schema.remove_extension(name);
        }
        Object::Namespace(name) => {
            schema.remove_namespace(name);
        }
    }
}

fn put(schema: &mut Schema, object: Object) {
    match object {
        Object::Table(table) => schema.put_table(table),
        Object::Column(table, column) => schema.edit(&table, |table: &mut Table| table.columns.push(column)),
        Object::Constraint(table, constraint) => schema.edit(&table, |table| table.add_constraint(constraint)),
        Object::Index(table, index) => schema.edit(&table, |table| table.indexes.push(index)),
        Object::Enum(object) => schema.put_enum(object),
        Object::Sequence(object) => schema.put_sequence(object),
        Object::View(object) => schema.put_view(object),
        Object::Trigger(object) => schema.put_trigger(object),
        Object::Function(object) => schema.put_function(object),
        Object::Extension(name) => schema.put_extension(name, crate::schema::Origin::default()),
        Object::Namespace(name) => schema.put_namespace(name, crate::schema::Origin::default()),
    }
}

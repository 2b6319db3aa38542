//! Enums.

use super::Operation;
use super::dependents::{Dependent, literal_dependents, type_dependents};
use super::fit::quoted;
use super::lookup::path;
use super::replay::{Replay, Resolution};
use crate::diagnostic::{Code, did_you_mean};
use crate::engine::Engine;
use crate::schema::{Column, Default, Enum, ObjectName, OccupantKind, Schema, Table, Value};
use crate::syntax::ast::{EnumChange, EnumPlace, Ident, TableRef};
use std::sync::Arc;

impl Replay<'_> {
    fn enumeration(&mut self, reference: &TableRef) -> Resolution<Arc<Enum>> {
        let name = reference.object();
        if let Some(found) = self.schema.enumeration(&name) {
            return Ok(found.clone());
        }
        let names: Vec<_> = self.schema.enums().keys().map(|name| name.name.clone()).collect();
        self.no_object("enum", &name.to_string(), reference.span(), names.iter().map(|name| &**name), None)
    }

    pub(super) fn create_enum(&mut self, reference: &TableRef, values: &[Ident]) -> Resolution {
        let name = reference.object();
        self.check_namespace(reference)?;
        self.claim(OccupantKind::Enum, &name, None, reference.span())?;
        let mut all: Vec<String> = Vec::with_capacity(values.len());
        for value in values {
            if all.contains(&value.text) {
                let message = format!("the enum `{name}` has the value \"{}\" twice", value.text);
                return self.error(Code::M204, value.span, message, ["name each value once".to_owned()]);
            }
            all.push(value.text.clone());
        }
        let origin = self.origin(reference.span());
        let operation = Operation::CreateEnum(Enum { name, values: all, origin });
        self.emit(operation, reference.span());
        Ok(())
    }

    pub(super) fn alter_enum(&mut self, reference: &TableRef, change: &EnumChange) -> Resolution {
        let before = self.enumeration(reference)?;
        let mut values = before.values.clone();
        let mut renamed = None;
        match change {
            EnumChange::Add { value, place } => {
                self.no_such_value_yet(&before, value)?;
                let at = match place {
                    None => values.len(),
                    Some((EnumPlace::Before, other)) => self.position(&before, other)?,
                    Some((EnumPlace::After, other)) => self.position(&before, other)? + 1,
                };
                values.insert(at, value.text.clone());
            }
            EnumChange::Rename { value, to } => {
                let at = self.position(&before, value)?;
                if value.text == to.text {
                    self.no_change(to.span, format!("the value \"{}\" is called so already", to.text));
                    return Ok(());
                }
                self.no_such_value_yet(&before, to)?;
                self.is_in_no_expression(&before.name, value, ", and create it again after it, with the new value")?;
                values[at].clone_from(&to.text);
                renamed = Some((value.text.clone(), to.text.clone()));
            }
            EnumChange::Remove { value } => {
                let at = self.position(&before, value)?;
                self.is_no_default(&before.name, value)?;
                values.remove(at);
                if values.is_empty() {
                    let message = format!("\"{}\" is the only value of the enum `{}`", value.text, before.name);
                    return self.error(Code::M208, value.span, message, [format!("write `drop_enum {};`", before.name)]);
                }
                self.is_in_no_expression(&before.name, value, "")?;
                self.columns_can_change(&before.name, value)?;
            }
        }
        let after = Enum {
            name: before.name.clone(),
            values,
            origin: self.origin(reference.span()),
        };
        let operation = Operation::AlterEnum {
            before: Enum::clone(&before),
            after,
            renamed,
        };
        self.emit(operation, reference.span());
        Ok(())
    }

    fn position(&mut self, object: &Enum, value: &Ident) -> Resolution<usize> {
        if let Some(at) = object.values.iter().position(|other| *other == value.text) {
            return Ok(at);
        }
        let message = format!("the enum `{}` has no value \"{}\"", object.name, value.text);
        let help = match did_you_mean(&value.text, object.values.iter().map(String::as_str)) {
            Some(near) => format!("did you mean \"{near}\", from {}?", object.origin),
            None => format!("its values are {}, from {}", quoted(&object.values), object.origin),
        };
        self.error(Code::M203, value.span, message, [help])
    }

    fn no_such_value_yet(&mut self, object: &Enum, value: &Ident) -> Resolution {
        if !object.values.contains(&value.text) {
            return Ok(());
        }
        let message = format!("the enum `{}` has the value \"{}\" already", object.name, value.text);
        self.error(Code::M204, value.span, message, [format!("it is from {}", object.origin)])
    }

    fn is_no_default(&mut self, name: &ObjectName, value: &Ident) -> Resolution {
        let wanted = Some(Default::Value(Value::String(value.text.clone())));
        let using = columns_of(&self.schema, name);
        let Some((table, column)) = using.into_iter().find(|(_, column)| column.default == wanted) else {
            return Ok(());
        };
        let path = path(&table.name, &column.name);
        let message = format!("\"{}\" is the default of `{path}`", value.text);
        let help = [
            format!("it is from {}", column.origin),
            format!("write `alter_column {path} {{ default = none }}` before it, or give another default"),
        ];
        self.error(Code::M208, value.span, message, help)
    }

    /// PostgreSQL keeps the value itself in expressions, not its text: there it would be renamed too, and cannot be taken away.
    fn is_in_no_expression(&mut self, name: &ObjectName, value: &Ident, then: &str) -> Resolution {
        if self.engine() != Engine::Pg {
            return Ok(());
        }
        let dependents = naming_value(&self.schema, name, &value.text);
        let what = format!("the value \"{}\" of `{name}`", value.text);
        self.refuse_for(Code::M208, value.span, &what, dependents, then)
    }

    /// PostgreSQL takes a value away by making the type anew, which changes the type of every column that has it.
    fn columns_can_change(&mut self, name: &ObjectName, value: &Ident) -> Resolution {
        if self.engine() != Engine::Pg {
            return Ok(());
        }
        let dependents = about_columns(&self.schema, name);
        let what = format!("the type `{name}`, which is made anew without \"{}\"", value.text);
        self.refuse_for(Code::M208, value.span, &what, dependents, ", and create it again after it")
    }

    pub(super) fn drop_enum(&mut self, reference: &TableRef) -> Resolution {
        let object = self.enumeration(reference)?;
        let using = columns_of(&self.schema, &object.name);
        let dependents = using.into_iter().map(|(table, column)| Dependent {
            what: format!("the column `{}`", path(&table.name, &column.name)),
            without: format!("drop_column {};", path(&table.name, &column.name)),
            name: column.name.clone(),
            origin: column.origin.clone(),
        });
        let dependents = dependents.collect();
        let then = ", or change its type";
        self.refuse_for(
            Code::M208,
            reference.span(),
            &format!("the enum `{}`", object.name),
            dependents,
            then,
        )?;
        self.emit(Operation::DropEnum(Enum::clone(&object)), reference.span());
        self.goes(&object.name, "it is dropped here".into(), reference.span());
        Ok(())
    }
}

fn columns_of<'s>(schema: &'s Schema, name: &ObjectName) -> Vec<(&'s Table, &'s Column)> {
    let tables = schema.tables().values();
    let columns = tables.flat_map(|table| table.columns.iter().map(|column| (&**table, column)));
    columns.filter(|(_, column)| column.ty.is_of_enum(name)).collect()
}

/// What names a value beside a column of the type.
fn naming_value(schema: &Schema, name: &ObjectName, value: &str) -> Vec<Dependent> {
    let literal = format!("'{}'", value.replace('\'', "''"));
    let using = columns_of(schema, name).into_iter();
    let dependents = using.flat_map(|(table, column)| literal_dependents(schema, table, &column.name, &literal));
    distinct(dependents.collect())
}

/// What keeps the columns of the type from becoming those of another.
fn about_columns(schema: &Schema, name: &ObjectName) -> Vec<Dependent> {
    let using = columns_of(schema, name).into_iter();
    let dependents = using.flat_map(|(table, column)| type_dependents(schema, Engine::Pg, table, &column.name));
    distinct(dependents.collect())
}

/// Whether nothing on PostgreSQL keeps the columns of the type from becoming those of another.
pub(crate) fn columns_can_change(schema: &Schema, name: &ObjectName) -> bool {
    about_columns(schema, name).is_empty()
}

/// What has to be dropped on PostgreSQL before a type loses or renames values.
pub(super) fn in_the_way(before: &Enum, after: &Enum, schema: &Schema) -> Vec<Dependent> {
    let gone = before.values.iter().filter(|value| !after.values.contains(value));
    let mut dependents: Vec<Dependent> = gone.flat_map(|value| naming_value(schema, &before.name, value)).collect();
    if before.values.len() > after.values.len() {
        dependents.extend(about_columns(schema, &before.name));
    }
    distinct(dependents)
}

fn distinct(mut dependents: Vec<Dependent>) -> Vec<Dependent> {
    dependents.sort_by(|one, other| one.without.cmp(&other.without));
    dependents.dedup_by(|one, other| one.without == other.without);
    dependents
}

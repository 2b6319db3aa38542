//! Views, triggers, functions, sequences and extensions.

use super::Operation;
use super::dependents::{Dependent, bodies_about_table, with_body};
use super::lookup::path;
use super::replay::{Replay, Resolution};
use super::support::{functions, postgres, sequences};
use crate::diagnostic::Code;
use crate::engine::Engine;
use crate::schema::{Default, Function, ObjectName, OccupantKind, Origin, Sequence, Trigger, View};
use crate::sql::text::{calls, find_word, quote_backticks, selects_star};
use crate::sql::trigger::{executed, new_columns_before};
use crate::syntax::Span;
use crate::syntax::ast::{Ident, SequenceDef, SqlString, SqlText, StatementKind, TableRef};

fn last_parts<'n>(names: impl Iterator<Item = &'n ObjectName>) -> Vec<std::sync::Arc<str>> {
    names.map(|name| name.name.clone()).collect()
}

impl Replay<'_> {
    /// The SQL for the engine, identifiers in backticks quoted as it quotes.
    pub(super) fn sql<'s>(&mut self, sql: &'s SqlText, what: &str) -> Resolution<(String, &'s SqlString)> {
        if let Some(text) = sql.on(self.engine()) {
            return Ok((quote_backticks(&text.text, self.engine()).into_owned(), text));
        }
        let message = format!("{what} has no SQL for {}", self.engine());
        let help = [format!(
            "add `{} = \"…\"`, or put `#[on(…)]` with the engines it has before the statement",
            self.engine()
        )];
        self.error(Code::M502, sql.span(), message, help)
    }

    pub(super) fn create_view(&mut self, reference: &TableRef, body: &SqlText) -> Resolution {
        let name = reference.object();
        self.check_namespace(reference)?;
        self.claim(OccupantKind::View, &name, None, reference.span())?;
        let (text, written) = self.sql(body, &format!("the view `{name}`"))?;
        if selects_star(&text, self.engine()) {
            let message = format!("the view `{name}` selects `*`, so what it shows would change with its tables, or not, by engine");
            return self.error(Code::M216, written.span, message, ["name the columns".to_owned()]);
        }
        self.sql_names(&text, written.span)?;
        let origin = self.origin(reference.span());
        self.emit(Operation::CreateView(View { name, body: text, origin }), reference.span());
        Ok(())
    }

    pub(super) fn drop_view(&mut self, reference: &TableRef) -> Resolution {
        let name = reference.object();
        let Some(view) = self.schema.view(&name).cloned() else {
            if self.schema.table(&name).is_some() && !self.tainted(&[&name.name]) {
                let message = format!("`{name}` is a table, not a view");
                return self.error(Code::M203, reference.span(), message, [format!("write `drop_table {name};`")]);
            }
            let names = last_parts(self.schema.views().keys());
            return self.no_object("view", &name.to_string(), reference.span(), names.iter().map(|name| &**name), None);
        };
        let mut dependents = bodies_about_table(&self.schema, self.engine(), &name);
        dependents.retain(|dependent| dependent.without != format!("drop_view {name};"));
        self.refuse_for(Code::M208, reference.span(), &format!("the view `{name}`"), dependents, "")?;
        self.emit(Operation::DropView(View::clone(&view)), reference.span());
        self.goes(&name, "it is dropped here".into(), reference.span());
        Ok(())
    }

    pub(super) fn create_trigger(&mut self, reference: &TableRef, name: &Ident, body: &SqlText) -> Resolution {
        let table = self.table_or_view(reference)?;
        self.claim(OccupantKind::Trigger, &table.beside(&name.text), Some(&table), name.span)?;
        let (body, said) = self.sql(body, &format!("the trigger `{}`", name.text))?;
        self.has_its_values(&table, &body, said.span)?;
        self.has_its_function(&body, said.span)?;
        self.trigger_names(&body, &table, said.span)?;
        let trigger = Trigger {
            name: name.text.clone(),
            table,
            body,
            origin: self.origin(name.span),
        };
        self.emit(Operation::CreateTrigger(trigger), name.span);
        Ok(())
    }

    /// PostgreSQL computes the generated columns of a row after the triggers before it.
    fn has_its_values(&mut self, table: &ObjectName, body: &str, span: Span) -> Resolution {
        let generated = |name: &str| self.schema.table(table)?.column(name)?.generated.as_ref();
        let early = new_columns_before(body, self.engine());
        let Some(column) = early.into_iter().find(|name| generated(name).is_some()) else {
            return Ok(());
        };
        let message = format!("`NEW.{column}` is generated, and has no value yet where a trigger is asked `BEFORE` the row is written");
        let help = "write `AFTER`, or what the column is generated from".to_owned();
        self.error(Code::M502, span, message, [help])
    }

    /// A function that the block itself takes away, or makes further on; any other one that is not known may be the database's own.
    fn has_its_function(&mut self, body: &str, span: Span) -> Resolution {
        let name = executed(body).filter(|_| self.engine() == Engine::Pg);
        let there = |name: &ObjectName| self.schema.functions().values().any(|function| function.name == *name);
        let Some(name) = name.filter(|name| !there(name)) else {
            return Ok(());
        };
        let is_made = self.body.statements.iter().any(|statement| match &statement.kind {
            StatementKind::CreateFunction { name: made, .. } => made.object() == name,
            _ => false,
        });
        if !is_made && self.gone(&name.to_string()).is_none() {
            return Ok(());
        }
        let names: Vec<String> = self.schema.functions().values().map(|function| function.name.to_string()).collect();
        self.no_object("function", &name.to_string(), span, names.iter().map(String::as_str), None)
    }

    fn table_or_view(&mut self, reference: &TableRef) -> Resolution<ObjectName> {
        let name = reference.object();
        if self.schema.view(&name).is_some() {
            return Ok(name);
        }
        self.table(reference).map(|table| table.name.clone())
    }

    pub(super) fn drop_trigger(&mut self, reference: &TableRef, name: &Ident) -> Resolution {
        let table = self.table_or_view(reference)?;
        let Some(trigger) = self.schema.trigger(&table, &name.text).cloned() else {
            let elsewhere = self.schema.triggers().values().find(|trigger| trigger.name == name.text);
            let help = elsewhere.map(|trigger| {
                format!(
                    "`{}` has one: write `drop_trigger {} on {};`",
                    trigger.table, name.text, trigger.table
                )
            });
            let names: Vec<String> = self.schema.triggers_on(&table).map(|trigger| trigger.name.clone()).collect();
            let result = self.no_object(
                &format!("trigger on `{table}` called"),
                &name.text,
                name.span,
                names.iter().map(String::as_str),
                help,
            );
            names.iter().for_each(|name| self.schema.taint.add(name));
            return result;
        };
        self.emit(Operation::DropTrigger(Trigger::clone(&trigger)), name.span);
        self.goes(&name.text, "it is dropped here".into(), name.span);
        Ok(())
    }

    pub(super) fn create_function(&mut self, reference: &TableRef, arguments: &str, body: &SqlText, keyword: Span) -> Resolution {
        let name = reference.object();
        self.require(functions, "`create_function`", keyword)?;
        self.check_namespace(reference)?;
        if let Some(function) = self.schema.function(&name, arguments).cloned() {
            let message = format!("the function `{name}({arguments})` exists already");
            return self.error(Code::M204, reference.span(), message, [format!("it is from {}", function.origin)]);
        }
        let (body, _) = self.sql(body, &format!("the function `{name}`"))?;
        let function = Function {
            name,
            arguments: arguments.to_owned(),
            body,
            origin: self.origin(reference.span()),
        };
        self.emit(Operation::CreateFunction(function), reference.span());
        Ok(())
    }

    pub(super) fn drop_function(&mut self, reference: &TableRef, arguments: &str) -> Resolution {
        let name = reference.object();
        let Some(function) = self.schema.function(&name, arguments).cloned() else {
            let other = self.schema.functions().values().find(|function| function.name == name);
            let help = other.map(|function| {
                format!(
                    "there is `{name}({})`, from {}: write `drop_function {name}({});`",
                    function.arguments, function.origin, function.arguments
                )
            });
            let names = self.schema.functions().values().filter(|function| function.name != name);
            let names: Vec<String> = names.map(|function| function.name.name.to_string()).collect();
            let called = format!("{name}({arguments})");
            return self.no_object("function", &called, reference.span(), names.iter().map(String::as_str), help);
        };
        let word = name.name.to_string();
        let mut dependents = with_body(&self.schema, |sql, _| calls(sql, &word));
        dependents.retain(|dependent| dependent.without != format!("drop_function {name}({});", function.arguments));
        self.refuse_for(Code::M208, reference.span(), &format!("the function `{name}`"), dependents, "")?;
        self.emit(Operation::DropFunction(Function::clone(&function)), reference.span());
        self.goes(&name, "it is dropped here".into(), reference.span());
        Ok(())
    }

    pub(super) fn create_sequence(&mut self, reference: &TableRef, definition: &SequenceDef, keyword: Span) -> Resolution {
        let name = reference.object();
        self.require(sequences, "`create_sequence`", keyword)?;
        self.check_namespace(reference)?;
        self.claim(OccupantKind::Sequence, &name, None, reference.span())?;
        let mut options: Vec<_> = definition
            .options
            .iter()
            .map(|(key, value)| (key.text.clone(), value.clone()))
            .collect();
        options.sort_by(|a, b| a.0.cmp(&b.0));
        let origin = self.origin(reference.span());
        self.emit(Operation::CreateSequence(Sequence { name, options, origin }), reference.span());
        Ok(())
    }

    pub(super) fn drop_sequence(&mut self, reference: &TableRef) -> Resolution {
        let name = reference.object();
        let Some(sequence) = self.schema.sequence(&name).cloned() else {
            let names = last_parts(self.schema.sequences().keys());
            return self.no_object(
                "sequence",
                &name.to_string(),
                reference.span(),
                names.iter().map(|name| &**name),
                None,
            );
        };
        let mut dependents = Vec::new();
        for table in self.schema.tables().values() {
            for column in &table.columns {
                if let Some(Default::Sql(expression)) = &column.default
                    && has_word(expression.sql(), &name.name)
                {
                    let path = path(&table.name, &column.name);
                    dependents.push(Dependent {
                        what: format!("the default of `{path}`"),
                        without: format!("alter_column {path} {{ default = none }}"),
                        name: column.name.clone(),
                        origin: column.origin.clone(),
                    });
                }
            }
        }
        self.refuse_for(Code::M208, reference.span(), &format!("the sequence `{name}`"), dependents, "")?;
        self.emit(Operation::DropSequence(Sequence::clone(&sequence)), reference.span());
        self.goes(&name, "it is dropped here".into(), reference.span());
        Ok(())
    }

    pub(super) fn create_extension(&mut self, name: &Ident, keyword: Span) -> Resolution {
        self.require(postgres, "`create_extension`", keyword)?;
        let object = ObjectName::new(&name.text);
        if let Some(origin) = self.schema.extensions().get(&object).cloned() {
            let message = format!("the extension `{}` exists already", name.text);
            return self.error(Code::M204, name.span, message, [format!("it is from {origin}")]);
        }
        let origin: Origin = self.origin(name.span);
        let before = self.now();
        self.schema.put_extension(object.clone(), origin);
        self.emit_applied(Operation::CreateExtension(object), name.span, before);
        Ok(())
    }

    pub(super) fn drop_extension(&mut self, name: &Ident) -> Resolution {
        let object = ObjectName::new(&name.text);
        if !self.schema.extensions().contains_key(&object) {
            let names = last_parts(self.schema.extensions().keys());
            return self.no_object("extension", &name.text, name.span, names.iter().map(|name| &**name), None);
        }
        self.emit(Operation::DropExtension(object), name.span);
        self.goes(&name.text, "it is dropped here".into(), name.span);
        Ok(())
    }
}

fn has_word(sql: &str, word: &str) -> bool {
    find_word(sql, word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_called_by_its_whole_name_alone() {
        assert!(calls("FOR EACH ROW EXECUTE FUNCTION touch()", "touch"));
        assert!(calls("SELECT \"touch\" (1)", "touch"));
        assert!(!calls("SELECT touched(1), touch FROM t", "touch"));
    }

    #[test]
    fn a_sequence_is_named_inside_a_string_too() {
        assert!(has_word("nextval('order_numbers')", "order_numbers"));
        assert!(!has_word("nextval('old_order_numbers')", "order_numbers"));
    }
}

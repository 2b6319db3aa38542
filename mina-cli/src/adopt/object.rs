//! What stands beside tables: views, triggers, functions, enums, sequences, namespaces, extensions, comments.

use super::lexed::Lexed;
use super::reader::{Reader, Reading, beyond, words};
use super::words::{ident, plain, spoken, sql, table_ref};
use mina_core::engine::Engine;
use mina_core::operation::Operation;
use mina_core::schema::{ObjectName, Trigger, Value};
use mina_core::sql::text::selects_star;
use mina_core::syntax::ast::{EnumChange, EnumPlace, SequenceDef, Statement, StatementKind};
use sqlparser::ast::{
    self, AlterTypeAddValuePosition, AlterTypeOperation, CommentObject, ObjectType, SchemaName, UserDefinedTypeRepresentation,
};
use sqlparser::tokenizer::Token;

type Read = Reading<Option<Vec<Statement>>>;

impl Reader<'_> {
    /// What is read word by word, since its body is the engine's own; none for everything else.
    pub fn by_words(&mut self, sql: &str) -> Option<Read> {
        let first = words(sql, 8);
        let first: Vec<&str> = first.iter().map(String::as_str).collect();
        match first.as_slice() {
            ["select", "diesel_manage_updated_at", ..] if self.engine() == Engine::Pg => Some(self.managed(sql)),
            ["create", rest @ ..] => {
                let (or_replace, rest) = match rest {
                    ["or", "replace", rest @ ..] => (true, rest),
                    rest => (false, rest),
                };
                match rest {
                    ["trigger", ..] => Some(self.create_trigger(sql, or_replace)),
                    ["function", ..] if self.engine() == Engine::Pg => Some(self.create_function(sql, or_replace)),
                    ["view", ..] => Some(self.create_view(sql, or_replace)),
                    ["sequence", ..] => Some(self.create_sequence(sql)),
                    _ => None,
                }
            }
            ["drop", "trigger", ..] => Some(self.drop_trigger(sql)),
            ["drop", "function", ..] if self.engine() == Engine::Pg => Some(self.drop_function(sql)),
            _ => None,
        }
    }

    fn lexed<'s>(&self, sql: &'s str) -> Reading<Lexed<'s>> {
        Lexed::new(sql, self.engine()).map_or_else(|| beyond("it cannot be cut into words"), Ok)
    }

    /// An object's name at a place, and the place after it.
    fn name_at(&self, lexed: &Lexed<'_>, at: usize) -> Reading<(ObjectName, usize)> {
        let Some(first) = lexed.name(at, self.engine()) else {
            return beyond("an object without a name");
        };
        let qualified = lexed
            .is_mark(at + 1, &Token::Period)
            .then(|| lexed.name(at + 2, self.engine()))
            .flatten();
        let parts = match &qualified {
            Some(second) => vec![first, second.clone()],
            None => vec![first],
        };
        let quoted = parts.into_iter().map(|part| ast::Ident::with_quote('"', part)).collect::<Vec<_>>();
        let name = self.table_name(&ast::ObjectName::from(quoted))?;
        Ok((name, at + if qualified.is_some() { 3 } else { 1 }))
    }

    /// Diesel's `SELECT diesel_manage_updated_at('posts')` makes a trigger.
    fn managed(&mut self, sql: &str) -> Read {
        let table = sql.split('\'').nth(1).unwrap_or_default();
        let (schema, name) = table.split_once('.').map_or((None, table), |(schema, name)| (Some(schema), name));
        let name = ObjectName {
            schema: schema.filter(|schema| *schema != "public").map(Into::into),
            name: name.trim_matches('"').into(),
        };
        self.table(&name)?;
        Ok(Some(vec![plain(StatementKind::CreateTrigger {
            table: table_ref(&name),
            name: ident("set_updated_at"),
            body: super::words::sql("BEFORE UPDATE FOR EACH ROW EXECUTE FUNCTION diesel_set_updated_at()"),
        })]))
    }

    fn create_view(&mut self, sql: &str, or_replace: bool) -> Read {
        let lexed = self.lexed(sql)?;
        let Some(mut at) = lexed.find(0, "view").map(|at| at + 1) else {
            return beyond("a view without a name");
        };
        let if_not_exists = lexed.is(at, "if");
        if if_not_exists {
            at += 3;
        }
        let (name, after) = self.name_at(&lexed, at)?;
        if !lexed.is(after, "as") {
            return beyond("a view that names its columns, or has options");
        }
        let body = lexed.from(after + 1);
        if self.engine() == Engine::Sqlite && selects_star(body, Engine::Sqlite) {
            self.lost.push("a view of all columns".to_owned());
            return Ok(Some(Vec::new()));
        }
        let there = self.schema.view(&name);
        if there.is_some() && if_not_exists {
            return Ok(None);
        }
        let mut all = Vec::new();
        if there.is_some() && or_replace {
            all.push(plain(StatementKind::DropView { name: table_ref(&name) }));
        }
        all.push(plain(StatementKind::CreateView {
            name: table_ref(&name),
            body: super::words::sql(body),
        }));
        Ok(Some(all))
    }

    fn create_trigger(&mut self, text: &str, or_replace: bool) -> Read {
        let lexed = self.lexed(text)?;
        let Some(mut at) = lexed.find(0, "trigger").map(|at| at + 1) else {
            return beyond("a trigger without a name");
        };
        let if_not_exists = lexed.is(at, "if");
        if if_not_exists {
            at += 3;
        }
        let (trigger, after) = self.name_at(&lexed, at)?;
        let begin = lexed.find(after, "begin").unwrap_or(lexed.len());
        let Some(on) = lexed.find(after, "on").filter(|on| *on < begin) else {
            return beyond("a trigger on no table");
        };
        let (table, rest) = self.name_at(&lexed, on + 1)?;
        let event = text[lexed.start(after)..lexed.start(on)].trim();
        let mut action = lexed.from(rest).to_owned();
        if self.engine() == Engine::Pg
            && let Some(procedure) = lexed.find(rest, "procedure").filter(|at| *at > 0 && lexed.is(at - 1, "execute"))
        {
            let begins = lexed.start(rest);
            let (from, to) = (lexed.start(procedure) - begins, lexed.end(procedure) - begins);
            action.replace_range(from..to, "FUNCTION");
        }
        let there = self.schema.trigger(&table, &trigger.name);
        if there.is_some() && if_not_exists {
            return Ok(None);
        }
        let mut all = Vec::new();
        if there.is_some() && or_replace {
            all.push(plain(StatementKind::DropTrigger {
                table: table_ref(&table),
                name: ident(&*trigger.name),
            }));
        }
        all.push(plain(StatementKind::CreateTrigger {
            table: table_ref(&table),
            name: ident(&*trigger.name),
            body: sql(format!("{event} {action}")),
        }));
        Ok(Some(all))
    }

    fn drop_trigger(&mut self, text: &str) -> Read {
        let lexed = self.lexed(text)?;
        let if_exists = lexed.is(2, "if");
        let (trigger, after) = self.name_at(&lexed, if if_exists { 4 } else { 2 })?;
        let named = match lexed.is(after, "on") {
            true => Some(self.name_at(&lexed, after + 1)?.0),
            false => None,
        };
        let mut triggers = self.schema.triggers().values();
        let found = triggers.find(|found| {
            let same = match self.engine() {
                Engine::Pg => *found.name == *trigger.name,
                _ => found.name.eq_ignore_ascii_case(&trigger.name),
            };
            same && named.as_ref().is_none_or(|table| *table == found.table)
        });
        match found {
            Some(found) => Ok(Some(vec![plain(StatementKind::DropTrigger {
                table: table_ref(&found.table),
                name: ident(&found.name),
            })])),
            None if if_exists => Ok(None),
            None => beyond(format!("no migration before it creates a trigger `{}`", trigger.name)),
        }
    }

    fn create_function(&mut self, text: &str, or_replace: bool) -> Read {
        let lexed = self.lexed(text)?;
        let Some(at) = lexed.find(0, "function").map(|at| at + 1) else {
            return beyond("a function without a name");
        };
        let (name, open) = self.name_at(&lexed, at)?;
        let Some(close) = lexed.closing(open).filter(|_| lexed.is_mark(open, &Token::LParen)) else {
            return beyond("a function without arguments");
        };
        let arguments = text[lexed.end(open)..lexed.start(close)].trim();
        let body = lexed.from(close + 1);
        let create = plain(StatementKind::CreateFunction {
            name: table_ref(&name),
            arguments: arguments.to_owned(),
            body: sql(body),
        });
        let Some(there) = self.schema.function(&name, arguments).filter(|_| or_replace) else {
            return Ok(Some(vec![create]));
        };
        // What calls it stands on it, and is made again after it.
        let calls = |trigger: &&std::sync::Arc<Trigger>| trigger.body.contains(&format!("{}(", name.name));
        let callers: Vec<Trigger> = self
            .schema
            .triggers()
            .values()
            .filter(calls)
            .map(|trigger| Trigger::clone(trigger))
            .collect();
        let dropped = callers.iter().cloned().map(Operation::DropTrigger);
        let mut before: Vec<Operation> = dropped.collect();
        before.push(Operation::DropFunction((**there).clone()));
        let mut all = spoken(&before);
        all.push(create);
        all.extend(spoken(&callers.into_iter().map(Operation::CreateTrigger).collect::<Vec<_>>()));
        Ok(Some(all))
    }

    fn drop_function(&mut self, text: &str) -> Read {
        let lexed = self.lexed(text)?;
        let if_exists = lexed.is(2, "if");
        let (name, open) = self.name_at(&lexed, if if_exists { 4 } else { 2 })?;
        let said = match lexed.is_mark(open, &Token::LParen) {
            true => lexed.closing(open).map(|close| text[lexed.end(open)..lexed.start(close)].trim()),
            false => None,
        };
        let mut functions = self.schema.functions().values().filter(|function| function.name == name);
        let exact = said.and_then(|said| self.schema.function(&name, said));
        match exact.or_else(|| functions.next()) {
            Some(found) => Ok(Some(vec![plain(StatementKind::DropFunction {
                name: table_ref(&name),
                arguments: found.arguments.clone(),
            })])),
            None if if_exists => Ok(None),
            None => beyond(format!("no migration before it creates a function `{name}`")),
        }
    }

    fn create_sequence(&mut self, text: &str) -> Read {
        let lexed = self.lexed(text)?;
        let if_not_exists = lexed.is(2, "if");
        let (name, mut at) = self.name_at(&lexed, if if_not_exists { 5 } else { 2 })?;
        if if_not_exists && self.schema.sequence(&name).is_some() {
            return Ok(None);
        }
        let mut options = Vec::new();
        while at < lexed.len() {
            let key = [
                ("start", "with"),
                ("increment", "by"),
                ("minvalue", ""),
                ("maxvalue", ""),
                ("cache", ""),
            ]
            .into_iter()
            .find(|(key, _)| lexed.is(at, key));
            if let Some((key, filler)) = key {
                at += if !filler.is_empty() && lexed.is(at + 1, filler) { 2 } else { 1 };
                let last = if lexed.is_mark(at, &Token::Minus) { at + 1 } else { at };
                let digits = text[lexed.start(at)..lexed.end(last)].replace(' ', "");
                let key = match key {
                    "minvalue" => "min",
                    "maxvalue" => "max",
                    key => key,
                };
                options.push((ident(key), Value::Integer(digits)));
                at = last + 1;
            } else if lexed.is(at, "cycle") {
                options.push((ident("cycle"), Value::Bool(true)));
                at += 1;
            } else if lexed.is(at, "no") || (lexed.is(at, "as") && lexed.is(at + 1, "bigint")) {
                at += 2;
            } else if lexed.is(at, "owned") && lexed.is(at + 2, "none") {
                at += 3;
            } else {
                self.lose(lexed.from(at));
                break;
            }
        }
        Ok(Some(vec![plain(StatementKind::CreateSequence {
            name: table_ref(&name),
            options: SequenceDef { options },
        })]))
    }

    /// Everything that the parser has read and that is no table.
    pub fn object(&mut self, statement: &ast::Statement) -> Read {
        use ast::Statement as S;
        Ok(Some(match statement {
            S::CreateType {
                name,
                representation: Some(UserDefinedTypeRepresentation::Enum { labels }),
            } => vec![plain(StatementKind::CreateEnum {
                name: table_ref(&self.object_name(name)?),
                values: labels.iter().map(|label| ident(&label.value)).collect(),
            })],
            S::AlterType(change) => return self.alter_type(change),
            S::CreateSchema {
                schema_name: SchemaName::Simple(name),
                if_not_exists,
                ..
            } => {
                let name = self.object_name(name)?;
                let is_there = self.schema.namespaces().contains_key(&name) || (&*name.name == "public" && self.engine() == Engine::Pg);
                if *if_not_exists && is_there {
                    return Ok(None);
                }
                vec![plain(StatementKind::CreateSchema { name: ident(&*name.name) })]
            }
            S::CreateExtension(made) => {
                let name = self.name(&made.name);
                if name == "plpgsql" || (made.if_not_exists && self.schema.extensions().contains_key(&ObjectName::new(&name))) {
                    return Ok(None);
                }
                if made.schema.as_ref().is_some_and(|schema| self.name(schema) != "public") {
                    self.lost.push("the schema of an extension".to_owned());
                }
                if made.version.is_some() {
                    self.lost.push("the version of an extension".to_owned());
                }
                vec![plain(StatementKind::CreateExtension { name: ident(name) })]
            }
            S::DropExtension(gone) => {
                let names = gone.names.iter().map(|name| self.name(name));
                let there = names.filter(|name| !gone.if_exists || self.schema.extensions().contains_key(&ObjectName::new(name)));
                there
                    .map(|name| plain(StatementKind::DropExtension { name: ident(name) }))
                    .collect()
            }
            S::Comment {
                object_type,
                object_name,
                comment,
                ..
            } => {
                let comment = comment.clone().filter(|text| !text.is_empty());
                match object_type {
                    CommentObject::Table => vec![plain(StatementKind::CommentOn {
                        table: table_ref(&self.table_name(object_name)?),
                        column: None,
                        comment,
                    })],
                    CommentObject::Column => {
                        let mut parts = object_name.0.clone();
                        let column = parts.pop().and_then(|part| part.as_ident().cloned());
                        let (Some(column), false) = (column, parts.is_empty()) else {
                            return beyond(format!("`{object_name}` is no column"));
                        };
                        let table = self.table_name(&ast::ObjectName(parts))?;
                        let column = ident(self.column_name(self.table(&table)?, &column));
                        vec![plain(StatementKind::CommentOn {
                            table: table_ref(&table),
                            column: Some(column),
                            comment,
                        })]
                    }
                    other => {
                        self.lost.push(format!("the comment on a {}", other.to_string().to_lowercase()));
                        Vec::new()
                    }
                }
            }
            other => {
                let text = other.to_string();
                let first: Vec<&str> = text.split_whitespace().take(3).collect();
                return beyond(format!("`{}`", first.join(" ")));
            }
        }))
    }

    fn alter_type(&mut self, change: &ast::AlterType) -> Read {
        let name = self.object_name(&change.name)?;
        let Some(there) = self.schema.enumeration(&name) else {
            return beyond(format!("no migration before it creates an enum `{name}`"));
        };
        let change = match &change.operation {
            AlterTypeOperation::AddValue(added) => {
                if added.if_not_exists && there.values.contains(&added.value.value) {
                    return Ok(None);
                }
                EnumChange::Add {
                    value: ident(&added.value.value),
                    place: added.position.as_ref().map(|position| match position {
                        AlterTypeAddValuePosition::Before(other) => (EnumPlace::Before, ident(&other.value)),
                        AlterTypeAddValuePosition::After(other) => (EnumPlace::After, ident(&other.value)),
                    }),
                }
            }
            AlterTypeOperation::RenameValue(renamed) => EnumChange::Rename {
                value: ident(&renamed.from.value),
                to: ident(&renamed.to.value),
            },
            AlterTypeOperation::Rename(_) => return beyond("another name for a type"),
        };
        Ok(Some(vec![plain(StatementKind::AlterEnum {
            name: table_ref(&name),
            change,
        })]))
    }

    pub fn alter_index(&mut self, name: &ast::ObjectName, operation: &ast::AlterIndexOperation) -> Reading<Vec<Statement>> {
        let ast::AlterIndexOperation::RenameIndex { index_name } = operation;
        let from = self.object_name(name)?.name.to_string();
        let to = ident(&*self.object_name(index_name)?.name);
        let Some(table) = self.index_owner(&from) else {
            return beyond(format!("no migration before it creates an index `{from}`"));
        };
        let is_constraint = table.constraint(&from).is_some();
        let (table, from) = (table_ref(&table.name), ident(from));
        Ok(vec![plain(match is_constraint {
            true => StatementKind::RenameConstraint { table, from, to },
            false => StatementKind::RenameIndex { table, from, to },
        })])
    }

    pub fn drop(&mut self, statement: &ast::Statement) -> Read {
        let ast::Statement::Drop {
            object_type,
            if_exists,
            names,
            cascade,
            table,
            ..
        } = statement
        else {
            return beyond("no DROP");
        };
        let mut all = Vec::new();
        for name in names {
            let object = self.table_name(name)?;
            let is_there = match object_type {
                ObjectType::Table => self.schema.table(&object).is_some(),
                ObjectType::View => self.schema.view(&object).is_some(),
                ObjectType::Index => self.index_owner(&object.name).is_some(),
                ObjectType::Type => self.schema.enumeration(&object).is_some(),
                ObjectType::Sequence => self.schema.sequence(&object).is_some(),
                ObjectType::Schema => self.schema.namespaces().contains_key(&object),
                other => return beyond(format!("DROP {other}")),
            };
            if !is_there && *if_exists {
                continue;
            }
            if !is_there && *object_type == ObjectType::View && names.len() == 1 {
                self.lost.push(format!("the view `{object}`, which no history knows of"));
                return Ok(Some(Vec::new()));
            }
            if !is_there {
                return beyond(format!(
                    "no migration before it creates a {} `{object}`",
                    object_type.to_string().to_lowercase()
                ));
            }
            let reference = table_ref(&object);
            match object_type {
                ObjectType::Table => {
                    if *cascade {
                        all.extend(self.keys_to(&object, names)?);
                    }
                    for trigger in self.schema.triggers_on(&object) {
                        all.push(plain(StatementKind::DropTrigger {
                            table: table_ref(&object),
                            name: ident(&trigger.name),
                        }));
                    }
                    all.push(plain(StatementKind::DropTable { table: reference }));
                }
                ObjectType::View => all.push(plain(StatementKind::DropView { name: reference })),
                ObjectType::Type => all.push(plain(StatementKind::DropEnum { name: reference })),
                ObjectType::Sequence => all.push(plain(StatementKind::DropSequence { name: reference })),
                ObjectType::Schema => all.push(plain(StatementKind::DropSchema { name: reference.name })),
                _ => {
                    let owner = match table {
                        Some(table) => self.table(&self.table_name(table)?)?,
                        None => match self.index_owner(&object.name) {
                            Some(owner) => owner,
                            None => continue,
                        },
                    };
                    all.extend(self.drop_index(owner, &object.name)?);
                }
            }
        }
        Ok(if all.is_empty() { None } else { Some(all) })
    }

    fn drop_index(&self, owner: &mina_core::schema::Table, name: &str) -> Reading<Vec<Statement>> {
        self.drop_named(owner, name, false)
    }

    /// What DROP … CASCADE takes along: the foreign keys of tables that stay.
    fn keys_to(&self, table: &ObjectName, going: &[ast::ObjectName]) -> Reading<Vec<Statement>> {
        let going: Vec<ObjectName> = going.iter().map(|name| self.table_name(name)).collect::<Reading<_>>()?;
        let keys = self.schema.referring(table).filter(|(other, _)| !going.contains(&other.name));
        Ok(keys
            .map(|(other, key)| {
                plain(StatementKind::DropConstraint {
                    table: table_ref(&other.name),
                    name: ident(&key.name.text),
                })
            })
            .collect())
    }
}

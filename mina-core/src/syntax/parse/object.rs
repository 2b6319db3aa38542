use super::cursor::{Parser, Result};
use super::options::enumerate;
use super::statement::Batch;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{EnumChange, EnumPlace, Ident, SequenceDef, SqlText, StatementKind, TableRef};
use crate::syntax::print;
use crate::syntax::token::{Bracket, Span};

const SEQUENCE_OPTIONS: &[&str] = &["start", "increment", "min", "max", "cache", "cycle"];

impl Parser<'_> {
    /// Statements on what is no table, column, constraint or index.
    pub(super) fn object(&mut self, keyword: &str, batch: Batch<'_>) -> Result<StatementKind> {
        match keyword {
            "create_schema" => self.alone(|p| Ok(StatementKind::CreateSchema { name: p.name("a schema")? })),
            "drop_schema" => self.alone(|p| Ok(StatementKind::DropSchema { name: p.name("a schema")? })),
            "create_extension" => self.alone(|p| {
                Ok(StatementKind::CreateExtension {
                    name: p.name("an extension")?,
                })
            }),
            "drop_extension" => self.alone(|p| {
                Ok(StatementKind::DropExtension {
                    name: p.name("an extension")?,
                })
            }),
            "drop_enum" => self.alone(|p| {
                Ok(StatementKind::DropEnum {
                    name: p.table_ref("an enum")?,
                })
            }),
            "drop_sequence" => self.alone(|p| {
                Ok(StatementKind::DropSequence {
                    name: p.table_ref("a sequence")?,
                })
            }),
            "drop_view" => self.alone(|p| {
                Ok(StatementKind::DropView {
                    name: p.table_ref("a view")?,
                })
            }),
            "create_enum" => self.alone(Self::create_enum),
            "alter_enum" => self.alter_enum(),
            "create_sequence" => self.create_sequence(),
            "create_view" => self.create_view(),
            "create_trigger" => self.create_trigger(),
            "drop_trigger" => self.alone(|p| {
                let name = p.name("a trigger")?;
                let table = p.on_table(None, &format!("`{}`", name.text))?;
                Ok(StatementKind::DropTrigger { table, name })
            }),
            "create_function" => self.create_function(),
            "drop_function" => self.alone(|p| {
                let name = p.table_ref("a function")?;
                let arguments = if p.is_open(Bracket::Round) { p.arguments()? } else { String::new() };
                Ok(StatementKind::DropFunction { name, arguments })
            }),
            _ => self.alone(|p| p.comment_on(batch)),
        }
    }

    /// A statement that ends in `;`.
    pub(super) fn alone(&mut self, f: impl FnOnce(&mut Self) -> Result<StatementKind>) -> Result<StatementKind> {
        let kind = f(self)?;
        self.finish()?;
        Ok(kind)
    }

    pub(super) fn create_enum(&mut self) -> Result<StatementKind> {
        let name = self.table_ref("an enum")?;
        let open = self.span_here();
        let values = self.group(Bracket::Round, "`(` and values", |p| {
            p.list(|p| {
                let was = p.value_was()?;
                let value = p.string_ident("a value as a string")?;
                if let (Some(all), Some(old)) = (&mut p.was, was) {
                    all.push((value.clone(), old));
                }
                Ok(value)
            })
        })?;
        if values.is_empty() {
            return Err(Diagnostic::error(Code::M000, open, "an enum has at least one value"));
        }
        for (index, value) in values.iter().enumerate() {
            if let Some(first) = values[..index].iter().find(|first| first.text == value.text) {
                let message = format!("the value `{}` is given twice", value.text);
                let twice = Diagnostic::error(Code::M003, value.span, message).label(first.span, "first given here");
                self.spoil(twice);
            }
        }
        Ok(StatementKind::CreateEnum { name, values })
    }

    fn alter_enum(&mut self) -> Result<StatementKind> {
        let name = self.table_ref("an enum")?;
        let braces = self.span_here();
        let mut given: Vec<(Ident, Ident)> = Vec::new();
        self.options("alter_enum", &["add", "before", "after", "rename", "to", "remove"], |p, key| {
            given.push((key.clone(), p.string_ident("a value as a string")?));
            Ok(())
        })?;
        let change = self.enum_change(braces, &given)?;
        self.eat(';');
        Ok(StatementKind::AlterEnum { name, change })
    }

    fn enum_change(&self, braces: Span, given: &[(Ident, Ident)]) -> Result<EnumChange> {
        let mut taken: Vec<&str> = Vec::new();
        let mut take = |word: &'static str| {
            let value = given.iter().find(|(key, _)| key.text == word).map(|(_, value)| value.clone());
            if value.is_some() {
                taken.push(word);
            }
            value
        };
        let change = if let Some(value) = take("add") {
            let place = match take("before") {
                Some(before) => Some((EnumPlace::Before, before)),
                None => take("after").map(|after| (EnumPlace::After, after)),
            };
            Some(EnumChange::Add { value, place })
        } else if let Some(value) = take("rename") {
            take("to").map(|to| EnumChange::Rename { value, to })
        } else {
            take("remove").map(|value| EnumChange::Remove { value })
        };
        let forms = "the forms are `{ add = \"c\", after = \"b\" }`, `{ rename = \"a\", to = \"b\" }` and `{ remove = \"a\" }`";
        let Some(change) = change.filter(|_| !self.spoilt) else {
            let keys: Vec<&str> = given.iter().map(|(key, _)| key.text.as_str()).collect();
            let message = match keys.as_slice() {
                [] => "`alter_enum` says no change".to_owned(),
                keys => format!("`alter_enum` with {} says no change", enumerate(keys)),
            };
            return Err(Diagnostic::error(Code::M000, braces, message).help(forms));
        };
        if let Some((key, _)) = given.iter().find(|(key, _)| !taken.contains(&key.text.as_str())) {
            let message = format!("`{}` does not go with `{}`", key.text, taken.join("` and `"));
            return Err(Diagnostic::error(Code::M000, key.span, message).help(forms));
        }
        Ok(change)
    }

    pub(super) fn create_sequence(&mut self) -> Result<StatementKind> {
        let name = self.table_ref("a sequence")?;
        let mut options = Vec::new();
        let braces = self.options_if_any(self.keyword, SEQUENCE_OPTIONS, |p, key| {
            options.push((key.clone(), p.value()?));
            Ok(())
        })?;
        self.finish_after(braces)?;
        Ok(StatementKind::CreateSequence {
            name,
            options: SequenceDef { options },
        })
    }

    /// `NAME as "…"`
    pub(super) fn view(&mut self) -> Result<(TableRef, SqlText)> {
        let name = self.table_ref("a view")?;
        self.expect_word("as")?;
        let body = self.sql_text("the query as a string")?;
        Ok((name, body))
    }

    fn create_view(&mut self) -> Result<StatementKind> {
        let (name, body) = self.view()?;
        self.finish_after(self.ended_in_braces())?;
        Ok(StatementKind::CreateView { name, body })
    }

    pub(super) fn create_trigger(&mut self) -> Result<StatementKind> {
        let name = self.name("a trigger")?;
        let table = self.on_table(None, &format!("`{}`", name.text))?;
        let body = self.sql_text("the trigger's timing, event and action as a string")?;
        self.finish_after(self.ended_in_braces())?;
        Ok(StatementKind::CreateTrigger { table, name, body })
    }

    pub(super) fn create_function(&mut self) -> Result<StatementKind> {
        let name = self.table_ref("a function")?;
        let arguments = self.arguments()?;
        let body = self.sql_text("what follows the arguments as a string")?;
        self.finish_after(self.ended_in_braces())?;
        Ok(StatementKind::CreateFunction { name, arguments, body })
    }

    fn arguments(&mut self) -> Result<String> {
        self.group(Bracket::Round, "`(` and arguments", |p| {
            let text = print::tokens_as_text(p.tokens, Span::new(p.at, p.end));
            p.at = p.end;
            Ok(text)
        })
    }

    fn comment_on(&mut self, batch: Batch<'_>) -> Result<StatementKind> {
        let (table, column) = match batch {
            Some(table) => (table.clone(), self.commented_column()?),
            None => self.commented()?,
        };
        let comment = if self.eat('=') {
            if self.is_string_nth(0) {
                let place = Span::new(self.at - 1, self.at);
                return Err(Diagnostic::error(Code::M000, place, "expected a comment, found `=`").help("leave the `=` out"));
            }
            self.expect_word("none")?;
            None
        } else {
            Some(self.text("a comment as a string, or `= none`")?)
        };
        Ok(StatementKind::CommentOn { table, column, comment })
    }

    /// The column in a batch; without one the comment is the table's.
    fn commented_column(&mut self) -> Result<Option<Ident>> {
        let table_itself = self.is_mark('=') || (self.is_string_nth(0) && !self.is_string_nth(1) && !self.is_mark_nth(1, '='));
        if table_itself { Ok(None) } else { self.name("a column").map(Some) }
    }

    /// `t`, `t.c`, `s.t.c`, or `table s.t`.
    fn commented(&mut self) -> Result<(TableRef, Option<Ident>)> {
        let table_word = self.is_word("table") && (self.word_nth(1).is_some() || (self.is_string_nth(1) && self.is_mark_nth(2, '.')));
        if table_word {
            self.at += 1;
            return Ok((self.table_ref("a table")?, None));
        }
        let mut names = self.path("a table or a column")?;
        let column = if names.len() > 1 { names.pop() } else { None };
        Ok((super::cursor::table_of(names, "table")?, column))
    }
}

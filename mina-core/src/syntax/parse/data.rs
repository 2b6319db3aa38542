use super::cursor::{Parser, Result};
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::Value;
use crate::syntax::ast::{Body, BulkInsert, EngineRef, Ident, Pace, Row, RunBody, SqlString, SqlText, StatementKind, TableRef, Undo};
use crate::syntax::print;
use crate::syntax::token::{Bracket, Span, Token};

impl Parser<'_> {
    /// `"…"`, or `{ Pg = "…", Sqlite = "…" }`.
    pub(super) fn sql_text(&mut self, what: &str) -> Result<SqlText> {
        if !self.is_open(Bracket::Curly) {
            return self.sql_string(what).map(SqlText::Same);
        }
        let start = self.at;
        let each = self.group(Bracket::Curly, what, |p| {
            p.list(|p| {
                let engine = p.engine()?;
                p.expect('=')?;
                Ok((engine, p.sql_string("SQL as a string")?))
            })
        })?;
        if each.is_empty() {
            let diagnostic = Diagnostic::error(Code::M000, Span::new(start, start + 1), format!("expected {what}"));
            return Err(diagnostic.help("SQL for each engine is written `{ Pg = \"…\", Sqlite = \"…\" }`"));
        }
        let mut once: Vec<(EngineRef, SqlString)> = Vec::new();
        for (engine, sql) in each {
            let Some(engine) = engine else { continue };
            if let Some((first, _)) = once.iter().find(|(first, _)| first.engine == engine.engine) {
                let message = format!("`{}` is given twice", engine.engine);
                let twice = Diagnostic::error(Code::M003, engine.span, message).label(first.span, "first given here");
                self.spoil(twice);
                continue;
            }
            once.push((engine, sql));
        }
        Ok(SqlText::PerEngine(once, self.span_since(start)))
    }

    pub(super) fn ended_in_braces(&self) -> bool {
        matches!(self.tokens.tokens.get(self.at.wrapping_sub(1)), Some(Token::Close(Bracket::Curly)))
    }

    fn undo(&mut self, key: &Ident) -> Result<Undo> {
        let assigned = matches!(self.tokens.tokens.get(self.at.wrapping_sub(1)), Some(Token::Punct('=', _)));
        if !assigned {
            return self.body(key.span).map(Undo::Body);
        }
        if self.eat_word("none") {
            return Ok(Undo::Nothing);
        }
        self.sql_text("`none` or SQL as a string").map(Undo::Sql)
    }

    fn effect_or_undo(&mut self, key: &Ident, effect: &mut Option<Body>, undo: &mut Undo) -> Result<()> {
        if key.text == "undo" {
            *undo = self.undo(key)?;
        } else {
            *effect = Some(self.body(key.span)?);
        }
        Ok(())
    }

    pub(super) fn execute(&mut self) -> Result<StatementKind> {
        if matches!(self.peek(), Some(Token::Open(Bracket::Round, _))) {
            return Err(self
                .unexpected("SQL as a string")
                .help("write `execute \"…\";` without parentheses"));
        }
        let sql = self.sql_text("SQL as a string")?;
        let (mut effect, mut undo) = (None, Undo::Missing);
        let ended = self.ended_in_braces();
        let braces = self.options_if_any("execute", &["effect", "undo"], |p, key| {
            p.effect_or_undo(key, &mut effect, &mut undo)
        })?;
        self.finish_after(braces || ended)?;
        Ok(StatementKind::Execute { sql, effect, undo })
    }

    pub(super) fn update(&mut self) -> Result<StatementKind> {
        let table = self.table_ref("a table")?;
        let braces = self.span_here();
        let (mut set, mut filter, mut undo) = (None, None, Undo::Missing);
        self.options("update", &["set", "where", "undo"], |p, key| {
            match key.text.as_str() {
                "undo" => undo = p.undo(key)?,
                _ => p.set_or_where(key, &mut set, &mut filter)?,
            }
            Ok(())
        })?;
        self.eat(';');
        let set = self.required_set(set, "update", braces)?;
        Ok(StatementKind::Update { table, set, filter, undo })
    }

    fn set_or_where(&mut self, key: &Ident, set: &mut Option<SqlString>, filter: &mut Option<SqlString>) -> Result<()> {
        match key.text.as_str() {
            "set" => *set = Some(self.sql_string("assignments as a string")?),
            _ => *filter = Some(self.sql_string("a condition as a string")?),
        }
        Ok(())
    }

    fn required_set(&self, set: Option<SqlString>, keyword: &str, braces: Span) -> Result<SqlString> {
        let missing =
            || Diagnostic::error(Code::M000, braces, format!("`{keyword}` has no `set`")).help("such as `set = \"status = 'active'\"`");
        set.ok_or_else(missing)
    }

    pub(super) fn delete(&mut self) -> Result<StatementKind> {
        let table = self.table_ref("a table")?;
        let (mut filter, mut undo) = (None, Undo::Missing);
        let braces = self.options_if_any("delete", &["where", "undo"], |p, key| {
            match key.text.as_str() {
                "undo" => undo = p.undo(key)?,
                _ => filter = Some(p.sql_string("a condition as a string")?),
            }
            Ok(())
        })?;
        self.finish_after(braces)?;
        Ok(StatementKind::Delete { table, filter, undo })
    }

    pub(super) fn backfill(&mut self) -> Result<StatementKind> {
        let table = self.table_ref("a table")?;
        let braces = self.span_here();
        let (mut set, mut filter, mut pace, mut undo) = (None, None, Pace::default(), Undo::Missing);
        let keys = ["set", "where", "batch", "batch_time", "wait_while", "undo"];
        self.options("backfill", &keys, |p, key| {
            match key.text.as_str() {
                "batch" => pace.batch = Some(p.rows_a_batch()?),
                "batch_time" => pace.time = Some(p.time_a_batch()?),
                "wait_while" => pace.wait_while = Some(p.sql_string("a query as a string")?),
                "undo" => undo = p.undo(key)?,
                _ => p.set_or_where(key, &mut set, &mut filter)?,
            }
            Ok(())
        })?;
        self.eat(';');
        Ok(StatementKind::Backfill {
            table,
            set: self.required_set(set, "backfill", braces)?,
            filter,
            pace,
            undo,
        })
    }

    fn time_a_batch(&mut self) -> Result<u64> {
        let SqlString { text, span } = self.sql_string("a time as a string, such as `\"500ms\"`")?;
        match crate::config::milliseconds(&text) {
            Some(time) if time > 0 => Ok(time),
            _ => Err(
                Diagnostic::error(Code::M000, span, format!("`{text}` is no time that a batch may take"))
                    .help("write it as `\"500ms\"`, `\"2s\"` or `\"1m\"`"),
            ),
        }
    }

    fn rows_a_batch(&mut self) -> Result<u32> {
        let span = self.span_here();
        let found = self.peek().map(|token| self.describe(token)).unwrap_or_default();
        match self.value()? {
            Value::Integer(digits) if digits.parse::<u32>().is_ok_and(|rows| rows > 0) => Ok(digits.parse().unwrap_or(u32::MAX)),
            _ => Err(Diagnostic::error(
                Code::M000,
                span,
                format!("expected a number of rows, found {found}"),
            )),
        }
    }

    pub(super) fn run(&mut self) -> Result<StatementKind> {
        self.expect('|')?;
        let Some(word) = self.word() else {
            return Err(self.unexpected("a name for the connection"));
        };
        let argument = Ident {
            text: word.to_owned(),
            span: self.span_here(),
        };
        self.at += 1;
        self.expect('|')?;
        let start = self.at;
        let text = self.group(Bracket::Curly, "`{` and Rust", |p| {
            let text = print::tokens_as_text(p.tokens, Span::new(p.at, p.end));
            p.at = p.end;
            Ok(text)
        })?;
        let body = RunBody {
            text,
            span: self.span_since(start),
        };
        let (mut effect, mut undo) = (None, Undo::Missing);
        self.options_if_any("run", &["effect", "undo"], |p, key| p.effect_or_undo(key, &mut effect, &mut undo))?;
        self.eat(';');
        Ok(StatementKind::Run {
            argument,
            body,
            effect,
            undo,
        })
    }

    pub(super) fn bulk_insert(&mut self) -> Result<StatementKind> {
        let table = self.table_ref("a table")?;
        let columns = if self.is_open(Bracket::Round) {
            Some(self.names_in_parentheses("column")?)
        } else {
            None
        };
        let named = columns.is_none();
        let rows = self.group(Bracket::Square, "`[` and rows", |p| {
            p.list(|p| if named { p.named_row() } else { p.positional_row() })
        })?;
        self.finish()?;
        Ok(StatementKind::BulkInsert(BulkInsert { table, columns, rows }))
    }

    fn named_row(&mut self) -> Result<Row> {
        let start = self.at;
        if !self.is_open(Bracket::Curly) {
            let diagnostic = self.unexpected("`{` and a row such as `{ id: 1 }`");
            return Err(
                diagnostic.help("a row without names needs the columns before the rows: `bulk_insert TABLE (COLUMNS) [(1, \"a\")];`")
            );
        }
        let pairs = self.group(Bracket::Curly, "`{` and a row", |p| {
            p.list(|p| {
                let name = p.name("a column")?;
                p.expect(':')?;
                Ok((name, p.located_value()?))
            })
        })?;
        let (names, values): (Vec<Ident>, Vec<(Value, Span)>) = pairs.into_iter().unzip();
        for (index, name) in names.iter().enumerate() {
            if let Some(first) = names[..index].iter().find(|first| first.text == name.text) {
                let message = format!("the column `{}` is given twice", name.text);
                let twice = Diagnostic::error(Code::M003, name.span, message).label(first.span, "first given here");
                self.spoil(twice);
            }
        }
        Ok(Row {
            names,
            values,
            span: self.span_since(start),
        })
    }

    /// `(1, "a")`, or `1` for a row of one value.
    fn positional_row(&mut self) -> Result<Row> {
        let start = self.at;
        let values = if self.is_open(Bracket::Round) {
            self.group(Bracket::Round, "`(`", |p| p.list(Self::located_value))?
        } else if self.is_open(Bracket::Curly) {
            let diagnostic = self.unexpected("`(` and values");
            return Err(diagnostic.help("the columns are named before the rows: leave either the names or the columns out"));
        } else {
            vec![self.located_value()?]
        };
        Ok(Row {
            names: Vec::new(),
            values,
            span: self.span_since(start),
        })
    }

    pub(super) fn bulk_delete(&mut self) -> Result<StatementKind> {
        let table: TableRef = self.table_ref("a table")?;
        self.expect_word("by")?;
        let by = self.names_in_parentheses("column")?;
        let keys = self.group(Bracket::Square, "`[` and values", |p| p.list(Self::positional_row))?;
        self.finish()?;
        Ok(StatementKind::BulkDelete { table, by, keys })
    }
}

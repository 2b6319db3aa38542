//! Reads a stored CREATE TABLE statement.

use super::definition::{Clause, ClauseKind, Column, Constraints, Definition, Item};
use mina_core::sql::sqlite::lexer::{Kind, Token, tokens};
use mina_core::sql::sqlite::model::{Generated, Rule};

/// Where a definition could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unread(pub(super) String);

/// Reads a definition.
pub(super) fn parse(sql: &str) -> Result<Definition, Unread> {
    let all = tokens(sql);
    let open = all
        .iter()
        .position(|token| token.is_mark("("))
        .ok_or_else(|| Unread(sql.to_owned()))?;
    if all[..open].iter().any(|token| token.is("VIRTUAL")) {
        return Err(Unread(sql.to_owned()));
    }
    let mut items = Vec::new();
    let mut depth = 0usize;
    let mut start = open + 1;
    let mut from = all[open].range.end;
    for (at, token) in all.iter().enumerate().skip(open) {
        if token.is_mark("(") {
            depth += 1;
        } else if token.is_mark(")") {
            depth -= 1;
        }
        let ends = depth == 0 || (depth == 1 && token.is_mark(","));
        if !ends {
            continue;
        }
        let text = &sql[from..token.range.start];
        let text = if depth == 0 && !text.contains("--") {
            text.trim_end()
        } else {
            text
        };
        items.push(Reader::new(sql, &all[start..at]).item(text)?);
        start = at + 1;
        from = token.range.end;
        if depth == 0 {
            return Ok(Definition {
                items,
                options: sql[from..].to_owned(),
            });
        }
    }
    Err(Unread(sql.to_owned()))
}

struct Reader<'a> {
    sql: &'a str,
    tokens: &'a [Token<'a>],
    at: usize,
}

impl<'a> Reader<'a> {
    fn new(sql: &'a str, tokens: &'a [Token<'a>]) -> Self {
        Self { sql, tokens, at: 0 }
    }

    fn item(mut self, text: &str) -> Result<Item, Unread> {
        let constraint = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];
        if constraint.iter().any(|word| self.is(word)) {
            let mut clauses = Vec::new();
            while !self.is_done() {
                clauses.extend(self.clause(None)?);
            }
            return Ok(Item::Constraints(Constraints {
                text: Some(text.to_owned()),
                clauses,
            }));
        }
        let token = self.next().ok_or_else(|| Unread(text.to_owned()))?;
        let name = token.name().ok_or_else(|| Unread(text.to_owned()))?;
        let quoted = token.text.to_owned();
        let ty = self.ty();
        let mut clauses = Vec::new();
        while !self.is_done() {
            clauses.extend(self.clause(Some(&name))?);
        }
        Ok(Item::Column(Column {
            text: Some(text.to_owned()),
            name,
            quoted,
            ty,
            clauses,
        }))
    }

    fn ty(&mut self) -> String {
        let start = self.at;
        while self
            .peek()
            .is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Quoted | Kind::String))
            && !self.starts_clause()
        {
            self.at += 1;
        }
        if self.at > start && self.is_mark("(") {
            self.group();
        }
        self.text(start)
    }

    fn starts_clause(&self) -> bool {
        let words = [
            "CONSTRAINT",
            "PRIMARY",
            "NOT",
            "NULL",
            "UNIQUE",
            "CHECK",
            "DEFAULT",
            "COLLATE",
            "REFERENCES",
            "AS",
        ];
        let generated = self.is("GENERATED") && self.tokens.get(self.at + 1).is_some_and(|token| token.is("ALWAYS"));
        generated || words.iter().any(|word| self.is(word))
    }

    /// One clause; none for a `CONSTRAINT name` that names nothing.
    fn clause(&mut self, column: Option<&str>) -> Result<Option<Clause>, Unread> {
        let start = self.at;
        let name = match self.take("CONSTRAINT") {
            true => Some(self.name()?),
            false => None,
        };
        if self.is_done() || (name.is_some() && self.is("CONSTRAINT")) {
            return Ok(None);
        }
        let own = || column.map(|name| vec![name.to_owned()]);
        let kind = if self.take("PRIMARY") {
            self.expect("KEY")?;
            let (columns, inside) = match own() {
                Some(columns) => (columns, false),
                None => self.key()?,
            };
            let _ = self.take("ASC") || self.take("DESC");
            self.conflict()?;
            let autoincrement = self.take("AUTOINCREMENT") || inside;
            ClauseKind::Constraint(Rule::PrimaryKey { columns, autoincrement })
        } else if self.take("UNIQUE") {
            let columns = match own() {
                Some(columns) => columns,
                None => self.key()?.0,
            };
            self.conflict()?;
            ClauseKind::Constraint(Rule::Unique { columns })
        } else if self.take("CHECK") {
            let expression = self.inside()?;
            self.conflict()?;
            ClauseKind::Constraint(Rule::Check { expression })
        } else if self.take("FOREIGN") {
            self.expect("KEY")?;
            let columns = self.key()?.0;
            self.expect("REFERENCES")?;
            self.references(columns)?
        } else if let Some(columns) = own() {
            self.column_clause(columns)?
        } else {
            return Err(self.unread());
        };
        Ok(Some(Clause {
            text: self.text(start),
            name,
            kind,
        }))
    }

    fn column_clause(&mut self, column: Vec<String>) -> Result<ClauseKind, Unread> {
        if self.take("NOT") {
            self.expect("NULL")?;
            self.conflict()?;
            return Ok(ClauseKind::NotNull);
        }
        if self.take("NULL") {
            self.conflict()?;
            return Ok(ClauseKind::Null);
        }
        if self.take("DEFAULT") {
            let start = self.at;
            if self.is_mark("(") {
                self.group();
            } else {
                let _ = self.take_mark("+") || self.take_mark("-");
                self.next().ok_or_else(|| self.unread())?;
            }
            return Ok(ClauseKind::Default(self.text(start)));
        }
        if self.take("COLLATE") {
            return Ok(ClauseKind::Collate(self.name()?));
        }
        if self.take("REFERENCES") {
            return self.references(column);
        }
        if self.take("GENERATED") {
            self.expect("ALWAYS")?;
        }
        self.expect("AS")?;
        let expression = self.inside()?;
        let stored = self.take("STORED");
        let _ = self.take("VIRTUAL");
        Ok(ClauseKind::Generated(Generated { expression, stored }))
    }

    fn references(&mut self, columns: Vec<String>) -> Result<ClauseKind, Unread> {
        let table = self.name()?;
        let referred = if self.is_mark("(") { self.key()?.0 } else { Vec::new() };
        let mut actions = String::new();
        loop {
            let start = self.at;
            if self.take("ON") {
                self.next().ok_or_else(|| self.unread())?;
                let _ = self.take("SET") || self.take("NO");
                self.next().ok_or_else(|| self.unread())?;
            } else if self.take("MATCH") {
                self.name()?;
            } else if self.is("DEFERRABLE") || (self.is("NOT") && self.tokens.get(self.at + 1).is_some_and(|token| token.is("DEFERRABLE")))
            {
                let _ = self.take("NOT");
                self.expect("DEFERRABLE")?;
                if self.take("INITIALLY") {
                    self.next().ok_or_else(|| self.unread())?;
                }
            } else {
                break;
            }
            for token in &self.tokens[start..self.at] {
                actions.push(' ');
                actions += &token.text.to_ascii_uppercase();
            }
        }
        Ok(ClauseKind::Constraint(Rule::ForeignKey {
            columns,
            table,
            referred,
            actions,
        }))
    }

    /// The names of `(a COLLATE x DESC, b)`, and whether AUTOINCREMENT stands inside.
    fn key(&mut self) -> Result<(Vec<String>, bool), Unread> {
        if !self.take_mark("(") {
            return Err(self.unread());
        }
        let mut columns = vec![self.name()?];
        let mut autoincrement = false;
        while let Some(token) = self.next() {
            if token.is_mark(")") {
                return Ok((columns, autoincrement));
            }
            if token.is_mark(",") {
                columns.push(self.name()?);
            }
            autoincrement |= token.is("AUTOINCREMENT");
        }
        Err(self.unread())
    }

    fn conflict(&mut self) -> Result<(), Unread> {
        if self.take("ON") {
            self.expect("CONFLICT")?;
            self.name()?;
        }
        Ok(())
    }

    /// What stands inside the parentheses that come next.
    fn inside(&mut self) -> Result<String, Unread> {
        if !self.is_mark("(") {
            return Err(self.unread());
        }
        let open = self.tokens[self.at].range.end;
        self.group();
        let close = self.tokens[self.at - 1].range.start.max(open);
        Ok(self.sql[open..close].trim().to_owned())
    }

    fn group(&mut self) {
        let mut depth = 0usize;
        while let Some(token) = self.next() {
            if token.is_mark("(") {
                depth += 1;
            } else if token.is_mark(")") {
                depth = depth.saturating_sub(1);
            }
            if depth == 0 {
                break;
            }
        }
    }

    fn text(&self, start: usize) -> String {
        match self.tokens.get(start..self.at) {
            Some([first, .., last]) => self.sql[first.range.start..last.range.end].to_owned(),
            Some([only]) => only.text.to_owned(),
            _ => String::new(),
        }
    }

    fn name(&mut self) -> Result<String, Unread> {
        let name = self.peek().and_then(Token::name).ok_or_else(|| self.unread())?;
        self.at += 1;
        Ok(name)
    }

    fn peek(&self) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<&'a Token<'a>> {
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        Some(token)
    }

    fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    fn is(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| token.is(word))
    }

    fn is_mark(&self, mark: &str) -> bool {
        self.peek().is_some_and(|token| token.is_mark(mark))
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.is(word);
        self.at += usize::from(found);
        found
    }

    fn take_mark(&mut self, mark: &str) -> bool {
        let found = self.is_mark(mark);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, word: &str) -> Result<(), Unread> {
        match self.take(word) {
            true => Ok(()),
            false => Err(self.unread()),
        }
    }

    fn unread(&self) -> Unread {
        let from = self.peek().map_or(self.sql.len(), |token| token.range.start);
        Unread(self.sql[from..].chars().take(40).collect())
    }
}

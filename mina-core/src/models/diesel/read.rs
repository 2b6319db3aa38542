//! A `schema.rs`, as `diesel print-schema` writes it and people edit it.

use super::custom::custom_types;
use super::types::{named, range_of};
use crate::diagnostic::{Code, Diagnostic};
use crate::models::{macros, opens};
use crate::schema::Type;
use crate::syntax::Span;
use crate::syntax::ast::{
    ColumnDef, ConstraintDef, ConstraintKind, Ident, KeyOptions, ModelBlock, Statement, StatementKind, TableDef, TableItem, TableRef,
    TypeRef,
};
use crate::syntax::parse::string_value;
use crate::syntax::token::{Bracket, Token, Tokens};
use std::collections::BTreeMap;
use std::ops::Range;

/// What the tables of a file are as models.
#[derive(Default)]
pub struct Read {
    pub models: ModelBlock,
    pub diagnostics: Vec<Diagnostic>,
}

type Result<T> = std::result::Result<T, Diagnostic>;

pub fn read(tokens: &Tokens, range: Range<usize>) -> Read {
    let types = custom_types(tokens, range.clone());
    let mut read = Read::default();
    let mut tables: Vec<(Declared, Span)> = Vec::new();
    for inside in macros(tokens, range.clone(), "table") {
        let mut cursor = Cursor {
            tokens,
            at: inside.start as usize,
            end: inside.end as usize,
            types: &types,
        };
        match cursor.table() {
            Ok(table) => tables.push((table, inside)),
            Err(diagnostic) => read.diagnostics.push(diagnostic),
        }
    }
    let by_word: BTreeMap<String, usize> = tables
        .iter()
        .enumerate()
        .map(|(index, (table, _))| (table.word.clone(), index))
        .collect();
    for inside in macros(tokens, range, "joinable") {
        let Some((child, key)) = joinable(tokens, inside, &by_word, &tables) else {
            continue;
        };
        tables[child].0.definition.items.push(TableItem::Constraint(key));
    }
    read.models.statements = tables
        .into_iter()
        .map(|(table, span)| Statement {
            on: Vec::new(),
            allow: Vec::new(),
            kind: StatementKind::CreateTable(table.definition),
            span,
            keyword: span,
        })
        .collect();
    read
}

/// One `table!`.
struct Declared {
    /// What Rust calls it.
    word: String,
    definition: TableDef,
    /// The columns, by what Rust calls them.
    columns: BTreeMap<String, Ident>,
    key: Vec<Ident>,
}

/// `child -> parent (column)`: the child's index, and its key.
fn joinable(
    tokens: &Tokens,
    inside: Span,
    by_word: &BTreeMap<String, usize>,
    tables: &[(Declared, Span)],
) -> Option<(usize, ConstraintDef)> {
    let (start, end) = (inside.start as usize, inside.end as usize);
    let arrow = (start..end).find(|index| matches!(tokens.tokens[*index], Token::Punct('-', true)))?;
    let open = (arrow..end).find(|index| opens(tokens, *index, Bracket::Round).is_some())?;
    let word = |index: usize| tokens.tokens.get(index).and_then(Token::word);
    let (child, parent) = (
        *by_word.get(word(arrow.checked_sub(1)?)?)?,
        *by_word.get(word(open.checked_sub(1)?)?)?,
    );
    let column = tables[child].0.columns.get(word(open + 1)?)?.clone();
    let parent = &tables[parent].0;
    let [referred] = &parent.key[..] else { return None };
    let key = ConstraintDef {
        name: None,
        kind: ConstraintKind::ForeignKey {
            columns: vec![column],
            table: parent.definition.table.clone(),
            referred: vec![referred.clone()],
            options: KeyOptions::default(),
        },
        online: false,
        span: inside,
    };
    Some((child, key))
}

struct Cursor<'t> {
    tokens: &'t Tokens,
    at: usize,
    end: usize,
    types: &'t BTreeMap<String, String>,
}

/// What stands before a table or a column.
#[derive(Default)]
struct Attributes {
    sql_name: Option<Ident>,
    max_length: Option<u32>,
}

impl Cursor<'_> {
    fn peek(&self, n: usize) -> Option<&Token> {
        let index = self.at + n;
        if index < self.end { self.tokens.tokens.get(index) } else { None }
    }

    fn is(&self, n: usize, mark: char) -> bool {
        matches!(self.peek(n), Some(Token::Punct(found, _)) if *found == mark)
    }

    fn unexpected<T>(&self, expected: &str) -> Result<T> {
        let place = if self.at < self.end { self.at } else { self.end.saturating_sub(1) };
        let message = format!("expected {expected} in `table!`");
        Err(Diagnostic::error(Code::M000, Span::new(place, place + 1), message))
    }

    fn word(&mut self, what: &str) -> Result<Ident> {
        let Some(Token::Ident(word)) = self.peek(0) else {
            return self.unexpected(what);
        };
        let ident = Ident {
            text: word.clone(),
            span: Span::new(self.at, self.at + 1),
        };
        self.at += 1;
        Ok(ident)
    }

    fn mark(&mut self, mark: char) -> Result<()> {
        if self.is(0, mark) {
            self.at += 1;
            return Ok(());
        }
        self.unexpected(&format!("`{mark}`"))
    }

    fn attributes(&mut self) -> Attributes {
        let mut attributes = Attributes::default();
        while self.is(0, '#') {
            let Some(close) = opens(self.tokens, self.at + 1, Bracket::Square) else {
                break;
            };
            if let (Some(name), Some(Token::Literal(value))) = (self.peek(2).and_then(Token::word), self.peek(4)) {
                match name {
                    "sql_name" => {
                        attributes.sql_name = string_value(value).map(|text| Ident {
                            text,
                            span: Span::new(self.at + 4, self.at + 5),
                        });
                    }
                    "max_length" => attributes.max_length = value.replace('_', "").parse().ok().filter(|length| *length > 0),
                    _ => {}
                }
            }
            self.at = close + 1;
        }
        attributes
    }

    fn table(&mut self) -> Result<Declared> {
        let mut before = self.attributes();
        while self.peek(0).and_then(Token::word) == Some("use") {
            while !self.is(0, ';') && self.at < self.end {
                self.at += 1;
            }
            self.mark(';')?;
            let more = self.attributes();
            before.sql_name = more.sql_name.or(before.sql_name);
        }
        let mut name = self.word("the name of a table")?;
        let mut schema = None;
        if self.is(0, '.') {
            self.at += 1;
            schema = Some(std::mem::replace(&mut name, self.word("the name of a table")?));
        }
        let word = name.text.clone();
        let key = self.key()?;
        let Some(close) = opens(self.tokens, self.at, Bracket::Curly) else {
            return self.unexpected("`{` and columns");
        };
        let outer = std::mem::replace(&mut self.end, close);
        self.at += 1;
        let mut columns = BTreeMap::new();
        let mut items = Vec::new();
        while self.at < self.end {
            let (word, column) = self.column()?;
            columns.insert(word, column.name.clone());
            items.push(TableItem::Column(column));
        }
        (self.at, self.end) = (close + 1, outer);
        let key: Vec<Ident> = key
            .into_iter()
            .map(|word| {
                let text = columns
                    .get(&word.text)
                    .map_or_else(|| word.text.clone(), |column| column.text.clone());
                Ident { text, span: word.span }
            })
            .collect();
        let span = key.first().map_or(name.span, |first| first.span);
        items.push(TableItem::Constraint(ConstraintDef {
            name: None,
            kind: ConstraintKind::PrimaryKey {
                columns: key.clone(),
                generated: None,
            },
            online: false,
            span,
        }));
        let name = before.sql_name.unwrap_or(name);
        Ok(Declared {
            word,
            definition: TableDef {
                table: TableRef {
                    schema,
                    name,
                    implied: false,
                },
                doc: None,
                items,
                options: Vec::new(),
            },
            columns,
            key,
        })
    }

    /// `(id, other)`, or `id` where it is left out.
    fn key(&mut self) -> Result<Vec<Ident>> {
        let Some(close) = opens(self.tokens, self.at, Bracket::Round) else {
            return Ok(vec![Ident {
                text: "id".into(),
                span: Span::new(self.at.saturating_sub(1), self.at),
            }]);
        };
        let outer = std::mem::replace(&mut self.end, close);
        self.at += 1;
        let mut key = Vec::new();
        while self.at < self.end {
            key.push(self.word("a column of the key")?);
            if self.at < self.end {
                self.mark(',')?;
            }
        }
        (self.at, self.end) = (close + 1, outer);
        Ok(key)
    }

    fn column(&mut self) -> Result<(String, ColumnDef)> {
        let start = self.at;
        let attributes = self.attributes();
        let word = self.word("a column")?;
        self.mark('-')?;
        self.mark('>')?;
        let from = self.at;
        let (ty, nullable) = self.ty()?;
        let ty = match (&ty, attributes.max_length) {
            (Type::Text, Some(length)) => Type::Varchar(Some(length)),
            _ => ty,
        };
        let (span, ty_span) = (Span::new(start, self.at), Span::new(from, self.at));
        if self.at < self.end {
            self.mark(',')?;
        }
        let column = ColumnDef {
            name: attributes.sql_name.unwrap_or_else(|| word.clone()),
            ty: TypeRef {
                ty,
                nullable,
                span: ty_span,
            },
            default: None,
            doc: None,
            primary_key: None,
            unique: None,
            references: None,
            check: None,
            index: None,
            collate: None,
            generated: None,
            span,
        };
        Ok((word.text, column))
    }

    /// A type, and whether it is in `Nullable<…>`.
    fn ty(&mut self) -> Result<(Type, bool)> {
        while self.is(0, ':') {
            self.at += 1;
        }
        let mut name = self.word("a type")?;
        while self.is(0, ':') {
            self.at += 2;
            name = self.word("a type")?;
        }
        let mut inner = None;
        if self.is(0, '<') {
            self.at += 1;
            inner = Some(self.ty()?);
            self.mark('>')?;
        }
        let ty = match (name.text.as_str(), inner) {
            ("Nullable", Some((ty, _))) => return Ok((ty, true)),
            ("Array", Some((ty, _))) => Type::Array(Box::new(ty)),
            ("Unsigned", Some((ty, _))) => Type::Unsigned(Box::new(ty)),
            (word @ ("Range" | "Multirange"), Some((ty, _))) => match range_of(&ty) {
                Some(of) => Type::Custom(format!("{of}{}", word.to_lowercase())),
                None => Type::Custom(word.to_lowercase()),
            },
            (word, _) => match (self.types.get(word), named(word)) {
                // Whoever names a type as one of Diesel's means its own.
                (Some(sql), _) if !sql.is_empty() => Type::Custom(sql.clone()),
                (None, Some(ty)) => ty,
                (Some(_) | None, _) => Type::Custom(snake(word)),
            },
        };
        Ok((ty, false))
    }
}

/// `TaskState` to `task_state`: the way back of what `print-schema` does to the names of a database's types.
fn snake(word: &str) -> String {
    let mut text = String::new();
    for c in word.chars() {
        if c.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.extend(c.to_lowercase());
    }
    text
}

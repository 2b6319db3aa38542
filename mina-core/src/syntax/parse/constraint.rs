use super::cursor::{Parser, Result};
use super::statement::Batch;
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::Deferral;
use crate::syntax::ast::{
    ConstraintDef, ConstraintKind, Ident, IndexDef, IndexElementDef, IndexKeyDef, KeyOptions, SqlString, StatementKind, TableItem,
};
use crate::syntax::print;
use crate::syntax::token::{Bracket, Span, Token};

const KEY_OPTIONS: &[&str] = &["on_delete", "on_update", "deferrable", "validate"];
const INDEX_OPTIONS: &[&str] = &["unique", "nulls_not_distinct", "where", "using", "include", "concurrently"];

impl Parser<'_> {
    /// `unique uq (a, b)`, `index ix (a)` and the like in a table.
    pub(super) fn table_form(&mut self, form: &str) -> Result<TableItem> {
        let start = self.at;
        self.at += 1;
        let name = self.name_before(form)?;
        if form == "index" {
            let elements = self.index_elements()?;
            return Ok(TableItem::Index(self.index(form, name, elements, start)?.0));
        }
        let (kind, _) = self.constraint_kind(form, form, None)?;
        Ok(TableItem::Constraint(ConstraintDef {
            name,
            kind,
            online: false,
            span: self.span_since(start),
        }))
    }

    /// The name before what a constraint is on, if one is given.
    fn name_before(&mut self, form: &str) -> Result<Option<Ident>> {
        let unnamed = match form {
            "check" => self.is_string_nth(0) && !self.is_string_nth(1),
            "exclusion" => self.is_word("using"),
            _ => self.is_open(Bracket::Round),
        };
        if unnamed { Ok(None) } else { self.name("a name").map(Some) }
    }

    /// The name before `on TABLE`, or before what follows in a batch.
    fn name_and_table(&mut self, form: &str, batch: Batch<'_>) -> Result<(Option<Ident>, crate::syntax::ast::TableRef)> {
        let name = match batch {
            None if self.is_word("on") => None,
            None => Some(self.name("a name")?),
            Some(_) => self.name_before(form)?,
        };
        let table = self.on_table(batch, &format!("the {}", form.replace('_', " ")))?;
        Ok((name, table))
    }

    pub(super) fn create_constraint(&mut self, keyword: &str, batch: Batch<'_>) -> Result<StatementKind> {
        let start = self.at - 1;
        let form = keyword.strip_prefix("create_").unwrap_or(keyword);
        let mut online = false;
        let result = self.name_and_table(form, batch).and_then(|(name, table)| {
            let (kind, braces) = self.constraint_kind(form, keyword, Some(&mut online))?;
            self.finish_after(braces)?;
            Ok((name, table, kind))
        });
        let (name, table, kind) = result.map_err(|diagnostic| match self.key_as_written(start, batch) {
            Some(help) if form == "foreign_key" && diagnostic.help.is_empty() => diagnostic.help(help),
            _ => diagnostic,
        })?;
        let span = self.span_since(start);
        Ok(StatementKind::CreateConstraint {
            table,
            constraint: ConstraintDef { name, kind, online, span },
        })
    }

    /// `online` is where a statement says that it is made while the table is in use; a table's own constraints do not.
    fn constraint_kind(&mut self, form: &str, owner: &str, online: Option<&mut bool>) -> Result<(ConstraintKind, bool)> {
        let mut is_online = false;
        let mut keys: Vec<&str> = match form {
            "primary_key" => vec!["generated"],
            "foreign_key" => KEY_OPTIONS.to_vec(),
            "unique" => vec!["nulls_not_distinct", "deferrable"],
            "check" => vec!["validate"],
            _ => return self.exclusion(owner),
        };
        keys.extend(online.is_some().then_some("online"));
        let found = match form {
            "primary_key" => {
                let columns = self.names_in_parentheses("column")?;
                let mut generated = None;
                let braces = self.options_if_any(owner, &keys, |p, key| {
                    match key.text.as_str() {
                        "online" => is_online = p.boolean()?,
                        _ => generated = Some(p.boolean()?),
                    }
                    Ok(())
                })?;
                (ConstraintKind::PrimaryKey { columns, generated }, braces)
            }
            "foreign_key" => self.foreign_key(owner, &keys, &mut is_online)?,
            "unique" => {
                let columns = self.names_in_parentheses("column")?;
                let (mut nulls_not_distinct, mut deferral) = (false, Deferral::No);
                let braces = self.options_if_any(owner, &keys, |p, key| {
                    match key.text.as_str() {
                        "online" => is_online = p.boolean()?,
                        "deferrable" => deferral = p.deferral()?,
                        _ => nulls_not_distinct = p.boolean()?,
                    }
                    Ok(())
                })?;
                let kind = ConstraintKind::Unique {
                    columns,
                    nulls_not_distinct,
                    deferral,
                };
                (kind, braces)
            }
            _ => {
                let expression = self.sql_string("the condition as a string")?;
                let mut not_valid = false;
                let braces = self.options_if_any(owner, &keys, |p, key| {
                    match key.text.as_str() {
                        "online" => is_online = p.boolean()?,
                        _ => not_valid = !p.boolean()?,
                    }
                    Ok(())
                })?;
                (ConstraintKind::Check { expression, not_valid }, braces)
            }
        };
        if let Some(online) = online {
            *online = is_online;
        }
        Ok(found)
    }

    fn foreign_key(&mut self, owner: &str, keys: &[&str], online: &mut bool) -> Result<(ConstraintKind, bool)> {
        let columns = self.names_in_parentheses("column")?;
        self.expect_word("references")?;
        let table = self.table_ref("a table")?;
        if !self.is_open(Bracket::Round)
            && let Some(referred) = &table.schema
        {
            let help = format!(
                "write `references {} ({})`",
                print::name(&referred.text),
                print::name(&table.name.text)
            );
            return Err(self.unexpected("`(` and the columns referred to").help(help));
        }
        let referred = self.names_in_parentheses("column")?;
        let mut options = KeyOptions::default();
        let braces = self.options_if_any(owner, keys, |p, key| match key.text.as_str() {
            "online" => p.boolean().map(|is_online| *online = is_online),
            _ => p.key_option(key, &mut options),
        })?;
        let kind = ConstraintKind::ForeignKey {
            columns,
            table,
            referred,
            options,
        };
        Ok((kind, braces))
    }

    fn exclusion(&mut self, owner: &str) -> Result<(ConstraintKind, bool)> {
        self.expect_word("using")?;
        let method = self.name("an index method such as `gist`")?;
        let elements = self.group(Bracket::Round, "`(` and columns", |p| {
            p.list(|p| {
                let key = p.index_key()?;
                p.expect_word("with")?;
                Ok((key, p.text("an operator as a string")?))
            })
        })?;
        let (mut filter, mut deferral) = (None, Deferral::No);
        let braces = self.options_if_any(owner, &["where", "deferrable"], |p, key| {
            match key.text.as_str() {
                "where" => filter = Some(p.sql_string("a condition as a string")?),
                _ => deferral = p.deferral()?,
            }
            Ok(())
        })?;
        let kind = ConstraintKind::Exclusion {
            method,
            elements,
            filter,
            deferral,
        };
        Ok((kind, braces))
    }

    /// A foreign key written as Alembic takes its arguments, in this language.
    fn key_as_written(&self, start: usize, batch: Batch<'_>) -> Option<String> {
        let (mut words, mut lists) = (Vec::new(), Vec::new());
        let mut index = start + 1;
        while let Some(token) = self.tokens.tokens.get(index).filter(|_| index < self.end) {
            match token {
                Token::Punct(';', _) => break,
                Token::Open(Bracket::Square, close) => {
                    lists.push(self.words(Span::new(index, *close as usize)).join(", "));
                    index = *close as usize;
                }
                Token::Ident(_) | Token::Literal(_) => words.extend(self.words(Span::new(index, index + 1))),
                _ => {}
            }
            index += 1;
        }
        let [columns, referred] = lists.as_slice() else { return None };
        let written = match (words.as_slice(), batch) {
            ([name, table], Some(_)) => format!("create_foreign_key {name} ({columns}) references {table} ({referred});"),
            ([name, source, table], None) => format!("create_foreign_key {name} on {source} ({columns}) references {table} ({referred});"),
            _ => return None,
        };
        Some(format!("write `{written}`"))
    }

    pub(super) fn drop_constraint(&mut self, batch: Batch<'_>) -> Result<StatementKind> {
        let name = self.name("a constraint")?;
        let table = self.on_table(batch, &format!("`{}`", name.text))?;
        self.finish()?;
        Ok(StatementKind::DropConstraint { table, name })
    }

    pub(super) fn rename_constraint(&mut self, batch: Batch<'_>) -> Result<StatementKind> {
        let (from, to) = self.renamed("a constraint")?;
        let table = self.on_table(batch, &format!("`{}`", from.text))?;
        self.finish()?;
        Ok(StatementKind::RenameConstraint { table, from, to })
    }

    pub(super) fn rename_index(&mut self, batch: Batch<'_>) -> Result<StatementKind> {
        let (from, to) = self.renamed("an index")?;
        let table = self.on_table(batch, &format!("`{}`", from.text))?;
        self.finish()?;
        Ok(StatementKind::RenameIndex { table, from, to })
    }

    fn renamed(&mut self, what: &str) -> Result<(Ident, Ident)> {
        let from = self.name(what)?;
        self.expect_arrow()?;
        Ok((from, self.name("the new name")?))
    }

    pub(super) fn rename_table(&mut self) -> Result<StatementKind> {
        let table = self.table_ref("a table")?;
        self.expect_arrow()?;
        let to = self.name("the new name")?;
        if self.is_mark('.') {
            let message = "a renamed table stays in its schema";
            return Err(Diagnostic::error(Code::M000, self.span_here(), message).help("write the new name without its schema"));
        }
        self.finish()?;
        Ok(StatementKind::RenameTable { table, to })
    }

    pub(super) fn create_index(&mut self, batch: Batch<'_>) -> Result<StatementKind> {
        let start = self.at;
        let (name, table) = self.name_and_table("index", batch)?;
        let elements = self.index_elements()?;
        let (index, braces) = self.index("create_index", name, elements, start)?;
        self.finish_after(braces)?;
        Ok(StatementKind::CreateIndex { table, index })
    }

    pub(super) fn drop_index(&mut self, batch: Batch<'_>) -> Result<StatementKind> {
        let name = self.name("an index")?;
        let table = self.on_table(batch, &format!("`{}`", name.text))?;
        let mut concurrently = false;
        let braces = self.options_if_any("drop_index", &["concurrently"], |p, _| {
            concurrently = p.boolean()?;
            Ok(())
        })?;
        self.finish_after(braces)?;
        Ok(StatementKind::DropIndex { table, name, concurrently })
    }

    fn index(&mut self, owner: &str, name: Option<Ident>, elements: Vec<IndexElementDef>, start: usize) -> Result<(IndexDef, bool)> {
        let mut index = IndexDef {
            name,
            elements,
            unique: false,
            nulls_not_distinct: false,
            filter: None,
            method: None,
            include: Vec::new(),
            concurrently: false,
            span: Span::default(),
        };
        let braces = self.options_if_any(owner, INDEX_OPTIONS, |p, key| {
            match key.text.as_str() {
                "unique" => index.unique = p.boolean()?,
                "nulls_not_distinct" => index.nulls_not_distinct = p.boolean()?,
                "where" => index.filter = Some(p.sql_string("a condition as a string")?),
                "using" => index.method = Some(p.name("an index method such as `gin`")?),
                "include" => index.include = p.names_in_parentheses("column")?,
                _ => index.concurrently = p.boolean()?,
            }
            Ok(())
        })?;
        index.span = self.span_since(start);
        Ok((index, braces))
    }

    fn index_elements(&mut self) -> Result<Vec<IndexElementDef>> {
        let open = self.span_here();
        let elements = self.group(Bracket::Round, "`(` and columns", |p| p.list(Self::index_element))?;
        if elements.is_empty() {
            return Err(Diagnostic::error(Code::M000, open, "an index has at least one column"));
        }
        Ok(elements)
    }

    fn index_element(&mut self) -> Result<IndexElementDef> {
        let mut element = IndexElementDef {
            key: self.index_key()?,
            descending: false,
            nulls_first: None,
            collate: None,
            class: None,
        };
        while let Some(word) = self.word() {
            let place = self.span_here();
            self.at += 1;
            match word {
                "asc" => element.descending = false,
                "desc" => element.descending = true,
                "nulls_first" => element.nulls_first = Some(true),
                "nulls_last" => element.nulls_first = Some(false),
                "collate" => element.collate = Some(self.name("a collation")?),
                "class" => element.class = Some(self.name("an operator class")?),
                _ => {
                    let message = format!("expected `,`, found `{word}`");
                    let help = "after a column can stand `desc`, `nulls_first`, `nulls_last`, `collate \"…\"`, `class …`";
                    return Err(Diagnostic::error(Code::M000, place, message).help(help));
                }
            }
        }
        Ok(element)
    }

    /// A column, or an expression as a string; a string that is one name in backticks is that column.
    fn index_key(&mut self) -> Result<IndexKeyDef> {
        if !self.is_string_nth(0) {
            return self.name("a column").map(IndexKeyDef::Column);
        }
        let sql = self.sql_string("an expression")?;
        Ok(match backticked(&sql) {
            Some(text) => IndexKeyDef::Column(Ident { text, span: sql.span }),
            None => IndexKeyDef::Expression(sql),
        })
    }
}

fn backticked(sql: &SqlString) -> Option<String> {
    let inner = sql.text.strip_prefix('`')?.strip_suffix('`')?;
    let pairs = inner.replace("``", "");
    (!inner.is_empty() && !pairs.contains('`')).then(|| inner.replace("``", "`"))
}

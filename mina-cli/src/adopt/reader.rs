//! A statement of SQL, read in the dialect of its engine on the schema that is there before it.

use super::lexed::Lexed;
use super::words::plain;
use mina_core::engine::{Engine, Target};
use mina_core::schema::{ObjectName, Schema, Table};
use mina_core::sql::text::{ddl_kind, split_statements};
use mina_core::sql::{Dialect, dialect};
use mina_core::syntax::ast::{Statement, StatementKind};
use sqlparser::ast::{self, ObjectNamePart};
use sqlparser::dialect::{Dialect as Grammar, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;

/// What a statement of SQL is in the language.
#[derive(Clone, Debug)]
pub enum Said {
    /// These statements.
    Statements(Vec<Statement>),
    /// More than the language says: the SQL itself, which does this to the schema.
    Kept { effect: Vec<Statement>, why: String },
    /// Something that leaves the schema as it is: the SQL itself.
    Data,
    /// Nothing that a migration has to do.
    Nothing,
    /// Something that changes the schema, nobody knows how.
    Unknown(String),
}

/// The language has no words for it.
pub struct Beyond(pub String);

pub type Reading<T = Vec<Statement>> = Result<T, Beyond>;

pub fn beyond<T>(why: impl Into<String>) -> Reading<T> {
    Err(Beyond(why.into()))
}

/// Reads statements on a schema.
pub struct Reader<'a> {
    pub target: Target,
    pub schema: &'a Schema,
    /// Clauses of the statement at hand that have no words in the language.
    pub lost: Vec<String>,
}

impl<'a> Reader<'a> {
    pub fn new(target: Target, schema: &'a Schema) -> Self {
        Self {
            target,
            schema,
            lost: Vec::new(),
        }
    }

    pub fn engine(&self) -> Engine {
        self.target.engine()
    }

    pub fn dialect(&self) -> &'static dyn Dialect {
        dialect(self.engine()).unwrap_or(&mina_core::sql::sqlite::Sqlite)
    }

    /// Says one statement in the language.
    pub fn read(mut self, sql: &str) -> Said {
        if is_of_session(sql) {
            return Said::Nothing;
        }
        let changes = ddl_kind(sql, self.engine()).filter(|ddl| !ddl.temporary);
        let read = match self.by_words(sql) {
            Some(read) => read,
            None => match parsed(sql, self.engine()) {
                Ok(statement) => self.statement(&statement),
                Err(_) if changes.is_none() => return Said::Data,
                Err(words) => beyond(format!("it cannot be read: {words}")),
            },
        };
        match read {
            Ok(Some(statements)) if self.lost.is_empty() => Said::Statements(statements),
            Ok(Some(effect)) => Said::Kept {
                effect,
                why: format!("the language has no words for {}", self.lost.join(", ")),
            },
            Ok(None) => Said::Nothing,
            Err(_) if changes.is_none() => Said::Data,
            Err(Beyond(why)) => match changes.filter(|ddl| !is_modelled(&ddl.object)) {
                Some(ddl) => Said::Kept {
                    effect: Vec::new(),
                    why: format!("a history does not know of a {}", ddl.object),
                },
                None => Said::Unknown(why),
            },
        }
    }

    /// A statement that the parser reads; none where there is nothing to do.
    fn statement(&mut self, statement: &ast::Statement) -> Reading<Option<Vec<Statement>>> {
        use ast::Statement as S;
        match statement {
            S::CreateTable(made) => self.create_table(made),
            S::AlterTable(change) => self.alter_table(change).map(Some),
            S::CreateIndex(made) => self.create_index(made),
            S::RenameTable(renames) => {
                let mut all = Vec::new();
                for rename in renames {
                    all.push(self.rename_table(&rename.old_name, &rename.new_name)?);
                }
                Ok(Some(all))
            }
            S::AlterIndex { name, operation } => self.alter_index(name, operation).map(Some),
            S::Drop { .. } => self.drop(statement),
            S::Insert(insert) => self.insert(insert).map(Some),
            S::Update(update) => self.update(update).map(Some),
            S::Delete(delete) => self.delete(delete).map(Some),
            S::Truncate(truncate) => self.truncate(truncate).map(Some),
            other => self.object(other),
        }
    }

    /// A name as the engine takes it.
    pub fn name(&self, ident: &ast::Ident) -> String {
        match (self.engine(), ident.quote_style) {
            (Engine::Pg, None) => ident.value.to_lowercase(),
            _ => ident.value.clone(),
        }
    }

    pub fn names(&self, idents: &[ast::Ident]) -> Vec<String> {
        idents.iter().map(|ident| self.name(ident)).collect()
    }

    /// The name of an object; what names the default schema itself is left out.
    pub fn object_name(&self, name: &ast::ObjectName) -> Reading<ObjectName> {
        let parts: Option<Vec<&ast::Ident>> = name.0.iter().map(ObjectNamePart::as_ident).collect();
        let parts = parts.unwrap_or_default();
        let (schema, name) = match parts.as_slice() {
            [name] => (None, name),
            [schema, name] => (Some(self.name(schema)), name),
            _ => return beyond(format!("`{name}` is no name")),
        };
        let default = match self.engine() {
            Engine::Pg => "public",
            Engine::Sqlite => "main",
            Engine::Mysql => "",
        };
        let name = self.name(name);
        Ok(match schema.filter(|schema| schema != default) {
            Some(schema) => ObjectName {
                schema: Some(schema.into()),
                name: name.as_str().into(),
            },
            None => ObjectName::new(&name),
        })
    }

    /// The name of a table as it was declared.
    pub fn table_name(&self, name: &ast::ObjectName) -> Reading<ObjectName> {
        let name = self.object_name(name)?;
        if self.engine() == Engine::Pg || self.schema.table(&name).is_some() {
            return Ok(name);
        }
        let declared = self.schema.tables().keys().chain(self.schema.views().keys());
        let mut declared = declared.filter(|other| other.schema == name.schema && other.name.eq_ignore_ascii_case(&name.name));
        Ok(declared.next().cloned().unwrap_or(name))
    }

    /// A table that is there.
    pub fn table(&self, name: &ObjectName) -> Reading<&'a Table> {
        match self.schema.table(name) {
            Some(table) => Ok(table),
            None => beyond(format!("no migration before it creates a table `{name}`")),
        }
    }

    /// The name of a column as it was declared.
    pub fn column_name(&self, table: &Table, ident: &ast::Ident) -> String {
        let name = self.name(ident);
        match self.engine() {
            Engine::Pg => name,
            _ => table.column_in_sql(&name).map_or(name, |column| column.name.clone()),
        }
    }

    pub fn lose(&mut self, clause: impl std::fmt::Display) {
        self.lost.push(format!("`{clause}`"));
    }

    fn rename_table(&self, from: &ast::ObjectName, to: &ast::ObjectName) -> Reading<Statement> {
        let (from, to) = (self.table_name(from)?, self.object_name(to)?);
        Ok(plain(StatementKind::RenameTable {
            table: super::words::table_ref(&from),
            to: super::words::ident(&*to.name),
        }))
    }
}

/// Whether a statement sets up the session, or its transaction, which are Mina's own: it opens and ends transactions, locks what it
/// changes, and switches foreign keys off where a table is rebuilt.
pub fn is_of_session(sql: &str) -> bool {
    let all = words(sql, 3);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    match all.as_slice() {
        [
            "begin" | "commit" | "end" | "rollback" | "savepoint" | "release" | "pragma" | "use",
            ..,
        ]
        | ["start", "transaction", ..] => true,
        ["set", name, ..] => !name.starts_with('@'),
        ["select", "pg_catalog.set_config" | "set_config", ..] => true,
        ["lock" | "unlock", "table" | "tables", ..] => true,
        _ => false,
    }
}

/// Whether the schema of a history has objects of a kind.
fn is_modelled(object: &str) -> bool {
    let beyond = ["materialized", "virtual", "foreign", "event"];
    let last = object.rsplit(' ').next().unwrap_or_default();
    let kinds = [
        "table",
        "index",
        "view",
        "type",
        "sequence",
        "trigger",
        "function",
        "schema",
        "extension",
        "column",
        "constraint",
    ];
    kinds.contains(&last) && !beyond.iter().any(|word| object.split(' ').any(|part| part == *word))
}

/// The first words of a statement, in lower case, comments before them left out.
pub fn words(sql: &str, most: usize) -> Vec<String> {
    let mut rest = sql;
    loop {
        rest = rest.trim_start();
        let after = match rest {
            _ if rest.starts_with("--") || rest.starts_with('#') => rest.split_once('\n').map(|(_, after)| after),
            _ if rest.starts_with("/*") => rest.split_once("*/").map(|(_, after)| after),
            _ => break,
        };
        rest = after.unwrap_or_default();
    }
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '@');
    let words = rest.split(|c: char| !is_part(c)).filter(|word| !word.is_empty());
    words.take(most).map(str::to_lowercase).collect()
}

pub fn grammar(engine: Engine) -> &'static dyn Grammar {
    match engine {
        Engine::Sqlite => &SQLiteDialect {},
        Engine::Pg => &PostgreSqlDialect {},
        Engine::Mysql => &MySqlDialect {},
    }
}

pub fn parsed(sql: &str, engine: Engine) -> Result<ast::Statement, String> {
    let words = |error: &dyn std::fmt::Display| {
        let words = error.to_string();
        words.trim_start_matches("sql parser error: ").to_owned()
    };
    let sql = if engine == Engine::Mysql {
        keys_as_indexes(sql)
    } else {
        sql.to_owned()
    };
    let mut all = Parser::parse_sql(grammar(engine), &sql).map_err(|error| words(&error))?;
    match (all.pop(), all.is_empty()) {
        (Some(only), true) => Ok(only),
        _ => Err("it is no single statement".to_owned()),
    }
}

/// `DROP KEY` is `DROP INDEX`.
fn keys_as_indexes(sql: &str) -> String {
    let mut text = sql.to_owned();
    let Some(lexed) = Lexed::new(sql, Engine::Mysql) else { return text };
    for at in (1..lexed.len()).rev() {
        if lexed.is(at, "key") && lexed.is(at - 1, "drop") {
            text.replace_range(lexed.start(at)..lexed.end(at), "INDEX");
        }
    }
    text
}

/// One statement of a file with the comments that stand before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    pub sql: &'a str,
    pub before: &'a str,
}

/// The statements of a file, and what stands after the last one.
pub fn pieces(sql: &str, engine: Engine) -> (Vec<Piece<'_>>, &str) {
    let mut at = 0;
    let mut pieces = Vec::new();
    for statement in split_statements(sql, engine) {
        let start = statement.as_ptr() as usize - sql.as_ptr() as usize;
        let before = sql[at..start].trim_start_matches(|c: char| c == ';' || c.is_whitespace());
        pieces.push(Piece { sql: statement, before });
        at = start + statement.len();
    }
    (pieces, sql[at..].trim_start_matches(|c: char| c == ';' || c.is_whitespace()))
}

/// The lines of comments, without their marks.
pub fn comments(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let mut line = line.trim();
        if !inside && let Some(rest) = line.strip_prefix("/*") {
            inside = true;
            line = rest.trim_start_matches(['*', '!']);
        }
        if inside {
            let (own, ends) = line.split_once("*/").map_or((line, false), |(own, _)| (own, true));
            inside = !ends;
            lines.push(own.trim().trim_start_matches("* ").to_owned());
        } else if let Some(rest) = line.strip_prefix("--").or_else(|| line.strip_prefix('#')) {
            lines.push(rest.trim_start_matches('-').trim().to_owned());
        }
    }
    lines.retain(|line| !line.is_empty() && !FORM.contains(&line.as_str()));
    lines
}

/// What `diesel migration generate` writes into every file.
const FORM: &[&str] = &["Your SQL goes here", "This file should undo anything in `up.sql`"];

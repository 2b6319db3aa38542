//! The pieces that statements of the language are built from.

use mina_core::diagnostic::Lint;
use mina_core::operation::Operation;
use mina_core::schema::ObjectName;
use mina_core::syntax::ast::{Body, Ident, LintRef, SqlString, SqlText, Statement, StatementKind, TableRef, Undo};
use mina_core::syntax::{Span, parse_str};

pub fn ident(text: impl Into<String>) -> Ident {
    Ident {
        text: text.into(),
        span: Span::default(),
    }
}

pub fn table_ref(name: &ObjectName) -> TableRef {
    TableRef {
        schema: name.schema.as_deref().map(ident),
        name: ident(&*name.name),
        implied: false,
    }
}

pub fn sql_string(text: impl Into<String>) -> SqlString {
    SqlString {
        text: text.into(),
        span: Span::default(),
    }
}

pub fn sql(text: impl Into<String>) -> SqlText {
    SqlText::Same(sql_string(text))
}

pub fn plain(kind: StatementKind) -> Statement {
    Statement {
        on: Vec::new(),
        allow: Vec::new(),
        kind,
        span: Span::default(),
        keyword: Span::default(),
    }
}

pub fn body(statements: Vec<Statement>) -> Body {
    Body {
        statements,
        span: Span::default(),
    }
}

/// `execute "…"`, with what it does to the schema where it does anything.
pub fn execute(text: &str, effect: Option<Vec<Statement>>) -> Statement {
    plain(StatementKind::Execute {
        sql: sql(text),
        effect: effect.map(body),
        undo: Undo::Missing,
    })
}

/// Allows a lint on a statement; whether that is new.
pub fn allow(statement: &mut Statement, lint: Lint) -> bool {
    let is_new = statement.allow.iter().all(|allowed| allowed.lint != lint);
    if is_new {
        statement.allow.push(LintRef {
            lint,
            reason: None,
            span: Span::default(),
        });
    }
    is_new
}

/// The statement as it stands inside a `batch_alter`, its table not written, or outside of one.
pub fn implied(mut statement: Statement, is: bool) -> Statement {
    use StatementKind as Kind;
    match &mut statement.kind {
        Kind::AddColumn { table, .. }
        | Kind::AlterColumn { table, .. }
        | Kind::DropColumn { table, .. }
        | Kind::CreateConstraint { table, .. }
        | Kind::DropConstraint { table, .. }
        | Kind::RenameConstraint { table, .. }
        | Kind::CreateIndex { table, .. }
        | Kind::DropIndex { table, .. }
        | Kind::RenameIndex { table, .. } => table.implied = is,
        _ => {}
    }
    statement
}

/// Statements about one table as one pass over it, where there are several.
pub fn batch(table: &ObjectName, mut statements: Vec<Statement>) -> Vec<Statement> {
    if statements.len() < 2 {
        return statements;
    }
    statements = statements.into_iter().map(|statement| implied(statement, true)).collect();
    vec![plain(StatementKind::BatchAlter {
        table: table_ref(table),
        statements,
    })]
}

/// Operations as statements, what tightens left as it is.
pub fn spoken(operations: &[Operation]) -> Vec<Statement> {
    let text = mina_core::check::statements(operations).join("\n");
    let mut statements = parsed(&text);
    statements.iter_mut().for_each(|statement| statement.allow.clear());
    statements
}

/// Statements as they stand between the braces of an upgrade.
pub fn parsed(text: &str) -> Vec<Statement> {
    let block = format!("revision = \"0\"; revises = base; upgrade {{\n{text}\n}} downgrade {{}}");
    parse_str(&block).map_or_else(|_| Vec::new(), |(parsed, _)| parsed.block.upgrade.statements)
}

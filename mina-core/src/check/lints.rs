//! Lints that a block's text alone decides: `undeclared_engine`, `bare_numeric`.

use super::{Subject, engines};
use crate::diagnostic::{Diagnostic, Level, Lint};
use crate::engine::Engine;
use crate::schema::Type;
use crate::syntax::ast::{ColumnDef, EngineRef, LintRef, SqlText, Statement, StatementKind, TableItem, TypeRef};

/// What the block's text alone decides.
pub(super) fn of_block(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let statements = engines::statements(subject);
    undeclared(subject, &subject.block.engines, &[], &mut found);
    for (statement, engines) in &statements {
        undeclared(subject, &statement.on, &statement.allow, &mut found);
        for text in engines::texts(statement) {
            if let SqlText::PerEngine(each, _) = text {
                let refs: Vec<EngineRef> = each.iter().map(|(on, _)| on.clone()).collect();
                undeclared(subject, &refs, &statement.allow, &mut found);
            }
        }
        if engines.contains(&Engine::Mysql) {
            bare_numeric(subject, statement, &mut found);
        }
    }
    found
}

/// The level of a lint where it stands.
pub(super) fn level(subject: &Subject<'_>, lint: Lint, allow: &[LintRef]) -> Level {
    let allowed = |refs: &[LintRef]| refs.iter().any(|other| other.lint == lint);
    match allowed(allow) || allowed(&subject.block.allow) {
        true => Level::Allow,
        false => subject.config.level(lint),
    }
}

fn undeclared(subject: &Subject<'_>, refs: &[EngineRef], allow: &[LintRef], found: &mut Vec<Diagnostic>) {
    let level = level(subject, Lint::UndeclaredEngine, allow);
    let bind = subject.block.bind.as_ref().map(|bind| bind.text.as_str());
    let Some(database) = subject.config.bind(bind) else { return };
    if level == Level::Allow {
        return;
    }
    for one in refs
        .iter()
        .filter(|one| database.engines.iter().all(|target| target.engine() != one.engine))
    {
        let message = format!("`{}` is not among the engines that mina.toml declares", one.engine);
        let declared: Vec<String> = database.engines.iter().map(ToString::to_string).collect();
        let help = format!("`engines` of mina.toml has {}", declared.join(", "));
        found.push(Diagnostic::lint(Lint::UndeclaredEngine, level, one.span, message).help(help));
    }
}

fn bare_numeric(subject: &Subject<'_>, statement: &Statement, found: &mut Vec<Diagnostic>) {
    let level = level(subject, Lint::BareNumeric, &statement.allow);
    if level == Level::Allow {
        return;
    }
    for (name, ty) in types(statement) {
        if is_bare(&ty.ty) {
            let message = format!("`{name}` is a bare `Numeric`, which keeps no digits after the point on MariaDB");
            found.push(Diagnostic::lint(Lint::BareNumeric, level, ty.span, message).help("write its digits: `Numeric<12, 2>`"));
        }
    }
}

fn is_bare(ty: &Type) -> bool {
    match ty {
        Type::Numeric(None) => true,
        Type::Array(inner) | Type::Unsigned(inner) => is_bare(inner),
        _ => false,
    }
}

fn types(statement: &Statement) -> Vec<(&str, &TypeRef)> {
    fn of(column: &ColumnDef) -> (&str, &TypeRef) {
        (&column.name.text, &column.ty)
    }
    match &statement.kind {
        StatementKind::CreateTable(table) => table
            .items
            .iter()
            .filter_map(|item| match item {
                TableItem::Column(column) => Some(of(column)),
                _ => None,
            })
            .collect(),
        StatementKind::AddColumn { column, .. } => vec![of(column)],
        StatementKind::AlterColumn { column, changes, .. } => changes.ty.iter().map(|ty| (column.text.as_str(), ty)).collect(),
        _ => Vec::new(),
    }
}

//! Where the upgrade took away what its downgrade speaks of.

use crate::diagnostic::{Code, Diagnostic};
use crate::history::{Resolved, Trace};
use crate::operation::Operation;
use crate::syntax::parse::string_value;
use crate::syntax::token::Token;
use crate::syntax::{Span, Tokens};

/// Adds the place to what says that an object is not there.
pub(super) fn show(diagnostics: &mut [Diagnostic], up: &Trace, tokens: &Tokens) {
    let missing = diagnostics.iter_mut().filter(|diagnostic| diagnostic.label.is_none());
    for diagnostic in missing {
        let (Some(code @ (Code::M201 | Code::M202 | Code::M203)), Some(name)) = (diagnostic.code(), named(tokens, diagnostic.span)) else {
            continue;
        };
        let operations = up.steps.iter().rev().flat_map(|step| step.operations.iter().rev());
        let found = operations.filter_map(|resolved| Some((resolved, taken_by(&resolved.operation, code, &name)?)));
        if let Some((Resolved { word, .. }, did)) = found.into_iter().next() {
            diagnostic.label = Some((*word, format!("the upgrade {did} it here")));
        }
    }
}

fn named(tokens: &Tokens, span: Span) -> Option<String> {
    let words = tokens.tokens.get(span.start as usize..span.end as usize)?;
    words.iter().rev().find_map(|token| match token {
        Token::Ident(word) => Some(word.clone()),
        Token::Literal(text) => string_value(text),
        _ => None,
    })
}

fn taken_by(operation: &Operation, code: Code, name: &str) -> Option<&'static str> {
    use Operation as O;
    let (of, was, did) = match operation {
        O::DropTable(table) => (Code::M201, &*table.name.name, "drops"),
        O::RenameTable { from, .. } => (Code::M201, &*from.name, "renames"),
        O::DropColumn { column, .. } => (Code::M202, column.name.as_str(), "drops"),
        O::RenameColumn { from, .. } => (Code::M202, from.as_str(), "renames"),
        O::DropConstraint { constraint, .. } => (Code::M203, constraint.name().text.as_str(), "drops"),
        O::DropIndex { index, .. } => (Code::M203, index.name.text.as_str(), "drops"),
        O::RenameConstraint { from, .. } | O::RenameIndex { from, .. } => (Code::M203, from.as_str(), "renames"),
        O::DropEnum(object) => (Code::M203, &*object.name.name, "drops"),
        O::DropSequence(object) => (Code::M203, &*object.name.name, "drops"),
        O::DropView(view) => (Code::M203, &*view.name.name, "drops"),
        O::DropTrigger(trigger) => (Code::M203, trigger.name.as_str(), "drops"),
        O::DropFunction(function) => (Code::M203, &*function.name.name, "drops"),
        _ => return None,
    };
    (of == code && was == name).then_some(did)
}

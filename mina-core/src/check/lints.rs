//! `undeclared_engine`, which a block's text alone decides.

use super::{Subject, engines};
use crate::diagnostic::{Diagnostic, Level, Lint};
use crate::syntax::ast::{EngineRef, LintRef, SqlText};

/// What the block's text alone decides.
pub(super) fn of_block(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let statements = engines::statements(subject);
    undeclared(subject, &subject.block.engines, &[], &mut found);
    for (statement, _) in &statements {
        undeclared(subject, &statement.on, &statement.allow, &mut found);
        for text in engines::texts(statement) {
            if let SqlText::PerEngine(each, _) = text {
                let refs: Vec<EngineRef> = each.iter().map(|(on, _)| on.clone()).collect();
                undeclared(subject, &refs, &statement.allow, &mut found);
            }
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

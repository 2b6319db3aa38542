//! What several engines have against one block, said once.

use crate::diagnostic::{Diagnostic, Lint, Rule};
use crate::engine::{Product, Target};

struct Merged {
    diagnostic: Diagnostic,
    /// The engines that have it, in these words.
    on: Vec<Target>,
    /// The engines that have it in words of their own.
    likewise: Vec<Target>,
}

/// The same finding on every engine is said once; one on some of them names these.
pub(crate) fn merge(findings: Vec<(Target, Vec<Diagnostic>)>) -> Vec<Diagnostic> {
    let all = findings.len();
    let mut merged: Vec<Merged> = Vec::new();
    for (target, diagnostics) in findings {
        for diagnostic in diagnostics {
            let free = |other: &&mut Merged| {
                place(&other.diagnostic, &diagnostic) && !other.on.contains(&target) && !other.likewise.contains(&target)
            };
            let exact = merged
                .iter_mut()
                .filter(|other| other.diagnostic.message == diagnostic.message)
                .find(free);
            if let Some(other) = exact {
                other.on.push(target);
            } else if let Some(other) = merged.iter_mut().find(free) {
                other.likewise.push(target);
            } else {
                merged.push(Merged {
                    diagnostic,
                    on: vec![target],
                    likewise: Vec::new(),
                });
            }
        }
    }
    merged.into_iter().map(|merged| merged.say(all)).collect()
}

impl Merged {
    fn say(mut self, all: usize) -> Diagnostic {
        let message = &mut self.diagnostic.message;
        let named = self.on.iter().any(|target| names_itself(message, *target));
        if named && !self.likewise.is_empty() {
            message.push_str(&format!(" (likewise on {})", names(&self.likewise)));
        } else if !named && self.on.len() + self.likewise.len() < all {
            let on: Vec<Target> = self.on.iter().chain(&self.likewise).copied().collect();
            message.push_str(&format!(" (on {})", names(&on)));
        }
        self.diagnostic
    }
}

fn place(a: &Diagnostic, b: &Diagnostic) -> bool {
    a.rule == b.rule && a.span.start == b.span.start && a.span.end == b.span.end
}

fn names_itself(message: &str, target: Target) -> bool {
    message.contains(&names(&[target])) || message.contains(target.engine().name())
}

fn names(targets: &[Target]) -> String {
    let name = |target: &Target| match target.product {
        Product::Sqlite => "SQLite",
        Product::Postgres => "PostgreSQL",
        Product::Mariadb => "MariaDB",
        Product::Mysql => "MySQL",
    };
    let mut names: Vec<&str> = targets.iter().map(name).collect();
    names.dedup();
    match &names[..] {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        _ => names.concat(),
    }
}

/// In the order of the text, each once; a lint that only tells what an error at its place tells is left out.
pub(crate) fn tidy(diagnostics: &mut Vec<Diagnostic>) {
    let errors: Vec<_> = diagnostics.iter().filter(|d| d.is_error()).map(|d| d.span).collect();
    diagnostics.retain(|diagnostic| {
        let Rule::Lint(lint, level) = diagnostic.rule else { return true };
        if !(matches!(lint, Lint::NoChange | Lint::LossyDowngrade) || lint.is_of_safety()) {
            return true;
        }
        let near = |error: &crate::syntax::Span| error.start < diagnostic.span.end && diagnostic.span.start < error.end;
        level == crate::diagnostic::Level::Deny || !errors.iter().any(near)
    });
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
    diagnostics.dedup_by(|later, first| place(later, first) && later.message == first.message);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::syntax::Span;

    const PG: Target = Target {
        product: Product::Postgres,
        version: (14, 0),
    };

    fn error(at: usize, message: &str) -> Diagnostic {
        Diagnostic::error(Code::M201, Span::new(at, at + 1), message)
    }

    #[test]
    fn the_same_error_on_every_engine_is_said_once() {
        let both = merge(vec![(Target::SQLITE, vec![error(3, "no `a`")]), (PG, vec![error(3, "no `a`")])]);
        assert_eq!(both.iter().map(|d| d.message.as_str()).collect::<Vec<_>>(), ["no `a`"]);
    }

    #[test]
    fn an_error_on_some_engines_names_them() {
        let one = merge(vec![(Target::SQLITE, vec![]), (PG, vec![error(3, "no `a`")])]);
        assert_eq!(one[0].message, "no `a` (on PostgreSQL)");
    }

    #[test]
    fn a_message_that_names_its_engine_is_told_of_the_others() {
        let both = merge(vec![
            (Target::SQLITE, vec![error(3, "SQLite 3.40 has no `a`")]),
            (PG, vec![error(3, "PostgreSQL 14.0 has no `a`")]),
        ]);
        assert_eq!(both[0].message, "SQLite 3.40 has no `a` (likewise on PostgreSQL)");
    }

    #[test]
    fn one_error_in_each_engines_own_words_is_said_once() {
        let both = merge(vec![(Target::SQLITE, vec![error(3, "not `a`")]), (PG, vec![error(3, "not \"a\"")])]);
        assert_eq!(both.iter().map(|d| d.message.as_str()).collect::<Vec<_>>(), ["not `a`"]);
    }
}

//! What several engines have against one block, said once.

use crate::diagnostic::{Diagnostic, Lint, Rule};
use crate::engine::{Product, Target};

/// The same finding on every engine is said once; one on some of them names these.
pub(super) fn merge(findings: Vec<(Target, Vec<Diagnostic>)>) -> Vec<Diagnostic> {
    let all = findings.len();
    let mut merged: Vec<(Diagnostic, Vec<Target>)> = Vec::new();
    for (target, diagnostics) in findings {
        for diagnostic in diagnostics {
            let same = |(other, on): &&mut (Diagnostic, Vec<Target>)| place(other, &diagnostic) && !on.contains(&target);
            let exact = merged
                .iter_mut()
                .filter(|(other, _)| other.message == diagnostic.message)
                .find(same);
            match exact {
                Some((_, on)) => on.push(target),
                None => match merged.iter_mut().find(same) {
                    Some((_, on)) => on.push(target),
                    None => merged.push((diagnostic, vec![target])),
                },
            }
        }
    }
    let named = merged.into_iter().map(|(mut diagnostic, on)| {
        if on.len() < all {
            diagnostic.message.push_str(&format!(" (on {})", names(&on)));
        }
        diagnostic
    });
    named.collect()
}

fn place(a: &Diagnostic, b: &Diagnostic) -> bool {
    a.rule == b.rule && a.span.start == b.span.start && a.span.end == b.span.end
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

/// In the order of the text, each once; «changes nothing» is not said of a statement that is wrong.
pub(super) fn tidy(diagnostics: &mut Vec<Diagnostic>) {
    let errors: Vec<_> = diagnostics.iter().filter(|d| d.is_error()).map(|d| d.span).collect();
    diagnostics.retain(|diagnostic| {
        let Rule::Lint(Lint::NoChange, _) = diagnostic.rule else {
            return true;
        };
        let near = |error: &crate::syntax::Span| error.start < diagnostic.span.end && diagnostic.span.start < error.end;
        !errors.iter().any(near)
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
    fn one_error_in_each_engines_own_words_is_said_once() {
        let both = merge(vec![(Target::SQLITE, vec![error(3, "not `a`")]), (PG, vec![error(3, "not \"a\"")])]);
        assert_eq!(both.iter().map(|d| d.message.as_str()).collect::<Vec<_>>(), ["not `a`"]);
    }
}

//! What of a stored definition the schema model does not have.

use super::definition::{Clause, ClauseKind, Definition, Item};
use mina_core::sql::sqlite::lexer::{Token, tokens};
use mina_core::sql::sqlite::model::Rule;

/// The clauses that say more than the model, and where they stand.
pub(super) fn of(definition: &Definition) -> Vec<String> {
    let mut found = Vec::new();
    for item in &definition.items {
        let (place, clauses) = match item {
            Item::Column(column) => (format!("column `{}` ", column.name), &column.clauses),
            Item::Constraints(constraints) => (String::new(), &constraints.clauses),
        };
        let beyond = clauses.iter().filter(|clause| says_more(clause));
        found.extend(beyond.map(|clause| format!("{place}{}", clause.text)));
    }
    let options = tokens(&definition.options);
    let known = ["STRICT", "WITHOUT", "ROWID"];
    let unknown = |token: &Token<'_>| !token.is_mark(",") && !known.iter().any(|word| token.is(word));
    if options.iter().any(unknown) {
        found.push(definition.options.trim().to_owned());
    }
    found
}

fn says_more(clause: &Clause) -> bool {
    let all = tokens(&clause.text);
    let top = at_depth(&all, 0);
    let in_list = at_depth(&all, 1);
    let follows = |words: [&str; 2]| top.windows(2).any(|pair| pair[0].is(words[0]) && pair[1].is(words[1]));
    let orders = |tokens: &[&Token<'_>]| tokens.iter().any(|token| token.is("DESC") || token.is("COLLATE"));
    let conflict = follows(["ON", "CONFLICT"]);
    match &clause.kind {
        ClauseKind::Constraint(Rule::PrimaryKey { .. } | Rule::Unique { .. }) => conflict || orders(&top) || orders(&in_list),
        ClauseKind::Constraint(Rule::ForeignKey { .. }) => {
            top.windows(2).any(|pair| pair[0].is("MATCH") && !pair[1].is("SIMPLE")) || orders(&in_list)
        }
        ClauseKind::Constraint(Rule::Check { .. }) => conflict,
        ClauseKind::NotNull | ClauseKind::Null | ClauseKind::Default(_) | ClauseKind::Collate(_) | ClauseKind::Generated(_) => {
            conflict || clause.name.is_some()
        }
    }
}

fn at_depth<'t, 's>(all: &'t [Token<'s>], wanted: usize) -> Vec<&'t Token<'s>> {
    let mut depth = 0usize;
    let mut found = Vec::new();
    for token in all {
        if token.is_mark(")") {
            depth = depth.saturating_sub(1);
        }
        if depth == wanted {
            found.push(token);
        }
        if token.is_mark("(") {
            depth += 1;
        }
    }
    found
}

mod corpus;
mod draft;
mod edit;
mod format;
mod generate;
mod refusals;
mod source;

use super::ast::{Body, StatementKind};
use super::parse::parse;
use super::token::Token;
use super::{parse_str, print};
use proptest::prelude::*;

fn round_trip(text: &str) -> String {
    let (parsed, tokens) = parse_str(text).expect("lexes");
    let said: Vec<String> = parsed
        .diagnostics
        .iter()
        .map(|d| format!("{d} @ {:?}", tokens.tokens.get(d.span.start as usize)))
        .collect();
    assert_eq!(said, Vec::<String>::new());
    let printed = print::print(&parsed.block);
    let (again, _) = parse_str(&printed).expect("prints what lexes");
    assert_eq!(again.diagnostics, [], "{printed}");
    assert_eq!(again.block, parsed.block, "{printed}");
    printed
}

#[test]
fn every_statement_of_the_language_round_trips() {
    assert!(!round_trip(include_str!("everything.txt")).is_empty());
}

proptest! {
    #[test]
    fn what_is_printed_parses_as_what_it_was(block in generate::block()) {
        let printed = print::print(&block);
        let (parsed, _) = parse_str(&printed).map_err(|error| TestCaseError::fail(format!("{error}\n{printed}")))?;
        prop_assert_eq!(&parsed.diagnostics, &[], "{}", printed);
        prop_assert_eq!(&parsed.block, &block, "{}", printed);
        prop_assert_eq!(print::print(&parsed.block), printed);
    }

    #[test]
    fn a_statement_as_help_shows_it_parses_as_what_it_was(statement in generate::statement(1)) {
        let printed = print::statement(&statement);
        let text = format!("revision = \"a\";\nrevises = base;\nupgrade {{\n{printed}\n}}");
        let (parsed, _) = parse_str(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{printed}")))?;
        prop_assert_eq!(&parsed.diagnostics, &[], "{}", printed);
        prop_assert_eq!(&parsed.block.upgrade.statements, &[statement], "{}", printed);
    }

    #[test]
    fn whatever_the_tokens_they_are_read_to_the_end(
        block in generate::block(),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..8),
    ) {
        let (_, mut tokens) = parse_str(&print::print(&block)).expect("prints what lexes");
        let bracket = |token: &Token| matches!(token, Token::Open(..) | Token::Close(_));
        for (to, from) in edits {
            let (to, from) = (to.index(tokens.tokens.len()), from.index(tokens.tokens.len()));
            if !bracket(&tokens.tokens[to]) && !bracket(&tokens.tokens[from]) {
                tokens.tokens[to] = tokens.tokens[from].clone();
            }
        }
        let parsed = parse(&tokens);
        for diagnostic in &parsed.diagnostics {
            prop_assert!(diagnostic.span.start < diagnostic.span.end, "{:?}", diagnostic);
            prop_assert!(diagnostic.span.end as usize <= tokens.tokens.len(), "{:?}", diagnostic);
        }
        let broken = |body: &Body| body.statements.iter().any(|s| matches!(s.kind, StatementKind::Broken { .. }));
        prop_assert!(!broken(&parsed.block.upgrade) || !parsed.diagnostics.is_empty());
    }
}

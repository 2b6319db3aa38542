mod corpus;
mod generate;
mod refusals;
mod source;

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
}

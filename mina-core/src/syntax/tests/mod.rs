use super::{parse_str, print};

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

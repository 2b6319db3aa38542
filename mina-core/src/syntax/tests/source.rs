use crate::syntax::Location;
use crate::syntax::source::{SourceError, scan};
use crate::syntax::token::{Token, Tokens, flatten_located};

const BLOCK: &str = "mina::migration! { revision = \"1\"; }";

fn words(tokens: &Tokens) -> Vec<&str> {
    let words = tokens.tokens.iter().filter_map(|token| match token {
        Token::Ident(word) => Some(word.as_str()),
        _ => None,
    });
    words.collect()
}

fn refused(source: &str) -> (String, Option<(u32, u32)>) {
    let SourceError { message, location } = scan(source).expect_err("is refused");
    (message, location.map(|at| (at.line, at.column)))
}

#[test]
fn blocks_are_found_at_any_depth_under_any_path_with_any_bracket() {
    let source =
        "migration!(a); mod x { mod y { ::mina::migration! { b } } } fn f() { let _ = migration![c]; } struct migration; migration!{}";
    let blocks = scan(source).expect("lexes");
    let found: Vec<_> = blocks.iter().map(|block| (words(&block.tokens), block.location.column)).collect();
    assert_eq!(found, [(vec!["a"], 1), (vec!["b"], 40), (vec!["c"], 78), (vec![], 113)]);
}

#[test]
fn what_stands_in_comments_and_strings_is_no_block() {
    let source =
        "// migration! { a }\n/* migration! { /* b */ } */ const X: &str = r#\"migration! { \"c\" }\"#; /// migration! { d }\nstruct S;";
    assert!(scan(source).expect("lexes").is_empty());
}

#[test]
fn places_are_counted_in_lines_and_characters() {
    let source = "\u{feff}#!/usr/bin/env rust\r\n// é\r\nmigration! {\r\n    /* é */ revision = \"é\";\r\n}\r\n";
    let blocks = scan(source).expect("lexes");
    assert_eq!(blocks[0].location, Location { line: 3, column: 1 });
    let places: Vec<_> = blocks[0].tokens.locations.iter().map(|at| (at.line, at.column)).collect();
    assert_eq!(places, [(4, 13), (4, 22), (4, 24), (4, 27)]);
}

#[test]
fn a_file_that_is_no_rust_says_where() {
    let cases = [
        (
            format!("{BLOCK}\nconst A: &str = \"never;\n"),
            "the string that begins here has no `\"` at its end",
            (2, 17),
        ),
        (
            format!("{BLOCK}\nconst A: &str = r#\"never\";\n"),
            "the string that begins here has no `\"#` at its end",
            (2, 17),
        ),
        (format!("{BLOCK}\n/* /* */"), "the comment that begins here has no `*/`", (2, 1)),
        (format!("{BLOCK}\nmod x {{ ("), "`(` has no `)`", (2, 9)),
        (
            format!("{BLOCK}\nmod x {{ ( }}"),
            "`}` stands where the `(` of line 2 should end",
            (2, 11),
        ),
        (format!("{BLOCK}\n}}"), "`}` ends what never began", (2, 1)),
        (
            format!("{BLOCK}\nlet c = '"),
            "the character that begins here has no `'` at its end",
            (2, 9),
        ),
        (format!("{BLOCK}\n  \\"), "`\\\\` begins no token", (2, 3)),
    ];
    for (source, message, place) in cases {
        assert_eq!(refused(&source), (message.to_owned(), Some(place)), "{source}");
    }
}

#[test]
fn a_file_without_blocks_is_not_looked_at() {
    assert!(scan("const A: &str = \"never;").expect("has no block").is_empty());
}

/// What the compiler hands to the macro and what a sibling is read as must be the same.
fn assert_same_as_the_compilers(text: &str) {
    let file = format!("migration!{{{text}}}");
    let ours = scan(&file).expect("lexes").remove(0).tokens;
    let stream: proc_macro2::TokenStream = file.parse().expect("lexes");
    let Some(proc_macro2::TokenTree::Group(group)) = stream.into_iter().nth(2) else {
        panic!("a block is a group");
    };
    let theirs = flatten_located(group.stream());
    let spelled = |tokens: &Tokens| -> Vec<Token> {
        let doc =
            |index: usize| matches!(index.checked_sub(2).map(|before| &tokens.tokens[before]), Some(Token::Ident(word)) if word == "doc");
        let each = tokens.tokens.iter().enumerate();
        each.map(|(index, token)| match token {
            Token::Literal(text) if doc(index) => Token::Literal(unescaped(text)),
            token => token.clone(),
        })
        .collect()
    };
    assert_eq!(spelled(&ours), spelled(&theirs), "{text}");
    assert_eq!(ours.raw, theirs.raw, "{text}");
    let docs_aside = |tokens: &Tokens| -> Vec<Location> {
        let each = tokens.tokens.iter().zip(&tokens.locations);
        each.filter(|(token, _)| matches!(token, Token::Ident(word) if word != "doc"))
            .map(|(_, at)| *at)
            .collect()
    };
    assert_eq!(docs_aside(&ours), docs_aside(&theirs), "{text}");
}

fn unescaped(text: &str) -> String {
    crate::syntax::parse::string_value(text).expect("is a string")
}

#[test]
fn a_sibling_is_read_as_the_compiler_reads_it() {
    assert_same_as_the_compilers(include_str!("everything.txt"));
    for text in [
        "1.0 1. 1..2 1.foo() 1.0.1 x.0.1 1e10 1E+5 1e_3 0x1e+5 0b01 1_000u32 2.5f64 007 1.e3",
        "'a' '\\'' '\\u{1F600}' 'é' '\\\\' b'x' b'\\'' 'static <'a, 'b> 'a: loop",
        "\"\" \"\\\\\" \"a\\\"b\" r\"\\\" r#\"\"\"# br##\"\"#\"## b\"\\x00\" c\"x\" cr#\"y\"# \"a\"suffix",
        "r#type r#fn rr#\"x\"# br r b c é1 _ __ _1",
        "=> -> :: ..= && || <<= >>= != <=  = > & & a!=b #![x] $a ~@^%",
        "/// a \"b\" \\ \n//! c\n//// no\n/** d */ /*! e */ /*** no */ /**/ a // b\n - /* c */ -//\n-/**/-",
        "/// crlf\r\n//! more\r\n\"a\r\nb\" x",
    ] {
        assert_same_as_the_compilers(text);
    }
}

proptest::proptest! {
    #[test]
    fn random_blocks_are_read_as_the_compiler_reads_them(block in super::generate::block()) {
        assert_same_as_the_compilers(&crate::syntax::print::print(&block));
    }
}

//! New migrations as text.

use crate::engine::Engine;
use crate::syntax::ast::{Block, Downgrade};
use crate::syntax::draft::{Draft, DraftDowngrade};
use crate::syntax::format::format;
use crate::syntax::parse::parse;
use crate::syntax::source::scan;
use proptest::prelude::*;

fn read(text: &str) -> Block {
    let blocks = scan(text).expect("lexes");
    assert_eq!(blocks.len(), 1, "{text}");
    let parsed = parse(&blocks[0].tokens);
    assert_eq!(parsed.diagnostics, [], "{text}");
    assert_eq!(format(text).expect("lexes").text, text);
    parsed.block
}

fn draft(message: &str) -> Draft {
    Draft {
        message: message.to_owned(),
        revision: "2".to_owned(),
        revises: vec!["1".to_owned()],
        ..Draft::default()
    }
}

#[test]
fn an_empty_revision() {
    let text = draft("Add phone number").to_string();
    read(&text);
    insta::assert_snapshot!(text, @r#"
    mina::migration! {
        //! Add phone number

        revision = "2";
        revises = "1";

        upgrade {}

        downgrade {}
    }
    "#);
}

#[test]
fn everything_that_can_be_said() {
    let text = Draft {
        engines: vec![Engine::Pg, Engine::Sqlite],
        message: "Merge billing".to_owned(),
        description: "Of the two teams.\n\nNothing else.".to_owned(),
        revision: "3".to_owned(),
        revises: vec!["1".to_owned(), "2".to_owned()],
        depends_on: vec!["0".to_owned()],
        label: Some("billing".to_owned()),
        alias: Some("6f9f2dd343f5".to_owned()),
        squashes: vec!["2a".to_owned()],
        bind: Some("analytics".to_owned()),
        transaction: Some(false),
        upgrade: "create_table t { #[primary_key] id: Integer }\n// kept".to_owned(),
        downgrade: DraftDowngrade::Statements("drop_table t;".to_owned()),
    }
    .to_string();
    read(&text);
    insta::assert_snapshot!(text, @r#"
    mina::migration! {
        <Pg, Sqlite>
        //! Merge billing
        //!
        //! Of the two teams.
        //!
        //! Nothing else.

        revision = "3";
        revises = ["1", "2"];
        depends_on = ["0"];
        label = "billing";
        alias = "6f9f2dd343f5";
        squashes = ["2a"];
        bind = analytics;
        transaction = false;

        upgrade {
            create_table t {
                #[primary_key]
                id: Integer,
            }
            // kept
        }

        downgrade {
            drop_table t;
        }
    }
    "#);
}

#[test]
fn the_other_ways_back() {
    let downgrade = |downgrade| read(&Draft { downgrade, ..draft("x") }.to_string()).downgrade;
    assert!(matches!(downgrade(DraftDowngrade::Auto), Downgrade::Auto(_)));
    let why = "it \"is\"\nso";
    let Downgrade::Irreversible { why: said, .. } = downgrade(DraftDowngrade::Irreversible(why.to_owned())) else {
        panic!("is irreversible");
    };
    assert_eq!(said, why);
}

#[test]
fn whatever_the_message_it_is_read_back() {
    for message in [
        "a \"quoted\" word",
        "a line\nand another",
        "*/ } {{ /* // ;",
        "c:\\new\\table \\",
        "🎉 ключ 表",
        "a\ttab, a\r\nbreak, a\0zero, \u{202e}turned",
        "#![doc = \"x\"]",
        "/ /! !",
        "migration! {}",
        "`a` $b ${c} {{ d }} %e",
    ] {
        let block = read(&draft(message).to_string());
        assert_eq!(block.doc, message);
        let with = Draft {
            description: message.to_owned(),
            ..draft(message)
        };
        assert_eq!(read(&with.to_string()).doc, format!("{message}\n\n{message}"));
    }
}

#[test]
fn statements_that_do_not_parse_are_there_to_be_mended() {
    let text = Draft {
        upgrade: "creat_table t {}".to_owned(),
        ..draft("x")
    }
    .to_string();
    assert!(text.contains("creat_table t {}"), "{text}");
    assert!(text.contains("revision = \"2\";"), "{text}");
}

proptest! {
    #[test]
    fn any_message_is_read_back(message in any::<String>(), description in any::<String>()) {
        let text = Draft { description: description.clone(), ..draft(&message) }.to_string();
        let gap = if message.is_empty() || description.is_empty() { "" } else { "\n\n" };
        prop_assert_eq!(read(&text).doc, format!("{message}{gap}{description}"));
    }
}

//! Headers changed in place.

use crate::syntax::ast::Ident;
use crate::syntax::edit::Header;
use crate::syntax::format::format;
use crate::syntax::parse::parse;
use crate::syntax::source::scan;
use proptest::prelude::*;

fn edited(source: &str, change: impl FnOnce(Header<'_>) -> Header<'_>) -> String {
    let blocks = scan(source).expect("lexes");
    change(Header::of(source, &blocks[0])).apply()
}

const PLAIN: &str = "\
use x;
mina::migration! {
    //! Message

    revision = \"2\";
    revises = \"1\";
    bind = analytics; // elsewhere

    upgrade {}
    downgrade {}
}
// the end
";

#[test]
fn a_doc_comment_where_none_belongs_goes_with_the_value() {
    let odd = PLAIN.replace("= \"1\"", "= /** odd */ \"1\"");
    assert_eq!(edited(&odd, |header| header.set_revises(&["0"])), PLAIN.replace("\"1\"", "\"0\""));
}

#[test]
fn a_value_is_replaced_and_nothing_else() {
    let text = edited(PLAIN, |header| header.set_revision("3").set_revises(&["2"]));
    assert_eq!(
        text,
        PLAIN.replace("revision = \"2\"", "revision = \"3\"").replace("\"1\"", "\"2\"")
    );
    assert_eq!(edited(PLAIN, |header| header), PLAIN);
    let back = edited(&text, |header| header.set_revises(&["0"]).set_revision("2").set_revises(&["1"]));
    assert_eq!(back, PLAIN);
}

#[test]
fn one_parent_becomes_several_and_none() {
    let several = edited(PLAIN, |header| header.set_revises(&["0", "1"]));
    assert_eq!(several, PLAIN.replace("\"1\"", "[\"0\", \"1\"]"));
    assert_eq!(edited(&several, |header| header.set_revises(&["1"])), PLAIN);
    assert_eq!(
        edited(&several, |header| header.set_revises::<&str>(&[])),
        PLAIN.replace("\"1\"", "base")
    );
}

#[test]
fn what_is_missing_is_put_where_it_belongs_and_taken_away_with_its_line() {
    let all = edited(PLAIN, |header| {
        header.set_alias(Some("x\"y")).set_depends_on(&["0"]).set_label(Some("billing"))
    });
    let lines = "    revises = \"1\";\n    depends_on = [\"0\"];\n    label = \"billing\";\n    alias = r#\"x\"y\"#;\n";
    assert_eq!(all, PLAIN.replace("    revises = \"1\";\n", lines));
    assert_eq!(
        edited(&all, |header| header.set_alias(None).set_label(None).set_depends_on::<&str>(&[])),
        PLAIN
    );
    let other = edited(&all, |header| header.set_label(None).set_alias(Some("z")));
    assert_eq!(other, all.replace("    label = \"billing\";\n", "").replace("r#\"x\"y\"#", "\"z\""));
}

#[test]
fn comments_in_a_header_stay_whatever_is_changed() {
    let source = "migration! {
    revision /* a */ = /* b */ \"2\" /* c */ ; /* d
      over lines */ // e
    // f
    revises = [ // g
        \"0\", // h
        // i
        \"1\" // j
    ]; // k
    label = // l
        \"x\"; // m
    alias = \"y\"; upgrade {} downgrade {} }";
    insta::assert_snapshot!(edited(source, |header| header.set_revises(&["a", "b", "c"]).set_label(None).set_depends_on(&["z"])), @r#"
    migration! {
        revision /* a */ = /* b */ "2" /* c */ ; /* d
          over lines */ // e
        // f
        revises = [ // g
            "a", // h
            // i
            "b", // j
            "c",
        ]; // k
        depends_on = ["z"];
          // l
             // m
        alias = "y"; upgrade {} downgrade {} }
    "#);
    insta::assert_snapshot!(edited(source, |header| header.set_revises(&["a"]).set_alias(None)), @r#"
    migration! {
        revision /* a */ = /* b */ "2" /* c */ ; /* d
          over lines */ // e
        // f
        revises = [ // g
            "a" // h
            // i
             // j
        ]; // k
        label = // l
            "x"; // m
         upgrade {} downgrade {} }
    "#);
    insta::assert_snapshot!(edited(source, |header| header.set_revises::<&str>(&[]).set_revision("3").set_label(Some("z"))), @r#"
    migration! {
        revision /* a */ = /* b */ "3" /* c */ ; /* d
          over lines */ // e
        // f
        revises = base // g
             // h
            // i
             // j
        ; // k
        label = // l
            "z"; // m
        alias = "y"; upgrade {} downgrade {} }
    "#);
}

#[test]
fn a_header_on_one_line_stays_on_it() {
    let source = "migration! { revision=\"2\";revises=\"1\"; upgrade {} }";
    let text = edited(source, |header| {
        header.set_label(Some("a")).set_revises(&["0", "1"]).set_alias(Some("b"))
    });
    assert_eq!(
        text,
        "migration! { revision=\"2\";revises=[\"0\", \"1\"]; label = \"a\"; alias = \"b\"; upgrade {} }"
    );
    assert_eq!(edited(&text, |header| header.set_label(None)), text.replace("label = \"a\";", ""));
}

#[test]
fn a_block_without_the_keys_gets_them_before_its_bodies() {
    let text = edited("migration! {\r\n    upgrade {}\r\n}", |header| {
        header.set_revision("1").set_revises::<&str>(&[])
    });
    assert_eq!(
        text,
        "migration! {\r\n    revision = \"1\";\r\n    revises = base;\r\n    upgrade {}\r\n}"
    );
    assert_eq!(
        edited("migration! {}", |header| header.set_label(Some("a"))),
        "migration! {label = \"a\"; }"
    );
    let text = edited("migration! {\n  // first\n  revises = base;\n}", |header| header.set_revision("1"));
    assert_eq!(text, "migration! {\n  // first\n  revision = \"1\";\n  revises = base;\n}");
}

#[test]
fn one_of_several_blocks_is_changed_after_characters_of_several_bytes() {
    let source = "\u{feff}// é\nmigration! { revision = \"1\"; upgrade {} } /* 🎉 */ migration! { /* ü */ revision = \"2\"; upgrade {} }";
    let blocks = scan(source).expect("lexes");
    let text = Header::of(source, &blocks[1]).set_revision("3").apply();
    assert_eq!(text, source.replace("\"2\"", "\"3\""));
}

fn texts(ids: &[Ident]) -> Vec<String> {
    ids.iter().map(|id| id.text.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_changed_header_says_what_was_wanted_and_keeps_every_comment(
        block in super::generate::block(),
        between in super::format::between(),
        wanted in super::generate::block(),
        lay_out in any::<bool>(),
    ) {
        let text = super::format::sprinkled(&crate::syntax::print::print(&block), &between);
        let mut source = format!("mina::migration! {{{text}}}");
        if lay_out {
            source = format(&source).expect("lexes").text;
        }
        let changed = edited(&source, |header| {
            header
                .set_revision(&wanted.revision.as_ref().expect("has an id").text)
                .set_revises(&texts(&wanted.revises))
                .set_depends_on(&texts(&wanted.depends_on))
                .set_label(wanted.label.as_ref().map(|label| label.text.as_str()))
                .set_alias(wanted.alias.as_ref().map(|alias| alias.text.as_str()))
        });
        let mut expected = block;
        expected.revision = wanted.revision;
        expected.revises = wanted.revises;
        expected.depends_on = wanted.depends_on;
        expected.label = wanted.label;
        expected.alias = wanted.alias;
        let parsed = parse(&scan(&changed).map_err(|error| TestCaseError::fail(format!("{error}\n{changed}")))?[0].tokens);
        prop_assert_eq!(&parsed.diagnostics, &[], "{}\n{}", source, changed);
        prop_assert_eq!(parsed.block, expected, "{}\n{}", source, changed);
        prop_assert_eq!(super::format::comments(&changed), super::format::comments(&source), "{}\n{}", source, changed);
    }
}

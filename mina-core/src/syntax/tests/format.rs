//! What `mina fmt` does to files, and what it leaves alone.

use crate::syntax::ast::Block;
use crate::syntax::edit::Header;
use crate::syntax::format::format;
use crate::syntax::parse::parse;
use crate::syntax::place::{Places, comment_length};
use crate::syntax::print::print;
use crate::syntax::source::scan;
use crate::syntax::token::Token;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// The form of a file all of whose blocks parse; a second time, nothing changes.
fn formatted(source: &str) -> String {
    let once = format(source).expect("lexes");
    let refused: Vec<String> = once.refused.iter().map(|(_, diagnostic)| diagnostic.to_string()).collect();
    assert_eq!(refused, Vec::<String>::new());
    assert_eq!(blocks(&once.text), blocks(source), "{}", once.text);
    assert_eq!(comments(&once.text), comments(source), "{}", once.text);
    let twice = format(&once.text).expect("lexes");
    assert_eq!(twice.text, once.text);
    once.text
}

/// The form of a block around these statements, from its `upgrade` on.
fn upgrade(statements: &str) -> String {
    let source = format!("migration! {{\nrevision = \"1\";\nrevises = base;\nupgrade {{{statements}}}\ndowngrade = auto;\n}}\n");
    let text = formatted(&source);
    let body = text.split_once("    upgrade {\n").expect("has an upgrade").1;
    let body = body.split_once("    }\n\n    downgrade").expect("has a downgrade").0;
    body.lines()
        .map(|line| format!("{}\n", line.strip_prefix("        ").unwrap_or(line)))
        .collect()
}

fn blocks(source: &str) -> Vec<Block> {
    let blocks = scan(source).expect("lexes");
    blocks.iter().map(|block| parse(&block.tokens).block).collect()
}

/// Every comment that is no token, in no order, without the indentation of its lines.
pub(super) fn comments(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let places = Places::new(source);
    for block in scan(source).expect("lexes") {
        let mut at = places.offset(block.open) + 1;
        for index in 0..block.tokens.tokens.len() {
            let range = places.token(&block.tokens, index);
            comments_of(&source[at..range.start.max(at)], &mut found);
            at = at.max(range.end);
        }
        comments_of(&source[at..places.offset(block.close)], &mut found);
    }
    found.sort();
    found
}

fn comments_of(mut gap: &str, into: &mut Vec<String>) {
    while let Some(start) = gap.find('/') {
        gap = &gap[start..];
        let length = comment_length(gap);
        let lines = gap[..length].lines().map(str::trim);
        into.push(lines.collect::<Vec<_>>().join("\n"));
        gap = &gap[length..];
    }
}

/// A block's text with something between its tokens wherever something can stand there.
pub(super) fn sprinkled(text: &str, between: &[&str]) -> String {
    let source = format!("migration! {{{text}}}");
    let block = scan(&source).expect("lexes").remove(0);
    let places = Places::new(&source);
    let mut out = String::new();
    let mut at = places.offset(block.open) + 1;
    let mut next = between.iter().cycle();
    for index in 0..block.tokens.tokens.len() {
        let range = places.token(&block.tokens, index);
        let joint = index > 0 && matches!(block.tokens.tokens[index - 1], Token::Punct(_, true));
        if range.end <= at {
            continue;
        }
        out.push_str(&source[at..range.start.max(at)]);
        if !joint {
            out.push_str(next.next().copied().unwrap_or_default());
        }
        out.push_str(&source[range.clone()]);
        at = range.end;
    }
    out.push_str(next.next().copied().unwrap_or_default());
    out.push_str(&source[at..places.offset(block.close)]);
    out
}

pub(super) fn between() -> BoxedStrategy<Vec<&'static str>> {
    let some = select(
        &[
            "",
            "",
            "",
            "",
            "",
            " ",
            "\n",
            "\n\n\n",
            "\t",
            "\r\n",
            "/* a */",
            " // b\n",
            "\n// c\n",
            "\n\n// d\n\n",
            "/* e\n   f */",
            "\n/* g */\n",
            "/* h */ /* i */ // j\n",
            " //\n",
        ][..],
    );
    vec(some, 1..60).boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_form_says_the_same_with_every_comment_and_is_its_own_form(block in super::generate::block(), between in between()) {
        let text = sprinkled(&print(&block), &between);
        for source in [format!("mina::migration! {{{text}}}"), format!("mod x {{\n    mina::migration! {{{text}\n    }}\n}}\n")] {
            let once = format(&source).map_err(|error| TestCaseError::fail(format!("{error}\n{source}")))?;
            prop_assert!(once.refused.is_empty(), "{:?}\n{}", once.refused, source);
            prop_assert_eq!(&blocks(&once.text), std::slice::from_ref(&block), "{}", once.text);
            prop_assert_eq!(comments(&once.text), comments(&source), "{}\n{}", source, once.text);
            let twice = format(&once.text).map_err(|error| TestCaseError::fail(format!("{error}\n{}", once.text)))?;
            prop_assert_eq!(&twice.text, &once.text, "{}", source);
        }
    }

    #[test]
    fn what_is_printed_has_its_form(block in super::generate::block()) {
        let lines = print(&block);
        let lexed = crate::syntax::format::laid_out(&lines, false);
        prop_assert_eq!(lexed, lines);
    }
}

#[test]
fn comments_and_blank_lines_stay_where_they_are() {
    let source = r#"use a::b; // kept   as it is

mod deep {
      mina::migration! { // why
   /* before */ //! Message
  // about the engine

  revision="2"; // an id
    // parents
      revises = [ "a", // the first
  "b"
  ] ;


  upgrade { // up

    // tasks


    create_table tasks { // wide
        // the key
        #[primary_key] /* counted */
        // once
        id :Integer , // never empty
        /// Free text.
        body: Nullable < Text >=null /* or not */, /* not last */ done: Bool=false // last
        // nothing more

    } // made
    drop_table a ; /* a */ drop_table /* b */ b;

    drop_table c // no more
    ;
    create_index ix on t ( a /* first */ , b desc /* second */ );
    drop_table // which
      d;
    // end

  }
  // between
  downgrade { /* nothing */ } // after
  // last
}
}
"#;
    insta::assert_snapshot!(formatted(source), @r#"
    use a::b; // kept   as it is

    mod deep {
          mina::migration! { // why
              /* before */ //! Message

              // about the engine

              revision = "2"; // an id
              // parents
              revises = [
                  "a", // the first
                  "b",
              ];

              upgrade { // up
                  // tasks

                  create_table tasks { // wide
                      // the key
                      #[primary_key] /* counted */
                      // once
                      id: Integer, // never empty
                      /// Free text.
                      body: Nullable<Text> = null /* or not */,
                      /* not last */ done: Bool = false, // last
                      // nothing more
                  } // made
                  drop_table a;
                  /* a */ drop_table /* b */ b;

                  drop_table c; // no more
                  create_index ix on t (a /* first */, b desc /* second */);
                  drop_table // which
                      d;
                  // end
              }

              // between
              downgrade { /* nothing */ } // after
              // last
          }
    }
    "#);
}

#[test]
fn several_blocks_of_a_file_stand_at_their_indentation() {
    let source = "fn f ( ) {\n\tmina::migration!{revision=\"1\";revises=base;upgrade{}downgrade=auto;}\n  migration! [ revision = \"2\" ; revises = \"1\" ; upgrade { } ] ;\n}   \n";
    insta::assert_snapshot!(formatted(source).replace('\t', "<tab>"), @r#"
    fn f ( ) {
    <tab>mina::migration!{
    <tab>    revision = "1";
    <tab>    revises = base;

    <tab>    upgrade {}

    <tab>    downgrade = auto;
    <tab>}
      migration! [
          revision = "2";
          revises = "1";

          upgrade {}
      ] ;
    }
    "#);
}

#[test]
fn a_block_that_does_not_parse_is_left_as_it_is() {
    let good = "migration! {revision = \"1\"; revises = base; upgrade {} downgrade {}}";
    let bad = "migration!  {revision = \"2\"; revises = base;\n upgrade {create_tabel  x {}} }";
    let done = format(&format!("{bad}\n{good}\n")).expect("lexes");
    assert!(done.text.starts_with(bad), "{}", done.text);
    assert!(done.text.ends_with("\n    upgrade {}\n\n    downgrade {}\n}\n"), "{}", done.text);
    let refused: Vec<_> = done
        .refused
        .iter()
        .map(|(block, diagnostic)| (block.tokens.location(diagnostic.span), diagnostic.message.as_str()))
        .collect();
    assert_eq!(
        refused,
        [(
            Some(crate::syntax::Location { line: 2, column: 11 }),
            "there is no statement `create_tabel`"
        )]
    );
}

#[test]
fn a_file_that_is_no_rust_is_refused_and_one_without_blocks_kept() {
    assert!(format("migration! { \"").is_err());
    assert_eq!(format("fn  main( ) { }").expect("has no block").text, "fn  main( ) { }");
}

#[test]
fn header_items_stand_in_their_order_with_their_comments() {
    let source = r#"migration! {
    <Pg>
    // why it waits
    depends_on = ["0"]; // for that
    #![allow(no_change)]
    revises = base;
    // the id
    revision = "1";

    alias = "x";
    //! Message
    downgrade = auto;
    upgrade {}
}"#;
    insta::assert_snapshot!(formatted(source), @r#"
    migration! {
        <Pg>
        //! Message
        #![allow(no_change)]

        // the id
        revision = "1";
        revises = base;
        // why it waits
        depends_on = ["0"]; // for that
        alias = "x";

        upgrade {}

        downgrade = auto;
    }
    "#);
}

#[test]
fn lists_stay_on_a_line_as_written_while_they_fit() {
    insta::assert_snapshot!(upgrade(r#"
        bulk_insert a (id, name) [ (1, "a"), (2, "b"), ];
        bulk_insert b (id) [
            1, 2 ];
        create_enum mood ("good", "bad",);
        create_index ix on t (
            a, b) { unique=true }
        update t { set = "a = 1", where = "b = 2", }
        update t {
            set = "a = 1" }
        create_table s { #[primary_key] id: Integer } { strict = true };
        run |conn| { Ok(()) };
        alter_column t.a {};
    "#), @r#"
    bulk_insert a (id, name) [(1, "a"), (2, "b")];
    bulk_insert b (id) [
        1,
        2,
    ];
    create_enum mood ("good", "bad");
    create_index ix on t (
        a,
        b,
    ) { unique = true }
    update t { set = "a = 1", where = "b = 2" }
    update t {
        set = "a = 1",
    }
    create_table s {
        #[primary_key]
        id: Integer,
    } { strict = true }
    run |conn| { Ok(()) }
    alter_column t.a {}
    "#);
}

#[test]
fn lines_that_are_too_long_break_at_their_last_list() {
    insta::assert_snapshot!(upgrade(r#"
        batch_alter users { create_foreign_key fk_users_workspace_of_the_first_sign_in (workspace_id, organisation_id) references workspaces (id, organisation_id) { on_delete = set_null, on_update = cascade } }
        update users { set = "status = 'active', activated_at = CURRENT_TIMESTAMP", where = "status IS NULL AND confirmed_at IS NOT NULL" }
        create_index ix_users_of_a_very_long_name on users (first_name, last_name, organisation_id, created_at desc nulls_last, "lower(email)");
        bulk_insert users [{ id: 1, email: "first@example.com", status: "active", name: "The first of all users", note: "made by the installer" }];
        create_check ck_users_status_is_one_of_those_that_the_application_knows on users "status IN ('active', 'inactive', 'suspended', 'gone')";
        delete a_table_with_quite_a_long_name { where = "a_column_with_quite_a_long_name = 'a text that is long enough to be too long' AND more" }
        create_table t {
            #[references(a_table_with_quite_a_long_name.a_column_with_quite_a_long_name, on_delete = cascade, name = fk_t_of_a_long_name)]
            a: Integer,
            foreign_key fk_of_this_table_with_quite_a_long_name (a_column) references a_table_with_quite_a_long_name (id) { on_delete = cascade },
        }
    "#), @r#"
    batch_alter users {
        create_foreign_key fk_users_workspace_of_the_first_sign_in (
            workspace_id,
            organisation_id,
        ) references workspaces (
            id,
            organisation_id,
        ) {
            on_delete = set_null,
            on_update = cascade,
        }
    }
    update users {
        set = "status = 'active', activated_at = CURRENT_TIMESTAMP",
        where = "status IS NULL AND confirmed_at IS NOT NULL",
    }
    create_index ix_users_of_a_very_long_name on users (
        first_name,
        last_name,
        organisation_id,
        created_at desc nulls_last,
        "lower(email)",
    );
    bulk_insert users [
        {
            id: 1,
            email: "first@example.com",
            status: "active",
            name: "The first of all users",
            note: "made by the installer",
        },
    ];
    create_check ck_users_status_is_one_of_those_that_the_application_knows on users "status IN ('active', 'inactive', 'suspended', 'gone')";
    delete a_table_with_quite_a_long_name {
        where = "a_column_with_quite_a_long_name = 'a text that is long enough to be too long' AND more",
    }
    create_table t {
        #[references(
            a_table_with_quite_a_long_name.a_column_with_quite_a_long_name,
            on_delete = cascade,
            name = fk_t_of_a_long_name,
        )]
        a: Integer,
        foreign_key fk_of_this_table_with_quite_a_long_name (a_column) references a_table_with_quite_a_long_name (id) {
            on_delete = cascade,
        },
    }
    "#);
}

#[test]
fn texts_of_several_lines_move_as_a_whole() {
    insta::assert_snapshot!(upgrade(r##"
  execute "
    UPDATE users
      SET a = 1

    WHERE b"
  ;
  create_view v as r#"
SELECT "a"
FROM t
"#;
  create_view w as "SELECT a
                    FROM t";
  create_trigger g on t { Sqlite = "
                AFTER UPDATE
                ", Pg = "BEFORE UPDATE" }
  comment_on t "two
      lines";
  execute "UPDATE a \
             SET b = 1
    WHERE c";
  run |conn| { // why
      let text = "kept
  as it is";
    // further left
      if a {

          b()
      }
  /* over
     two lines */
      Ok(())
                } { undo = none }
    "##), @r##"
    execute "
        UPDATE users
          SET a = 1

        WHERE b";
    create_view v as r#"
        SELECT "a"
        FROM t
    "#;
    create_view w as "SELECT a
                      FROM t";
    create_trigger g on t {
        Sqlite = "
            AFTER UPDATE
        ",
        Pg = "BEFORE UPDATE",
    }
    comment_on t "two
          lines";
    execute "UPDATE a \
               SET b = 1
      WHERE c";
    run |conn| { // why
        let text = "kept
      as it is";
      // further left
        if a {

            b()
        }
    /* over
       two lines */
        Ok(())
    } { undo = none }
    "##);
}

#[test]
fn a_text_on_a_line_of_its_own_moves_with_that_line() {
    insta::assert_snapshot!(upgrade("
  execute \"SELECT 1\" { undo = // what was
      \"UPDATE a \\
          SET b = 1\" }
    "), @r#"
    execute "SELECT 1" {
        undo = // what was
            "UPDATE a \
                SET b = 1",
    }
    "#);
}

#[test]
fn a_file_keeps_its_line_breaks() {
    let text = formatted(
        "// a\r\nmigration! {\r\n  //! Message\r\n  revision = \"1\"; // b\r\n\r\n\r\n  revises = base;\r\n  upgrade { execute \"\r\n a\r\n b\r\n\"; }\r\n}\r\n",
    );
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{text:?}");
    insta::assert_snapshot!(text.replace("\r\n", "\n"), @r#"
    // a
    migration! {
        //! Message

        revision = "1"; // b

        revises = base;

        upgrade {
            execute "
                a
                b
            ";
        }
    }
    "#);
}

#[test]
fn what_is_not_needed_goes_and_every_value_is_kept_as_written() {
    insta::assert_snapshot!(upgrade(r##"
        #[on ( Pg , Sqlite , )] #[allow(no_change)] execute { Pg="a" , Sqlite=r#"b"# } ;
        add_column "my table" . r#type : Nullable<Numeric<10,2> > = - 1_000.50 ;
        rename_table a=>b;
        create_function f ( a integer,b  text [ ] ) "x";
        drop_function app . f();
        create_exclusion ex on t using gist ( a with "=" , "b" with "&&" );
        bulk_delete t by (a,b) [ (1 , now ()) , 2 ];
        alter_column t.c { type=Integer, using={ Pg="x" } default = sql ( "y" ) }
    "##), @r##"
    #[on(Pg, Sqlite)]
    #[allow(no_change)]
    execute { Pg = "a", Sqlite = r#"b"# }
    add_column "my table".r#type: Nullable<Numeric<10, 2>> = -1_000.50;
    rename_table a => b;
    create_function f(a integer, b text[]) "x";
    drop_function app.f();
    create_exclusion ex on t using gist (a with "=", "b" with "&&");
    bulk_delete t by (a, b) [(1, now()), 2];
    alter_column t.c { type = Integer, using = { Pg = "x" }, default = sql("y") }
    "##);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_text_is_too_odd(
        block in super::generate::block(),
        between in between(),
        edits in vec((any::<prop::sample::Index>(), select(&["", "{", "}", "(", "[", "]", "\"", "'", "#", "/*", "*/", "//", "\n", ";", ",", "=", "é", "<", "|"][..])), 1..4),
    ) {
        let mut text: Vec<String> = format!("migration! {{{}}}", sprinkled(&print(&block), &between)).chars().map(String::from).collect();
        for (at, new) in edits {
            let at = at.index(text.len());
            text[at] = new.to_owned();
        }
        let source = text.concat();
        if let Ok(once) = format(&source) {
            prop_assert_eq!(format(&once.text).map(|twice| twice.text), Ok(once.text));
            for block in scan(&source).expect("was formatted") {
                let header = Header::of(&source, &block).set_revision("1").set_revises(&["2", "3"]).set_depends_on(&["4"]);
                prop_assert!(header.set_label(None).set_alias(Some("a")).apply().contains("\"1\""));
            }
        }
    }
}

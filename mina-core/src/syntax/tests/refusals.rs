//! What each error of syntax says, and where its caret stands.

use crate::diagnostic::Code;
use crate::syntax::ast::{Downgrade, StatementKind};
use crate::syntax::parse::Parsed;
use crate::syntax::print::tokens_as_text;
use crate::syntax::{Tokens, parse_str};

fn parsed(text: &str) -> (Parsed, Tokens) {
    parse_str(text).expect("lexes")
}

/// Each finding with its line, and the tokens that the caret is under.
fn said_of(text: &str) -> String {
    let (parsed, tokens) = parsed(text);
    let each = parsed.diagnostics.iter().map(|diagnostic| {
        let line = tokens.location(diagnostic.span).map_or(0, |at| at.line);
        let caret = tokens_as_text(&tokens, diagnostic.span);
        format!("{line} `{caret}` {}", diagnostic.to_string().replace('\n', "\n    "))
    });
    each.collect::<Vec<_>>().join("\n")
}

fn block(statements: &str) -> String {
    format!("revision = \"1\"; revises = base; upgrade {{\n{statements}\n}}")
}

fn said(statements: &str) -> String {
    said_of(&block(statements))
}

#[test]
fn a_missing_semicolon_is_at_the_end_of_its_statement() {
    insta::assert_snapshot!(said("drop_table a\ndrop_column a.b\n/// x\nadd_column a.c: Nullable<Text>"), @r#"
    2 `a` M000: expected `;` at the end of `drop_table`, found `drop_column`
    3 `b` M000: expected `;` at the end of `drop_column`, found `#`
    5 `>` M000: expected `;` at the end of `add_column`
    "#);
    let (parsed, _) = parsed(&block("drop_table a\ndrop_column a.b"));
    assert!(
        !parsed
            .block
            .upgrade
            .statements
            .iter()
            .any(|s| matches!(s.kind, StatementKind::Broken { .. }))
    );
}

#[test]
fn plain_syntax_says_what_was_expected_and_what_stands_there() {
    insta::assert_snapshot!(said("\
drop_column users.bio users.x;
rename_table a -> b;
drop_table;
drop_index ix;
add_column bio: Text;
add_column users.bio Text;
alter_column users.a => b;
alter_column users.a { nullable = False }
create_index ix on users email;
create_view v \"SELECT 1\";
drop_table 2fa;
update users { where = \"x\" }
execute \"  \";
bulk_insert users [ (1) ];
bulk_insert users (a) [ { a: 1 } ];
alter_enum e { before = \"x\" }
comment_on t = \"x\";
run || {}
/// A remark
drop_table t;
;"), @r#"
    2 `users` M000: expected `;`, found `users`
        the form is `drop_column TABLE.COLUMN;`
    3 `-` M000: expected `=>`, found `-`
        the form is `rename_table OLD => NEW;`
    4 `;` M000: expected a table, found `;`
        the form is `drop_table TABLE;`
    5 `;` M000: expected `on` and the table of `ix`, found `;`
        the form is `drop_index NAME on TABLE;`
    6 `bio` M000: the column `bio` is named without its table
        write `TABLE.bio`, or put the statement into `batch_alter TABLE { … }`
    7 `Text` M000: expected `:` and a type after the column's name `bio`, found `Text`
        write `bio: Text`
    8 `=` M000: expected `{` and changes, found `=>`
        write `alter_column users.a { rename = b }`
    9 `False` M000: expected `true` or `false`, found `False`
        write `false`
    10 `email` M000: expected `(` and columns, found `email`
        the form is `create_index NAME on TABLE (COLUMNS);`
    11 `"SELECT 1"` M000: expected `as`, found `"SELECT 1"`
        the form is `create_view NAME as "SELECT …";`
    12 `2fa` M000: expected a table, found `2fa`
        a name that is no identifier is written as a string: `"2fa"`
    13 `{` M000: `update` has no `set`
        such as `set = "status = 'active'"`
    14 `"  "` M000: the SQL is empty
        the form is `execute "SQL";`
    15 `(` M000: expected `{` and a row such as `{ id: 1 }`, found `(`
        a row without names needs the columns before the rows: `bulk_insert TABLE (COLUMNS) [(1, "a")];`
    16 `{` M000: expected `(` and values, found `{`
        the columns are named before the rows: leave either the names or the columns out
    17 `{` M000: `alter_enum` with `before` says no change
        the forms are `{ add = "c", after = "b" }`, `{ rename = "a", to = "b" }` and `{ remove = "a" }`
    18 `=` M000: expected a comment, found `=`
        leave the `=` out
    19 `|` M000: expected a name for the connection, found `|`
        the form is `run |conn| { … }`
    20 `doc` M000: a doc comment cannot stand on `drop_table`
        `///` is the comment of a table or a column in the database; write `//` for a remark
    22 `;` M000: expected a statement, found `;`
        leave the `;` out
    "#);
}

#[test]
fn a_batch_names_its_table_once() {
    insta::assert_snapshot!(said("\
batch_alter users {
    add_column users.bio: Text;
    create_index ix on users (a);
    execute \"x\";
    batch_alter users { }
    drop_table users;
}"), @r#"
    3 `users` M000: `batch_alter users` names the table already
        write `bio` alone
    4 `on` M000: `batch_alter users` names the table already
        leave `on …` out
    5 `execute` M000: `execute` cannot stand in `batch_alter users`
        write it before or after the batch
    6 `batch_alter` M000: `batch_alter` cannot stand in `batch_alter users`
        write it before or after the batch
    7 `drop_table` M000: `drop_table` cannot stand in `batch_alter users`
        write it before or after the batch
    "#);
}

#[test]
fn an_unknown_word_is_answered_with_what_is_meant() {
    insta::assert_snapshot!(said("\
drop_colum users.bio;
add_col users.bio: Text;
rename_column users.a => b;
drop_foreign_key fk_x on users;
create_unique_constraint uq_x on users (email);
op.execute(\"UPDATE users SET x = 1\");
ALTER TABLE users ADD COLUMN x INT;
pass;
revises = base;
#[on(Postgres)] drop_table t;
#[on(Oracle)] drop_table t;
#[allow(lossy_downgrad)] drop_table t;
#[unique] drop_table t;
#[unqiue] add_column t.a: Text;
#[nullable] add_column t.a: Text;
add_column t.a: Text = active;
add_column t.a: Timestamp = CURRENT_TIMESTAMP;
add_column t.a: Bool = True;
alter_column t.a { default = null }
execute { Postgres = \"x\", Sqlite = \"y\" }
create_foreign_key fk on t (a) references u (b) { on_delete = cascad }
create_foreign_key fk on t (a) references u (b) { on_delete = \"CASCADE\" }
create_foreign_key fk on t (a) references u (b) { on_delete = SET NULL }"), @r#"
    2 `drop_colum` M001: there is no statement `drop_colum`
        did you mean `drop_column`? its form is `drop_column TABLE.COLUMN;`
    3 `add_col` M001: there is no statement `add_col`
        did you mean `add_column`? its form is `add_column TABLE.COLUMN: TYPE;`
    4 `rename_column` M001: there is no statement `rename_column`
        write `alter_column users.a { rename = b }`
    5 `drop_foreign_key` M001: there is no statement `drop_foreign_key`
        did you mean `drop_constraint`? write `drop_constraint fk_x on users;`
    6 `create_unique_constraint` M001: there is no statement `create_unique_constraint`
        did you mean `create_unique`? its form is `create_unique NAME on TABLE (COLUMNS);`
    7 `op` M001: there is no statement `op`
        statements stand alone, without `op.`: `execute "SQL";`
    8 `ALTER` M001: there is no statement `ALTER`
        SQL stands in a string: `execute "…";`
    9 `pass` M001: there is no statement `pass`
        a body without statements is `{}`
    10 `revises` M001: there is no statement `revises`
        `revises` stands in the head of the block, before `upgrade`
    11 `Postgres` M001: there is no engine `Postgres`
        did you mean `Pg`?
    12 `Oracle` M001: there is no engine `Oracle`
        the engines are `Sqlite`, `Pg`, `Mysql`
    13 `lossy_downgrad` M001: there is no lint `lossy_downgrad`
        did you mean `lossy_downgrade`?
    14 `unique` M001: `#[unique]` cannot stand on `drop_table`
        it belongs to a column
    15 `unqiue` M001: there is no attribute `unqiue`
        did you mean `#[unique]`?
    16 `nullable` M001: there is no attribute `nullable`
        a column that takes NULL has the type `Nullable<…>`
    17 `active` M001: `active` is no value
        a text is written as a string: `"active"`; SQL of the database as `sql("…")`; the functions are `now()`, `today()`, `uuid()`
    18 `CURRENT_TIMESTAMP` M001: `CURRENT_TIMESTAMP` is no value
        did you mean `now()`?
    19 `True` M001: `True` is no value
        write `true`
    20 `null` M001: `null` is no default
        `default = none` drops the default
    21 `Postgres` M001: there is no engine `Postgres`
        did you mean `Pg`?
    22 `cascad` M001: there is no action `cascad`
        did you mean `cascade`?
    23 `"CASCADE"` M001: there is no action `CASCADE`
        write `cascade`
    24 `SET` M001: there is no action `SET NULL`
        write `set_null`
    "#);
    insta::assert_snapshot!(said("\
batch_alter t {
    rename_column a => b;
    drop_colum c;
    batch_op.drop_column(\"c\");
}"), @r#"
    3 `rename_column` M001: there is no statement `rename_column`
        write `alter_column a { rename = b }`
    4 `drop_colum` M001: there is no statement `drop_colum`
        did you mean `drop_column`? its form is `drop_column COLUMN;`
    5 `batch_op` M001: there is no statement `batch_op`
        statements stand alone, without `batch_op.`: `drop_column COLUMN;`
    "#);
}

#[test]
fn alembics_order_of_a_foreign_keys_arguments_is_put_right() {
    insta::assert_snapshot!(said("\
create_foreign_key(\"fk_a\", \"users\", \"workspaces\", [\"workspace_id\"], [\"id\"]);
batch_alter users { create_foreign_key fk_a, workspaces, [workspace_id], [id]; }
create_foreign_key fk on users (a) workspaces (id);
create_foreign_key fk on users (a) references workspaces.id;"), @r#"
    2 `(` M000: expected a name, found `(`
        write `create_foreign_key fk_a on users (workspace_id) references workspaces (id);`
    3 `,` M000: expected `(` and columns, found `,`
        write `create_foreign_key fk_a (workspace_id) references workspaces (id);`
    4 `workspaces` M000: expected `references`, found `workspaces`
        the form is `create_foreign_key NAME on TABLE (COLUMNS) references OTHER (COLUMNS);`
    5 `;` M000: expected `(` and the columns referred to, found `;`
        write `references workspaces (id)`
    "#);
}

#[test]
fn a_header_has_the_keys_that_it_needs_and_no_others() {
    insta::assert_snapshot!(said_of("upgrade {}\ndowngrade {}"), @r#"
    1 `upgrade` M002: the block has no `revision`
        such as `revision = "20251008120000";`, a time in UTC
    1 `upgrade` M002: the block has no `revises`
        write `revises = "…";` with the id of the revision before this one, or `revises = base;`
    "#);
    insta::assert_snapshot!(said_of("revision = \"1\";\nrevises = base;"), @r#"
    1 `revision` M002: the block has no `upgrade`
        write `upgrade { … }`
    "#);
    insta::assert_snapshot!(said_of("down_revision = \"1\";\nrevison = \"2\";\nfrobnicate = 3;\nupgrad { drop_colum a.b; }\ndown {}"), @r#"
    1 `down_revision` M002: there is no header key `down_revision`
        did you mean `revises`?
    2 `revison` M002: there is no header key `revison`
        did you mean `revision`?
    3 `frobnicate` M002: there is no header key `frobnicate`
        the keys are `revision`, `revises`, `depends_on`, `label`, `alias`, `squashes`, `bind`, `transaction`
    4 `upgrad` M002: there is no header key `upgrad`
        did you mean `upgrade`?
    4 `drop_colum` M001: there is no statement `drop_colum`
        did you mean `drop_column`? its form is `drop_column TABLE.COLUMN;`
    5 `down` M002: there is no header key `down`
        did you mean `downgrade`?
    "#);
    insta::assert_snapshot!(said_of(""), @r#"
    0 `` M002: the block has no `revision`
        such as `revision = "20251008120000";`, a time in UTC
    0 `` M002: the block has no `revises`
        write `revises = "…";` with the id of the revision before this one, or `revises = base;`
    0 `` M002: the block has no `upgrade`
        write `upgrade { … }`
    "#);
}

#[test]
fn a_header_is_read_as_it_was_meant() {
    insta::assert_snapshot!(said_of("\
/// The message
#[allow(no_change)]
revision = 20251008120000
revises = None;
upgrade {}
label = \"x\";
drop_table t;"), @r#"
    1 `#` M000: what is said of the whole block begins with `!`
        the message is written `//! …`
    2 `#` M000: what is said of the whole block begins with `!`
        write `#![allow(…)]`
    3 `20251008120000` M000: expected an id as a string, found `20251008120000`
        write `"20251008120000"`
    3 `20251008120000` M000: expected `;` at the end of `revision`, found `revises`
    4 `None` M000: a revision that builds on no other revises `base`, not `None`
        write `revises = base;`
    6 `label` M000: `label` stands before `upgrade`
    7 `drop_table` M000: `drop_table` stands outside of `upgrade` and `downgrade`
        write `upgrade { … }` around it
    "#);
    insta::assert_snapshot!(said_of("<Postgres>\nrevision = \"1\";\nrevises = (\"a\", \"b\");\nupgrade\ndowngrade = atuo;"), @r#"
    1 `Postgres` M001: there is no engine `Postgres`
        did you mean `Pg`?
    3 `(` M000: expected `[`, found `(`
        several ids are written `revises = ["…", "…"];`
    5 `downgrade` M000: expected `{` and statements, found `downgrade`
        the form is `upgrade { STATEMENTS }`
    5 `atuo` M001: there is no downgrade `atuo`
        did you mean `auto`?
    "#);
    let (parsed, _) = parsed("revision = 20251008120000; revises = \"base\"; upgrade {} downgrade = atuo;");
    assert_eq!(parsed.block.revision.map(|id| id.text).as_deref(), Some("20251008120000"));
    assert!(parsed.block.revises.is_empty());
    assert_ne!(parsed.block.downgrade, Downgrade::Missing);
}

#[test]
fn what_is_given_twice_is_reported_where_it_comes_again() {
    insta::assert_snapshot!(said_of("\
revision = \"1\";
revision = \"2\";
revises = [\"a\", \"a\"];
upgrade {}
upgrade {}
downgrade {}
downgrade = auto;"), @r#"
    2 `revision` M003: `revision` is given twice
    3 `"a"` M003: `a` is given twice
    5 `upgrade` M003: `upgrade` is given twice
    7 `downgrade` M003: `downgrade` is given twice
    "#);
    insta::assert_snapshot!(said_of("\
revision = \"1\";
revison = \"2\";
revises = base;
upgrade {}
downgrade {}
downgade = auto;
downgarde { drop_table; }"), @r"
    2 `revison` M002: there is no header key `revison`
        did you mean `revision`?
    6 `downgade` M002: there is no header key `downgade`
        did you mean `downgrade`?
    7 `downgarde` M002: there is no header key `downgarde`
        did you mean `downgrade`?
    7 `;` M000: expected a table, found `;`
        the form is `drop_table TABLE;`
    ");
    insta::assert_snapshot!(said("\
#[on(Pg)] #[on(Sqlite)] drop_table t;
#[on(Pg, Pg)] drop_table t;
#[unique] #[unique] add_column t.a: Text;
alter_column t.a { type = Text, type = Integer }
batch_alter t { alter_column a { type = Text } alter_column a { type = Integer } }
execute { Pg = \"a\", Pg = \"b\" }
create_enum e (\"a\", \"a\");
bulk_insert t [{ a: 1, a: 2 }];"), @r#"
    2 `on` M003: `#[on]` is given twice
        name all the engines in one: `#[on(Pg, Mysql)]`
    3 `Pg` M003: `Pg` is given twice
    4 `unique` M003: `#[unique]` is given twice
    5 `type` M003: `type` is given twice
    6 `a` M003: `type` of `a` is given twice in one batch
    7 `Pg` M003: `Pg` is given twice
    8 `"a"` M003: the value `a` is given twice
    9 `a` M003: the column `a` is given twice
    "#);
}

#[test]
fn a_type_that_is_none_is_named_with_the_one_meant() {
    insta::assert_snapshot!(said("\
create_table t {
    a: String(20),
    b: String,
    c: DateTime,
    d: Int,
    e: sa.String(20),
    f: Varchar(20),
    g: Char,
    h: Unsigned<Text>,
    i: Text<3>,
    j: Nullable<Integr>,
    k: Option<Text>,
    l: Numeric<2, 5>,
    m: Array<Nullable<Text>>,
    n: Varchar<many>,
    o: Geometry,
    p: Custom<citext>,
    q: Varchar<0>,
    r: Text,
}"), @r#"
    3 `String` M004: there is no type `String`
        write `Varchar<20>`
    4 `String` M004: there is no type `String`
        write `Varchar<n>`, or `Text` for a text of any length
    5 `DateTime` M004: there is no type `DateTime`
        write `Timestamp`
    6 `Int` M004: there is no type `Int`
        write `Integer`
    7 `sa.String` M004: there is no type `sa.String`
        write `Varchar<20>`
    8 `(` M004: a type's arguments stand between `<` and `>`
        such as `Varchar<80>`
    9 `Char` M004: `Char` lacks its arguments
        such as `Char<2>`
    10 `Text` M004: `Unsigned<Text>` is no type: only integers are unsigned
        one of `Unsigned<TinyInt>`, `Unsigned<SmallInt>`, `Unsigned<Integer>`, `Unsigned<BigInt>`
    11 `<` M004: `Text` takes no arguments
        write `Text`
    12 `Integr` M004: there is no type `Integr`
        did you mean `Integer`?
    13 `Option` M004: there is no type `Option`
        a column that takes NULL is `Nullable<…>`
    14 `,` M004: `Numeric<2, 5>` has more digits after the point than in all
        write `Numeric<7, 5>`
    15 `Nullable` M004: `Nullable` stands inside of `Array`
        `Nullable` is the outermost part of a type: `Nullable<…>`
    16 `many` M004: `Varchar` takes a whole number, not `many`
    17 `Geometry` M004: there is no type `Geometry`
        a type that only the database knows is written `Custom<"…">`, an enum `Enum<name>`
    18 `citext` M004: `Custom` takes the type's SQL as a string
        write `Custom<"citext">`
    19 `0` M004: `Varchar<0>` holds nothing
    "#);
    let (parsed, _) = parsed(&block("create_table t { a: String(20), b: Text }"));
    let [statement] = parsed.block.upgrade.statements.as_slice() else {
        panic!("the table is kept");
    };
    let StatementKind::CreateTable(table) = &statement.kind else {
        panic!("the table is kept");
    };
    assert_eq!(table.items.len(), 2);
}

#[test]
fn an_option_that_is_none_is_answered_with_those_there_are() {
    insta::assert_snapshot!(said("\
alter_column t.a { type_ = Integer, server_default = \"x\", existing_type = Text }
create_index ix on t (a) { uniqe = true }
create_foreign_key fk on t (a) references u (b) { ondelete = cascade, initially = \"DEFERRED\" }
create_table t { a: Text } { engin = \"InnoDB\", if_not_exists = true }
#[unique(nam = uq)] add_column t.a: Text;
drop_index ix on t { cascade = true }"), @r#"
    2 `type_` M005: `alter_column` has no option `type_`
        did you mean `type`?
        its options are `rename`, `type`, `using`, `nullable`, `default`, `comment`, `collate`, `generated`, `online`
    2 `server_default` M005: `alter_column` has no option `server_default`
        did you mean `default`?
        its options are `rename`, `type`, `using`, `nullable`, `default`, `comment`, `collate`, `generated`, `online`
    2 `existing_type` M005: `alter_column` has no option `existing_type`
        leave it out: what the column is now is known from the history
    3 `uniqe` M005: `create_index` has no option `uniqe`
        did you mean `unique`?
        its options are `unique`, `nulls_not_distinct`, `where`, `using`, `include`, `concurrently`
    4 `ondelete` M005: `create_foreign_key` has no option `ondelete`
        did you mean `on_delete`?
        its options are `on_delete`, `on_update`, `deferrable`, `validate`, `online`
    4 `initially` M005: `create_foreign_key` has no option `initially`
        write `deferrable = initially_deferred`
        its options are `on_delete`, `on_update`, `deferrable`, `validate`, `online`
    5 `engin` M005: `create_table` has no option `engin`
        did you mean `engine`?
    5 `if_not_exists` M005: `create_table` has no option `if_not_exists`
        leave it out: what exists is known from the history
    6 `nam` M005: `#[unique]` has no option `nam`
        did you mean `name`?
        its options are `name`
    7 `cascade` M005: `drop_index` has no option `cascade`
        leave it out: what depends on it is dropped by statements of its own
    "#);
}

#[test]
fn an_id_sorts_as_text_in_every_collation() {
    let long = "1".repeat(51);
    insta::assert_snapshot!(said_of("revision = \"2025-10-08\"; revises = base; upgrade {}"), @r#"
    1 `"2025-10-08"` M006: the revision id `2025-10-08` has a `-`: only `0`–`9` and `a`–`z` can stand in one
        write `revision = "20251008";`
    "#);
    insta::assert_snapshot!(said_of("revision = \"ABC\"; label = \"My Branch\"; revises = base; upgrade {}"), @r#"
    1 `"ABC"` M006: the revision id `ABC` has a `A`: only `0`–`9` and `a`–`z` can stand in one
        write `revision = "abc";`
    1 `"My Branch"` M006: the label `My Branch` is not of `a`–`z`, `0`–`9` and `_`
        write `label = "my_branch";`
    "#);
    insta::assert_snapshot!(said_of("revision = \"head\"; revises = base; upgrade {}"), @r#"
    1 `"head"` M006: `head` is a reserved word and no revision id
        an id is a time in UTC: `revision = "20251008120000";`
    "#);
    assert_eq!(
        said_of(&format!("revision = \"{long}\"; revises = base; upgrade {{}}"))
            .matches("M006")
            .count(),
        1
    );
}

#[test]
fn an_irreversible_downgrade_has_no_statements() {
    let head = "revision = \"1\"; revises = base; upgrade {}\n";
    insta::assert_snapshot!(said_of(&format!("{head}downgrade = irreversible(\"gone\") {{ drop_table t; }}")), @r#"
    2 `{` M310: an irreversible downgrade has no statements
        leave out the braces, or `= irreversible(…)`
    "#);
    insta::assert_snapshot!(said_of(&format!("{head}downgrade = irreversible(\"gone\");\ndowngrade {{ drop_table t; }}")), @r#"
    3 `downgrade` M310: an irreversible downgrade has no statements
        leave out the braces, or `= irreversible(…)`
    "#);
    insta::assert_snapshot!(said_of(&format!("{head}downgrade {{}}\ndowngrade = irreversible(\"gone\");")), @r#"
    2 `downgrade` M310: an irreversible downgrade has no statements
        leave out the braces, or `= irreversible(…)`
    "#);
    insta::assert_snapshot!(said_of(&format!("{head}downgrade = irreversible;")), @r#"
    2 `irreversible` M000: `irreversible` says why
        write `downgrade = irreversible("why");`
    "#);
}

#[test]
fn a_table_is_read_on_after_an_item_that_is_wrong() {
    let text = "\
create_table t {
    id Integer,
    #[primary_key] #[unqiue] a: Text
    b: Text;
    unique (a b),
    #[unique] unique (a),
    c: Text = ,
    d: Integer,
}
drop_table u;";
    insta::assert_snapshot!(said(text), @r#"
    3 `Integer` M000: expected `:` and a type after the column's name `id`, found `Integer`
        write `id: Integer`
    4 `unqiue` M001: there is no attribute `unqiue`
        did you mean `#[unique]`?
    4 `Text` M000: expected `,` after `Text`, found `b`
    5 `;` M000: expected `,`, found `;`
        what stands in a table is separated by `,`
    6 `b` M000: expected `,`, found `b`
    7 `unique` M001: `#[unique]` cannot stand on `unique`
        it belongs to a column
    8 `,` M000: expected a value, found `,`
    "#);
    let (parsed, _) = parsed(&block(text));
    let [table, broken, drop] = parsed.block.upgrade.statements.as_slice() else {
        panic!("the table, what is wrong in it, and the statement after it");
    };
    assert!(matches!(&table.kind, StatementKind::CreateTable(table) if table.items.len() == 3));
    assert!(matches!(&broken.kind, StatementKind::Broken { words } if words.contains(&"t".into()) && words.contains(&"id".into())));
    assert!(matches!(&drop.kind, StatementKind::DropTable { .. }));
}

#[test]
fn a_statement_that_is_wrong_hides_no_other_and_keeps_its_words() {
    let text = "\
drop_colum users.\"phone number\";
create_index ix_a on a { unique = true } (x);
add_column b.c Text
drop_table c;
execute \"UPDATE d SET e = 1\" { undo = nothing };
create_table f { x: Text } garbage;
drop_table g;";
    let (parsed, _) = parsed(&block(text));
    let kinds: Vec<String> = parsed
        .block
        .upgrade
        .statements
        .iter()
        .map(|statement| match &statement.kind {
            StatementKind::Broken { words } => words.join(" "),
            _ => crate::syntax::print::statement(statement),
        })
        .collect();
    insta::assert_snapshot!(kinds.join("\n"), @r#"
    drop_colum users phone number phone number
    create_index ix_a on a unique true
    x
    add_column b c Text
    drop_table c;
    execute UPDATE d SET e = 1 UPDATE d SET e 1 undo nothing
    create_table f { x: Text }
    garbage
    drop_table g;
    "#);
}

#[test]
fn every_code_of_syntax_is_seen() {
    let file = include_str!("refusals.rs");
    for code in Code::ALL.iter().filter(|code| code.to_string().starts_with("M0")) {
        assert!(file.matches(&format!("{code}: ")).count() > 0, "{code} has no test");
    }
}

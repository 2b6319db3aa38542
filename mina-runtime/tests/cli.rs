//! What the command line prints, and the code it exits with.
#![cfg(feature = "cli")]

mod malformed;
#[path = "support/program.rs"]
mod program;
mod support;

use program::*;
use support::*;

#[test]
fn upgrade_current_and_downgrade() {
    let place = Place::new();
    let said = place.run("url", &["upgrade"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    insta::assert_snapshot!(said.out, @r"
    app.db: upgrade of 3 revisions, 2025a … 2025c
      + 2025a Message of 2025a (2 rows, [n] ms)
      + 2025b Message of 2025b ([n] ms)
      + 2025c Message of 2025c ([n] ms)
    app.db: 3 revisions applied in [n] ms, now at 2025c
    ");
    insta::assert_snapshot!(place.run("url", &["upgrade"]).out, @"app.db: nothing to do, at 2025c");
    insta::assert_snapshot!(place.run("url", &["current", "-v"]).out, @r"
    app.db:
    2025c (head)
      Message of 2025c
      versions/2025c_x.rs
      applied [date] [time] in [n] ms
    ");
    insta::assert_snapshot!(place.run("url", &["downgrade"]).out, @r"
    app.db: downgrade of 1 revision, 2025c
      - 2025c Message of 2025c ([n] ms)
    app.db: 1 revision reverted in [n] ms, now at 2025b
    ");
    let said = place.run("url", &["current", "--check-heads"]);
    assert_eq!((said.code, said.out.as_str()), (3, "2025b\n"));
}

#[test]
fn status_before_and_after() {
    let place = Place::new();
    let said = place.run("url", &["status"]);
    assert_eq!(said.code, 3);
    insta::assert_snapshot!(said.out, @r"
    app.db
      current     no database yet
      heads       2025c
      pending     3: 2025a, 2025b, 2025c
    ");
    let said = place.run("url", &["current"]);
    assert_eq!(
        (said.code, said.out.as_str()),
        (0, "no database yet at app.db: nothing is applied\n")
    );
    assert!(!place.path("app.db").exists());
    place.run("url", &["upgrade", "--quiet"]);
    let said = place.run("url", &["status"]);
    assert_eq!(said.code, 0);
    insta::assert_snapshot!(said.out, @r"
    app.db
      current     2025c
      heads       2025c
      pending     none
    ");
    let ahead = place.run("url,older", &["status"]);
    assert_eq!(ahead.code, 0);
    insta::assert_snapshot!(ahead.out, @r"
    app.db
      current     2025c
      heads       2025b
      pending     none
      ahead       2025c
    ");
    assert_eq!(place.run("url,older", &["status", "--strict"]).code, 5);
}

#[test]
fn downgrades_that_lose_rows_need_a_yes() {
    let place = Place::new();
    place.run("url", &["upgrade", "-q"]);
    execute(&mut open(&place.path("app.db")), "UPDATE users SET phone = '1' WHERE id = 1");
    let said = place.run("url", &["downgrade", "base"]);
    assert_eq!((said.code, said.out.as_str()), (5, ""));
    insta::assert_snapshot!(said.err, @r"
    warning: the downgrade of 2025b drops `users.phone` with 1 value
    warning: the downgrade of 2025a drops `users` with 2 rows
    error: this drops `users.phone` with 1 value, `users` with 2 rows, and nobody was asked
      help: add `--yes` or set MINA_YES=1 to go on; `plan` shows every statement
    ");
    assert_eq!(place.run("url", &["downgrade"]).code, 0);
    let agreed = place.command("url", &["downgrade", "base"]).env("MINA_YES", "1").output().unwrap();
    assert!(agreed.status.success());
    place.run("url", &["upgrade"]);
    assert_eq!(place.run("url", &["downgrade", "base", "--yes"]).code, 0);
}

#[test]
fn a_failure_says_which_statement_where_and_what_stays() {
    let place = Place::new();
    let said = place.run("url,failing", &["upgrade"]);
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(said.err, @r"
    error: upgrade to `2025d` failed at versions/2025d_x.rs:10
        INSERT INTO missing VALUES (1)
      SQLite: no such table: missing
      help: the database is as it was before `2025d`; correct the migration, then run `upgrade` again
      note: 3 revisions before it stay, the database is at 2025c
    ");
    let said = place.run("url,units", &["upgrade"]);
    assert_eq!(said.code, 7);
    let said = place.run("url,units", &["current"]);
    assert_eq!((said.code, said.out.as_str()), (7, "2025c\n2025d partly applied 1/2\n"));
    let said = place.run("url,units", &["status"]);
    assert_eq!(said.code, 7);
    insta::assert_snapshot!(said.err, @r"
    error: `2025d` is partly applied: 1 of 2 units
      help: run `upgrade` to finish it, or `downgrade` to take back what is done of it
    ");
}

#[test]
fn a_run_in_one_transaction_says_nothing_is_done_that_was_taken_back() {
    let place = Place::new();
    let url = ["--database-url", "app.db"];
    let said = place.run("one,failing", &[&["upgrade"], &url[..]].concat());
    assert_eq!(said.code, 1);
    assert!(!said.out.contains("2025a Message"), "{}", said.out);
    insta::assert_snapshot!(said.err, @r#"
    error: upgrade to `2025d` failed at versions/2025d_x.rs:10
        INSERT INTO missing VALUES (1)
      SQLite: no such table: missing
      help: it shared a transaction with `2025a`, `2025b`, `2025c` (`transaction = "run"`), which were taken back: the database is as it was before `2025a`; correct the migration, then run `upgrade` again
    "#);
    assert_eq!(place.run("one", &[&["current"], &url[..]].concat()).out, "nothing is applied\n");
    let said = place.run("one,failing", &[&["upgrade", "--format", "json"], &url[..]].concat());
    let value: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(value["databases"][0]["report"]["taken_back"].as_array().map(Vec::len), Some(3));
    assert_eq!(place.run("one", &[&["upgrade"], &url[..]].concat()).code, 0);
}

#[test]
fn history_heads_show_and_plan() {
    let place = Place::new();
    insta::assert_snapshot!(place.run("url", &["history"]).out, @r"
    ● 2025c (head), Message of 2025c
    ● 2025b, Message of 2025b
    ● 2025a, Message of 2025a
    ");
    place.run("url", &["upgrade", "2025b"]);
    insta::assert_snapshot!(place.run("url", &["history", "-i"]).out, @r"
    ○ 2025c (head) (pending), Message of 2025c
    ◉ 2025b (current), Message of 2025b
    ● 2025a, Message of 2025a
    ");
    insta::assert_snapshot!(place.run("url", &["history", "-r", "2025b:current"]).out, @"◉ 2025b (current), Message of 2025b");
    insta::assert_snapshot!(place.run("url", &["heads"]).out, @"2025b -> 2025c (head), Message of 2025c");
    insta::assert_snapshot!(place.run("url", &["show", "2025b"]).out, @r"
    2025a -> 2025b, Message of 2025b
      revises     2025a
      file        versions/2025b_x.rs
    upgrade on Sqlite:
      -- versions/2025b_x.rs:10
      ALTER TABLE users ADD COLUMN phone TEXT
    upgrade on Pg:
      -- versions/2025b_x.rs:10
      ALTER TABLE users ADD COLUMN phone TEXT
    upgrade on Mysql:
      -- versions/2025b_x.rs:10
      ALTER TABLE users ADD COLUMN phone TEXT
    downgrade on Sqlite:
      -- versions/2025b_x.rs:10
      ALTER TABLE users DROP COLUMN phone
    downgrade on Pg:
      -- versions/2025b_x.rs:10
      ALTER TABLE users DROP COLUMN phone
    downgrade on Mysql:
      -- versions/2025b_x.rs:10
      ALTER TABLE users DROP COLUMN phone
    ");
    insta::assert_snapshot!(place.run("url", &["plan"]).out, @r"
    app.db: upgrade of 1 revision
      each unit is the only writer of the database until it is done

    2025c Message of 2025c
      -- versions/2025c_x.rs:10
      CREATE TABLE tasks (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users ON DELETE CASCADE)
    ");
    insta::assert_snapshot!(place.run("url", &["plan", "-1"]).out, @r"
    app.db: downgrade of 1 revision
      each unit is the only writer of the database until it is done
      users: 2 rows, 8 kB

    2025b Message of 2025b
      -- versions/2025b_x.rs:10
      ALTER TABLE users DROP COLUMN phone
          writes anew every row of users (2 rows, 8 kB)
    ");
}

#[test]
fn every_bind_is_upgraded_on_its_own_database() {
    let place = Place::new();
    let said = place.run("binds", &["upgrade"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(applied(&mut open(&place.path("analytics.db"))), ["2025e"]);
    assert_eq!(applied(&mut open(&place.path("app.db"))), ["2025a", "2025b", "2025c"]);
    assert_eq!(place.run("binds", &["downgrade", "--bind", "analytics"]).code, 0);
    let said = place.run("binds", &["upgrade", "2025e"]);
    assert!(
        said.out.starts_with("analytics (analytics.db): upgrade of 1 revision, 2025e"),
        "{}",
        said.out
    );
    let said = place.run("binds,shared", &["upgrade"]);
    assert_eq!(said.code, 5);
    insta::assert_snapshot!(said.err, @r#"
    error: the databases `default` and `analytics` are the same one and share the history table `__diesel_schema_migrations`
      help: give `analytics` a database of its own, or `history_table = "__analytics_schema_migrations"` in mina.toml
    "#);
    let said = place.run("binds", &["upgrade", "--bind", "nope"]);
    assert_eq!(said.code, 2);
}

#[test]
fn urls_come_from_the_option_then_the_variable_then_mina_toml() {
    let place = Place::new();
    let mut command = place.command("url", &["upgrade", "--database-url", "sqlite://option.db"]);
    assert!(command.env("DATABASE_URL", "variable.db").output().unwrap().status.success());
    assert!(place.path("option.db").exists() && !place.path("variable.db").exists());
    let mut command = place.command("url", &["upgrade"]);
    assert!(command.env("DATABASE_URL", "sqlite:variable.db").output().unwrap().status.success());
    assert!(place.path("variable.db").exists() && !place.path("app.db").exists());

    let said = place.run("env", &["upgrade"]);
    assert_eq!(said.code, 2);
    insta::assert_snapshot!(said.err, @r"
    error: the environment variable `FIXTURE_URL` is not set
      help: mina.toml takes the url from it: `export FIXTURE_URL=sqlite://app.db`
    ");
    let empty = place.command("env", &["upgrade"]).env("FIXTURE_URL", "").output().unwrap();
    let said = place.said(empty);
    assert_eq!(said.code, 2);
    assert!(
        said.err.starts_with("error: the environment variable `FIXTURE_URL` is empty"),
        "{}",
        said.err
    );
    let said = place.said(place.command("", &["upgrade"]).output().unwrap());
    assert_eq!(said.code, 2);
    assert!(said.err.starts_with("error: no url for the default database"), "{}", said.err);

    std::fs::write(place.path("other.toml"), "[database]\nurl = \"other.db\"\n").unwrap();
    assert_eq!(place.run("url", &["upgrade", "--config", "other.toml"]).code, 0);
    assert!(place.path("other.db").exists());
    std::fs::write(place.path("other.toml"), "[database]\nurll = \"other.db\"\n").unwrap();
    let said = place.run("url", &["upgrade", "--config", "other.toml"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("mina.toml:2: ") && said.err.contains("urll"), "{}", said.err);
}

#[test]
fn what_is_no_usable_database_is_said_to_be_so() {
    let place = Place::new();
    std::fs::write(
        place.path("text.db"),
        "This is no database at all, but a text of some length.\n".repeat(40),
    )
    .unwrap();
    let said = place.run("", &["upgrade", "--database-url", "text.db"]);
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(said.err, @r"
    error: the file is not a SQLite database
      help: is the url the right one? an encrypted database looks like this, too
    ");
    let said = place.run("", &["upgrade", "--database-url", "nowhere/app.db"]);
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(said.err, @"error: cannot open nowhere/app.db: there is no folder nowhere");
    let said = place.run("", &["upgrade", "--database-url", "."]);
    assert!(said.err.contains("it is a folder"), "{}", said.err);
    let said = place.run("", &["downgrade", "--database-url", "none.db"]);
    insta::assert_snapshot!(said.err, @r"
    error: there is no database at none.db
      help: `upgrade` makes it
    ");
    assert!(!place.path("none.db").exists());
    let said = place.run("", &["upgrade", "--database-url", "postgres://me:secret@host/db"]);
    assert_eq!(said.code, 2);
    assert!(!said.err.contains("secret"), "{}", said.err);

    place.run("older", &["upgrade", "--database-url", "app.db"]);
    let said = place.run("", &["upgrade", "--database-url", "file:app.db?mode=ro"]);
    assert_eq!(said.code, 5);
    insta::assert_snapshot!(said.err, @r"
    error: the database cannot be written
      help: nothing was changed; look for `mode=ro` in the url, the permissions of the file and its folder, `PRAGMA query_only`
    ");
    assert_eq!(place.run("", &["status", "--database-url", "file:app.db?mode=ro"]).code, 3);

    let mut holder = open(&place.path("app.db"));
    execute(&mut holder, "BEGIN IMMEDIATE");
    let said = place.run("impatient", &["upgrade", "--database-url", "app.db"]);
    assert_eq!(said.code, 6);
    insta::assert_snapshot!(said.err, @r#"
    error: another process holds the database's lock, [n] ms were waited for it
      help: try again when it is done, or wait longer: `lock_timeout = "60s"` under `[run]` in mina.toml
    "#);
}

#[test]
fn a_full_disk_rolls_back_and_says_so() {
    let place = Place::new();
    let path = place.path("app.db");
    place.run("", &["upgrade", "-q", "--database-url", "app.db"]);
    let mut conn = open(&path);
    let pages = number(&mut conn, "SELECT page_count AS n FROM pragma_page_count");
    execute(&mut conn, &format!("PRAGMA max_page_count = {pages}"));
    let mut drafts = three();
    let fill = "INSERT INTO users (email) WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 9000) SELECT 'mail' || x FROM c";
    drafts.push(Draft::new("2025d", &["2025c"], &[fill], &[]));
    let error = history(drafts).upgrade(&mut conn, "head").unwrap_err();
    assert_eq!(error.exit_code(), 1);
    assert!(error.to_string().contains("SQLite: database or disk is full"), "{error}");
    assert!(error.to_string().contains("make room on the disk"), "{error}");
    assert_eq!(number(&mut conn, "SELECT count(*) AS n FROM users"), 2);
}

#[test]
fn repair_shows_both_checksums_and_needs_a_yes() {
    let place = Place::new();
    place.run("url", &["upgrade", "-q"]);
    assert_eq!(place.run("url,edited", &["upgrade"]).code, 5);
    let said = place.run("url,edited", &["repair"]);
    assert_eq!(said.code, 5);
    assert!(said.err.starts_with("2025b (versions/2025b_x.rs)\n  applied: "), "{}", said.err);
    assert!(said.err.contains("\n  now:     eeeeeeeeeeeeeeee\n"), "{}", said.err);
    let said = place.run("url,edited", &["repair", "--yes"]);
    assert_eq!((said.code, said.out.as_str()), (0, "app.db: recorded 1 checksum\n"));
    assert_eq!(place.run("url,edited", &["upgrade"]).code, 0);
    assert_eq!(place.run("url,edited", &["repair"]).out, "nothing to repair\n");
}

#[test]
fn json_is_one_document_whatever_happens() {
    let place = Place::new();
    let parse = |said: &Said| serde_json::from_str::<serde_json::Value>(&said.out).unwrap();
    for arguments in [
        &["plan"][..],
        &["upgrade"],
        &["current"],
        &["status"],
        &["history"],
        &["heads"],
        &["branches"],
        &["show"],
        &["downgrade"],
        &["repair"],
    ] {
        let said = place.run("url", &[arguments, &["--format", "json"]].concat());
        assert!(parse(&said).is_object(), "{arguments:?}");
        assert_eq!(said.err, "");
    }
    let said = place.run("url,failing", &["upgrade", "--format", "json"]);
    let value = parse(&said);
    assert_eq!(value["error"]["exit_code"], 1);
    assert_eq!(value["databases"][0]["report"]["migrations"][0]["revision"], "2025c");
}

#[test]
fn usage_errors_exit_with_two() {
    let place = Place::new();
    for arguments in [
        &["upgrade", "nope"][..],
        &["downgrade", "+1"],
        &["upgrade", ""],
        &["frobnicate"],
        &[],
    ] {
        assert_eq!(place.run("url", arguments).code, 2, "{arguments:?}");
    }
    let help = place.run("url", &["--help"]);
    assert_eq!(help.code, 0);
    assert!(help.out.contains("Exit codes:\n  0  done"), "{}", help.out);
}

#[test]
fn twenty_processes_apply_each_revision_once() {
    let place = Place::new();
    let children: Vec<_> = (0..20)
        .map(|_| {
            let mut command = place.command("url,many", &["upgrade"]);
            command
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let mut applied = 0;
    for child in children {
        let said = place.said(child.wait_with_output().unwrap());
        assert_eq!(said.code, 0, "{}", said.err);
        applied += said.out.matches("  + ").count();
    }
    assert_eq!(applied, 8);
    let mut conn = open(&place.path("app.db"));
    assert_eq!(number(&mut conn, "SELECT count(*) AS n FROM __mina_journal"), 8);
    assert_eq!(number(&mut conn, "SELECT count(*) AS n FROM t2026e"), 1);
}

//! What is no target, no option and no setting: an exit code and a sentence each, never a panic, and nothing done.

use super::{Place, Said};
use std::fs;

/// Targets that mean nothing on a history of three revisions, whatever the command.
const TARGETS: &[&str] = &[
    "",
    " ",
    "\t",
    "\n",
    "@",
    "@head",
    "2025a@",
    "@@",
    "2025a@2025b@2025c",
    "+",
    "++1",
    "+1+1",
    "+1-1",
    "1+",
    "head+",
    "head+1",
    "heads+1",
    "base-1",
    "+4",
    "+99999999999999999999999999",
    "-99999999999999999999999999",
    "2025a+99999999999999999999",
    "2025a+3",
    "2025a-2",
    "2025",
    "2025z",
    "nope",
    "nope@head",
    "nope@+1",
    "head@head",
    "HEAD",
    "Base",
    "head heads",
    "2025a 2025b",
    "2025a,2025b",
    "*",
    "%",
    "'; DROP TABLE users; --",
    "$(id)",
    "../2025a",
    "2025a.rs",
    "ä",
    "💥",
    "2025\u{202e}a",
    "+1.5",
    "+0x1",
    "+ 1",
    "+one",
];

fn refused(place: &Place, fixture: &str, arguments: &[&str]) -> Said {
    let said = place.run(fixture, arguments);
    assert!(
        said.code == 2 || said.code == 5,
        "{arguments:?} exits with {}\n{}{}",
        said.code,
        said.out,
        said.err
    );
    assert!(
        said.err.trim_start().starts_with("error:") && said.err.len() > 20,
        "{arguments:?}: {:?}",
        said.err
    );
    assert!(
        !said.err.contains("panicked") && !said.out.contains("panicked"),
        "{arguments:?}: {}",
        said.err
    );
    said
}

#[test]
fn what_is_no_target_is_refused_by_every_command_that_takes_one() {
    let place = Place::new();
    place.run("url", &["upgrade", "2025b", "--quiet"]);
    for target in TARGETS {
        for command in ["upgrade", "downgrade", "plan", "show"] {
            // With `--` nothing is taken for an option.
            refused(&place, "url", &[command, "--", target]);
        }
    }
    let long = "2".repeat(20_000);
    refused(&place, "url", &["upgrade", &long]);
    assert_eq!(place.run("url", &["current"]).out, "2025b\n");
}

#[test]
fn what_is_no_range_is_refused() {
    let place = Place::new();
    for range in [
        "",
        ":nope",
        "nope:",
        "2025c:2025a",
        "2025a:2025b:2025c",
        "::",
        "2025z",
        "head:base",
        ":+9",
        "@:@",
    ] {
        refused(&place, "url", &["history", "-r", range]);
    }
}

#[test]
fn what_is_no_option_is_refused() {
    let place = Place::new();
    for arguments in [
        &["frobnicate"][..],
        &["Upgrade"],
        &["upgrade", "head", "head"],
        &["upgrade", "--frobnicate"],
        &["upgrade", "--format", "yaml"],
        &["upgrade", "--format"],
        &["upgrade", "--format", "sarif"],
        &["current", "--format", "github"],
        &["upgrade", "--color", "maybe"],
        &["upgrade", "--bind"],
        &["upgrade", "--bind", "nope"],
        &["upgrade", "--bind", ""],
        &["upgrade", "--config", "nowhere.toml"],
        &["upgrade", "--directory", "nowhere"],
        &["upgrade", "-x"],
        &["current", "--check-heads=yes"],
        &["repair", "--done", "--redo"],
        &["explain", "M999"],
        &["explain", ""],
        &["completions", "dos"],
        &["completions"],
        &["revision", "Add a table"],
        &["init"],
        &["merge", "heads"],
        &["fmt", "--check"],
    ] {
        let said = place.run("url", arguments);
        assert!(matches!(said.code, 1 | 2), "{arguments:?} exits with {}", said.code);
        assert!(
            said.err.contains("error:") && !said.err.contains("panicked"),
            "{arguments:?}: {:?}",
            said.err
        );
        assert_eq!(said.out, "", "{arguments:?}");
    }
}

#[test]
fn what_is_no_url_is_refused_and_not_repeated() {
    let place = Place::new();
    for url in [
        "",
        " ",
        "://",
        "ftp://me:hunter2@host/app",
        "oracle://me:hunter2@host/app",
        "postgres://me:hunter2@host:port/app",
        "postgres://me:hunter2@host:99999/app",
        "postgres://me:hunter2@",
        "mysql://me:hunter2@host:port/app",
        "mysql://me:hunter2@host/app?ssl_mode=sometimes",
        "mysql://me:hunter2@host/app?frobnicate=1",
        "mysql://me:hunter2@host/%zz",
        "env:MINA_TEST_UNSET",
        "env:",
    ] {
        for from in ["option", "variable"] {
            let said = match from {
                "option" => place.run("", &["current", "--database-url", url]),
                _ => {
                    let mut command = place.command("", &["current"]);
                    command.env("DATABASE_URL", url);
                    place.said(command.output().unwrap())
                }
            };
            assert!(
                matches!(said.code, 1 | 2),
                "{url:?} by the {from} exits with {}\n{}",
                said.code,
                said.err
            );
            assert!(
                said.err.contains("error:") && !said.err.contains("panicked"),
                "{url:?}: {:?}",
                said.err
            );
            assert!(
                !said.err.contains("hunter2") && !said.out.contains("hunter2"),
                "{url:?}: {}",
                said.err
            );
        }
    }
}

#[test]
fn what_is_no_setting_is_refused_by_its_line() {
    let place = Place::new();
    for text in [
        "database",
        "[database",
        "[database]\nurl = 1",
        "[database]\nurl = \"a\"\nurl = \"b\"",
        "[database]\nulr = \"app.db\"",
        "[database]\nengines = \"sqlite\"",
        "[database]\nengines = [\"sqlight\"]",
        "[database]\nengines = [\"sqlite >= banana\"]",
        "[database]\nengines = [\"sqlite < 3\"]",
        "[database]\nengines = [1]",
        "[database]\nhistory_table = 7",
        "[databases]\nanalytics = \"app.db\"",
        "[databases.analytics]\nfrobnicate = true",
        "[datbase]\nurl = \"app.db\"",
        "locations = \"versions\"",
        "locations = [1]",
        "[naming]\nindex = 1",
        "[naming]\nindex = \"{frobnicate}\"",
        "[naming]\nindx = \"ix_{table}\"",
        "[lints]\nlossy_downgrade = \"maybe\"",
        "[lints]\nlosy_downgrade = \"deny\"",
        "[run]\nlock_timeout = 5",
        "[run]\nlock_timeout = \"5 parsecs\"",
        "[run]\nlock_timeout = \"-5s\"",
        "[run]\ntransaction = \"always\"",
        "[run]\nattempts = \"many\"",
        "[templates]\nfile = 1",
        "[frobnicate]",
    ] {
        fs::write(place.path("mina.toml"), text).unwrap();
        let said = refused(&place, "url", &["upgrade", "--config", "mina.toml"]);
        assert_eq!(said.code, 2, "{text:?}");
        assert!(said.err.contains("mina.toml:"), "{text:?}: {}", said.err);
        assert!(!place.path("app.db").exists(), "{text:?}");
    }
    fs::write(place.path("mina.toml"), b"[database]\nurl = \"\xff\"\n").unwrap();
    let said = place.run("url", &["upgrade", "--config", "mina.toml"]);
    assert!(
        said.code != 0 && said.err.contains("mina.toml") && !said.err.contains("panicked"),
        "{}",
        said.err
    );
}

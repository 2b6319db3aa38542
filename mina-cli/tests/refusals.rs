//! What means nothing, in every command of `mina`: each is refused in words, with an exit code that is not 0.

mod support;

use support::Folder;

/// Two databases, two folders, a merge, a label, an alias, two heads.
fn folder() -> Folder {
    let folder = Folder::new("locations = [\"versions\", \"more\"]\n[databases.analytics]\nurl = \"sqlite://a.db\"\n");
    folder.write("more/.keep", "");
    folder.migration("20250101", "revises = base;");
    folder.migration("20250201", "revises = \"20250101\";\n    label = \"billing\";");
    folder.migration("20250301", "revises = \"20250101\";\n    alias = \"6f9f2dd343f5\";");
    folder.migration("20250401", "revises = [\"20250201\", \"20250301\"];");
    folder.migration("20250501", "revises = \"20250401\";");
    folder.migration("20250601", "revises = \"20250401\";");
    folder
}

/// Targets of one revision that no history understands.
const TARGETS: &[&str] = &[
    "",
    " ",
    "@",
    "@head",
    "billing@",
    "nothing@head",
    "billing@nothing",
    "head@head@head",
    "+",
    "-",
    "+x",
    "+1+1",
    "head+",
    "head--1",
    "head-99999999999999999999",
    "2025",
    "20250101:20250201",
    "é",
    "a b",
    "a;b",
    "20250101-2",
    "20250601+1",
    "zzzz",
    "Billing",
    "\u{1}",
    "../versions",
];

/// Ids that no revision can have here.
const IDS: &[&str] = &[
    "",
    " ",
    "A",
    "a-b",
    "a_b",
    "a.b",
    "é",
    "head",
    "heads",
    "base",
    "current",
    "20250101",
    "billing",
    "6f9f2dd343f5",
    "1",
    "012345678901234567890123456789012345678901234567890",
    "a\"b",
    "a/b",
    "\n",
];

const LABELS: &[&str] = &[
    "",
    " ",
    "Billing",
    "a-b",
    "a@b",
    "a+1",
    "é",
    "head",
    "current",
    "billing",
    "20250101",
    "6f9f2dd343f5",
    "a\"b",
    "a\nb",
];

const MESSAGES: &[&str] = &["", " ", "\n", "\t", "!", "…", "a\u{7}b", "a\rb", "\u{0085}"];

/// Words that no command takes.
const LINES: &[&[&str]] = &[
    &[],
    &["nothing"],
    &["revison", "x y"],
    &["--nothing", "heads"],
    &["heads", "extra"],
    &["heads", "--bind"],
    &["heads", "--bind", "nothing"],
    &["heads", "--format", "yaml"],
    &["heads", "--format", "sarif"],
    &["heads", "--color", "green"],
    &["heads", "--directory", "nowhere"],
    &["heads", "-d", "versions"],
    &["branches", "--bind", "nothing"],
    &["history", "--rev-range", "20250501:20250101"],
    &["history", "-r", "nothing:"],
    &["history", "-r", ":nothing"],
    &["history", "-r", "a:b:c"],
    &["history", "-r"],
    &["explain", "M999"],
    &["explain", "nothing"],
    &["explain", ""],
    &["completions"],
    &["completions", "cmd"],
    &["revision", "a b", "--message", "c d", "--head", "20250501"],
    &["revision", "a b", "c d"],
    &["revision", "a b", "--head"],
    &["revision", "a b"],
    &["revision", "a b", "--head", "20250201"],
    &["revision", "a b", "--head", "20250501", "--bind", "nothing"],
    &["revision", "a b", "--head", "20250501", "--bind", "analytics"],
    &["revision", "a b", "--head", "20250501", "--bind", ""],
    &["revision", "a b", "--head", "20250501", "--version-path", ""],
    &["revision", "a b", "--head", "20250501", "--version-path", "src"],
    &["revision", "a b", "--head", "20250501", "--version-path", "versions/deeper"],
    &["revision", "a b", "--head", "base"],
    &["revision", "a b", "--head", "20250501", "--rev-id", "a", "--rev-id", "b"],
    &["revision", "a b", "--head", "20250501", "--edit"],
    &["revision", "a b", "--head", "20250501", "--sql"],
    &["migrate"],
    &["migrate", ""],
    &["migrate", "a b", "--autogenerate"],
    &["merge", "20250501"],
    &["merge", "20250501", "20250501"],
    &["merge", "20250401", "20250501"],
    &["merge", "20250201", "20250301"],
    &["merge", "heads", "head"],
    &["merge", "base"],
    &["merge", "--bind", "analytics"],
    &["rebase"],
    &["rebase", "20250501"],
    &["rebase", "--onto", "20250501"],
    &["rebase", "20250401", "--onto", "20250101"],
    &["rebase", "20250501", "--onto", "20250501"],
    &["rebase", "20250501", "--onto", "20250401"],
    &["rebase", "20250501", "--onto", "heads"],
    &["rebase", "20250201", "--onto", "20250601"],
    &["rebase", "20250501", "--onto", "20250601"],
    &["edit"],
    &["edit", "20250501", "20250601"],
    &["edit", "heads"],
    &["init", "versions"],
    &["init", "a", "b"],
    &["init", "a", "--directory", "b"],
    &["init", "new", "--engines", ""],
    &["init", "new", "--engines", "oracle"],
    &["init", "new", "--engines", "sqlite,,postgres"],
    &["init", "new", "--multidb", ""],
    &["init", "new", "--multidb", "A"],
    &["init", "new", "--multidb", "1a"],
    &["init", "new", "--multidb", "a,a"],
    &["init", "new", "--multidb", "default"],
    &["init", "new", "--package", ""],
    &["init", "new", "--package", "a b"],
    &["init", "new", "--package", "mina"],
    &["init", "new", "--template", ""],
    &["init", "new", "--template", "nothing"],
    &["init", "new", "--template", "versions"],
    &["init", "new", "--mina-path", "versions"],
    &["init", "mina.toml"],
    &["init", "mina.toml/x"],
    &["list-templates", "x"],
    &["fmt", "nowhere.rs"],
    &["fmt", "--chek"],
    &["lint", "-r", "nothing:"],
    &["lint", "--format", "xml"],
    &["check", "--dbs"],
    &["graph", "--as", "png"],
    &["doctor", "x"],
    &["upgrade", "a", "b"],
    &["upgrade", "--nothing"],
    &["downgrade", "--yes", "--no"],
    &["current", "x"],
    &["status", "--verbose"],
    &["plan", "a", "b"],
    &["repair", "--done", "--redo"],
    &["create", "x"],
];

/// What no mina.toml can say.
const SETTINGS: &[&str] = &[
    "nothing = 1",
    "locations = 1",
    "locations = []",
    "[database]\nurl = 1",
    "[database]\nengines = [\"oracle\"]",
    "[databases]\na = 1",
    "[naming]\nindex = \"{x}\"",
    "[lints]\nnothing = \"warn\"",
    "[lints]\nno_change = \"loud\"",
    "[templates]\nfile = \"\"",
    "[templates]\nfile = \"x\"",
    "[templates]\nfile = \"{rev\"",
    "[templates]\nfile = \"a/{rev}\"",
    "[templates]\nslug_length = -1",
    "[templates]\nslug_length = \"40\"",
    "[templates]\nname = \"x\"",
    "[templates]\npath = \"nowhere\"",
    "post_write = \"x\"",
    "[[post_write]]\ncommand = \"\"",
    "[[post_write]]\ncommand = \"x\"",
    "[[post_write]]\ncommand = \"'{path}\"",
    "[run]\nlock_timeout = 5",
    "[run]\nattempts = 0",
    "[",
    "\"",
    "a = b",
    "\u{0}",
];

fn lines() -> Vec<Vec<String>> {
    let line = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
    let mut lines: Vec<Vec<String>> = LINES.iter().map(|words| line(words)).collect();
    for target in TARGETS {
        lines.push(vec!["revision".into(), "a b".into(), format!("--head={target}")]);
        lines.push(vec![
            "revision".into(),
            "a b".into(),
            "--head=20250501".into(),
            format!("--depends-on={target}"),
        ]);
        lines.push(vec!["rebase".into(), "20250501".into(), format!("--onto={target}")]);
        for command in ["merge", "rebase --onto=20250601", "edit"] {
            let words = command.split(' ').map(str::to_owned);
            lines.push(words.chain(["--".to_owned(), (*target).to_owned()]).collect());
        }
    }
    for id in IDS {
        let id = format!("--rev-id={id}");
        lines.push(vec!["revision".into(), "a b".into(), "--head=20250501".into(), id.clone()]);
        lines.push(vec!["migrate".into(), "a b".into(), "--head=20250601".into(), id.clone()]);
        lines.push(vec!["merge".into(), id.clone()]);
        lines.push(vec![
            "rebase".into(),
            "20250501".into(),
            "--onto=20250601".into(),
            "--offline".into(),
            id,
        ]);
    }
    for label in LABELS {
        let label = format!("--branch-label={label}");
        lines.push(vec!["revision".into(), "a b".into(), "--head=20250501".into(), label.clone()]);
        lines.push(vec!["merge".into(), "heads".into(), label]);
    }
    for message in MESSAGES {
        lines.push(vec!["revision".into(), "--head=20250501".into(), format!("--message={message}")]);
        lines.push(vec!["migrate".into(), "--head=20250501".into(), "--".into(), (*message).to_owned()]);
        lines.push(vec!["merge".into(), format!("-m={message}").replace("-m=", "--message=")]);
    }
    lines
}

/// Calls that are right here: what is refused besides is refused for its words, not for the folder.
const RIGHT: &[&[&str]] = &[
    &["merge", "heads", "--message=a b"],
    &["heads"],
    &["revision", "a b", "--head=20250501"],
    &["rebase", "20250501", "--onto=20250601", "--offline"],
];

#[test]
fn what_means_nothing_is_refused_in_words() {
    let folder = folder();
    let before = folder.files();
    let lines = lines();
    assert!(lines.len() > 300, "{}", lines.len());
    let mut wrong = Vec::new();
    for words in &lines {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let ran = folder.mina_words(&words);
        let is_help = words.is_empty();
        let message = ran.err.trim_start_matches("error:").trim();
        let is_said = is_help || (ran.err.starts_with("error: ") && message.chars().count() > 10 && message.contains(' '));
        if !(1..=7).contains(&ran.code) || !is_said || ran.err.contains("panicked") || folder.files() != before {
            wrong.push(format!("{words:?} exits with {}\n{}{}", ran.code, ran.out, ran.err));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for words in RIGHT {
        let folder = self::folder();
        folder.mina_words(words).ok();
    }
}

#[test]
fn every_refusal_is_one_object_for_programs() {
    let folder = folder();
    for words in lines().iter().filter(|words| {
        words
            .first()
            .is_some_and(|word| ["merge", "edit", "rebase"].contains(&word.as_str()))
    }) {
        let words: Vec<&str> = ["--format=json"].into_iter().chain(words.iter().map(String::as_str)).collect();
        let ran = folder.mina_words(&words);
        // What clap refuses it says to people.
        if ran.out.is_empty() {
            assert!(ran.code == 2 && !ran.err.is_empty(), "{words:?}");
            continue;
        }
        let value: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{words:?}: {error}\n{}", ran.out));
        assert_eq!(value["error"]["exit_code"], ran.code, "{words:?}");
        assert!(!value["error"]["message"].as_str().unwrap().is_empty(), "{words:?}");
    }
}

#[test]
fn a_mina_toml_that_says_nothing_right_is_refused_by_every_command_that_writes() {
    for setting in SETTINGS {
        let folder = folder();
        folder.write("mina.toml", setting);
        let before = folder.files();
        for words in [
            &["revision", "a b", "--head=20250501"][..],
            &["migrate", "a b", "--head=20250501"],
            &["merge"],
        ] {
            let ran = folder.mina_words(words);
            let said = format!("{setting:?}: {words:?} exits with {}\n{}{}", ran.code, ran.out, ran.err);
            assert!((1..=7).contains(&ran.code), "{said}");
            assert!(ran.err.starts_with("error: ") && ran.err.len() > 20, "{said}");
            assert_eq!(folder.files(), before, "{said}");
        }
    }
}

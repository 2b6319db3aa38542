//! The examples of `explain`, run through the checker: the wrong one gives that code, its twin nothing.

use mina_command::explain::{Example, PAGES, examples};
use mina_core::config::Config;
use mina_core::diagnostic::{Code, Diagnostic, Lint, Rule};
use mina_core::history::{History, Revision};

/// What the examples build on.
const BEFORE: &str = r#"mina::migration! {
    //! Create users, tasks and settings

    revision = "20260101000000";
    revises = base;

    upgrade {
        create_table users {
            #[primary_key]
            id: Integer,
            #[unique(name = uq_users_email)]
            email: Varchar<120>,
            name: Nullable<Varchar<80>>,
            status: Nullable<Varchar<20>>,
            age: Nullable<Varchar<10>>,
            score: Integer = 0,
        }
        create_table tasks {
            #[primary_key]
            id: Integer,
            title: Varchar<200>,
            #[references(users.id, name = fk_tasks_user, on_delete = cascade)]
            user_id: Nullable<Integer>,
            index ix_tasks_title (title),
        }
        create_table settings { #[primary_key] id: Integer, value: Text }
    }

    downgrade {
        drop_table settings;
        drop_table tasks;
        drop_table users;
    }
}"#;

/// mina.toml: some engines, and what a page says that is in it.
fn config(page: &str, engines: &str) -> Config {
    let versions = [
        ("sqlite", "sqlite >= 3.40"),
        ("postgres", "postgres >= 14"),
        ("mariadb", "mariadb >= 10.6"),
    ];
    let named = versions
        .iter()
        .filter(|(name, _)| engines.contains(name))
        .map(|(_, version)| *version);
    let engines: Vec<&str> = named.collect();
    let mut config = match engines.is_empty() {
        true => Config::default(),
        false => Config::parse(&format!("[database]\nengines = {engines:?}")).unwrap(),
    };
    if page == "breaks_release" {
        config.released = vec!["20260101000000".to_owned()];
    }
    config
}

/// An example as a file: its head and the macro around it are left out where they are not the point.
fn file(example: Example<'_>) -> String {
    let text = example.text;
    if text.contains("migration!") {
        return text.to_owned();
    }
    let message = "//! What the page is about";
    let id = if text.contains("upgrade") && text.contains("revis") {
        ""
    } else {
        "revision = \"20260102000000\"; revises = \"20260101000000\";"
    };
    // What is said of the whole block stands first.
    let (allow, rest): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("#!["));
    format!(
        "mina::migration! {{\n{message}\n{}\n{id}\n{}\n}}",
        allow.join("\n"),
        rest.join("\n")
    )
}

fn said(page: &str, example: Example<'_>) -> Vec<Diagnostic> {
    let style = Lint::named(page).is_some_and(Lint::is_quiet);
    let mut revisions = Revision::all_in(BEFORE, "versions/20260101000000_create.rs").unwrap();
    revisions.extend(Revision::all_in(&file(example), "versions/20260102000000_example.rs").unwrap());
    let history = History::new(config(page, example.engines), revisions);
    let all = (0..history.revisions.len()).filter(|index| history.revisions[*index].file.ends_with("_example.rs"));
    all.flat_map(|index| {
        let mut said = history.diagnostics(index);
        if style {
            said.extend(history.style(index));
        }
        said
    })
    .collect()
}

fn name(diagnostic: &Diagnostic) -> String {
    match diagnostic.rule {
        Rule::Error(code) => code.to_string(),
        Rule::Lint(lint, _) => lint.to_string(),
    }
}

#[test]
fn there_is_a_page_for_every_code_and_lint() {
    let codes = Code::ALL.iter().map(ToString::to_string);
    let known: Vec<String> = codes.chain(Lint::ALL.iter().map(ToString::to_string)).collect();
    let pages: Vec<&str> = PAGES.iter().map(|(name, _)| *name).collect();
    assert_eq!(pages, known);
}

#[test]
fn the_wrong_example_is_refused_with_its_code_and_the_right_one_is_not() {
    let mut wrongs = Vec::new();
    for (page, text) in PAGES {
        let shown: Vec<Example<'_>> = examples(text).collect();
        assert!(
            matches!(shown[..], [Example { wrong: true, .. }, Example { wrong: false, .. }]),
            "{page}: {shown:?}"
        );
        let (wrong, right) = (said(page, shown[0]), said(page, shown[1]));
        let accepted = [*page].into_iter().chain((*page == "may_fail_on_rows").then_some("M213"));
        let names: Vec<String> = wrong.iter().map(name).collect();
        let accepted: Vec<&str> = accepted.collect();
        if names.is_empty() || !names.iter().all(|name| accepted.contains(&name.as_str())) {
            wrongs.push(format!("{page}, wrong: {}", told(&wrong)));
        }
        if !right.is_empty() {
            wrongs.push(format!("{page}, right: {}", told(&right)));
        }
    }
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n\n"));
}

fn told(diagnostics: &[Diagnostic]) -> String {
    let lines: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

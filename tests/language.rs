//! `docs/language.md` says what the parser takes; whatever else it is given, it answers.

#[path = "../fuzz/src/lib.rs"]
mod readers;

use mina_core::diagnostic::Lint;
use mina_core::syntax::{parse::parse, source::scan};

const PAGE: &str = include_str!("../docs/language.md");

/// The fenced blocks of a kind, with the line each begins at.
fn blocks(kind: &str) -> Vec<(usize, String)> {
    blocks_of(PAGE, kind)
}

fn blocks_of(page: &'static str, kind: &str) -> Vec<(usize, String)> {
    let mut blocks: Vec<(usize, String)> = Vec::new();
    let mut open = None;
    for (number, line) in page.lines().enumerate() {
        match (line.strip_prefix("```"), open) {
            (Some(_), Some(_)) => open = None,
            (Some(tag), None) => {
                open = Some(tag);
                if tag == kind {
                    blocks.push((number + 2, String::new()));
                }
            }
            (None, Some(tag)) if tag == kind => {
                let (_, text) = blocks.last_mut().unwrap();
                text.push_str(line);
                text.push('\n');
            }
            _ => {}
        }
    }
    blocks
}

#[track_caller]
fn parses(line: usize, source: &str) {
    let found = scan(source).unwrap();
    assert_eq!(found.len(), 1);
    let said: Vec<String> = parse(&found[0].tokens).diagnostics.iter().map(ToString::to_string).collect();
    assert!(said.is_empty(), "docs/language.md, the block at line {line}: {said:#?}");
}

#[test]
fn every_example_parses() {
    let migrations = blocks("rust");
    let statements = blocks("mina");
    assert!(migrations.len() >= 2 && statements.len() >= 12);
    for (line, text) in migrations {
        parses(line, &text);
    }
    for (line, text) in statements {
        parses(
            line,
            &format!("migration! {{ revision = \"1\"; revises = base; upgrade {{ {text} }} downgrade {{}} }}"),
        );
    }
}

/// `docs/safety.md` says how a change is made while its tables are in use.
#[test]
fn every_example_of_safety_parses_and_every_lint_of_it_is_there() {
    let page = include_str!("../docs/safety.md");
    for (line, text) in blocks_of(page, "mina") {
        parses(
            line,
            &format!("migration! {{ revision = \"1\"; revises = base; upgrade {{ {text} }} downgrade {{}} }}"),
        );
    }
    let settings: String = blocks_of(page, "toml").into_iter().map(|(_, text)| text).collect();
    let config = mina_core::config::Config::parse(&settings).unwrap();
    assert_eq!(config.released, ["20260101000000"]);
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let described: Vec<Lint> = rows.filter_map(|(name, _)| Lint::named(name)).collect();
    let first = Lint::ALL.iter().position(|lint| *lint == Lint::BlockingIndex).unwrap();
    assert_eq!(described, Lint::ALL[first..]);
}

/// `docs/models.md` says what models are.
#[test]
fn every_example_of_models_resolves() {
    use mina_core::config::Config;
    use mina_core::engine::{Engine, Target};
    use mina_core::models::Models;
    let page = include_str!("../docs/models.md");
    let examples = blocks_of(page, "rust");
    assert!(examples.len() >= 2);
    for (line, text) in examples {
        let models = Models::parse(&text, "docs/models.md").unwrap();
        let postgres = [Target::recent(Engine::Pg)];
        let (schemas, said) = models.resolve_all(&Config::default(), models.bind(), &postgres);
        assert_eq!(said, [], "docs/models.md, the block at line {line}");
        assert!(!schemas[0].1.tables().is_empty());
    }
    let settings: String = blocks_of(page, "toml").into_iter().map(|(_, text)| text).collect();
    assert!(!Config::parse(&settings).unwrap().database.models.is_empty());
}

/// `docs/data.md` says how rows are moved.
#[test]
fn every_example_of_data_parses() {
    let statements = blocks_of(include_str!("../docs/data.md"), "mina");
    assert!(statements.len() >= 4);
    for (line, text) in statements {
        let block = format!("migration! {{ revision = \"1\"; revises = base; upgrade {{ {text} }} downgrade {{}} }}");
        let found = scan(&block).unwrap();
        let said: Vec<String> = parse(&found[0].tokens).diagnostics.iter().map(ToString::to_string).collect();
        assert!(said.is_empty(), "docs/data.md, the block at line {line}: {said:#?}");
    }
}

#[test]
fn every_lint_is_described() {
    for lint in Lint::ALL {
        let row = format!("| `{lint}` | ");
        assert!(PAGE.contains(&row), "docs/language.md does not describe `{lint}`");
    }
}

#[test]
fn the_settings_of_the_readme_are_taken() {
    let readme = include_str!("../README.md");
    let (_, text) = readme.split_once("```toml\nlocations").unwrap();
    let (text, _) = text.split_once("```").unwrap();
    let config = mina_core::config::Config::parse(&format!("locations{text}")).unwrap();
    assert_eq!(config.database.engines.len(), 3);
    assert!(config.bind(Some("analytics")).is_some());
}

#[test]
fn every_word_of_the_language_has_a_page_of_its_own_in_an_editor() {
    let quoted = PAGE.split('`').skip(1).step_by(2);
    let types: Vec<&str> = quoted
        .filter(|word| word.starts_with(char::is_uppercase) && word.chars().all(char::is_alphanumeric))
        .collect();
    let statements = PAGE.lines().filter_map(|line| line.trim_start().split([' ', '(']).next());
    let statements = statements.filter(|word| {
        word.contains('_')
            && ["create_", "drop_", "add_", "alter_", "rename_", "bulk_"]
                .iter()
                .any(|begin| word.starts_with(begin))
    });
    let used: Vec<&str> = statements.chain(types).collect();
    assert!(used.len() > 40);
    for word in used {
        assert!(mina::language::ALL.contains(&word), "`{word}` is not in `mina::language`");
    }
}

/// What fuzzing began with, and what it found.
#[test]
fn every_reader_answers_whatever_it_is_given() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, read) in readers::ALL {
        let mut files = 0;
        for file in std::fs::read_dir(corpus.join(name)).unwrap() {
            let path = file.unwrap().path();
            let text = std::fs::read(&path).unwrap();
            println!("{}", path.display());
            read(&String::from_utf8_lossy(&text));
            files += 1;
        }
        assert!(files > 2, "{name}");
    }
}

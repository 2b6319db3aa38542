//! What a fuzzer, and the test that goes through `corpus/`, does with a text: one function for each of Mina's readers.
//!
//! Whatever the text is, it is answered: no function panics, but where what the reader says of a text does not hold.

use mina_core::config::Config;
use mina_core::engine::{Engine, Product, Target};
use mina_core::history::{Graph, History, Node, Revision, Set, identifier};
use mina_core::models::{Models, print};
use mina_core::schema::{Expression, ObjectName};
use mina_core::sql;
use mina_core::sql::text;
use mina_core::syntax::edit::Header;
use mina_core::syntax::format::format;
use mina_core::syntax::parse::{parse, parse_head, parse_models, string_value};
use mina_core::syntax::source::{MIGRATION, SCHEMA, scan_for};
use mina_core::syntax::{parse_str, print as language};

/// What reads a text.
pub type Reader = fn(&str);

/// The readers by the names of their folders in `corpus/`.
pub const ALL: [(&str, Reader); 6] = [
    ("block", block),
    ("check", check),
    ("config", config),
    ("models", models),
    ("sql", sql),
    ("target", target),
];

/// The blocks of a file: parsed, printed, formatted, and with another header.
pub fn block(text: &str) {
    let _ = string_value(text);
    let Ok(blocks) = scan_for(text, &[MIGRATION, SCHEMA]) else {
        assert!(format(text).is_err(), "what is no Rust is formatted");
        return;
    };
    for block in &blocks {
        let header = Header::of(text, block).set_revision("20250101").set_revises(&["1", "2"]);
        let _ = header.set_label(Some("a")).set_alias(None).apply();
        let _ = parse_head(&block.tokens);
        if block.name == SCHEMA {
            let parsed = parse_models(&block.tokens);
            let _ = language::models(&parsed.models);
            continue;
        }
        let parsed = parse(&block.tokens);
        if parsed.diagnostics.is_empty() {
            let printed = language::print(&parsed.block);
            let (again, _) = parse_str(&printed).expect("what is printed is Rust");
            assert!(again.diagnostics.is_empty(), "what is printed is refused:\n{printed}");
            assert!(again.block == parsed.block, "what is printed says something else:\n{printed}");
        }
    }
    if let Ok(formatted) = format(text) {
        let again = format(&formatted.text).expect("what is formatted is Rust");
        assert!(
            again.text == formatted.text,
            "formatting a second time changes something:\n{}",
            formatted.text
        );
    }
}

/// A file as a history on three engines: checked, and what is accepted turned into SQL.
pub fn check(text: &str) {
    let Ok(revisions) = Revision::all_in(text, "versions/1_step.rs") else {
        return;
    };
    let config = "[database]\nurl = \"env:DATABASE_URL\"\nengines = [\"sqlite >= 3.40\", \"postgres >= 14\", \"mariadb >= 10.6\"]\n";
    let config = Config::parse(config).expect("it is a mina.toml");
    let history = History::new(config, revisions);
    let mut refused = false;
    for index in 0..history.revisions.len() {
        let diagnostics = history.diagnostics(index);
        refused |= diagnostics.iter().any(|diagnostic| diagnostic.is_error());
        let _ = history.style(index);
    }
    for (index, revision) in history.revisions.iter().enumerate().filter(|_| !refused) {
        for replayed in &history.checked(index).engines {
            for trace in std::iter::once(&replayed.up).chain(&replayed.down) {
                let _ = sql::render(trace, &revision.tokens, revision.block.transaction);
            }
        }
    }
}

/// A `mina.toml`.
pub fn config(text: &str) {
    match Config::parse(text) {
        Ok(config) => {
            let _ = config.naming_at("20250101");
            let _ = config.naming_at_head();
            let _ = config.bind(Some("analytics"));
        }
        Err(error) => assert!(!error.to_string().is_empty(), "a mina.toml is refused without a word"),
    }
}

/// A file of models, `schema!` or Diesel's `table!`: read, resolved on each engine, and printed.
pub fn models(text: &str) {
    let Ok(models) = Models::parse(text, "schema.rs") else { return };
    let config = Config::default();
    let targets = [
        (Product::Sqlite, (3, 40)),
        (Product::Postgres, (15, 0)),
        (Product::Mariadb, (10, 11)),
    ];
    let targets = targets.map(|(product, version)| Target { product, version });
    let _ = (
        models.engines(),
        models.bind(),
        models.renames(None),
        models.views(None),
        models.facets(None),
    );
    let (schemas, diagnostics) = models.resolve_all(&config, None, &targets);
    if diagnostics.iter().any(|diagnostic| diagnostic.is_error()) {
        return;
    }
    for (_, schema) in &schemas {
        let printed = print(schema, &config, &[], None);
        assert!(
            Models::parse(&printed, "schema.rs").is_ok(),
            "what is printed is no Rust:\n{printed}"
        );
    }
}

/// SQL in each dialect: cut into statements, and read without being understood.
pub fn sql(text: &str) {
    let table = ObjectName::new("users");
    for &engine in Engine::ALL {
        let statements = text::split_statements(text, engine);
        for statement in &statements {
            assert!(text.contains(statement), "a statement that is not in the text: {statement}");
            let _ = text::ddl_kind(statement, engine);
        }
        let _ = text::quote_backticks(text, engine);
        let _ = text::mentions_table(text, engine, &table);
        let _ = text::mentions_column(text, engine, Some(&table), &table, "name");
        let _ = text::selects_star(text, engine);
        if let Ok(expression) = Expression::parse(text, engine) {
            let _ = (expression.columns(), expression.uses("name"), expression.has_subquery());
            let _ = expression.never_null(&|_| true);
            let _ = expression.holds(&|_| None);
            let _ = expression.rename_column("name", "a b").rename_table("users", "order");
        }
    }
}

/// What a person types after `upgrade` and `downgrade`, on a graph with branches, a merge and a dependency.
pub fn target(text: &str) {
    let node = |id: &'static str, parents: &[&'static str], label: Option<&'static str>| Node {
        id: id.into(),
        parents: parents.iter().map(|&parent| parent.into()).collect(),
        label: label.map(Into::into),
        ..Node::default()
    };
    let mut depending = node("2026", &["2024"], None);
    depending.depends_on.push("3".into());
    depending.alias = Some("6f9f2dd343f5".into());
    depending.squashes.push("2025".into());
    let graph = Graph::new(vec![
        node("1", &[], None),
        node("2", &["1"], Some("left")),
        node("2024", &["1"], Some("right")),
        depending,
        node("3", &["2"], None),
        node("4", &["3", "2026"], None),
        node("5", &["4"], Some("late")),
        node("x", &[], Some("other")),
    ]);
    let some = graph.with_ancestors([4]);
    for applied in [&graph.none(), &graph.all(), &some] {
        let answers: [Result<Set, _>; 3] = [
            graph.resolve_upgrade(text, applied).map(|goal| goal.0),
            graph.resolve_downgrade(text, applied).map(|goal| goal.0),
            graph.resolve_stamp(text, applied).map(|goal| goal.0),
        ];
        for answer in answers {
            match answer {
                Ok(goal) => assert!(goal.iter().all(|revision| revision < graph.len()), "a revision that is not there"),
                Err(error) => assert!(!error.to_string().is_empty(), "a target is refused without a word"),
            }
        }
        let _ = (
            graph.resolve(text, applied),
            graph.resolve_one(text, applied),
            graph.resolve_range(text, applied),
        );
    }
    let next = identifier::next(text, |_| false);
    assert!(!next.is_empty(), "no id comes next");
}

mod data;
mod key;
mod object;
mod reversal;
mod rewriting;
mod row;
mod table;

use super::{Context, Operation, replay};
use crate::config::Config;
use crate::engine::{Product, Target};
use crate::history::Trace;
use crate::schema::{ObjectName, Schema, Table};
use crate::syntax::parse::parse_str;

pub(super) const SQLITE: Target = Target::SQLITE;
pub(super) const POSTGRES: Target = Target {
    product: Product::Postgres,
    version: (14, 0),
};
pub(super) const MARIADB: Target = Target {
    product: Product::Mariadb,
    version: (10, 6),
};

/// Tables that the tests start from.
pub(super) const BASE: &str = r#"
    create_enum mood ("calm", "cross");
    create_table users {
        #[primary_key]
        id: Integer,
        #[unique]
        email: Varchar<120>,
        name: Nullable<Varchar<80>>,
        age: Varchar<3> = "0",
        mood: Enum<mood> = "calm",
    }
    create_table tasks {
        #[primary_key]
        id: Integer,
        title: Varchar<200>,
        #[references(users.id, on_delete = cascade)]
        user_id: Nullable<Integer>,
        done: Bool = false,
        check ck_tasks_title "length(title) > 0",
        index ix_tasks_title_done (title, done),
    }
"#;

pub(super) struct Replayed {
    pub(super) trace: Trace,
    said: String,
}

/// Replays statements as a revision's upgrade on what others left.
pub(super) fn run(start: Schema, revision: &str, statements: &str, target: Target, targets: &[Target]) -> Replayed {
    let text = format!("revision = \"{revision}\"; revises = base; upgrade {{ {statements} }} downgrade {{ }}");
    let (parsed, tokens) = parse_str(&text).expect("the text is tokens");
    assert_eq!(parsed.diagnostics, [], "{statements}");
    let config = Config::default();
    let cx = Context {
        target,
        targets,
        config: &config,
        block: &parsed.block,
        tokens: &tokens,
        file: "",
        downgrade: false,
    };
    let trace = replay(start, &parsed.block.upgrade, &cx);
    let said = trace.diagnostics.iter().map(|diagnostic| {
        let word: String = tokens.tokens[diagnostic.span.start as usize..diagnostic.span.end as usize]
            .iter()
            .map(|token| match token {
                crate::syntax::token::Token::Ident(text) | crate::syntax::token::Token::Literal(text) => text.clone(),
                crate::syntax::token::Token::Punct(mark, _) => mark.to_string(),
                _ => " ".to_owned(),
            })
            .collect();
        let word: String = word.chars().take(24).collect();
        let label = diagnostic
            .label
            .as_ref()
            .map(|(_, label)| format!("\n  ({label})"))
            .unwrap_or_default();
        format!("^{word}^ {}{label}", diagnostic.to_string().replace('\n', "\n  "))
    });
    let said = said.collect::<Vec<_>>().join("\n");
    Replayed { trace, said }
}

pub(super) fn base(target: Target) -> Schema {
    let replayed = run(Schema::default(), "1", BASE, target, &[target]);
    assert_eq!(replayed.said, "");
    replayed.trace.end
}

/// What is said of statements on top of the base, on one engine.
pub(super) fn said_on(target: Target, statements: &str) -> String {
    run(base(target), "2", statements, target, &[target]).said
}

pub(super) fn said(statements: &str) -> String {
    said_on(SQLITE, statements)
}

/// The schema after statements on top of the base, of which nothing is said.
pub(super) fn after_on(target: Target, statements: &str) -> Schema {
    let replayed = run(base(target), "2", statements, target, &[target]);
    assert_eq!(replayed.said, "");
    replayed.trace.end
}

pub(super) fn operations_on(target: Target, statements: &str) -> Vec<Operation> {
    let replayed = run(base(target), "2", statements, target, &[target]);
    assert_eq!(replayed.said, "");
    let resolved = replayed.trace.steps.into_iter().flat_map(|step| step.operations);
    resolved.map(|resolved| resolved.operation).collect()
}

pub(super) fn table<'s>(schema: &'s Schema, name: &str) -> &'s Table {
    schema.table(&ObjectName::new(name)).expect("the table is there")
}

/// Constraint and index names of a table, sorted.
pub(super) fn names(schema: &Schema, name: &str) -> String {
    let table = table(schema, name);
    let mut names: Vec<String> = table.constraints().map(|constraint| constraint.name().to_string()).collect();
    names.extend(table.indexes.iter().map(|index| index.name.to_string()));
    names.sort();
    names.join(" ")
}

//! Statements that are replayed on a target, and the units that they become.

use mina_core::config::Config;
use mina_core::engine::Target;
use mina_core::history::Trace;
use mina_core::operation::{Context, replay};
use mina_core::schema::Schema;
use mina_core::sql::render;
use mina_core::sql::unit::Unit;
use mina_core::syntax::Tokens;
use mina_core::syntax::ast::{Block, Downgrade};
use mina_core::syntax::parse::parse;
use mina_core::syntax::token::flatten_located;

/// What each block begins with.
pub const HEAD: &str = "revision = \"2\"; revises = base;";

pub fn block(text: &str) -> (Block, Tokens) {
    let tokens = flatten_located(text.parse().unwrap());
    let parsed = parse(&tokens);
    assert!(parsed.diagnostics.is_empty(), "{:#?}", parsed.diagnostics);
    (parsed.block, tokens)
}

/// What an upgrade does, and what is wrong with it.
pub fn trace(target: Target, start: Schema, block: &Block, tokens: &Tokens) -> Trace {
    let config = Config::default();
    let cx = Context {
        target,
        targets: &[target],
        config: &config,
        block,
        tokens,
        file: "",
        downgrade: false,
    };
    replay(start, &block.upgrade, &cx)
}

/// The schema that statements leave.
pub fn schema(target: Target, statements: &str) -> Schema {
    let (block, tokens) = block(&format!("{HEAD} upgrade {{ {statements} }}"));
    let trace = trace(target, Schema::default(), &block, &tokens);
    assert!(trace.diagnostics.is_empty(), "{:#?}", trace.diagnostics);
    trace.end
}

/// The units of `body` on the schema that `setup` leaves; the body begins on the third line.
pub fn units(target: Target, setup: &str, body: &str) -> Vec<Unit> {
    let (block, tokens) = block(&format!("{HEAD}\nupgrade {{\n{body}\n}}"));
    assert_eq!(block.downgrade, Downgrade::Missing);
    units_of(target, schema(target, setup), &block, &tokens)
}

/// The units of a block that nothing is wrong with, which the journal of a database can keep.
pub fn units_of(target: Target, start: Schema, block: &Block, tokens: &Tokens) -> Vec<Unit> {
    let trace = trace(target, start, block, tokens);
    assert!(trace.diagnostics.is_empty(), "{:#?}", trace.diagnostics);
    let units = render(&trace, tokens, block.transaction);
    for unit in &units {
        let json = serde_json::to_string(unit).unwrap();
        assert_eq!(serde_json::from_str::<Unit>(&json).unwrap(), *unit);
    }
    units
}

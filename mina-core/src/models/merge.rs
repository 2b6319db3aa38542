//! The models of several engines as one.

use crate::engine::Engine;
use crate::syntax::Span;
use crate::syntax::ast::{EngineRef, ModelBlock, Statement};

/// Each statement once, for the engines that have it so.
pub(super) fn merged(blocks: impl Iterator<Item = (Engine, ModelBlock)>) -> ModelBlock {
    let mut merged = ModelBlock::default();
    let mut engines = Vec::new();
    let mut on: Vec<Vec<Engine>> = Vec::new();
    for (engine, block) in blocks {
        merged.bind = block.bind;
        engines.push(engine);
        let mut after = 0;
        for statement in block.statements {
            let known = merged.statements.iter().position(|other: &Statement| *other == statement);
            let place = match known {
                Some(place) => place,
                None => {
                    merged.statements.insert(after, statement);
                    on.insert(after, Vec::new());
                    after
                }
            };
            on[place].push(engine);
            after = place + 1;
        }
    }
    let named = |engine: &Engine| EngineRef {
        engine: *engine,
        span: Span::default(),
    };
    for (statement, on) in merged.statements.iter_mut().zip(on) {
        if on.len() < engines.len() {
            statement.on = on.iter().map(named).collect();
        }
    }
    merged
}

//! What makes the whole history at once.

use mina::{Created, Engine};
use mina_core::config::Config;
use mina_core::engine::Target;
use mina_core::history::{History, Revision};
use mina_core::syntax::{parse, source};

/// Those that can be done at once: the fifth makes a table anew that others refer to.
const BLOCKS: [&str; 4] = [
    include_str!("history/m20260101000000.rs"),
    include_str!("history/m20260102000000.rs"),
    include_str!("history/m20260103000000.rs"),
    include_str!("history/m20260104000000.rs"),
];

/// As `migrations!` has it for a history in its own crate.
pub fn creations() -> &'static [Created] {
    let revisions = BLOCKS.iter().map(|text| {
        let block = source::scan(text).unwrap().remove(0);
        let parsed = parse::parse(&block.tokens);
        Revision {
            block: parsed.block,
            tokens: block.tokens,
            location: block.location,
            syntax: parsed.diagnostics,
            ..Revision::default()
        }
    });
    let history = History::new(Config::default(), revisions.collect());
    let creation = history.creation(None, Target::SQLITE).unwrap();
    let created = Created {
        bind: None,
        engine: Engine::Sqlite,
        creation: serde_json::to_string(&creation).unwrap().leak(),
    };
    vec![created].leak()
}

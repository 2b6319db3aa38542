//! A revision and another one beside it, which may not commute.

use crate::history::{Grown, errors};
use crate::mutation::{Base, Kind, Mutant, names};
use crate::random::Random;
use crate::rust::is_rust;
use crate::sheet::{Part, Sheet};
use crate::statement::Writer;
use mina_core::diagnostic::{Code, Diagnostic};

/// A branch beside the last revision of a history, that is accepted but for M107: its own statements, or the other's again.
pub fn beside(base: &Base, below: &Grown, random: &mut Random, serial: &mut u32) -> Option<Mutant> {
    let sheet = |up: &[String]| Sheet {
        id: format!("{}b", base.sheet.id),
        label: Some("beside"),
        allows: false,
        ..Sheet::new(base.at, up, None)
    };
    let stands = |up: &[String]| {
        let (_, diagnostics) = below.next(&sheet(up).write().text);
        errors(&diagnostics).into_iter().all(clashes)
    };
    let mut up: Vec<String> = Vec::new();
    for _ in 0..6 {
        let statement = match random.of(&base.sheet.up) {
            Some(theirs) if random.percent(40) => theirs.clone(),
            _ => {
                let mut writer = Writer {
                    random,
                    engine: base.engine,
                    schema: &base.before,
                    serial,
                };
                let Some((_, statement)) = writer.statement() else { continue };
                statement
            }
        };
        // What Rust names is looked for in no schema, so what came before it may have taken that away.
        if is_rust(&statement) && !up.is_empty() {
            continue;
        }
        up.push(statement);
        if !stands(&up) {
            up.pop();
        }
        if up.len() > 1 {
            break;
        }
    }
    let theirs: Vec<_> = base.sheet.up.iter().map(|statement| names(statement)).collect();
    let about = |statement: &str| {
        let mine = names(statement);
        theirs.iter().any(|theirs| !mine.is_disjoint(theirs))
    };
    let places = up.iter().enumerate().filter(|(_, statement)| about(statement));
    let places: Vec<Part> = places.map(|(at, _)| Part::Up(at)).collect();
    (!up.is_empty()).then(|| Mutant {
        kind: Kind::Branches,
        sheet: sheet(&up),
        places,
    })
}

fn clashes(diagnostic: &Diagnostic) -> bool {
    diagnostic.code() == Some(Code::M107)
}

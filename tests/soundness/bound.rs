//! Histories of two databases in one folder, each of which is a history of its own.

use crate::history::{Draft, Limb};
use crate::random::Random;

/// The second one.
pub const OTHER: &str = "other";

/// What is said of it in mina.toml.
pub const DECLARED: &str = "[databases.other]\nurl = \"env:OTHER_DATABASE_URL\"\n";

/// Revisions of which each is one or the other's.
pub fn shape(random: &mut Random) -> Vec<(Limb, Option<&'static str>)> {
    let count = random.within(3, 7);
    (0..count).map(|_| (Limb::Trunk, random.percent(50).then_some(OTHER))).collect()
}

/// The revisions of each database that has any, in order.
pub fn lines(drafts: &[Draft]) -> Vec<(Option<&'static str>, Vec<usize>)> {
    let of = |bind: Option<&str>| (0..drafts.len()).filter(|at| drafts[*at].bind == bind).collect();
    let lines = [None, Some(OTHER)].map(|bind| (bind, of(bind)));
    lines.into_iter().filter(|(_, line): &(_, Vec<usize>)| !line.is_empty()).collect()
}

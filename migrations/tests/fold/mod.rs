//! What the history says, against what a database has.

use mina::testing::Subject;
use mina_core::config::Config;
use mina_core::engine::{Engine, Target};
use mina_core::history::{History, Revision};
use mina_core::normal::differences;
use std::fs;
use std::path::Path;

pub fn revisions() -> Vec<Revision> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("versions");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let revisions = |path: &Path| Revision::all_in(&fs::read_to_string(path).unwrap(), &path.display().to_string()).unwrap();
    files.iter().flat_map(|path| revisions(path)).collect()
}

/// The history up to a revision, that one left out, or all of it.
fn history(below: Option<&str>) -> History {
    let config = Config::parse(include_str!("../../mina.toml")).unwrap();
    let id = |revision: &Revision| revision.block.revision.as_ref().map(|id| id.text.clone());
    let mut revisions = revisions();
    revisions.retain(|revision| below.is_none_or(|below| id(revision).as_deref() < Some(below)));
    History::new(config, revisions)
}

fn target(engine: Engine, bind: Option<&str>, history: &History) -> Target {
    let mut targets = history.targets(bind).iter().copied();
    targets.find(|target| target.engine() == engine).unwrap_or(Target::SQLITE)
}

/// How a database differs from what the history says, up to a revision that is left out, or to the end.
pub fn difference(subject: &mut impl Subject, below: Option<&str>, bind: Option<&str>) -> String {
    let (history, dialect) = (history(below), subject.dialect());
    let schema = history.head(bind, target(dialect.engine(), bind, &history)).unwrap_or_default();
    let live = subject.normal().unwrap();
    let all = differences(&dialect.normal(&schema), &live, dialect);
    all.iter().map(|difference| format!("{difference}\n")).collect()
}

/// The database that a revision is for.
pub fn bind(revision: &str) -> Option<String> {
    let revisions = revisions().into_iter().map(|revision| revision.block);
    let mut found = revisions.filter(|block| block.revision.as_ref().is_some_and(|id| id.text == *revision));
    found.next()?.bind.map(|bind| bind.text)
}

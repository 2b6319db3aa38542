//! Moves the history without running anything.

use super::apply::database;
use super::error::{Error, ErrorKind};
use super::repair::blank;
use super::{Runner, State};
use crate::connection::{AsConnection, Connection, JournalEntry};
use crate::migration::Migrations;
use diesel::result::Error as DatabaseError;
use mina_core::history::{Set, TargetError};
use mina_core::normal::Difference;
use serde::Serialize;
use std::collections::BTreeSet;

/// Where the history is moved to, and what is asked before.
///
/// ```
/// use mina_runtime::runner::Stamp;
///
/// let stamp = Stamp::to(["billing@head", "20251008120000"]).force();
/// assert_ne!(stamp, Stamp::from("heads").purge());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    targets: Vec<String>,
    purge: bool,
    force: bool,
}

impl Stamp {
    /// To one target, or to one of each of several branches.
    pub fn to<T: Into<String>>(targets: impl IntoIterator<Item = T>) -> Self {
        Self {
            targets: targets.into_iter().map(T::into).collect(),
            purge: false,
            force: false,
        }
    }

    /// Everything that is recorded is forgotten first: the way out where that is not known here.
    #[must_use]
    pub fn purge(mut self) -> Self {
        self.purge = true;
        self
    }

    /// Also where the database is not what the revisions make it.
    #[must_use]
    pub fn force(mut self) -> Self {
        self.force = true;
        self
    }
}

impl From<&str> for Stamp {
    fn from(target: &str) -> Self {
        Self::to([target])
    }
}

/// What a stamp did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Stamped {
    /// The revisions that are recorded as applied and were not, in order.
    pub entered: Vec<String>,
    /// Those that are no more.
    pub removed: Vec<String>,
    /// The revisions on which none that is recorded builds.
    pub current: Vec<String>,
    /// How the database differs from what they make it, which was put up with.
    #[serde(serialize_with = "texts")]
    pub differences: Vec<Difference>,
}

fn texts<S: serde::Serializer>(differences: &[Difference], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(differences.iter().map(ToString::to_string))
}

impl Migrations {
    /// Records revisions as applied, and those above them as not, without running anything: for a database that has come to
    /// be what they make it in another way.
    ///
    /// ```no_run
    /// # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], creations: &[], config: "", directory: "" };
    /// # use mina_runtime as mina;
    /// # fn adopt(conn: &mut diesel::SqliteConnection) -> Result<(), mina::Error> {
    /// MIGRATIONS.stamp(conn, "20251008120000")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Drift`] where the database is not what the revisions make it, [`ErrorKind::Unknown`] where something is
    /// recorded that is not known here; [`Stamp`] has the ways on.
    pub fn stamp(&self, conn: &mut impl AsConnection, stamp: impl Into<Stamp>) -> Result<Stamped, Error> {
        self.runner().stamp(conn.as_connection(), &stamp.into())
    }
}

impl Runner {
    /// See [`Migrations::stamp`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn stamp(&self, conn: &mut dyn Connection, stamp: &Stamp) -> Result<Stamped, Error> {
        self.in_transaction(conn, |conn, state| {
            if !stamp.purge {
                state.recorded_here()?;
            }
            let goal = state.stamped(stamp)?;
            let mut stamped = Stamped::default();
            let ids = || goal.iter().map(|index| state.graph.id(index));
            match self.fold(state.engine) {
                Err(error) if !stamp.force => return Err(error),
                Err(_) => {}
                Ok(fold) => stamped.differences = fold.against(conn, &state, ids())?,
            }
            if !stamp.force && !stamped.differences.is_empty() {
                return Err(ErrorKind::Drift {
                    revisions: state.heads_of(&goal),
                    differences: stamped.differences,
                });
            }
            let kept: BTreeSet<&str> = ids().collect();
            let applied = &state.book.applied;
            let stays = |id: &str| {
                kept.contains(id)
                    || state
                        .squashed
                        .iter()
                        .any(|(squash, ids)| kept.contains(squash) && ids.iter().any(|own| own == id))
            };
            stamped.removed = applied.ids().filter(|id| !stays(id)).map(str::to_owned).collect();
            stamped.entered = ids().filter(|id| !applied.contains(id)).map(str::to_owned).collect();
            stamped.current = state.heads_of(&goal);
            record(conn, &state, &stamped)?;
            Ok(stamped)
        })
    }
}

impl State {
    /// The revisions that should be recorded.
    fn stamped(&self, stamp: &Stamp) -> Result<Set, ErrorKind> {
        let start = match stamp.purge {
            true => self.graph.none(),
            false => self.applied.clone(),
        };
        let mut goal = start.clone();
        let mut reached = Vec::new();
        for target in &stamp.targets {
            let refused = |error: TargetError| ErrorKind::Target(error.to_string());
            goal = self.graph.resolve_stamp(target, &goal).map_err(refused)?.0;
            let own = self.graph.resolve(target, &start).map_err(refused)?;
            reached.push((target, self.graph.set(own)));
        }
        match reached.iter().find(|(_, own)| !own.is_subset(&goal)) {
            None => Ok(goal),
            Some((target, _)) => Err(ErrorKind::Target(format!(
                "`{target}` lies above another of the targets, which would take it back: name one of them"
            ))),
        }
    }

    fn heads_of(&self, revisions: &Set) -> Vec<String> {
        let heads = self.graph.heads_of(revisions).into_iter();
        heads.map(|index| self.graph.id(index).to_owned()).collect()
    }
}

/// Writes the rows, and what they were written by. What is done in part of a migration is so no more.
fn record(conn: &mut dyn Connection, state: &State, stamped: &Stamped) -> Result<(), ErrorKind> {
    let failed = |conn: &dyn Connection, error: &DatabaseError| database(conn, error, 0);
    for (ids, applied) in [(&stamped.removed, false), (&stamped.entered, true)] {
        for id in ids {
            conn.set_applied(&state.table, id, applied).map_err(|error| failed(conn, &error))?;
        }
    }
    let in_part = state.book.partials().into_keys().map(str::to_owned);
    let moved: BTreeSet<String> = stamped.removed.iter().chain(&stamped.entered).cloned().chain(in_part).collect();
    for id in &moved {
        let is_there = stamped.entered.contains(id) || state.book.applied.contains(id) && !stamped.removed.contains(id);
        let source = state.graph.find(id).and_then(|index| state.source(index)).filter(|_| is_there);
        let downgrade = source.map(|source| state.journalled(source)).transpose()?;
        let entry = JournalEntry {
            revision: id,
            state: if is_there { "applied" } else { "removed" },
            downgrade: downgrade.as_deref(),
            ..blank("stamp")
        };
        conn.write_journal(&state.table, &entry).map_err(|error| failed(conn, &error))?;
    }
    Ok(())
}

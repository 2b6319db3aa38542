use super::Runner;
use super::book::Partial;
use super::error::{Edit, Error, ErrorKind, Partly};
use super::report::Direction;
use super::squashed::Inside;
use super::state::{Source, State};
use crate::connection::Connection;
use mina_core::history::Set;
use mina_core::history::graph::Name;
use serde::Serialize;

/// What a database holds of a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// The applied revisions on which none that is applied builds.
    pub current: Vec<String>,
    /// The heads of this history.
    pub heads: Vec<String>,
    /// The revisions that are not applied, in order.
    pub pending: Vec<String>,
    /// Applied, later than all that this program knows: a newer build was here.
    pub ahead: Vec<String>,
    /// Applied, and neither known nor later.
    pub unknown: Vec<String>,
    /// Applied, and of another bind of this history.
    pub other_binds: Vec<String>,
    /// The squashes in the middle of which the database stands.
    pub inside: Vec<Inside>,
    /// Applied and edited since.
    pub edited: Vec<Edit>,
    /// Applied by Diesel or another tool: what was applied is not known.
    pub unverified: Vec<String>,
    /// Done in part.
    pub partly: Vec<PartlyDone>,
    #[serde(skip)]
    table: String,
}

/// A migration that is done in part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PartlyDone {
    /// The revision.
    pub revision: String,
    /// Which way.
    pub direction: Direction,
    /// The units that are done.
    pub done: usize,
    /// Its units.
    pub units: usize,
}

/// One revision, its place in the graph and its state on a database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[allow(missing_docs)]
pub struct Entry {
    pub revision: String,
    pub message: String,
    pub description: String,
    pub file: String,
    pub parents: Vec<String>,
    pub depends_on: Vec<String>,
    pub children: Vec<String>,
    pub label: Option<String>,
    pub alias: Option<String>,
    pub irreversible: Option<String>,
    pub head: bool,
    pub branch_point: bool,
    pub merge: bool,
    /// Whether a revision of another branch depends on it.
    pub depended_on: bool,
    /// Left out where no database was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Applied>,
    /// When it was applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_on: Option<String>,
    /// How long that took, where the journal knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
    /// Whether it is one of the current revisions.
    pub current: bool,
}

/// More revisions than these are not looked up one by one: each may take as long as all.
#[cfg(feature = "cli")]
const FEW: usize = 4;

/// What `current` says of a database.
#[cfg(feature = "cli")]
pub(crate) struct Overview {
    pub(crate) current: Vec<String>,
    pub(crate) heads: Vec<String>,
    /// Whether a revision is not applied.
    pub(crate) is_behind: bool,
    /// Whether a newer build was here.
    pub(crate) is_ahead: bool,
    pub(crate) inside: Vec<Inside>,
    pub(crate) partly: Vec<PartlyDone>,
    /// The revisions of this history that it is at.
    pub(crate) entries: Vec<Entry>,
}

/// The state of a revision on a database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Applied {
    /// Not applied.
    Pending,
    /// Applied as it is now.
    Applied,
    /// Applied without a checksum.
    Unverified,
    /// Applied and edited since.
    Edited,
    /// Applied by a newer build.
    Ahead,
    /// Done in part.
    Partly(PartlyDone),
}

impl Status {
    /// What is wrong beyond revisions that are not applied.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OtherBind`], [`ErrorKind::Unknown`], [`ErrorKind::Edited`] or [`ErrorKind::Partly`].
    pub fn sound(&self) -> Result<(), ErrorKind> {
        if !self.unknown.is_empty() {
            return Err(ErrorKind::Unknown {
                ids: self.unknown.clone(),
                table: self.table.clone(),
                latest: None,
            });
        }
        if let Some(Inside { squash, ids, file }) = self.inside.first().cloned() {
            return Err(ErrorKind::InsideSquash { squash, ids, file });
        }
        if !self.edited.is_empty() {
            return Err(ErrorKind::Edited {
                edits: self.edited.clone(),
            });
        }
        match self.partly.first() {
            None => Ok(()),
            Some(partly) => Err(ErrorKind::Partly {
                revision: partly.revision.clone(),
                direction: partly.direction,
                done: partly.done,
                units: partly.units,
                why: Partly::Found,
            }),
        }
    }
}

impl PartlyDone {
    fn new(revision: &str, partial: &Partial) -> Self {
        Self {
            revision: revision.to_owned(),
            direction: partial.direction,
            done: partial.done.len(),
            units: partial.units,
        }
    }
}

impl Runner {
    /// See [`Migrations::current`](crate::Migrations::current).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn current(&self, conn: &mut dyn Connection) -> Result<Vec<String>, Error> {
        self.to_read(conn, |conn, config| Ok(self.glance(conn, config)?.current()))
    }

    /// See [`Migrations::status`](crate::Migrations::status).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn status(&self, conn: &mut dyn Connection) -> Result<Status, Error> {
        self.look(conn, |state| Ok(state.status()))
    }

    /// See [`Migrations::history`](crate::Migrations::history).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn history(&self, conn: &mut dyn Connection) -> Result<Vec<Entry>, Error> {
        self.look(conn, |state| Ok(state.entries(state.graph.order())))
    }

    /// Where the database stands, and the revisions that it is at.
    #[cfg(feature = "cli")]
    pub(crate) fn overview(&self, conn: &mut dyn Connection) -> Result<Overview, Error> {
        self.to_read(conn, |conn, config| {
            let mut state = self.glance(conn, config)?;
            let at = state.graph.heads_of(&state.applied);
            if at.len() > FEW {
                state = self.state(conn, config)?;
            }
            for &index in at.iter().filter(|_| at.len() <= FEW) {
                let read = state.book.look_up(conn, &state.table, state.graph.id(index));
                read.map_err(|error| super::failure(conn, &error))?;
            }
            let seen = Overview {
                current: state.current(),
                heads: heads(&state),
                is_behind: state.pending().next().is_some(),
                is_ahead: !state.ahead.is_empty(),
                inside: state.inside(),
                partly: state.partly_done(),
                entries: state.entries(&at),
            };
            // The process ends: to give back what is known of ten thousand revisions takes as long as to read it.
            std::mem::forget(state);
            Ok(seen)
        })
    }

    /// See [`Migrations::require_not_behind`](crate::Migrations::require_not_behind).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn require_not_behind(&self, conn: &mut dyn Connection) -> Result<(), Error> {
        self.look(conn, |state| state.not_behind())
    }

    /// See [`Migrations::require_exact`](crate::Migrations::require_exact).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn require_exact(&self, conn: &mut dyn Connection) -> Result<(), Error> {
        self.look(conn, |state| {
            state.not_behind()?;
            match state.ahead.is_empty() {
                true => Ok(()),
                false => Err(ErrorKind::Ahead {
                    ids: state.ahead.keys().cloned().collect(),
                }),
            }
        })
    }

    pub(crate) fn look<T>(&self, conn: &mut dyn Connection, look: impl FnOnce(&State) -> Result<T, ErrorKind>) -> Result<T, Error> {
        self.to_read(conn, |conn, config| Ok(look(&self.state(conn, config)?)?))
    }

    /// Every revision with its place, without looking at a database; oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        let members = self.members();
        let graph = self.graph();
        let entries = graph.order().iter().filter_map(|&index| {
            let member = members.get(index)?;
            Some(entry(&graph, index, Some(Source::Known(member.migration))))
        });
        entries.collect()
    }
}

impl State {
    fn not_behind(&self) -> Result<(), ErrorKind> {
        self.sound()?;
        if let Some(partly) = self.partly(Partly::Found) {
            return Err(partly);
        }
        match self.pending().map(str::to_owned).collect::<Vec<_>>() {
            pending if pending.is_empty() => Ok(()),
            pending => Err(ErrorKind::Behind { pending }),
        }
    }

    pub(crate) fn status(&self) -> Status {
        Status {
            current: self.current(),
            heads: heads(self),
            pending: self.pending().map(str::to_owned).collect(),
            ahead: self.ahead.keys().cloned().collect(),
            unknown: self.unknown.clone(),
            other_binds: self.others.keys().cloned().collect(),
            inside: self.inside(),
            edited: self.edits(),
            unverified: self.unverified().map(str::to_owned).collect(),
            partly: self.partly_done(),
            table: self.table.clone(),
        }
    }

    fn partly_done(&self) -> Vec<PartlyDone> {
        let partials = self.book.partials().into_iter();
        partials.map(|(id, partial)| PartlyDone::new(id, partial)).collect()
    }

    fn entries(&self, indexes: &[usize]) -> Vec<Entry> {
        let current = self.graph.set(self.graph.heads_of(&self.applied));
        indexes.iter().map(|&index| self.entry(index, &current)).collect()
    }

    fn entry(&self, index: usize, current: &Set) -> Entry {
        let id = self.graph.id(index);
        let partial = self.book.partial(id).map(|partial| Applied::Partly(PartlyDone::new(id, partial)));
        let applied = self.book.applied.get(id);
        let state = match applied {
            None => Applied::Pending,
            Some(_) if self.ahead.contains_key(id) => Applied::Ahead,
            Some(_) => self
                .members
                .get(index)
                .map_or(Applied::Applied, |member| match self.recorded(member) {
                    Some(_) if self.squashed.came_one_by_one(id) => Applied::Applied,
                    None => Applied::Unverified,
                    Some(recorded) if recorded != member.checksum(self.engine) => Applied::Edited,
                    Some(_) => Applied::Applied,
                }),
        };
        let timed = self.book.record(id).filter(|record| applied.is_some() && record.checksum.is_some());
        Entry {
            state: Some(partial.unwrap_or(state)),
            run_on: applied.cloned().flatten(),
            duration_ms: timed.map(|record| record.duration_ms),
            current: current.contains(index),
            ..entry(&self.graph, index, self.source(index))
        }
    }
}

fn heads(state: &State) -> Vec<String> {
    let known = |index: &usize| state.members.get(*index).is_some();
    let none_known_above = |index: &usize| !state.graph.children(*index).iter().any(known);
    let indexes = (0..state.graph.len()).filter(|index| known(index) && none_known_above(index));
    indexes.map(|index| state.graph.id(index).to_owned()).collect()
}

fn entry(graph: &mina_core::history::Graph, index: usize, source: Option<Source<'_>>) -> Entry {
    let node = &graph.nodes()[index];
    let ids = |indexes: &[usize]| indexes.iter().map(|&i| graph.id(i).to_owned()).collect();
    let texts = |names: &[Name]| names.iter().map(Name::to_string).collect();
    let description = match source {
        Some(Source::Known(migration)) => migration.record.description(),
        _ => "",
    };
    Entry {
        revision: node.id.to_string(),
        message: source.map(Source::message).unwrap_or_default().to_owned(),
        description: description.to_owned(),
        file: source.map(Source::file).unwrap_or_default().to_owned(),
        parents: texts(&node.parents),
        depends_on: texts(&node.depends_on),
        children: ids(graph.children(index)),
        label: node.label.as_ref().map(Name::to_string),
        alias: node.alias.as_ref().map(Name::to_string),
        irreversible: source.and_then(|source| source.irreversible().map(str::to_owned)),
        head: graph.children(index).is_empty(),
        branch_point: graph.children(index).len() > 1,
        depended_on: !graph.dependents(index).is_empty(),
        merge: graph.parents(index).len() > 1,
        state: None,
        run_on: None,
        duration_ms: None,
        current: false,
    }
}

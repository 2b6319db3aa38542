use super::book::{Book, Partial};
use super::error::{Edit, ErrorKind, Partly};
use super::members::{Member, Members};
use super::report::Direction;
use super::squashed::{Inside, Squashed};
use crate::migration::{Migration, RunStep};
use mina_core::engine::Engine;
use mina_core::history::Set;
use mina_core::history::graph::{Graph, Name, Node};
use mina_core::sql::unit::{Back, Unit};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A bind's history and what a database holds of it.
pub(crate) struct State {
    pub(crate) engine: Engine,
    pub(crate) table: String,
    /// In the graph they come first, in the same order.
    pub(crate) members: Members,
    pub(crate) ahead: BTreeMap<String, Option<Journalled>>,
    pub(crate) unknown: Vec<String>,
    pub(crate) others: BTreeMap<String, Option<String>>,
    /// The rows of revisions that were squashed, by what they were made into.
    pub(crate) squashed: Squashed,
    pub(crate) graph: Graph,
    pub(crate) applied: Set,
    pub(crate) book: Book,
}

/// What the journal keeps of a migration, so that a program that does not know it can revert it.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Journalled {
    pub(crate) message: String,
    pub(crate) file: String,
    pub(crate) parents: Vec<Name>,
    pub(crate) depends_on: Vec<Name>,
    #[serde(default)]
    pub(crate) label: Option<Name>,
    #[serde(default)]
    pub(crate) alias: Option<Name>,
    #[serde(default)]
    pub(crate) irreversible: Option<String>,
    pub(crate) checksum: String,
    pub(crate) units: Vec<Unit>,
}

/// The same, to be written.
#[derive(Serialize)]
struct ToJournal<'a> {
    message: &'a str,
    file: &'a str,
    parents: &'a [Name],
    depends_on: &'a [Name],
    label: Option<&'a str>,
    alias: Option<&'a str>,
    irreversible: Option<&'a str>,
    checksum: &'a str,
    units: Cow<'a, RawValue>,
}

/// A migration, as far as this program or the journal knows it.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    Known(&'static Migration),
    Journalled(&'a str, &'a Journalled),
}

impl Migration {
    pub(crate) fn units(&self, engine: Engine, direction: Direction) -> Result<Vec<Unit>, ErrorKind> {
        let text = match direction {
            Direction::Up => self.record.up(engine),
            Direction::Down => self.record.down(engine),
        };
        serde_json::from_str(text.unwrap_or("[]")).map_err(|error| ErrorKind::Damaged {
            revision: self.record.id().to_owned(),
            message: error.to_string(),
        })
    }

    pub(crate) fn checksum(&self, engine: Engine) -> &'static str {
        self.record.checksum(engine).unwrap_or_default()
    }

    pub(crate) fn runs(&self, engine: Engine) -> &'static [RunStep] {
        let on = self.runs.iter().find(|(on, _)| *on == engine);
        on.map_or(&[], |(_, runs)| runs)
    }
}

impl<'a> Source<'a> {
    pub(crate) fn revision(self) -> &'a str {
        match self {
            Self::Known(migration) => migration.record.id(),
            Self::Journalled(id, _) => id,
        }
    }

    pub(crate) fn message(self) -> &'a str {
        match self {
            Self::Known(migration) => migration.record.message(),
            Self::Journalled(_, journalled) => &journalled.message,
        }
    }

    pub(crate) fn file(self) -> &'a str {
        match self {
            Self::Known(migration) => migration.record.file(),
            Self::Journalled(_, journalled) => &journalled.file,
        }
    }

    pub(crate) fn irreversible(self) -> Option<&'a str> {
        match self {
            Self::Known(migration) => migration.record.irreversible(),
            Self::Journalled(_, journalled) => journalled.irreversible.as_deref(),
        }
    }

    pub(crate) fn checksum(self, engine: Engine) -> &'a str {
        match self {
            Self::Known(migration) => migration.checksum(engine),
            Self::Journalled(_, journalled) => &journalled.checksum,
        }
    }

    /// What the journal keeps of it.
    pub(crate) fn journalled(self, engine: Engine, node: &Node) -> Result<String, ErrorKind> {
        let written = self.raw_downgrade(engine).and_then(|units| {
            serde_json::to_string(&ToJournal {
                message: self.message(),
                file: self.file(),
                parents: &node.parents,
                depends_on: &node.depends_on,
                label: node.label.as_deref(),
                alias: node.alias.as_deref(),
                irreversible: self.irreversible(),
                checksum: self.checksum(engine),
                units,
            })
        });
        written.map_err(|error| ErrorKind::Damaged {
            revision: self.revision().to_owned(),
            message: error.to_string(),
        })
    }

    pub(crate) fn units(self, engine: Engine, direction: Direction) -> Result<Vec<Unit>, ErrorKind> {
        match self {
            Self::Known(migration) => migration.units(engine, direction),
            Self::Journalled(_, journalled) => Ok(journalled.units.clone()),
        }
    }

    /// The way back after each unit of the upgrade, as far as it is known.
    pub(crate) fn back(self, engine: Engine) -> Result<Vec<Back>, ErrorKind> {
        let text = match self {
            Self::Known(migration) => migration.record.back(engine),
            Self::Journalled(..) => None,
        };
        serde_json::from_str(text.unwrap_or("[]")).map_err(|error| ErrorKind::Damaged {
            revision: self.revision().to_owned(),
            message: error.to_string(),
        })
    }

    fn raw_downgrade(self, engine: Engine) -> serde_json::Result<Cow<'a, RawValue>> {
        match self {
            Self::Known(migration) => {
                let text = migration.record.down(engine).unwrap_or("[]");
                serde_json::from_str::<&RawValue>(text).map(Cow::Borrowed)
            }
            Self::Journalled(_, journalled) => serde_json::value::to_raw_value(&journalled.units).map(Cow::Owned),
        }
    }
}

impl State {
    pub(crate) fn source(&self, index: usize) -> Option<Source<'_>> {
        if let Some(member) = self.members.get(index) {
            return Some(Source::Known(member.migration));
        }
        let (id, journalled) = self.ahead.get_key_value(self.graph.id(index))?;
        Some(Source::Journalled(id, journalled.as_ref()?))
    }

    pub(crate) fn member(&self, id: &str) -> Option<&'static Migration> {
        self.members.find(id).map(|member| member.migration)
    }

    /// What is applied changed: the sets follow.
    pub(crate) fn follow(&mut self) {
        self.applied = self.graph.known(self.book.applied.ids()).0;
    }

    /// What the journal keeps of a migration.
    pub(crate) fn journalled(&self, source: Source<'_>) -> Result<String, ErrorKind> {
        let none = Node::default();
        let node = self.graph.find(source.revision()).map_or(&none, |index| &self.graph.nodes()[index]);
        source.journalled(self.engine, node)
    }

    /// One revision was applied or reverted.
    pub(crate) fn record(&mut self, revision: &str, direction: Direction) {
        let index = self.graph.find(revision);
        match direction {
            Direction::Up => {
                self.book.applied.insert(revision.to_owned(), None);
                index.map(|index| self.applied.insert(index));
            }
            Direction::Down => {
                self.book.applied.remove(revision);
                index.map(|index| self.applied.remove(index));
            }
        }
    }

    /// The applied revisions on which none that is applied builds.
    pub(crate) fn current(&self) -> Vec<String> {
        let mut current: Vec<String> = self
            .graph
            .heads_of(&self.applied)
            .into_iter()
            .map(|i| self.graph.id(i).to_owned())
            .collect();
        current.extend(self.unknown.iter().cloned());
        current.extend(self.inside().into_iter().filter_map(|inside| inside.ids.into_iter().next_back()));
        current
    }

    pub(crate) fn pending(&self) -> impl Iterator<Item = &'static str> {
        let members = self.members.iter().enumerate();
        members
            .filter(|(at, _)| !self.applied.contains(*at))
            .map(|(_, member)| member.head.id)
    }

    /// The migrations that are applied and known.
    fn applied_members(&self) -> impl Iterator<Item = &Member> {
        let members = self.members.iter().enumerate();
        members.filter(|(at, _)| self.applied.contains(*at)).map(|(_, member)| member)
    }

    /// The checksum that a migration was applied with, if whoever applied it recorded one.
    pub(crate) fn recorded(&self, member: &Member) -> Option<&str> {
        self.book.record(member.head.id)?.checksum.as_deref()
    }

    pub(crate) fn edits(&self) -> Vec<Edit> {
        let edited = |member: &Member| {
            if self.squashed.came_one_by_one(member.head.id) {
                return None;
            }
            let (recorded, checksum) = (self.recorded(member)?, member.checksum(self.engine));
            (recorded != checksum).then(|| Edit {
                revision: member.head.id.to_owned(),
                file: member.migration.record.file().to_owned(),
                recorded: recorded.to_owned(),
                checksum: checksum.to_owned(),
            })
        };
        self.applied_members().filter_map(edited).collect()
    }

    /// Applied, by Diesel or `stamp`, without a checksum.
    pub(crate) fn unverified(&self) -> impl Iterator<Item = &'static str> {
        let unverified = self.applied_members().filter(|member| self.recorded(member).is_none());
        unverified.map(|member| member.head.id)
    }

    /// Refuses what is recorded and not of this history, and a place that is between two revisions of it.
    pub(crate) fn known(&self) -> Result<(), ErrorKind> {
        self.recorded_here()?;
        match self.inside().into_iter().next() {
            None => Ok(()),
            Some(Inside { squash, ids, file }) => Err(ErrorKind::InsideSquash { squash, ids, file }),
        }
    }

    /// The squashes in the middle of which the database stands.
    pub(crate) fn inside(&self) -> Vec<Inside> {
        let inside = self.squashed.iter().filter(|(squash, _)| !self.book.applied.contains(squash));
        inside
            .map(|(squash, ids)| Inside {
                squash: squash.to_owned(),
                ids: ids.to_vec(),
                file: self.member(squash).map_or("", |migration| migration.record.file()).to_owned(),
            })
            .collect()
    }

    /// Refuses what is recorded and not of this history.
    pub(crate) fn recorded_here(&self) -> Result<(), ErrorKind> {
        if let Some((_, bind)) = self.others.first_key_value() {
            let same = self.others.iter().filter(|(_, other)| *other == bind);
            return Err(ErrorKind::OtherBind {
                ids: same.map(|(id, _)| id.clone()).collect(),
                bind: bind.clone(),
                table: self.table.clone(),
            });
        }
        if !self.unknown.is_empty() {
            return Err(ErrorKind::Unknown {
                ids: self.unknown.clone(),
                table: self.table.clone(),
                latest: self.members.last().map(|member| member.head.id.to_owned()),
            });
        }
        Ok(())
    }

    /// Refuses what must be cleared up by a person before anything is run.
    pub(crate) fn sound(&self) -> Result<(), ErrorKind> {
        self.known()?;
        match self.edits() {
            edits if edits.is_empty() => Ok(()),
            edits => Err(ErrorKind::Edited { edits }),
        }
    }

    pub(crate) fn partly(&self, why: Partly) -> Option<ErrorKind> {
        let (revision, partial) = self.book.partials().pop_first()?;
        Some(partly(revision, partial, why))
    }
}

pub(crate) fn partly(revision: &str, partial: &Partial, why: Partly) -> ErrorKind {
    ErrorKind::Partly {
        revision: revision.to_owned(),
        direction: partial.direction,
        done: partial.done.len(),
        units: partial.units,
        why,
    }
}

use crate::migration::{Migration, Migrations};
use mina_core::engine::Engine;
use mina_core::history::graph::{Name, Node};
use mina_core::record::Head;
use std::cell::Cell;

/// The migrations of one bind, sorted by id. What is looked at of each is read once.
///
/// They are asked for in order more often than not: the one after the last that was met is looked at first.
#[derive(Clone, Debug)]
pub(crate) struct Members {
    sorted: Vec<Member>,
    next: Cell<usize>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub(crate) head: Head<'static>,
    pub(crate) migration: &'static Migration,
}

impl Members {
    pub(crate) fn of(migrations: &Migrations, bind: Option<&str>) -> Self {
        let members = migrations.migrations.iter().map(|migration| Member {
            head: migration.record.head(),
            migration,
        });
        let mut members: Vec<Member> = members.filter(|member| member.head.bind == bind).collect();
        members.sort_by_key(|member| member.head.id);
        members.dedup_by_key(|member| member.head.id);
        Self {
            sorted: members,
            next: Cell::new(0),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Member> {
        self.sorted.iter()
    }

    /// The member at a place; the places are those of a graph of these migrations and later ones.
    pub(crate) fn get(&self, at: usize) -> Option<&Member> {
        self.sorted.get(at)
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Member> {
        let next = self.next.get();
        let at = match self.sorted.get(next) {
            Some(member) if member.head.id == id => next,
            _ => self.sorted.binary_search_by_key(&id, |member| member.head.id).ok()?,
        };
        self.next.set(at + 1);
        Some(&self.sorted[at])
    }

    pub(crate) fn last(&self) -> Option<&Member> {
        self.sorted.last()
    }

    pub(crate) fn nodes(&self) -> Vec<Node> {
        self.sorted.iter().map(|member| node(member.head)).collect()
    }
}

impl Member {
    pub(crate) fn checksum(&self, engine: Engine) -> &'static str {
        self.head.checksum(engine).unwrap_or_default()
    }
}

impl Migration {
    pub(crate) fn node(&self) -> Node {
        node(self.record.head())
    }
}

fn node(head: Head<'static>) -> Node {
    Node {
        id: head.id.into(),
        parents: head.parents().map(Name::from).collect(),
        depends_on: head.depends_on().map(Name::from).collect(),
        label: head.label.map(Name::from),
        alias: head.alias.map(Name::from),
        squashes: head.squashes().map(Name::from).collect(),
    }
}

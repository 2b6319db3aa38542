use crate::migration::{Migration, Migrations};
use mina_core::engine::Engine;
use mina_core::history::graph::{Name, Node};
use mina_core::record::Head;

/// The migrations of one bind, sorted by id. What is looked at of each is read once.
#[derive(Clone, Debug)]
pub(crate) struct Members(Vec<Member>);

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
        Self(members)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Member> {
        self.0.iter()
    }

    /// The member at a place; the places are those of a graph of these migrations and later ones.
    pub(crate) fn get(&self, at: usize) -> Option<&Member> {
        self.0.get(at)
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Member> {
        let at = self.0.binary_search_by_key(&id, |member| member.head.id).ok()?;
        Some(&self.0[at])
    }

    pub(crate) fn last(&self) -> Option<&Member> {
        self.0.last()
    }

    pub(crate) fn nodes(&self) -> Vec<Node> {
        self.0.iter().map(|member| node(member.head)).collect()
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
    }
}

use super::Revision;
use super::identifier;
use super::layout::{Bind, Blocks, Layout};
use super::released::unknown;
use super::target::RESERVED;
use crate::config::Config;
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::syntax::ast::Ident;

/// What is wrong with a block's place in the graph (M101 to M110, M107 aside).
pub(super) fn problems(config: &Config, layout: &Layout, blocks: Blocks<'_>, index: usize) -> Vec<Diagnostic> {
    let about = About {
        config,
        layout,
        blocks,
        index,
        revision: blocks.get(index),
        bind: layout.bind(index),
    };
    let mut found = Vec::new();
    found.extend(about.unknown_bind());
    let block = &about.revision.block;
    let Some(id) = &block.revision else { return found };
    found.extend(about.taken_id(id));
    for parent in &block.revises {
        found.extend(about.edge(id, parent, Edge::Revises));
    }
    for dependency in &block.depends_on {
        found.extend(about.edge(id, dependency, Edge::DependsOn));
    }
    found.extend(block.label.as_ref().and_then(|label| about.name(label, "label")));
    found.extend(block.alias.as_ref().and_then(|alias| about.name(alias, "alias")));
    for squashed in &block.squashes {
        found.extend(about.squashed(id, squashed));
    }
    found.extend(about.heads(id));
    found.extend(about.unknown_release(id));
    found
}

#[derive(Clone, Copy, PartialEq)]
enum Edge {
    Revises,
    DependsOn,
}

impl Edge {
    fn verb(self) -> &'static str {
        match self {
            Self::Revises => "revises",
            Self::DependsOn => "depends on",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Revises => "revises",
            Self::DependsOn => "depends_on",
        }
    }

    fn written(self, id: &str) -> String {
        match self {
            Self::Revises => format!("revises = \"{id}\";"),
            Self::DependsOn => format!("depends_on = [\"{id}\"];"),
        }
    }
}

struct About<'a> {
    config: &'a Config,
    layout: &'a Layout,
    blocks: Blocks<'a>,
    index: usize,
    revision: &'a Revision,
    bind: &'a Bind,
}

impl About<'_> {
    fn node(&self) -> Option<usize> {
        self.layout.seats[self.index].node
    }

    fn where_is(&self, block: usize) -> String {
        let revision = self.blocks.get(block);
        revision.place_of(revision.block.revision.as_ref())
    }

    fn later_than_all(&self) -> String {
        let graph = &self.bind.graph;
        let last = graph.nodes().last().map_or("", |node| &node.id);
        identifier::next(last, |_| false)
    }

    /// Said once, at the newest revision.
    fn unknown_release(&self, id: &Ident) -> Option<Diagnostic> {
        let newest = self.layout.binds.first()?.graph.nodes().last()?;
        if self.config.released.is_empty() || self.bind.torn || newest.id.as_ref() != id.text || self.layout.seats[self.index].bind != 0 {
            return None;
        }
        let name = *unknown(self.config, self.layout).first()?;
        let ids = self
            .layout
            .binds
            .iter()
            .flat_map(|bind| bind.graph.nodes())
            .map(|node| node.id.as_ref());
        let message = format!("`released` in mina.toml names `{name}`, and there is no such revision");
        let found = Diagnostic::error(Code::M102, id.span, message);
        Some(match did_you_mean(name, ids) {
            Some(meant) => found.help(format!("did you mean `released = \"{meant}\"`?")),
            None => found
                .help("name the revision that the released code runs on, by its id, its alias or its label; `base` where there is none"),
        })
    }

    fn unknown_bind(&self) -> Option<Diagnostic> {
        let bind = self.revision.block.bind.as_ref()?;
        if self.config.bind(Some(&bind.text)).is_some() {
            return None;
        }
        let message = format!("there is no database `{}` in mina.toml", bind.text);
        let found = Diagnostic::error(Code::M108, bind.span, message);
        let known = self.config.databases.keys().map(String::as_str);
        Some(match did_you_mean(&bind.text, known) {
            Some(meant) => found.help(format!("did you mean `bind = {meant};`?")),
            None => found.help(format!(
                "declare it in mina.toml: `[databases.{}]` with its `url`, or leave `bind` out for the default database",
                bind.text
            )),
        })
    }

    fn taken_id(&self, id: &Ident) -> Option<Diagnostic> {
        let other = self.layout.find(self.layout.seats[self.index].bind, &id.text)?;
        if other == self.index {
            return None;
        }
        let found = Diagnostic::error(Code::M101, id.span, format!("revision `{}` exists already", id.text));
        let found = found.help(format!("it is the one in {}", self.where_is(other)));
        Some(found.help(format!(
            "give this one an id of its own: `revision = \"{}\";`",
            self.later_than_all()
        )))
    }

    fn edge(&self, id: &Ident, parent: &Ident, edge: Edge) -> Option<Diagnostic> {
        let seat = &self.layout.seats[self.index];
        let Some(block) = self.layout.find(seat.bind, &parent.text) else {
            return self.unknown(id, parent, edge);
        };
        if parent.text < id.text {
            return None;
        }
        if let Some(node) = seat.node
            && let Some(above) = self.bind.graph.find(&parent.text)
            && let Some(cycle) = self
                .bind
                .graph
                .cycles()
                .iter()
                .find(|cycle| cycle.contains(&node) && cycle.contains(&above))
        {
            return Some(self.cycle(cycle, node, parent));
        }
        if block == self.index {
            return Some(self.cycle(&[], 0, parent));
        }
        if parent.text == id.text {
            return None;
        }
        let message = format!("revision `{}` sorts before `{}`, which it {}", id.text, parent.text, edge.verb());
        let graph = &self.bind.graph;
        let named = self.revision.block.revises.iter().chain(&self.revision.block.depends_on);
        let last = named.map(|ident| ident.text.as_str()).filter(|id| graph.find(id).is_some()).max();
        let next = identifier::next(last.unwrap_or(&parent.text), |id| graph.find(id).is_some());
        let found = Diagnostic::error(Code::M104, id.span, message);
        let found = found.help(format!("`{}` is in {}", parent.text, self.where_is(block)));
        Some(found.help(format!(
            "revisions run in the order of their ids, so take a later one: `revision = \"{next}\";`"
        )))
    }

    fn cycle(&self, cycle: &[usize], node: usize, parent: &Ident) -> Diagnostic {
        let graph = &self.bind.graph;
        let own = &parent.text;
        if cycle.len() < 2 {
            let found = Diagnostic::error(Code::M103, parent.span, format!("revision `{own}` builds on itself"));
            return found.help("name the revision before it, or `revises = base;` if it is the first");
        }
        let start = cycle.iter().position(|&i| i == node).unwrap_or_default();
        let round = (0..=cycle.len()).map(|step| cycle[(start + step) % cycle.len()]);
        let chain: Vec<String> = round.map(|i| format!("`{}`", graph.id(i))).collect();
        let message = format!("revisions build on each other in a circle: {}", chain.join(" → "));
        let mut found = Diagnostic::error(Code::M103, parent.span, message);
        for &i in cycle.iter().filter(|&&i| i != node) {
            found = found.help(format!("`{}` is in {}", graph.id(i), self.where_is(self.bind.blocks[i])));
        }
        found.help("one of them has to build on a revision outside the circle, or on `base`")
    }

    fn unknown(&self, id: &Ident, parent: &Ident, edge: Edge) -> Option<Diagnostic> {
        let name = &parent.text;
        if let Some(found) = self.in_another_bind(parent, edge) {
            return Some(found);
        }
        if self.revision.file.is_empty() || self.may_be_unreadable(name) {
            return None;
        }
        let code = match edge {
            Edge::Revises => Code::M102,
            Edge::DependsOn => Code::M109,
        };
        let found = Diagnostic::error(code, parent.span, format!("there is no revision `{name}`"));
        Some(self.instead(found, id, name, edge))
    }

    fn in_another_bind(&self, parent: &Ident, edge: Edge) -> Option<Diagnostic> {
        let own = self.layout.seats[self.index].bind;
        let other = (0..self.layout.binds.len()).filter(|&bind| bind != own);
        let (bind, block) = other
            .filter_map(|bind| Some((bind, self.layout.find(bind, &parent.text)?)))
            .next()?;
        let message = format!(
            "revision `{}` is of {}, and `{}` does not cross databases",
            parent.text,
            database(self.layout.binds[bind].name.as_deref()),
            edge.key()
        );
        let found = Diagnostic::error(Code::M108, parent.span, message);
        let found = found.help(format!("`{}` is in {}", parent.text, self.where_is(block)));
        let way_out = match &self.layout.binds[bind].name {
            Some(name) => format!(
                "say `bind = {name};` here as well, or build on a revision of {}",
                database(self.bind.name.as_deref())
            ),
            None => format!(
                "leave `bind` out, or build on a revision of {}",
                database(self.bind.name.as_deref())
            ),
        };
        Some(found.help(way_out))
    }

    fn may_be_unreadable(&self, name: &str) -> bool {
        let mut unread = self.blocks.iter().filter(|revision| revision.block.revision.is_none());
        unread.any(|revision| revision.file.contains(name))
    }

    fn instead(&self, found: Diagnostic, id: &Ident, name: &str, edge: Edge) -> Diagnostic {
        let graph = &self.bind.graph;
        let written = |node: usize| edge.written(graph.id(node));
        if let Some(node) = graph.find_label(name) {
            return found.help(format!("`{name}` is a label; name its revision: `{}`", written(node)));
        }
        if let Some(node) = graph.find_alias(name) {
            return found.help(format!(
                "`{name}` is the alias of a revision; name it by its id: `{}`",
                written(node)
            ));
        }
        let begun: Vec<usize> = graph.find_prefix(name).filter(|&node| Some(node) != self.node()).collect();
        if let ([node], false) = (&begun[..], name.is_empty()) {
            return found.help(format!("write the whole id: `{}`", written(*node)));
        }
        let others = || graph.nodes().iter().map(|node| node.id.as_ref()).filter(|other| *other != id.text);
        let before = || others().filter(|other| *other < id.text.as_str());
        if let Some(meant) = did_you_mean(name, before()).or_else(|| did_you_mean(name, others())) {
            let block = graph.find(meant).map(|node| self.bind.blocks[node]);
            let place = block.map_or_else(String::new, |block| format!(", in {}", self.where_is(block)));
            return found.help(format!("did you mean `{}`{place}?", edge.written(meant)));
        }
        match (before().next_back(), edge) {
            (Some(last), _) => found.help(format!("the revision before this one is `{last}`: `{}`", edge.written(last))),
            (None, Edge::Revises) => found.help("this is the first revision: `revises = base;`"),
            (None, Edge::DependsOn) => found.help("there is no revision before this one; leave `depends_on` out"),
        }
    }

    fn name(&self, name: &Ident, what: &str) -> Option<Diagnostic> {
        let text = &name.text;
        let error = |message: String| Diagnostic::error(Code::M106, name.span, message);
        if RESERVED.contains(&text.as_str()) {
            return Some(error(format!("{what} `{text}` is reserved")).help(format!("{} mean revisions by their place", quoted(RESERVED))));
        }
        let bind = self.layout.seats[self.index].bind;
        if let Some(block) = self.layout.find(bind, text).filter(|&block| block != self.index) {
            return Some(error(format!("{what} `{text}` is the id of a revision")).help(format!("the one in {}", self.where_is(block))));
        }
        let own = self.node()?;
        let earlier = |declared: Option<&Vec<usize>>, all: bool| {
            let others = declared.into_iter().flatten().copied().filter(|&block| block != self.index);
            let mut before = others.filter(|&block| all || self.layout.seats[block].node < Some(own));
            before.next()
        };
        let labels = self.bind.labels.get(text);
        let aliases = self.bind.aliases.get(text);
        let (other, taken_as) = match what {
            "label" => earlier(labels, false)
                .map(|block| (block, "label"))
                .or_else(|| Some((earlier(aliases, false)?, "alias"))),
            _ => earlier(aliases, false)
                .map(|block| (block, "alias"))
                .or_else(|| Some((earlier(labels, false)?, "label"))),
        }?;
        let found = error(format!("{what} `{text}` is taken"));
        let revision = self.blocks.get(other);
        let id = revision.block.revision.as_ref().map_or("", |id| &id.text);
        let found = found.help(format!("it is the {taken_as} of `{id}` ({})", self.where_is(other)));
        Some(match what {
            "label" => found.help("a label is declared once; the revisions that build on it carry it by themselves"),
            _ => found,
        })
    }

    fn squashed(&self, id: &Ident, squashed: &Ident) -> Option<Diagnostic> {
        let text = &squashed.text;
        let error = |message: String| Diagnostic::error(Code::M110, squashed.span, message);
        if *text == id.text {
            return Some(
                error(format!("revision `{text}` squashes itself")).help("`squashes` names the revisions before it that are no more"),
            );
        }
        let bind = self.layout.seats[self.index].bind;
        if let Some(block) = self.layout.find(bind, text) {
            let found = error(format!("`{text}`, which `{}` squashes, is still a revision", id.text));
            let found = found.help(format!("it is the one in {}: a database would get it twice", self.where_is(block)));
            return Some(found.help("remove that file, or leave the id out of `squashes`"));
        }
        if *text > id.text {
            let found = error(format!("`{text}`, which `{}` squashes, sorts after it", id.text));
            return Some(found.help("a squash has the id of the last revision that was made into it"));
        }
        let other = self.bind.graph.find_squash(text).filter(|&other| Some(other) != self.node())?;
        let found = error(format!(
            "`{text}` is squashed by `{}` and by `{}`",
            self.bind.graph.id(other),
            id.text
        ));
        let found = found.help(format!("the other is in {}", self.where_is(self.bind.blocks[other])));
        Some(found.help("a revision is made into one: leave the id out of one of the two"))
    }

    fn heads(&self, id: &Ident) -> Option<Diagnostic> {
        if self.bind.torn {
            return None;
        }
        let graph = &self.bind.graph;
        let heads = &self.bind.heads;
        let (&last, others) = heads.split_last()?;
        if others.is_empty() || Some(last) != self.node() {
            return None;
        }
        let ids: Vec<&str> = heads.iter().map(|&head| graph.id(head)).collect();
        let message = format!("{} are heads: nothing says which comes last", quoted(&ids));
        let mut found = Diagnostic::error(Code::M105, id.span, message);
        for &head in others {
            found = found.help(format!("`{}` is in {}", graph.id(head), self.where_is(self.bind.blocks[head])));
        }
        if let [other] = others
            && graph.id(*other) < id.text.as_str()
        {
            found = found.help(format!("let this one build on the other: `revises = \"{}\";`", graph.id(*other)));
        }
        let fresh = self.later_than_all();
        found = found.help(format!(
            "{}, in a file of its own:\n{}",
            if others.len() == 1 { "or merge them" } else { "merge them" },
            merge(&fresh, &ids, self.bind.name.as_deref())
        ));
        Some(found.help("or make one a branch of its own, which stays open: `label = \"…\";`"))
    }
}

fn merge(id: &str, heads: &[&str], bind: Option<&str>) -> String {
    let revises: Vec<String> = heads.iter().map(|head| format!("\"{head}\"")).collect();
    let bind = bind.map_or_else(String::new, |bind| format!("    bind = {bind};\n"));
    format!(
        "mina::migration! {{\n    //! Merge {}\n\n    revision = \"{id}\";\n    revises = [{}];\n{bind}\n    upgrade {{}}\n    downgrade {{}}\n}}",
        heads.join(" and "),
        revises.join(", "),
    )
}

fn database(name: Option<&str>) -> String {
    name.map_or_else(|| "the default database".into(), |name| format!("the database `{name}`"))
}

fn quoted(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match &quoted[..] {
        [many @ .., last] if !many.is_empty() => format!("{} and {last}", many.join(", ")),
        all => all.concat(),
    }
}

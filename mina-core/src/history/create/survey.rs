//! Which tables get rows, and what their rows depend on.

use super::super::mention::{words, words_of_rust, written};
use super::super::{Resolved, Step};
use crate::engine::Engine;
use crate::operation::Operation;
use crate::schema::{Constraint, ForeignKey, ObjectName, Schema, Table};
use crate::sql::text::split_statements;
use crate::sql::unit::Action;
use crate::syntax::Span;
use std::collections::{BTreeSet, HashMap, HashSet};

/// What a statement of the history is, in a database that has only what holds rows so far.
#[derive(Default)]
pub(super) struct Deed {
    /// Whether nothing was there before.
    pub(super) begins: bool,
    /// What has to be there from here on, as this statement finds it.
    pub(super) needed: Vec<ObjectName>,
    /// The same, as this statement leaves it.
    pub(super) born: Vec<ObjectName>,
    /// Whether it is about what stands beside the tables, which is there as soon as anything is.
    pub(super) is_beside: bool,
    /// The objects that are there and that it is about, by their names in lower case; nothing is run where there are none.
    pub(super) subjects: BTreeSet<ObjectName>,
    /// Whether keys of a table that is there refer to one of them.
    pub(super) is_referred_to: bool,
    /// Which of several statements of SQL do anything; empty where all do.
    kept: Vec<bool>,
}

impl Deed {
    pub(super) fn runs(&self) -> bool {
        self.is_beside || !self.subjects.is_empty()
    }

    pub(super) fn keeps(&self, at: usize, action: &Action) -> bool {
        match action {
            // An enum's statement is about several tables.
            Action::Batch(change) => self.subjects.is_empty() || self.subjects.contains(&key(&ObjectName::new(&change.table))),
            _ => self.kept.get(at).is_none_or(|kept| *kept),
        }
    }
}

/// A statement while it is looked at.
#[derive(Default)]
struct Look {
    /// The objects that it is about, each under the name that it has here, in lower case.
    subjects: Vec<(ObjectName, usize)>,
    /// What its rows are in or come from, or what it is about in words of its own.
    seeds: BTreeSet<usize>,
    /// What it makes in words of its own.
    made: BTreeSet<usize>,
    is_beside: bool,
    /// The tables whose keys refer to a subject.
    referrers: BTreeSet<usize>,
    kept: Vec<bool>,
}

/// A table or view through all its names.
struct Object {
    /// As it is called, or was called last.
    name: ObjectName,
    is_view: bool,
    /// What has to be there for it to work: tables that its keys refer to, what its triggers or its query name.
    needs: BTreeSet<usize>,
    /// What its keys refer to, or once did.
    refers: BTreeSet<usize>,
    /// What a statement on it may write to: what its triggers name.
    writes: BTreeSet<usize>,
    /// Whether rows may be in it at the point that has been reached.
    filled: bool,
    /// Whether it is in the database that only has what holds rows.
    is_there: bool,
}

impl Object {
    fn mentions(&mut self, id: usize, writes: bool) {
        self.needs.insert(id);
        if writes {
            self.writes.insert(id);
        }
    }
}

/// A walk along a history.
pub(super) struct Survey {
    engine: Engine,
    /// Whether the history has branches.
    forks: bool,
    /// Whether the database that only has what holds rows has anything: then it has all that stands beside tables and views.
    pub(super) has_begun: bool,
    objects: Vec<Object>,
    /// The objects there are at the point that has been reached, by their whole names in lower case.
    names: HashMap<ObjectName, usize>,
    /// The same by the word that a text of SQL or Rust has for them, which those of several namespaces share.
    words: HashMap<String, BTreeSet<usize>>,
    /// The views, and the tables with triggers, whose SQL has a word, and whether a trigger's has.
    mentions: HashMap<String, Vec<(usize, bool)>>,
    /// What came later than a key, a view or a trigger that names it.
    awaited: Vec<usize>,
}

/// A statement that has to stay where it is, and why.
type Stuck = (Span, String);

const NAMELESS: &str = "its Rust names no table, and so may touch any";

/// Whether a text of SQL holds a query.
pub(super) fn select(sql: &str) -> bool {
    words(sql, Engine::Sqlite).iter().any(|word| word == "select")
}

fn key(name: &ObjectName) -> ObjectName {
    ObjectName {
        schema: name.schema.as_deref().map(|schema| schema.to_lowercase().into()),
        name: word(name).into(),
    }
}

fn word(name: &ObjectName) -> String {
    name.name.to_lowercase()
}

impl Survey {
    pub(super) fn new(engine: Engine, forks: bool) -> Self {
        Self {
            engine,
            forks,
            has_begun: false,
            objects: Vec::new(),
            names: HashMap::new(),
            words: HashMap::new(),
            mentions: HashMap::new(),
            awaited: Vec::new(),
        }
    }

    /// Whether the database that only has what holds rows has this object now.
    pub(super) fn is_there(&self, name: &ObjectName) -> bool {
        self.called(name).is_some_and(|id| self.objects[id].is_there)
    }

    /// The object that has a name.
    fn called(&self, name: &ObjectName) -> Option<usize> {
        self.names.get(&key(name)).copied()
    }

    /// The objects that a word may mean.
    fn meant(&self, word: &str) -> impl Iterator<Item = usize> + '_ {
        self.words.get(word).into_iter().flatten().copied()
    }

    /// The next statement.
    pub(super) fn step(&mut self, step: &Step) -> Result<Deed, Stuck> {
        let mut look = Look::default();
        for resolved in &step.operations {
            self.operation(resolved, &mut look)?;
        }
        let is_data = !look.seeds.is_empty();
        let there = look.subjects.iter().filter(|(_, id)| is_data || self.objects[*id].is_there);
        let subjects: BTreeSet<ObjectName> = there.map(|(name, _)| name.clone()).collect();
        let refers = look.referrers.iter().any(|&id| self.objects[id].is_there);
        let seeds = look.seeds.iter().copied();
        let mut needed = self.bear(seeds.collect());
        needed.retain(|name| !look.made.iter().any(|&id| self.objects[id].name == *name));
        let named = |name: &ObjectName| step.before.table(name).is_some() || step.before.views().get(name).is_some();
        let there = look.subjects.iter().map(|(_, id)| *id).filter(|&id| self.objects[id].is_there);
        let mut open: Vec<usize> = there.collect();
        open.append(&mut self.awaited);
        let (found, born): (Vec<_>, Vec<_>) = self.bear(open).into_iter().partition(named);
        needed.extend(found);
        let is_referred_to = refers || look.referrers.iter().any(|&id| needed.contains(&self.objects[id].name));
        let begins = !self.has_begun && (is_data || !look.made.is_empty() || !needed.is_empty() || !born.is_empty());
        self.has_begun |= begins;
        Ok(Deed {
            begins,
            needed,
            born,
            is_beside: look.is_beside && self.has_begun,
            subjects,
            is_referred_to,
            kept: look.kept,
        })
    }

    /// What is needed from here on by what is there.
    fn bear(&mut self, mut open: Vec<usize>) -> Vec<ObjectName> {
        let mut born = Vec::new();
        let mut seen = HashSet::new();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let object = &mut self.objects[id];
            open.extend(&object.needs);
            if !std::mem::replace(&mut object.is_there, true) && self.names.get(&key(&object.name)) == Some(&id) {
                born.push(object.name.clone());
            }
        }
        born
    }

    fn operation(&mut self, resolved: &Resolved, look: &mut Look) -> Result<(), Stuck> {
        let stuck = |why: &str| Err((resolved.span, why.to_owned()));
        match &resolved.operation {
            Operation::BulkInsert { table, rows, .. } if !rows.is_empty() => self.fill(table, look),
            Operation::Update { table, set, filter, .. } | Operation::Backfill { table, set, filter, .. } => {
                let texts = [Some(set), filter.as_ref()];
                return self.change(table, texts.into_iter().flatten(), resolved, look);
            }
            Operation::Delete { table, filter, .. } => return self.change(table, filter, resolved, look),
            Operation::BulkDelete { table, .. } => return self.change(table, [], resolved, look),
            Operation::Execute { sql, effect, .. } if !effect.is_empty() => {
                let words = words(sql, self.engine);
                refuse_relative(&words, resolved)?;
                if words.iter().any(|word| ["concurrently", "vacuum"].contains(&word.as_str())) {
                    return stuck("it can be in no transaction");
                }
                self.effect(effect, words.into_iter(), resolved, look);
            }
            Operation::Run { text, effect, .. } if !effect.is_empty() => {
                if self.named(words_of_rust(text)).is_empty() {
                    return stuck(NAMELESS);
                }
                self.effect(effect, words_of_rust(text), resolved, look);
            }
            Operation::Execute { sql, .. } => {
                for statement in split_statements(sql, self.engine) {
                    let kept = self.statement(statement, resolved, look)?;
                    look.kept.push(kept);
                }
            }
            Operation::Run { text, .. } => {
                let named = self.named(words_of_rust(text));
                if named.is_empty() {
                    return stuck(NAMELESS);
                }
                for (name, id) in named {
                    self.write(id, look);
                    look.subjects.push((name, id));
                }
            }
            operation => self.schema(operation, resolved, look),
        }
        Ok(())
    }

    /// A change of the schema in words of its own: what they and the `effect` name is there before, and may hold rows after.
    fn effect(&mut self, effect: &[Operation], words: impl Iterator<Item = String>, resolved: &Resolved, look: &mut Look) {
        let known = self.objects.len();
        let named = self.named(words);
        let mut own = Look::default();
        for operation in effect {
            self.schema(operation, resolved, &mut own);
        }
        let seeds = own.seeds.into_iter().map(|id| (key(&self.objects[id].name), id));
        let about: Vec<(ObjectName, usize)> = own.subjects.into_iter().chain(named).chain(seeds).collect();
        for (name, id) in about {
            match id < known {
                true => self.write(id, look),
                false => drop(look.made.insert(id)),
            }
            look.subjects.push((name, id));
        }
        for &id in &look.made {
            self.objects[id].filled = true;
            self.objects[id].is_there = true;
            look.seeds.extend(&self.objects[id].needs);
        }
        look.is_beside = true;
    }

    /// A change of the schema.
    fn schema(&mut self, operation: &Operation, resolved: &Resolved, look: &mut Look) {
        match operation {
            Operation::CreateTable(table) => {
                let id = self.make(&table.name, false);
                self.keys(id, &table.foreign_keys);
                for (referring, _) in resolved.after.referring(&table.name) {
                    if let Some(referring) = self.called(&referring.name) {
                        self.objects[referring].needs.insert(id);
                        self.awaited.extend(self.objects[referring].is_there.then_some(id));
                    }
                }
                look.subjects.push((key(&table.name), id));
            }
            Operation::CreateView(view) => {
                let id = self.make(&view.name, true);
                self.mention(id, &view.body, false);
                look.subjects.push((key(&view.name), id));
            }
            Operation::DropTable(Table { name, .. }) => {
                self.subject(name, resolved, look);
                self.forget(name);
            }
            Operation::DropView(view) => {
                self.subject(&view.name, resolved, look);
                self.forget(&view.name);
            }
            Operation::RenameTable { from, to, .. } => {
                self.subject(from, resolved, look);
                if let Some(id) = self.forget(from) {
                    self.call(to, id);
                    look.subjects.push((key(to), id));
                }
            }
            Operation::CreateTrigger(trigger) => {
                self.subject(&trigger.table, resolved, look);
                if let Some(id) = self.called(&trigger.table) {
                    self.mention(id, &trigger.body, true);
                }
            }
            Operation::DropTrigger(trigger) => self.subject(&trigger.table, resolved, look),
            Operation::AddColumn { table, constraints, .. } => {
                self.subject(table, resolved, look);
                self.constraints(table, constraints);
            }
            Operation::CreateConstraint { table, constraint } => {
                self.subject(table, resolved, look);
                self.constraints(table, std::slice::from_ref(constraint));
            }
            Operation::AlterColumn { table, before: column, .. } => {
                self.subject(table, resolved, look);
                // MariaDB changes it while the keys that refer to it are away.
                if self.engine == Engine::Mysql && self.is_there(table) {
                    let keys = resolved.before.referring(table);
                    let keys = keys.filter(|(owner, key)| owner.name != *table && key.referred.contains(&column.name));
                    let owners = keys.filter_map(|(owner, _)| self.called(&owner.name));
                    look.seeds.extend(owners);
                }
            }
            Operation::DropColumn { table, .. }
            | Operation::RenameColumn { table, .. }
            | Operation::DropConstraint { table, .. }
            | Operation::RenameConstraint { table, .. }
            | Operation::CreateIndex { table, .. }
            | Operation::DropIndex { table, .. }
            | Operation::RenameIndex { table, .. }
            | Operation::CommentOnTable { table, .. } => self.subject(table, resolved, look),
            Operation::AlterEnum { before, .. } => {
                let tables = of_enum(&resolved.before, &before.name);
                for table in &tables {
                    self.subject(table, resolved, look);
                }
                look.is_beside = self.engine == Engine::Pg;
                let ids = tables.iter().filter_map(|table| self.called(table));
                let ids: Vec<usize> = ids.collect();
                // One statement may be about all of them.
                let is_run = look.is_beside && self.has_begun || ids.iter().any(|&id| self.objects[id].is_there);
                if is_run && self.engine != Engine::Sqlite {
                    look.seeds.extend(ids);
                }
            }
            Operation::CreateNamespace(_)
            | Operation::DropNamespace(_)
            | Operation::CreateEnum(_)
            | Operation::DropEnum(_)
            | Operation::CreateSequence(_)
            | Operation::DropSequence(_)
            | Operation::CreateFunction(_)
            | Operation::DropFunction(_)
            | Operation::CreateExtension(_)
            | Operation::DropExtension(_) => look.is_beside = true,
            _ => {}
        }
    }

    fn make(&mut self, name: &ObjectName, is_view: bool) -> usize {
        let id = self.objects.len();
        self.objects.push(Object {
            name: name.clone(),
            is_view,
            needs: BTreeSet::new(),
            refers: BTreeSet::new(),
            writes: BTreeSet::new(),
            filled: false,
            is_there: false,
        });
        self.call(name, id);
        id
    }

    /// An object has a name from here on, which views and triggers may have been waiting for.
    fn call(&mut self, name: &ObjectName, id: usize) {
        self.names.insert(key(name), id);
        self.words.entry(word(name)).or_default().insert(id);
        self.objects[id].name = name.clone();
        for (by, writes) in self.mentions.get(&word(name)).cloned().unwrap_or_default() {
            self.objects[by].mentions(id, writes);
            self.awaited.extend(self.objects[by].is_there.then_some(id));
        }
    }

    /// An object has a name no longer.
    fn forget(&mut self, name: &ObjectName) -> Option<usize> {
        let id = self.names.remove(&key(name))?;
        if let Some(ids) = self.words.get_mut(&word(name)) {
            ids.remove(&id);
        }
        Some(id)
    }

    /// The query of a view or the action of a table's trigger.
    fn mention(&mut self, by: usize, sql: &str, writes: bool) {
        for word in words(sql, self.engine) {
            for &id in self.words.get(&word).into_iter().flatten() {
                self.objects[by].mentions(id, writes);
            }
            self.mentions.entry(word).or_default().push((by, writes));
        }
    }

    fn subject(&self, name: &ObjectName, resolved: &Resolved, look: &mut Look) {
        if let Some(id) = self.called(name) {
            look.subjects.push((key(name), id));
            for schema in [&resolved.before, &resolved.after] {
                let tables = schema.referring(name).filter_map(|(table, _)| self.called(&table.name));
                look.referrers.extend(tables);
            }
            if self.forks {
                // A branch does not know the keys that the other made.
                let all = self.objects.iter().enumerate();
                let others = all.filter(|(other, object)| *other != id && object.refers.contains(&id));
                look.referrers.extend(others.map(|(other, _)| other));
            }
        }
    }

    fn constraints(&mut self, table: &ObjectName, constraints: &[Constraint]) {
        let Some(id) = self.called(table) else { return };
        for constraint in constraints {
            if let Constraint::ForeignKey(foreign) = constraint {
                self.keys(id, std::slice::from_ref(foreign));
            }
        }
    }

    fn keys<'k>(&mut self, table: usize, keys: impl IntoIterator<Item = &'k ForeignKey>) {
        let referred = keys.into_iter().filter_map(|foreign| self.called(&foreign.table));
        let referred: Vec<usize> = referred.collect();
        self.objects[table].refers.extend(&referred);
        self.objects[table].needs.extend(referred);
    }

    /// The objects that some words name.
    fn named(&self, words: impl Iterator<Item = String>) -> Vec<(ObjectName, usize)> {
        let words: BTreeSet<String> = words.collect();
        words
            .into_iter()
            .flat_map(|word| self.meant(&word).map(|id| (key(&self.objects[id].name), id)).collect::<Vec<_>>())
            .collect()
    }

    /// Rows may be in it from here on, and in what its triggers write to.
    fn write(&mut self, id: usize, look: &mut Look) {
        let mut written = BTreeSet::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if written.insert(id) {
                self.objects[id].filled = true;
                open.extend(&self.objects[id].writes);
            }
        }
        look.seeds.extend(written);
    }

    fn fill(&mut self, table: &ObjectName, look: &mut Look) {
        if let Some(id) = self.called(table) {
            self.write(id, look);
            look.subjects.push((key(table), id));
        }
    }

    /// What a statement changes or deletes; nothing where no row can be there.
    fn change<'t>(
        &mut self,
        table: &ObjectName,
        texts: impl IntoIterator<Item = &'t String>,
        resolved: &Resolved,
        look: &mut Look,
    ) -> Result<(), Stuck> {
        let Some(id) = self.called(table).filter(|&id| self.may_hold_rows(id)) else {
            return Ok(());
        };
        let words: Vec<String> = texts.into_iter().flat_map(|text| words(text, self.engine)).collect();
        refuse_relative(&words, resolved)?;
        let named = self.named(words.into_iter());
        look.seeds.extend(named.into_iter().map(|(_, id)| id));
        self.write(id, look);
        look.subjects.push((key(table), id));
        Ok(())
    }

    fn may_hold_rows(&self, id: usize) -> bool {
        let object = &self.objects[id];
        object.is_view || object.filled
    }

    /// One statement of SQL; false where it can do nothing to an empty table.
    fn statement(&mut self, sql: &str, resolved: &Resolved, look: &mut Look) -> Result<bool, Stuck> {
        let words = words(sql, self.engine);
        let targets: Vec<usize> = written(&words).first().into_iter().flat_map(|name| self.meant(name)).collect();
        match words.first().map(String::as_str) {
            None | Some("select") => return Ok(false),
            Some("update" | "delete") => {
                if targets.is_empty() {
                    return Err((resolved.span, "what it writes to is no table of the history".to_owned()));
                }
                if !targets.iter().any(|&id| self.may_hold_rows(id)) {
                    return Ok(false);
                }
            }
            Some("insert" | "replace" | "with") => {}
            Some(_) => return Err((resolved.span, "it does more than write rows".to_owned())),
        }
        refuse_relative(&words, resolved)?;
        let named = self.named(words.into_iter());
        if named.is_empty() {
            return Err((resolved.span, "what it writes to is no table of the history".to_owned()));
        }
        for (name, id) in named {
            self.write(id, look);
            look.subjects.push((name, id));
        }
        Ok(true)
    }
}

/// What answers differently where the statements before were others.
fn refuse_relative(words: &[String], resolved: &Resolved) -> Result<(), Stuck> {
    const RELATIVE: &[&str] = &["changes", "total_changes", "last_insert_rowid"];
    let relative = |word: &&String| RELATIVE.contains(&word.as_str()) || word.starts_with("sqlite_") || word.starts_with("pragma_");
    match words.iter().find(relative) {
        None => Ok(()),
        Some(word) => Err((resolved.span, format!("`{word}` answers for all statements and tables before it"))),
    }
}

fn of_enum(schema: &Schema, name: &ObjectName) -> Vec<ObjectName> {
    let tables = schema.tables().values();
    let tables = tables.filter(|table| table.columns.iter().any(|column| column.ty.is_of_enum(name)));
    tables.map(|table| table.name.clone()).collect()
}

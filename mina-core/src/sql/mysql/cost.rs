//! What a statement costs on MariaDB and MySQL: what its ALTER TABLE is held to, and a copy where it is held to nothing.

use crate::engine::Engine;
use crate::history::Step;
use crate::sql::clause::Words;
use crate::sql::cost::{Cost, Mode, WorkKind};

pub(super) fn cost(sql: &str, step: &Step) -> Cost {
    let mut site = Site {
        step,
        cost: Cost::default(),
    };
    site.statement(Words::of(sql, Engine::Mysql));
    site.cost
}

struct Site<'a> {
    step: &'a Step,
    cost: Cost,
}

impl Site<'_> {
    fn statement(&mut self, mut words: Words<'_>) {
        match () {
            () if words.skip("alter table") => {
                words.skip("if exists");
                let adds = |words: &Words<'_>| words.clauses().iter_mut().any(|clause| clause.skip("add"));
                self.altered(words, adds);
            }
            () if words.skip_any(&["create index", "create unique index"]) && words.find("on") => self.altered(words, |_| true),
            () if words.skip("drop index") && words.find("on") => self.altered(words, |_| false),
            () if words.skip_any(&["drop table", "truncate table", "truncate", "drop view"]) => {
                words.skip("if exists");
                words.objects().iter().for_each(|table| self.cost.lock(Some(table), Mode::Alone));
            }
            () if words.skip("rename table") => self.rename(words),
            () if words.skip("lock tables") => {
                let tables = words.objects();
                tables.iter().for_each(|table| self.cost.lock(Some(table), Mode::Alone));
            }
            () if words.skip("create trigger") && words.find("on") => {
                words.object().iter().for_each(|table| self.cost.lock(Some(table), Mode::Alone));
            }
            () if words.skip("drop trigger") => self.drop_trigger(words),
            () if words.skip_any(&["update", "delete from", "insert into", "replace into"]) => self.writes(words),
            () if words.skip_any(&["create", "drop", "set", "grant", "revoke", "analyze", "unlock"]) => {}
            () if words.skip_any(&["select", "with", "values"]) => {}
            () => self.cost.unknown = Some("a statement that is not looked into"),
        }
    }

    /// As its last words hold the server to it; `adds` tells whether an index is built where nothing is written anew.
    fn altered(&mut self, mut words: Words<'_>, adds: impl Fn(&Words<'_>) -> bool) {
        let Some(table) = words.object() else { return };
        if words.clone().skip("enable keys") {
            self.cost.algorithm = Some("INSTANT".to_owned());
            return self.cost.lock(Some(&table), Mode::BesideWriters);
        }
        let algorithm = word_after(&words, "algorithm");
        let mode = match word_after(&words, "lock").as_deref() {
            Some("NONE") => Mode::BesideWriters,
            Some("EXCLUSIVE") => Mode::Alone,
            // MySQL takes no LOCK beside INSTANT.
            _ if algorithm.as_deref() == Some("INSTANT") => Mode::BesideWriters,
            _ => Mode::BesideReaders,
        };
        self.cost.lock(Some(&table), mode);
        match algorithm.as_deref() {
            Some("INSTANT") => {}
            Some("NOCOPY") if adds(&words) => self.cost.work(&table, WorkKind::BuildIndex),
            Some("NOCOPY") => {}
            _ => self.cost.work(&table, WorkKind::Rewrite),
        }
        self.cost.algorithm = algorithm;
    }

    fn rename(&mut self, mut words: Words<'_>) {
        while let Some(from) = words.object() {
            self.cost.lock(Some(&from), Mode::Alone);
            if !(words.skip("to") && words.object().is_some() && words.mark(',')) {
                break;
            }
        }
    }

    fn drop_trigger(&mut self, mut words: Words<'_>) {
        words.skip("if exists");
        let name = words.object();
        let triggers = self.step.before.triggers().values();
        let own = triggers.filter(|trigger| name.as_ref().is_some_and(|name| trigger.name == *name.name));
        own.for_each(|trigger| self.cost.lock(Some(&trigger.table), Mode::Alone));
    }

    fn writes(&mut self, mut words: Words<'_>) {
        if let Some(table) = words.object() {
            self.cost.lock(Some(&table), Mode::Rows);
            self.cost.work(&table, WorkKind::WriteRows);
        }
    }
}

/// `ALGORITHM=INSTANT`: the word after the mark.
fn word_after(words: &Words<'_>, key: &str) -> Option<String> {
    let mut words = words.clone();
    while words.find(key) {
        if words.mark('=') {
            return Some(words.name()?.to_ascii_uppercase());
        }
    }
    None
}

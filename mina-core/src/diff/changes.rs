//! What has to change for one schema to become another.

use super::piece::{Kept, Piece, gone_along, kept, renamed};
use super::side_by_side;
use super::taken::{Changes as Reasons, Lost, close};
use crate::engine::Engine;
use crate::operation::{casts, is_implicit};
use crate::schema::{Column, Enum, Map, ObjectName, Schema, Table};
use crate::sql::text::is_same;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that tells two schemas apart, names of tables and columns being those that are wanted.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// What is taken out, for good or to be made again.
    pub(super) taken: BTreeSet<Piece>,
    /// Constraints and indexes that stay, as they are wanted and as they are.
    pub(super) kept: BTreeMap<Piece, Piece>,
    /// Constraints and indexes that say the same under another name.
    pub(super) renamed: Vec<Kept>,
    pub(super) new_tables: BTreeSet<ObjectName>,
    /// Columns that become something else: before, after.
    pub(super) altered: BTreeMap<ObjectName, Vec<(Column, Column)>>,
    pub(super) comments: Vec<ObjectName>,
    /// Keys that are to be counted up from now on.
    pub(super) counted: BTreeSet<ObjectName>,
    /// Enums in both that differ: before, after.
    pub(super) enums: Vec<(Enum, Enum)>,
    /// What no operation says.
    pub(super) unsaid: Vec<String>,
}

impl Changes {
    pub(super) fn between(have: &Schema, want: &Schema, engine: Engine, by_structure: bool) -> Self {
        let mut changes = Self::default();
        let mut reasons = Reasons::default();
        for (name, want, have) in want.changed_tables(have) {
            match (want, have) {
                (Some(want), Some(have)) if want != have => changes.table(have, want, engine, by_structure, &mut reasons),
                (Some(_), None) => {
                    changes.new_tables.insert(name.clone());
                }
                (None, Some(_)) => {
                    changes.taken.insert(Piece::Table(name.clone()));
                }
                _ => {}
            }
        }
        changes.enums(have, want, &mut reasons);
        changes.bodies(have, want);
        close(have, &reasons, engine, &mut changes.taken);
        changes.without_columns(have);
        changes
    }

    fn table(&mut self, have: &Table, want: &Table, engine: Engine, by_structure: bool, reasons: &mut Reasons) {
        let name = &want.name;
        for column in &have.columns {
            if want.column(&column.name).is_none() {
                self.taken.insert(Piece::Column(name.clone(), column.name.clone()));
            }
        }
        for column in &want.columns {
            if let Some(before) = have.column(&column.name).filter(|before| *before != column) {
                self.column(have, before, column, engine, reasons);
            }
        }
        let mut same = kept(have, want, by_structure);
        let renamed = renamed(have, want, &same);
        same.extend(renamed.iter().filter_map(|key| gone_along(have, want, key)));
        self.renamed.extend(renamed);
        let stays = same.iter().chain(&self.renamed).map(|kept| &kept.have);
        let stays: BTreeSet<Piece> = stays.cloned().collect();
        let parts = have.constraints().map(|constraint| Piece::constraint(have, constraint));
        let parts = parts.chain(have.indexes.iter().map(|index| Piece::index(have, index)));
        self.taken.extend(parts.filter(|piece| !stays.contains(piece)));
        let renamed = self.renamed.iter().filter(|kept| kept.want.table() == Some(name)).cloned();
        self.kept.extend(same.into_iter().chain(renamed).map(|kept| (kept.want, kept.have)));
        if have.comment != want.comment {
            self.comments.push(name.clone());
        }
        if have.options != want.options {
            self.unsaid
                .push(format!("the options of `{name}` differ, and no operation changes those of a table"));
        }
    }

    fn column(&mut self, table: &Table, before: &Column, after: &Column, engine: Engine, reasons: &mut Reasons) {
        let name = &table.name;
        let path = format!("{name}.{}", before.name);
        if before.identity && !after.identity {
            let words = format!("`{path}` is counted up by the database, and no operation takes that away");
            self.unsaid.push(words);
        }
        let is_computed = engine == Engine::Pg && before.generated.is_some();
        let turns = is_implicit(&before.ty, &after.ty, engine) || !is_computed && casts(&before.ty, &after.ty, engine);
        if before.generated != after.generated || !turns {
            self.taken.insert(Piece::Column(name.clone(), before.name.clone()));
            return;
        }
        if !before.identity && after.identity {
            self.counted.insert(name.clone());
            self.taken.extend(
                table
                    .primary_key
                    .iter()
                    .map(|key| Piece::Constraint(name.clone(), key.name.text.clone())),
            );
        }
        if before.ty != after.ty {
            reasons.retyped.push((name.clone(), before.clone(), after.clone()));
        }
        if before.collation != after.collation {
            reasons.collated.push((name.clone(), before.name.clone()));
        }
        let said = Column {
            identity: before.identity,
            ..after.clone()
        };
        if said != *before {
            self.altered.entry(name.clone()).or_default().push((before.clone(), said));
        }
    }

    fn enums(&mut self, have: &Schema, want: &Schema, reasons: &mut Reasons) {
        for (_, want, have) in side_by_side(want.enums().iter(), have.enums().iter()) {
            let (Some(want), Some(have)) = (want, have) else { continue };
            if want == have {
                continue;
            }
            let gone = taken_values(have, want);
            if !gone.is_empty() {
                reasons.enums.push(Lost {
                    name: have.name.clone(),
                    values: gone,
                    anew: true,
                });
            }
            self.enums.push((Enum::clone(have), Enum::clone(want)));
        }
    }

    /// Views, triggers and functions that are not wanted as they are.
    fn bodies(&mut self, have: &Schema, want: &Schema) {
        for (name, wanted) in have.views().iter().map(|(name, _)| (name, want.view(name))) {
            let same = wanted
                .zip(have.view(name))
                .is_some_and(|(want, have)| is_same(&want.body, &have.body));
            if !same {
                self.taken.insert(Piece::View(name.clone()));
            }
        }
        for trigger in have.triggers().values() {
            let wanted = want.trigger(&trigger.table, &trigger.name);
            if !wanted.is_some_and(|wanted| is_same(&wanted.body, &trigger.body)) {
                self.taken.insert(Piece::Trigger(trigger.table.clone(), trigger.name.clone()));
            }
        }
        for function in have.functions().values() {
            let wanted = want.function(&function.name, &function.arguments);
            if !wanted.is_some_and(|wanted| is_same(&wanted.body, &function.body)) {
                self.taken
                    .insert(Piece::Function(function.name.clone(), function.arguments.clone()));
            }
        }
    }

    /// A table that keeps none of its columns is made anew.
    fn without_columns(&mut self, have: &Schema) {
        let gone = |table: &Table| {
            let taken = |column: &Column| self.taken.contains(&Piece::Column(table.name.clone(), column.name.clone()));
            table.columns.iter().all(taken)
        };
        let touched: BTreeSet<&ObjectName> = self.taken.iter().filter_map(Piece::table).collect();
        let tables = touched.into_iter().filter_map(|name| have.table(name));
        let anew: Vec<ObjectName> = tables.filter(|table| gone(table)).map(|table| table.name.clone()).collect();
        for name in anew {
            self.taken.retain(|piece| piece.table() != Some(&name));
            self.taken.insert(Piece::Table(name.clone()));
            self.altered.remove(&name);
            self.comments.retain(|table| *table != name);
            self.kept.retain(|want, _| want.table() != Some(&name));
            self.renamed.retain(|kept| kept.want.table() != Some(&name));
            let keys = have.referring(&name).filter(|(owner, _)| owner.name != name);
            let keys = keys.map(|(owner, key)| Piece::Constraint(owner.name.clone(), key.name.text.clone()));
            let triggers = have.triggers_on(&name);
            let triggers = triggers.map(|trigger| Piece::Trigger(name.clone(), trigger.name.clone()));
            self.taken.extend(keys.chain(triggers));
            self.new_tables.insert(name);
        }
    }

    /// Whether a piece of what is wanted is there, and stays.
    pub(super) fn stays(&self, want: &Piece) -> bool {
        self.kept.get(want).is_some_and(|have| !self.taken.contains(have))
    }

    pub(super) fn takes_column(&self, table: &ObjectName, column: &str) -> bool {
        self.taken.contains(&Piece::Column(table.clone(), column.to_owned()))
    }
}

/// The values that an enum has no longer, and those that only a removal can move.
pub(super) fn taken_values(have: &Enum, want: &Enum) -> Vec<String> {
    let stay = longest_common(&have.values, &want.values);
    have.values.iter().filter(|value| !stay.contains(value)).cloned().collect()
}

/// The longest sequence that stands in both, in its order.
fn longest_common<'v>(one: &'v [String], other: &[String]) -> Vec<&'v String> {
    let mut lengths = vec![vec![0_usize; other.len() + 1]; one.len() + 1];
    for i in (0..one.len()).rev() {
        for j in (0..other.len()).rev() {
            lengths[i][j] = match one[i] == other[j] {
                true => lengths[i + 1][j + 1] + 1,
                false => lengths[i + 1][j].max(lengths[i][j + 1]),
            };
        }
    }
    let (mut i, mut j, mut common) = (0, 0, Vec::new());
    while i < one.len() && j < other.len() {
        if one[i] == other[j] {
            common.push(&one[i]);
            (i, j) = (i + 1, j + 1);
        } else if lengths[i + 1][j] >= lengths[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    common
}

/// The objects of a kind that only one of two schemas has, or that differ: (gone, new).
pub(super) fn gone_and_new<T: PartialEq>(have: &Map<T>, want: &Map<T>) -> (Vec<ObjectName>, Vec<ObjectName>) {
    let (mut gone, mut new) = (Vec::new(), Vec::new());
    for (name, want, have) in side_by_side(want.iter(), have.iter()) {
        if want.is_none() || want.zip(have).is_some_and(|(want, have)| want != have) {
            gone.push(name.clone());
        }
        if have.is_none() || want.zip(have).is_some_and(|(want, have)| want != have) {
            new.push(name.clone());
        }
    }
    (gone, new)
}

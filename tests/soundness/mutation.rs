//! One thing that is broken in a revision which was accepted.

use crate::broken::{Aspect, broken};
use crate::history::{Draft, Grown, derived, errors, revision};
use crate::random::Random;
use crate::rust::is_rust;
use crate::sheet::{Part, Sheet};
use crate::value::{in_sql, name, path, sql_value, string};
use mina::Engine;
use mina_core::check::statements;
use mina_core::operation::Operation;
use mina_core::schema::{Column, Schema, Table, Type};
use std::collections::BTreeSet;

/// In the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    LeftOut,
    Swapped,
    Twice,
    Misspelt,
    Other(Aspect),
    TooMuch,
    NotThere,
    UpLeftOut,
    UpSwapped,
    UpMisspelt,
    UpNotThere,
    Fill,
    NoDefault,
    Sorts,
    Parent,
    /// Made by [`crate::branches`].
    Branches,
}

impl Kind {
    pub const ALL: [(Self, &'static str); 21] = [
        (Self::LeftOut, "downgrade: a statement left out"),
        (Self::Swapped, "downgrade: two neighbours swapped"),
        (Self::Twice, "downgrade: a statement written twice"),
        (Self::Misspelt, "downgrade: a word misspelt"),
        (Self::Other(Aspect::Type), "downgrade: another type"),
        (Self::Other(Aspect::Nullability), "downgrade: another nullability"),
        (Self::Other(Aspect::Default), "downgrade: another default"),
        (Self::Other(Aspect::Action), "downgrade: another `on_delete` or `on_update`"),
        (Self::Other(Aspect::Name), "downgrade: another name"),
        (
            Self::Other(Aspect::Form),
            "downgrade: other keys, filter, check, comment, options or body",
        ),
        (Self::TooMuch, "downgrade: something undone that was not done"),
        (Self::NotThere, "downgrade: an operation on what is not there"),
        (Self::UpLeftOut, "upgrade: a statement left out"),
        (Self::UpSwapped, "upgrade: two neighbours swapped"),
        (Self::UpMisspelt, "upgrade: a word misspelt"),
        (Self::UpNotThere, "upgrade: an operation on what is not there"),
        (Self::Fill, "upgrade: a fill left out, or for some rows alone"),
        (Self::NoDefault, "upgrade: a new NOT NULL column without its default"),
        (Self::Sorts, "graph: an id that sorts before its parent"),
        (Self::Parent, "graph: an id that is taken, a parent that is not there"),
        (Self::Branches, "graph: two branches that do not commute"),
    ];
}

#[derive(Clone, Debug)]
pub struct Mutant {
    pub kind: Kind,
    pub sheet: Sheet,
    /// Where a refusal belongs: what is mutated, and what it should have undone.
    pub places: Vec<Part>,
}

/// A revision that is accepted with its downgrade written out.
pub struct Base {
    pub at: usize,
    pub sheet: Sheet,
    pub before: Schema,
    pub after: Schema,
    pub engine: Engine,
    /// What the downgrade does, a statement each, and the statement of the upgrade that it undoes.
    down: Vec<Operation>,
    undoes: Vec<Option<usize>>,
}

impl Base {
    /// None where the downgrade is right only as it is derived, or not derived, or Rust is in it.
    pub fn new(below: &Grown, draft: &Draft, engine: Engine) -> Option<Self> {
        if draft.recast.is_some() || draft.up.iter().any(|statement| is_rust(statement)) {
            return None;
        }
        let at = below.texts.len();
        let auto = Sheet::new(at, &draft.up, None).write();
        let (replayed, _) = below.next(&auto.text);
        let tokens = revision(at, &auto.text).tokens;
        let steps = replayed.down.iter().flat_map(|trace| &trace.steps);
        let undoes = steps.flat_map(|step| &step.operations).map(|resolved| {
            let line = tokens.location(resolved.span)?.line;
            match auto.part(line) {
                Some(Part::Up(statement)) => Some(statement),
                _ => None,
            }
        });
        let undoes = undoes.collect();
        let down = derived(&replayed);
        let sheet = Sheet::new(at, &draft.up, Some(&statements(&down)));
        let (_, diagnostics) = below.next(&sheet.write().text);
        errors(&diagnostics).is_empty().then(|| Self {
            at,
            before: below.schema(at),
            after: replayed.up.end.clone(),
            engine,
            sheet,
            down,
            undoes,
        })
    }

    fn undone_by(&self, statement: usize) -> impl Iterator<Item = Part> + '_ {
        let all = self.undoes.iter().enumerate();
        all.filter(move |(_, undone)| **undone == Some(statement))
            .map(|(at, _)| Part::Down(at))
    }

    fn undone(&self, at: usize) -> Option<Part> {
        self.undoes[at].map(Part::Up)
    }

    /// What a person's own DDL needs to have happened before it is not known.
    fn is_own(&self, at: usize) -> bool {
        matches!(self.down[at], Operation::Execute { .. })
    }

    fn with_down(&self, down: Vec<String>) -> Sheet {
        Sheet {
            down: Some(down),
            ..self.sheet.clone()
        }
    }

    fn lines(&self) -> Vec<String> {
        self.sheet.down.clone().unwrap_or_default()
    }

    fn with_up(&self, up: Vec<String>) -> Sheet {
        Sheet { up, ..self.sheet.clone() }
    }

    /// A revision of other statements in this one's place.
    fn instead(&self, up: Vec<String>) -> Sheet {
        Sheet {
            up,
            down: None,
            allows: false,
            ..self.sheet.clone()
        }
    }
}

/// None where this revision has nothing of the kind.
pub fn mutated(kind: Kind, base: &Base, below: &Grown, random: &mut Random) -> Option<Mutant> {
    let (sheet, places) = match kind {
        Kind::LeftOut | Kind::Swapped | Kind::Twice | Kind::Misspelt | Kind::Other(_) => of_downgrade(kind, base, random)?,
        Kind::TooMuch => {
            let mut down = base.lines();
            down.push(taken_away(&base.before, random)?);
            let place = Part::Down(down.len() - 1);
            (base.with_down(down), vec![place])
        }
        Kind::NotThere => {
            let (mut down, first) = (base.lines(), random.percent(50));
            let (schema, at) = if first { (&base.after, 0) } else { (&base.before, down.len()) };
            down.insert(at, on_nothing(schema, random));
            (base.with_down(down), vec![Part::Down(at)])
        }
        Kind::UpNotThere => {
            let (mut up, first) = (base.sheet.up.clone(), random.percent(50));
            let (schema, at) = if first { (&base.before, 0) } else { (&base.after, up.len()) };
            up.insert(at, on_nothing(schema, random));
            (base.with_up(up), vec![Part::Up(at)])
        }
        Kind::UpLeftOut | Kind::UpSwapped | Kind::UpMisspelt => of_upgrade(kind, base, random)?,
        Kind::Fill => {
            let (table, column) = filled(base, random)?;
            let [fill, tighten] = fill(base, table, column);
            let whole = base.instead(vec![fill.clone(), tighten.clone()]);
            if !errors(&below.next(&whole.write().text).1).is_empty() {
                return None;
            }
            let other = table.columns.iter().find(|other| other.name != column.name);
            match (random.below(3), other) {
                (0, Some(other)) => {
                    let some = format!(" IS NULL AND {} IS NOT NULL\"", in_sql(&other.name).escape_debug());
                    let narrow = fill.replacen(" IS NULL\"", &some, 1);
                    (base.instead(vec![narrow, tighten]), vec![Part::Up(0), Part::Up(1)])
                }
                (1, Some(other)) if other.generated.is_none() => {
                    let [elsewhere, _] = self::fill(base, table, other);
                    (base.instead(vec![elsewhere, tighten]), vec![Part::Up(0), Part::Up(1)])
                }
                _ => (base.instead(vec![tighten]), vec![Part::Up(0)]),
            }
        }
        Kind::NoDefault => {
            let tables: Vec<&Table> = base.before.tables().values().map(|table| &**table).collect();
            let table = path(&random.of(&tables)?.name);
            let ty = random.pick(&["Integer", "Varchar<20>", "Text", "Bool", "BigInt"]);
            let add = format!("add_column {table}.mina_new: {ty};");
            (base.instead(vec![add]), vec![Part::Up(0)])
        }
        Kind::Sorts => {
            let parent = base.sheet.revises.first()?.clone();
            let prefix = &parent[..parent.len() - 1];
            let id = random.pick(&[prefix, "0", "1", "20250100z"]).to_owned();
            (Sheet { id, ..base.sheet.clone() }, vec![Part::Head])
        }
        Kind::Parent => {
            let parent = base.sheet.revises.first()?.clone();
            let mut sheet = base.sheet.clone();
            match random.below(3) {
                0 => sheet.id = parent,
                1 => sheet.revises = vec![format!("{parent}x")],
                _ => sheet.revises = vec![sheet.id.clone()],
            }
            (sheet, vec![Part::Head])
        }
        Kind::Branches => return None,
    };
    let is_other = sheet.write().text != base.sheet.write().text;
    is_other.then_some(Mutant { kind, sheet, places })
}

fn of_downgrade(kind: Kind, base: &Base, random: &mut Random) -> Option<(Sheet, Vec<Part>)> {
    let mut down = base.lines();
    let at = random.below(down.len());
    let written = down.get(at)?.clone();
    match kind {
        Kind::LeftOut => {
            if (at + 1..down.len()).any(|further| base.is_own(further)) {
                return None;
            }
            down.remove(at);
            Some((base.with_down(down), base.undone(at).into_iter().collect()))
        }
        Kind::Swapped => {
            let next = at + 1;
            if next >= down.len() || base.is_own(at) || base.is_own(next) {
                return None;
            }
            down.swap(at, next);
            let undone = base.undone(at).into_iter().chain(base.undone(next));
            Some((
                base.with_down(down),
                [Part::Down(at), Part::Down(next)].into_iter().chain(undone).collect(),
            ))
        }
        Kind::Twice => {
            if base.is_own(at) {
                return None;
            }
            down.insert(at, written);
            let undone = base.undone(at).into_iter();
            Some((base.with_down(down), undone.chain([Part::Down(at), Part::Down(at + 1)]).collect()))
        }
        Kind::Misspelt => {
            if base.is_own(at) {
                return None;
            }
            down[at] = misspelt(&written, random)?;
            Some((base.with_down(down), base.undone(at).into_iter().chain([Part::Down(at)]).collect()))
        }
        Kind::Other(aspect) => {
            let order = (0..down.len()).map(|further| (at + further) % down.len());
            let (at, operation) = order.filter_map(|at| Some((at, broken(&base.down[at], aspect, random)?))).next()?;
            down[at] = statements(&[operation]).concat();
            Some((base.with_down(down), base.undone(at).into_iter().chain([Part::Down(at)]).collect()))
        }
        _ => None,
    }
}

fn of_upgrade(kind: Kind, base: &Base, random: &mut Random) -> Option<(Sheet, Vec<Part>)> {
    let mut up = base.sheet.up.clone();
    let at = random.below(up.len());
    let own = |text: &str| text.starts_with("execute");
    match kind {
        Kind::UpLeftOut => {
            let text = up.get(at)?.clone();
            let left = names(&text);
            up.remove(at);
            let places = base.undone_by(at).chain(needing(&left, &up, at)).collect();
            Some((base.with_up(up), places))
        }
        Kind::UpSwapped => {
            let next = at + 1;
            if own(up.get(at)?) || own(up.get(next)?) {
                return None;
            }
            up.swap(at, next);
            let undone = base.undone_by(at).chain(base.undone_by(next));
            Some((base.with_up(up), undone.chain([Part::Up(at), Part::Up(next)]).collect()))
        }
        Kind::UpMisspelt => {
            let written = up.get(at)?.clone();
            if own(&written) {
                return None;
            }
            up[at] = misspelt(&written, random)?;
            let places = base
                .undone_by(at)
                .chain([Part::Up(at)])
                .chain(needing(&names(&written), &up, at + 1));
            let places = places.collect();
            Some((base.with_up(up), places))
        }
        _ => None,
    }
}

/// The statements from one on that name the same.
fn needing(names: &BTreeSet<&str>, up: &[String], from: usize) -> Vec<Part> {
    let needs = |later: &usize| !names.is_disjoint(&self::names(&up[*later]));
    (from..up.len()).filter(needs).map(Part::Up).collect()
}

/// The words outside of strings, as places in the text.
fn words(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'r' if text[at..].starts_with("r#\"") => at += text[at..].find("\"#").map_or(text.len(), |end| end + 2),
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            first if first.is_ascii_alphanumeric() || first == b'_' => {
                let start = at;
                while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_') {
                    at += 1;
                }
                if !first.is_ascii_digit() && at - start > 1 {
                    found.push((start, at));
                }
            }
            _ => at += 1,
        }
    }
    found
}

/// What a statement names, strings included.
pub fn names(text: &str) -> BTreeSet<&str> {
    let said = words(text).into_iter().map(|(start, end)| &text[start..end]);
    let said = said.filter(|word| !is_of_the_language(word));
    let quoted = text.split('"').skip(1).step_by(2);
    let parts = quoted
        .clone()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric() && c != '_'));
    said.chain(quoted).chain(parts.filter(|part| part.len() > 1)).collect()
}

fn is_of_the_language(word: &str) -> bool {
    const FIRST: [&str; 8] = ["create_", "drop_", "add_", "alter_", "rename_", "bulk_", "batch_", "comment_"];
    const WORDS: [&str; 25] = [
        "on",
        "type",
        "using",
        "cast",
        "nullable",
        "rename",
        "comment",
        "collate",
        "none",
        "true",
        "false",
        "set",
        "undo",
        "update",
        "delete",
        "execute",
        "references",
        "on_delete",
        "on_update",
        "cascade",
        "set_null",
        "primary_key",
        "allow",
        "may_fail_on_rows",
        "id",
    ];
    let is_type = word.starts_with(char::is_uppercase) && !["Mixed", "Case"].contains(&word);
    FIRST.iter().any(|first| word.starts_with(first)) || WORDS.contains(&word) || is_type
}

fn misspelt(text: &str, random: &mut Random) -> Option<String> {
    let words = words(text);
    let &(start, end) = random.of(&words)?;
    let mut word = text[start..end].to_owned();
    let at = 1 + random.below(word.len() - 1);
    match random.below(3) {
        0 => drop(word.remove(at)),
        1 => word.insert(at, word.as_bytes()[at] as char),
        _ => word.replace_range(at..=at, "q"),
    }
    let misspelt = format!("{}{word}{}", &text[..start], &text[end..]);
    (misspelt != text).then_some(misspelt)
}

/// A statement that takes away what is there.
fn taken_away(schema: &Schema, random: &mut Random) -> Option<String> {
    let tables: Vec<&Table> = schema.tables().values().map(|table| &**table).collect();
    let table = random.of(&tables)?;
    let on = path(&table.name);
    let column = random.of(&table.columns)?;
    let index = table.indexes.first().filter(|index| !index.serves_key);
    Some(match (random.below(6), index, table.constraints().next()) {
        (0, Some(index), _) => format!("drop_index {} on {on};", name(&index.name.text)),
        (1, _, Some(constraint)) => format!("drop_constraint {} on {on};", name(&constraint.name().text)),
        (2, ..) => format!("drop_table {on};"),
        (3, ..) => format!("alter_column {on}.{} {{ rename = mina_renamed }}", name(&column.name)),
        (4, ..) => format!("rename_table {on} => mina_renamed;"),
        _ => format!("drop_column {on}.{};", name(&column.name)),
    })
}

/// A statement about what no schema has.
fn on_nothing(schema: &Schema, random: &mut Random) -> String {
    let tables: Vec<&Table> = schema.tables().values().map(|table| &**table).collect();
    let (table, column) = random.of(&tables).map_or_else(
        || ("mina_none".to_owned(), "mina_none".to_owned()),
        |table| {
            (
                path(&table.name),
                table.columns.first().map_or_else(String::new, |column| name(&column.name)),
            )
        },
    );
    let all = [
        "drop_table mina_nothing;".to_owned(),
        format!("drop_column {table}.mina_nothing;"),
        format!("drop_constraint mina_nothing on {table};"),
        format!("drop_index mina_nothing on {table};"),
        format!("alter_column {table}.mina_nothing {{ nullable = true }}"),
        "rename_table mina_nothing => mina_elsewhere;".to_owned(),
        format!("rename_index mina_nothing => mina_elsewhere on {table};"),
        "drop_view mina_nothing;".to_owned(),
        "drop_enum mina_nothing;".to_owned(),
        "alter_enum mina_nothing { add = \"x\" }".to_owned(),
        format!("drop_trigger mina_nothing on {table};"),
        "add_column mina_nothing.x: Nullable<Integer>;".to_owned(),
        format!("add_column {table}.mina_new: Nullable<Enum<mina_nothing>>;"),
        format!("create_index mina_ix on {table} (mina_nothing);"),
        format!("create_unique mina_uq on {table} (mina_nothing);"),
        format!("create_check mina_ck on {table} \"mina_nothing > 0\";"),
        format!("create_foreign_key mina_fk on {table} ({column}) references mina_nothing (id);"),
        "update mina_nothing { set = \"a = 1\", undo = none }".to_owned(),
        format!("update {table} {{ set = \"mina_nothing = 1\", undo = none }}"),
        format!("delete {table} {{ where = \"mina_nothing = 1\", undo = none }}"),
        format!("bulk_insert {table} (mina_nothing) [(1)];"),
        "execute \"UPDATE mina_nothing SET a = 1\" { undo = none }".to_owned(),
        "create_view mina_view as \"SELECT a FROM mina_nothing\";".to_owned(),
        "create_trigger mina_trigger on mina_nothing \"AFTER DELETE BEGIN SELECT 1; END\";".to_owned(),
        "comment_on mina_nothing \"of it\";".to_owned(),
    ];
    all[random.below(all.len())].clone()
}

/// A column whose rows may be NULL before the revision.
fn filled<'b>(base: &'b Base, random: &mut Random) -> Option<(&'b Table, &'b Column)> {
    let tables = base.before.tables().values().map(|table| &**table);
    let all: Vec<(&Table, &Column)> = tables
        .flat_map(|table| table.columns.iter().map(move |column| (table, column)))
        .filter(|(table, column)| {
            let key = table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
            column.nullable && column.generated.is_none() && !key && !matches!(column.ty, Type::Json | Type::Jsonb)
        })
        .collect();
    random.of(&all).copied()
}

fn fill(base: &Base, table: &Table, column: &Column) -> [String; 2] {
    let (on, to) = (path(&table.name), name(&column.name));
    let value = sql_value(&column.ty, 7, &base.before, base.engine);
    let set = string(&format!("{} = {value}", in_sql(&column.name)));
    let filter = string(&format!("{} IS NULL", in_sql(&column.name)));
    [
        format!("update {on} {{ set = {set}, where = {filter}, undo = none }}"),
        format!("alter_column {on}.{to} {{ nullable = false }}"),
    ]
}

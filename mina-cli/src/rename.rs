//! Which of the names that go and come are one and the same, as somebody says.

use crate::failure::Failure;
use mina_core::autogenerate::Side;
use mina_core::diff::Renames;
use mina_core::schema::{ObjectName, Schema, Table, Type};
use std::io::{BufRead, IsTerminal, Write};

/// One that may be the other: tables, or columns of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Candidate {
    Table(ObjectName, ObjectName),
    /// The table as it is then called.
    Column(ObjectName, String, String),
}

impl Candidate {
    fn add(self, renames: &mut Renames) {
        match self {
            Self::Table(old, new) => renames.tables.push((old, new)),
            Self::Column(table, old, new) => renames.columns.push((table, old, new)),
        }
    }

    /// `users.name=full_name`
    pub fn option(&self) -> String {
        match self {
            Self::Table(old, new) => format!("{old}={}", new.name),
            Self::Column(table, old, new) => format!("{table}.{old}={new}"),
        }
    }

    fn question(&self) -> String {
        match self {
            Self::Table(old, new) => format!("is the table `{old}` renamed to `{new}`?"),
            Self::Column(table, old, new) => format!("is `{table}.{old}` renamed to `{table}.{new}`?"),
        }
    }
}

/// What `--rename a.b=c` says.
pub fn said(texts: &[String], side: &Side, renames: &mut Renames) -> Result<(), Failure> {
    for text in texts {
        let refused = |why: String| Failure::usage(format!("`--rename {text}`: {why}"));
        let form = "it is `table=new_name` or `table.column=new_name`";
        let Some((from, to)) = text.split_once('=').map(|(from, to)| (from.trim(), to.trim())) else {
            return Err(refused(form.to_owned()));
        };
        if from.is_empty() || to.is_empty() {
            return Err(refused(form.to_owned()));
        }
        let candidate = one(from, to, side, renames).map_err(refused)?;
        candidate.add(renames);
    }
    Ok(())
}

fn one(from: &str, to: &str, side: &Side, renames: &Renames) -> Result<Candidate, String> {
    let have = side.have.tables().keys().find(|name| name.to_string() == from);
    if let Some(table) = have {
        let new = table.beside(to.rsplit('.').next().unwrap_or(to));
        return match side.want.table(&new) {
            Some(_) => Ok(Candidate::Table(table.clone(), new)),
            None => Err(format!("the models have no table `{new}`")),
        };
    }
    let Some((table, column)) = from.rsplit_once('.') else {
        return Err(format!("the history has no table `{from}`"));
    };
    let of = |schema: &Schema| schema.tables().keys().find(|name| name.to_string() == table).cloned();
    let renamed = renames
        .tables
        .iter()
        .find(|(old, _)| old.to_string() == table)
        .map(|(_, new)| new.clone());
    let Some(name) = renamed.or_else(|| of(&side.want)) else {
        return Err(format!("the models have no table `{table}`"));
    };
    let old = renames.tables.iter().find(|(_, new)| *new == name).map_or(&name, |(old, _)| old);
    let has = |schema: &Schema, name: &ObjectName, column: &str| schema.table(name).is_some_and(|table| table.column(column).is_some());
    let to = to.rsplit('.').next().unwrap_or(to);
    if !has(&side.have, old, column) {
        return Err(format!("the history has no column `{table}.{column}`"));
    }
    match has(&side.want, &name, to) {
        true => Ok(Candidate::Column(name, column.to_owned(), to.to_owned())),
        false => Err(format!("the models have no column `{name}.{to}`")),
    }
}

/// What goes while something of its like comes.
pub fn candidates(side: &Side, renames: &Renames) -> Vec<Candidate> {
    let mut found = Vec::new();
    let was = |name: &ObjectName| renames.tables.iter().any(|(old, _)| old == name);
    let becomes = |name: &ObjectName| renames.tables.iter().any(|(_, new)| new == name);
    let have = side.have.tables().values();
    let gone: Vec<&Table> = have
        .map(AsRef::as_ref)
        .filter(|table| side.want.table(&table.name).is_none() && !was(&table.name))
        .collect();
    for new in side.want.tables().values() {
        if side.have.table(&new.name).is_some() || becomes(&new.name) {
            continue;
        }
        let like = gone.iter().filter(|old| old.name.schema == new.name.schema && is_like(old, new));
        found.extend(like.map(|old| Candidate::Table(old.name.clone(), new.name.clone())));
    }
    for new in side.want.tables().values() {
        let old = renames
            .tables
            .iter()
            .find(|(_, name)| *name == new.name)
            .map_or(&new.name, |(old, _)| old);
        let Some(old) = side.have.table(old) else { continue };
        let said = |name: &str| {
            let mut columns = renames.columns.iter().filter(|(table, ..)| *table == new.name);
            columns.any(|(_, from, to)| from == name || to == name)
        };
        let gone = old
            .columns
            .iter()
            .filter(|column| new.column(&column.name).is_none() && !said(&column.name));
        for gone in gone {
            let came = new
                .columns
                .iter()
                .filter(|column| old.column(&column.name).is_none() && !said(&column.name));
            let like = came.filter(|column| kind(&column.ty) == kind(&gone.ty));
            found.extend(like.map(|column| Candidate::Column(new.name.clone(), gone.name.clone(), column.name.clone())));
        }
    }
    found
}

/// Whether most columns of two tables are the same.
fn is_like(old: &Table, new: &Table) -> bool {
    let same = old
        .columns
        .iter()
        .filter(|column| new.column(&column.name).is_some_and(|other| other.ty == column.ty));
    same.count() * 2 > old.columns.len().max(new.columns.len())
}

/// A type without its sizes: text of any length is text.
fn kind(ty: &Type) -> String {
    match ty {
        Type::Text | Type::Varchar(_) | Type::Char(_) => "text".to_owned(),
        Type::TinyInt | Type::SmallInt | Type::Integer | Type::BigInt | Type::Unsigned(_) => "whole number".to_owned(),
        Type::Float | Type::Double | Type::Numeric(_) => "number".to_owned(),
        other => other.to_string(),
    }
}

/// Whether somebody can be asked.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks about each, those aside that an answer has settled.
pub fn ask(side: &Side, renames: &mut Renames) -> Result<(), Failure> {
    let mut refused: Vec<Candidate> = Vec::new();
    loop {
        let open = candidates(side, renames).into_iter().find(|candidate| !refused.contains(candidate));
        let Some(candidate) = open else { return Ok(()) };
        eprint!("{} [y/N] ", candidate.question());
        let _ = std::io::stderr().flush();
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer);
        let read = read.map_err(|error| Failure::failed(format!("the answer could not be read: {error}")))?;
        if read == 0 {
            eprintln!();
            let failure = Failure::refused("the input ended before the question was answered, so nothing was written");
            return Err(failure.or(format!("answer `y` or `n`, or say `--rename {}`", candidate.option())));
        }
        match answer.trim().eq_ignore_ascii_case("y") || answer.trim().eq_ignore_ascii_case("yes") {
            true => candidate.add(renames),
            false => refused.push(candidate),
        }
    }
}

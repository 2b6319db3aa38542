//! Whether a table can get another definition while every stored byte keeps its meaning, and what its rows have to show.

use super::definition::{Column, Definition};
use mina_core::sql::sqlite::affinity;
use mina_core::sql::sqlite::model::Rule;

/// What the rows have to show for a new definition.
#[derive(Debug, Default)]
pub(super) struct Proofs<'a> {
    /// The columns that become NOT NULL.
    pub(super) not_null: Vec<&'a str>,
    /// The checks that come, with their names.
    pub(super) checks: Vec<(Option<&'a str>, &'a str)>,
    /// The foreign keys that come.
    pub(super) keys: Vec<&'a Rule>,
}

/// What the rows have to show before the new definition takes the place of the old one; none where rows would have to
/// be written anew.
///
/// A default is never changed: rows older than their column have no value of their own and would get the new one.
pub(super) fn proofs<'a>(old: &Definition, new: &'a Definition) -> Option<Proofs<'a>> {
    let columns = || old.columns().zip(new.columns());
    let alike = old.options == new.options && old.columns().count() == new.columns().count() && indexed(old).eq(indexed(new));
    if !alike || !columns().all(|(was, is)| keeps_values(old, was, is)) {
        return None;
    }
    let became = columns().filter(|(was, is)| was.is_nullable() && !is.is_nullable());
    let mut proofs = Proofs {
        not_null: became.map(|(_, is)| is.name.as_str()).collect(),
        ..Proofs::default()
    };
    for (_, clause, rule) in new.constraints() {
        match rule {
            Rule::Check { expression } if !old.constraints().any(|(.., was)| was == rule) => {
                proofs.checks.push((clause.name.as_deref(), expression));
            }
            Rule::ForeignKey { .. } if !old.constraints().any(|(.., was)| demands_same_rows(was, rule)) => proofs.keys.push(rule),
            _ => {}
        }
    }
    Some(proofs)
}

/// What has an index of its own, in order, which gives that index its name.
fn indexed(definition: &Definition) -> impl Iterator<Item = (&Rule, &str)> {
    definition.constraints().filter_map(|(_, clause, rule)| match rule {
        Rule::PrimaryKey { .. } | Rule::Unique { .. } => Some((rule, clause.unnamed())),
        Rule::ForeignKey { .. } | Rule::Check { .. } => None,
    })
}

fn keeps_values(table: &Definition, was: &Column, is: &Column) -> bool {
    was.name == is.name
        && keeps_type(table, was, is)
        && was.default() == is.default()
        && was.collation() == is.collation()
        && was.generated() == is.generated()
}

/// In a STRICT table a type is more than its affinity, and INTEGER on a sole key is the rowid.
fn keeps_type(table: &Definition, was: &Column, is: &Column) -> bool {
    let is_rowid = |column: &Column| column.ty.trim_matches(['"', '`', '[', ']']).eq_ignore_ascii_case("INTEGER");
    let is_key = |rule: &Rule| matches!(rule, Rule::PrimaryKey { columns, .. } if matches!(&columns[..], [only] if only.eq_ignore_ascii_case(&was.name)));
    let key = table.constraints().any(|(.., rule)| is_key(rule));
    was.ty == is.ty || (!table.is_strict() && affinity(&was.ty) == affinity(&is.ty) && !(key && (is_rowid(was) || is_rowid(is))))
}

/// Whether two keys allow the same rows, whatever they do when a row they refer to goes.
fn demands_same_rows(was: &Rule, is: &Rule) -> bool {
    let ends = |rule: &Rule| match rule {
        Rule::ForeignKey {
            columns, table, referred, ..
        } => Some([&columns[..], std::slice::from_ref(table), referred].map(|names| {
            let names = names.iter().map(|name| name.to_ascii_lowercase());
            names.collect::<Vec<_>>()
        })),
        _ => None,
    };
    ends(was) == ends(is)
}

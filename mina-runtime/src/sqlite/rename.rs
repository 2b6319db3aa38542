//! What SQLite does to a table when a column is renamed.

use super::definition::{ClauseKind, Item};
use super::live::Live;
use mina_core::sql::sqlite::lexer::tokens;
use mina_core::sql::sqlite::model::Rule;
use mina_core::sql::sqlite::quote;

/// Gives the column another name, in all that names it.
pub(super) fn column(live: &mut Live, from: &str, to: &str) {
    let named = |names: &mut Vec<String>| {
        for name in names.iter_mut().filter(|name| name.eq_ignore_ascii_case(from)) {
            to.clone_into(name);
        }
    };
    let table = live.name.clone();
    for item in &mut live.definition.items {
        let clauses = match item {
            Item::Column(column) => {
                if column.name.eq_ignore_ascii_case(from) {
                    to.clone_into(&mut column.name);
                    column.quoted = quote(to);
                }
                &mut column.clauses
            }
            Item::Constraints(constraints) => &mut constraints.clauses,
        };
        for clause in clauses {
            match &mut clause.kind {
                ClauseKind::Constraint(Rule::PrimaryKey { columns, .. } | Rule::Unique { columns }) => named(columns),
                ClauseKind::Constraint(Rule::ForeignKey {
                    columns,
                    table: referred_table,
                    referred,
                    ..
                }) => {
                    named(columns);
                    if referred_table.eq_ignore_ascii_case(&table) {
                        named(referred);
                    }
                }
                ClauseKind::Constraint(Rule::Check { expression }) => *expression = renamed(expression, from, to),
                ClauseKind::Generated(generated) => generated.expression = renamed(&generated.expression, from, to),
                ClauseKind::NotNull | ClauseKind::Null | ClauseKind::Default(_) | ClauseKind::Collate(_) => {}
            }
        }
    }
    for index in &mut live.indexes {
        let words = tokens(&index.sql);
        let keys = words.iter().find(|word| word.is_mark("("));
        let keys = keys.map_or(index.sql.len(), |open| open.range.start);
        let (head, keys) = index.sql.split_at(keys);
        index.sql = format!("{head}{}", renamed(keys, from, to));
    }
    for key in live
        .inbound
        .iter_mut()
        .filter(|key| key.to.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(from)))
    {
        key.to = Some(to.to_owned());
    }
}

fn renamed(text: &str, from: &str, to: &str) -> String {
    let mut all = String::with_capacity(text.len());
    let mut end = 0;
    for token in tokens(text).iter().filter(|token| token.names(from)) {
        all += &text[end..token.range.start];
        all += &quote(to);
        end = token.range.end;
    }
    all + &text[end..]
}

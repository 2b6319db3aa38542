//! Changes of a table, made to what was read of it; what the history does not know stays or is named.

use super::BatchError;
use super::definition::{Clause, ClauseKind, Column, Constraints, Item, same_rule};
use super::live::Live;
use super::resolve::{self, Found};
use mina_core::sql::sqlite::lexer::{mentions, normalised_expression, tokens};
use mina_core::sql::sqlite::model::{self, Constraint, Generated, Index, collate};
use mina_core::sql::sqlite::{EditKind, affinity, quote};

/// Makes one change to what was read; a rename is not among them, since SQLite makes it by itself.
pub(super) fn apply(live: &mut Live, edit: &EditKind) -> Result<(), BatchError> {
    match edit {
        EditKind::AddColumn { column, constraints } => add_column(live, column, constraints),
        EditKind::DropColumn { name, constraints } => drop_column(live, name, constraints),
        EditKind::RenameColumn { from, .. } => require(live, from).map(|_| ()),
        EditKind::AlterColumn { before, after, .. } => alter_column(live, before, after),
        EditKind::AddConstraint(constraint) => add_constraint(live, constraint),
        EditKind::DropConstraint(constraint) => drop_constraint(live, constraint),
        EditKind::CreateIndex(index) => create_index(live, index),
        EditKind::DropIndex(index) => drop_index(live, index),
    }
}

fn require<'a>(live: &'a Live, name: &str) -> Result<&'a Column, BatchError> {
    live.definition
        .column(name)
        .ok_or_else(|| missing(live, format!("column `{name}`")))
}

fn missing(live: &Live, what: String) -> BatchError {
    BatchError::Missing {
        table: live.name.clone(),
        what,
    }
}

fn exists(live: &Live, what: String, is: &str, would_be: String) -> BatchError {
    BatchError::Exists {
        table: live.name.clone(),
        what,
        live: is.to_owned(),
        history: would_be,
    }
}

fn add_column(live: &mut Live, column: &model::Column, constraints: &[Constraint]) -> Result<(), BatchError> {
    let text = column.definition(constraints);
    if let Some(there) = live.definition.column(&column.name) {
        return Err(exists(live, format!("column `{}`", column.name), &printed(there), text));
    }
    let clauses = clauses(column).into_iter().chain(constraints.iter().map(|constraint| {
        let inline = constraint.column_clause();
        clause(Some(&constraint.name), inline, ClauseKind::Constraint(constraint.rule.clone()))
    }));
    let items = &mut live.definition.items;
    let last = items.iter().rposition(|item| matches!(item, Item::Column(_)));
    items.insert(
        last.map_or(0, |last| last + 1),
        Item::Column(Column {
            text: None,
            name: column.name.clone(),
            quoted: quote(&column.name),
            ty: column.ty.clone(),
            clauses: clauses.collect(),
        }),
    );
    Ok(())
}

fn printed(column: &Column) -> String {
    let mut parts = vec![column.quoted.as_str(), column.ty.as_str()];
    parts.extend(column.clauses.iter().map(|clause| clause.text.as_str()));
    parts.join(" ")
}

fn clause(name: Option<&str>, text: String, kind: ClauseKind) -> Clause {
    Clause {
        text,
        name: name.filter(|name| !name.is_empty()).map(str::to_owned),
        kind,
    }
}

fn clauses(column: &model::Column) -> Vec<Clause> {
    let not_null = (!column.nullable).then(|| clause(None, "NOT NULL".into(), ClauseKind::NotNull));
    let default = column.default.as_deref().map(default_clause);
    let collation = column.collation.as_deref().map(collate_clause);
    let generated = column.generated.as_ref().map(generated_clause);
    not_null.into_iter().chain(default).chain(collation).chain(generated).collect()
}

fn default_clause(default: &str) -> Clause {
    clause(None, format!("DEFAULT {default}"), ClauseKind::Default(default.to_owned()))
}

fn collate_clause(collation: &str) -> Clause {
    clause(None, collate(collation), ClauseKind::Collate(collation.to_owned()))
}

fn generated_clause(generated: &Generated) -> Clause {
    clause(None, generated.clause(), ClauseKind::Generated(generated.clone()))
}

fn drop_column(live: &mut Live, name: &str, constraints: &[Constraint]) -> Result<(), BatchError> {
    require(live, name)?;
    for constraint in constraints {
        match resolve::constraint(live, constraint)? {
            Some(Found::Clause(place)) => live.definition.remove(place),
            Some(Found::Index(index)) => live.indexes.retain(|other| other.name != index),
            None => {}
        }
    }
    if let Some(by) = needed_by(live, name) {
        return Err(BatchError::InUse {
            table: live.name.clone(),
            what: format!("column `{name}`"),
            by,
        });
    }
    let is_it = |item: &Item| matches!(item, Item::Column(column) if column.name.eq_ignore_ascii_case(name));
    live.definition.items.retain(|item| !is_it(item));
    Ok(())
}

/// What on the live table still needs a column.
fn needed_by(live: &Live, name: &str) -> Option<String> {
    let others = |text: &str| {
        let mut columns = live.definition.columns();
        columns.any(|column| !column.name.eq_ignore_ascii_case(name) && mentions(text, &column.name))
    };
    let own = live.definition.column(name)?.clauses.iter().find_map(|clause| match &clause.kind {
        ClauseKind::Constraint(model::Rule::Check { expression }) if others(expression) => Some(format!("check `{}`", clause.text)),
        _ => None,
    });
    let index = || {
        let found = live.indexes.iter().find(|index| index_mentions(&index.sql, name))?;
        Some(format!("index `{}`", found.name))
    };
    let key = || {
        let others = live.inbound.iter().filter(|key| !key.table.eq_ignore_ascii_case(&live.name));
        let found = others
            .into_iter()
            .find(|key| key.to.as_deref().is_some_and(|to| to.eq_ignore_ascii_case(name)))?;
        Some(format!("the foreign key on `{}.{}`", found.table, found.from))
    };
    // A key of the table to itself is as the statements before this one left it.
    let to_itself = || {
        let refers = |rule: &model::Rule| match rule {
            model::Rule::ForeignKey { table, referred, .. } => {
                table.eq_ignore_ascii_case(&live.name) && referred.iter().any(|column| column.eq_ignore_ascii_case(name))
            }
            _ => false,
        };
        let found = live.definition.constraints().find(|(.., rule)| refers(rule));
        found.map(|(_, clause, _)| format!("constraint `{}`", clause.text))
    };
    let trigger = || {
        let found = live.triggers.iter().find(|trigger| update_of(&trigger.sql, name))?;
        Some(format!("trigger `{}`", found.name))
    };
    own.or_else(|| live.definition.needs(name))
        .or_else(index)
        .or_else(key)
        .or_else(to_itself)
        .or_else(trigger)
}

fn index_mentions(sql: &str, column: &str) -> bool {
    let tokens = tokens(sql);
    let keys = tokens.iter().skip_while(|token| !token.is_mark("("));
    keys.into_iter().any(|token| token.names(column))
}

/// Whether a column is in the `UPDATE OF` list of a trigger, which would never fire again, silently.
fn update_of(sql: &str, column: &str) -> bool {
    let tokens = tokens(sql);
    let list = tokens
        .iter()
        .skip_while(|token| !token.is("OF"))
        .take_while(|token| !token.is("ON"));
    list.skip(1).any(|token| token.names(column))
}

fn alter_column(live: &mut Live, before: &model::Column, after: &model::Column) -> Result<(), BatchError> {
    let table = live.name.clone();
    let found = require(live, &after.name)?;
    let differs = |what: &str, is: String, believed: String| BatchError::Differs {
        table: table.clone(),
        what: format!("the {what} of column `{}`", after.name),
        live: is,
        history: believed,
    };
    let nullability = |nullable| if nullable { "NULL" } else { "NOT NULL" };
    let said = |text: Option<&str>| text.unwrap_or("none").to_owned();
    let same = |a: Option<&str>, b: Option<&str>| a.map(normalised_expression) == b.map(normalised_expression);

    if before.ty != after.ty && affinity(&found.ty) != affinity(&before.ty) && affinity(&found.ty) != affinity(&after.ty) {
        return Err(differs("type", found.ty.clone(), before.ty.clone()));
    }
    let alias = found
        .clauses
        .iter()
        .any(|clause| matches!(clause.kind, ClauseKind::Constraint(model::Rule::PrimaryKey { .. })));
    if before.nullable != after.nullable && found.is_nullable() != before.nullable && found.is_nullable() != after.nullable && !alias {
        return Err(differs(
            "nullability",
            nullability(found.is_nullable()).into(),
            nullability(before.nullable).into(),
        ));
    }
    let default = before.default != after.default;
    if default && !same(found.default(), before.default.as_deref()) && !same(found.default(), after.default.as_deref()) {
        return Err(differs("default", said(found.default()), said(before.default.as_deref())));
    }
    let collation = before.collation != after.collation;
    if collation && !same(found.collation(), before.collation.as_deref()) && !same(found.collation(), after.collation.as_deref()) {
        return Err(differs("collation", said(found.collation()), said(before.collation.as_deref())));
    }
    let expression = |generated: Option<&Generated>| generated.map(|generated| generated.expression.clone());
    let generated = before.generated != after.generated;
    let (is, was, becomes) = (
        expression(found.generated()),
        expression(before.generated.as_ref()),
        expression(after.generated.as_ref()),
    );
    if generated && !same(is.as_deref(), was.as_deref()) && !same(is.as_deref(), becomes.as_deref()) {
        return Err(differs("expression", said(is.as_deref()), said(was.as_deref())));
    }

    let Some(column) = live.definition.column_mut(&after.name) else {
        return Ok(());
    };
    if before.ty != after.ty {
        column.ty.clone_from(&after.ty);
        column.text = None;
    }
    if before.nullable != after.nullable {
        let not_null = (!after.nullable).then(|| clause(None, "NOT NULL".into(), ClauseKind::NotNull));
        column.replace(|kind| matches!(kind, ClauseKind::NotNull | ClauseKind::Null), not_null);
    }
    if default {
        column.replace(
            |kind| matches!(kind, ClauseKind::Default(_)),
            after.default.as_deref().map(default_clause),
        );
    }
    if collation {
        column.replace(
            |kind| matches!(kind, ClauseKind::Collate(_)),
            after.collation.as_deref().map(collate_clause),
        );
    }
    if generated {
        column.replace(
            |kind| matches!(kind, ClauseKind::Generated(_)),
            after.generated.as_ref().map(generated_clause),
        );
    }
    Ok(())
}

fn add_constraint(live: &mut Live, constraint: &Constraint) -> Result<(), BatchError> {
    let named = live
        .definition
        .constraints()
        .find(|(_, clause, _)| {
            clause
                .name
                .as_deref()
                .is_some_and(|name| name.eq_ignore_ascii_case(&constraint.name))
        })
        .filter(|(.., rule)| !are_of_one_enum(rule, &constraint.rule))
        .map(|(_, clause, rule)| (clause.text.clone(), same_rule(rule, &constraint.rule)));
    match named {
        Some((_, true)) => return Ok(()),
        Some((text, false)) => {
            return Err(exists(
                live,
                format!("constraint `{}`", constraint.name),
                &text,
                constraint.clause(),
            ));
        }
        None => {}
    }
    if let model::Rule::PrimaryKey { .. } = constraint.rule {
        let key = live
            .definition
            .constraints()
            .find(|(.., rule)| matches!(rule, model::Rule::PrimaryKey { .. }));
        if let Some((_, clause, _)) = key {
            return Err(exists(live, "the primary key".into(), &clause.text, constraint.clause()));
        }
    }
    let item = Item::Constraints(Constraints {
        text: None,
        clauses: vec![clause(
            Some(&constraint.name),
            constraint.clause(),
            ClauseKind::Constraint(constraint.rule.clone()),
        )],
    });
    // Without rowids the key stays last: SQLite could not rename its columns otherwise.
    let last = match live.definition.items.last() {
        Some(Item::Constraints(key)) if live.definition.is_without_rowid() && key.clauses.iter().any(is_key) => 1,
        _ => 0,
    };
    let items = &mut live.definition.items;
    items.insert(items.len() - last, item);
    Ok(())
}

fn is_key(clause: &Clause) -> bool {
    matches!(clause.kind, ClauseKind::Constraint(model::Rule::PrimaryKey { .. }))
}

/// The columns of one enum have a check each, all under the enum's name.
fn are_of_one_enum(one: &model::Rule, other: &model::Rule) -> bool {
    let column = |rule: &model::Rule| match rule {
        model::Rule::Check { expression } => match &tokens(expression)[..] {
            [column, r#in, ..] if r#in.is("IN") => column.name(),
            _ => None,
        },
        _ => None,
    };
    matches!((column(one), column(other)), (Some(one), Some(other)) if !one.eq_ignore_ascii_case(&other))
}

fn drop_constraint(live: &mut Live, constraint: &Constraint) -> Result<(), BatchError> {
    match resolve::constraint(live, constraint)? {
        Some(Found::Clause(place)) => live.definition.remove(place),
        Some(Found::Index(index)) => live.indexes.retain(|other| other.name != index),
        None => return Err(missing(live, format!("constraint `{}` ({})", constraint.name, constraint.clause()))),
    }
    Ok(())
}

fn create_index(live: &mut Live, index: &Index) -> Result<(), BatchError> {
    if let Some(there) = live.indexes.iter().find(|there| there.name.eq_ignore_ascii_case(&index.name)) {
        return match resolve::structure(&there.sql) == resolve::structure(&index.sql) {
            true => Ok(()),
            false => Err(exists(live, format!("index `{}`", index.name), &there.sql, index.sql.clone())),
        };
    }
    live.indexes.push(index.clone());
    Ok(())
}

fn drop_index(live: &mut Live, index: &Index) -> Result<(), BatchError> {
    let Some(name) = resolve::index(live, index)? else {
        return Err(missing(live, format!("index `{}`", index.name)));
    };
    live.indexes.retain(|other| other.name != name);
    Ok(())
}

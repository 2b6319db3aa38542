//! From what SQLite stores to the schema model: the way back of lowering.

use super::declared::declared;
use super::default::default;
use super::lexer::{Kind, Token, tokens};
use super::model::{self, Rule};
use super::{Sqlite, index};
use crate::engine::Engine;
use crate::normal::{Normal, NotModelled};
use crate::schema::naming::{NameKind, Naming};
use crate::schema::{
    Action, Check, Column, Constraint, Deferral, Expression, ForeignKey, Generated, Name, ObjectName, Origin, PrimaryKey, Schema, Table,
    Trigger, Unique, Value, View,
};
use crate::sql::Dialect;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// What a database stores, but for SQLite's own tables and Mina's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// Tables with their indexes.
    pub tables: Vec<model::Table>,
    /// Views.
    pub views: Vec<StoredView>,
    /// Triggers.
    pub triggers: Vec<StoredTrigger>,
    /// What is in none of these.
    pub not_modelled: Vec<NotModelled>,
}

/// A view as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredView {
    /// Its name.
    pub name: String,
    /// Its statement.
    pub sql: String,
}

/// A trigger as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTrigger {
    /// Its name.
    pub name: String,
    /// The table or view it is on.
    pub table: String,
    /// Its statement.
    pub sql: String,
}

/// The schema that a database stores, in [normal form](crate::normal).
pub fn raise(stored: Stored) -> Normal {
    let mut raised = Normal {
        schema: Schema::default(),
        not_modelled: stored.not_modelled,
    };
    let mut tables: Vec<Table> = stored
        .tables
        .iter()
        .map(|table| Reader::new(table, &mut raised.not_modelled).table())
        .collect();
    complete_keys(&mut tables, &mut raised.not_modelled);
    for mut table in tables {
        name_constraints(&mut table);
        raised.schema.put_table(table);
    }
    for view in &stored.views {
        match query(&view.sql) {
            Some(body) => raised.schema.put_view(View {
                name: ObjectName::new(&view.name),
                body: body.to_owned(),
                origin: Origin::default(),
            }),
            None => raised.not_modelled.push(NotModelled::new("view", &view.name, &view.sql)),
        }
    }
    for trigger in stored.triggers {
        let all = tokens(&trigger.sql);
        let body = all.iter().position(|token| token.is("TRIGGER")).and_then(|at| all.get(at + 2));
        raised.schema.put_trigger(Trigger {
            body: body.map_or("", |first| &trigger.sql[first.range.start..]).to_owned(),
            name: trigger.name,
            table: ObjectName::new(&trigger.table),
            origin: Origin::default(),
        });
    }
    raised.schema = Sqlite.normal(&raised.schema);
    raised.not_modelled.sort();
    raised
}

/// The query of a view, unless it names the columns itself.
fn query(sql: &str) -> Option<&str> {
    let all = tokens(sql);
    let at = all.iter().position(|token| token.is("AS"))?;
    let plain = !all[..at].iter().any(|token| token.is_mark("("));
    plain.then(|| sql[all[at].range.end..].trim())
}

/// Tables are called as they were declared; `REFERENCES users` refers to the primary key of `users`.
fn complete_keys(tables: &mut [Table], not_modelled: &mut Vec<NotModelled>) {
    let declared: HashMap<String, (ObjectName, Vec<String>)> = tables
        .iter()
        .map(|table| {
            let key = table.primary_key.as_ref().map(|key| key.columns.clone());
            (table.name.name.to_ascii_lowercase(), (table.name.clone(), key.unwrap_or_default()))
        })
        .collect();
    for table in tables {
        let name = table.name.to_string();
        table.foreign_keys.retain_mut(|key| {
            if let Some((table, columns)) = declared.get(&key.table.name.to_ascii_lowercase()) {
                key.table = table.clone();
                if key.referred.is_empty() {
                    key.referred.clone_from(columns);
                }
            }
            let fits = key.referred.len() == key.columns.len();
            if !fits {
                let clause = format!("FOREIGN KEY ({}) REFERENCES {}", key.columns.join(", "), key.table);
                not_modelled.push(NotModelled::new("table", &name, clause));
            }
            fits
        });
    }
}

/// Names the constraints that have no name as the convention would; what says again what another without a name says is
/// left out.
fn name_constraints(table: &mut Table) {
    let mut given = Vec::new();
    let mut unnamed = Vec::new();
    for constraint in table.constraints() {
        let one = if constraint.name().text.is_empty() {
            &mut unnamed
        } else {
            &mut given
        };
        one.push(constraint.to_owned());
    }
    (table.primary_key, table.foreign_keys) = (None, Vec::new());
    (table.uniques, table.checks) = (Vec::new(), Vec::new());
    given.into_iter().for_each(|constraint| table.add_constraint(constraint));
    for (at, constraint) in unnamed.iter().enumerate() {
        if !unnamed[..at].contains(constraint) {
            let constraint = named(constraint.clone(), table);
            table.add_constraint(constraint);
        }
    }
}

fn named(mut constraint: Constraint, table: &Table) -> Constraint {
    let (kind, referred) = match &constraint {
        Constraint::PrimaryKey(_) => (NameKind::PrimaryKey, None),
        Constraint::ForeignKey(key) => (NameKind::ForeignKey, Some(key.table.clone())),
        Constraint::Unique(_) => (NameKind::Unique, None),
        Constraint::Check(_) | Constraint::Exclusion(_) => (NameKind::Check, None),
    };
    let columns = constraint.as_ref().columns();
    let columns: Vec<&str> = columns
        .iter()
        .map(|name| table.column_in_sql(name).map_or(name.as_str(), |column| &column.name))
        .collect();
    let convention = Naming::default().name(kind, &table.name, &columns, referred.as_ref());
    let mut name = convention.clone();
    for number in 2.. {
        if table.constraint(&name.text).is_none() {
            break;
        }
        // Nothing would make this name again.
        name = Name {
            text: format!("{}_{number}", convention.text),
            derived: false,
        };
    }
    *constraint.name_mut() = name;
    constraint
}

struct Reader<'a> {
    stored: &'a model::Table,
    not_modelled: &'a mut Vec<NotModelled>,
}

impl<'a> Reader<'a> {
    fn new(stored: &'a model::Table, not_modelled: &'a mut Vec<NotModelled>) -> Self {
        Self { stored, not_modelled }
    }

    fn table(mut self) -> Table {
        let stored = self.stored;
        let mut table = Table {
            name: ObjectName::new(&stored.name),
            columns: stored.columns.iter().map(|column| self.column(column)).collect(),
            primary_key: None,
            foreign_keys: Vec::new(),
            uniques: Vec::new(),
            checks: Vec::new(),
            exclusions: Vec::new(),
            indexes: Vec::new(),
            comment: None,
            options: self.options(),
            origin: Origin::default(),
        };
        for constraint in &stored.constraints {
            if let Some(constraint) = self.constraint(constraint) {
                table.add_constraint(constraint);
            }
        }
        for index in &stored.indexes {
            match index::raise(index) {
                Some(index) => table.indexes.push(index),
                None => self.not_modelled.push(NotModelled::new("index", &index.name, &index.sql)),
            }
        }
        table
    }

    fn options(&self) -> Vec<(String, Value)> {
        let counts_up = self
            .stored
            .constraints
            .iter()
            .any(|constraint| matches!(constraint.rule, Rule::PrimaryKey { autoincrement: true, .. }));
        [
            ("autoincrement", counts_up),
            ("strict", self.stored.strict),
            ("without_rowid", self.stored.without_rowid),
        ]
        .into_iter()
        .filter(|(_, set)| *set)
        .map(|(key, _)| (key.to_owned(), Value::Bool(true)))
        .collect()
    }

    fn column(&mut self, column: &model::Column) -> Column {
        let ty = declared(&column.ty);
        let default = column.default.as_deref().and_then(|words| {
            let read = default(words, &ty);
            read.unwrap_or_else(|_| self.beyond(format!("column `{}` DEFAULT {words}", column.name)))
        });
        let generated = column.generated.as_ref().and_then(|generated| {
            let clause = || format!("column `{}` {}", column.name, generated.clause());
            Some(Generated {
                expression: self.expression(&generated.expression, clause)?,
                stored: generated.stored,
            })
        });
        Column {
            name: column.name.clone(),
            ty,
            nullable: column.nullable,
            default,
            generated,
            identity: self.stored.is_counted(column),
            collation: column.collation.clone(),
            comment: None,
            origin: Origin::default(),
        }
    }

    fn constraint(&mut self, stored: &model::Constraint) -> Option<Constraint> {
        let origin = Origin::default();
        Some(match &stored.rule {
            Rule::PrimaryKey { columns, .. } => Constraint::PrimaryKey(PrimaryKey {
                name: given(&stored.name),
                columns: columns.clone(),
                origin,
            }),
            Rule::Unique { columns } => Constraint::Unique(Unique {
                name: given(&stored.name),
                columns: columns.clone(),
                nulls_not_distinct: false,
                deferral: Deferral::No,
                origin,
            }),
            Rule::Check { expression } => Constraint::Check(Check {
                name: given(&stored.name),
                expression: self.expression(expression, || stored.clause())?,
                not_valid: false,
                origin,
            }),
            Rule::ForeignKey {
                columns,
                table,
                referred,
                actions,
            } => {
                let said = tokens(actions);
                Constraint::ForeignKey(ForeignKey {
                    name: given(&stored.name),
                    columns: columns.clone(),
                    table: ObjectName::new(table),
                    referred: referred.clone(),
                    on_delete: action(&said, "DELETE"),
                    on_update: action(&said, "UPDATE"),
                    deferral: deferral(&said),
                    not_valid: false,
                    origin,
                })
            }
        })
    }

    fn expression(&mut self, text: &str, clause: impl FnOnce() -> String) -> Option<Expression> {
        Expression::parse(text, Engine::Sqlite).map_or_else(|_| self.beyond(clause()), Some)
    }

    fn beyond<T>(&mut self, clause: String) -> Option<T> {
        self.not_modelled.push(NotModelled::new("table", &self.stored.name, clause));
        None
    }
}

fn given(name: &str) -> Name {
    Name {
        text: name.to_owned(),
        derived: false,
    }
}

/// The action of a foreign key at an event; what is said last counts.
fn action(said: &[Token<'_>], event: &str) -> Action {
    let at = said.windows(2).rposition(|pair| pair[0].is("ON") && pair[1].is(event));
    match at.map(|at| &said[at + 2..]) {
        Some([first, ..]) if first.is("RESTRICT") => Action::Restrict,
        Some([first, ..]) if first.is("CASCADE") => Action::Cascade,
        Some([first, second, ..]) if first.is("SET") && second.is("NULL") => Action::SetNull,
        Some([first, second, ..]) if first.is("SET") && second.is("DEFAULT") => Action::SetDefault,
        _ => Action::NoAction,
    }
}

fn deferral(said: &[Token<'_>]) -> Deferral {
    let Some(at) = said.iter().rposition(|token| token.is("DEFERRABLE")) else {
        return Deferral::No;
    };
    let not = at > 0 && said[at - 1].is("NOT");
    let deferred = said.get(at + 2).is_some_and(|token| token.is("DEFERRED"));
    match (not, deferred) {
        (true, _) => Deferral::No,
        (false, true) => Deferral::InitiallyDeferred,
        (false, false) => Deferral::Deferrable,
    }
}

impl model::Table {
    /// Whether SQLite counts a column up: the sole column of the key, if that is the rowid.
    fn is_counted(&self, column: &model::Column) -> bool {
        let sole_key = self.constraints.iter().any(|constraint| match &constraint.rule {
            Rule::PrimaryKey { columns, .. } => matches!(&columns[..], [only] if only.eq_ignore_ascii_case(&column.name)),
            _ => false,
        });
        let words = tokens(&column.ty);
        let integer = matches!(&words[..], [word] if word.kind != Kind::Mark && word.names("INTEGER"));
        sole_key && integer && !self.without_rowid
    }
}

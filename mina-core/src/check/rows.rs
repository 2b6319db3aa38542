//! What an engine validates against the rows that are there, and whether they can break it (M211, M213).

use super::facts::Facts;
use super::{proof, restore_words, safe};
use crate::diagnostic::{Code, Diagnostic, Level, Lint};
use crate::engine::Engine;
use crate::history::{Resolved, Step, Trace};
use crate::operation::{Context, Operation, Using};
use crate::schema::{
    Check, Column, Constraint, Exclusion, ForeignKey, Index, IndexKey, Name, ObjectName, PrimaryKey, Schema, Type, Unique, Value,
};
use crate::sql::Dialect;

/// Something that every row of a table has to meet, from one operation on.
#[derive(Clone, Debug)]
pub(super) enum Demand {
    NotNull {
        table: ObjectName,
        column: Column,
    },
    Unique {
        table: ObjectName,
        name: Name,
        columns: Vec<String>,
        nulls_not_distinct: bool,
    },
    Index {
        table: ObjectName,
        index: Index,
    },
    PrimaryKey {
        table: ObjectName,
        name: Name,
        columns: Vec<String>,
    },
    Check {
        table: ObjectName,
        check: Check,
    },
    ForeignKey {
        table: ObjectName,
        key: ForeignKey,
    },
    Exclusion {
        table: ObjectName,
        exclusion: Exclusion,
    },
    EnumValue {
        table: ObjectName,
        column: String,
        name: ObjectName,
        value: String,
        instead: Option<String>,
    },
    Type {
        table: ObjectName,
        before: Column,
        after: Column,
    },
}

impl Demand {
    pub(super) fn table(&self) -> &ObjectName {
        match self {
            Self::NotNull { table, .. }
            | Self::Unique { table, .. }
            | Self::Index { table, .. }
            | Self::PrimaryKey { table, .. }
            | Self::Check { table, .. }
            | Self::ForeignKey { table, .. }
            | Self::Exclusion { table, .. }
            | Self::EnumValue { table, .. }
            | Self::Type { table, .. } => table,
        }
    }

    fn of_constraint(table: &ObjectName, constraint: &Constraint) -> Option<Self> {
        let table = table.clone();
        Some(match constraint.clone() {
            Constraint::PrimaryKey(PrimaryKey { name, columns, .. }) => Self::PrimaryKey { table, name, columns },
            Constraint::ForeignKey(key) if key.not_valid => return None,
            Constraint::ForeignKey(key) => Self::ForeignKey { table, key },
            Constraint::Unique(Unique {
                name,
                columns,
                nulls_not_distinct,
                ..
            }) => Self::Unique {
                table,
                name,
                columns,
                nulls_not_distinct,
            },
            Constraint::Check(check) if check.not_valid => return None,
            Constraint::Check(check) => Self::Check { table, check },
            Constraint::Exclusion(exclusion) => Self::Exclusion { table, exclusion },
        })
    }

    /// What one operation demands of the rows that are there.
    pub(super) fn of(operation: &Operation, before: &Schema, engine: Engine) -> Vec<Self> {
        match operation {
            Operation::AddColumn {
                table,
                column,
                constraints,
                indexes,
            } => {
                let counted = |constraint: &&Constraint| !(column.identity && matches!(constraint, Constraint::PrimaryKey(_)));
                let constraints = constraints.iter().filter(counted);
                let of_constraints = constraints.filter_map(|constraint| Self::of_constraint(table, constraint));
                of_constraints
                    .chain(indexes.iter().filter_map(|index| Self::of_index(table, index)))
                    .collect()
            }
            Operation::AlterColumn {
                table,
                before: was,
                after,
                using,
            } => {
                let mut demands = Vec::new();
                if !safe::type_change(was, after, using, engine) {
                    demands.push(Self::Type {
                        table: table.clone(),
                        before: was.clone(),
                        after: after.clone(),
                    });
                }
                if was.nullable && !after.nullable {
                    demands.push(Self::NotNull {
                        table: table.clone(),
                        column: after.clone(),
                    });
                }
                demands
            }
            Operation::CreateConstraint { table, constraint } => Self::of_constraint(table, constraint).into_iter().collect(),
            Operation::CreateIndex { table, index, .. } => Self::of_index(table, index).into_iter().collect(),
            Operation::AlterEnum {
                before: was,
                after,
                renamed: None,
            } => {
                let gone = was.values.iter().filter(|value| !after.values.contains(value));
                let of_type = |ty: &Type| matches!(ty, Type::Enum(name) if *name == was.name);
                let holding = before.tables().values().flat_map(|table| {
                    let columns = table.columns.iter().filter(|column| of_type(&column.ty));
                    columns.map(|column| (table.name.clone(), column.name.clone()))
                });
                let holding: Vec<(ObjectName, String)> = holding.collect();
                gone.flat_map(|value| {
                    holding.iter().map(|(table, column)| Self::EnumValue {
                        table: table.clone(),
                        column: column.clone(),
                        name: was.name.clone(),
                        value: value.clone(),
                        instead: after.values.first().cloned(),
                    })
                })
                .collect()
            }
            _ => Vec::new(),
        }
    }

    fn of_index(table: &ObjectName, index: &Index) -> Option<Self> {
        index.unique.then(|| Self::Index {
            table: table.clone(),
            index: index.clone(),
        })
    }
}

/// Each demand on rows that nothing in the block proves or allows.
pub(super) fn check(trace: &Trace, cx: &Context<'_>) -> Vec<Diagnostic> {
    let allowed = cx.config.level(Lint::MayFailOnRows) != Level::Deny || cx.block.allow.iter().any(|lint| lint.lint == Lint::MayFailOnRows);
    let mut facts = Facts::new(trace.target.engine());
    let mut found = Vec::new();
    for resolved in trace.steps.iter().flat_map(|step| &step.operations) {
        let demands = Demand::of(&resolved.operation, &resolved.before, facts.engine());
        // A column added with its constraints begins with its default: known only once it is there.
        let adds = matches!(resolved.operation, Operation::AddColumn { .. });
        if adds {
            facts.learn(resolved);
        }
        if !allowed && !resolved.allow.contains(&Lint::MayFailOnRows) {
            let open = demands.iter().filter(|demand| !tainted(demand, &resolved.before));
            let open = open.filter(|demand| !proof::proved(demand, &facts, &resolved.before));
            found.extend(open.map(|demand| diagnostic(demand, resolved)));
        }
        if !adds {
            facts.learn(resolved);
        }
    }
    found
}

fn tainted(demand: &Demand, schema: &Schema) -> bool {
    let mut columns = demand.columns().into_iter();
    columns.any(|column| schema.taint.holds(&column)) || schema.taint.holds(&demand.table().name)
}

const ALLOW: &str =
    "write `#[allow(may_fail_on_rows)]` before the statement: the runner then counts such rows first, and refuses if there are any";

fn diagnostic(demand: &Demand, resolved: &Resolved) -> Diagnostic {
    let code = match demand {
        Demand::NotNull { .. } => Code::M211,
        _ => Code::M213,
    };
    let (message, fix) = words(demand);
    let diagnostic = Diagnostic::error(code, resolved.word, message);
    match fix {
        Some(fix) => diagnostic.help(fix).help(format!("or {ALLOW}")),
        None => diagnostic.help(ALLOW),
    }
}

fn words(demand: &Demand) -> (String, Option<String>) {
    let fill = |table: &ObjectName, set: String, filter: String| {
        Some(format!("put before it: `update {table} {{ set = {set:?}, where = {filter:?} }}`"))
    };
    match demand {
        Demand::NotNull { table, column } => (
            format!("`{table}.{}` becomes NOT NULL, and rows that are there may have none", column.name),
            fill(
                table,
                format!("{} = {}", column.name, literal(&restore_words::filler(column))),
                format!("{} IS NULL", column.name),
            ),
        ),
        Demand::Unique { table, name, columns, .. } => (shared(table, name, columns), None),
        Demand::Index { table, index } => (shared(table, &index.name, &index_columns(index)), None),
        Demand::PrimaryKey { table, name, columns } => (
            format!(
                "rows of `{table}` that are there may share their `{}` or have none, and `{name}` would fail on them",
                columns.join(", ")
            ),
            None,
        ),
        Demand::Check { table, check } => (
            format!(
                "rows of `{table}` that are there may break `{}`, and `{}` would fail on them",
                check.expression, check.name
            ),
            Some(format!(
                "put before it a fill or a delete of these rows: `update {table} {{ set = \"…\", where = \"NOT ({})\" }}`",
                check.expression
            )),
        ),
        Demand::ForeignKey { table, key } => {
            let (columns, referred) = (key.columns.join(", "), key.referred.join(", "));
            let message = format!(
                "rows of `{table}` that are there may have a `{columns}` that `{}` lacks, and `{}` would fail on them",
                key.table, key.name
            );
            let fix = match &key.columns[..] {
                [column] => fill(
                    table,
                    format!("{column} = NULL"),
                    format!("{column} NOT IN (SELECT {referred} FROM {})", key.table),
                ),
                _ => None,
            };
            (message, fix)
        }
        Demand::Exclusion { table, exclusion } => (
            format!(
                "rows of `{table}` that are there may exclude each other, and `{}` would fail on them",
                exclusion.name
            ),
            None,
        ),
        Demand::EnumValue {
            table,
            column,
            name,
            value,
            instead,
        } => (
            format!("rows may have `{table}.{column}` at `{value}`, which `{name}` loses"),
            fill(
                table,
                format!("{column} = '{}'", instead.as_deref().unwrap_or("…")),
                format!("{column} = '{value}'"),
            ),
        ),
        Demand::Type { table, before, after } => (
            format!(
                "values of `{table}.{}` that are there may not fit `{}`, having been `{}`",
                before.name, after.ty, before.ty
            ),
            None,
        ),
    }
}

fn shared(table: &ObjectName, name: &Name, columns: &[String]) -> String {
    format!(
        "rows of `{table}` that are there may share their `{}`, and `{name}` would fail on them",
        columns.join(", ")
    )
}

fn index_columns(index: &Index) -> Vec<String> {
    let key = |key: &IndexKey| match key {
        IndexKey::Column(name) => name.clone(),
        IndexKey::Expression(expression) => expression.sql().to_owned(),
    };
    index.elements.iter().map(|element| key(&element.key)).collect()
}

/// How the rows are counted that would break an operation.
pub struct Counted {
    /// The query.
    pub sql: String,
    /// What they are, for «3 rows of `users` have no `email`».
    pub what: String,
    /// Whether SQLite itself refuses every such row.
    pub refused: bool,
}

/// How the rows are counted that would break an operation; none where the operation demands nothing of rows, or of no
/// column that is there before the statement.
///
/// The names are those before the whole statement `step` that the operation stands in.
pub fn count_query(resolved: &Resolved, step: &Step, dialect: &dyn Dialect) -> Option<Counted> {
    let mut demands = Demand::of(&resolved.operation, &resolved.before, dialect.engine());
    // What an expression makes of the values is not known before it runs.
    if let Operation::AlterColumn {
        using: Using::Expression(_),
        ..
    } = resolved.operation
    {
        demands.retain(|demand| !matches!(demand, Demand::Type { .. }));
    }
    let earlier = step.operations.iter().take_while(|other| !std::ptr::eq(*other, resolved));
    let earlier: Vec<&Operation> = earlier.map(|other| &other.operation).collect();
    let demands = demands.into_iter().filter_map(|demand| rename_back(demand, &earlier, step));
    let demands: Vec<Demand> = demands.collect();
    let (queries, whats): (Vec<_>, Vec<_>) = demands.iter().filter_map(|demand| count(demand, dialect)).unzip();
    let sql = match &queries[..] {
        [] => return None,
        [query] => query.clone(),
        _ => format!("SELECT ({})", queries.join(") + (")),
    };
    Some(Counted {
        sql,
        what: whats.join(", or "),
        refused: demands.iter().all(Demand::is_refused),
    })
}

/// The demand in the names before the statement; none where a column of it is not there yet, or has another type.
fn rename_back(mut demand: Demand, earlier: &[&Operation], step: &Step) -> Option<Demand> {
    let table = demand.table().clone();
    for operation in earlier.iter().rev() {
        match operation {
            Operation::RenameColumn { table: of, from, to } if *of == table => demand.rename(to, from),
            // Its values become others first.
            Operation::AlterColumn {
                table: of, before, after, ..
            } if *of == table && before.ty != after.ty && demand.columns().contains(&after.name) => return None,
            _ => {}
        }
    }
    let there = step.before.table(&table)?;
    demand
        .columns()
        .iter()
        .all(|column| there.column(column).is_some())
        .then_some(demand)
}

impl Demand {
    /// Whether SQLite refuses a row that breaks it. It bends a value to another type, and takes NULL into a key.
    fn is_refused(&self) -> bool {
        match self {
            Self::NotNull { .. } | Self::Index { .. } | Self::Check { .. } | Self::ForeignKey { .. } => true,
            Self::Unique { nulls_not_distinct, .. } => !nulls_not_distinct,
            Self::PrimaryKey { .. } | Self::Exclusion { .. } | Self::EnumValue { .. } | Self::Type { .. } => false,
        }
    }

    fn columns(&self) -> Vec<String> {
        match self {
            Self::NotNull { column, .. } | Self::Type { before: column, .. } => vec![column.name.clone()],
            Self::Unique { columns, .. } | Self::PrimaryKey { columns, .. } => columns.clone(),
            Self::Index { index, .. } => index.columns(),
            Self::Check { check, .. } => check.expression.columns(),
            // Another table is not changed meanwhile.
            Self::ForeignKey { table, key } if key.table == *table => key.columns.iter().chain(&key.referred).cloned().collect(),
            Self::ForeignKey { key, .. } => key.columns.clone(),
            Self::Exclusion { .. } => Vec::new(),
            Self::EnumValue { column, .. } => vec![column.clone()],
        }
    }

    fn rename(&mut self, from: &str, to: &str) {
        let rename = |name: &mut String| {
            if name == from {
                to.clone_into(name);
            }
        };
        match self {
            Self::NotNull { column, .. } | Self::Type { before: column, .. } => rename(&mut column.name),
            Self::Unique { columns, .. } | Self::PrimaryKey { columns, .. } => columns.iter_mut().for_each(rename),
            Self::Check { check, .. } => check.expression = check.expression.rename_column(from, to),
            Self::ForeignKey { table, key } => {
                let own = key.table == *table;
                key.columns.iter_mut().for_each(rename);
                key.referred.iter_mut().filter(|_| own).for_each(rename);
            }
            Self::EnumValue { column, .. } => rename(column),
            Self::Index { index, .. } => {
                for element in &mut index.elements {
                    match &mut element.key {
                        IndexKey::Column(name) => rename(name),
                        IndexKey::Expression(expression) => *expression = expression.rename_column(from, to),
                    }
                }
                index.filter = index.filter.take().map(|filter| filter.rename_column(from, to));
            }
            Self::Exclusion { .. } => {}
        }
    }
}

fn count(demand: &Demand, dialect: &dyn Dialect) -> Option<(String, String)> {
    let table = demand.table();
    let from = dialect.object(table);
    let quote = |name: &String| dialect.quote(name);
    let quoted = |names: &[String]| names.iter().map(quote).collect::<Vec<_>>();
    Some(match demand {
        Demand::NotNull { column, .. } => (
            format!("SELECT count(*) FROM {from} WHERE {} IS NULL", quote(&column.name)),
            format!("rows of `{table}` have no `{}`", column.name),
        ),
        Demand::Unique { columns, .. } => (
            groups(&from, &quoted(columns), None),
            format!("rows of `{table}` share their `{}` with another", columns.join(", ")),
        ),
        Demand::Index { index, .. } => {
            let key = |key: &IndexKey| match key {
                IndexKey::Column(name) => quote(name),
                IndexKey::Expression(expression) => format!("({expression})"),
            };
            let keys: Vec<String> = index.elements.iter().map(|element| key(&element.key)).collect();
            let filter = index.filter.as_ref().map(|filter| filter.sql());
            (
                groups(&from, &keys, filter),
                format!("rows of `{table}` share their `{}` with another", index_columns(index).join(", ")),
            )
        }
        Demand::PrimaryKey { columns, .. } => {
            let keys = quoted(columns);
            let nulls: Vec<String> = keys.iter().map(|key| format!("{key} IS NULL")).collect();
            (
                format!(
                    "SELECT (SELECT count(*) FROM {from} WHERE {}) + ({})",
                    nulls.join(" OR "),
                    groups(&from, &keys, None)
                ),
                format!("rows of `{table}` have no `{0}`, or share it with another", columns.join(", ")),
            )
        }
        Demand::Check { check, .. } => (
            format!("SELECT count(*) FROM {from} WHERE NOT ({})", check.expression.sql()),
            format!("rows of `{table}` break `{}`", check.expression),
        ),
        Demand::ForeignKey { key, .. } => {
            let own: Vec<String> = key.columns.iter().map(|column| format!("c.{}", quote(column))).collect();
            let set: Vec<String> = own.iter().map(|column| format!("{column} IS NOT NULL")).collect();
            let pairs = key.referred.iter().zip(&own);
            let pairs: Vec<String> = pairs.map(|(referred, own)| format!("p.{} = {own}", quote(referred))).collect();
            (
                format!(
                    "SELECT count(*) FROM {from} AS c WHERE {} AND NOT EXISTS (SELECT 1 FROM {} AS p WHERE {})",
                    set.join(" AND "),
                    dialect.object(&key.table),
                    pairs.join(" AND ")
                ),
                format!("rows of `{table}` have a `{}` that `{}` lacks", key.columns.join(", "), key.table),
            )
        }
        Demand::EnumValue { column, value, .. } => {
            let literal = dialect.literal(&Value::String(value.clone()), None);
            (
                format!("SELECT count(*) FROM {from} WHERE {} = {literal}", quote(column)),
                format!("rows of `{table}` have `{column}` at `{value}`"),
            )
        }
        Demand::Type { before, after, .. } => {
            let bent = dialect.bent(&quote(&before.name), &before.ty, &after.ty)?;
            (
                format!("SELECT count(*) FROM {from} WHERE {bent}"),
                format!("rows of `{table}` have a `{}` that is no `{}`", before.name, after.ty),
            )
        }
        Demand::Exclusion { .. } => return None,
    })
}

fn groups(from: &str, keys: &[String], filter: Option<&str>) -> String {
    let mut conditions: Vec<String> = keys.iter().map(|key| format!("{key} IS NOT NULL")).collect();
    conditions.extend(filter.map(|filter| format!("({filter})")));
    format!(
        "SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM {from} WHERE {} GROUP BY {} HAVING count(*) > 1) AS shared",
        conditions.join(" AND "),
        keys.join(", ")
    )
}

/// A value as a literal of SQL, for a fill to paste.
pub(super) fn literal(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Integer(digits) | Value::Decimal(digits) => digits.clone(),
        Value::Now => "CURRENT_TIMESTAMP".into(),
        Value::Today => "CURRENT_DATE".into(),
        Value::String(text) => format!("'{}'", text.replace('\'', "''")),
        _ => "…".into(),
    }
}

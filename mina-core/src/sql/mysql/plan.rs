//! How much of a table a change may touch: what a statement asks for, so that the server refuses rather than copies.

use super::types;
use crate::engine::{Product, Target};
use crate::schema::{Column, Default, Table, Type, Value};
use std::ops::RangeInclusive;

/// What a change costs, the cheapest first. Measured on MariaDB 10.11; MySQL's as its manual has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cost {
    /// Nothing but the table's definition.
    Instant,
    /// An index, beside readers and writers.
    NoCopy,
    /// The table may be written anew inside the engine, beside readers and writers.
    InPlace,
    /// The same, while writers wait.
    Shared,
    /// The table is copied, or nobody can say.
    Copy,
}

/// What a change costs on each product.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) mariadb: Cost,
    pub(super) mysql: Cost,
}

impl Plan {
    pub(super) const INSTANT: Self = Self::both(Cost::Instant);
    pub(super) const IN_PLACE: Self = Self::both(Cost::InPlace);
    pub(super) const COPY: Self = Self::both(Cost::Copy);
    /// What MariaDB does at once and MySQL only from a patch version on that no declaration tells.
    pub(super) const NEARLY_INSTANT: Self = Self::new(Cost::Instant, Cost::InPlace);
    pub(super) const INDEX: Self = Self::new(Cost::NoCopy, Cost::InPlace);

    pub(super) const fn new(mariadb: Cost, mysql: Cost) -> Self {
        Self { mariadb, mysql }
    }

    const fn both(cost: Cost) -> Self {
        Self::new(cost, cost)
    }

    fn on(self, target: Target) -> Cost {
        match target.product {
            Product::Mysql => self.mysql,
            _ => self.mariadb,
        }
    }

    fn most(self, other: Self) -> Self {
        Self::new(self.mariadb.max(other.mariadb), self.mysql.max(other.mysql))
    }
}

/// The end of an ALTER TABLE with these changes.
///
/// Changes that share a statement can cost more together than the dearest alone: an index on a column that is added with
/// it rewrites the table.
pub(super) fn words(plans: &[Plan], target: Target) -> &'static str {
    let together = plans.iter().copied().reduce(Plan::most).unwrap_or(Plan::COPY).on(target);
    let cost = match plans.len() {
        1 => together,
        _ => together.max(Cost::InPlace),
    };
    let plans_copies = target.product != Product::Mariadb || target.version >= (10, 4);
    match (cost, target.product) {
        _ if !plans_copies => "",
        // MySQL takes no LOCK beside it.
        (Cost::Instant, Product::Mysql) => ", ALGORITHM=INSTANT",
        (Cost::Instant, _) => ", ALGORITHM=INSTANT, LOCK=NONE",
        (Cost::NoCopy, _) => ", ALGORITHM=NOCOPY, LOCK=NONE",
        (Cost::InPlace, _) => ", ALGORITHM=INPLACE, LOCK=NONE",
        (Cost::Shared, _) => ", ALGORITHM=INPLACE, LOCK=SHARED",
        (Cost::Copy, _) => "",
    }
}

/// Whether a table is one that changes beside readers and writers: InnoDB's, not compressed, with a primary key and without
/// generated columns or an index that cannot. A unique key takes the place of a primary key that is missing; one over long texts
/// is a hash in a generated column of its own.
pub(in crate::sql) fn is_online(table: &Table) -> bool {
    let said = |option: &str| {
        table.options.iter().find(|(key, _)| key == option).map(|(_, value)| match value {
            Value::String(text) | Value::Word(text) => text.to_ascii_lowercase(),
            _ => String::new(),
        })
    };
    let stops = |method: &String| ["fulltext", "spatial", "rtree"].contains(&method.to_ascii_lowercase().as_str());
    said("engine").is_none_or(|engine| engine == "innodb")
        && said("row_format").is_none_or(|format| format == "dynamic" || format == "compact")
        && !table.columns.iter().any(|column| column.generated.is_some())
        && (table.primary_key.is_some() || table.unique_sets().next().is_none())
        && !has_hash(table)
        && !table.indexes.iter().any(|index| index.method.as_ref().is_some_and(stops))
}

fn has_hash(table: &Table) -> bool {
    let is_large = |name: &str| table.column(name).is_some_and(|column| types::is_large(&column.ty));
    let constraints = table.uniques.iter().flat_map(|unique| &unique.columns).map(String::as_str);
    let indexes = table.indexes.iter().filter(|index| index.unique);
    let indexes = indexes.filter_map(crate::schema::Index::plain_columns).flatten();
    constraints.chain(indexes).any(is_large)
}

/// What it costs to add a column.
pub(super) fn add_column(column: &Column) -> Plan {
    match (&column.generated, &column.default) {
        (Some(generated), _) if generated.stored => Plan::COPY,
        (Some(_), _) => Plan::INSTANT,
        (None, _) if column.identity => Plan::both(Cost::Shared),
        // Each row gets a value of its own, or nobody can say.
        (None, Some(Default::Sql(_) | Default::Value(Value::Uuid | Value::Sql(_)))) => Plan::COPY,
        (None, Some(Default::Value(Value::Today))) => Plan::new(Cost::Instant, Cost::Copy),
        (None, Some(Default::Value(_))) if types::is_large(&column.ty) => Plan::new(Cost::Instant, Cost::Copy),
        (None, _) => Plan::INSTANT,
    }
}

/// What it costs that a column's whole definition is said anew, on its table.
pub(super) fn modify(before: &Column, after: &Column, table: Option<&Table>) -> Plan {
    if before.generated != after.generated || before.identity && !after.identity {
        return Plan::COPY;
    }
    let mut plan = Plan::new(Cost::Instant, Cost::InPlace);
    if before.ty != after.ty {
        plan = plan.most(retype(&before.ty, &after.ty, widths(before, table)));
    }
    if before.collation != after.collation || !before.identity && after.identity {
        plan = Plan::COPY;
    }
    if before.nullable != after.nullable {
        plan = plan.most(Plan::IN_PLACE);
    }
    plan
}

/// The bytes that a character of a column may take, as far as the history says.
fn widths(column: &Column, table: Option<&Table>) -> RangeInclusive<u32> {
    let options = table.map_or(&[][..], |table| &table.options);
    let said = |option: &str| options.iter().find(|(key, _)| key == option).map(|(_, value)| value.to_string());
    let text = column.collation.clone().or_else(|| said("collate")).or_else(|| said("charset"));
    let text = text.map(|text| text.trim_matches('"').to_ascii_lowercase()).unwrap_or_default();
    match text.split('_').next() {
        Some("utf8mb4" | "utf16" | "utf32") => 4..=4,
        Some("utf8mb3" | "utf8") => 3..=3,
        Some("latin1" | "ascii" | "binary") => 1..=1,
        _ => 1..=4,
    }
}

fn retype(before: &Type, after: &Type, mut widths: RangeInclusive<u32>) -> Plan {
    match (before, after) {
        (Type::Varchar(Some(less)), Type::Varchar(Some(more))) if less <= more => {
            let bytes = |length: &u32, width: u32| length.saturating_mul(width);
            // As long as one byte holds the length, or two do.
            let alike = |width| bytes(more, width) <= 255 || bytes(less, width) > 255;
            // MariaDB has room for the second byte beside a text of at most 127.
            let roomy = |width| alike(width) || bytes(less, width) <= 127;
            let mariadb = if widths.clone().all(roomy) { Cost::Instant } else { Cost::Copy };
            let mysql = if widths.all(alike) { Cost::InPlace } else { Cost::Copy };
            Plan::new(mariadb, mysql)
        }
        _ => Plan::COPY,
    }
}

/// What it costs that a column takes other values of its enum.
pub(super) fn values(before: &[String], after: &[String]) -> Plan {
    match after.starts_with(before) {
        true => Plan::INSTANT,
        false => Plan::COPY,
    }
}

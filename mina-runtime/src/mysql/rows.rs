//! The queries for a catalogue, and their rows.

use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use mina_core::sql::mysql::raise::{CheckRow, ColumnRow, ForeignKeyRow, KeyRow, SequenceRow, TableRow, TriggerRow, ViewRow};

pub(super) const TABLES: &str = "SELECT table_name AS name, table_type AS kind, engine AS engine, table_collation AS collation, \
     create_options AS options, table_comment AS comment FROM information_schema.tables WHERE table_schema = DATABASE() \
     AND table_type <> 'VIEW' ORDER BY table_name";

pub(super) const COLUMNS: &str = "SELECT table_name AS on_table, column_name AS name, column_type AS ty, is_nullable = 'YES' AS nullable, \
     column_default AS initial, extra AS extra, generation_expression AS expression, collation_name AS collation, \
     column_comment AS comment FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position";

pub(super) const KEYS: &str = "SELECT table_name AS on_table, index_name AS index_name, non_unique = 0 AS is_unique, index_type AS method, \
     column_name AS column_name, {expression} AS expression, CAST(sub_part AS SIGNED) AS prefix, \
     COALESCE(collation = 'D', 0) AS descending FROM information_schema.statistics WHERE table_schema = DATABASE() \
     ORDER BY table_name, index_name, seq_in_index";

pub(super) const FOREIGN_KEYS: &str = "SELECT k.table_name AS on_table, k.constraint_name AS name, k.column_name AS column_name, \
     k.referenced_table_schema AS referred_database, k.referenced_table_name AS referred_table, \
     k.referenced_column_name AS referred_column, r.update_rule AS on_update, r.delete_rule AS on_delete \
     FROM information_schema.key_column_usage AS k JOIN information_schema.referential_constraints AS r \
     ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name \
     WHERE k.table_schema = DATABASE() AND k.referenced_table_name IS NOT NULL \
     ORDER BY k.table_name, k.constraint_name, k.ordinal_position";

pub(super) const CHECKS_OF_MARIADB: &str = "SELECT table_name AS on_table, constraint_name AS name, level = 'Column' AS in_column, \
     check_clause AS expression FROM information_schema.check_constraints WHERE constraint_schema = DATABASE() \
     ORDER BY table_name, constraint_name";

pub(super) const CHECKS_OF_MYSQL: &str = "SELECT t.table_name AS on_table, c.constraint_name AS name, 0 AS in_column, \
     c.check_clause AS expression FROM information_schema.check_constraints AS c JOIN information_schema.table_constraints AS t \
     ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name \
     WHERE c.constraint_schema = DATABASE() ORDER BY t.table_name, c.constraint_name";

pub(super) const VIEWS: &str = "SELECT table_name AS name, view_definition AS body FROM information_schema.views \
     WHERE table_schema = DATABASE() ORDER BY table_name";

pub(super) const TRIGGERS: &str = "SELECT trigger_name AS name, event_object_table AS on_table, action_timing AS timing, \
     event_manipulation AS event, action_statement AS body FROM information_schema.triggers \
     WHERE trigger_schema = DATABASE() ORDER BY trigger_name";

pub(super) const FUNCTIONS: &str = "SELECT routine_name AS name, routine_type AS kind, COALESCE(routine_definition, '') AS body \
     FROM information_schema.routines WHERE routine_schema = DATABASE() ORDER BY routine_name";

pub(super) const ARGUMENTS: &str = "SELECT specific_name AS name, parameter_name AS argument, dtd_identifier AS ty \
     FROM information_schema.parameters WHERE specific_schema = DATABASE() AND ordinal_position > 0 \
     ORDER BY specific_name, ordinal_position";

pub(super) const EVENTS: &str = "SELECT event_name AS name, 'EVENT' AS kind, event_definition AS body FROM information_schema.events \
     WHERE event_schema = DATABASE() ORDER BY event_name";

/// The numbers of one sequence, whose name is quoted.
pub(super) fn sequence(name: &str, quoted: &str) -> String {
    let name = mina_core::sql::mysql::string(name);
    format!(
        "SELECT {name} AS name, start_value AS start, minimum_value AS least, maximum_value AS most, increment AS step, \
         CAST(cache_size AS SIGNED) AS cache, cycle_option = 1 AS cycle FROM {quoted}"
    )
}

#[derive(diesel::QueryableByName)]
pub(super) struct Table {
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = Text)]
    pub(super) kind: String,
    #[diesel(sql_type = Nullable<Text>)]
    engine: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    collation: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    options: Option<String>,
    #[diesel(sql_type = Text)]
    comment: String,
}

impl From<Table> for TableRow {
    fn from(row: Table) -> Self {
        Self {
            name: row.name,
            engine: row.engine,
            collation: row.collation,
            options: row.options.unwrap_or_default(),
            comment: row.comment,
        }
    }
}

#[derive(diesel::QueryableByName)]
pub(super) struct Column {
    #[diesel(sql_type = Text)]
    on_table: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    ty: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
    #[diesel(sql_type = Nullable<Text>)]
    initial: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    extra: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    expression: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    collation: Option<String>,
    #[diesel(sql_type = Text)]
    comment: String,
}

impl From<Column> for ColumnRow {
    fn from(row: Column) -> Self {
        Self {
            table: row.on_table,
            name: row.name,
            ty: row.ty,
            nullable: row.nullable,
            default: row.initial,
            extra: row.extra.unwrap_or_default(),
            expression: row.expression,
            collation: row.collation,
            comment: row.comment,
        }
    }
}

#[derive(diesel::QueryableByName)]
pub(super) struct Key {
    #[diesel(sql_type = Text)]
    on_table: String,
    #[diesel(sql_type = Text)]
    index_name: String,
    #[diesel(sql_type = Bool)]
    is_unique: bool,
    #[diesel(sql_type = Text)]
    method: String,
    #[diesel(sql_type = Nullable<Text>)]
    column_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    expression: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    prefix: Option<i64>,
    #[diesel(sql_type = Bool)]
    descending: bool,
}

impl From<Key> for KeyRow {
    fn from(row: Key) -> Self {
        Self {
            table: row.on_table,
            index: row.index_name,
            unique: row.is_unique,
            method: row.method,
            column: row.column_name,
            expression: row.expression,
            prefix: row.prefix,
            descending: row.descending,
        }
    }
}

#[derive(diesel::QueryableByName)]
pub(super) struct ForeignKey {
    #[diesel(sql_type = Text)]
    on_table: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    referred_database: String,
    #[diesel(sql_type = Text)]
    referred_table: String,
    #[diesel(sql_type = Text)]
    referred_column: String,
    #[diesel(sql_type = Text)]
    on_update: String,
    #[diesel(sql_type = Text)]
    on_delete: String,
}

impl From<ForeignKey> for ForeignKeyRow {
    fn from(row: ForeignKey) -> Self {
        Self {
            table: row.on_table,
            name: row.name,
            column: row.column_name,
            referred_database: row.referred_database,
            referred_table: row.referred_table,
            referred_column: row.referred_column,
            on_update: row.on_update,
            on_delete: row.on_delete,
        }
    }
}

#[derive(diesel::QueryableByName)]
pub(super) struct Check {
    #[diesel(sql_type = Text)]
    on_table: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    in_column: bool,
    #[diesel(sql_type = Text)]
    expression: String,
}

impl From<Check> for CheckRow {
    fn from(row: Check) -> Self {
        Self {
            table: row.on_table,
            name: row.name,
            in_column: row.in_column,
            expression: row.expression,
        }
    }
}

#[derive(diesel::QueryableByName)]
pub(super) struct View {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    body: String,
}

impl From<View> for ViewRow {
    fn from(row: View) -> Self {
        Self {
            name: row.name,
            body: row.body,
        }
    }
}

#[derive(diesel::QueryableByName)]
pub(super) struct Trigger {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    on_table: String,
    #[diesel(sql_type = Text)]
    timing: String,
    #[diesel(sql_type = Text)]
    event: String,
    #[diesel(sql_type = Text)]
    body: String,
}

impl From<Trigger> for TriggerRow {
    fn from(row: Trigger) -> Self {
        Self {
            name: row.name,
            table: row.on_table,
            timing: row.timing,
            event: row.event,
            action: row.body,
        }
    }
}

#[derive(diesel::QueryableByName)]
pub(super) struct Program {
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = Text)]
    pub(super) kind: String,
    #[diesel(sql_type = Text)]
    pub(super) body: String,
}

#[derive(diesel::QueryableByName)]
pub(super) struct Argument {
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) argument: Option<String>,
    #[diesel(sql_type = Text)]
    pub(super) ty: String,
}

#[derive(diesel::QueryableByName)]
pub(super) struct Sequence {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    start: i64,
    #[diesel(sql_type = BigInt)]
    least: i64,
    #[diesel(sql_type = BigInt)]
    most: i64,
    #[diesel(sql_type = BigInt)]
    step: i64,
    #[diesel(sql_type = BigInt)]
    cache: i64,
    #[diesel(sql_type = Bool)]
    cycle: bool,
}

impl From<Sequence> for SequenceRow {
    fn from(row: Sequence) -> Self {
        Self {
            name: row.name,
            start: row.start,
            min: row.least,
            max: row.most,
            increment: row.step,
            cache: row.cache,
            cycle: row.cycle,
        }
    }
}

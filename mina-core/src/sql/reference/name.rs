use super::{Columns, Fault, Reader};
use crate::engine::Engine;
use crate::schema::ObjectName;
use crate::sql::lexer::{Kind, Lexeme, significant};
use crate::sql::text::find_word;
use sqlparser::ast::{self, Ident};

/// Names of columns that tables have without saying so, and words that stand where a column could.
const PSEUDO: &[&str] = &[
    "rowid",
    "oid",
    "_rowid_",
    "ctid",
    "xmin",
    "xmax",
    "cmin",
    "cmax",
    "tableoid",
    "default",
    "value",
    "true",
    "false",
    "unknown",
    "current_date",
    "current_time",
    "current_timestamp",
    "current_user",
    "current_role",
    "current_catalog",
    "current_schema",
    "session_user",
    "system_user",
    "user",
    "localtime",
    "localtimestamp",
    "utc_date",
    "utc_time",
    "utc_timestamp",
    "sysdate",
    "maxvalue",
    "dual",
    "all",
    "rownum",
    "row_start",
    "row_end",
];

/// Words that stand where an argument could.
const UNITS: &[&str] = &[
    "microsecond",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
    "microseconds",
    "seconds",
    "minutes",
    "hours",
    "days",
    "weeks",
    "months",
    "years",
    "second_microsecond",
    "minute_microsecond",
    "minute_second",
    "hour_microsecond",
    "hour_second",
    "hour_minute",
    "day_microsecond",
    "day_second",
    "day_minute",
    "day_hour",
    "year_month",
    "sql_tsi_second",
    "sql_tsi_minute",
    "sql_tsi_hour",
    "sql_tsi_day",
    "sql_tsi_week",
    "sql_tsi_month",
    "sql_tsi_quarter",
    "sql_tsi_year",
    "epoch",
    "century",
    "decade",
    "millennium",
    "milliseconds",
    "dow",
    "doy",
    "isodow",
    "isoyear",
    "timezone",
    "date",
    "time",
    "datetime",
    "timestamp",
    "nfc",
    "nfd",
    "nfkc",
    "nfkd",
    "document",
    "content",
    "leading",
    "trailing",
    "both",
    "signed",
    "unsigned",
    "char",
    "binary",
    "integer",
    "decimal",
    "json",
    "ignore",
    "abort",
    "fail",
    "rollback",
];

/// Words that a parser may take for a table's name.
const NO_TABLE: &[&str] = &[
    "only",
    "lateral",
    "rows",
    "table",
    "unnest",
    "dual",
    "ignore",
    "low_priority",
    "high_priority",
    "quick",
    "delayed",
    "values",
    "select",
    "xmltable",
    "json_table",
];

/// Extensions of PostgreSQL that bring no tables and no views.
const WITHOUT_TABLES: &[&str] = &[
    "autoinc",
    "bloom",
    "btree_gin",
    "btree_gist",
    "citext",
    "cube",
    "dict_int",
    "dict_xsyn",
    "earthdistance",
    "fuzzystrmatch",
    "hstore",
    "insert_username",
    "intarray",
    "isn",
    "lo",
    "ltree",
    "moddatetime",
    "pg_trgm",
    "pgcrypto",
    "plpgsql",
    "refint",
    "seg",
    "tablefunc",
    "tcn",
    "unaccent",
    "uuid-ossp",
    "vector",
    "xml2",
];

/// The identifiers of a text, those in code between dollars and in strings too.
pub(crate) fn words(sql: &str, engine: Engine, add: &mut dyn FnMut(&str)) {
    for lexeme in significant(sql, engine) {
        match lexeme.kind {
            Kind::Word => add(lexeme.text),
            Kind::Quoted => add(&lexeme.name()),
            Kind::Dollar | Kind::Text => lexeme
                .text
                .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                .filter(|word| !word.is_empty())
                .for_each(&mut *add),
            _ => {}
        }
    }
}

/// How many operators stand in a row, those around them included: no tree of the text is deeper.
pub(super) fn operators(sql: &str, engine: Engine) -> usize {
    let is_operator = |lexeme: &Lexeme<'_>| match lexeme.kind {
        Kind::Word => lexeme.is_one_of(&["and", "or", "not", "is", "like", "in", "collate", "between"]),
        Kind::Mark => !lexeme.is_mark('.'),
        _ => false,
    };
    // One entry an open parenthesis, and what stands around it.
    let mut rows = vec![0];
    let (mut queries, mut most) = (0, 0);
    for lexeme in significant(sql, engine) {
        let last = rows.len() - 1;
        if lexeme.is_mark('(') {
            rows.push(rows[last]);
        } else if lexeme.is_mark(')') && last > 0 {
            rows.pop();
        } else if lexeme.is_mark(',') || lexeme.is_mark(';') {
            rows[last] = last.checked_sub(1).map_or(0, |around| rows[around]);
        } else if is_operator(&lexeme) {
            rows[last] += 1;
            most = most.max(rows[last]);
        } else if lexeme.is_one_of(&["union", "except", "intersect", "join"]) {
            queries += 1;
        }
    }
    most + queries
}

impl Reader<'_> {
    /// A name as the engine compares it.
    pub(super) fn folded(&self, ident: &Ident) -> String {
        match (self.engine, ident.quote_style) {
            (Engine::Pg, Some(_)) => ident.value.clone(),
            _ => ident.value.to_lowercase(),
        }
    }

    /// The same for a name of the schema.
    pub(super) fn key(&self, name: &str) -> String {
        match self.engine {
            Engine::Pg => name.to_owned(),
            _ => name.to_lowercase(),
        }
    }

    pub(super) fn is_pseudo(&self, ident: &Ident, argument: bool) -> bool {
        let plain = ident.quote_style.is_none();
        let word = ident.value.to_lowercase();
        let odd = !word.starts_with(|first: char| first.is_alphabetic() || first == '_');
        // SQLite takes what is no column in double quotes for a string.
        let text = self.engine == Engine::Sqlite && ident.quote_style == Some('"');
        text || plain && (odd || PSEUDO.contains(&word.as_str()) || argument && UNITS.contains(&word.as_str()))
    }

    /// The columns of what a name in FROM, INTO or UPDATE stands for.
    pub(super) fn table(&mut self, name: &ast::ObjectName) -> Columns {
        let parts: Option<Vec<&Ident>> = name.0.iter().map(|part| part.as_ident()).collect();
        let (schema, table) = match parts.as_deref() {
            Some(&[table]) => (None, table),
            Some(&[schema, table]) => (Some(schema), table),
            _ => return Columns::Unknown,
        };
        let folded = self.folded(table);
        if schema.is_none() {
            if let Some((_, columns)) = self.queries.iter().rev().find(|(name, _)| *name == folded) {
                return columns.clone();
            }
            if table.quote_style.is_none() && NO_TABLE.contains(&folded.as_str()) {
                return Columns::Unknown;
            }
        }
        let named = |object: &ObjectName| self.key(&object.name) == folded;
        let space = schema.map(|schema| self.folded(schema));
        let default = space.as_deref().is_none_or(|space| space == "main");
        let in_space = |object: &ObjectName| match &object.schema {
            None => default,
            Some(own) => space.as_deref() == Some(&*self.key(own)),
        };
        let tables = self.schema.tables();
        let exact = ObjectName {
            schema: space.as_deref().filter(|_| !default).map(Into::into),
            name: folded.as_str().into(),
        };
        let found = tables.get(&exact);
        let found = found.or_else(|| tables.values().find(|table| named(&table.name) && in_space(&table.name)));
        match found {
            Some(table) if !self.is_made(&folded) => Columns::Of(table.clone()),
            _ if self.may_be(&folded, space.as_deref().filter(|_| !default)) => Columns::Unknown,
            _ => {
                self.say(Fault::Table(ObjectName {
                    schema: schema.map(|schema| schema.value.as_str().into()),
                    name: table.value.as_str().into(),
                }));
                Columns::Unknown
            }
        }
    }

    fn is_made(&self, name: &str) -> bool {
        self.made.contains(&name.to_lowercase())
    }

    /// Whether there may be something of that name that the schema does not know.
    fn may_be(&self, name: &str, space: Option<&str>) -> bool {
        let schema = self.schema;
        let is = |object: &ObjectName| self.key(&object.name) == name;
        let foreign = space.is_some_and(|space| !schema.namespaces().keys().any(|known| self.key(&known.name) == space));
        let system = name.starts_with("pg_")
            || name.starts_with("sqlite_")
            || name.starts_with("pragma_")
            || name.starts_with("seq_")
            || name.starts_with("__mina_")
            || name.starts_with("__diesel_")
            || self.engine == Engine::Pg && name.ends_with("_seq");
        let tainted = |word: &str| schema.unseen.holds(word) || schema.taint.holds(word);
        // The tables behind a virtual one begin with its name.
        let beside = self.engine == Engine::Sqlite
            && name
                .match_indices('_')
                .any(|(at, _)| tainted(&name[..at]) || self.is_made(&name[..at]));
        let known = schema.views().keys().chain(schema.sequences().keys()).chain(schema.tables().keys());
        let extended = schema
            .extensions()
            .keys()
            .any(|extension| !WITHOUT_TABLES.contains(&&*extension.name));
        let code = || {
            let triggers = schema.triggers().values().map(|trigger| trigger.body.as_str());
            triggers.chain(schema.functions().values().map(|function| function.body.as_str()))
        };
        let makes = |body: &str| {
            let body = body.to_lowercase();
            find_word(&body, name).is_some() || find_word(&body, "create").is_some() && find_word(&body, "execute").is_some()
        };
        foreign
            || system
            || self.is_made(name)
            || tainted(name)
            || tainted(&name.to_lowercase())
            || beside
            || { known }.any(is)
            || self.engine == Engine::Pg && extended
            || code().any(makes)
    }

    pub(super) fn is_function(&self, name: &str) -> bool {
        self.schema
            .functions()
            .values()
            .any(|function| self.key(&function.name.name) == name)
    }

    /// Whether a table has a column of that name.
    pub(super) fn has(&self, columns: &Columns, name: &str) -> bool {
        match columns {
            Columns::Unknown => true,
            Columns::Named(names) => names.iter().any(|known| known == name),
            Columns::Of(table) => table.columns.iter().any(|column| self.key(&column.name) == name),
        }
    }
}

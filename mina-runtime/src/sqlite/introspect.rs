//! The schema that a database has, in the terms of the history where it is the same.

use super::definition::{Clause, Column, same_rule};
use super::live::Live;
use super::resolve::structure;
use super::{BatchError, query, types};
use diesel::SqliteConnection;
use diesel::sql_types::Text;
use mina_core::engine::Engine;
use mina_core::schema::naming::{NameKind, Naming};
use mina_core::schema::{
    self, Check, Constraint, Default, Deferral, Expression, ForeignKey, Generated, Index, IndexElement, IndexKey, Name, ObjectName, Origin,
    PrimaryKey, Schema, Table, Trigger, Type, Unique, Value, View,
};
use mina_core::sql::sqlite::lexer::{Kind, Token, normalised, normalised_expression, tokens};
use mina_core::sql::sqlite::model::Rule;
use mina_core::sql::sqlite::{create_trigger, lower, model, string};

#[derive(diesel::QueryableByName)]
struct Object {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    on: String,
    #[diesel(sql_type = Text)]
    sql: String,
}

/// Reads the schema of a database, Mina's and SQLite's own tables left out.
///
/// What the history has as well is told in its words: names of constraints that stand under another name or none, types
/// that are stored alike, comments, which SQLite does not store, and enums.
///
/// # Errors
///
/// A table whose definition cannot be read, or an expression in it.
pub fn introspect(conn: &mut SqliteConnection, history: &Schema) -> Result<Schema, BatchError> {
    let objects: Vec<Object> = query::load(
        conn,
        r"SELECT type AS kind, name, tbl_name AS 'on', sql FROM main.sqlite_schema
          WHERE sql IS NOT NULL AND type <> 'index' AND tbl_name NOT LIKE 'sqlite\_%' ESCAPE '\'
          AND tbl_name NOT LIKE '\_\_mina\_%' ESCAPE '\' AND tbl_name <> '__diesel_schema_migrations' ORDER BY name",
    )?;
    let mut schema = Schema::default();
    for object in history.enums().values() {
        schema.put_enum(object.as_ref().clone());
    }
    for object in &objects {
        match object.kind.as_str() {
            "table" => {
                if let Some(live) = Live::read(conn, &object.name)? {
                    let rowid_key = is_rowid_key(conn, &live)?;
                    let known = history.table(&ObjectName::new(&live.name)).map(|table| &**table);
                    schema.put_table(Reader::new(&live, known, history, rowid_key).table()?);
                }
            }
            "view" => schema.put_view(view(object, history)),
            _ => schema.put_trigger(trigger(object, history)),
        }
    }
    Ok(schema)
}

/// A sole INTEGER key that has no index of its own is the rowid, which SQLite counts up.
fn is_rowid_key(conn: &mut SqliteConnection, live: &Live) -> Result<bool, BatchError> {
    let sql = format!(
        "SELECT count(*) AS value FROM pragma_index_list({}, 'main') WHERE origin = 'pk'",
        string(&live.name)
    );
    Ok(query::number(conn, &sql)? == Some(0) && !live.definition.is_without_rowid())
}

fn view(object: &Object, history: &Schema) -> View {
    let name = ObjectName::new(&object.name);
    let tokens = tokens(&object.sql);
    let body = tokens
        .iter()
        .find(|token| token.is("AS"))
        .map_or("", |token| &object.sql[token.range.end..]);
    match history.view(&name) {
        Some(known) if normalised(&known.body) == normalised(body) => View::clone(known),
        _ => View {
            name,
            body: body.trim().to_owned(),
            origin: Origin::default(),
        },
    }
}

fn trigger(object: &Object, history: &Schema) -> Trigger {
    let table = ObjectName::new(&object.on);
    if let Some(known) = history.trigger(&table, &object.name)
        && normalised(&create_trigger(known)) == normalised(&object.sql)
    {
        return Trigger::clone(known);
    }
    let tokens = tokens(&object.sql);
    let named = tokens.iter().position(|token| token.names(&object.name)).unwrap_or(0);
    Trigger {
        name: object.name.clone(),
        table,
        body: tokens
            .get(named + 1)
            .map_or(String::new(), |token| object.sql[token.range.start..].to_owned()),
        origin: Origin::default(),
    }
}

struct Reader<'a> {
    live: &'a Live,
    known: Option<&'a Table>,
    stored: Option<model::Table>,
    rowid_key: bool,
}

impl<'a> Reader<'a> {
    fn new(live: &'a Live, known: Option<&'a Table>, history: &Schema, rowid_key: bool) -> Self {
        Self {
            live,
            known,
            stored: known.map(|table| lower(table, history)),
            rowid_key,
        }
    }

    fn table(&self) -> Result<Table, BatchError> {
        let name = ObjectName::new(&self.live.name);
        let mut table = Table {
            name: self.known.map_or(name, |known| known.name.clone()),
            columns: Vec::new(),
            primary_key: None,
            foreign_keys: Vec::new(),
            uniques: Vec::new(),
            checks: Vec::new(),
            exclusions: Vec::new(),
            indexes: Vec::new(),
            comment: self.known.and_then(|known| known.comment.clone()),
            options: self.options(),
            origin: Origin::default(),
        };
        let key = self.live.definition.constraints().find_map(|(.., rule)| match rule {
            Rule::PrimaryKey { columns, .. } => Some(columns),
            _ => None,
        });
        for column in self.live.definition.columns() {
            let sole_key = key.is_some_and(|key| key.len() == 1 && key[0].eq_ignore_ascii_case(&column.name));
            table.columns.push(self.column(column, sole_key)?);
        }
        for (_, clause, rule) in self.live.definition.constraints() {
            if let Some(constraint) = self.constraint(clause, rule)? {
                table.add_constraint(constraint);
            }
        }
        for index in &self.live.indexes {
            table.indexes.push(self.index(index)?);
        }
        Ok(table)
    }

    fn options(&self) -> Vec<(String, Value)> {
        let counts_up = self
            .live
            .definition
            .constraints()
            .any(|(.., rule)| matches!(rule, Rule::PrimaryKey { autoincrement: true, .. }));
        let found = [
            ("autoincrement", counts_up),
            ("strict", self.live.definition.is_strict()),
            ("without_rowid", self.live.definition.is_without_rowid()),
        ];
        let is = |key: &str| found.iter().any(|(name, set)| *name == key && *set);
        let ours = |key: &str| found.iter().any(|(name, _)| *name == key);
        // What SQLite does not have, such as an engine, is as the history says; `strict = false` says nothing.
        let known = self.known.iter().flat_map(|known| &known.options);
        let mut options: Vec<(String, Value)> = known
            .filter(|(key, value)| !ours(key) || (*value == Value::Bool(true)) == is(key))
            .cloned()
            .collect();
        for (key, set) in found {
            if set && !options.iter().any(|(name, _)| name == key) {
                options.push((key.to_owned(), Value::Bool(true)));
            }
        }
        options.sort_by(|a, b| a.0.cmp(&b.0));
        options
    }

    fn column(&self, column: &Column, sole_key: bool) -> Result<schema::Column, BatchError> {
        let known = self.known.and_then(|table| table.column(&column.name));
        let stored = self.stored.as_ref().and_then(|table| table.column(&column.name));
        let same_type = stored.is_some_and(|stored| normalised(&stored.ty) == normalised(&column.ty));
        let ty = match known {
            Some(known) if same_type && self.holds_enum(known) => known.ty.clone(),
            _ => types::declared(&column.ty),
        };
        let identity = sole_key && self.rowid_key;
        let folded = |text: Option<&str>| text.map(normalised_expression);
        let default = match (known, stored) {
            (Some(known), Some(stored)) if folded(stored.default.as_deref()) == folded(column.default()) => known.default.clone(),
            _ => column.default().map(|text| self.default(text, &ty)).transpose()?,
        };
        let generated = match (known, stored, column.generated()) {
            (Some(known), Some(stored), Some(live))
                if stored
                    .generated
                    .as_ref()
                    .is_some_and(|stored| stored.stored == live.stored && same(&stored.expression, &live.expression)) =>
            {
                known.generated.clone()
            }
            (.., Some(live)) => Some(Generated {
                expression: self.expression(&live.expression)?,
                stored: live.stored,
            }),
            (.., None) => None,
        };
        let collation = column
            .collation()
            .map(|live| match known.and_then(|known| known.collation.as_deref()) {
                Some(known) if known.eq_ignore_ascii_case(live) => known.to_owned(),
                _ => live.to_owned(),
            });
        Ok(schema::Column {
            name: known.map_or_else(|| column.name.clone(), |known| known.name.clone()),
            ty,
            // The rowid takes no NULL, said or not.
            nullable: column.is_nullable() && !identity,
            default,
            generated,
            identity,
            collation,
            comment: known.and_then(|known| known.comment.clone()),
            origin: Origin::default(),
        })
    }

    /// Whether the check of a column's enum is there, where it is of one.
    fn holds_enum(&self, column: &schema::Column) -> bool {
        if !matches!(column.ty, Type::Enum(_)) {
            return true;
        }
        let mut checks = self.enum_checks().filter(|check| check.is_about(&column.name));
        checks.any(|check| self.live.definition.constraints().any(|(.., rule)| same_rule(rule, &check.rule)))
    }

    /// The checks that stand for enums: those that the history stores, but has no check for.
    fn enum_checks(&self) -> impl Iterator<Item = &model::Constraint> {
        let checks = self.known.map_or(&[][..], |known| known.checks.as_slice());
        let stored = self.stored.iter().flat_map(|table| &table.constraints);
        stored.filter(move |constraint| match &constraint.rule {
            Rule::Check { expression } => !checks.iter().any(|check| same(check.expression.sql(), expression)),
            _ => false,
        })
    }

    fn default(&self, text: &str, ty: &Type) -> Result<Default, BatchError> {
        let tokens = tokens(text);
        let digits = |token: &Token<'_>| token.text.bytes().all(|byte| byte.is_ascii_digit());
        let number = |sign: &str, token: &Token<'_>| {
            let text = format!("{sign}{}", token.text);
            Default::Value(if digits(token) {
                Value::Integer(text)
            } else {
                Value::Decimal(text)
            })
        };
        let word = |word: &str| match (word.to_ascii_uppercase().as_str(), ty) {
            ("NULL", _) => Some(Value::Null),
            ("TRUE", _) => Some(Value::Bool(true)),
            ("FALSE", _) => Some(Value::Bool(false)),
            ("CURRENT_TIMESTAMP", _) | ("CURRENT_TIME", Type::Time) => Some(Value::Now),
            ("CURRENT_DATE", _) => Some(Value::Today),
            _ => None,
        };
        Ok(match tokens.as_slice() {
            [one] if one.kind == Kind::Number && *ty == Type::Bool => Default::Value(Value::Bool(one.text != "0")),
            [one] if one.kind == Kind::Number => number("", one),
            [sign, one] if one.kind == Kind::Number && sign.is_mark("-") => number("-", one),
            [one] if one.kind == Kind::String => Default::Value(match ty {
                Type::Json | Type::Jsonb => Value::Json(one.name().unwrap_or_default()),
                _ => Value::String(one.name().unwrap_or_default()),
            }),
            [one] if word(one.text).is_some() => Default::Value(word(one.text).unwrap_or(Value::Null)),
            _ => Default::Sql(self.expression(text)?),
        })
    }

    fn constraint(&self, clause: &Clause, rule: &Rule) -> Result<Option<Constraint>, BatchError> {
        if self.enum_checks().any(|check| same_rule(&check.rule, rule)) {
            return Ok(None);
        }
        if let Some(known) = self.known_constraint(clause, rule) {
            return Ok(Some(known));
        }
        let name = |kind, columns: &[String], referred: Option<&ObjectName>| match &clause.name {
            Some(name) => Name {
                text: name.clone(),
                derived: false,
            },
            None => self.name(kind, columns, referred),
        };
        let origin = Origin::default();
        Ok(Some(match rule {
            Rule::PrimaryKey { columns, .. } => Constraint::PrimaryKey(PrimaryKey {
                name: name(NameKind::PrimaryKey, columns, None),
                columns: columns.clone(),
                origin,
            }),
            Rule::Unique { columns } => Constraint::Unique(Unique {
                name: name(NameKind::Unique, columns, None),
                columns: columns.clone(),
                nulls_not_distinct: false,
                deferral: Deferral::No,
                origin,
            }),
            Rule::Check { expression } => {
                let expression = self.expression(expression)?;
                Constraint::Check(Check {
                    name: name(NameKind::Check, &expression.columns(), None),
                    expression,
                    not_valid: false,
                    origin,
                })
            }
            Rule::ForeignKey {
                columns,
                table,
                referred,
                actions,
            } => {
                let table = ObjectName::new(table);
                Constraint::ForeignKey(ForeignKey {
                    name: name(NameKind::ForeignKey, columns, Some(&table)),
                    columns: columns.clone(),
                    table,
                    referred: referred.clone(),
                    on_delete: types::action(actions, "DELETE"),
                    on_update: types::action(actions, "UPDATE"),
                    deferral: types::deferral(actions),
                    not_valid: false,
                    origin,
                })
            }
        }))
    }

    /// The history's constraint that demands the same: under the name, else the only one under none of the live names.
    fn known_constraint(&self, clause: &Clause, rule: &Rule) -> Option<Constraint> {
        let (known, stored) = (self.known?, self.stored.as_ref()?);
        let alike = |constraint: &&model::Constraint| same_rule(&constraint.rule, rule);
        let named = |constraint: &&model::Constraint| {
            clause
                .name
                .as_deref()
                .is_some_and(|name| name.eq_ignore_ascii_case(&constraint.name))
        };
        let found = stored.constraints.iter().filter(alike).find(named);
        let found = found.or_else(|| {
            let taken = |constraint: &&model::Constraint| {
                let mut names = self
                    .live
                    .definition
                    .constraints()
                    .filter_map(|(_, clause, _)| clause.name.as_deref());
                names.any(|name| name.eq_ignore_ascii_case(&constraint.name))
            };
            stored.constraints.iter().filter(alike).find(|constraint| !taken(constraint))
        })?;
        known.constraint(&found.name).map(|constraint| constraint.to_owned())
    }

    fn index(&self, live: &model::Index) -> Result<Index, BatchError> {
        let alike = |index: &&Index| {
            let stored = self.stored.iter().flat_map(|table| &table.indexes);
            let mut stored = stored.filter(|stored| stored.name == index.name.text);
            stored.any(|stored| structure(&stored.sql) == structure(&live.sql))
        };
        let known = self.known.iter().flat_map(|table| &table.indexes);
        if let Some(known) = known.filter(alike).find(|index| index.name.text.eq_ignore_ascii_case(&live.name)) {
            return Ok(known.clone());
        }
        let all = tokens(&live.sql);
        let unread = || self.unread(&live.sql);
        let open = all.iter().position(|token| token.is_mark("(")).ok_or_else(unread)?;
        let (keys, close) = keys(&all[open..]).ok_or_else(unread)?;
        let rest = &all[open + close..];
        let filter = match rest {
            [_, r#where, first, ..] if r#where.is("WHERE") => Some(self.expression(&live.sql[first.range.start..])?),
            _ => None,
        };
        let elements = keys.into_iter().map(|key| self.element(key, &live.sql));
        Ok(Index {
            name: Name {
                text: live.name.clone(),
                derived: false,
            },
            elements: elements.collect::<Result<_, _>>()?,
            unique: all[..open]
                .iter()
                .take_while(|token| !token.is("INDEX"))
                .any(|token| token.is("UNIQUE")),
            nulls_not_distinct: false,
            filter,
            method: None,
            include: Vec::new(),
            serves_key: false,
            origin: Origin::default(),
        })
    }

    fn element(&self, key: &[Token<'_>], sql: &str) -> Result<IndexElement, BatchError> {
        let (descending, key) = match key {
            [key @ .., last] if last.is("DESC") => (true, key),
            [key @ .., last] if last.is("ASC") => (false, key),
            key => (false, key),
        };
        let (collation, key) = match key {
            [key @ .., collate, name] if collate.is("COLLATE") => (name.name(), key),
            key => (None, key),
        };
        let key = match key {
            [name] if self.live.definition.column(&name.name().unwrap_or_default()).is_some() => {
                IndexKey::Column(name.name().unwrap_or_default())
            }
            [first, .., last] => IndexKey::Expression(self.expression(&sql[first.range.start..last.range.end])?),
            _ => return Err(self.unread(sql)),
        };
        Ok(IndexElement {
            key,
            descending,
            nulls_first: None,
            collation,
            class: None,
        })
    }

    fn name(&self, kind: NameKind, columns: &[String], referred: Option<&ObjectName>) -> Name {
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        Naming::default().name(kind, &ObjectName::new(&self.live.name), &columns, referred)
    }

    fn expression(&self, text: &str) -> Result<Expression, BatchError> {
        Expression::parse(text, Engine::Sqlite).map_err(|_| self.unread(text))
    }

    fn unread(&self, text: &str) -> BatchError {
        BatchError::Unreadable {
            table: self.live.name.clone(),
            near: text.to_owned(),
        }
    }
}

fn same(a: &str, b: &str) -> bool {
    normalised_expression(a) == normalised_expression(b)
}

/// The keys between the parentheses that a list of tokens begins with, and where they close.
fn keys<'t, 's>(all: &'t [Token<'s>]) -> Option<(Vec<&'t [Token<'s>]>, usize)> {
    let mut keys = Vec::new();
    let (mut depth, mut start) = (0usize, 1);
    for (at, token) in all.iter().enumerate() {
        match token.text {
            "(" => depth += 1,
            ")" => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 || (depth == 1 && token.is_mark(",")) {
            keys.push(all.get(start..at)?);
            start = at + 1;
        }
        if depth == 0 {
            return Some((keys, at));
        }
    }
    None
}

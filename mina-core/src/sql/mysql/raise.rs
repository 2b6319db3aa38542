//! From the catalogue of MariaDB or MySQL to the schema model.

use super::{Mysql, fold, table::PREFIX, types};
use crate::normal::{Normal, NotModelled};
use crate::schema::{
    Action, Check, Column, Default, Deferral, ForeignKey, Function, Generated, Index, IndexElement, IndexKey, Name, ObjectName, Origin,
    PrimaryKey, Schema, Sequence, Table, Trigger, Type, Unique, Value, View,
};
use crate::sql::Dialect;
use crate::sql::lexer::{Kind, lex};
use std::collections::BTreeMap;

/// What a catalogue has of one database.
#[derive(Clone, Debug, std::default::Default)]
#[allow(missing_docs)]
pub struct Catalogue {
    /// The database.
    pub database: String,
    /// Whether it is MySQL's: it shows literals without quotes.
    pub is_mysql: bool,
    pub tables: Vec<TableRow>,
    pub columns: Vec<ColumnRow>,
    /// One row a key of an index, in order.
    pub keys: Vec<KeyRow>,
    /// One row a column of a foreign key, in order.
    pub foreign_keys: Vec<ForeignKeyRow>,
    pub checks: Vec<CheckRow>,
    pub views: Vec<ViewRow>,
    pub triggers: Vec<TriggerRow>,
    pub sequences: Vec<SequenceRow>,
    pub functions: Vec<FunctionRow>,
    pub not_modelled: Vec<NotModelled>,
}

/// A table.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct TableRow {
    pub name: String,
    pub engine: Option<String>,
    pub collation: Option<String>,
    pub options: String,
    pub comment: String,
}

/// A column.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct ColumnRow {
    pub table: String,
    pub name: String,
    pub ty: String,
    pub nullable: bool,
    pub default: Option<String>,
    /// `auto_increment`, `on update current_timestamp()`, `VIRTUAL GENERATED`, `DEFAULT_GENERATED`, `INVISIBLE`
    pub extra: String,
    pub expression: Option<String>,
    pub collation: Option<String>,
    pub comment: String,
}

/// A key of an index.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct KeyRow {
    pub table: String,
    pub index: String,
    pub unique: bool,
    pub method: String,
    pub column: Option<String>,
    pub expression: Option<String>,
    pub prefix: Option<i64>,
    pub descending: bool,
}

/// A column of a foreign key.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct ForeignKeyRow {
    pub table: String,
    pub name: String,
    pub column: String,
    pub referred_database: String,
    pub referred_table: String,
    pub referred_column: String,
    pub on_update: String,
    pub on_delete: String,
}

/// A check.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct CheckRow {
    pub table: String,
    pub name: String,
    /// Whether it stands in the definition of the column of its name.
    pub in_column: bool,
    pub expression: String,
}

/// A view.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct ViewRow {
    pub name: String,
    pub body: String,
}

/// A trigger.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct TriggerRow {
    pub name: String,
    pub table: String,
    pub timing: String,
    pub event: String,
    pub action: String,
}

/// A sequence.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct SequenceRow {
    pub name: String,
    pub start: i64,
    pub min: i64,
    pub max: i64,
    pub increment: i64,
    pub cache: i64,
    pub cycle: bool,
}

/// A function.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct FunctionRow {
    pub name: String,
    pub arguments: String,
    pub body: String,
}

/// The schema that a catalogue says, in [normal form](crate::normal).
pub fn raise(catalogue: Catalogue) -> Normal {
    let mut raised = Raised {
        database: catalogue.database,
        schema: Schema::default(),
        not_modelled: catalogue.not_modelled,
    };
    let mut columns = grouped(catalogue.columns, |row| row.table.clone());
    let mut keys = grouped(catalogue.keys, |row| row.table.clone());
    let mut foreign_keys = grouped(catalogue.foreign_keys, |row| row.table.clone());
    let mut checks = grouped(catalogue.checks, |row| row.table.clone());
    for row in catalogue.tables {
        let name = row.name.clone();
        let parts = Parts {
            columns: columns.remove(&name).unwrap_or_default(),
            keys: keys.remove(&name).unwrap_or_default(),
            foreign_keys: foreign_keys.remove(&name).unwrap_or_default(),
            checks: checks.remove(&name).unwrap_or_default(),
            is_mysql: catalogue.is_mysql,
        };
        let table = raised.table(row, parts);
        raised.schema.put_table(table);
    }
    for row in catalogue.views {
        let body = raised.unqualified(&row.body);
        raised.schema.put_view(View {
            name: ObjectName::new(&row.name),
            body,
            origin: Origin::default(),
        });
    }
    for row in catalogue.triggers {
        raised.schema.put_trigger(Trigger {
            body: format!("{} {} FOR EACH ROW {}", row.timing, row.event, row.action),
            table: ObjectName::new(&row.table),
            name: row.name,
            origin: Origin::default(),
        });
    }
    for row in catalogue.sequences {
        let number = |value: i64| Value::Integer(value.to_string());
        let mut options = vec![
            ("cache".to_owned(), number(row.cache)),
            ("increment".to_owned(), number(row.increment)),
            ("max".to_owned(), number(row.max)),
            ("min".to_owned(), number(row.min)),
            ("start".to_owned(), number(row.start)),
        ];
        options.extend(row.cycle.then(|| ("cycle".to_owned(), Value::Bool(true))));
        raised.schema.put_sequence(Sequence {
            name: ObjectName::new(&row.name),
            options,
            origin: Origin::default(),
        });
    }
    for row in catalogue.functions {
        raised.schema.put_function(Function {
            name: ObjectName::new(&row.name),
            arguments: row.arguments,
            body: row.body,
            origin: Origin::default(),
        });
    }
    Normal {
        schema: Mysql.normal(&raised.schema),
        not_modelled: raised.not_modelled,
    }
}

fn grouped<T>(rows: Vec<T>, by: impl Fn(&T) -> String) -> BTreeMap<String, Vec<T>> {
    let mut groups: BTreeMap<String, Vec<T>> = BTreeMap::new();
    for row in rows {
        groups.entry(by(&row)).or_default().push(row);
    }
    groups
}

struct Raised {
    database: String,
    schema: Schema,
    not_modelled: Vec<NotModelled>,
}

struct Parts {
    columns: Vec<ColumnRow>,
    keys: Vec<KeyRow>,
    foreign_keys: Vec<ForeignKeyRow>,
    checks: Vec<CheckRow>,
    is_mysql: bool,
}

fn given(name: &str) -> Name {
    Name {
        text: name.to_owned(),
        derived: false,
    }
}

impl Raised {
    fn beyond(&mut self, kind: &str, name: &str, clause: impl Into<String>) {
        self.not_modelled.push(NotModelled::new(kind, name, clause));
    }

    /// A text of SQL without the name of the database before names.
    fn unqualified(&self, sql: &str) -> String {
        let lexemes: Vec<_> = lex(sql, crate::engine::Engine::Mysql).collect();
        let mut text = String::with_capacity(sql.len());
        let mut at = 0;
        while let Some(lexeme) = lexemes.get(at) {
            let qualifies = lexeme.kind == Kind::Quoted
                && lexeme.name() == self.database
                && at.checked_sub(1).is_none_or(|before| !lexemes[before].is_mark('.'));
            if qualifies && lexemes.get(at + 1).is_some_and(|next| next.is_mark('.')) {
                at += 2;
                continue;
            }
            text.push_str(lexeme.text);
            at += 1;
        }
        text
    }

    fn table(&mut self, row: TableRow, parts: Parts) -> Table {
        let name = ObjectName::new(&row.name);
        let collation = row.collation.unwrap_or_default();
        let charset = collation.split('_').next().unwrap_or_default().to_owned();
        let mut options = vec![
            ("charset".to_owned(), Value::String(charset)),
            ("collate".to_owned(), Value::String(collation.clone())),
            ("engine".to_owned(), Value::String(row.engine.unwrap_or_default())),
        ];
        for option in row.options.split_whitespace() {
            match option.split_once('=') {
                Some(("row_format", format)) => options.push(("row_format".to_owned(), Value::String(format.to_ascii_lowercase()))),
                _ => self.beyond("table", &row.name, option),
            }
        }
        let (own, checks): (Vec<_>, Vec<_>) = parts.checks.into_iter().partition(|check| check.in_column);
        let names: Vec<String> = parts.columns.iter().map(|column| column.name.clone()).collect();
        // A check in a column's definition keeps the name that the column had first.
        let of_another = |check: &CheckRow, name: &str| names.iter().any(|other| other != name && is_about(check, other));
        let columns: Vec<Column> = parts
            .columns
            .into_iter()
            .map(|column| {
                let named = own
                    .iter()
                    .find(|check| check.name == column.name && !of_another(check, &column.name));
                let check = own.iter().find(|check| is_about(check, &column.name)).or(named);
                self.column(column, check, &collation, parts.is_mysql)
            })
            .collect();
        let mut table = Table {
            name,
            columns,
            primary_key: None,
            foreign_keys: foreign_keys(parts.foreign_keys, &self.database),
            uniques: Vec::new(),
            checks: Vec::new(),
            exclusions: Vec::new(),
            indexes: Vec::new(),
            comment: Some(row.comment).filter(|comment| !comment.is_empty()),
            options,
            origin: Origin::default(),
        };
        for check in checks {
            match fold::read(&check.expression) {
                Some(expression) => table.checks.push(Check {
                    name: given(&check.name),
                    expression: fold::fitted(&expression, &table.columns),
                    not_valid: false,
                    origin: Origin::default(),
                }),
                None => self.beyond(
                    "table",
                    &row.name,
                    format!("CONSTRAINT {} CHECK ({})", check.name, check.expression),
                ),
            }
        }
        for (index, keys) in in_order(parts.keys) {
            self.index(&mut table, &index, &keys);
        }
        table
    }

    fn column(&mut self, row: ColumnRow, check: Option<&CheckRow>, of_table: &str, is_mysql: bool) -> Column {
        let extra = row.extra.to_ascii_lowercase();
        let is_json =
            check.is_some_and(|check| row.ty == "longtext" && check.expression == format!("json_valid({})", super::quote(&row.name)));
        let mut words = if is_json { "json".to_owned() } else { row.ty.clone() };
        if let Some(at) = extra.find("on update") {
            words += &format!(" ON UPDATE {}", extra[at + "on update".len()..].trim());
        }
        if extra.contains("invisible") {
            words += " INVISIBLE";
        }
        if let Some(check) = check.filter(|_| !is_json) {
            words += &format!(" CHECK ({})", check.expression);
        }
        let ty = types::read(&words);
        let generated = row
            .expression
            .as_deref()
            .filter(|text| !text.is_empty())
            .and_then(|text| match fold::read(text) {
                Some(expression) => Some(Generated {
                    expression,
                    stored: extra.contains("stored") || extra.contains("persistent"),
                }),
                None => {
                    self.beyond("table", &row.table, format!("column `{}` GENERATED ALWAYS AS ({text})", row.name));
                    None
                }
            });
        let default = row
            .default
            .filter(|_| generated.is_none())
            .map(|text| match is_mysql && !extra.contains("default_generated") {
                true => Value::Sql(super::string(&text)),
                false => Value::Sql(text),
            });
        Column {
            name: row.name,
            default: default.map(Default::Value),
            collation: row.collation.filter(|collation| collation != of_table && ty != Type::Json),
            nullable: row.nullable,
            generated,
            identity: extra.contains("auto_increment"),
            comment: Some(row.comment).filter(|comment| !comment.is_empty()),
            ty,
            origin: Origin::default(),
        }
    }

    fn index(&mut self, table: &mut Table, name: &str, keys: &[KeyRow]) {
        let Some(elements) = keys.iter().map(|key| element(key, table)).collect::<Option<Vec<_>>>() else {
            let said: Vec<String> = keys
                .iter()
                .map(|key| {
                    let key_of = key.column.clone().or_else(|| key.expression.clone()).unwrap_or_default();
                    key.prefix.map_or(key_of.clone(), |prefix| format!("{key_of}({prefix})"))
                })
                .collect();
            let table = table.name.to_string();
            return self.beyond("table", &table, format!("KEY {name} ({})", said.join(", ")));
        };
        let columns = || -> Option<Vec<String>> {
            let column = |element: &IndexElement| match &element.key {
                IndexKey::Column(name) if !element.descending => Some(name.clone()),
                _ => None,
            };
            elements.iter().map(column).collect()
        };
        let unique = keys.iter().any(|key| key.unique);
        let method = keys.first().map(|key| key.method.to_ascii_lowercase()).unwrap_or_default();
        match columns() {
            Some(columns) if name == "PRIMARY" => {
                table.primary_key = Some(PrimaryKey {
                    name: given(name),
                    columns,
                    origin: Origin::default(),
                });
            }
            Some(columns) if unique => table.uniques.push(Unique {
                name: given(name),
                columns,
                nulls_not_distinct: false,
                deferral: Deferral::No,
                origin: Origin::default(),
            }),
            _ => table.indexes.push(Index {
                name: given(name),
                elements,
                unique,
                nulls_not_distinct: false,
                filter: None,
                method: Some(method),
                include: Vec::new(),
                serves_key: false,
                origin: Origin::default(),
            }),
        }
    }
}

/// The keys of each index, the indexes in the order of their names.
fn in_order(keys: Vec<KeyRow>) -> BTreeMap<String, Vec<KeyRow>> {
    grouped(keys, |key| key.index.clone())
}

/// A key of an index; none where it holds another part of a text than Mina's would.
fn element(row: &KeyRow, table: &Table) -> Option<IndexElement> {
    let key = match (&row.column, &row.expression) {
        (Some(column), _) => {
            let large = table.column(column).is_some_and(|column| types::is_large(&column.ty));
            let whole = match row.prefix {
                None => true,
                // What the server makes of a key that says no length: of characters, of bytes.
                Some(prefix) => large && [i64::from(PREFIX), 768, 3072].contains(&prefix) || row.method.eq_ignore_ascii_case("spatial"),
            };
            whole.then(|| IndexKey::Column(column.clone()))?
        }
        (None, Some(text)) => IndexKey::Expression(fold::read(text)?),
        (None, None) => return None,
    };
    Some(IndexElement {
        key,
        descending: row.descending,
        nulls_first: None,
        collation: None,
        class: None,
    })
}

fn foreign_keys(rows: Vec<ForeignKeyRow>, database: &str) -> Vec<ForeignKey> {
    let mut keys: Vec<ForeignKey> = Vec::new();
    for row in rows {
        if let Some(key) = keys.last_mut().filter(|key| key.name.text == row.name) {
            key.columns.push(row.column);
            key.referred.push(row.referred_column);
            continue;
        }
        let mut table = ObjectName::new(&row.referred_table);
        if row.referred_database != database {
            table.schema = Some(row.referred_database.as_str().into());
        }
        keys.push(ForeignKey {
            name: given(&row.name),
            columns: vec![row.column],
            table,
            referred: vec![row.referred_column],
            on_delete: action(&row.on_delete),
            on_update: action(&row.on_update),
            deferral: Deferral::No,
            not_valid: false,
            origin: Origin::default(),
        });
    }
    keys
}

fn action(words: &str) -> Action {
    match words {
        "CASCADE" => Action::Cascade,
        "SET NULL" => Action::SetNull,
        "RESTRICT" => Action::Restrict,
        _ => Action::NoAction,
    }
}

/// Whether a check is about this column alone.
fn is_about(check: &CheckRow, column: &str) -> bool {
    fold::read(&check.expression).is_some_and(|expression| expression.columns() == [column])
}

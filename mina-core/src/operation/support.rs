//! What an engine in force lacks: types (M501) and operations (M502).

use super::conversion::is_text;
use super::lookup::path;
use super::replay::{Replay, Resolution};
use crate::diagnostic::{Code, Lint};
use crate::engine::{Engine, Product, Target};
use crate::schema::{Action, Column, ConstraintRef, Deferral, ForeignKey, Index, IndexKey, ObjectName, Table, Type, Value};
use crate::syntax::Span;
use crate::syntax::ast::{Ident, IndexDef, IndexKeyDef, KeyOptions, TypeRef};

/// Whether an engine has a type, at the version declared.
fn has_type(target: Target, ty: &Type) -> bool {
    match (target.product, ty) {
        (_, Type::Custom(_) | Type::Unknown) => true,
        (Product::Postgres, Type::Array(inner)) => has_type(target, inner),
        (Product::Postgres, ty) => !matches!(ty, Type::TinyInt | Type::Unsigned(_)),
        (_, Type::Interval | Type::Inet | Type::Cidr | Type::MacAddr | Type::Array(_)) => false,
        (Product::Sqlite, ty) => !matches!(ty, Type::TinyInt | Type::Unsigned(_)),
        (_, Type::Timestamptz | Type::Jsonb | Type::Varchar(None)) => false,
        (Product::Mariadb, Type::Uuid) => target.version >= (10, 7),
        (Product::Mysql, Type::Uuid) => false,
        _ => true,
    }
}

/// `<Pg, Sqlite>`: the engines in force that have something, as the head of a block would say it.
fn engines_with(targets: &[Target], has: impl Fn(Target) -> bool) -> Option<String> {
    let mut engines: Vec<Engine> = Vec::new();
    for target in targets.iter().filter(|target| has(**target)) {
        if !engines.contains(&target.engine()) {
            engines.push(target.engine());
        }
    }
    let names: Vec<&str> = engines.into_iter().map(Engine::name).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

impl Replay<'_> {
    /// Refuses a type that the engine lacks.
    pub(super) fn check_type(&mut self, ty: &TypeRef) -> Resolution {
        let target = self.cx.target;
        if ty.ty == Type::Numeric(None) && self.engine() == Engine::Mysql {
            let message = format!("a bare `Numeric` keeps no digits after the point on {target}");
            self.lint(
                Lint::BareNumeric,
                ty.span,
                message,
                ["write `Numeric<p, s>`, such as `Numeric<12, 2>`".to_owned()],
            );
        }
        if let Type::Enum(name) = &ty.ty
            && self.schema.enumeration(name).is_none()
        {
            let names: Vec<_> = self.schema.enums().keys().map(|name| name.name.clone()).collect();
            let names = names.iter().map(|name| &**name);
            let help = format!("create it first: `create_enum {name} (\"…\");`");
            return self.no_object("enum", &name.to_string(), ty.span, names, help);
        }
        if has_type(target, &ty.ty) {
            return Ok(());
        }
        if ty.ty == Type::Varchar(None) {
            return self.error(
                Code::M501,
                ty.span,
                format!("`Varchar` needs a length on {target}"),
                ["write `Varchar<255>`, or `Text`".to_owned()],
            );
        }
        let message = format!("{target} has no type `{}`", ty.ty);
        let help = match engines_with(self.cx.targets, |target| has_type(target, &ty.ty)) {
            Some(engines) => vec![
                format!("head the block with `<{engines}>`, the engines that have it"),
                format!(
                    "or put `#[on({engines})]` before the statement, and `#[on({})]` before one with another type",
                    self.engine()
                ),
            ],
            None => vec![format!("use a type that {target} has, such as `Text`, or `Custom<\"…\">`")],
        };
        self.error(Code::M501, ty.span, message, help)
    }

    /// Refuses an operation or option that the engine lacks; `has` tells which of the engines in force have it.
    pub(super) fn require(&mut self, has: fn(Target) -> bool, what: &str, span: Span) -> Resolution {
        if has(self.cx.target) {
            return Ok(());
        }
        let message = format!("{} has no {what}", self.cx.target);
        let help = match engines_with(self.cx.targets, has) {
            Some(engines) => format!("put `#[on({engines})]` before the statement, or head the block with `<{engines}>`"),
            None => "no engine in force has it: take it out".into(),
        };
        self.error(Code::M502, span, message, [help])
    }

    pub(super) fn check_key_options(&mut self, options: &KeyOptions, span: Span) -> Resolution {
        if options.deferral != Deferral::No {
            self.require(|on| on.engine() != Engine::Mysql, "deferrable foreign keys", span)?;
        }
        if options.not_valid {
            self.require(postgres, "`validate = false`", span)?;
        }
        if options.on_delete == Action::SetDefault || options.on_update == Action::SetDefault {
            self.require(|on| on.engine() != Engine::Mysql, "`set_default`", span)?;
        }
        Ok(())
    }

    pub(super) fn check_index_options(&mut self, index: &IndexDef) -> Resolution {
        let span = |part: Option<Span>| part.unwrap_or(index.span);
        if let Some(filter) = &index.filter {
            self.require(|on| on.engine() != Engine::Mysql, "partial indexes", filter.span)?;
        }
        if let Some(method) = &index.method {
            let on_mysql = ["btree", "hash", "fulltext", "spatial", "rtree"].contains(&method.text.to_lowercase().as_str());
            match on_mysql {
                true => self.require(|on| on.engine() != Engine::Sqlite, "index methods", method.span)?,
                false => self.require(postgres, &format!("index method `{}`", method.text), method.span)?,
            }
        }
        if let Some(column) = index.include.first() {
            self.require(postgres, "indexes with `include`", column.span)?;
        }
        if index.nulls_not_distinct {
            self.require(nulls_not_distinct, "`nulls_not_distinct`", index.span)?;
        }
        for element in &index.elements {
            let own = match &element.key {
                IndexKeyDef::Column(column) => column.span,
                IndexKeyDef::Expression(expression) => {
                    self.require(expression_indexes, "indexes on an expression", expression.span)?;
                    expression.span
                }
            };
            if element.nulls_first.is_some() {
                self.require(postgres, "indexes with `nulls_first` or `nulls_last`", own)?;
            }
            if let Some(class) = &element.class {
                self.require(postgres, "operator classes", class.span)?;
            }
            if let Some(collation) = &element.collate {
                self.require(
                    |on| on.engine() != Engine::Mysql,
                    "collations in an index",
                    span(Some(collation.span)),
                )?;
            }
        }
        Ok(())
    }
}

impl Replay<'_> {
    /// Refuses a long text in what has to hold it as a whole; `has` tells which versions of MariaDB and MySQL can.
    pub(super) fn check_long_key(&mut self, table: &Table, columns: &[Ident], what: &str, has: fn(Target) -> bool) -> Resolution {
        if self.engine() != Engine::Mysql || has(self.cx.target) {
            return Ok(());
        }
        let long = |name: &&Ident| {
            let column = table.column(&name.text);
            column.is_some_and(|column| is_long(&column.ty))
        };
        let Some((name, column)) = columns.iter().find(long).and_then(|name| Some((name, table.column(&name.text)?))) else {
            return Ok(());
        };
        let message = format!(
            "`{}.{}` is `{}`, which {} takes into no {what}",
            table.name, name.text, column.ty, self.cx.target
        );
        let help = [format!("it is from {}", column.origin), "make it `Varchar<255>`".to_owned()];
        self.error(Code::M502, name.span, message, help)
    }

    /// Refuses a check or a generated column about what MariaDB and MySQL write to by themselves: a number that is counted up, the
    /// column of a foreign key whose action changes it.
    fn check_written(&mut self, table: &Table, span: Span) -> Resolution {
        if self.engine() != Engine::Mysql {
            return Ok(());
        }
        let counted = table.columns.iter().filter(|column| column.identity);
        let counted = counted.map(|column| (column.name.as_str(), "which is counted up".to_owned(), true));
        let acted = table.foreign_keys.iter().filter(|key| writes(key)).flat_map(|key| {
            let why = format!("which the foreign key `{}` changes by its action", key.name);
            key.columns.iter().map(move |name| (name.as_str(), why.clone(), false))
        });
        let found = counted.chain(acted).find_map(|(name, why, is_counted)| {
            let check = table.checks.iter().find(|check| check.expression.uses(name));
            let generated = table.columns.iter().find(|column| {
                let by = column.generated.as_ref().filter(|by| is_counted || by.stored);
                by.is_some_and(|by| by.expression.uses(name))
            });
            let what = check.map(|check| format!("the check `{}`", check.name));
            let what = what.or(generated.map(|column| format!("the generated column `{}.{}`", table.name, column.name)));
            Some((what?, format!("`{}.{name}`", table.name), why))
        });
        let Some((what, column, why)) = found else { return Ok(()) };
        let message = format!("{what} is about {column}, {why}; {} has no such expressions", self.cx.target);
        self.error(Code::M502, span, message, [format!("leave {column} out of it")])
    }

    /// Refuses a collation of what is no text.
    fn check_collations(&mut self, table: &Table, span: Span) -> Resolution {
        let takes = |ty: &Type| match (self.engine(), ty) {
            (Engine::Sqlite, _) | (_, Type::Custom(_) | Type::Unknown) | (Engine::Mysql, Type::Enum(_)) => true,
            (Engine::Pg, Type::Array(inner)) => is_text(inner),
            (_, ty) => is_text(ty),
        };
        let odd = table.columns.iter().find(|column| column.collation.is_some() && !takes(&column.ty));
        let Some(column) = odd else { return Ok(()) };
        let path = format!("{}.{}", table.name, column.name);
        let message = format!("`{path}` is `{}`, which has no collation on {}", column.ty, self.cx.target);
        let help = format!("take the collation out; where it is from before: `alter_column {path} {{ collate = none }}`");
        self.error(Code::M502, span, message, [help])
    }

    /// Refuses what PostgreSQL cannot put in order in keys and indexes.
    fn check_order(&mut self, table: &Table, span: Span) -> Resolution {
        if self.engine() != Engine::Pg {
            return Ok(());
        }
        let compares = |method: &str| ["btree", "hash"].iter().any(|known| method.eq_ignore_ascii_case(known));
        let ordered = |index: &&Index| index.method.as_deref().is_none_or(compares);
        let keys = table.primary_key.iter().map(|key| (&key.name, key.columns.clone()));
        let uniques = table.uniques.iter().map(|unique| (&unique.name, unique.columns.clone()));
        let indexes = table.indexes.iter().filter(ordered).map(|index| {
            let plain = index.elements.iter().filter(|element| element.class.is_none());
            let columns = plain.filter_map(|element| match &element.key {
                IndexKey::Column(name) => Some(name.clone()),
                IndexKey::Expression(_) => None,
            });
            (&index.name, columns.collect())
        });
        let exclusions = table.exclusions.iter().filter(|exclusion| compares(&exclusion.method));
        let exclusions = exclusions.map(|exclusion| {
            let columns = exclusion.elements.iter().filter_map(|(key, _)| match key {
                IndexKey::Column(name) => Some(name.clone()),
                IndexKey::Expression(_) => None,
            });
            (&exclusion.name, columns.collect())
        });
        let mut all = keys.chain(uniques).chain(indexes).chain(exclusions);
        let found = all.find_map(|(name, columns)| {
            let columns = columns.iter().filter_map(|column| table.column(column));
            let odd = columns.into_iter().find(|column| !has_order(&column.ty))?;
            Some((name.clone(), odd.clone()))
        });
        let Some((name, column)) = found else { return Ok(()) };
        let path = format!("{}.{}", table.name, column.name);
        let message = format!(
            "`{path}` is `{}`, which {} puts into no order, as `{name}` needs it",
            column.ty, self.cx.target
        );
        self.error(Code::M502, span, message, ["make it `Jsonb`, or leave it out".to_owned()])
    }

    /// Refuses long texts in a primary key or at either end of a foreign key, on MariaDB and MySQL.
    fn check_long_keys(&mut self, table: &Table, span: Span) -> Resolution {
        if self.engine() != Engine::Mysql {
            return Ok(());
        }
        let own = table.foreign_keys.iter().map(|key| (&key.name, &key.columns));
        let referring = self.schema.referring(&table.name).map(|(_, key)| (&key.name, &key.referred));
        let primary = table.primary_key.iter().map(|key| (&key.name, &key.columns));
        let found = primary.chain(own).chain(referring).find_map(|(name, columns)| {
            let columns = columns.iter().filter_map(|column| table.column(column));
            let long = columns.into_iter().find(|column| is_long(&column.ty))?;
            Some((name.clone(), long.clone()))
        });
        let Some((name, column)) = found else { return Ok(()) };
        let message = format!(
            "`{}.{}` is `{}`, which {} takes into no key, and is in `{name}`",
            table.name, column.name, column.ty, self.cx.target
        );
        self.error(
            Code::M502,
            span,
            message,
            ["make it `Varchar<255>`, or drop the key first".to_owned()],
        )
    }

    /// Refuses a foreign key between columns that MariaDB and MySQL tie by none: compared by different rules, or NOT NULL where
    /// NULL would be carried over.
    fn check_tied(&mut self, table: &Table, span: Span) -> Resolution {
        if self.engine() != Engine::Mysql {
            return Ok(());
        }
        let own = table.foreign_keys.iter().map(|key| (table, key));
        let referring = self.schema.referring(&table.name).filter(|(owner, _)| owner.name != table.name);
        let referring = referring.map(|(owner, key)| (&**owner, key));
        let found = own.chain(referring).find_map(|(owner, key)| self.untied(owner, key));
        let Some((message, help)) = found else { return Ok(()) };
        self.error(Code::M502, span, message, [help])
    }

    fn untied(&self, owner: &Table, key: &ForeignKey) -> Option<(String, String)> {
        let target = self.schema.table(&key.table)?;
        let carries_null = self.cx.target.product == Product::Mariadb && key.on_update == Action::Cascade;
        key.columns.iter().zip(&key.referred).find_map(|(column, referred)| {
            let (column, referred) = (owner.column(column)?, target.column(referred)?);
            let (ours, theirs) = (path(&owner.name, &column.name), path(&target.name, &referred.name));
            if let (Some(one), Some(other)) = (collation(owner, column), collation(target, referred))
                && one != other
            {
                let message = format!(
                    "`{ours}` has {one} and `{theirs}` has {other}; {} ties no foreign key between such, as `{}` is",
                    self.cx.target, key.name
                );
                return Some((message, "give both columns the same `#[collate = \"…\"]`, or none".to_owned()));
            }
            let key_columns = target.primary_key.as_ref().map_or(&[][..], |key| &key.columns);
            let null = referred.nullable && !key_columns.contains(&referred.name) && !column.nullable;
            (carries_null && null).then(|| {
                let message = format!(
                    "`{}` would carry NULL from `{theirs}` over to `{ours}`, which is NOT NULL; {} takes no such `on_update = cascade`",
                    key.name, self.cx.target
                );
                (message, format!("make `{theirs}` NOT NULL, or `{ours}` nullable"))
            })
        })
    }

    /// Refuses keys and indexes about a column that PostgreSQL does not store.
    fn check_stored(&mut self, table: &Table, span: Span) -> Resolution {
        if self.engine() != Engine::Pg {
            return Ok(());
        }
        let generated = |column: &&Column| column.generated.as_ref().is_some_and(|generated| !generated.stored);
        let found = table.columns.iter().filter(generated).find_map(|column| {
            let mut constraints = table.constraints_using(&column.name);
            let key = constraints.find(|constraint| !matches!(constraint, ConstraintRef::Check(_)));
            let key = key.map(|constraint| constraint.name().clone());
            let name = key.or_else(|| table.indexes_using(&column.name).next().map(|index| index.name.clone()))?;
            Some((name, column))
        });
        let Some((name, column)) = found else { return Ok(()) };
        let message = format!(
            "`{}` is generated and not stored, which {} takes into no key or index, and is in `{name}`",
            super::lookup::path(&table.name, &column.name),
            self.cx.target
        );
        let help = [
            format!("it is from {}", column.origin),
            "write `stored = true` in its `#[generated(…)]`".to_owned(),
        ];
        self.error(Code::M502, span, message, help)
    }

    /// Refuses what is unique by a hash, as long texts are on MariaDB, and has the column in it that the database counts up.
    fn check_counted_hash(&mut self, table: &Table, span: Span) -> Resolution {
        if self.engine() != Engine::Mysql {
            return Ok(());
        }
        let Some(counted) = table.identity_column() else { return Ok(()) };
        let uniques = table
            .uniques
            .iter()
            .map(|unique| (&unique.name, unique.columns.iter().map(String::as_str).collect::<Vec<_>>()));
        let indexes = table.indexes.iter().filter(|index| index.unique);
        let indexes = indexes.filter_map(|index| Some((&index.name, index.plain_columns()?)));
        let found = uniques.chain(indexes).find(|(_, columns)| {
            let mut columns = columns.iter().filter_map(|column| table.column(column));
            columns.clone().any(|column| is_long(&column.ty)) && columns.any(|column| column.name == counted.name)
        });
        let Some((name, _)) = found else { return Ok(()) };
        let message = format!(
            "`{name}` is unique by a hash on {}, which takes no column that is counted up, such as `{}.{}`",
            self.cx.target, table.name, counted.name
        );
        let help = format!("leave `{}` out of it: it is unique by itself", counted.name);
        self.error(Code::M502, span, message, [help])
    }

    /// Refuses a table that the engine does not take: too wide for Diesel's `table!` or for a row of MariaDB, or with an
    /// expression, a collation or an index that is not for its columns.
    pub(super) fn check_limits(&mut self, name: &ObjectName, span: Span) -> Resolution {
        let Some(table) = self.schema.table(name).cloned() else {
            return Ok(());
        };
        self.check_written(&table, span)?;
        self.check_collations(&table, span)?;
        self.check_order(&table, span)?;
        self.check_long_keys(&table, span)?;
        self.check_tied(&table, span)?;
        self.check_counted_hash(&table, span)?;
        self.check_stored(&table, span)?;
        if table.columns.len() > MOST_COLUMNS {
            let message = format!(
                "`{name}` has {} columns; Diesel's `table!` takes {MOST_COLUMNS}",
                table.columns.len()
            );
            return self.error(Code::M502, span, message, ["split it into two tables with one key".to_owned()]);
        }
        let bytes: u64 = table.columns.iter().map(|column| row_bytes(&column.ty)).sum();
        if self.engine() == Engine::Mysql && bytes > ROW_BYTES {
            let message = format!("a row of `{name}` can take {bytes} bytes; {} takes {ROW_BYTES}", self.cx.target);
            return self.error(
                Code::M502,
                span,
                message,
                ["shorten its `Varchar`s, or make them `Text`".to_owned()],
            );
        }
        Ok(())
    }
}

/// The widest `table!` of Diesel, under its feature `128-column-tables`.
const MOST_COLUMNS: usize = 128;

/// What the columns of a row of MariaDB and MySQL can take together, text and blobs outside the row aside.
const ROW_BYTES: u64 = 65_535;

/// What a column takes of that, with four bytes a character.
fn row_bytes(ty: &Type) -> u64 {
    match ty {
        Type::Bool | Type::TinyInt => 1,
        Type::SmallInt | Type::Enum(_) => 2,
        Type::Integer | Type::Float => 4,
        Type::BigInt | Type::Double | Type::Timestamp => 8,
        Type::Date => 3,
        Type::Time => 6,
        Type::Numeric(digits) => u64::from(digits.map_or(10, |(precision, _)| precision)) / 9 * 4 + 4,
        Type::Varchar(Some(most)) => u64::from(*most) * 4 + if *most > 63 { 2 } else { 1 },
        Type::Char(length) => u64::from(*length) * 4,
        Type::Uuid => 16,
        Type::Unsigned(inner) => row_bytes(inner),
        _ => 12,
    }
}

/// Whether its values lie outside the row on MariaDB and MySQL.
pub(super) fn is_long(ty: &Type) -> bool {
    matches!(ty, Type::Text | Type::Binary | Type::Json)
}

/// The rule that a text is compared by, in words; none where it is no text, or the server's to choose.
fn collation(table: &Table, column: &Column) -> Option<String> {
    let option = |name: &str| table.options.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let of_table = match option("collate") {
        Some(Value::String(text) | Value::Word(text)) => Some(text),
        _ => None,
    };
    let said = column.collation.as_ref().or(of_table);
    if !is_text(&column.ty) || said.is_none() && option("charset").is_some() {
        return None;
    }
    Some(said.map_or_else(
        || "the database's collation".to_owned(),
        |said| format!("the collation `{}`", said.to_ascii_lowercase()),
    ))
}

/// Whether its action writes to the rows that refer.
fn writes(key: &ForeignKey) -> bool {
    let changes = |action: Action| matches!(action, Action::Cascade | Action::SetNull | Action::SetDefault);
    changes(key.on_update) || changes(key.on_delete) && key.on_delete != Action::Cascade
}

fn has_order(ty: &Type) -> bool {
    match ty {
        Type::Json => false,
        Type::Array(inner) => has_order(inner),
        _ => true,
    }
}

pub(super) fn postgres(target: Target) -> bool {
    target.engine() == Engine::Pg
}

pub(super) fn nulls_not_distinct(target: Target) -> bool {
    postgres(target) && target.version >= (15, 0)
}

pub(super) fn functions(target: Target) -> bool {
    target.engine() != Engine::Sqlite
}

pub(super) fn sequences(target: Target) -> bool {
    matches!(target.product, Product::Postgres | Product::Mariadb)
}

pub(super) fn virtual_columns(target: Target) -> bool {
    !postgres(target) || target.version >= (18, 0)
}

/// Whether the expression of a generated column can become another one.
pub(super) fn new_expressions(target: Target) -> bool {
    !postgres(target) || target.version >= (17, 0)
}

/// Whether a unique constraint holds long texts: MariaDB keeps a hash of them.
pub(super) fn long_uniques(target: Target) -> bool {
    target.product != Product::Mysql
}

fn expression_indexes(target: Target) -> bool {
    target.product != Product::Mariadb
}

//! Columns: their types, defaults and the constraints that stand with them.

use super::lexed::Lexed;
use super::names::{Kind, Names, columns_of};
use super::reader::{Reader, Reading, beyond};
use super::words::{ident, sql_string, table_ref};
use mina_core::engine::{Engine, Product};
use mina_core::schema::{Action, Deferral, ObjectName, Type, Value};
use mina_core::syntax::Span;
use mina_core::syntax::ast::{
    CheckAttribute, ColumnDef, ConstraintDef, ConstraintKind, DefaultDef, GeneratedAttribute, KeyAttribute, KeyOptions, NamedAttribute,
    ReferenceAttribute, TypeRef,
};
use sqlparser::ast::{self, ColumnOption, ConstraintCharacteristics, DataType, DeferrableInitial, GeneratedAs, ReferentialAction};

/// A column, and what of it stands beside the others of its table.
pub struct Read {
    pub def: ColumnDef,
    /// The database counts it up.
    pub counted: bool,
    /// It says PRIMARY KEY, with a name where it has one.
    pub key: Option<Option<String>>,
    /// It is counted up with AUTOINCREMENT.
    pub autoincrement: bool,
    /// It says NOT NULL.
    pub not_null: bool,
    /// What there is no attribute for.
    pub more: Vec<ConstraintDef>,
}

impl Reader<'_> {
    /// The type, and whether it is one that the database counts up.
    pub fn ty(&self, data_type: &DataType) -> (Type, bool) {
        let words = data_type.to_string();
        let words = if matches!(data_type, DataType::Unspecified) {
            String::new()
        } else {
            words
        };
        if self.engine() == Engine::Pg {
            let serial = match words.to_lowercase().as_str() {
                "serial" | "serial4" => Some(Type::Integer),
                "bigserial" | "serial8" => Some(Type::BigInt),
                "smallserial" | "serial2" => Some(Type::SmallInt),
                _ => None,
            };
            if let Some(ty) = serial {
                return (ty, true);
            }
        }
        (self.named(self.dialect().read_type(&words)), false)
    }

    /// The enum that a type's words name.
    fn named(&self, ty: Type) -> Type {
        match ty {
            Type::Array(inner) => Type::Array(Box::new(self.named(*inner))),
            Type::Custom(words) if self.engine() == Engine::Pg => {
                let bare = words.replace('"', "");
                let found = self.schema.enums().keys().find(|name| name.to_string() == bare);
                found.map_or(Type::Custom(words), |name| Type::Enum(name.clone()))
            }
            ty => ty,
        }
    }

    /// A default; none where it is NULL.
    pub fn default(&self, expr: &ast::Expr, ty: &Type) -> Option<Value> {
        let inner = match (expr, ty) {
            (ast::Expr::Cast { expr, .. }, Type::Enum(_)) if matches!(**expr, ast::Expr::Value(_)) => expr,
            _ => expr,
        };
        let mut words = inner.to_string();
        if self.engine() == Engine::Mysql && words.eq_ignore_ascii_case("current_timestamp") {
            words += "()";
        }
        let read = match self.dialect().read_default(&words, ty) {
            Ok(None) => return None,
            Ok(Some(mina_core::schema::Default::Value(value))) => value,
            Ok(Some(mina_core::schema::Default::Sql(expression))) => Value::Sql(expression.sql().to_owned()),
            Err(_) => Value::Sql(words),
        };
        Some(match (read, ty) {
            (Value::String(text), Type::Bool) => match text.to_lowercase().as_str() {
                "t" | "true" | "yes" | "y" | "on" | "1" => Value::Bool(true),
                "f" | "false" | "no" | "n" | "off" | "0" => Value::Bool(false),
                _ => Value::String(text),
            },
            (Value::Integer(digits), Type::Bool) if digits == "0" || digits == "1" => Value::Bool(digits == "1"),
            (value, _) => value,
        })
    }

    /// A column of a table, its names made among others; whether it is a key is known when the whole table is.
    pub fn column(&mut self, table: &ObjectName, column: &ast::ColumnDef, names: &mut Names<'_>) -> Reading<Read> {
        let name = self.name(&column.name);
        let (ty, serial) = self.ty(&column.data_type);
        if ty == Type::Custom(String::new()) {
            return beyond(format!("the column `{name}` without a type"));
        }
        let mut read = Read {
            def: ColumnDef {
                name: ident(&name),
                ty: TypeRef {
                    ty,
                    nullable: true,
                    span: Span::default(),
                },
                default: None,
                doc: None,
                primary_key: None,
                unique: None,
                references: None,
                check: None,
                index: None,
                collate: None,
                generated: None,
                span: Span::default(),
            },
            counted: serial,
            key: None,
            autoincrement: false,
            not_null: serial,
            more: Vec::new(),
        };
        // Checks are named before what has an index, and keys to other tables last.
        let rank = |option: &ColumnOption| match option {
            ColumnOption::Check(_) => 0,
            ColumnOption::ForeignKey(_) => 2,
            _ => 1,
        };
        let mut options: Vec<&ast::ColumnOptionDef> = column.options.iter().collect();
        options.sort_by_key(|def| rank(&def.option));
        for def in options {
            let given = def.name.as_ref().map(|name| self.name(name));
            self.option(table, &name, given, &def.option, &mut read, names)?;
        }
        read.def.ty.nullable = !read.not_null;
        Ok(read)
    }

    fn option(
        &mut self,
        table: &ObjectName,
        column: &str,
        given: Option<String>,
        option: &ColumnOption,
        read: &mut Read,
        names: &mut Names<'_>,
    ) -> Reading<()> {
        let own = [column.to_owned()];
        match option {
            ColumnOption::Null => {}
            ColumnOption::NotNull => read.not_null = true,
            ColumnOption::Default(expr) => {
                read.def.default = self.default(expr, &read.def.ty.ty).map(|value| DefaultDef {
                    value,
                    span: Span::default(),
                });
            }
            ColumnOption::PrimaryKey(key) => read.key = Some(given.or(key.name.as_ref().map(|name| self.name(name)))),
            ColumnOption::Unique(unique) => {
                let given = given.or(unique.name.as_ref().map(|name| self.name(name)));
                let name = names.pick(Kind::Unique, given, &own, None);
                let deferral = self.deferral(unique.characteristics.as_ref());
                let nulls_not_distinct = matches!(unique.nulls_distinct, ast::NullsDistinctOption::NotDistinct);
                if deferral == Deferral::No && !nulls_not_distinct && read.def.unique.is_none() {
                    read.def.unique = Some(NamedAttribute {
                        name: name.map(ident),
                        span: Span::default(),
                    });
                } else {
                    read.more.push(constraint(
                        name,
                        ConstraintKind::Unique {
                            columns: vec![ident(column)],
                            nulls_not_distinct,
                            deferral,
                        },
                    ));
                }
            }
            ColumnOption::ForeignKey(key) => {
                let key = ast::ForeignKeyConstraint {
                    columns: vec![ast::Ident::new(column)],
                    ..key.clone()
                };
                let given = given.or(key.name.as_ref().map(|name| self.name(name)));
                let made = self.foreign_key(table, &key, vec![column.to_owned()], given, names)?;
                match (reference(&made), &read.def.references) {
                    (Some(reference), None) => read.def.references = Some(reference),
                    _ => read.more.push(made),
                }
            }
            // MariaDB keeps it with the type, not among the constraints of the table.
            ColumnOption::Check(check) if self.target.product == Product::Mariadb => {
                let ty = self.dialect().type_name(&read.def.ty.ty);
                let condition = self.with_quoted(&check.expr.to_string(), column);
                read.def.ty.ty = self.dialect().read_type(&format!("{ty} CHECK ({condition})"));
            }
            ColumnOption::Check(check) => {
                let given = given.or(check.name.as_ref().map(|name| self.name(name)));
                let made = self.check(check, given, names);
                match (made.kind, &read.def.check) {
                    (
                        ConstraintKind::Check {
                            expression,
                            not_valid: false,
                        },
                        None,
                    ) => {
                        read.def.check = Some(CheckAttribute {
                            name: made.name,
                            expression,
                            span: Span::default(),
                        });
                    }
                    (kind, _) => read.more.push(ConstraintDef { kind, ..made }),
                }
            }
            ColumnOption::DialectSpecific(tokens) => {
                let words: Vec<String> = tokens.iter().map(ToString::to_string).collect();
                match words.join(" ").to_uppercase().as_str() {
                    "AUTO_INCREMENT" => read.counted = true,
                    "AUTOINCREMENT" => read.autoincrement = true,
                    words => self.lose(words),
                }
            }
            ColumnOption::Collation(name) => read.def.collate = Some(ident(collation(self, name)?)),
            ColumnOption::Comment(text) => read.def.doc = (!text.is_empty()).then(|| text.clone()),
            ColumnOption::Generated {
                generation_expr: Some(expr),
                generation_expr_mode,
                ..
            } => {
                let stored = match generation_expr_mode {
                    Some(ast::GeneratedExpressionMode::Stored) => true,
                    Some(ast::GeneratedExpressionMode::Virtual) => false,
                    None => self.engine() == Engine::Pg && self.target.version.0 < 18,
                };
                read.def.generated = Some(GeneratedAttribute {
                    expression: sql_string(expr.to_string()),
                    stored,
                });
            }
            ColumnOption::Generated {
                generated_as,
                sequence_options,
                generation_expr: None,
                ..
            } => {
                read.counted = true;
                read.not_null = true;
                if *generated_as == GeneratedAs::Always {
                    self.lose("GENERATED ALWAYS AS IDENTITY");
                }
                if sequence_options.as_ref().is_some_and(|options| !options.is_empty()) {
                    self.lost.push("the options of the identity's sequence".to_owned());
                }
            }
            other => self.lose(other),
        }
        Ok(())
    }

    /// An expression with the name of a column in backticks, as the server prints it.
    fn with_quoted(&self, expression: &str, column: &str) -> String {
        let mut text = expression.to_owned();
        let Some(lexed) = Lexed::new(expression, self.engine()) else {
            return text;
        };
        for at in (0..lexed.len()).rev().filter(|at| lexed.is(*at, column)) {
            text.replace_range(lexed.start(at)..lexed.end(at), &format!("`{column}`"));
        }
        text
    }

    pub fn deferral(&mut self, characteristics: Option<&ConstraintCharacteristics>) -> Deferral {
        let Some(said) = characteristics else { return Deferral::No };
        if said.enforced == Some(false) {
            self.lose("NOT ENFORCED");
        }
        match (said.deferrable, said.initially) {
            (Some(false), _) => Deferral::No,
            (_, Some(DeferrableInitial::Deferred)) => Deferral::InitiallyDeferred,
            (Some(true), _) => Deferral::Deferrable,
            (None, _) => Deferral::No,
        }
    }

    pub fn check(&mut self, check: &ast::CheckConstraint, given: Option<String>, names: &mut Names<'_>) -> ConstraintDef {
        let text = check.expr.to_string();
        if check.enforced == Some(false) {
            self.lose("NOT ENFORCED");
        }
        if check.no_inherit {
            self.lose("NO INHERIT");
        }
        let name = names.pick(Kind::Check, given, &columns_of(&text, self.engine()), None);
        constraint(
            name,
            ConstraintKind::Check {
                expression: sql_string(text),
                not_valid: false,
            },
        )
    }

    pub fn foreign_key(
        &mut self,
        table: &ObjectName,
        key: &ast::ForeignKeyConstraint,
        columns: Vec<String>,
        given: Option<String>,
        names: &mut Names<'_>,
    ) -> Reading<ConstraintDef> {
        let referred_table = self.table_name(&key.foreign_table)?;
        let is_own = referred_table.name.eq_ignore_ascii_case(&table.name) && referred_table.schema == table.schema;
        let referred_table = if is_own { table.clone() } else { referred_table };
        let there = self.schema.table(&referred_table);
        let referred = match (key.referred_columns.is_empty(), there) {
            (false, Some(there)) => key.referred_columns.iter().map(|column| self.column_name(there, column)).collect(),
            (false, None) => self.names(&key.referred_columns),
            (true, Some(there)) => there.primary_key.as_ref().map(|key| key.columns.clone()).unwrap_or_default(),
            (true, None) => Vec::new(),
        };
        if key.match_kind == Some(ast::ConstraintReferenceMatchKind::Full) && columns.len() > 1 {
            self.lose("MATCH FULL");
        }
        let name = names.pick(Kind::ForeignKey, given, &columns, Some(&referred_table));
        let options = KeyOptions {
            on_delete: action(key.on_delete.as_ref()),
            on_update: action(key.on_update.as_ref()),
            deferral: self.deferral(key.characteristics.as_ref()),
            not_valid: false,
        };
        Ok(constraint(
            name,
            ConstraintKind::ForeignKey {
                columns: columns.into_iter().map(ident).collect(),
                table: table_ref(&referred_table),
                referred: referred.into_iter().map(ident).collect(),
                options,
            },
        ))
    }
}

pub fn collation(reader: &Reader<'_>, name: &ast::ObjectName) -> Reading<String> {
    match name.0.last().and_then(ast::ObjectNamePart::as_ident) {
        Some(last) => Ok(reader.name(last)),
        None => beyond(format!("`{name}` is no collation")),
    }
}

/// A constraint by its name, where it needs one.
pub fn constraint(name: Option<String>, kind: ConstraintKind) -> ConstraintDef {
    ConstraintDef {
        online: false,
        name: name.map(ident),
        kind,
        span: Span::default(),
    }
}

/// The attribute that says the same as a foreign key of one column; none where it says more, or the column that it refers to
/// is not known yet.
pub fn reference(key: &ConstraintDef) -> Option<ReferenceAttribute> {
    match &key.kind {
        ConstraintKind::ForeignKey {
            columns,
            table,
            referred,
            options,
        } if columns.len() == 1 && referred.len() == 1 => Some(ReferenceAttribute {
            name: key.name.clone(),
            table: table.clone(),
            column: referred.first()?.clone(),
            options: options.clone(),
            span: Span::default(),
        }),
        _ => None,
    }
}

fn action(action: Option<&ReferentialAction>) -> Action {
    match action {
        None | Some(ReferentialAction::NoAction) => Action::NoAction,
        Some(ReferentialAction::Restrict) => Action::Restrict,
        Some(ReferentialAction::Cascade) => Action::Cascade,
        Some(ReferentialAction::SetNull) => Action::SetNull,
        Some(ReferentialAction::SetDefault) => Action::SetDefault,
    }
}

/// `#[primary_key]`, with what is not so by itself.
pub fn key_attribute(name: Option<String>, generated: Option<bool>) -> KeyAttribute {
    KeyAttribute {
        name: name.map(ident),
        generated,
        span: Span::default(),
    }
}

//! From the rows of PostgreSQL's catalogues to the schema model.

use super::catalogue::{self, Catalogue};
use super::{Postgres, types};
use crate::engine::Engine;
use crate::normal::{Normal, NotModelled};
use crate::schema::{
    Action, Check, Column, Constraint, Deferral, Enum, Exclusion, Expression, ForeignKey, Function, Generated, Index, IndexElement,
    IndexKey, Name, ObjectName, Origin, PrimaryKey, Schema, Sequence, Table, Trigger, Type, Unique, Value, View,
};
use crate::sql::Dialect;
use crate::sql::lexer::{Kind, Lexeme, lex};
use std::collections::BTreeMap;

/// The schema in [normal form](crate::normal), and what of the rows it cannot say.
pub fn raise(catalogue: Catalogue) -> Normal {
    let written = written(catalogue);
    Normal {
        schema: Postgres.normal(&written.schema),
        ..written
    }
}

/// The same in the server's own words, which it takes again: the body of a function is in no normal form.
pub fn written(catalogue: Catalogue) -> Normal {
    let mut raised = Raised::default();
    let mut tables: BTreeMap<ObjectName, Table> = BTreeMap::new();
    for relation in catalogue.relations {
        raised.relation(relation, &mut tables);
    }
    for column in catalogue.columns {
        if let Some(table) = tables.get_mut(&named(&column.schema, &column.table)) {
            raised.column(column, table);
        }
    }
    for constraint in catalogue.constraints {
        if let Some(table) = tables.get_mut(&named(&constraint.schema, &constraint.table)) {
            raised.constraint(constraint, table);
        }
    }
    for index in catalogue.indexes {
        if let Some(table) = tables.get_mut(&named(&index.schema, &index.table)) {
            raised.index(index, table);
        }
    }
    tables.into_values().for_each(|table| raised.schema.put_table(table));
    for trigger in catalogue.triggers {
        raised.schema.put_trigger(Trigger {
            table: named(&trigger.schema, &trigger.table),
            body: body_of(&trigger.definition),
            name: trigger.name,
            origin: Origin::default(),
        });
    }
    raised.objects(catalogue.enums, catalogue.sequences, catalogue.functions);
    for extension in catalogue.extensions {
        raised.schema.put_extension(ObjectName::new(&extension.name), Origin::default());
    }
    for namespace in catalogue.namespaces {
        raised.schema.put_namespace(ObjectName::new(&namespace.name), Origin::default());
    }
    let others = catalogue.others.into_iter();
    raised
        .not_modelled
        .extend(others.map(|other| NotModelled::new(&other.kind, &other.name, other.clause)));
    Normal {
        schema: raised.schema,
        not_modelled: raised.not_modelled,
    }
}

/// What follows a trigger's name.
fn body_of(definition: &str) -> String {
    let all = crate::sql::lexer::significant(definition, Engine::Pg);
    let trigger = all.iter().position(|lexeme| lexeme.is_word("trigger"));
    let name = trigger.and_then(|at| all.get(at + 1));
    name.map_or(definition, |name| &definition[name.end()..]).trim().to_owned()
}

fn named(schema: &Option<String>, name: &str) -> ObjectName {
    ObjectName {
        schema: schema.as_deref().map(Into::into),
        name: name.into(),
    }
}

fn given(text: String) -> Name {
    Name { text, derived: false }
}

#[derive(Default)]
struct Raised {
    schema: Schema,
    not_modelled: Vec<NotModelled>,
}

impl Raised {
    fn beyond(&mut self, kind: &str, name: &dyn std::fmt::Display, clause: impl Into<String>) {
        self.not_modelled.push(NotModelled::new(kind, &name.to_string(), clause));
    }

    fn expression(&mut self, kind: &str, name: &dyn std::fmt::Display, text: &str) -> Option<Expression> {
        let parsed = Expression::parse(&readable(text), Engine::Pg).ok();
        if parsed.is_none() {
            self.beyond(kind, name, text);
        }
        parsed
    }

    fn relation(&mut self, relation: catalogue::Relation, tables: &mut BTreeMap<ObjectName, Table>) {
        let name = named(&relation.schema, &relation.name);
        if relation.kind == "v" {
            for option in &relation.options {
                self.beyond("view", &name, option);
            }
            self.schema.put_view(View {
                name,
                body: relation.definition.unwrap_or_default(),
                origin: Origin::default(),
            });
            return;
        }
        let mut options = Vec::new();
        for option in relation.options {
            match option.strip_prefix("fillfactor=") {
                Some(share) => options.push(("fillfactor".to_owned(), Value::Integer(share.to_owned()))),
                None => self.beyond("table", &name, option),
            }
        }
        options.extend(relation.tablespace.map(|space| ("tablespace".to_owned(), Value::String(space))));
        if relation.unlogged {
            options.push(("unlogged".to_owned(), Value::Bool(true)));
        }
        let table = Table {
            name: name.clone(),
            columns: Vec::new(),
            primary_key: None,
            foreign_keys: Vec::new(),
            uniques: Vec::new(),
            checks: Vec::new(),
            exclusions: Vec::new(),
            indexes: Vec::new(),
            comment: relation.comment,
            options,
            origin: Origin::default(),
        };
        tables.insert(name, table);
    }

    fn column(&mut self, column: catalogue::Column, table: &mut Table) {
        let path = format!("{}.{}", table.name, column.name);
        if column.identity == "a" {
            self.beyond("column", &path, "GENERATED ALWAYS AS IDENTITY");
        }
        let ty = type_of(&column);
        let text = column.default.filter(|_| !column.serial);
        let expression = text.and_then(|text| self.expression("column", &path, &text));
        let (default, generated) = match column.generated.as_str() {
            "" => (expression.map(crate::schema::Default::Sql), None),
            kept => {
                let stored = kept == "s";
                (None, expression.map(|expression| Generated { expression, stored }))
            }
        };
        table.columns.push(Column {
            name: column.name,
            ty,
            nullable: !column.not_null,
            default,
            generated,
            identity: column.serial || !column.identity.is_empty(),
            collation: column.collation,
            comment: column.comment,
            origin: Origin::default(),
        });
    }

    fn constraint(&mut self, constraint: catalogue::Constraint, table: &mut Table) {
        if says_more(&constraint) {
            self.beyond(
                "constraint",
                &format!("{}` of `{}", constraint.name, table.name),
                constraint.definition,
            );
            return;
        }
        let deferral = match (constraint.deferrable, constraint.deferred) {
            (false, _) => Deferral::No,
            (true, false) => Deferral::Deferrable,
            (true, true) => Deferral::InitiallyDeferred,
        };
        let origin = Origin::default();
        let made = match constraint.kind.as_str() {
            "p" => Constraint::PrimaryKey(PrimaryKey {
                name: given(constraint.name),
                columns: constraint.columns,
                origin,
            }),
            "f" => Constraint::ForeignKey(ForeignKey {
                name: given(constraint.name),
                columns: constraint.columns,
                table: named(&constraint.referred_schema, &constraint.referred_table.unwrap_or_default()),
                referred: constraint.referred,
                on_delete: action(&constraint.on_delete),
                on_update: action(&constraint.on_update),
                deferral,
                not_valid: !constraint.validated,
                origin,
            }),
            "u" => Constraint::Unique(Unique {
                name: given(constraint.name),
                columns: constraint.columns,
                nulls_not_distinct: constraint.nulls_not_distinct,
                deferral,
                origin,
            }),
            "c" => {
                let text = constraint.expression.unwrap_or_default();
                let Some(expression) = self.expression("check", &constraint.name, &text) else {
                    return;
                };
                Constraint::Check(Check {
                    name: given(constraint.name),
                    expression,
                    not_valid: !constraint.validated,
                    origin,
                })
            }
            "x" => match self.exclusion(constraint, deferral) {
                Some(exclusion) => Constraint::Exclusion(exclusion),
                None => return,
            },
            _ => return,
        };
        table.add_constraint(made);
    }

    fn exclusion(&mut self, constraint: catalogue::Constraint, deferral: Deferral) -> Option<Exclusion> {
        let keys = constraint
            .keys
            .iter()
            .map(|key| self.expression("exclusion constraint", &constraint.name, key));
        let keys: Vec<Expression> = keys.collect::<Option<_>>()?;
        let filter = match &constraint.predicate {
            Some(text) => Some(self.expression("exclusion constraint", &constraint.name, text)?),
            None => None,
        };
        Some(Exclusion {
            elements: keys.into_iter().map(IndexKey::Expression).zip(constraint.operators).collect(),
            name: given(constraint.name),
            method: constraint.method.unwrap_or_default(),
            filter,
            deferral,
            origin: Origin::default(),
        })
    }

    fn index(&mut self, index: catalogue::Index, table: &mut Table) {
        if !index.valid {
            self.beyond("index", &index.name, "INVALID");
        }
        for option in &index.options {
            self.beyond("index", &index.name, option);
        }
        let filter = match &index.predicate {
            Some(text) => match self.expression("index", &index.name, text) {
                Some(filter) => Some(filter),
                None => return,
            },
            None => None,
        };
        let elements: Option<Vec<IndexElement>> = index.keys.into_iter().map(|key| self.element(key, &index.name)).collect();
        let Some(elements) = elements else { return };
        table.indexes.push(Index {
            name: given(index.name),
            elements,
            unique: index.unique,
            nulls_not_distinct: index.nulls_not_distinct,
            filter,
            method: Some(index.method),
            include: index.include,
            serves_key: false,
            origin: Origin::default(),
        });
    }

    fn element(&mut self, key: catalogue::Key, index: &str) -> Option<IndexElement> {
        let what = match key.column {
            Some(column) => IndexKey::Column(column),
            None => IndexKey::Expression(self.expression("index", &index, &key.expression)?),
        };
        Some(IndexElement {
            key: what,
            descending: key.descending,
            nulls_first: Some(key.nulls_first),
            collation: key.collation,
            class: key.class,
        })
    }

    fn objects(&mut self, enums: Vec<catalogue::Enum>, sequences: Vec<catalogue::Sequence>, functions: Vec<catalogue::Function>) {
        let origin = Origin::default;
        for object in enums {
            self.schema.put_enum(Enum {
                name: named(&object.schema, &object.name),
                values: object.values,
                origin: origin(),
            });
        }
        for sequence in sequences {
            let whole = |value: i64| Value::Integer(value.to_string());
            let options = vec![
                ("cache".to_owned(), whole(sequence.cache)),
                ("cycle".to_owned(), Value::Bool(sequence.cycle)),
                ("increment".to_owned(), whole(sequence.increment)),
                ("max".to_owned(), whole(sequence.max)),
                ("min".to_owned(), whole(sequence.min)),
                ("start".to_owned(), whole(sequence.start)),
            ];
            self.schema.put_sequence(Sequence {
                name: named(&sequence.schema, &sequence.name),
                options,
                origin: origin(),
            });
        }
        for function in functions {
            self.schema.put_function(Function {
                name: named(&function.schema, &function.name),
                arguments: function.arguments,
                body: function.definition,
                origin: origin(),
            });
        }
    }
}

/// The text without two clauses that say nothing and are not read: `BOTH FROM`, and a cast to text before COLLATE.
fn readable(text: &str) -> String {
    let all: Vec<Lexeme<'_>> = lex(text, Engine::Pg).collect();
    let meaningful = |start: usize| {
        let rest = all[start..].iter().enumerate().filter(|(_, lexeme)| lexeme.kind != Kind::Space);
        rest.map(|(ahead, lexeme)| (start + ahead, lexeme)).take(4).collect::<Vec<_>>()
    };
    let (mut kept, mut at) = (String::new(), 0);
    while at < all.len() {
        at = match meaningful(at)[..] {
            [(_, both), (last, from), ..] if both.is_word("both") && from.is_word("from") => last + 1,
            [(_, one), (_, other), (last, text), (_, collate)]
                if one.is_mark(':') && other.is_mark(':') && text.is_word("text") && collate.is_word("collate") =>
            {
                last + 1
            }
            _ => {
                kept.push_str(all[at].text);
                at + 1
            }
        };
    }
    kept
}

fn type_of(column: &catalogue::Column) -> Type {
    let array = column.ty.ends_with("[]");
    match &column.enum_name {
        Some(name) => match (Type::Enum(named(&column.enum_schema, name)), array) {
            (ty, true) => Type::Array(Box::new(ty)),
            (ty, false) => ty,
        },
        None => types::read(&column.ty),
    }
}

fn action(letter: &str) -> Action {
    match letter {
        "r" => Action::Restrict,
        "c" => Action::Cascade,
        "n" => Action::SetNull,
        "d" => Action::SetDefault,
        _ => Action::NoAction,
    }
}

/// Whether a constraint has a clause that the language has no words for.
fn says_more(constraint: &catalogue::Constraint) -> bool {
    let beyond = [
        "INCLUDE (",
        "MATCH FULL",
        "NO INHERIT",
        "NOT ENFORCED",
        "WITHOUT OVERLAPS",
        "PERIOD ",
        "SET NULL (",
        "SET DEFAULT (",
    ];
    match constraint.kind.as_str() {
        "n" => !constraint.validated || constraint.definition.contains("NO INHERIT"),
        "c" => ["NO INHERIT", "NOT ENFORCED"]
            .iter()
            .any(|clause| constraint.definition.ends_with(clause)),
        _ => beyond.iter().any(|clause| constraint.definition.contains(clause)),
    }
}

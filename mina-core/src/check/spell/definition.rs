//! Tables and what is on them, as they are written.

use crate::operation::is_served;
use crate::schema::{Column, Constraint, Default, ForeignKey, Index, IndexElement, IndexKey, Name, ObjectName, Table, Type, Value};
use crate::syntax::Span;
use crate::syntax::ast::{
    CheckAttribute, ColumnDef, ConstraintDef, ConstraintKind, DefaultDef, GeneratedAttribute, Ident, IndexDef, IndexElementDef,
    IndexKeyDef, KeyAttribute, KeyOptions, NamedAttribute, ReferenceAttribute, SqlString, SqlText, TableDef, TableItem, TableRef, TypeRef,
};

pub(crate) fn ident(text: &str) -> Ident {
    Ident {
        text: text.to_owned(),
        span: Span::default(),
    }
}

pub(super) fn idents(names: &[String]) -> Vec<Ident> {
    names.iter().map(|name| ident(name)).collect()
}

pub(crate) fn table_ref(name: &ObjectName, implied: bool) -> TableRef {
    TableRef {
        schema: name.schema.as_deref().map(ident),
        name: ident(&name.name),
        implied,
    }
}

pub(super) fn sql_string(text: &str) -> SqlString {
    SqlString {
        text: text.to_owned(),
        span: Span::default(),
    }
}

pub(super) fn sql(text: &str) -> SqlText {
    SqlText::Same(sql_string(text))
}

pub(super) fn type_ref(ty: &Type, nullable: bool) -> TypeRef {
    TypeRef {
        ty: ty.clone(),
        nullable,
        span: Span::default(),
    }
}

pub(super) fn default_value(default: &Default) -> Value {
    match default {
        Default::Value(value) => value.clone(),
        Default::Sql(expression) => Value::Sql(expression.sql().to_owned()),
    }
}

pub(super) fn given(name: &Name) -> Option<Ident> {
    (!name.derived).then(|| ident(&name.text))
}

pub(super) fn column_def(column: &Column) -> ColumnDef {
    ColumnDef {
        name: ident(&column.name),
        ty: type_ref(&column.ty, column.nullable),
        default: column.default.as_ref().map(|default| DefaultDef {
            value: default_value(default),
            span: Span::default(),
        }),
        doc: column.comment.clone(),
        primary_key: None,
        unique: None,
        references: None,
        check: None,
        index: None,
        collate: column.collation.as_deref().map(ident),
        generated: column.generated.as_ref().map(|generated| GeneratedAttribute {
            expression: sql_string(generated.expression.sql()),
            stored: generated.stored,
        }),
        span: Span::default(),
    }
}

/// Puts a constraint into the column's attributes, if one can say it there.
pub(super) fn attach(def: &mut ColumnDef, constraint: &Constraint, column: &Column) -> bool {
    let alone = |columns: &[String]| columns.len() == 1 && columns[0] == column.name;
    match constraint {
        Constraint::PrimaryKey(key) if alone(&key.columns) && def.primary_key.is_none() => {
            def.primary_key = Some(KeyAttribute {
                name: given(&key.name),
                generated: (!column.identity && is_integer(&column.ty)).then_some(false),
                span: Span::default(),
            });
        }
        Constraint::ForeignKey(key) if alone(&key.columns) && def.references.is_none() => {
            def.references = Some(ReferenceAttribute {
                name: given(&key.name),
                table: table_ref(&key.table, false),
                column: ident(&key.referred[0]),
                options: key_options(key),
                span: Span::default(),
            });
        }
        Constraint::Unique(unique) if alone(&unique.columns) && def.unique.is_none() => {
            if unique.nulls_not_distinct || unique.deferral != crate::schema::Deferral::No {
                return false;
            }
            def.unique = Some(NamedAttribute {
                name: given(&unique.name),
                span: Span::default(),
            });
        }
        Constraint::Check(check) if check.expression.columns() == [column.name.clone()] && def.check.is_none() && !check.not_valid => {
            def.check = Some(CheckAttribute {
                name: given(&check.name),
                expression: sql_string(check.expression.sql()),
                span: Span::default(),
            });
        }
        _ => return false,
    }
    true
}

pub(super) fn attach_index(def: &mut ColumnDef, index: &Index) -> bool {
    let plain = !index.unique && index.filter.is_none() && index.method.is_none() && index.include.is_empty();
    let sole = matches!(&index.elements[..], [element] if is_plain(element) && element.key == IndexKey::Column(def.name.text.clone()));
    if plain && sole && def.index.is_none() {
        def.index = Some(NamedAttribute {
            name: given(&index.name),
            span: Span::default(),
        });
        return true;
    }
    false
}

pub(super) fn is_plain(element: &IndexElement) -> bool {
    !element.descending && element.nulls_first.is_none() && element.collation.is_none() && element.class.is_none()
}

pub(super) fn table_def(table: &Table) -> TableDef {
    let mut columns: Vec<ColumnDef> = table.columns.iter().map(column_def).collect();
    let mut rest = Vec::new();
    let mut place = |constraint: Constraint| {
        let attached = columns
            .iter_mut()
            .zip(&table.columns)
            .any(|(def, column)| attach(def, &constraint, column));
        if !attached {
            rest.push(TableItem::Constraint(constraint_def(&constraint)));
        }
    };
    table.constraints().map(|constraint| constraint.to_owned()).for_each(&mut place);
    // A key that refers to another is counted up only where that is said.
    for (def, column) in columns.iter_mut().zip(&table.columns) {
        let refers = table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
        if let Some(key) = def.primary_key.as_mut().filter(|_| column.identity && refers) {
            key.generated = Some(true);
        }
    }
    let indexes = table.indexes.iter().filter(|index| !comes_with_its_key(index, table));
    let indexes = indexes.map(|index| TableItem::Index(index_def(index, false)));
    let mut items: Vec<TableItem> = columns.into_iter().map(TableItem::Column).collect();
    items.append(&mut rest);
    items.extend(indexes);
    TableDef {
        table: table_ref(&table.name, false),
        doc: table.comment.clone(),
        items,
        options: table.options.iter().map(|(key, value)| (ident(key), value.clone())).collect(),
    }
}

/// Whether it is made with a foreign key, unless something else in the table serves that as well.
pub(super) fn comes_with_its_key(index: &Index, table: &Table) -> bool {
    let mut without = table.clone();
    without.indexes.retain(|other| other.name != index.name);
    let key = table.foreign_keys.iter().find(|key| key.name == index.name);
    index.serves_key && key.is_none_or(|key| !is_served(&without, &key.columns))
}

pub(super) fn key_options(key: &ForeignKey) -> KeyOptions {
    KeyOptions {
        on_delete: key.on_delete,
        on_update: key.on_update,
        deferral: key.deferral,
        not_valid: key.not_valid,
    }
}

pub(super) fn constraint_def(constraint: &Constraint) -> ConstraintDef {
    let kind = match constraint {
        Constraint::PrimaryKey(key) => ConstraintKind::PrimaryKey {
            columns: idents(&key.columns),
            generated: None,
        },
        Constraint::ForeignKey(key) => ConstraintKind::ForeignKey {
            columns: idents(&key.columns),
            table: table_ref(&key.table, false),
            referred: idents(&key.referred),
            options: key_options(key),
        },
        Constraint::Unique(unique) => ConstraintKind::Unique {
            columns: idents(&unique.columns),
            nulls_not_distinct: unique.nulls_not_distinct,
            deferral: unique.deferral,
        },
        Constraint::Check(check) => ConstraintKind::Check {
            expression: sql_string(check.expression.sql()),
            not_valid: check.not_valid,
        },
        Constraint::Exclusion(exclusion) => ConstraintKind::Exclusion {
            method: ident(&exclusion.method),
            elements: exclusion
                .elements
                .iter()
                .map(|(key, with)| (index_key(key), with.clone()))
                .collect(),
            filter: exclusion.filter.as_ref().map(|filter| sql_string(filter.sql())),
            deferral: exclusion.deferral,
        },
    };
    ConstraintDef {
        online: false,
        name: Some(ident(&constraint.name().text)),
        kind,
        span: Span::default(),
    }
}

pub(super) fn index_key(key: &IndexKey) -> IndexKeyDef {
    match key {
        IndexKey::Column(column) => IndexKeyDef::Column(ident(column)),
        IndexKey::Expression(expression) => IndexKeyDef::Expression(sql_string(expression.sql())),
    }
}

pub(super) fn index_def(index: &Index, concurrently: bool) -> IndexDef {
    let element = |element: &IndexElement| IndexElementDef {
        key: index_key(&element.key),
        descending: element.descending,
        nulls_first: element.nulls_first,
        collate: element.collation.as_deref().map(ident),
        class: element.class.as_deref().map(ident),
    };
    IndexDef {
        name: Some(ident(&index.name.text)),
        elements: index.elements.iter().map(element).collect(),
        unique: index.unique,
        nulls_not_distinct: index.nulls_not_distinct,
        filter: index.filter.as_ref().map(|filter| sql_string(filter.sql())),
        method: index.method.as_deref().map(ident),
        include: idents(&index.include),
        concurrently,
        span: Span::default(),
    }
}

fn is_integer(ty: &Type) -> bool {
    match ty {
        Type::TinyInt | Type::SmallInt | Type::Integer | Type::BigInt => true,
        Type::Unsigned(inner) => is_integer(inner),
        _ => false,
    }
}

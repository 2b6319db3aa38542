//! Tables, and what changes them.

use super::*;

fn key_options() -> BoxedStrategy<KeyOptions> {
    (action(), action(), deferral(), any::<bool>())
        .prop_map(|(on_delete, on_update, deferral, not_valid)| KeyOptions {
            on_delete,
            on_update,
            deferral,
            not_valid,
        })
        .boxed()
}

pub(super) fn columns() -> BoxedStrategy<Vec<Ident>> {
    vec(ident(), 1..4).boxed()
}

fn index_key() -> BoxedStrategy<IndexKeyDef> {
    let expression = sql().prop_filter("a column in backticks", |sql| !sql.text.starts_with('`'));
    prop_oneof![
        3 => ident().prop_map(IndexKeyDef::Column),
        1 => expression.prop_map(IndexKeyDef::Expression),
    ]
    .boxed()
}

fn constraint_kind() -> BoxedStrategy<ConstraintKind> {
    let exclusion = (ident(), vec((index_key(), text()), 0..3), of(sql()), deferral());
    prop_oneof![
        (columns(), of(any::<bool>())).prop_map(|(columns, generated)| ConstraintKind::PrimaryKey { columns, generated }),
        (columns(), table(), columns(), key_options()).prop_map(|(columns, table, referred, options)| ConstraintKind::ForeignKey {
            columns,
            table,
            referred,
            options
        }),
        (columns(), any::<bool>(), deferral()).prop_map(|(columns, nulls_not_distinct, deferral)| ConstraintKind::Unique {
            columns,
            nulls_not_distinct,
            deferral
        }),
        (sql(), any::<bool>()).prop_map(|(expression, not_valid)| ConstraintKind::Check { expression, not_valid }),
        exclusion.prop_map(|(method, elements, filter, deferral)| ConstraintKind::Exclusion {
            method,
            elements,
            filter,
            deferral
        }),
    ]
    .boxed()
}

pub(super) fn constraint() -> BoxedStrategy<ConstraintDef> {
    (of(ident()), constraint_kind())
        .prop_map(|(name, kind)| ConstraintDef {
            name,
            kind,
            online: false,
            span: span(),
        })
        .boxed()
}

pub(super) fn index() -> BoxedStrategy<IndexDef> {
    let element = (index_key(), any::<bool>(), of(any::<bool>()), of(ident()), of(ident())).prop_map(
        |(key, descending, nulls_first, collate, class)| IndexElementDef {
            key,
            descending,
            nulls_first,
            collate,
            class,
        },
    );
    let options = (
        any::<bool>(),
        any::<bool>(),
        of(sql()),
        of(ident()),
        vec(ident(), 0..3),
        any::<bool>(),
    );
    (of(ident()), vec(element, 1..4), options)
        .prop_map(|(name, elements, options)| IndexDef {
            name,
            elements,
            unique: options.0,
            nulls_not_distinct: options.1,
            filter: options.2,
            method: options.3,
            include: options.4,
            concurrently: options.5,
            span: span(),
        })
        .boxed()
}

fn named_attribute() -> BoxedStrategy<Option<NamedAttribute>> {
    of(of(ident()))
        .prop_map(|name| name.map(|name| NamedAttribute { name, span: span() }))
        .boxed()
}

pub(super) fn column() -> BoxedStrategy<ColumnDef> {
    let key = of((of(ident()), of(any::<bool>()))).prop_map(|key| {
        key.map(|(name, generated)| KeyAttribute {
            name,
            generated,
            span: span(),
        })
    });
    let references = of((of(ident()), table(), ident(), key_options())).prop_map(|reference| {
        reference.map(|(name, table, column, options)| ReferenceAttribute {
            name,
            table,
            column,
            options,
            span: span(),
        })
    });
    let check = of((of(ident()), sql())).prop_map(|check| {
        check.map(|(name, expression)| CheckAttribute {
            name,
            expression,
            span: span(),
        })
    });
    let generated =
        of((sql(), any::<bool>())).prop_map(|generated| generated.map(|(expression, stored)| GeneratedAttribute { expression, stored }));
    let facets = (key, named_attribute(), references, check, named_attribute(), of(ident()), generated);
    let bare = (ident(), type_ref(), of(value_or_null()), of(text()));
    (bare, prop_oneof![2 => Just(None), 1 => facets.prop_map(Some)])
        .prop_map(|((name, ty, default, doc), facets)| {
            let (primary_key, unique, references, check, index, collate, generated) = facets.unwrap_or_default();
            ColumnDef {
                name,
                ty,
                default: default.map(|value| DefaultDef { value, span: span() }),
                doc,
                primary_key,
                unique,
                references,
                check,
                index,
                collate,
                generated,
                span: span(),
            }
        })
        .boxed()
}

pub(super) fn options(keys: &'static [&'static str], words: bool) -> BoxedStrategy<Vec<(Ident, Value)>> {
    let word = "[a-z][a-z_]{0,8}".prop_filter("a value", |word| !matches!(word.as_str(), "true" | "false" | "null"));
    let value = if words {
        prop_oneof![value_or_null(), word.prop_map(Value::Word)].boxed()
    } else {
        value_or_null()
    };
    subsequence(keys, 0..keys.len())
        .prop_flat_map(move |keys| {
            let values = vec(value.clone(), keys.len());
            values.prop_map(move |values| {
                let keys = keys.iter().map(|key| Ident {
                    text: (*key).to_owned(),
                    span: span(),
                });
                keys.zip(values).collect()
            })
        })
        .boxed()
}

pub(super) fn table_def() -> BoxedStrategy<TableDef> {
    let item = prop_oneof![
        4 => column().prop_map(TableItem::Column),
        1 => constraint().prop_map(TableItem::Constraint),
        1 => index().prop_map(TableItem::Index),
    ];
    (
        table(),
        of(text()),
        vec(item, 0..5),
        options(&["engine", "collate", "row_format", "strict"], true),
    )
        .prop_map(|(table, doc, items, options)| TableDef {
            table,
            doc,
            items,
            options,
        })
        .boxed()
}

pub(super) fn changes() -> BoxedStrategy<ColumnChanges> {
    let using = prop_oneof![Just(UsingDef::Cast(span())), sql_text().prop_map(UsingDef::Sql)];
    let first = (of(ident()), of(type_ref()), of(using), of(any::<bool>()));
    let second = (of(of(value())), of(of(text())), of(of(name())), of(of(sql())));
    (first, second, any::<bool>())
        .prop_map(|((rename, ty, using, nullable), (default, comment, collate, generated), online)| {
            let by_type = ty.as_ref().is_some_and(|ty| ty.nullable).then_some(true);
            ColumnChanges {
                online: online && (ty.is_some() || nullable == Some(false)),
                rename,
                ty,
                using,
                nullable: nullable.or(by_type).map(|nullable| (nullable, span())),
                default: default.map(|default| (default, span())),
                comment: comment.map(|comment| (comment, span())),
                collate: collate.map(|collate| (collate, span())),
                generated: generated.map(|generated| (generated, span())),
                span: span(),
            }
        })
        .boxed()
}

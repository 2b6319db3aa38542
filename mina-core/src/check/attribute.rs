//! What two versions of one object differ in, in words.

use crate::diff::Object;
use crate::schema::{Action, Column, Constraint, Default, Deferral, ForeignKey, Index, IndexElement, IndexKey, Unique};
use crate::syntax::Span;
use crate::syntax::ast::ColumnChanges;

/// An attribute of a column that can be set on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    Type,
    Nullability,
    Default,
    Generated,
    Identity,
    Collation,
    Comment,
}

impl Attribute {
    const ALL: [Self; 7] = [
        Self::Type,
        Self::Nullability,
        Self::Default,
        Self::Generated,
        Self::Identity,
        Self::Collation,
        Self::Comment,
    ];

    /// The attributes in which two versions of a column differ.
    pub(super) fn differing(a: &Column, b: &Column) -> Vec<Self> {
        Self::ALL.into_iter().filter(|attribute| attribute.differs(a, b)).collect()
    }

    pub(super) fn differs(self, a: &Column, b: &Column) -> bool {
        match self {
            Self::Type => a.ty != b.ty,
            Self::Nullability => a.nullable != b.nullable,
            Self::Default => a.default != b.default,
            Self::Generated => a.generated != b.generated,
            Self::Identity => a.identity != b.identity,
            Self::Collation => a.collation != b.collation,
            Self::Comment => a.comment != b.comment,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Nullability => "nullability",
            Self::Default => "default",
            Self::Generated => "generating expression",
            Self::Identity => "counting up",
            Self::Collation => "collation",
            Self::Comment => "comment",
        }
    }

    /// The option that sets it.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Nullability => "nullable",
            Self::Default => "default",
            Self::Generated | Self::Identity => "generated",
            Self::Collation => "collate",
            Self::Comment => "comment",
        }
    }

    /// «it was X, and is left Y» of some attributes of two versions of a column.
    pub(super) fn was_is(attributes: &[Self], was: &Column, is: &Column) -> String {
        let pairs = attributes.iter().map(|attribute| (attribute.of(was), attribute.of(is)));
        let (was, is): (Vec<_>, Vec<_>) = pairs.unzip();
        format!("it was {}, and is left {}", was.join(" and "), is.join(" and "))
    }

    /// What a column has of it, as it reads after «was».
    pub(super) fn of(self, column: &Column) -> String {
        let quoted = |text: &Option<String>, none: &str| text.as_ref().map_or_else(|| none.to_owned(), |text| format!("`{text}`"));
        match self {
            Self::Type => format!("`{}`", column.ty),
            Self::Nullability if column.nullable => "nullable".into(),
            Self::Nullability => "NOT NULL".into(),
            Self::Default => match &column.default {
                None => "without a default".into(),
                Some(Default::Value(value)) => format!("`= {value}`"),
                Some(Default::Sql(expression)) => format!("`= sql({:?})`", expression.sql()),
            },
            Self::Generated => column.generated.as_ref().map_or_else(
                || "not generated".to_owned(),
                |generated| format!("generated from `{}`", generated.expression),
            ),
            Self::Identity if column.identity => "counted up by the database".into(),
            Self::Identity => "not counted up".into(),
            Self::Collation => quoted(&column.collation, "without a collation"),
            Self::Comment => quoted(&column.comment, "without a comment"),
        }
    }

    /// Where a statement sets it, if it does.
    pub(super) fn set_in(self, changes: &ColumnChanges) -> Option<Span> {
        match self {
            Self::Type => changes.ty.as_ref().map(|ty| ty.span),
            Self::Nullability => {
                let by_type = changes.ty.as_ref().filter(|ty| ty.nullable).map(|ty| ty.span);
                changes.nullable.map(|(_, span)| span).or(by_type)
            }
            Self::Default => changes.default.as_ref().map(|(_, span)| *span),
            Self::Generated => changes.generated.as_ref().map(|(_, span)| *span),
            Self::Identity => None,
            Self::Collation => changes.collate.as_ref().map(|(_, span)| *span),
            Self::Comment => changes.comment.as_ref().map(|(_, span)| *span),
        }
    }
}

/// «was X, is now Y» of two versions of one object; `have` is the later one.
pub(super) fn was_is(want: &Object, have: &Object) -> String {
    let mut pairs = Vec::new();
    match (want, have) {
        (Object::Column(_, want), Object::Column(_, have)) => {
            let differing = Attribute::differing(want, have);
            pairs.extend(differing.into_iter().map(|attribute| (attribute.of(want), attribute.of(have))));
        }
        (Object::Index(_, want), Object::Index(_, have)) => index(want, have, &mut pairs),
        (Object::Constraint(_, want), Object::Constraint(_, have)) => constraint(want, have, &mut pairs),
        (Object::Enum(want), Object::Enum(have)) => {
            pairs.push((format!("`({})`", want.values.join(", ")), format!("`({})`", have.values.join(", "))));
        }
        (Object::View(want), Object::View(have)) => pairs.push((format!("`{}`", want.body), format!("`{}`", have.body))),
        (Object::Trigger(want), Object::Trigger(have)) => pairs.push((format!("`{}`", want.body), format!("`{}`", have.body))),
        (Object::Function(want), Object::Function(have)) => pairs.push((format!("`{}`", want.body), format!("`{}`", have.body))),
        _ => {}
    }
    if pairs.is_empty() {
        return "it is not what it was".into();
    }
    let (was, is): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
    format!("it was {}, is now {}", was.join(", "), is.join(", "))
}

type Pairs = Vec<(String, String)>;

fn list(columns: &[String]) -> String {
    format!("on `({})`", columns.join(", "))
}

fn flag(want: bool, have: bool, yes: &str, no: &str, pairs: &mut Pairs) {
    if want != have {
        let say = |flag| if flag { yes } else { no }.to_owned();
        pairs.push((say(want), say(have)));
    }
}

fn constraint(want: &Constraint, have: &Constraint, pairs: &mut Pairs) {
    if want.name() != have.name() {
        pairs.push((format!("`{}`", want.name()), format!("`{}`", have.name())));
    }
    match (want, have) {
        (Constraint::PrimaryKey(want), Constraint::PrimaryKey(have)) => columns(&want.columns, &have.columns, pairs),
        (Constraint::ForeignKey(want), Constraint::ForeignKey(have)) => foreign_key(want, have, pairs),
        (Constraint::Unique(want), Constraint::Unique(have)) => unique(want, have, pairs),
        (Constraint::Check(want), Constraint::Check(have)) => {
            if want.expression != have.expression {
                pairs.push((format!("`{}`", want.expression), format!("`{}`", have.expression)));
            }
            flag(want.not_valid, have.not_valid, "not validated", "validated", pairs);
        }
        (Constraint::Exclusion(_), Constraint::Exclusion(_)) => {}
        _ => pairs.push((kind(want).into(), kind(have).into())),
    }
}

fn kind(constraint: &Constraint) -> &'static str {
    match constraint {
        Constraint::PrimaryKey(_) => "a primary key",
        Constraint::ForeignKey(_) => "a foreign key",
        Constraint::Unique(_) => "a unique constraint",
        Constraint::Check(_) => "a check",
        Constraint::Exclusion(_) => "an exclusion constraint",
    }
}

fn columns(want: &[String], have: &[String], pairs: &mut Pairs) {
    if want != have {
        pairs.push((list(want), list(have)));
    }
}

fn foreign_key(want: &ForeignKey, have: &ForeignKey, pairs: &mut Pairs) {
    columns(&want.columns, &have.columns, pairs);
    if want.table != have.table || want.referred != have.referred {
        let to = |key: &ForeignKey| format!("to `{} ({})`", key.table, key.referred.join(", "));
        pairs.push((to(want), to(have)));
    }
    for (key, want, have) in [
        ("on_delete", want.on_delete, have.on_delete),
        ("on_update", want.on_update, have.on_update),
    ] {
        if want != have {
            pairs.push((action(key, want), action(key, have)));
        }
    }
    deferral(want.deferral, have.deferral, pairs);
    flag(want.not_valid, have.not_valid, "not validated", "validated", pairs);
}

fn action(key: &str, action: Action) -> String {
    match action {
        Action::NoAction => format!("without `{key}`"),
        Action::Restrict => format!("`{key} = restrict`"),
        Action::Cascade => format!("`{key} = cascade`"),
        Action::SetNull => format!("`{key} = set_null`"),
        Action::SetDefault => format!("`{key} = set_default`"),
    }
}

fn deferral(want: Deferral, have: Deferral, pairs: &mut Pairs) {
    if want != have {
        let say = |deferral| match deferral {
            Deferral::No => "not deferrable",
            Deferral::Deferrable => "deferrable",
            Deferral::InitiallyDeferred => "initially deferred",
        };
        pairs.push((say(want).into(), say(have).into()));
    }
}

fn unique(want: &Unique, have: &Unique, pairs: &mut Pairs) {
    columns(&want.columns, &have.columns, pairs);
    flag(
        want.nulls_not_distinct,
        have.nulls_not_distinct,
        "NULLs not distinct",
        "NULLs distinct",
        pairs,
    );
    deferral(want.deferral, have.deferral, pairs);
}

fn index(want: &Index, have: &Index, pairs: &mut Pairs) {
    if want.name != have.name {
        pairs.push((format!("`{}`", want.name), format!("`{}`", have.name)));
    }
    if want.elements != have.elements {
        let keys = |index: &Index| format!("on `({})`", index.elements.iter().map(element).collect::<Vec<_>>().join(", "));
        pairs.push((keys(want), keys(have)));
    }
    flag(want.unique, have.unique, "unique", "not unique", pairs);
    flag(
        want.nulls_not_distinct,
        have.nulls_not_distinct,
        "NULLs not distinct",
        "NULLs distinct",
        pairs,
    );
    if want.filter != have.filter {
        let filter = |index: &Index| {
            let text = index.filter.as_ref().map(|filter| format!("`where = \"{filter}\"`"));
            text.unwrap_or_else(|| "without `where`".into())
        };
        pairs.push((filter(want), filter(have)));
    }
    if want.method != have.method {
        let method = |index: &Index| {
            index
                .method
                .as_ref()
                .map_or("the usual method".into(), |method| format!("`using = {method}`"))
        };
        pairs.push((method(want), method(have)));
    }
    if want.include != have.include {
        pairs.push((
            format!("`include = ({})`", want.include.join(", ")),
            format!("`include = ({})`", have.include.join(", ")),
        ));
    }
}

fn element(element: &IndexElement) -> String {
    let mut text = match &element.key {
        IndexKey::Column(column) => column.clone(),
        IndexKey::Expression(expression) => format!("\"{expression}\""),
    };
    if element.descending {
        text.push_str(" desc");
    }
    match element.nulls_first {
        Some(true) => text.push_str(" nulls_first"),
        Some(false) => text.push_str(" nulls_last"),
        None => {}
    }
    if let Some(collation) = &element.collation {
        text.push_str(&format!(" collate \"{collation}\""));
    }
    text
}

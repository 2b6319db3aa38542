use super::{Check, Constraint, Exclusion, Expression, ForeignKey, IndexKey, Name, OccupantKind, Origin, PrimaryKey, Unique};

/// Any constraint, where it stands on its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ConstraintRef<'a> {
    PrimaryKey(&'a PrimaryKey),
    ForeignKey(&'a ForeignKey),
    Unique(&'a Unique),
    Check(&'a Check),
    Exclusion(&'a Exclusion),
}

impl<'a> ConstraintRef<'a> {
    /// Its name.
    pub fn name(self) -> &'a Name {
        match self {
            Self::PrimaryKey(key) => &key.name,
            Self::ForeignKey(key) => &key.name,
            Self::Unique(unique) => &unique.name,
            Self::Check(check) => &check.name,
            Self::Exclusion(exclusion) => &exclusion.name,
        }
    }

    /// Who made it what it is.
    pub fn origin(self) -> &'a Origin {
        match self {
            Self::PrimaryKey(key) => &key.origin,
            Self::ForeignKey(key) => &key.origin,
            Self::Unique(unique) => &unique.origin,
            Self::Check(check) => &check.origin,
            Self::Exclusion(exclusion) => &exclusion.origin,
        }
    }

    /// What kind of name it has; as text: `foreign key`.
    pub fn occupant_kind(self) -> OccupantKind {
        match self {
            Self::PrimaryKey(_) => OccupantKind::PrimaryKey,
            Self::ForeignKey(_) => OccupantKind::ForeignKey,
            Self::Unique(_) => OccupantKind::Unique,
            Self::Check(_) => OccupantKind::Check,
            Self::Exclusion(_) => OccupantKind::Exclusion,
        }
    }

    /// The columns of its own table that it is about, each once.
    pub fn columns(self) -> Vec<String> {
        match self {
            Self::PrimaryKey(key) => key.columns.clone(),
            Self::ForeignKey(key) => key.columns.clone(),
            Self::Unique(unique) => unique.columns.clone(),
            Self::Check(check) => check.expression.columns(),
            Self::Exclusion(exclusion) => {
                let mut columns = Vec::new();
                for (key, _) in &exclusion.elements {
                    key.add_columns(&mut columns);
                }
                if let Some(filter) = &exclusion.filter {
                    add_new(&mut columns, filter.columns());
                }
                columns
            }
        }
    }

    /// Whether a column of its own table is among those it is about.
    pub fn uses(self, column: &str) -> bool {
        match self {
            Self::PrimaryKey(PrimaryKey { columns, .. })
            | Self::ForeignKey(ForeignKey { columns, .. })
            | Self::Unique(Unique { columns, .. }) => columns.iter().any(|name| name == column),
            Self::Check(check) => check.expression.uses(column),
            Self::Exclusion(_) => self.columns().iter().any(|name| name == column),
        }
    }

    /// Whether an expression in it is of a kind: that of a check, a key or the filter of an exclusion.
    pub(crate) fn says(self, is_of_kind: &dyn Fn(&Expression) -> bool) -> bool {
        match self {
            Self::Check(check) => is_of_kind(&check.expression),
            Self::Exclusion(exclusion) => {
                exclusion.filter.as_ref().is_some_and(is_of_kind) || exclusion.elements.iter().any(|(key, _)| key.says(is_of_kind))
            }
            Self::PrimaryKey(_) | Self::ForeignKey(_) | Self::Unique(_) => false,
        }
    }

    /// The constraint itself.
    pub fn to_owned(self) -> Constraint {
        match self {
            Self::PrimaryKey(key) => Constraint::PrimaryKey(key.clone()),
            Self::ForeignKey(key) => Constraint::ForeignKey(key.clone()),
            Self::Unique(unique) => Constraint::Unique(unique.clone()),
            Self::Check(check) => Constraint::Check(check.clone()),
            Self::Exclusion(exclusion) => Constraint::Exclusion(exclusion.clone()),
        }
    }
}

impl Constraint {
    /// A look at it.
    pub fn as_ref(&self) -> ConstraintRef<'_> {
        match self {
            Self::PrimaryKey(key) => ConstraintRef::PrimaryKey(key),
            Self::ForeignKey(key) => ConstraintRef::ForeignKey(key),
            Self::Unique(unique) => ConstraintRef::Unique(unique),
            Self::Check(check) => ConstraintRef::Check(check),
            Self::Exclusion(exclusion) => ConstraintRef::Exclusion(exclusion),
        }
    }

    /// Its name.
    pub fn name(&self) -> &Name {
        self.as_ref().name()
    }

    /// Its name, to change.
    pub fn name_mut(&mut self) -> &mut Name {
        match self {
            Self::PrimaryKey(key) => &mut key.name,
            Self::ForeignKey(key) => &mut key.name,
            Self::Unique(unique) => &mut unique.name,
            Self::Check(check) => &mut check.name,
            Self::Exclusion(exclusion) => &mut exclusion.name,
        }
    }
}

impl IndexKey {
    /// Whether it is an expression of a kind.
    pub(crate) fn says(&self, is_of_kind: &dyn Fn(&Expression) -> bool) -> bool {
        matches!(self, Self::Expression(expression) if is_of_kind(expression))
    }

    /// Adds the columns it names that are not in the list yet.
    pub(super) fn add_columns(&self, columns: &mut Vec<String>) {
        match self {
            Self::Column(name) => add_new(columns, [name.clone()]),
            Self::Expression(expression) => add_new(columns, expression.columns()),
        }
    }

    pub(super) fn expression_mut(&mut self) -> Option<&mut Expression> {
        match self {
            Self::Column(_) => None,
            Self::Expression(expression) => Some(expression),
        }
    }
}

pub(super) fn add_new(columns: &mut Vec<String>, names: impl IntoIterator<Item = String>) {
    for name in names {
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
}

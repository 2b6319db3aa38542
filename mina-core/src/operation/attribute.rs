//! What a column's attributes say, as the table would say it.

use crate::schema::Deferral;
use crate::syntax::Span;
use crate::syntax::ast::{ColumnDef, ConstraintDef, ConstraintKind, Ident};

/// The constraints that a column's attributes make, in the table-level form.
pub(super) fn attribute_constraints(definition: &ColumnDef) -> Vec<ConstraintDef> {
    let own = || vec![definition.name.clone()];
    let mut constraints = Vec::new();
    let mut push = |name: &Option<Ident>, kind: ConstraintKind, span: Span| {
        constraints.push(ConstraintDef {
            name: name.clone(),
            kind,
            online: false,
            span,
        });
    };
    if let Some(key) = &definition.primary_key {
        let kind = ConstraintKind::PrimaryKey {
            columns: own(),
            generated: key.generated,
        };
        push(&key.name, kind, key.span);
    }
    if let Some(unique) = &definition.unique {
        let kind = ConstraintKind::Unique {
            columns: own(),
            nulls_not_distinct: false,
            deferral: Deferral::No,
        };
        push(&unique.name, kind, unique.span);
    }
    if let Some(key) = &definition.references {
        let kind = ConstraintKind::ForeignKey {
            columns: own(),
            table: key.table.clone(),
            referred: vec![key.column.clone()],
            options: key.options.clone(),
        };
        push(&key.name, kind, key.span);
    }
    if let Some(check) = &definition.check {
        let kind = ConstraintKind::Check {
            expression: check.expression.clone(),
            not_valid: false,
        };
        push(&check.name, kind, check.span);
    }
    constraints
}

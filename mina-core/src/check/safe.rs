//! Which changes of type can fail on no value.

use crate::engine::Engine;
use crate::operation::Using;
use crate::schema::{Column, Type};

/// Whether a column's change of type, if it is one, can fail on no row or bend its value.
pub(super) fn type_change(before: &Column, after: &Column, using: &Using, engine: Engine) -> bool {
    if before.ty == after.ty {
        return true;
    }
    match using {
        Using::Expression(expression) => {
            let not_null = |column: &str| column == before.name && !before.nullable;
            engine == Engine::Sqlite && (after.nullable || expression.never_null(&not_null))
        }
        Using::Implicit | Using::Cast => cast(&before.ty, &after.ty, engine),
    }
}

/// Whether every value of one type is one of another.
pub(super) fn cast(before: &Type, after: &Type, engine: Engine) -> bool {
    if before == after || *before == Type::Unknown || *after == Type::Unknown {
        return true;
    }
    if matches!(after, Type::Enum(_)) {
        return false;
    }
    if engine == Engine::Sqlite
        && let (Some(was), Some(is)) = (affinity(before), affinity(after))
    {
        return was == is || is == Affinity::Text || matches!((was, is), (Affinity::Integer, Affinity::Numeric | Affinity::Real));
    }
    if let (Some(was), Some(is)) = (bits(before), bits(after)) {
        let signs = match (is_unsigned(before), is_unsigned(after)) {
            (same, other) if same == other => is >= was,
            (true, _) => is > was,
            _ => false,
        };
        return signs;
    }
    match (before, after) {
        (_, Type::Text | Type::Varchar(None)) => *before != Type::Binary,
        (Type::Varchar(Some(was)) | Type::Char(was), Type::Varchar(Some(is))) => is >= was,
        (Type::Char(was), Type::Char(is)) => is >= was,
        (Type::Uuid, Type::Varchar(Some(length)) | Type::Char(length)) => *length >= 36,
        (Type::Bool, Type::TinyInt | Type::SmallInt | Type::Integer | Type::BigInt) => true,
        (number, Type::Varchar(Some(length))) => digits(number).is_some_and(|digits| *length > digits),
        (Type::Numeric(_), Type::Numeric(None)) => engine == Engine::Pg,
        (number, Type::Numeric(None)) => digits(number).is_some() && engine != Engine::Mysql,
        (number, Type::Numeric(Some((precision, scale)))) if digits(number).is_some() => {
            digits(number).is_some_and(|digits| precision.saturating_sub(*scale) >= digits)
        }
        (number, Type::Double) if bits(number).is_some() => bits(number).is_some_and(|bits| bits <= 32),
        (Type::Float, Type::Double) => true,
        (Type::Numeric(Some((p, s))), Type::Numeric(Some((precision, scale)))) => {
            scale >= s && precision.saturating_sub(*scale) >= p.saturating_sub(*s)
        }
        (Type::Jsonb, Type::Json) | (Type::Date, Type::Timestamp | Type::Timestamptz) => true,
        (Type::Timestamp, Type::Timestamptz) | (Type::Timestamptz, Type::Timestamp) => true,
        (Type::Inet, Type::Cidr) => false,
        (Type::Cidr, Type::Inet) => true,
        (Type::Array(was), Type::Array(is)) => cast(was, is, engine),
        _ => false,
    }
}

/// Whether a change of type can lose what a value says, so that the way back does not find it again.
pub(super) fn loses(before: &Type, after: &Type) -> bool {
    !cast(before, after, Engine::Pg) && !cast(before, after, Engine::Sqlite)
        || matches!((before, after), (Type::Timestamptz, Type::Timestamp))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Affinity {
    Integer,
    Text,
    Blob,
    Real,
    Numeric,
}

/// SQLite's, for the declared types that stand for these.
fn affinity(ty: &Type) -> Option<Affinity> {
    Some(match ty {
        Type::Bool | Type::TinyInt | Type::SmallInt | Type::Integer | Type::BigInt => Affinity::Integer,
        Type::Unsigned(inner) => affinity(inner)?,
        Type::Float | Type::Double => Affinity::Real,
        Type::Numeric(_) => Affinity::Numeric,
        Type::Binary => Affinity::Blob,
        Type::Varchar(_) | Type::Char(_) | Type::Text | Type::Enum(_) | Type::Json | Type::Uuid => Affinity::Text,
        _ => return None,
    })
}

fn is_unsigned(ty: &Type) -> bool {
    matches!(ty, Type::Unsigned(_))
}

fn bits(ty: &Type) -> Option<u32> {
    match ty {
        Type::TinyInt => Some(8),
        Type::SmallInt => Some(16),
        Type::Integer => Some(32),
        Type::BigInt => Some(64),
        Type::Unsigned(inner) => bits(inner),
        _ => None,
    }
}

fn digits(ty: &Type) -> Option<u32> {
    Some(match bits(ty)? {
        8 => 3,
        16 => 5,
        32 => 10,
        _ => 20,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widening_never_fails_and_narrowing_can() {
        for engine in [Engine::Pg, Engine::Mysql] {
            assert!(cast(&Type::Integer, &Type::BigInt, engine));
            assert!(!cast(&Type::BigInt, &Type::Integer, engine));
            assert!(cast(&Type::Varchar(Some(40)), &Type::Varchar(Some(80)), engine));
            assert!(!cast(&Type::Varchar(Some(80)), &Type::Varchar(Some(40)), engine));
            assert!(cast(&Type::Jsonb, &Type::Json, engine));
            assert!(!cast(&Type::Json, &Type::Jsonb, engine));
            assert!(!cast(&Type::Integer, &Type::Unsigned(Box::new(Type::Integer)), engine));
        }
    }

    #[test]
    fn sqlite_knows_no_lengths_but_bends_text_that_is_no_number() {
        assert!(cast(&Type::Varchar(Some(80)), &Type::Varchar(Some(40)), Engine::Sqlite));
        assert!(cast(&Type::Integer, &Type::Text, Engine::Sqlite));
        assert!(!cast(&Type::Text, &Type::Integer, Engine::Sqlite));
    }
}

//! Which types an engine turns into which by itself.

use crate::engine::Engine;
use crate::schema::Type;

/// Whether a column's type can change without `using`.
pub(crate) fn is_implicit(from: &Type, to: &Type, engine: Engine) -> bool {
    use Type::{Char, Cidr, Date, Enum, Inet, Interval, Json, Jsonb, Text, Time, Timestamp, Timestamptz, Unknown, Varchar};
    if from == to || matches!((from, to), (Unknown, _) | (_, Unknown)) {
        return true;
    }
    if is_text(to) {
        return is_text(from) || text_of_itself(from, engine);
    }
    match (from, to) {
        (from, to) if is_number(from) && is_number(to) => engine != Engine::Sqlite || !is_fraction(from) || is_fraction(to),
        (Type::Array(from), Type::Array(to)) => is_implicit(from, to, engine),
        (Cidr, Inet) | (Inet, Cidr) => true,
        (Json, Jsonb) | (Jsonb, Json) => engine != Engine::Sqlite,
        (Timestamp, Timestamptz) | (Timestamptz, Timestamp) => true,
        (Date, Timestamp | Timestamptz) | (Timestamp | Timestamptz, Date | Time) | (Time, Interval) | (Interval, Time) => {
            engine != Engine::Sqlite
        }
        (Type::Bool, to) if is_number(to) => engine != Engine::Pg,
        (Enum(_), Char(_) | Varchar(_) | Text) => true,
        (from, _) if engine == Engine::Mysql => is_text(from) && !matches!(to, Json | Type::Binary | Enum(_)),
        _ => false,
    }
}

/// Whether the text of a value is what the engine stores, or makes of it by itself.
fn text_of_itself(from: &Type, engine: Engine) -> bool {
    match from {
        Type::Custom(_) | Type::Binary | Type::Array(_) => false,
        Type::Bool | Type::Jsonb => engine != Engine::Sqlite,
        _ => true,
    }
}

/// Whether an engine casts one type to the other.
pub(crate) fn casts(from: &Type, to: &Type, engine: Engine) -> bool {
    match engine {
        Engine::Sqlite => true,
        Engine::Pg => postgres_casts(from, to),
        Engine::Mysql => mariadb_casts(from, to),
    }
}

/// MariaDB bends every type into every other but one.
fn mariadb_casts(from: &Type, to: &Type) -> bool {
    let other = match (from, to) {
        (Type::Uuid, other) | (other, Type::Uuid) => other,
        _ => return true,
    };
    let is_moment = matches!(other, Type::Date | Type::Time | Type::Timestamp);
    !(is_number(other) || is_moment || *other == Type::Bool)
}

/// Whether PostgreSQL casts one type to the other, by way of a third where it has no cast between the two.
/// <https://www.postgresql.org/docs/current/catalog-pg-cast.html>
fn postgres_casts(from: &Type, to: &Type) -> bool {
    use Type::{Cidr, Custom, Date, Enum, Inet, Interval, Json, Jsonb, Time, Timestamp, Timestamptz, Unknown};
    match (from, to) {
        _ if is_implicit(from, to, Engine::Pg) => true,
        (Custom(_) | Unknown, _) | (_, Custom(_) | Unknown) => true,
        _ if is_text(from) || is_text(to) => true,
        (from, to) if is_number(from) && is_number(to) => true,
        (Type::Bool, other) | (other, Type::Bool) if is_number(other) => true,
        (Jsonb, other) => is_number(other) || matches!(other, Type::Bool | Json),
        (Json, Jsonb) | (Enum(_), Enum(_)) | (Cidr, Inet) | (Inet, Cidr) => true,
        (Date | Timestamp | Timestamptz, Date | Timestamp | Timestamptz) => true,
        (Timestamp | Timestamptz, Time) | (Time, Interval) | (Interval, Time) => true,
        (Type::Array(from), Type::Array(to)) => postgres_casts(from, to),
        _ => false,
    }
}

pub(super) fn is_text(ty: &Type) -> bool {
    matches!(ty, Type::Text | Type::Varchar(_) | Type::Char(_))
}

fn is_number(ty: &Type) -> bool {
    is_whole(ty) || is_fraction(ty)
}

/// Whether the database can count it up.
pub(super) fn is_whole(ty: &Type) -> bool {
    matches!(
        ty,
        Type::TinyInt | Type::SmallInt | Type::Integer | Type::BigInt | Type::Unsigned(_)
    )
}

fn is_fraction(ty: &Type) -> bool {
    matches!(ty, Type::Float | Type::Double | Type::Numeric(_))
}

/// Whether the operators and functions of PostgreSQL that take one of two types take the other as well.
pub(crate) fn is_of_a_kind(one: &Type, other: &Type) -> bool {
    use Type::{Cidr, Custom, Date, Inet, Json, Jsonb, Timestamp, Timestamptz, Unknown};
    let moment = |ty: &Type| matches!(ty, Date | Timestamp | Timestamptz);
    match (one, other) {
        (Custom(_) | Unknown, _) | (_, Custom(_) | Unknown) => true,
        (Json, Jsonb) | (Jsonb, Json) | (Cidr, Inet) | (Inet, Cidr) => true,
        (Type::Array(one), Type::Array(other)) => is_of_a_kind(one, other),
        _ => one == other || is_text(one) && is_text(other) || is_number(one) && is_number(other) || moment(one) && moment(other),
    }
}

/// Whether a foreign key can go from one type to the other: the same type, text of any length.
pub(crate) fn can_refer(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Custom(_) | Type::Unknown, _) | (_, Type::Custom(_) | Type::Unknown) => true,
        (Type::Numeric(_), Type::Numeric(_)) => true,
        _ => from == to || is_text(from) && is_text(to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_a_number_only_when_told_how() {
        for engine in [Engine::Sqlite, Engine::Pg] {
            assert!(!is_implicit(&Type::Varchar(Some(3)), &Type::Integer, engine));
            assert!(!is_implicit(&Type::Text, &Type::Timestamp, engine));
        }
        assert!(is_implicit(&Type::Text, &Type::Integer, Engine::Mysql));
    }

    #[test]
    fn numbers_widen_and_print_by_themselves() {
        for engine in Engine::ALL {
            assert!(is_implicit(&Type::Integer, &Type::BigInt, *engine));
            assert!(is_implicit(&Type::Integer, &Type::Numeric(Some((12, 2))), *engine));
            assert!(is_implicit(&Type::Integer, &Type::Text, *engine));
        }
        assert!(!is_implicit(&Type::Double, &Type::Integer, Engine::Sqlite));
    }

    #[test]
    fn what_sqlite_stores_otherwise_is_not_its_text() {
        assert!(!is_implicit(&Type::Bool, &Type::Text, Engine::Sqlite));
        assert!(is_implicit(&Type::Bool, &Type::Text, Engine::Pg));
        assert!(!is_implicit(&Type::Json, &Type::Jsonb, Engine::Sqlite));
        assert!(is_implicit(&Type::Json, &Type::Jsonb, Engine::Pg));
    }

    #[test]
    fn a_key_refers_to_text_of_any_length_but_to_no_other_whole_number() {
        assert!(can_refer(&Type::Varchar(Some(10)), &Type::Varchar(Some(80))));
        assert!(!can_refer(&Type::Integer, &Type::BigInt));
    }
}

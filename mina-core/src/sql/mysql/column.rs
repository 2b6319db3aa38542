//! A column's definition.

use super::{Mysql, quote, string, types};
use crate::engine::{Product, Target};
use crate::schema::{Column, Schema, Type};
use crate::sql::Dialect;

/// The whole definition, as CREATE TABLE, ADD, MODIFY and CHANGE take it: what it does not say is gone after MODIFY.
pub(super) fn definition(column: &Column, schema: &Schema, target: Target) -> String {
    let ty = types::name(&column.ty, schema);
    // A check that MariaDB keeps with the type comes last.
    let (ty, check) = match &column.ty {
        Type::Custom(_) => ty.find(" CHECK(").map_or((&*ty, ""), |at| ty.split_at(at)),
        _ => (&*ty, ""),
    };
    let mut sql = format!("{} {ty}", quote(&column.name));
    if let Some(collation) = &column.collation {
        sql += &format!(" COLLATE {collation}");
    }
    match &column.generated {
        Some(generated) => {
            let kind = if generated.stored { "STORED" } else { "VIRTUAL" };
            sql += &format!(" GENERATED ALWAYS AS ({}) {kind}", generated.expression.sql());
            // MariaDB has no word for it there.
            if target.product == Product::Mysql && !column.nullable {
                sql += " NOT NULL";
            }
        }
        None => sql += if column.nullable { " NULL" } else { " NOT NULL" },
    }
    if let Some(default) = &column.default {
        sql += &format!(" DEFAULT {}", Mysql.default(default, &column.ty));
    }
    if column.identity {
        sql += " AUTO_INCREMENT";
    }
    if let Some(comment) = &column.comment {
        sql += &format!(" COMMENT {}", string(comment));
    }
    sql + check
}

//! A table's new name, and the names derived from it.

use super::{Mysql, change, step::Writer};
use crate::history::Resolved;
use crate::schema::ObjectName;
use crate::sql::Dialect;

/// Renames a table, then what is called after it.
pub(super) fn table(
    writer: &mut Writer,
    resolved: &Resolved,
    (from, to): (&ObjectName, &ObjectName),
    renamed: &[(String, String)],
    line: u32,
) {
    let mut moved = resolved.before.clone();
    moved.rename_table(from, to);
    let sql = format!("RENAME TABLE {} TO {}", Mysql.object(from), Mysql.object(to));
    writer.ddl(sql, &resolved.before, &moved, line);
    let Some(there) = moved.table(to).cloned() else { return };
    let clauses = renamed
        .iter()
        .flat_map(|(from, to)| change::rename_constraint(&there, from, to, writer.target));
    writer.alter(to, clauses.collect(), &moved, &resolved.after, line);
    writer.close();
}

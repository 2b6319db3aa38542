use super::error::Error;
use super::follow::{Names, changes};
use super::plan::Plan;
use super::{Runner, count};
use crate::connection::Connection;
use diesel::QueryResult;
use mina_core::engine::Engine;
use mina_core::sql::sqlite::quote;
use serde::Serialize;
use std::fmt;

/// Rows that a downgrade takes with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Loss {
    /// The revision whose downgrade it is.
    pub revision: String,
    /// The table, as it is called now.
    pub table: String,
    /// The column, as it is called now; none where the table goes.
    pub column: Option<String>,
    /// The rows that hold something in it.
    pub rows: u64,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            None => write!(f, "`{}` with {}", self.table, count(self.rows as usize, "row")),
            Some(column) => write!(f, "`{}.{column}` with {}", self.table, count(self.rows as usize, "value")),
        }
    }
}

impl Runner {
    /// The tables and columns with rows in them that a plan drops.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn losses(&self, conn: &mut dyn Connection, plan: &Plan) -> Result<Vec<Loss>, Error> {
        self.to_read(conn, |conn, _| {
            let mut losses = dropped(plan, conn.engine());
            for loss in &mut losses {
                let engine = conn.engine();
                let what = loss
                    .column
                    .as_deref()
                    .map_or_else(|| "*".to_owned(), |column| quoted(engine, column));
                let sql = format!("SELECT count({what}) FROM {}", object(engine, &loss.table));
                // What is not there now holds no rows: the plan makes it before it drops it.
                loss.rows = probe(conn, &sql).map_or(0, i64::unsigned_abs);
            }
            losses.retain(|loss| loss.rows > 0);
            Ok(losses)
        })
    }
}

/// A number that may not be there to be had; a transaction that is open goes on.
pub(super) fn probe(conn: &mut dyn Connection, sql: &str) -> QueryResult<i64> {
    if !conn.in_transaction() {
        return conn.number(sql);
    }
    conn.savepoint()?;
    let found = conn.number(sql);
    conn.release(found.is_ok())?;
    found
}

/// A table's name in SQL.
pub(super) fn object(engine: Engine, table: &str) -> String {
    let parts: Vec<String> = table.split('.').map(|part| quoted(engine, part)).collect();
    parts.join(".")
}

fn quoted(engine: Engine, name: &str) -> String {
    match engine {
        Engine::Mysql => format!("`{}`", name.replace('`', "``")),
        Engine::Sqlite | Engine::Pg => quote(name),
    }
}

/// What a plan drops, under the names that it has before the plan is run.
fn dropped(plan: &Plan, engine: Engine) -> Vec<Loss> {
    let mut names = Names::default();
    let mut losses = Vec::new();
    for planned in &plan.migrations {
        let units = planned.units.iter().skip(planned.done).filter(|unit| !unit.drops_a_twin());
        let steps = units.flat_map(|unit| &unit.steps);
        for change in steps.flat_map(|step| changes(&step.action, engine)) {
            if let Some((table, column)) = names.follow(change) {
                losses.push(Loss {
                    revision: planned.revision.clone(),
                    table,
                    column,
                    rows: 0,
                });
            }
        }
    }
    losses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::{Direction, Planned};
    use mina_core::sql::unit::{Action, Step, Unit, UnitKind};

    fn dropped_by(statements: &[&str]) -> Vec<(String, Option<String>)> {
        let steps = statements.iter().map(|sql| Step {
            line: 0,
            action: Action::Sql((*sql).to_owned()),
        });
        let unit = Unit {
            kind: UnitKind::Transaction,
            steps: steps.collect(),
            change: None,
        };
        let planned = Planned {
            revision: "a".to_owned(),
            message: String::new(),
            file: String::new(),
            direction: Direction::Down,
            units: vec![unit],
            done: 0,
            takes_back: None,
            checksum: String::new(),
            hashes: Vec::new(),
        };
        let plan = Plan {
            direction: Direction::Down,
            migrations: vec![planned],
            ahead: Vec::new(),
        };
        dropped(&plan, Engine::Pg)
            .into_iter()
            .map(|loss| (loss.table, loss.column))
            .collect()
    }

    #[test]
    fn what_is_dropped_is_found_under_its_present_name() {
        let dropped = dropped_by(&[
            "ALTER TABLE \"people\" RENAME TO \"users\"",
            "ALTER TABLE users RENAME COLUMN mail TO email",
            "ALTER TABLE \"users\" DROP COLUMN \"email\"",
            "DROP TABLE IF EXISTS main.users",
        ]);
        assert_eq!(
            dropped,
            [("people".to_owned(), Some("mail".to_owned())), ("people".to_owned(), None)]
        );
    }

    #[test]
    fn every_clause_of_a_servers_statement_is_read() {
        let dropped = dropped_by(&[
            "ALTER TABLE `users` CHANGE COLUMN `mail` `email` varchar(50) NOT NULL DEFAULT (concat('a', ',')), DROP `bio`, DROP CONSTRAINT `c`",
            "ALTER TABLE \"users\" DROP COLUMN IF EXISTS \"email\", RENAME CONSTRAINT a TO b, DROP CONSTRAINT \"uq\"",
            "RENAME TABLE `users` TO `people`",
            "DROP TABLE \"analytics\".\"events\"",
        ]);
        let column = |name: &str| ("users".to_owned(), Some(name.to_owned()));
        assert_eq!(dropped, [column("bio"), column("mail"), ("analytics.events".to_owned(), None)]);
    }

    #[test]
    fn what_the_plan_makes_itself_is_no_loss() {
        let dropped = dropped_by(&[
            "CREATE TABLE t (a)",
            "ALTER TABLE t DROP COLUMN a",
            "DROP TABLE t",
            "DROP INDEX i",
            "DROP VIEW v",
        ]);
        assert!(dropped.is_empty());
    }
}

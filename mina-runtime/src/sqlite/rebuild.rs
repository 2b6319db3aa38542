//! Writing a table anew: every row, every object on it, and what the history does not know.

use super::live::{Live, Trigger};
use super::plan::plan;
use super::{BatchError, Failure, keys, probe, query};
use diesel::SqliteConnection;
use mina_core::sql::sqlite::model::Rule;
use mina_core::sql::sqlite::{Edit, EditKind, quote, string};

/// Rebuilds a table with some edits made; returns the statements that did it.
pub(super) fn rebuild(conn: &mut SqliteConnection, table: &str, edits: &[&Edit]) -> Result<Vec<String>, Failure> {
    let at = |error| Failure {
        line: edits.first().map_or(0, |edit| edit.line),
        error,
    };
    let old = Live::read(conn, table).map_err(at)?;
    let old = old.ok_or_else(|| at(BatchError::NoTable { table: table.to_owned() }))?;
    refuse_with_keys_on(conn, &old).map_err(at)?;
    let mut new = old.clone();
    plan(&mut new, edits)?;
    let copied = copied(&old, &new, edits);
    watched(conn, &old, |conn| write(conn, &old, &new, &copied)).map_err(at)
}

/// Refuses to leave rows behind that violate foreign keys and did not before, where nothing else looks.
///
/// What was there before is looked at only where something is found: mostly nothing is, and to look takes as long as to
/// copy the rows.
fn watched<T>(
    conn: &mut SqliteConnection,
    table: &Live,
    act: impl Fn(&mut SqliteConnection) -> Result<T, BatchError>,
) -> Result<T, BatchError> {
    if keys::enforced(conn)? {
        return act(conn);
    }
    query::execute(conn, "SAVEPOINT mina_rebuild")?;
    let mut done = act(conn)?;
    let after = keys::violations(conn, &table.name)?;
    if !after.is_empty() {
        query::execute(conn, "ROLLBACK TO mina_rebuild")?;
        after.since(&keys::violations(conn, &table.name)?)?;
        done = act(conn)?;
    }
    query::execute(conn, "RELEASE mina_rebuild")?;
    Ok(done)
}

/// The columns of the new table that are written, and what is written to them.
fn copied(old: &Live, new: &Live, edits: &[&Edit]) -> Vec<(String, String)> {
    let kept = old.definition.columns().map(|column| (column.name.clone(), quote(&column.name)));
    let mut copied: Vec<(String, String)> = kept.collect();
    for edit in edits {
        match &edit.kind {
            EditKind::DropColumn { name, .. } => {
                copied.retain(|(column, _)| !column.eq_ignore_ascii_case(name));
            }
            EditKind::AlterColumn {
                after, using: Some(using), ..
            } => {
                let column = copied.iter_mut().find(|(column, _)| column.eq_ignore_ascii_case(&after.name));
                if let Some((_, value)) = column {
                    value.clone_from(using);
                }
            }
            _ => {}
        }
    }
    copied.retain(|(name, _)| new.definition.column(name).is_some_and(|column| column.generated().is_none()));
    copied
}

fn write(conn: &mut SqliteConnection, old: &Live, new: &Live, copied: &[(String, String)]) -> Result<Vec<String>, BatchError> {
    let mut run = Run {
        conn,
        table: old.name.clone(),
        scratch: String::new(),
        statements: Vec::new(),
    };
    run.scratch = run.free_name()?;
    run.all(old, new, copied)?;
    Ok(run.statements)
}

/// Dropping the old table would delete its rows under the eyes of the keys that refer to it.
fn refuse_with_keys_on(conn: &mut SqliteConnection, live: &Live) -> Result<(), BatchError> {
    match live.inbound.first() {
        Some(key) if keys::enforced(conn)? => Err(BatchError::KeysOn {
            table: live.name.clone(),
            by: format!("the foreign key on `{}.{}`", key.table, key.from),
        }),
        _ => Ok(()),
    }
}

struct Run<'a> {
    conn: &'a mut SqliteConnection,
    table: String,
    scratch: String,
    statements: Vec<String>,
}

impl Run<'_> {
    fn all(&mut self, old: &Live, new: &Live, copied: &[(String, String)]) -> Result<(), BatchError> {
        let (table, scratch) = (format!("main.{}", quote(&self.table)), format!("main.{}", quote(&self.scratch)));
        let before = self.count(&table)?;
        let analysed = self.is_analysed()?;

        self.run(new.definition.create(&scratch))?;
        let rowid = self.rowid_to_copy(old, new)?;
        let targets: Vec<String> = rowid
            .iter()
            .map(|name| (*name).to_owned())
            .chain(copied.iter().map(|(name, _)| quote(name)))
            .collect();
        let values: Vec<&str> = rowid
            .iter()
            .copied()
            .chain(copied.iter().map(|(_, value)| value.as_str()))
            .collect();
        if !targets.is_empty() {
            self.run(format!(
                "INSERT INTO {scratch} ({}) SELECT {} FROM {table}",
                targets.join(", "),
                values.join(", ")
            ))?;
        }
        let after = self.count(&scratch)?;
        if before != after {
            return Err(BatchError::Rows {
                table: self.table.clone(),
                before,
                after,
            });
        }

        // What it has counted up to goes with the table, rows or none.
        if counts_up(old) && counts_up(new) {
            let (name, scratch) = (string(&self.table), string(&self.scratch));
            self.run(format!("DELETE FROM main.sqlite_sequence WHERE name = {scratch}"))?;
            self.run(format!(
                "INSERT INTO main.sqlite_sequence (name, seq) SELECT {scratch}, seq FROM main.sqlite_sequence WHERE name = {name}"
            ))?;
        }

        // Else the RENAME reads every view and trigger, and those that name the table fail while it is gone.
        self.run("PRAGMA legacy_alter_table = ON".into())?;
        self.run(format!("DROP TABLE {table}"))?;
        self.run(format!("ALTER TABLE {scratch} RENAME TO {}", quote(&self.table)))?;
        self.run("PRAGMA legacy_alter_table = OFF".into())?;

        for index in &new.indexes {
            self.run(index.sql.clone())?;
        }
        for trigger in &new.triggers {
            self.run(trigger.create())?;
        }
        if analysed {
            self.run(format!("ANALYZE {table}"))?;
        }
        let column = new.definition.columns().next().map(|column| column.name.as_str());
        probe::parses(self.conn, &self.table, column, "after")
    }

    fn run(&mut self, sql: String) -> Result<(), BatchError> {
        let table = &self.table;
        query::execute(self.conn, &sql).map_err(|error| match error {
            BatchError::Sql { statement, message } => BatchError::Sql {
                statement,
                message: message.replace(&self.scratch, table),
            },
            other => other,
        })?;
        self.statements.push(sql);
        Ok(())
    }

    fn count(&mut self, table: &str) -> Result<i64, BatchError> {
        Ok(query::number(self.conn, &format!("SELECT count(*) AS value FROM {table}"))?.unwrap_or(0))
    }

    fn free_name(&mut self) -> Result<String, BatchError> {
        let mut name = format!("_mina_new_{}", self.table);
        let taken = |name: &str| {
            format!(
                "SELECT count(*) AS value FROM main.sqlite_schema WHERE name = {} COLLATE NOCASE",
                string(name)
            )
        };
        while query::number(self.conn, &taken(&name))? != Some(0) {
            name.insert(0, '_');
        }
        Ok(name)
    }

    fn is_analysed(&mut self) -> Result<bool, BatchError> {
        if !self.has("sqlite_stat1")? {
            return Ok(false);
        }
        let sql = format!(
            "SELECT count(*) AS value FROM main.sqlite_stat1 WHERE tbl = {} COLLATE NOCASE",
            string(&self.table)
        );
        Ok(query::number(self.conn, &sql)? != Some(0))
    }

    fn has(&mut self, name: &str) -> Result<bool, BatchError> {
        let sql = format!("SELECT count(*) AS value FROM main.sqlite_schema WHERE name = {}", string(name));
        Ok(query::number(self.conn, &sql)? != Some(0))
    }

    /// The name under which the rowid is copied: where no column is the rowid, a copy would count anew.
    fn rowid_to_copy(&mut self, old: &Live, new: &Live) -> Result<Option<&'static str>, BatchError> {
        if old.definition.is_without_rowid() || new.definition.is_without_rowid() || self.has_rowid_column(new)? {
            return Ok(None);
        }
        let names = ["rowid", "_rowid_", "oid"];
        Ok(names
            .into_iter()
            .find(|name| old.definition.column(name).is_none() && new.definition.column(name).is_none()))
    }

    /// A primary key that has no index of its own is the rowid.
    fn has_rowid_column(&mut self, new: &Live) -> Result<bool, BatchError> {
        let key = new
            .definition
            .constraints()
            .any(|(.., rule)| matches!(rule, Rule::PrimaryKey { .. }));
        let sql = format!(
            "SELECT count(*) AS value FROM pragma_index_list({}, 'main') WHERE origin = 'pk'",
            string(&self.scratch)
        );
        Ok(key && query::number(self.conn, &sql)? == Some(0))
    }
}

fn counts_up(live: &Live) -> bool {
    let mut constraints = live.definition.constraints();
    constraints.any(|(.., rule)| matches!(rule, Rule::PrimaryKey { autoincrement: true, .. }))
}

impl Trigger {
    /// The statement that makes it again; the stored text does not say TEMP.
    pub(super) fn create(&self) -> String {
        match self.temporary {
            true => probe::temporary(&self.sql),
            false => self.sql.clone(),
        }
    }
}

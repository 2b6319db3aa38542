use std::fmt;

/// Why a change of a table was refused, or failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// Something that the change is about is not in the database.
    #[error("{what} of `{table}` is not in the database")]
    Missing {
        /// The table.
        table: String,
        /// What is missing, such as ``column `bio` ``.
        what: String,
    },
    /// The table itself is not in the database.
    #[error("table `{table}` is not in the database")]
    NoTable {
        /// The table.
        table: String,
    },
    /// Something that the change makes is in the database already, and another than it would be.
    #[error("{what} of `{table}` is in the database already: `{live}`; the history makes `{history}`")]
    Exists {
        /// The table.
        table: String,
        /// What exists, such as ``column `bio` ``.
        what: String,
        /// As it is.
        live: String,
        /// As it would be.
        history: String,
    },
    /// Something that the change is about is not what the history believes.
    #[error("{what} of `{table}` is `{live}` in the database, but `{history}` in the history")]
    Differs {
        /// The table.
        table: String,
        /// What differs, such as ``the type of column `age` ``.
        what: String,
        /// As it is.
        live: String,
        /// As the history has it.
        history: String,
    },
    /// Something that the history does not know needs what the change takes away.
    #[error("{what} of `{table}` cannot go: {by} in the database needs it")]
    InUse {
        /// The table.
        table: String,
        /// What cannot go.
        what: String,
        /// What needs it, such as ``index `ix_hot` ``.
        by: String,
    },
    /// A rebuild would fire the actions of foreign keys.
    #[error("`{table}` has to be rebuilt, but foreign keys are on and {by} refers to it")]
    KeysOn {
        /// The table.
        table: String,
        /// The key that refers to it.
        by: String,
    },
    /// A TEMP table or view has the name of the table.
    #[error("a TEMP {kind} hides `{table}`")]
    Hidden {
        /// The table.
        table: String,
        /// `table` or `view`.
        kind: String,
    },
    /// What created the table cannot be read.
    #[error("the definition of `{table}` cannot be read near `{near}`")]
    Unreadable {
        /// The table.
        table: String,
        /// The text.
        near: String,
    },
    /// A view or trigger does not parse.
    #[error("{when} the change of `{table}`: {message}")]
    Broken {
        /// The table.
        table: String,
        /// `before` or `after`.
        when: &'static str,
        /// SQLite's words, which name the object.
        message: String,
    },
    /// A rebuild did not copy every row.
    #[error("`{table}` had {before} rows, its copy has {after}")]
    Rows {
        /// The table.
        table: String,
        /// Rows before.
        before: i64,
        /// Rows after.
        after: i64,
    },
    /// Foreign keys are violated that were not before.
    #[error("rows break foreign keys: {}", Listed(.0))]
    Violations(Vec<String>),
    /// Rows are there that would break what the change demands, such as ``3 rows of `users` have no `email` ``.
    #[error("{0}")]
    Unfit(String),
    /// What an effect promised is not so.
    #[error("the step declares an effect that it does not have: {0}")]
    Effect(String),
    /// A statement failed.
    #[error("{message}, in `{statement}`")]
    Sql {
        /// The statement.
        statement: String,
        /// SQLite's words.
        message: String,
    },
}

struct Listed<'a>(&'a [String]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().take(5).map(String::as_str).collect::<Vec<_>>().join("; "))?;
        match self.0.len().saturating_sub(5) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

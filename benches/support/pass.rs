//! A table of many rows, and changes of it: as a `batch_alter`, and by hand.

use crate::block;
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use mina_core::engine::Target;
use mina_runtime::Migrations;
use std::error::Error;
use std::path::Path;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// One change of the table.
pub struct Case {
    pub name: &'static str,
    /// What stands in `batch_alter users { … }`.
    pub batch: &'static str,
    /// The statements that somebody who knows SQLite would write.
    pub by_hand: &'static [&'static str],
}

const TABLES: &str = "
    create_table workspaces { #[primary_key] id: Integer, name: Varchar<80>, }
    create_table users {
        #[primary_key] id: Integer,
        email: Varchar<120>,
        name: Nullable<Varchar<80>>,
        age: Nullable<Text>,
        status: Varchar<20>,
        workspace_id: Nullable<Integer>,
        bio: Nullable<Text>,
        index ix_users_email (email),
        index ix_users_status (status, name),
    }
    create_table posts {
        #[primary_key] id: Integer,
        #[references(users.id, on_delete = cascade)] user_id: Integer,
    }";

const EDIT: &str = "BEGIN IMMEDIATE; PRAGMA writable_schema = ON;";
/// The schema is read again, here and by others.
const EDITED: &str = "PRAGMA schema_version = 1000; PRAGMA writable_schema = RESET; PRAGMA foreign_key_check(users); COMMIT;";

/// The procedure of SQLite's documentation.
macro_rules! rebuilt {
    ($columns:literal, $values:literal) => {
        &[concat!(
            "PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE;
             CREATE TABLE new_users (",
            $columns,
            ");
             INSERT INTO new_users SELECT ",
            $values,
            " FROM users;
             DROP TABLE users;
             ALTER TABLE new_users RENAME TO users;
             CREATE INDEX ix_users_email ON users (email);
             CREATE INDEX ix_users_status ON users (status, name);
             PRAGMA foreign_key_check;
             COMMIT; PRAGMA foreign_keys = ON;"
        )]
    };
}

pub const CASES: &[Case] = &[
    Case {
        name: "rename a column",
        batch: "alter_column email { rename = mail }",
        by_hand: &["ALTER TABLE users RENAME COLUMN email TO mail"],
    },
    Case {
        name: "drop NOT NULL",
        batch: "alter_column email { nullable = true }",
        by_hand: &["ALTER TABLE users ALTER COLUMN email DROP NOT NULL"],
    },
    Case {
        name: "set NOT NULL",
        batch: "#[allow(may_fail_on_rows)] alter_column name { nullable = false }",
        by_hand: &["ALTER TABLE users ALTER COLUMN name SET NOT NULL"],
    },
    Case {
        name: "a longer VARCHAR",
        batch: "alter_column name { type = Varchar<200> }",
        by_hand: &[
            EDIT,
            "UPDATE sqlite_schema SET sql = replace(sql, '\"name\" VARCHAR(80)', '\"name\" VARCHAR(200)') WHERE name = 'users';",
            "PRAGMA schema_version = 1000; PRAGMA writable_schema = RESET; COMMIT;",
        ],
    },
    Case {
        name: "a new foreign key",
        batch: "#[allow(may_fail_on_rows)] create_foreign_key fk_users_workspace (workspace_id) references workspaces (id);",
        by_hand: &[
            EDIT,
            "UPDATE sqlite_schema SET sql = replace(sql, '\"workspace_id\" INTEGER', '\"workspace_id\" INTEGER REFERENCES workspaces (id)')
             WHERE name = 'users';",
            EDITED,
        ],
    },
    Case {
        name: "these five at once",
        batch: "alter_column email { rename = mail }
                alter_column status { nullable = true }
                #[allow(may_fail_on_rows)] alter_column name { nullable = false }
                alter_column age { type = Varchar<20> }
                #[allow(may_fail_on_rows)] create_foreign_key fk_users_workspace (workspace_id) references workspaces (id);",
        by_hand: &[
            EDIT,
            "ALTER TABLE users RENAME COLUMN email TO mail;
             ALTER TABLE users ALTER COLUMN status DROP NOT NULL;
             ALTER TABLE users ALTER COLUMN name SET NOT NULL;
             UPDATE sqlite_schema SET sql = replace(replace(sql, '\"age\" TEXT', '\"age\" VARCHAR(20)'),
                 '\"workspace_id\" INTEGER', '\"workspace_id\" INTEGER REFERENCES workspaces (id)') WHERE name = 'users';",
            EDITED,
        ],
    },
    Case {
        name: "a new check",
        batch: "#[allow(may_fail_on_rows)] create_check ck_users_status \"status IN ('active', 'gone')\";",
        by_hand: &["ALTER TABLE users ADD CONSTRAINT ck_users_status CHECK (status IN ('active', 'gone'))"],
    },
    Case {
        name: "another default (rebuilt)",
        batch: "alter_column status { default = \"gone\" }",
        by_hand: rebuilt!(
            "id INTEGER NOT NULL PRIMARY KEY, email VARCHAR(120) NOT NULL, name VARCHAR(80), age TEXT, status VARCHAR(20) NOT NULL DEFAULT 'gone', \
             workspace_id INTEGER, bio TEXT",
            "*"
        ),
    },
    Case {
        name: "another type (rebuilt)",
        batch: "#[allow(may_fail_on_rows)] alter_column age { type = Integer, using = cast }",
        by_hand: rebuilt!(
            "id INTEGER NOT NULL PRIMARY KEY, email VARCHAR(120) NOT NULL, name VARCHAR(80), age INTEGER, status VARCHAR(20) NOT NULL, \
             workspace_id INTEGER, bio TEXT",
            "id, email, name, CAST(age AS INTEGER), status, workspace_id, bio"
        ),
    },
    Case {
        name: "five at once and a unique constraint (rebuilt)",
        batch: "alter_column status { default = \"gone\", nullable = true }
                #[allow(may_fail_on_rows)] alter_column name { nullable = false }
                alter_column age { type = Varchar<20> }
                #[allow(may_fail_on_rows)] create_foreign_key fk_users_workspace (workspace_id) references workspaces (id);
                #[allow(may_fail_on_rows)] create_unique uq_users_email (email);",
        by_hand: rebuilt!(
            "id INTEGER NOT NULL PRIMARY KEY, email VARCHAR(120) NOT NULL, name VARCHAR(80) NOT NULL, age VARCHAR(20), \
             status VARCHAR(20) DEFAULT 'gone', workspace_id INTEGER REFERENCES workspaces (id), bio TEXT, UNIQUE (email)",
            "*"
        ),
    },
];

/// Makes the tables, as the history does, and fills them.
pub fn fill(file: &Path, rows: usize) -> Result<()> {
    let mut conn = SqliteConnection::establish(&file.to_string_lossy())?;
    block::history(Target::SQLITE, &[TABLES])?.upgrade(&mut conn, "head")?;
    conn.batch_execute(&format!(
        "INSERT INTO workspaces (id, name) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i, 'w' || i FROM n;
         INSERT INTO users (id, email, name, age, status, workspace_id, bio)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
         SELECT i, 'somebody' || i || '@example.com', 'Some Body ' || i, i % 90, CASE i % 3 WHEN 0 THEN 'gone' ELSE 'active' END,
                1 + i % 1000, 'lives at number ' || i || ', ' || hex(zeroblob(20)) FROM n;
         INSERT INTO posts (id, user_id) SELECT id, id FROM users WHERE id % 10 = 0"
    ))?;
    Ok(())
}

/// A history of two: the tables, and a batch.
pub fn history(batch: &str) -> Result<Migrations> {
    let batch = format!("batch_alter users {{ {batch} }}");
    block::history(Target::SQLITE, &[TABLES, &batch])
}

//! What people write who come from Alembic, from SQL or from Rust, and what it is called here.

type Words = &'static [(&'static str, &'static str)];

fn find(words: Words, word: &str) -> Option<&'static str> {
    words
        .iter()
        .find(|(habit, _)| habit.eq_ignore_ascii_case(word))
        .map(|(_, here)| *here)
}

/// The statement that another tool's word stands for.
pub(super) fn statement(word: &str) -> Option<&'static str> {
    find(STATEMENTS, word)
}

const STATEMENTS: Words = &[
    ("add_col", "add_column"),
    ("create_column", "add_column"),
    ("column", "add_column"),
    ("remove_column", "drop_column"),
    ("delete_column", "drop_column"),
    ("remove_col", "drop_column"),
    ("drop_col", "drop_column"),
    ("change_column", "alter_column"),
    ("modify_column", "alter_column"),
    ("alter_col", "alter_column"),
    ("table", "create_table"),
    ("add_table", "create_table"),
    ("new_table", "create_table"),
    ("remove_table", "drop_table"),
    ("delete_table", "drop_table"),
    ("alter_table", "batch_alter"),
    ("change_table", "batch_alter"),
    ("modify_table", "batch_alter"),
    ("batch_alter_table", "batch_alter"),
    ("batch", "batch_alter"),
    ("create_unique_constraint", "create_unique"),
    ("add_unique", "create_unique"),
    ("add_unique_constraint", "create_unique"),
    ("unique", "create_unique"),
    ("create_check_constraint", "create_check"),
    ("add_check", "create_check"),
    ("add_check_constraint", "create_check"),
    ("check", "create_check"),
    ("create_exclude_constraint", "create_exclusion"),
    ("create_foreign_key_constraint", "create_foreign_key"),
    ("add_foreign_key", "create_foreign_key"),
    ("add_fk", "create_foreign_key"),
    ("foreign_key", "create_foreign_key"),
    ("create_primary_key_constraint", "create_primary_key"),
    ("add_primary_key", "create_primary_key"),
    ("primary_key", "create_primary_key"),
    ("drop_foreign_key", "drop_constraint"),
    ("drop_unique", "drop_constraint"),
    ("drop_unique_constraint", "drop_constraint"),
    ("drop_check", "drop_constraint"),
    ("drop_check_constraint", "drop_constraint"),
    ("drop_primary_key", "drop_constraint"),
    ("drop_exclusion", "drop_constraint"),
    ("remove_foreign_key", "drop_constraint"),
    ("remove_constraint", "drop_constraint"),
    ("add_index", "create_index"),
    ("create_unique_index", "create_index"),
    ("index", "create_index"),
    ("remove_index", "drop_index"),
    ("create_type", "create_enum"),
    ("alter_type", "alter_enum"),
    ("drop_type", "drop_enum"),
    ("create_table_comment", "comment_on"),
    ("drop_table_comment", "comment_on"),
    ("comment", "comment_on"),
    ("execute_sql", "execute"),
    ("exec", "execute"),
    ("sql", "execute"),
    ("raw_sql", "execute"),
    ("insert", "bulk_insert"),
    ("insert_into", "bulk_insert"),
    ("seed", "bulk_insert"),
    ("bulk_update", "update"),
    ("create_materialized_view", "execute"),
    ("code", "run"),
    ("python", "run"),
];

/// Whether a word begins a statement of SQL.
pub(super) fn begins_sql(word: &str) -> bool {
    const SQL: &[&str] = &[
        "SELECT", "INSERT", "UPDATE", "DELETE", "ALTER", "CREATE", "DROP", "WITH", "SET", "PRAGMA", "GRANT", "REVOKE", "TRUNCATE", "CALL",
        "VACUUM", "ANALYZE",
    ];
    SQL.iter().any(|sql| sql.eq_ignore_ascii_case(word))
}

/// The header key that another tool's word stands for.
pub(super) fn header(word: &str) -> Option<&'static str> {
    find(HEADER, word)
}

const HEADER: Words = &[
    ("id", "revision"),
    ("version", "revision"),
    ("revision_id", "revision"),
    ("down_revision", "revises"),
    ("parent", "revises"),
    ("parents", "revises"),
    ("depends", "depends_on"),
    ("requires", "depends_on"),
    ("branch_labels", "label"),
    ("branch_label", "label"),
    ("labels", "label"),
    ("branch", "label"),
    ("bind_key", "bind"),
    ("database", "bind"),
    ("up", "upgrade"),
    ("down", "downgrade"),
    ("disable_ddl_transaction", "transaction"),
    ("transactional", "transaction"),
];

/// The type that another tool's word stands for.
pub(super) fn ty(word: &str) -> Option<&'static str> {
    find(TYPES, word)
}

const TYPES: Words = &[
    ("Int", "Integer"),
    ("Int2", "SmallInt"),
    ("Int4", "Integer"),
    ("Int8", "BigInt"),
    ("i8", "TinyInt"),
    ("i16", "SmallInt"),
    ("i32", "Integer"),
    ("i64", "BigInt"),
    ("u8", "Unsigned<TinyInt>"),
    ("u16", "Unsigned<SmallInt>"),
    ("u32", "Unsigned<Integer>"),
    ("u64", "Unsigned<BigInt>"),
    ("f32", "Float"),
    ("f64", "Double"),
    ("BigInteger", "BigInt"),
    ("SmallInteger", "SmallInt"),
    ("Serial", "Integer"),
    ("SmallSerial", "SmallInt"),
    ("BigSerial", "BigInt"),
    ("Boolean", "Bool"),
    ("Str", "Text"),
    ("Unicode", "Varchar<n>"),
    ("UnicodeText", "Text"),
    ("LongText", "Text"),
    ("MediumText", "Text"),
    ("TinyText", "Text"),
    ("Clob", "Text"),
    ("CiText", "Custom<\"citext\">"),
    ("NVarchar", "Varchar<n>"),
    ("Character", "Char<n>"),
    ("DateTime", "Timestamp"),
    ("NaiveDateTime", "Timestamp"),
    ("NaiveDate", "Date"),
    ("NaiveTime", "Time"),
    ("TimestampTz", "Timestamptz"),
    ("Duration", "Interval"),
    ("Timedelta", "Interval"),
    ("Real", "Float"),
    ("Float4", "Float"),
    ("Float8", "Double"),
    ("DoublePrecision", "Double"),
    ("Decimal", "Numeric<p, s>"),
    ("BigDecimal", "Numeric<p, s>"),
    ("Money", "Numeric<p, s>"),
    ("Blob", "Binary"),
    ("LargeBinary", "Binary"),
    ("Varbinary", "Binary"),
    ("Bytea", "Binary"),
    ("Bytes", "Binary"),
    ("Guid", "Uuid"),
    ("JsonB", "Jsonb"),
    ("IpAddr", "Inet"),
    ("MacAddress", "MacAddr"),
];

/// The option that another tool's word stands for.
pub(super) fn option(word: &str) -> Option<&'static str> {
    find(OPTIONS, word)
}

const OPTIONS: Words = &[
    ("type_", "type"),
    ("ty", "type"),
    ("new_type", "type"),
    ("server_default", "default"),
    ("new_column_name", "rename"),
    ("new_name", "rename"),
    ("rename_to", "rename"),
    ("name", "rename"),
    ("null", "nullable"),
    ("not_null", "nullable"),
    ("postgresql_using", "using"),
    ("method", "using"),
    ("computed", "generated"),
    ("ondelete", "on_delete"),
    ("onupdate", "on_update"),
    ("delete", "on_delete"),
    ("update", "on_update"),
    ("initially", "deferrable"),
    ("not_valid", "validate"),
    ("postgresql_not_valid", "validate"),
    ("sqlite_where", "where"),
    ("postgresql_where", "where"),
    ("filter", "where"),
    ("condition", "where"),
    ("values", "set"),
    ("postgresql_include", "include"),
    ("postgresql_concurrently", "concurrently"),
    ("concurrent", "concurrently"),
    ("postgresql_nulls_not_distinct", "nulls_not_distinct"),
    ("mysql_engine", "engine"),
    ("mysql_charset", "charset"),
    ("mysql_default_charset", "charset"),
    ("mysql_collate", "collate"),
    ("mysql_row_format", "row_format"),
    ("sqlite_strict", "strict"),
    ("sqlite_with_rowid", "without_rowid"),
    ("batch_size", "batch"),
    ("reverse", "undo"),
    ("down", "undo"),
    ("effects", "effect"),
    ("minvalue", "min"),
    ("maxvalue", "max"),
    ("increment_by", "increment"),
    ("start_with", "start"),
    ("autoincrement", "generated"),
    ("identity", "generated"),
];

/// What to write instead of an attribute that is not one.
pub(super) fn attribute(word: &str) -> Option<&'static str> {
    find(ATTRIBUTES, word)
}

const ATTRIBUTES: Words = &[
    ("nullable", "a column that takes NULL has the type `Nullable<…>`"),
    ("not_null", "a column takes no NULL unless its type is `Nullable<…>`"),
    ("default", "a default stands after the type: `done: Bool = false`"),
    ("server_default", "a default stands after the type: `done: Bool = false`"),
    ("foreign_key", "write `#[references(table.column)]`"),
    ("fk", "write `#[references(table.column)]`"),
    ("belongs_to", "write `#[references(table.column)]`"),
    ("comment", "a comment is a doc comment: `/// …`"),
    (
        "autoincrement",
        "a sole integer key is counted up by itself: write `#[primary_key]`",
    ),
    (
        "auto_increment",
        "a sole integer key is counted up by itself: write `#[primary_key]`",
    ),
    ("id", "write `#[primary_key]`"),
    ("pk", "write `#[primary_key]`"),
    ("key", "write `#[primary_key]`"),
    ("max_length", "a length stands in the type: `Varchar<80>`"),
    ("length", "a length stands in the type: `Varchar<80>`"),
    ("cfg", "a statement for some engines only has `#[on(Pg)]`"),
    ("engine", "a statement for some engines only has `#[on(Pg)]`"),
    ("expect", "write `#[allow(…)]`"),
    ("warn", "levels of lints stand in mina.toml, `#[allow(…)]` silences one here"),
    ("deny", "levels of lints stand in mina.toml, `#[allow(…)]` silences one here"),
];

/// The engine that another name stands for.
pub(super) fn engine(word: &str) -> Option<&'static str> {
    find(ENGINES, word)
}

const ENGINES: Words = &[
    ("Postgres", "Pg"),
    ("PostgreSQL", "Pg"),
    ("Psql", "Pg"),
    ("Sqlite3", "Sqlite"),
    ("MariaDB", "Mysql"),
    ("Maria", "Mysql"),
];

/// The value that another word stands for, in a default or a row.
pub(super) fn value(word: &str) -> Option<&'static str> {
    find(VALUES, word)
}

const VALUES: Words = &[
    ("current_timestamp", "now()"),
    ("localtimestamp", "now()"),
    ("utcnow", "now()"),
    ("now", "now()"),
    ("func", "now()"),
    ("datetime", "now()"),
    ("current_date", "today()"),
    ("today", "today()"),
    ("gen_random_uuid", "uuid()"),
    ("uuid_generate_v4", "uuid()"),
    ("uuid4", "uuid()"),
    ("uuid", "uuid()"),
    ("None", "null"),
    ("nil", "null"),
    ("text", "sql(\"…\")"),
    ("expr", "sql(\"…\")"),
    ("raw", "sql(\"…\")"),
    ("yes", "true"),
    ("on", "true"),
    ("no", "false"),
    ("off", "false"),
];

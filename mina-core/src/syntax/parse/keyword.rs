/// A word that a statement can begin with.
pub(super) struct Keyword {
    pub(super) word: &'static str,
    /// How it is written, shown where it is not.
    pub(super) form: &'static str,
    /// How it is written inside `batch_alter`, where it can stand there.
    pub(super) batch_form: Option<&'static str>,
}

const fn top(word: &'static str, form: &'static str) -> Keyword {
    Keyword {
        word,
        form,
        batch_form: None,
    }
}

const fn both(word: &'static str, form: &'static str, batch_form: &'static str) -> Keyword {
    Keyword {
        word,
        form,
        batch_form: Some(batch_form),
    }
}

#[rustfmt::skip]
pub(super) const KEYWORDS: &[Keyword] = &[
    top("create_schema", "create_schema NAME;"),
    top("drop_schema", "drop_schema NAME;"),
    top("create_table", "create_table TABLE { COLUMN: TYPE, … }"),
    top("drop_table", "drop_table TABLE;"),
    top("rename_table", "rename_table OLD => NEW;"),
    both("rename_constraint", "rename_constraint OLD => NEW on TABLE;", "rename_constraint OLD => NEW;"),
    both("rename_index", "rename_index OLD => NEW on TABLE;", "rename_index OLD => NEW;"),
    top("batch_alter", "batch_alter TABLE { STATEMENTS }"),
    both("add_column", "add_column TABLE.COLUMN: TYPE;", "add_column COLUMN: TYPE;"),
    both("alter_column", "alter_column TABLE.COLUMN { type = TYPE, nullable = true, … }", "alter_column COLUMN { type = TYPE, nullable = true, … }"),
    both("drop_column", "drop_column TABLE.COLUMN;", "drop_column COLUMN;"),
    both("create_primary_key", "create_primary_key NAME on TABLE (COLUMNS);", "create_primary_key NAME (COLUMNS);"),
    both("create_foreign_key", "create_foreign_key NAME on TABLE (COLUMNS) references OTHER (COLUMNS);", "create_foreign_key NAME (COLUMNS) references OTHER (COLUMNS);"),
    both("create_unique", "create_unique NAME on TABLE (COLUMNS);", "create_unique NAME (COLUMNS);"),
    both("create_check", "create_check NAME on TABLE \"SQL\";", "create_check NAME \"SQL\";"),
    both("create_exclusion", "create_exclusion NAME on TABLE using gist (COLUMN with \"&&\");", "create_exclusion NAME using gist (COLUMN with \"&&\");"),
    both("drop_constraint", "drop_constraint NAME on TABLE;", "drop_constraint NAME;"),
    both("create_index", "create_index NAME on TABLE (COLUMNS);", "create_index NAME (COLUMNS);"),
    both("drop_index", "drop_index NAME on TABLE;", "drop_index NAME;"),
    top("create_enum", "create_enum NAME (\"a\", \"b\");"),
    top("alter_enum", "alter_enum NAME { add = \"c\", after = \"b\" }"),
    top("drop_enum", "drop_enum NAME;"),
    top("create_sequence", "create_sequence NAME { start = 1 }"),
    top("drop_sequence", "drop_sequence NAME;"),
    both("comment_on", "comment_on TABLE \"…\"; or comment_on TABLE.COLUMN \"…\";", "comment_on \"…\"; or comment_on COLUMN \"…\";"),
    top("create_view", "create_view NAME as \"SELECT …\";"),
    top("drop_view", "drop_view NAME;"),
    top("create_trigger", "create_trigger NAME on TABLE \"AFTER UPDATE …\";"),
    top("drop_trigger", "drop_trigger NAME on TABLE;"),
    top("create_function", "create_function NAME(ARGUMENTS) \"…\";"),
    top("drop_function", "drop_function NAME(ARGUMENTS);"),
    top("create_extension", "create_extension NAME;"),
    top("drop_extension", "drop_extension NAME;"),
    top("execute", "execute \"SQL\";"),
    top("update", "update TABLE { set = \"…\", where = \"…\" }"),
    top("delete", "delete TABLE { where = \"…\" }"),
    top("bulk_insert", "bulk_insert TABLE (COLUMNS) [(VALUES), …];"),
    top("bulk_delete", "bulk_delete TABLE by (COLUMNS) [VALUES, …];"),
    top("run", "run |conn| { … }"),
    top("backfill", "backfill TABLE { set = \"…\", where = \"…\", batch = 10_000 }"),
];

/// What stands in models.
#[rustfmt::skip]
pub(super) const MODELS: &[Keyword] = &[
    top("table", "table NAME { COLUMN: TYPE, … }"),
    top("enum", "enum NAME (\"a\", \"b\");"),
    top("view", "view NAME as \"SELECT …\" { COLUMN: TYPE, … }"),
    top("sequence", "sequence NAME { start = 1 }"),
    top("trigger", "trigger NAME on TABLE \"AFTER UPDATE …\";"),
    top("function", "function NAME(ARGUMENTS) \"…\";"),
    top("extension", "extension NAME;"),
    top("schema", "schema NAME;"),
];

pub(super) fn keyword(word: &str) -> Option<&'static Keyword> {
    KEYWORDS.iter().find(|keyword| keyword.word == word)
}

/// The keys that stand in a block's head, in their order.
pub(in crate::syntax) const HEADER: &[&str] = &[
    "revision",
    "revises",
    "depends_on",
    "label",
    "alias",
    "squashes",
    "bind",
    "transaction",
];

pub(super) const COLUMN_ATTRIBUTES: &[&str] = &["primary_key", "unique", "references", "check", "index", "collate", "generated"];

pub(super) const STATEMENT_ATTRIBUTES: &[&str] = &["on", "allow"];

/// Words that begin a constraint or an index in a table.
pub(super) const TABLE_FORMS: &[&str] = &["primary_key", "foreign_key", "unique", "check", "exclusion", "index"];

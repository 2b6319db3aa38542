//! The words of the language, for editors: what hovering over one in a `migration!` shows.
//!
//! The whole language is described in `docs/language.md`.

macro_rules! words {
    ($($(#[doc = $doc:literal])+ $word:ident)+) => {
        $($(#[doc = $doc])+ #[allow(non_camel_case_types)] pub enum $word {})+

        /// Every word.
        pub const ALL: &[&str] = &[$(stringify!($word)),+];
    };
}

words! {
    /// Makes a namespace, where the engine has them.
    ///
    /// ```text
    /// create_schema NAME;
    /// ```
    create_schema
    /// Drops a namespace.
    ///
    /// ```text
    /// drop_schema NAME;
    /// ```
    drop_schema
    /// Creates a table with its columns, constraints and indexes.
    ///
    /// ```text
    /// create_table TABLE { COLUMN: TYPE, … }
    /// ```
    create_table
    /// Drops a table with its indexes.
    ///
    /// ```text
    /// drop_table TABLE;
    /// ```
    drop_table
    /// Renames a table; names that the convention made follow it.
    ///
    /// ```text
    /// rename_table OLD => NEW;
    /// ```
    rename_table
    /// Renames a constraint.
    ///
    /// ```text
    /// rename_constraint OLD => NEW on TABLE;
    /// ```
    rename_constraint
    /// Renames an index.
    ///
    /// ```text
    /// rename_index OLD => NEW on TABLE;
    /// ```
    rename_index
    /// Alters one table in one pass.
    ///
    /// ```text
    /// batch_alter TABLE { STATEMENTS }
    /// ```
    batch_alter
    /// Adds a column; NOT NULL unless its type is `Nullable<…>`.
    ///
    /// ```text
    /// add_column TABLE.COLUMN: TYPE;
    /// ```
    add_column
    /// Changes a column: `rename`, `type` with `using`, `nullable`, `default`, `comment`, `collate`.
    ///
    /// ```text
    /// alter_column TABLE.COLUMN { type = TYPE, nullable = true, … }
    /// ```
    alter_column
    /// Drops a column, and what is about that column alone.
    ///
    /// ```text
    /// drop_column TABLE.COLUMN;
    /// ```
    drop_column
    /// Gives a table its primary key.
    ///
    /// ```text
    /// create_primary_key NAME on TABLE (COLUMNS);
    /// ```
    create_primary_key
    /// Makes columns refer to another table's.
    ///
    /// ```text
    /// create_foreign_key NAME on TABLE (COLUMNS) references OTHER (COLUMNS);
    /// ```
    create_foreign_key
    /// Forbids two rows with the same values.
    ///
    /// ```text
    /// create_unique NAME on TABLE (COLUMNS);
    /// ```
    create_unique
    /// Demands an expression of every row.
    ///
    /// ```text
    /// create_check NAME on TABLE "SQL";
    /// ```
    create_check
    /// Forbids two rows that compare true, on PostgreSQL.
    ///
    /// ```text
    /// create_exclusion NAME on TABLE using gist (COLUMN with "&&");
    /// ```
    create_exclusion
    /// Drops a constraint by name.
    ///
    /// ```text
    /// drop_constraint NAME on TABLE;
    /// ```
    drop_constraint
    /// Makes an index.
    ///
    /// ```text
    /// create_index NAME on TABLE (COLUMNS);
    /// ```
    create_index
    /// Drops an index.
    ///
    /// ```text
    /// drop_index NAME on TABLE;
    /// ```
    drop_index
    /// Makes an enum: a type on PostgreSQL, inline on MariaDB, a check on SQLite.
    ///
    /// ```text
    /// create_enum NAME ("a", "b");
    /// ```
    create_enum
    /// Adds, renames or removes a value of an enum.
    ///
    /// ```text
    /// alter_enum NAME { add = "c", after = "b" }
    /// ```
    alter_enum
    /// Drops an enum.
    ///
    /// ```text
    /// drop_enum NAME;
    /// ```
    drop_enum
    /// Makes a sequence that is no column's own.
    ///
    /// ```text
    /// create_sequence NAME { start = 1 }
    /// ```
    create_sequence
    /// Drops a sequence.
    ///
    /// ```text
    /// drop_sequence NAME;
    /// ```
    drop_sequence
    /// Says what a table or column is for.
    ///
    /// ```text
    /// comment_on TABLE "…"; or comment_on TABLE.COLUMN "…";
    /// ```
    comment_on
    /// Makes a view.
    ///
    /// ```text
    /// create_view NAME as "SELECT …";
    /// ```
    create_view
    /// Drops a view.
    ///
    /// ```text
    /// drop_view NAME;
    /// ```
    drop_view
    /// Makes a trigger on a table.
    ///
    /// ```text
    /// create_trigger NAME on TABLE "AFTER UPDATE …";
    /// ```
    create_trigger
    /// Drops a trigger.
    ///
    /// ```text
    /// drop_trigger NAME on TABLE;
    /// ```
    drop_trigger
    /// Makes a function.
    ///
    /// ```text
    /// create_function NAME(ARGUMENTS) "…";
    /// ```
    create_function
    /// Drops a function.
    ///
    /// ```text
    /// drop_function NAME(ARGUMENTS);
    /// ```
    drop_function
    /// Makes an extension of PostgreSQL.
    ///
    /// ```text
    /// create_extension NAME;
    /// ```
    create_extension
    /// Drops an extension of PostgreSQL.
    ///
    /// ```text
    /// drop_extension NAME;
    /// ```
    drop_extension
    /// Runs SQL; what it does to the schema it declares with `effect`, how it is undone with `undo`.
    ///
    /// ```text
    /// execute "SQL";
    /// ```
    execute
    /// Changes rows.
    ///
    /// ```text
    /// update TABLE { set = "…", where = "…" }
    /// ```
    update
    /// Deletes rows.
    ///
    /// ```text
    /// delete TABLE { where = "…" }
    /// ```
    delete
    /// Inserts rows.
    ///
    /// ```text
    /// bulk_insert TABLE (COLUMNS) [(VALUES), …];
    /// ```
    bulk_insert
    /// Deletes rows by their keys.
    ///
    /// ```text
    /// bulk_delete TABLE by (COLUMNS) [VALUES, …];
    /// ```
    bulk_delete
    /// Runs Rust, with Diesel, against the schema as it is at this point.
    ///
    /// ```text
    /// run |conn| { … }
    /// ```
    run
    /// Changes rows in batches, each committed.
    ///
    /// ```text
    /// backfill TABLE { set = "…", where = "…", batch = 10_000, batch_time = "500ms", wait_while = "…" }
    /// ```
    backfill
    /// True or false.
    Bool
    /// An integer of 8 bits.
    TinyInt
    /// An integer of 16 bits.
    SmallInt
    /// An integer of 32 bits.
    Integer
    /// An integer of 64 bits.
    BigInt
    /// A number of 32 bits with a floating point.
    Float
    /// A number of 64 bits with a floating point.
    Double
    /// An exact number: `Numeric<10, 2>` has ten digits, two of them after the point.
    Numeric
    /// Text of at most so many characters; `Varchar` alone is unbounded.
    Varchar
    /// Text of exactly so many characters.
    Char
    /// Text of any length.
    Text
    /// Bytes.
    Binary
    /// A day.
    Date
    /// A time of day.
    Time
    /// A day and time, of no time zone.
    Timestamp
    /// A point in time.
    Timestamptz
    /// A length of time.
    Interval
    /// A UUID.
    Uuid
    /// JSON, as it was written.
    Json
    /// JSON, as it is meant.
    Jsonb
    /// An address of a host or network.
    Inet
    /// An address of a network.
    Cidr
    /// An address of a network card.
    MacAddr
    /// A list: `Array<Integer>`.
    Array
    /// A value of an enum: `Enum<task_state>`.
    Enum
    /// An integer without a sign: `Unsigned<BigInt>`.
    Unsigned
    /// A type as the engine writes it: `Custom<"GEOMETRY">`.
    Custom
    /// A column that may be empty.
    Nullable
}

//! Random statements over a schema, as text. Most fit; the checker says which.

use crate::random::Random;
use crate::value::{in_sql, is_text, key, language_type, name, path, sql_value, string};
use mina::Engine;
use mina_core::schema::{Column, ObjectName, Schema, Table, Type};

/// Names that something in the way from the block to the database may take for something else.
const NAMES: &[&str] = &[
    "users",
    "tasks",
    "teams",
    "notes",
    "items",
    "order",
    "group",
    "select",
    "a b",
    "2fa",
    "it's",
    "x\"y",
    "Größe",
    "日本",
    "back`tick",
    "b[r]",
    "key",
    "index",
    "check",
    "where",
    "t.u",
    "Mixed",
    "null",
    "values",
    "50%",
];
const COLUMNS: &[&str] = &[
    "a",
    "b",
    "c",
    "d",
    "e",
    "name",
    "title",
    "age",
    "state",
    "owner_id",
    "parent_id",
    "order",
    "from",
    "a b",
    "it's",
    "q\"q",
    "ü",
    "unique",
    "index",
    "check",
    "default",
    "Case",
    "x`y",
    "2nd",
    "a,b",
    "(p)",
];
const TYPES: &[&str] = &[
    "Bool",
    "SmallInt",
    "Integer",
    "BigInt",
    "Float",
    "Double",
    "Numeric<10, 2>",
    "Varchar<20>",
    "Varchar<200>",
    "Varchar",
    "Char<8>",
    "Text",
    "Binary",
    "Date",
    "Time",
    "Timestamp",
    "Timestamptz",
    "Uuid",
    "Json",
];

/// Those that an engine has beside them.
fn own_types(engine: Engine) -> &'static [&'static str] {
    match engine {
        Engine::Sqlite => &[],
        Engine::Pg => &["Jsonb", "Interval", "Inet", "Array<Integer>", "Array<Text>"],
        Engine::Mysql => &["TinyInt", "Unsigned<Integer>", "Unsigned<BigInt>"],
    }
}

/// Statements to choose from, by the name under which they are counted.
pub struct Writer<'a> {
    pub random: &'a mut Random,
    pub engine: Engine,
    pub schema: &'a Schema,
    /// For names and values that are there once.
    pub serial: &'a mut u32,
}

/// The statements on one table, with the table's name or in a batch without.
pub struct On<'a> {
    pub table: &'a Table,
    pub batch: bool,
}

impl On<'_> {
    pub fn path(&self, column: &str) -> String {
        if self.batch {
            name(column)
        } else {
            format!("{}.{}", path(&self.table.name), name(column))
        }
    }

    pub fn on(&self) -> String {
        if self.batch {
            String::new()
        } else {
            format!(" on {}", path(&self.table.name))
        }
    }
}

impl<'a> Writer<'a> {
    pub fn serial(&mut self) -> u32 {
        *self.serial += 1;
        *self.serial
    }

    pub fn table(&mut self) -> Option<&'a Table> {
        let tables: Vec<&Table> = self.schema.tables().values().map(|table| &**table).collect();
        self.random.of(&tables).copied()
    }

    pub fn on_table(&mut self, write: fn(&mut Self, &On<'_>) -> Option<String>) -> Option<String> {
        let table = self.table()?;
        let text = write(self, &On { table, batch: false })?;
        Some(self.allowed(text))
    }

    /// Some are allowed to fail on rows.
    pub fn allowed(&mut self, text: String) -> String {
        if self.random.percent(25) {
            format!("#[allow(may_fail_on_rows)] {text}")
        } else {
            text
        }
    }

    pub fn column<'t>(&mut self, table: &'t Table) -> Option<&'t Column> {
        self.random.of(&table.columns)
    }

    fn free_table_name(&mut self) -> String {
        if self.random.percent(75) {
            self.random.pick(NAMES).to_owned()
        } else {
            format!("t{}", self.serial())
        }
    }

    fn free_column_name(&mut self, table: Option<&Table>) -> String {
        let taken = |name: &str| table.is_some_and(|table| table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name)));
        let found = self.random.pick(COLUMNS).to_owned();
        if taken(&found) && self.random.percent(90) {
            format!("c{}", self.serial())
        } else {
            found
        }
    }

    pub fn object_name(&mut self, prefix: &str) -> String {
        if self.random.percent(10) {
            let odd = self.random.pick(NAMES);
            return format!("{prefix} {odd}");
        }
        format!("{prefix}_{}", self.serial())
    }

    fn type_name(&mut self) -> String {
        let enums: Vec<&ObjectName> = self.schema.enums().keys().collect();
        match self.random.of(&enums) {
            Some(found) if self.random.percent(15) => format!("Enum<{}>", name(&found.name)),
            _ if self.random.percent(10) => {
                let own = *self.random.of(own_types(self.engine)).unwrap_or(&"Integer");
                own.to_owned()
            }
            _ => self.random.pick(TYPES).to_owned(),
        }
    }

    /// A collation that the engine has.
    fn collation(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite => "NOCASE",
            Engine::Pg => "C",
            Engine::Mysql => "utf8mb4_bin",
        }
    }

    fn default_for(&mut self, ty: &str) -> String {
        let number = self.random.below(60);
        match ty {
            "Bool" => self.random.pick(&["true", "false"]).to_owned(),
            "Integer" | "BigInt" if self.random.percent(20) => match self.sequence() {
                Some(sequence) => format!("sql({:?})", format!("nextval('{sequence}')")),
                None => number.to_string(),
            },
            "SmallInt" | "Integer" | "BigInt" | "TinyInt" | "Unsigned<Integer>" | "Unsigned<BigInt>" => number.to_string(),
            "Interval" => "\"1 day\"".to_owned(),
            "Inet" => "\"10.0.0.1\"".to_owned(),
            "Array<Integer>" | "Array<Text>" => "sql(\"'{}'\")".to_owned(),
            "Float" | "Double" | "Numeric<10, 2>" => format!("{number}.50"),
            "Varchar<20>" | "Varchar<200>" | "Varchar" | "Char<8>" | "Text" => {
                let text = self.random.pick(&["", "x", "it's", "12", "q\"q", "ünï", "a;b", "--", "NULL"]);
                match self.random.below(6) {
                    0 => "sql(\"lower('X')\")".to_owned(),
                    _ => format!("{text:?}"),
                }
            }
            "Binary" => "b\"\\x00\\xff\"".to_owned(),
            "Date" => self.random.pick(&["today()", "\"2025-01-02\""]).to_owned(),
            "Time" => "\"10:11:12\"".to_owned(),
            "Timestamp" | "Timestamptz" => self.random.pick(&["now()", "\"2025-01-02 10:11:12\""]).to_owned(),
            "Uuid" => self.random.pick(&["uuid()", "\"00000000-0000-4000-8000-000000000001\""]).to_owned(),
            "Json" | "Jsonb" => "json(r#\"{\"a\": 1}\"#)".to_owned(),
            ty => {
                let of = ty.trim_start_matches("Enum<").trim_end_matches('>').trim_matches('"');
                let found = self.schema.enums().values().find(|object| *object.name.name == *of);
                format!("{:?}", found.map_or("", |found| &found.values[0]))
            }
        }
    }

    /// `name: Type = default` with its attributes before it.
    fn column_definition(&mut self, column: &str, table: Option<&Table>, added: bool) -> (String, String) {
        let mut attributes = String::new();
        if self.random.percent(15)
            && let Some((target, referred)) = self.referable()
        {
            let ty = language_type(&referred.ty);
            let actions = self.actions();
            attributes += &format!("#[references({}.{}{actions})] ", path(target), name(&referred.name));
            return (attributes, format!("{}: Nullable<{ty}>", name(column)));
        }
        let mut ty = self.type_name();
        let numeric = matches!(ty.as_str(), "SmallInt" | "Integer" | "BigInt");
        if numeric && self.random.percent(8) {
            let source = table.and_then(|table| {
                table
                    .columns
                    .iter()
                    .find(|column| matches!(column.ty, Type::Integer | Type::BigInt))
            });
            if let Some(source) = source {
                let stored = !added && self.random.percent(50);
                attributes += &format!(
                    "#[generated({}, stored = {stored})] ",
                    string(&format!("{} * 2", in_sql(&source.name)))
                );
                return (attributes, format!("{}: Nullable<{ty}>", name(column)));
            }
        }
        if self.random.percent(8) {
            attributes += "#[unique] ";
        }
        if numeric && self.random.percent(10) {
            attributes += &format!("#[check({})] ", string(&format!("{} >= 0", in_sql(column))));
        }
        if self.random.percent(8) {
            attributes += "#[index] ";
        }
        if matches!(ty.as_str(), "Text" | "Varchar<20>") && self.random.percent(10) {
            attributes += &format!("#[collate = {:?}] ", self.collation());
        }
        let default = self.default_for(&ty);
        let has_default = self.random.percent(if added { 60 } else { 35 });
        if self.random.percent(45) {
            ty = format!("Nullable<{ty}>");
        }
        let default = if has_default { format!(" = {default}") } else { String::new() };
        (attributes, format!("{}: {ty}{default}", name(column)))
    }

    /// A column that a foreign key may refer to.
    pub fn referable(&mut self) -> Option<(&'a ObjectName, &'a Column)> {
        let mut all = Vec::new();
        for table in self.schema.tables().values() {
            for (_, set) in table.unique_sets() {
                if let [one] = set[..] {
                    all.extend(table.column(one).map(|column| (&table.name, column)));
                }
            }
        }
        self.random.of(&all).cloned()
    }

    pub fn actions(&mut self) -> String {
        let delete = self.random.pick(&[
            "",
            "",
            ", on_delete = cascade",
            ", on_delete = cascade",
            ", on_delete = set_null",
            ", on_delete = restrict",
        ]);
        let update = self.random.pick(&["", "", "", ", on_update = cascade"]);
        format!("{delete}{update}")
    }

    pub fn create_table(&mut self) -> Option<String> {
        let table = self.free_table_name();
        let table = path(&ObjectName {
            schema: self.namespace(),
            name: table.as_str().into(),
        });
        let mut text = format!("create_table {table} {{\n");
        let mut columns: Vec<String> = Vec::new();
        let mut options = "";
        match self.random.below(10) {
            0..7 => {
                let ty = self.random.pick(&["Integer", "BigInt", "Integer"]);
                text += &format!("    #[primary_key] id: {ty},\n");
                columns.push("id".into());
                options = match (self.random.below(12), self.engine) {
                    (0 | 1, Engine::Sqlite) => " { autoincrement = true }",
                    (2, Engine::Sqlite) => " { without_rowid = true }",
                    (0, Engine::Mysql) => " { row_format = compressed }",
                    _ => "",
                };
            }
            7 => {
                text += "    code: Varchar<20>,\n    part: Integer,\n    primary_key (code, part),\n";
                columns.extend(["code".into(), "part".into()]);
                if self.random.percent(40) && self.engine == Engine::Sqlite {
                    options = " { without_rowid = true }";
                }
            }
            8 => {
                text += "    #[primary_key] code: Varchar<20>,\n";
                columns.push("code".into());
            }
            _ => {}
        }
        if options.is_empty() && self.random.percent(10) && self.engine == Engine::Sqlite {
            options = " { strict = true }";
        }
        for _ in 0..self.random.within(1, 5) {
            let column = self.free_column_name(None);
            if columns.iter().any(|other| other.eq_ignore_ascii_case(&column)) {
                continue;
            }
            if column == "parent_id" && columns.first().is_some_and(|first| first == "id") && text.contains("id: Integer") {
                let actions = self.actions();
                text += &format!("    #[references({}.id{actions})] parent_id: Nullable<Integer>,\n", table);
            } else {
                let (attributes, definition) = self.column_definition(&column, None, false);
                text += &format!("    {attributes}{definition},\n");
            }
            columns.push(column);
        }
        let some = columns[self.random.below(columns.len())].clone();
        if self.random.percent(15) {
            text += &format!("    unique ({}),\n", name(&some));
        }
        if self.random.percent(15) {
            let takes = self.engine == Engine::Sqlite || some == "code";
            let condition = match takes {
                true => format!("length({}) < 90", in_sql(&some)),
                false => format!("{} IS NOT NULL OR 1 = 1", in_sql(&some)),
            };
            text += &format!("    check {},\n", string(&condition));
        }
        if self.random.percent(15) {
            text += &format!("    index ({} desc),\n", key(&some));
        }
        Some(format!("{text}}}{options}"))
    }

    pub fn drop_table(&mut self) -> Option<String> {
        Some(format!("drop_table {};", path(&self.table()?.name)))
    }

    pub fn rename_table(&mut self) -> Option<String> {
        let table = self.table()?;
        let to = self.free_table_name();
        Some(format!("rename_table {} => {};", path(&table.name), name(&to)))
    }

    pub fn add_column(&mut self, on: &On<'_>) -> Option<String> {
        let column = self.free_column_name(Some(on.table));
        let (attributes, definition) = self.column_definition(&column, Some(on.table), true);
        let definition = definition.strip_prefix(&name(&column))?.to_owned();
        match on.batch {
            true => Some(format!("{attributes}add_column {}{definition};", name(&column))),
            false => Some(format!("{attributes}add_column {}{definition};", on.path(&column))),
        }
    }

    pub fn drop_column(&mut self, on: &On<'_>) -> Option<String> {
        let column = self.column(on.table)?;
        Some(format!("drop_column {};", on.path(&column.name)))
    }

    pub fn rename_column(&mut self, on: &On<'_>) -> Option<String> {
        let column = self.column(on.table)?;
        let to = self.free_column_name(Some(on.table));
        Some(format!("alter_column {} {{ rename = {} }}", on.path(&column.name), name(&to)))
    }

    pub fn change_type(&mut self, on: &On<'_>) -> Option<String> {
        let column = self.column(on.table)?;
        let ty = self.type_name();
        let using = match self.random.below(5) {
            0 => String::new(),
            1 if !column.nullable && (self.engine == Engine::Sqlite || is_text(&column.ty)) => {
                format!(", using = {}", string(&format!("length({})", in_sql(&column.name))))
            }
            _ => ", using = cast".to_owned(),
        };
        Some(format!("alter_column {} {{ type = {ty}{using} }}", on.path(&column.name)))
    }

    /// A type that takes every value there can be.
    pub fn widen(&mut self, on: &On<'_>) -> Option<String> {
        let wider = |column: &&Column| match &column.ty {
            Type::SmallInt => Some("Integer"),
            Type::Integer => Some("BigInt"),
            Type::Varchar(Some(20)) => Some("Varchar<200>"),
            Type::Varchar(Some(_)) => Some("Varchar<500>"),
            _ => None,
        };
        let all: Vec<&Column> = on.table.columns.iter().filter(|column| wider(column).is_some()).collect();
        let column = *self.random.of(&all)?;
        Some(format!("alter_column {} {{ type = {} }}", on.path(&column.name), wider(&column)?))
    }

    pub fn fill(&mut self, table: &Table, column: &Column) -> String {
        let value = sql_value(&column.ty, self.serial(), self.schema, self.engine);
        let set = format!("{} = {value}", in_sql(&column.name));
        let filter = format!("{} IS NULL", in_sql(&column.name));
        format!(
            "update {} {{ set = {}, where = {}, undo = none }}\n",
            path(&table.name),
            string(&set),
            string(&filter)
        )
    }

    pub fn nullable(&mut self, on: &On<'_>) -> Option<String> {
        let column = self.column(on.table)?;
        let fill = match column.nullable && column.generated.is_none() && !on.batch && self.random.percent(75) {
            true => self.fill(on.table, column),
            false => String::new(),
        };
        Some(format!(
            "{fill}alter_column {} {{ nullable = {} }}",
            on.path(&column.name),
            !column.nullable
        ))
    }

    pub fn change_default(&mut self, on: &On<'_>) -> Option<String> {
        let column = self.column(on.table)?;
        let default = match self.random.percent(30) {
            true => "none".to_owned(),
            false => self.default_for(&language_type(&column.ty)),
        };
        Some(format!("alter_column {} {{ default = {default} }}", on.path(&column.name)))
    }

    pub fn comment(&mut self, on: &On<'_>) -> Option<String> {
        let column = self.column(on.table)?;
        let comment = self.random.pick(&["\"of it\"", "none"]);
        Some(format!("alter_column {} {{ comment = {comment} }}", on.path(&column.name)))
    }

    pub fn collate(&mut self, on: &On<'_>) -> Option<String> {
        let texts: Vec<&Column> = on.table.columns.iter().filter(|column| is_text(&column.ty)).collect();
        let column = *self.random.of(&texts)?;
        let collation = match self.random.percent(50) {
            true => "none".to_owned(),
            false => string(self.collation()),
        };
        Some(format!("alter_column {} {{ collate = {collation} }}", on.path(&column.name)))
    }

    pub fn facets(&mut self, on: &On<'_>) -> Option<String> {
        let column = self.column(on.table)?;
        let to = self.free_column_name(Some(on.table));
        let ty = self.type_name();
        let default = self.default_for(&ty);
        Some(format!(
            "alter_column {} {{ rename = {}, type = {ty}, using = cast, default = {default}, nullable = {} }}",
            on.path(&column.name),
            name(&to),
            self.random.percent(60)
        ))
    }

    pub fn batch(&mut self) -> Option<String> {
        const PARTS: &[fn(&mut Writer<'_>, &On<'_>) -> Option<String>] = &[
            |w, on| w.add_column(on),
            |w, on| w.add_column(on),
            |w, on| w.drop_column(on),
            |w, on| w.rename_column(on),
            |w, on| w.change_type(on),
            |w, on| w.nullable(on),
            |w, on| w.change_default(on),
            |w, on| w.create_constraint(on),
            |w, on| w.drop_constraint(on),
            |w, on| w.create_index(on),
            |w, on| w.drop_index(on),
        ];
        let table = self.table()?;
        let mut text = String::new();
        for _ in 0..self.random.within(1, 3) {
            let part = PARTS[self.random.below(PARTS.len())];
            if let Some(statement) = part(self, &On { table, batch: true }) {
                let statement = self.allowed(statement);
                text += &format!("    {statement}\n");
            }
        }
        Some(format!("batch_alter {} {{\n{text}}}", path(&table.name)))
    }
}

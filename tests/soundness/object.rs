//! Statements about enums, views, triggers and rows.

use crate::statement::Writer;
use crate::value::{in_sql, is_number, is_text, literal, name, path, path_in_sql, sql_value, string};
use mina::Engine;
use mina_core::schema::{Column, Type};

impl<'a> Writer<'a> {
    pub fn create_enum(&mut self) -> Option<String> {
        let object = self.object_name("mood");
        Some(format!("create_enum {} (\"open\", \"it's\", \"x\\\"y\");", name(&object)))
    }

    pub fn enumeration(&mut self) -> Option<(&'a str, &'a [String])> {
        let enums: Vec<_> = self.schema.enums().values().collect();
        let found = *self.random.of(&enums)?;
        Some((&found.name.name, &found.values))
    }

    pub fn alter_enum(&mut self) -> Option<String> {
        let (object, values) = self.enumeration()?;
        let value = self.random.of(values)?;
        let serial = self.serial();
        let change = match self.random.below(4) {
            0 => format!("add = \"v{serial}\""),
            1 => format!("add = \"v'{serial}\", before = {value:?}"),
            2 => format!("rename = {value:?}, to = \"r{serial}\""),
            _ => format!("remove = {value:?}"),
        };
        let text = format!("alter_enum {} {{ {change} }}", name(object));
        Some(self.allowed(text))
    }

    pub fn drop_enum(&mut self) -> Option<String> {
        Some(format!("drop_enum {};", name(self.enumeration()?.0)))
    }

    pub fn column_of_enum(&mut self) -> Option<String> {
        let (object, _) = self.enumeration()?;
        let table = self.table()?;
        let column = self.serial();
        Some(format!(
            "add_column {}.m{column}: Nullable<Enum<{}>>;",
            path(&table.name),
            name(object)
        ))
    }

    pub fn create_view(&mut self) -> Option<String> {
        let table = self.table()?;
        let view = self.object_name("vw");
        let column = self.column(table)?;
        let ordered = self.engine != Engine::Pg || is_number(&column.ty) || is_text(&column.ty);
        let alike = self.engine != Engine::Pg || column.ty != Type::Json;
        let column = in_sql(&column.name);
        let body = match self.random.below(3) {
            2 if ordered => format!(
                "SELECT max({column}) AS `most of all` FROM {} WHERE {column} IS NOT NULL",
                path_in_sql(&table.name)
            ),
            1 if alike => format!(
                "SELECT t.{column} AS found, count(*) AS n FROM {} AS t GROUP BY t.{column}",
                path_in_sql(&table.name)
            ),
            _ => format!("SELECT {column} FROM {}", path_in_sql(&table.name)),
        };
        Some(format!("create_view {} as {};", name(&view), string(&body)))
    }

    pub fn drop_view(&mut self) -> Option<String> {
        let views: Vec<_> = self.schema.views().keys().collect();
        Some(format!("drop_view {};", name(&self.random.of(&views)?.name)))
    }

    pub fn create_trigger(&mut self) -> Option<String> {
        let table = self.table()?;
        let trigger = self.object_name("tg");
        let column = self.column(table)?;
        let (table_sql, column) = (path_in_sql(&table.name), in_sql(&column.name));
        let mut function = String::new();
        let body = match (self.random.below(3), self.engine) {
            (at, Engine::Pg) => {
                let name = format!("fn_{}", self.serial());
                function = format!("create_function {name}() \"RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$\";\n");
                let when = match at {
                    0 => "AFTER DELETE".to_owned(),
                    1 => format!("BEFORE UPDATE OF {column} FOR EACH ROW WHEN (NEW.{column} IS NULL)"),
                    _ => "BEFORE INSERT OR UPDATE FOR EACH ROW".to_owned(),
                };
                format!("{when} EXECUTE FUNCTION {name}()")
            }
            (0, Engine::Mysql) => "AFTER DELETE BEGIN SET @mina_seen = 1; END".to_owned(),
            (1, Engine::Mysql) => format!("BEFORE UPDATE BEGIN SET @mina_seen = NEW.{column}; END"),
            (_, Engine::Mysql) => format!("AFTER INSERT BEGIN SET @mina_seen = (SELECT 1 WHERE NEW.{column} IS NULL); END"),
            (0, _) => format!("AFTER DELETE BEGIN UPDATE {table_sql} SET {column} = {column} WHERE 0; END"),
            (1, _) => format!("BEFORE UPDATE OF {column} FOR EACH ROW WHEN NEW.{column} IS NULL BEGIN SELECT 1; END"),
            _ => "AFTER INSERT BEGIN SELECT count(*) FROM `sqlite_schema`; END".to_owned(),
        };
        Some(format!(
            "{function}create_trigger {} on {} {};",
            name(&trigger),
            path(&table.name),
            string(&body)
        ))
    }

    pub fn drop_trigger(&mut self) -> Option<String> {
        let triggers: Vec<_> = self.schema.triggers().values().collect();
        let trigger = self.random.of(&triggers)?;
        Some(format!("drop_trigger {} on {};", name(&trigger.name), path(&trigger.table)))
    }

    pub fn create_function(&mut self) -> Option<String> {
        if self.engine != Engine::Pg {
            return None;
        }
        let (arguments, body) = match self.random.below(3) {
            0 => ("a integer", "RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT a + 1 $$"),
            1 => ("a text, b text", "RETURNS text LANGUAGE sql STRICT AS 'SELECT a || b'"),
            _ => ("", "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW := NEW; RETURN NEW; END $$"),
        };
        Some(format!("create_function fn_{}({arguments}) {};", self.serial(), string(body)))
    }

    /// One of PostgreSQL's, for some tables.
    pub fn namespace(&mut self) -> Option<std::sync::Arc<str>> {
        if self.schema.namespaces().is_empty() || self.random.percent(60) {
            return None;
        }
        let all: Vec<_> = self.schema.namespaces().keys().collect();
        self.random.of(&all).map(|space| space.name.clone())
    }

    pub fn create_schema(&mut self) -> Option<String> {
        let space = self.object_name("sp");
        (self.engine == Engine::Pg).then(|| format!("create_schema {};", name(&space)))
    }

    pub fn drop_schema(&mut self) -> Option<String> {
        let all: Vec<_> = self.schema.namespaces().keys().collect();
        Some(format!("drop_schema {};", name(&self.random.of(&all)?.name)))
    }

    pub fn sequence(&mut self) -> Option<&'a str> {
        let all: Vec<_> = self.schema.sequences().keys().collect();
        self.random.of(&all).map(|sequence| &*sequence.name)
    }

    pub fn create_sequence(&mut self) -> Option<String> {
        let options = self.random.pick(&[";", " { start = 1000 }", " { start = 5, increment = 5 }"]);
        (self.engine == Engine::Pg).then(|| format!("create_sequence sq_{}{options}", self.serial()))
    }

    pub fn drop_sequence(&mut self) -> Option<String> {
        Some(format!("drop_sequence {};", self.sequence()?))
    }

    pub fn create_extension(&mut self) -> Option<String> {
        let extension = self.random.pick(&["citext", "pg_trgm", "btree_gist"]);
        (self.engine == Engine::Pg).then(|| format!("create_extension {extension};"))
    }

    pub fn drop_extension(&mut self) -> Option<String> {
        let all: Vec<_> = self.schema.extensions().keys().collect();
        Some(format!("drop_extension {};", self.random.of(&all)?.name))
    }

    pub fn drop_function(&mut self) -> Option<String> {
        let functions: Vec<_> = self.schema.functions().values().collect();
        let function = self.random.of(&functions)?;
        Some(format!("drop_function {}({});", name(&function.name.name), function.arguments))
    }

    pub fn bulk_insert(&mut self) -> Option<String> {
        let table = self.table()?;
        let columns: Vec<&Column> = table
            .columns
            .iter()
            .filter(|column| column.generated.is_none() && (!column.nullable || self.random.percent(50)))
            .filter(|column| {
                !table
                    .foreign_keys
                    .iter()
                    .any(|key| column.nullable && key.columns.contains(&column.name))
            })
            .collect();
        if columns.is_empty() {
            return None;
        }
        let mut rows = Vec::new();
        for _ in 0..self.random.within(1, 3) {
            let serial = 1000 + self.serial();
            let values: Vec<String> = columns.iter().map(|column| literal(&column.ty, serial, self.schema)).collect();
            rows.push(format!("({})", values.join(", ")));
        }
        let columns: Vec<String> = columns.iter().map(|column| name(&column.name)).collect();
        let text = format!("bulk_insert {} ({}) [{}];", path(&table.name), columns.join(", "), rows.join(", "));
        Some(text)
    }

    pub fn update(&mut self) -> Option<String> {
        let table = self.table()?;
        let column = self.column(table).filter(|column| column.generated.is_none())?;
        if self.random.percent(50) {
            return Some(self.fill(table, column).trim_end().to_owned());
        }
        let set = string(&format!("{0} = {0}", in_sql(&column.name)));
        Some(format!("update {} {{ set = {set}, undo = none }}", path(&table.name)))
    }

    pub fn backfill(&mut self) -> Option<String> {
        let table = self.table()?;
        let column = self.column(table).filter(|column| column.generated.is_none())?;
        let own = in_sql(&column.name);
        let value = sql_value(&column.ty, self.serial(), self.schema, self.engine);
        let (set, filter) = match self.random.percent(50) {
            true => (
                format!("{own} = {value}"),
                format!(", where = {}", string(&format!("{own} IS NULL"))),
            ),
            false => (format!("{own} = {own}"), String::new()),
        };
        let mut text = format!("backfill {} {{ set = {}{filter}, undo = none }}", path(&table.name), string(&set));
        if !filter.is_empty() && column.nullable && self.random.percent(60) {
            text += &format!("\nalter_column {}.{} {{ nullable = false }}", path(&table.name), name(&column.name));
        }
        Some(text)
    }

    pub fn delete(&mut self) -> Option<String> {
        let table = self.table()?;
        let column = self.column(table)?;
        let value = sql_value(&column.ty, 3, self.schema, self.engine);
        let filter = match (&column.ty, self.engine) {
            (Type::Json, Engine::Pg) => string(&format!("{} IS NULL", in_sql(&column.name))),
            _ => string(&format!("{} = {value}", in_sql(&column.name))),
        };
        Some(format!("delete {} {{ where = {filter}, undo = none }}", path(&table.name)))
    }

    pub fn execute(&mut self) -> Option<String> {
        let table = self.table()?;
        let column = self.column(table).filter(|column| column.generated.is_none())?;
        let (table, column) = (path_in_sql(&table.name), in_sql(&column.name));
        let sql = match self.random.below(3) {
            0 => format!("UPDATE {table} SET {column} = {column} WHERE {column} IS NOT NULL"),
            1 => format!("DELETE FROM {table} WHERE {column} IS NULL AND 1 = 2"),
            _ => "SELECT 1; SELECT 'a;b' -- and; so on".to_owned(),
        };
        Some(format!("execute {} {{ undo = none }}", string(&sql)))
    }

    /// DDL that says what it does.
    pub fn effect(&mut self) -> Option<String> {
        let table = self.table()?;
        let column = format!("e{}", self.serial());
        let (table_name, table_sql) = (path(&table.name), path_in_sql(&table.name));
        Some(format!(
            "execute {} {{ effect {{ add_column {table_name}.{column}: Nullable<Integer>; }} undo = {} }}",
            string(&format!("ALTER TABLE {table_sql} ADD COLUMN {column} INTEGER")),
            string(&format!("ALTER TABLE {table_sql} DROP COLUMN {column}"))
        ))
    }

    pub fn comment_on(&mut self) -> Option<String> {
        let table = self.table()?;
        let comment = self.random.pick(&["\"Of people\"", "= none"]);
        Some(format!("comment_on {} {comment};", path(&table.name)))
    }
}

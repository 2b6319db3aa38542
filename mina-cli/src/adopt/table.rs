//! CREATE TABLE.

use super::column::{Read, constraint, key_attribute, reference};
use super::index::{element, index};
use super::names::{Kind, Names};
use super::reader::{Reader, Reading, beyond};
use super::words::{ident, plain, sql_string, table_ref};
use mina_core::engine::Engine;
use mina_core::schema::{Deferral, ObjectName, Type, Value};
use mina_core::syntax::Span;
use mina_core::syntax::ast::{
    ConstraintDef, ConstraintKind, Ident, IndexDef, IndexElementDef, IndexKeyDef, NamedAttribute, Statement, StatementKind, TableDef,
    TableItem,
};
use sqlparser::ast::{self, CreateTableOptions, SqlOption, TableConstraint};

/// A table as its statement says it so far.
#[derive(Default)]
struct Parts {
    columns: Vec<Read>,
    /// Name and columns of the primary key.
    key: Option<(Option<String>, Vec<String>)>,
    constraints: Vec<ConstraintDef>,
    indexes: Vec<IndexDef>,
}

impl Reader<'_> {
    pub fn create_table(&mut self, made: &ast::CreateTable) -> Reading<Option<Vec<Statement>>> {
        if made.query.is_some() {
            return beyond("a table made from a query");
        }
        if made.like.is_some() || made.clone.is_some() {
            return beyond("a table made like another one");
        }
        if made.partition_by.is_some() || made.inherits.is_some() || made.partition_of.is_some() {
            return beyond("a table with partitions or heirs");
        }
        if made.temporary {
            return beyond("a table of the session's own");
        }
        let name = self.object_name(&made.name)?;
        if made.if_not_exists && self.schema.table(&self.table_name(&made.name)?).is_some() {
            return Ok(None);
        }
        let mut parts = Parts::default();
        let given = given_names(made).into_iter().map(|ident| self.name(ident)).collect::<Vec<_>>();
        let mut names = Names::new(self.target, &name, self.schema, given);
        // PostgreSQL names checks first, then what has an index, then foreign keys.
        let checks: Vec<&TableConstraint> = made
            .constraints
            .iter()
            .filter(|one| matches!(one, TableConstraint::Check(_)))
            .collect();
        for column in &made.columns {
            let read = self.column(&name, column, &mut names)?;
            parts.columns.push(read);
        }
        for one in checks {
            self.table_constraint(&name, one, &mut parts, &mut names)?;
        }
        for rank in 0..2 {
            for one in &made.constraints {
                let own = match one {
                    TableConstraint::Check(_) => 2,
                    TableConstraint::ForeignKey(_) => 1,
                    _ => 0,
                };
                if own == rank {
                    self.table_constraint(&name, one, &mut parts, &mut names)?;
                }
            }
        }
        let mut options = self.table_options(made);
        let charset = options
            .iter()
            .find(|(key, _)| key.text == "charset")
            .map(|(_, value)| value.clone());
        if let Some(Value::String(charset)) = charset {
            let same = format!("`CHARACTER SET {charset}`");
            self.lost.retain(|clause| !clause.eq_ignore_ascii_case(&same));
        }
        if parts.columns.iter().any(|column| column.autoincrement) {
            options.push((ident("autoincrement"), Value::Bool(true)));
        }
        let without_rowid = made.without_rowid;
        self.key(&mut parts, without_rowid, &mut names);
        self.own_references(&name, &mut parts);
        self.mysql_indexes(&mut parts, &mut names);
        let comment = self.table_comment(made);
        Ok(Some(vec![plain(StatementKind::CreateTable(TableDef {
            table: table_ref(&name),
            doc: comment,
            items: parts.items(),
            options,
        }))]))
    }

    fn table_comment(&self, made: &ast::CreateTable) -> Option<String> {
        let text = |comment: &ast::CommentDef| match comment {
            ast::CommentDef::WithEq(text) | ast::CommentDef::WithoutEq(text) => text.clone(),
        };
        let in_options = match &made.table_options {
            CreateTableOptions::Plain(options) => options.iter().find_map(|option| match option {
                SqlOption::Comment(comment) => Some(text(comment)),
                _ => None,
            }),
            _ => None,
        };
        made.comment.as_ref().map(text).or(in_options).filter(|text| !text.is_empty())
    }

    fn table_options(&mut self, made: &ast::CreateTable) -> Vec<(Ident, Value)> {
        let mut options = Vec::new();
        let mut set = |key: &str, value: Value| options.push((ident(key), value));
        if made.strict {
            set("strict", Value::Bool(true));
        }
        if made.without_rowid {
            set("without_rowid", Value::Bool(true));
        }
        if made.unlogged {
            set("unlogged", Value::Bool(true));
        }
        let listed = match &made.table_options {
            CreateTableOptions::None => &[][..],
            CreateTableOptions::With(listed)
            | CreateTableOptions::Options(listed)
            | CreateTableOptions::Plain(listed)
            | CreateTableOptions::TableProperties(listed) => listed,
        };
        let mut lost = Vec::new();
        for option in listed {
            let (key, value) = match option {
                SqlOption::KeyValue { key, value } => (key.value.to_lowercase(), unquoted(&value.to_string())),
                SqlOption::NamedParenthesizedList(list) => (
                    list.key.value.to_lowercase(),
                    list.name.as_ref().map(|name| name.value.clone()).unwrap_or_default(),
                ),
                SqlOption::Comment(_) => continue,
                other => {
                    lost.push(other.to_string());
                    continue;
                }
            };
            match key.trim_start_matches("default ") {
                "engine" => set("engine", Value::String(value)),
                "charset" | "character set" => set("charset", Value::String(value)),
                "collate" => set("collate", Value::String(value)),
                "row_format" => set("row_format", Value::String(value.to_lowercase())),
                "auto_increment" => set("auto_increment", Value::Integer(value)),
                "fillfactor" => set("fillfactor", Value::Integer(value)),
                "oids" => {}
                _ => lost.push(option.to_string()),
            }
        }
        lost.into_iter().for_each(|clause| self.lose(clause));
        options
    }

    fn table_constraint(&mut self, table: &ObjectName, one: &TableConstraint, parts: &mut Parts, names: &mut Names<'_>) -> Reading<()> {
        match one {
            TableConstraint::PrimaryKey(key) => {
                let columns = self.plain_columns(&key.columns)?;
                let columns = columns.into_iter().map(|column| parts.declared(column)).collect();
                let name = key.name.as_ref().map(|name| self.name(name));
                let is_named = self.engine() != Engine::Mysql;
                parts.key = Some((name.filter(|_| is_named), columns));
            }
            TableConstraint::Index(index) => {
                let elements = self.elements(&index.columns)?;
                let given = index.name.as_ref().map(|name| self.name(name));
                let made = self.index_def(given, elements, false, names);
                parts.indexes.push(made);
            }
            other => {
                let made = self.constraint_def(table, other, names, &|column| parts.declared(column))?;
                parts.add(made);
            }
        }
        Ok(())
    }

    /// Any constraint but the primary key; `declared` is a column's name as the table has it.
    pub fn constraint_def(
        &mut self,
        table: &ObjectName,
        one: &TableConstraint,
        names: &mut Names<'_>,
        declared: &dyn Fn(String) -> String,
    ) -> Reading<ConstraintDef> {
        match one {
            TableConstraint::Unique(unique) => {
                if !unique.include.is_empty() {
                    self.lose("INCLUDE");
                }
                let columns: Vec<String> = self.plain_columns(&unique.columns)?.into_iter().map(declared).collect();
                let given = unique.name.as_ref().or(unique.index_name.as_ref()).map(|name| self.name(name));
                let name = names.pick(Kind::Unique, given, &columns, None);
                Ok(constraint(
                    name,
                    ConstraintKind::Unique {
                        columns: columns.into_iter().map(ident).collect(),
                        nulls_not_distinct: matches!(unique.nulls_distinct, ast::NullsDistinctOption::NotDistinct),
                        deferral: self.deferral(unique.characteristics.as_ref()),
                    },
                ))
            }
            TableConstraint::ForeignKey(key) => {
                let columns = self.names(&key.columns).into_iter().map(declared).collect();
                let given = key.name.as_ref().map(|name| self.name(name));
                self.foreign_key(table, key, columns, given, names)
            }
            TableConstraint::Check(check) => {
                let given = check.name.as_ref().map(|name| self.name(name));
                Ok(self.check(check, given, names))
            }
            TableConstraint::Exclude(exclude) => self.exclusion(exclude, names),
            other => beyond(format!("`{other}`")),
        }
    }

    fn exclusion(&mut self, exclude: &ast::ExcludeConstraint, names: &mut Names<'_>) -> Reading<ConstraintDef> {
        let mut elements = Vec::new();
        let mut columns = Vec::new();
        for element in &exclude.elements {
            let key = match &element.column.column.expr {
                ast::Expr::Identifier(name) => {
                    let name = self.name(name);
                    columns.push(name.clone());
                    IndexKeyDef::Column(ident(name))
                }
                expr => IndexKeyDef::Expression(sql_string(expr.to_string())),
            };
            let ast::ExcludeConstraintOperator::Token(operator) = &element.operator else {
                return beyond("an operator with the name of its schema");
            };
            if element.column.operator_class.is_some() {
                self.lost.push("the operator class of an exclusion".to_owned());
            }
            elements.push((key, operator.clone()));
        }
        if !exclude.include.is_empty() {
            self.lose("INCLUDE");
        }
        let given = exclude.name.as_ref().map(|name| self.name(name));
        let name = names.pick(Kind::Exclusion, given, &columns, None);
        let method = exclude.index_method.as_ref().map_or("gist".to_owned(), |method| self.name(method));
        Ok(constraint(
            name,
            ConstraintKind::Exclusion {
                method: ident(method),
                elements,
                filter: exclude.where_clause.as_ref().map(|filter| sql_string(filter.to_string())),
                deferral: self.deferral(exclude.characteristics.as_ref()),
            },
        ))
    }

    /// Names of columns, where an index has nothing else in it.
    pub fn plain_columns(&self, columns: &[ast::IndexColumn]) -> Reading<Vec<String>> {
        let name = |column: &ast::IndexColumn| match &column.column.expr {
            ast::Expr::Identifier(name) => Ok(self.name(name)),
            other => beyond(format!("`{other}` in a key")),
        };
        columns.iter().map(name).collect()
    }

    /// Settles the key: which columns hold no NULL, and what is counted up.
    fn key(&mut self, parts: &mut Parts, without_rowid: bool, names: &mut Names<'_>) {
        let of_column = parts
            .columns
            .iter()
            .find_map(|column| Some((column.key.clone()?, vec![column.def.name.text.clone()])));
        let engine = self.engine();
        let key = parts.key.take().or(of_column);
        let counted = parts
            .columns
            .iter()
            .find(|column| column.counted)
            .map(|column| column.def.name.text.clone());
        let Some((given, columns)) = key else {
            if counted.is_some() {
                self.lost.push("a counted column that is no key".to_owned());
            }
            return;
        };
        for column in &mut parts.columns {
            if columns.contains(&column.def.name.text) {
                column.def.ty.nullable = false;
            }
        }
        let sole = match columns.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        };
        if counted.is_some() && counted != sole {
            self.lost.push("a counted column that is not the whole key".to_owned());
        }
        let name = names.pick(Kind::PrimaryKey, given, &columns, None);
        let is_keyed = parts.refers(&columns);
        let Some(column) = sole.and_then(|sole| parts.columns.iter_mut().find(|column| column.def.name.text == sole)) else {
            parts.constraints.insert(
                0,
                constraint(
                    name,
                    ConstraintKind::PrimaryKey {
                        columns: columns.into_iter().map(ident).collect(),
                        generated: None,
                    },
                ),
            );
            return;
        };
        let counts = match engine {
            Engine::Sqlite => column.def.ty.ty == Type::Integer && !without_rowid && column.def.generated.is_none(),
            Engine::Pg | Engine::Mysql => column.counted,
        };
        let is_whole = matches!(
            column.def.ty.ty,
            Type::TinyInt | Type::SmallInt | Type::Integer | Type::BigInt | Type::Unsigned(_)
        );
        let by_itself = is_whole && !is_keyed && column.def.default.is_none() && column.def.generated.is_none();
        let generated = (counts != by_itself && is_whole).then_some(counts);
        column.def.primary_key = Some(key_attribute(name, generated));
    }

    /// `REFERENCES t` inside of `t` refers to its key.
    fn own_references(&self, table: &ObjectName, parts: &mut Parts) {
        let key = parts.key_columns();
        let own = table_ref(table);
        let of_columns = parts.columns.iter_mut().flat_map(|column| &mut column.more);
        for made in parts.constraints.iter_mut().chain(of_columns) {
            if let ConstraintKind::ForeignKey { table, referred, .. } = &mut made.kind
                && referred.is_empty()
                && table.name.text == own.name.text
            {
                referred.extend(key.iter().map(ident));
            }
        }
    }

    /// The index that MariaDB makes for a foreign key without a name, where no other one serves it.
    fn mysql_indexes(&self, parts: &mut Parts, names: &mut Names<'_>) {
        if self.engine() != Engine::Mysql {
            return;
        }
        let mut served: Vec<Vec<String>> = parts.indexes.iter().filter_map(plain_index).collect();
        served.push(parts.key_columns());
        for column in &parts.columns {
            served.extend(column.def.unique.iter().map(|_| vec![column.def.name.text.clone()]));
        }
        let mut keys = Vec::new();
        for column in &parts.columns {
            let name = column.def.references.as_ref().and_then(|key| key.name.clone());
            keys.extend(
                column
                    .def
                    .references
                    .iter()
                    .map(|_| (name.clone(), vec![column.def.name.text.clone()])),
            );
        }
        for made in parts.constraints.iter().chain(parts.columns.iter().flat_map(|column| &column.more)) {
            let texts = |columns: &[Ident]| columns.iter().map(|column| column.text.clone()).collect::<Vec<_>>();
            match &made.kind {
                ConstraintKind::ForeignKey { columns, .. } => keys.push((made.name.clone(), texts(columns))),
                ConstraintKind::Unique { columns, .. } => served.push(texts(columns)),
                _ => {}
            }
        }
        for (name, columns) in keys {
            let by_server = name.is_some_and(|name| name.text.contains("_ibfk_"));
            if by_server && !served.iter().any(|index| index.starts_with(&columns)) {
                let picked = names.pick(Kind::Index, None, &columns, None);
                parts
                    .indexes
                    .push(index(picked, columns.iter().map(|column| element(column)).collect()));
                served.push(columns);
            }
        }
    }
}

/// The columns of an index that has nothing else in it.
fn plain_index(index: &IndexDef) -> Option<Vec<String>> {
    let name = |element: &IndexElementDef| match &element.key {
        IndexKeyDef::Column(name) => Some(name.text.clone()),
        IndexKeyDef::Expression(_) => None,
    };
    index.elements.iter().map(name).collect()
}

fn unquoted(text: &str) -> String {
    text.trim_matches(['\'', '"', '`']).to_owned()
}

/// The names that a statement gives itself.
fn given_names(made: &ast::CreateTable) -> Vec<&ast::Ident> {
    let of_columns = made
        .columns
        .iter()
        .flat_map(|column| &column.options)
        .filter_map(|option| option.name.as_ref());
    let of_table = made.constraints.iter().filter_map(|one| match one {
        TableConstraint::Unique(unique) => unique.name.as_ref().or(unique.index_name.as_ref()),
        TableConstraint::PrimaryKey(key) => key.name.as_ref(),
        TableConstraint::ForeignKey(key) => key.name.as_ref(),
        TableConstraint::Check(check) => check.name.as_ref(),
        TableConstraint::Index(index) => index.name.as_ref(),
        TableConstraint::Exclude(exclude) => exclude.name.as_ref(),
        _ => None,
    });
    of_columns.chain(of_table).collect()
}

impl Parts {
    /// A column's name as the table declares it.
    fn declared(&self, name: String) -> String {
        let same = self.columns.iter().map(|column| &column.def.name.text);
        let exact = same.clone().any(|other| *other == name);
        let folded = same.clone().find(|other| other.eq_ignore_ascii_case(&name));
        match (exact, folded) {
            (false, Some(other)) => other.clone(),
            _ => name,
        }
    }

    fn key_columns(&self) -> Vec<String> {
        let of_column = self.columns.iter().find(|column| column.def.primary_key.is_some());
        let of_table = self.constraints.iter().find_map(|made| match &made.kind {
            ConstraintKind::PrimaryKey { columns, .. } => Some(columns.iter().map(|column| column.text.clone()).collect()),
            _ => None,
        });
        of_column
            .map(|column| vec![column.def.name.text.clone()])
            .or(of_table)
            .unwrap_or_default()
    }

    /// Whether a foreign key is on just these columns.
    fn refers(&self, columns: &[String]) -> bool {
        let [only] = columns else { return false };
        let mine = self.columns.iter().find(|column| column.def.name.text == *only);
        let is_key = |made: &ConstraintDef| match &made.kind {
            ConstraintKind::ForeignKey { columns, .. } => columns.iter().any(|column| column.text == *only),
            _ => false,
        };
        mine.is_some_and(|column| column.def.references.is_some() || column.more.iter().any(is_key)) || self.constraints.iter().any(is_key)
    }

    /// Takes a constraint of one column to that column.
    fn add(&mut self, made: ConstraintDef) {
        let of = |kind: &ConstraintKind| match kind {
            ConstraintKind::ForeignKey { columns, .. } | ConstraintKind::Unique { columns, .. } if columns.len() == 1 => {
                columns.first().map(|column| column.text.clone())
            }
            _ => None,
        };
        let column = of(&made.kind).and_then(|name| self.columns.iter_mut().find(|column| column.def.name.text == name));
        match (column, &made.kind) {
            (Some(column), ConstraintKind::ForeignKey { .. }) if column.def.references.is_none() && reference(&made).is_some() => {
                column.def.references = reference(&made);
            }
            (
                Some(column),
                ConstraintKind::Unique {
                    nulls_not_distinct: false,
                    deferral: Deferral::No,
                    ..
                },
            ) if column.def.unique.is_none() => {
                column.def.unique = Some(NamedAttribute {
                    name: made.name,
                    span: Span::default(),
                });
            }
            _ => self.constraints.push(made),
        }
    }

    fn items(self) -> Vec<TableItem> {
        let mut columns = Vec::new();
        let mut more = Vec::new();
        for read in self.columns {
            columns.push(TableItem::Column(read.def));
            more.extend(read.more.into_iter().map(TableItem::Constraint));
        }
        more.extend(self.constraints.into_iter().map(TableItem::Constraint));
        more.extend(self.indexes.into_iter().map(TableItem::Index));
        columns.into_iter().chain(more).collect()
    }
}

use super::literal::{escaped, index_key, name, name_but, names, sql, table_name};
use super::text;
use super::writer::Writer;
use crate::syntax::ast::{ColumnDef, ConstraintDef, ConstraintKind, Ident, IndexDef, IndexElementDef, TableDef, TableItem};

impl Writer {
    pub(super) fn table(&mut self, table: &TableDef) {
        self.push(&format!("{}table {} ", self.create, table_name(&table.table)));
        let last = table.items.len().saturating_sub(1);
        let items: Vec<(usize, &TableItem)> = table.items.iter().enumerate().collect();
        self.braces(&items, |w, (index, item)| {
            match item {
                TableItem::Column(column) => {
                    w.column_before(column);
                    w.item(&column_line(column));
                }
                TableItem::Constraint(constraint) => {
                    let line = w.constraint(constraint, None);
                    w.item(&line);
                }
                TableItem::Index(index) => {
                    let line = format!("index {}{}", named(&index.name, &[]), w.index(index));
                    w.item(&line);
                }
            }
            if !w.compact || *index != last {
                w.push(",");
            }
        });
        let options: Vec<String> = table.options.iter().map(|(key, value)| format!("{} = {value}", key.text)).collect();
        self.push(&text::braces(&options));
    }

    /// A column's doc comment and attributes.
    pub(super) fn column_before(&mut self, column: &ColumnDef) {
        if let Some(doc) = &column.doc {
            self.doc(doc, false);
        }
        self.attributes(column);
    }

    pub(super) fn attributes(&mut self, column: &ColumnDef) {
        for attribute in attributes(column, self.compact) {
            self.item(&format!("#[{attribute}]"));
        }
    }

    /// A constraint from its keyword; with `on` the keyword is `create_…`, and `on` stands after the name.
    pub(super) fn constraint(&self, constraint: &ConstraintDef, on: Option<&str>) -> String {
        let word = match &constraint.kind {
            ConstraintKind::PrimaryKey { .. } => "primary_key",
            ConstraintKind::ForeignKey { .. } => "foreign_key",
            ConstraintKind::Unique { .. } => "unique",
            ConstraintKind::Check { .. } => "check",
            ConstraintKind::Exclusion { .. } => "exclusion",
        };
        let create = if on.is_some() { "create_" } else { "" };
        let name = named(&constraint.name, &["on", "using"]);
        format!("{create}{word} {name}{}{}", on.unwrap_or_default(), self.demand(constraint))
    }

    fn demand(&self, constraint: &ConstraintDef) -> String {
        let online = constraint.online.then(|| "online = true".to_owned());
        match &constraint.kind {
            ConstraintKind::PrimaryKey { columns, generated } => {
                let generated = generated.iter().map(|generated| format!("generated = {generated}"));
                let options: Vec<String> = generated.chain(online).collect();
                format!("({}){}", names(columns), text::braces(&options))
            }
            ConstraintKind::ForeignKey {
                columns,
                table,
                referred,
                options,
            } => {
                let mut options = text::key_options(options);
                options.extend(online);
                let options = text::braces(&options);
                format!(
                    "({}) references {} ({}){options}",
                    names(columns),
                    table_name(table),
                    names(referred)
                )
            }
            ConstraintKind::Unique {
                columns,
                nulls_not_distinct,
                deferral,
            } => {
                let mut options = Vec::new();
                if *nulls_not_distinct {
                    options.push("nulls_not_distinct = true".to_owned());
                }
                options.extend(text::deferral(*deferral));
                options.extend(online);
                format!("({}){}", names(columns), text::braces(&options))
            }
            ConstraintKind::Check { expression, not_valid } => {
                let not_valid = not_valid.then(|| "validate = false".to_owned());
                let options: Vec<String> = not_valid.into_iter().chain(online).collect();
                format!("{}{}", sql(expression, self.compact), text::braces(&options))
            }
            ConstraintKind::Exclusion {
                method,
                elements,
                filter,
                deferral,
            } => {
                let elements: Vec<String> = elements
                    .iter()
                    .map(|(key, operator)| format!("{} with {}", index_key(key, self.compact), escaped(operator)))
                    .collect();
                let mut options = Vec::new();
                if let Some(filter) = filter {
                    options.push(format!("where = {}", sql(filter, self.compact)));
                }
                options.extend(text::deferral(*deferral));
                format!("using {} ({}){}", name(&method.text), elements.join(", "), text::braces(&options))
            }
        }
    }

    /// `(a, b desc) { … }`
    pub(super) fn index(&self, index: &IndexDef) -> String {
        let elements: Vec<String> = index.elements.iter().map(|element| self.index_element(element)).collect();
        let mut options = Vec::new();
        if index.unique {
            options.push("unique = true".to_owned());
        }
        if index.nulls_not_distinct {
            options.push("nulls_not_distinct = true".to_owned());
        }
        if let Some(method) = &index.method {
            options.push(format!("using = {}", name(&method.text)));
        }
        if let Some(filter) = &index.filter {
            options.push(format!("where = {}", sql(filter, self.compact)));
        }
        if !index.include.is_empty() {
            options.push(format!("include = ({})", names(&index.include)));
        }
        if index.concurrently {
            options.push("concurrently = true".to_owned());
        }
        format!("({}){}", elements.join(", "), text::braces(&options))
    }

    fn index_element(&self, element: &IndexElementDef) -> String {
        let mut text = index_key(&element.key, self.compact);
        if let Some(collate) = &element.collate {
            text.push_str(&format!(" collate {}", escaped(&collate.text)));
        }
        if let Some(class) = &element.class {
            text.push_str(&format!(" class {}", name(&class.text)));
        }
        if element.descending {
            text.push_str(" desc");
        }
        match element.nulls_first {
            Some(true) => text.push_str(" nulls_first"),
            Some(false) => text.push_str(" nulls_last"),
            None => {}
        }
        text
    }
}

/// A name and the space after it, or nothing; as a string where it could be read as one of `words`.
pub(super) fn named(ident: &Option<Ident>, words: &[&str]) -> String {
    ident
        .as_ref()
        .map(|ident| format!("{} ", name_but(&ident.text, words)))
        .unwrap_or_default()
}

/// `title: Varchar<200> = "x"`
pub(super) fn column_line(column: &ColumnDef) -> String {
    let default = column
        .default
        .as_ref()
        .map(|default| format!(" = {}", default.value))
        .unwrap_or_default();
    format!("{}: {}{default}", name(&column.name.text), column.ty)
}

fn attributes(column: &ColumnDef, compact: bool) -> Vec<String> {
    let mut attributes = Vec::new();
    let name_option = |ident: &Option<Ident>| ident.as_ref().map(|ident| format!("name = {}", name(&ident.text)));
    if let Some(key) = &column.primary_key {
        let mut options: Vec<String> = name_option(&key.name).into_iter().collect();
        options.extend(key.generated.map(|generated| format!("generated = {generated}")));
        attributes.push(with_options("primary_key", options));
    }
    if let Some(unique) = &column.unique {
        attributes.push(with_options("unique", name_option(&unique.name).into_iter().collect()));
    }
    if let Some(index) = &column.index {
        attributes.push(with_options("index", name_option(&index.name).into_iter().collect()));
    }
    if let Some(reference) = &column.references {
        let mut options = vec![format!("{}.{}", table_name(&reference.table), name(&reference.column.text))];
        options.extend(text::key_options(&reference.options));
        options.extend(name_option(&reference.name));
        attributes.push(with_options("references", options));
    }
    if let Some(check) = &column.check {
        let mut options = vec![sql(&check.expression, compact)];
        options.extend(name_option(&check.name));
        attributes.push(with_options("check", options));
    }
    if let Some(collate) = &column.collate {
        attributes.push(format!("collate = {}", escaped(&collate.text)));
    }
    if let Some(generated) = &column.generated {
        let mut options = vec![sql(&generated.expression, compact)];
        if generated.stored {
            options.push("stored = true".into());
        }
        attributes.push(with_options("generated", options));
    }
    attributes
}

fn with_options(word: &str, options: Vec<String>) -> String {
    if options.is_empty() {
        word.to_owned()
    } else {
        format!("{word}({})", options.join(", "))
    }
}

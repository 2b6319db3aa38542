use super::literal::{column_path, escaped, name, name_but, sql, string, strings, table_name};
use super::table::{column_line, named};
use super::text;
use super::writer::Writer;
use crate::syntax::ast::{ColumnChanges, EnumChange, EnumPlace, Ident, Statement, StatementKind, TableRef, UsingDef};

impl Writer {
    pub(super) fn statement(&mut self, statement: &Statement) {
        if let StatementKind::Broken { .. } = statement.kind {
            return;
        }
        match &statement.kind {
            StatementKind::CreateTable(table) => {
                if let Some(doc) = &table.doc {
                    self.doc(doc, false);
                }
            }
            StatementKind::AddColumn { column, .. } => {
                if let Some(doc) = &column.doc {
                    self.doc(doc, false);
                }
            }
            _ => {}
        }
        if !statement.on.is_empty() {
            self.item(&text::on(&statement.on));
        }
        for allow in text::allows(&statement.allow) {
            self.item(&format!("#[{allow}]"));
        }
        if let StatementKind::AddColumn { column, .. } = &statement.kind {
            self.attributes(column);
        }
        self.item("");
        self.kind(&statement.kind);
    }

    fn kind(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::Broken { .. } => {}
            StatementKind::CreateTable(table) => self.table(table),
            StatementKind::DropTable { table } => self.push(&format!("drop_table {};", table_name(table))),
            StatementKind::RenameTable { table, to } => self.push(&format!("rename_table {} => {};", table_name(table), name(&to.text))),
            StatementKind::RenameConstraint { table, from, to } => self.rename("rename_constraint", table, from, to),
            StatementKind::RenameIndex { table, from, to } => self.rename("rename_index", table, from, to),
            StatementKind::BatchAlter { table, statements } => {
                self.push(&format!("batch_alter {} ", table_name(table)));
                self.braces(statements, |w, statement| w.statement(statement));
            }
            StatementKind::AddColumn { table, column } => {
                self.push("add_column ");
                let path = column_path(table, &column.name);
                let line = column_line(column);
                let rest = &line[name(&column.name.text).len()..];
                self.push(&format!("{path}{rest};"));
            }
            StatementKind::AlterColumn { table, column, changes } => self.alter(table, column, changes),
            StatementKind::DropColumn { table, column } => self.push(&format!("drop_column {};", column_path(table, column))),
            StatementKind::CreateConstraint { table, constraint } => {
                let on = on_before(table);
                let text = self.constraint(constraint, Some(&on));
                self.push(&text);
                self.end();
            }
            StatementKind::DropConstraint { table, name: dropped } => {
                self.push(&format!("drop_constraint {}{};", name(&dropped.text), on_after(table)));
            }
            StatementKind::CreateIndex { table, index } => {
                let text = format!(
                    "create_index {}{}{}",
                    named(&index.name, &["on"]),
                    on_before(table),
                    self.index(index)
                );
                self.push(&text);
                self.end();
            }
            StatementKind::DropIndex {
                table,
                name: dropped,
                concurrently,
            } => {
                self.push(&format!("drop_index {}{}", name(&dropped.text), on_after(table)));
                self.push(if *concurrently { " { concurrently = true }" } else { ";" });
            }
            StatementKind::CommentOn { table, column, comment } => self.comment(table, column.as_ref(), comment.as_deref()),
            StatementKind::CreateEnum { name, values } => {
                self.push(&format!("{}enum {} ({});", self.create, table_name(name), strings(values)))
            }
            StatementKind::AlterEnum { name, change } => {
                self.push(&format!("alter_enum {} {{ {} }}", table_name(name), enum_change(change)));
            }
            StatementKind::CreateSequence { name, options } => {
                let options: Vec<String> = options
                    .options
                    .iter()
                    .map(|(key, value)| format!("{} = {value}", key.text))
                    .collect();
                self.push(&format!("{}sequence {}{}", self.create, table_name(name), text::braces(&options)));
                self.end_unless(!options.is_empty());
            }
            StatementKind::CreateSchema { name: schema } => self.push(&format!("{}schema {};", self.create, name(&schema.text))),
            StatementKind::DropSchema { name: schema } => self.push(&format!("drop_schema {};", name(&schema.text))),
            StatementKind::CreateExtension { name: extension } => {
                self.push(&format!("{}extension {};", self.create, name(&extension.text)))
            }
            StatementKind::DropExtension { name: extension } => self.push(&format!("drop_extension {};", name(&extension.text))),
            StatementKind::DropEnum { name } => self.push(&format!("drop_enum {};", table_name(name))),
            StatementKind::DropSequence { name } => self.push(&format!("drop_sequence {};", table_name(name))),
            StatementKind::DropView { name } => self.push(&format!("drop_view {};", table_name(name))),
            StatementKind::DropTrigger { table, name: trigger } => {
                self.push(&format!("drop_trigger {} on {};", name(&trigger.text), table_name(table)));
            }
            StatementKind::DropFunction { name, arguments } => self.push(&format!("drop_function {}({arguments});", table_name(name))),
            _ => self.data(kind),
        }
    }

    /// `;` after a constraint or an index without options.
    fn end(&mut self) {
        let braces = self.ends_in_brace();
        self.end_unless(braces);
    }

    pub(super) fn end_unless(&mut self, braces: bool) {
        if !braces {
            self.push(";");
        }
    }

    fn rename(&mut self, word: &str, table: &TableRef, from: &Ident, to: &Ident) {
        self.push(&format!("{word} {} => {}{};", name(&from.text), name(&to.text), on_after(table)));
    }

    fn alter(&mut self, table: &TableRef, column: &Ident, changes: &ColumnChanges) {
        let mut written = Vec::new();
        if let Some(to) = &changes.rename {
            written.push(format!("rename = {}", name(&to.text)));
        }
        if let Some(ty) = &changes.ty {
            written.push(format!("type = {ty}"));
        }
        match &changes.using {
            Some(UsingDef::Cast(_)) => written.push("using = cast".into()),
            Some(UsingDef::Sql(text)) => written.push(format!("using = {}", self.sql_text(text))),
            None => {}
        }
        let said_by_type = changes.ty.as_ref().is_some_and(|ty| ty.nullable);
        if let Some((nullable, _)) = changes.nullable
            && !(nullable && said_by_type)
        {
            written.push(format!("nullable = {nullable}"));
        }
        if let Some((default, _)) = &changes.default {
            written.push(match default {
                Some(value) => format!("default = {value}"),
                None => "default = none".into(),
            });
        }
        if let Some((comment, _)) = &changes.comment {
            written.push(format!("comment = {}", comment.as_ref().map_or("none".into(), |text| string(text))));
        }
        if let Some((collate, _)) = &changes.collate {
            written.push(format!(
                "collate = {}",
                collate.as_ref().map_or("none".into(), |text| escaped(text))
            ));
        }
        if let Some((generated, _)) = &changes.generated {
            let text = generated.as_ref().map_or("none".into(), |text| sql(text, self.compact));
            written.push(format!("generated = {text}"));
        }
        if changes.online {
            written.push("online = true".into());
        }
        let braces = text::braces(&written);
        self.push(&format!(
            "alter_column {}{}",
            column_path(table, column),
            if written.is_empty() { " {}" } else { &braces }
        ));
    }

    fn comment(&mut self, table: &TableRef, column: Option<&Ident>, comment: Option<&str>) {
        let object = match (column, table.implied) {
            (Some(column), _) => format!("{} ", column_path(table, column)),
            (None, true) => String::new(),
            (None, false) if table.schema.is_some() => format!("table {} ", table_name(table)),
            (None, false) => format!("{} ", name_but(&table.name.text, &["table"])),
        };
        let comment = comment.map_or("= none".into(), string);
        self.push(&format!("comment_on {object}{comment};"));
    }
}

fn on_before(table: &TableRef) -> String {
    if table.implied {
        String::new()
    } else {
        format!("on {} ", table_name(table))
    }
}

fn on_after(table: &TableRef) -> String {
    if table.implied {
        String::new()
    } else {
        format!(" on {}", table_name(table))
    }
}

fn enum_change(change: &EnumChange) -> String {
    match change {
        EnumChange::Add { value, place } => {
            let place = place.as_ref().map(|(place, other)| {
                let word = match place {
                    EnumPlace::Before => "before",
                    EnumPlace::After => "after",
                };
                format!(", {word} = {}", string(&other.text))
            });
            format!("add = {}{}", string(&value.text), place.unwrap_or_default())
        }
        EnumChange::Rename { value, to } => format!("rename = {}, to = {}", string(&value.text), string(&to.text)),
        EnumChange::Remove { value } => format!("remove = {}", string(&value.text)),
    }
}

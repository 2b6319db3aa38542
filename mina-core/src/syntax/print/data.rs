use super::literal::{name, names, sql, table_name};
use super::rust;
use super::writer::Writer;
use crate::syntax::ast::{Body, BulkInsert, Row, SqlString, SqlText, StatementKind, Undo};

impl Writer {
    pub(super) fn sql(&self, text: &SqlString) -> String {
        sql(text, self.compact)
    }

    pub(super) fn sql_text(&self, text: &SqlText) -> String {
        match text {
            SqlText::Same(text) => self.sql(text),
            SqlText::PerEngine(each, _) => {
                let each: Vec<String> = each
                    .iter()
                    .map(|(on, text)| format!("{} = {}", on.engine, self.sql(text)))
                    .collect();
                format!("{{ {} }}", each.join(", "))
            }
        }
    }

    /// Statements with SQL or rows in them.
    pub(super) fn data(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::CreateView { name, body } => self.with_body(&format!("{}view {} as", self.create, table_name(name)), body),
            StatementKind::CreateTrigger {
                table,
                name: trigger,
                body,
            } => self.with_body(
                &format!("{}trigger {} on {}", self.create, name(&trigger.text), table_name(table)),
                body,
            ),
            StatementKind::CreateFunction { name, arguments, body } => {
                self.with_body(&format!("{}function {}({arguments})", self.create, table_name(name)), body);
            }
            StatementKind::Execute { sql, effect, undo } => {
                self.push(&format!("execute {}", self.sql_text(sql)));
                let braces = self.effect_and_undo(effect.as_ref(), undo);
                self.end_unless(braces || matches!(sql, SqlText::PerEngine(..)));
            }
            StatementKind::Update { table, set, filter, undo } => {
                let options = self.assignments(set, filter.as_ref());
                self.push(&format!("update {}", table_name(table)));
                self.data_options(&options, undo);
            }
            StatementKind::Delete { table, filter, undo } => {
                let options: Vec<String> = filter.iter().map(|filter| format!("where = {}", self.sql(filter))).collect();
                self.push(&format!("delete {}", table_name(table)));
                self.data_options(&options, undo);
            }
            StatementKind::BulkInsert(insert) => self.bulk_insert(insert),
            StatementKind::BulkDelete { table, by, keys } => {
                self.push(&format!("bulk_delete {} by ({}) ", table_name(table), names(by)));
                self.rows(keys, RowForm::Keys);
            }
            StatementKind::Run {
                argument,
                body,
                effect,
                undo,
            } => {
                self.push(&format!("run |{}| ", argument.text));
                self.push(&rust::braces(&body.text, self.compact));
                self.effect_and_undo(effect.as_ref(), undo);
            }
            StatementKind::Backfill {
                table,
                set,
                filter,
                pace,
                undo,
            } => {
                let mut options = self.assignments(set, filter.as_ref());
                options.extend(pace.batch.map(|rows| format!("batch = {rows}")));
                options.extend(pace.time.map(|time| format!("batch_time = \"{}\"", crate::config::duration(time))));
                options.extend(pace.wait_while.iter().map(|query| format!("wait_while = {}", self.sql(query))));
                self.push(&format!("backfill {}", table_name(table)));
                self.data_options(&options, undo);
            }
            _ => {}
        }
    }

    fn with_body(&mut self, start: &str, body: &SqlText) {
        self.push(&format!("{start} {}", self.sql_text(body)));
        self.end_unless(matches!(body, SqlText::PerEngine(..)));
    }

    fn assignments(&self, set: &SqlString, filter: Option<&SqlString>) -> Vec<String> {
        let mut options = vec![format!("set = {}", self.sql(set))];
        options.extend(filter.map(|filter| format!("where = {}", self.sql(filter))));
        options
    }

    /// ` { set = …, undo = … }`, or `;` where there is nothing to say.
    fn data_options(&mut self, options: &[String], undo: &Undo) {
        if options.is_empty() && *undo == Undo::Missing {
            self.push(";");
            return;
        }
        self.push(&format!(" {{ {}", options.join(", ")));
        if *undo != Undo::Missing {
            self.push(if options.is_empty() { "" } else { ", " });
            self.undo(undo);
        }
        self.push(" }");
    }

    /// ` { effect { … } undo = … }`, if there is either.
    fn effect_and_undo(&mut self, effect: Option<&Body>, undo: &Undo) -> bool {
        if effect.is_none() && *undo == Undo::Missing {
            return false;
        }
        self.push(" { ");
        if let Some(effect) = effect {
            self.push("effect ");
            self.body(effect);
            self.push(" ");
        }
        if *undo != Undo::Missing {
            self.undo(undo);
            self.push(" ");
        }
        self.push("}");
        true
    }

    fn undo(&mut self, undo: &Undo) {
        match undo {
            Undo::Missing => {}
            Undo::Nothing => self.push("undo = none"),
            Undo::Sql(text) => self.push(&format!("undo = {}", self.sql_text(text))),
            Undo::Body(body) => {
                self.push("undo ");
                self.body(body);
            }
        }
    }

    fn bulk_insert(&mut self, insert: &BulkInsert) {
        self.push(&format!("bulk_insert {} ", table_name(&insert.table)));
        if let Some(columns) = &insert.columns {
            self.push(&format!("({}) ", names(columns)));
        }
        let form = if insert.columns.is_some() {
            RowForm::Values
        } else {
            RowForm::Named
        };
        self.rows(&insert.rows, form);
    }

    fn rows(&mut self, rows: &[Row], form: RowForm) {
        let texts: Vec<String> = rows.iter().map(|row| row_text(row, form)).collect();
        let line = texts.join(", ");
        if self.compact || form == RowForm::Keys || texts.len() < 2 && line.len() < 80 {
            self.push(&format!("[{line}];"));
            return;
        }
        self.list(&texts);
        self.push(";");
    }
}

#[derive(Clone, Copy, PartialEq)]
enum RowForm {
    /// `{ id: 1 }`
    Named,
    /// `(1, 2)`
    Values,
    /// `1`, where a row is one value.
    Keys,
}

fn row_text(row: &Row, form: RowForm) -> String {
    if form != RowForm::Named {
        let values: Vec<String> = row.values.iter().map(|(value, _)| value.to_string()).collect();
        return match (values.as_slice(), form) {
            ([value], RowForm::Keys) => value.clone(),
            (values, _) => format!("({})", values.join(", ")),
        };
    }
    if row.names.is_empty() {
        return "{}".into();
    }
    let pairs: Vec<String> = row
        .names
        .iter()
        .zip(&row.values)
        .map(|(column, (value, _))| format!("{}: {value}", name(&column.text)))
        .collect();
    format!("{{ {} }}", pairs.join(", "))
}

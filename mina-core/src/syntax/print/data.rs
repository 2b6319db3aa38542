use super::literal::{name, names, sql, table_name};
use super::rust;
use super::writer::Writer;
use crate::syntax::ast::{Body, BulkInsert, Row, SqlString, SqlText, StatementKind, Undo};

impl Writer {
    pub(super) fn sql(&self, text: &SqlString) -> String {
        sql(text, self.indent(), self.compact)
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
            StatementKind::CreateView { name, body } => self.with_body(&format!("create_view {} as", table_name(name)), body),
            StatementKind::CreateTrigger {
                table,
                name: trigger,
                body,
            } => self.with_body(&format!("create_trigger {} on {}", name(&trigger.text), table_name(table)), body),
            StatementKind::CreateFunction { name, arguments, body } => {
                self.with_body(&format!("create_function {}({arguments})", table_name(name)), body);
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
                self.rows(keys, true);
            }
            StatementKind::Run {
                argument,
                body,
                effect,
                undo,
            } => {
                self.push(&format!("run |{}| ", argument.text));
                self.push(&rust::braces(&body.text, self.indent(), self.compact));
                self.effect_and_undo(effect.as_ref(), undo);
            }
            StatementKind::Backfill {
                table,
                set,
                filter,
                batch,
                undo,
            } => {
                let mut options = self.assignments(set, filter.as_ref());
                options.extend(batch.map(|rows| format!("batch = {rows}")));
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
        self.push(" ");
        let mut parts = Vec::new();
        if let Some(effect) = effect {
            parts.push(Part::Effect(effect));
        }
        if *undo != Undo::Missing {
            parts.push(Part::Undo(undo));
        }
        self.braces(&parts, |w, part| {
            w.item("");
            match part {
                Part::Effect(effect) => {
                    w.push("effect ");
                    w.body(effect);
                }
                Part::Undo(undo) => w.undo(undo),
            }
        });
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
        self.rows(&insert.rows, false);
    }

    fn rows(&mut self, rows: &[Row], bare: bool) {
        let texts: Vec<String> = rows.iter().map(|row| row_text(row, bare)).collect();
        let line = texts.join(", ");
        if self.compact || bare || texts.len() < 2 && line.len() < 80 {
            self.push(&format!("[{line}];"));
            return;
        }
        self.list(&texts);
        self.push(";");
    }
}

enum Part<'a> {
    Effect(&'a Body),
    Undo(&'a Undo),
}

fn row_text(row: &Row, bare: bool) -> String {
    if row.names.is_empty() {
        let values: Vec<String> = row.values.iter().map(|(value, _)| value.to_string()).collect();
        return match (values.as_slice(), bare) {
            ([value], true) => value.clone(),
            (values, _) => format!("({})", values.join(", ")),
        };
    }
    let pairs: Vec<String> = row
        .names
        .iter()
        .zip(&row.values)
        .map(|(column, (value, _))| format!("{}: {value}", name(&column.text)))
        .collect();
    format!("{{ {} }}", pairs.join(", "))
}

//! What a column has to be like so that one of another type can take its place while the table is in use.

use super::Using;
use super::dependents::{fired_by_updates, tied_to};
use super::lookup::path;
use super::replay::{Replay, Resolution};
use crate::check::safety::is_costly;
use crate::diagnostic::Code;
use crate::schema::{Column, Table};
use crate::syntax::ast::{Ident, TableRef};

impl Replay<'_> {
    /// Refuses what a new column, filled row by row beside the old one, would not come to.
    pub(super) fn can_exchange(
        &mut self,
        table: &Table,
        (before, after): (&Column, &Column),
        using: &Using,
        reference: &TableRef,
        name: &Ident,
    ) -> Resolution {
        if !is_costly(table, before, after, using) {
            return Ok(());
        }
        let path = path(&table.name, &before.name);
        let plainly = "take `online = true` out: every row is then written anew while nobody reads or writes the table";
        let plainly = plainly.to_owned();
        let key = self.key_to_walk(table, reference, "online = true", &plainly)?;
        let from = format!("it is from {}", before.origin);
        if key.columns.contains(&before.name) {
            let message = format!("`online = true` goes along the key of `{}`, and `{path}` is in it", table.name);
            return self.error(Code::M403, name.span, message, [from, plainly]);
        }
        let generated = (before.generated.is_some() || after.generated.is_some()).then_some("generated");
        let counted = (before.identity || after.identity).then_some("counted up by the database");
        if let Some(how) = generated.or(counted) {
            let message = format!("`{path}` is {how}, and no column that is filled beside it can take its place");
            return self.error(Code::M502, name.span, message, [from, plainly]);
        }
        if let Using::Expression(expression) = using {
            let mut generated = table.columns.iter().filter(|column| column.generated.is_some());
            if let Some(column) = generated.find(|column| expression.uses(&column.name)) {
                let message = format!(
                    "`using` reads `{}`, which is generated after the trigger that keeps the new column",
                    self::path(&table.name, &column.name)
                );
                let help = "write what it is generated from in its place".to_owned();
                return self.error(Code::M502, name.span, message, [help, format!("or {plainly}")]);
            }
        }
        let what = format!("`{path}`, whose place another column takes");
        let tied = tied_to(&self.schema, table, &before.name);
        self.refuse_for(Code::M208, name.span, &what, tied, ", and create it again after it")?;
        let fired = fired_by_updates(&self.schema, &table.name);
        match fired.first() {
            None => Ok(()),
            Some(_) if fired.iter().all(|trigger| self.tainted(&[&trigger.name])) => Err(self.refuse_silently()),
            Some(trigger) => {
                let message = format!(
                    "{} would fire for every row that the new column of `{path}` is filled for",
                    trigger.what
                );
                let help = [
                    format!("it is from {}", trigger.origin),
                    format!("write `{}` before it, and create it again after it", trigger.without),
                    format!("or {plainly}"),
                ];
                self.error(Code::M208, name.span, message, help)
            }
        }
    }
}

//! Statements in the form that keeps nobody waiting.

use crate::statement::{On, Writer};

/// A statement that has such a form, and what it says then.
type Form = (fn(&mut Writer<'_>, &On<'_>) -> Option<String>, &'static str);

const FORMS: &[Form] = &[
    (|w, on| w.create_index(on), "concurrently = true"),
    (|w, on| w.create_constraint(on), "online = true"),
    (|w, on| w.create_constraint(on), "online = true"),
    (|w, on| w.nullable(on), "online = true"),
    (|w, on| w.change_type(on), "online = true"),
];

impl Writer<'_> {
    pub fn online(&mut self) -> Option<String> {
        let table = self.table()?;
        let (write, option) = FORMS[self.random.below(FORMS.len())];
        let text = write(self, &On { table, batch: false })?;
        let text = match text.strip_suffix(" }") {
            Some(text) => format!("{text}, {option} }}"),
            None => format!("{} {{ {option} }}", text.trim_end_matches(';')),
        };
        Some(self.allowed(text))
    }
}

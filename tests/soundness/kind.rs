//! The kinds of statement, and how often each is drawn.

use crate::statement::Writer;

/// What it is called, how often it is chosen, and what writes it.
type Kind = (&'static str, usize, fn(&mut Writer<'_>) -> Option<String>);

const STATEMENTS: &[Kind] = &[
    ("create_table", 10, |w| w.create_table()),
    ("drop_table", 4, |w| w.drop_table()),
    ("rename_table", 4, |w| w.rename_table()),
    ("add_column", 10, |w| w.on_table(Writer::add_column)),
    ("drop_column", 7, |w| w.on_table(Writer::drop_column)),
    ("rename column", 5, |w| w.on_table(Writer::rename_column)),
    ("type", 6, |w| w.on_table(Writer::change_type)),
    ("nullable", 5, |w| w.on_table(Writer::nullable)),
    ("default", 4, |w| w.on_table(Writer::change_default)),
    ("comment", 4, |w| w.on_table(Writer::comment)),
    ("collation", 5, |w| w.on_table(Writer::collate)),
    ("several facets", 3, |w| w.on_table(Writer::facets)),
    ("create constraint", 9, |w| w.on_table(Writer::create_constraint)),
    ("drop_constraint", 5, |w| w.on_table(Writer::drop_constraint)),
    ("rename_constraint", 2, |w| w.on_table(Writer::rename_constraint)),
    ("create_index", 6, |w| w.on_table(Writer::create_index)),
    ("drop_index", 3, |w| w.on_table(Writer::drop_index)),
    ("rename_index", 2, |w| w.on_table(Writer::rename_index)),
    ("batch_alter", 16, |w| w.batch()),
    ("create_enum", 3, |w| w.create_enum()),
    ("alter_enum", 5, |w| w.alter_enum()),
    ("drop_enum", 2, |w| w.drop_enum()),
    ("create_view", 3, |w| w.create_view()),
    ("drop_view", 2, |w| w.drop_view()),
    ("create_trigger", 3, |w| w.create_trigger()),
    ("drop_trigger", 2, |w| w.drop_trigger()),
    ("drop_function", 1, |w| w.drop_function()),
    ("bulk_insert", 5, |w| w.bulk_insert()),
    ("update", 3, |w| w.update()),
    ("delete", 2, |w| w.delete()),
    ("execute", 3, |w| w.execute()),
    ("effect", 2, |w| w.effect()),
    ("comment_on", 1, |w| w.comment_on()),
    ("backfill", 4, |w| w.backfill()),
    ("wider type", 4, |w| w.on_table(Writer::widen)),
    ("column of an enum", 5, |w| w.column_of_enum()),
    ("create_foreign_key", 4, |w| w.on_table(Writer::create_foreign_key)),
    ("online", 9, |w| w.online()),
    ("create_function", 2, |w| w.create_function()),
    ("create_schema", 3, |w| w.create_schema()),
    ("drop_schema", 1, |w| w.drop_schema()),
    ("create_sequence", 3, |w| w.create_sequence()),
    ("drop_sequence", 1, |w| w.drop_sequence()),
    ("create_extension", 2, |w| w.create_extension()),
    ("drop_extension", 1, |w| w.drop_extension()),
    ("create_exclusion", 3, |w| w.on_table(Writer::create_exclusion)),
    ("run", 5, |w| w.run()),
    ("run with effect", 3, |w| w.run_with_effect()),
];

impl Writer<'_> {
    /// A statement and its kind; none where the schema has nothing that it could be about.
    pub fn statement(&mut self) -> Option<(&'static str, String)> {
        let mut statements = STATEMENTS.iter();
        let total: usize = statements.clone().map(|(_, weight, _)| weight).sum();
        let mut at = self.random.below(total);
        let (kind, _, write) = statements.find(|(_, weight, _)| {
            let here = at < *weight;
            at = at.saturating_sub(*weight);
            here
        })?;
        Some((kind, write(self)?))
    }
}

use crate::schema::Table;
use std::sync::Arc;

/// The columns of a table, a query or a function in FROM.
#[derive(Clone, Debug, Default)]
pub(super) enum Columns {
    Of(Arc<Table>),
    /// As the engine compares them.
    Named(Vec<String>),
    #[default]
    Unknown,
}

#[derive(Debug)]
pub(super) struct Relation {
    /// What stands for it before a column, as the engine compares it.
    pub(super) name: Option<String>,
    pub(super) columns: Columns,
}

/// What names mean in one query.
#[derive(Debug, Default)]
pub(super) struct Scope<'p> {
    pub(super) relations: Vec<Relation>,
    /// Names that a query gives to what it selects.
    pub(super) aliases: Vec<String>,
    /// Whether there may be more than is known.
    pub(super) open: bool,
    pub(super) outer: Option<&'p Scope<'p>>,
}

impl<'p> Scope<'p> {
    pub(super) fn within(outer: Option<&'p Scope<'p>>) -> Self {
        Self { outer, ..Self::default() }
    }

    pub(super) fn add(&mut self, name: Option<String>, columns: Columns) {
        self.relations.push(Relation { name, columns });
    }

    /// This one and those around it.
    pub(super) fn chain(&self) -> impl Iterator<Item = &Scope<'p>> {
        std::iter::successors(Some(self), |scope| scope.outer)
    }

    pub(super) fn tables(&self) -> Vec<Arc<Table>> {
        let mut tables: Vec<Arc<Table>> = Vec::new();
        for relation in &self.relations {
            if let Columns::Of(table) = &relation.columns
                && !tables.iter().any(|known| Arc::ptr_eq(known, table))
            {
                tables.push(table.clone());
            }
        }
        tables
    }
}

use crate::schema::{ObjectName, Schema};

/// Which names of one schema are other names in another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renames {
    /// Tables: (old, new).
    pub tables: Vec<(ObjectName, ObjectName)>,
    /// Columns: (the table as it is then called, old, new).
    pub columns: Vec<(ObjectName, String, String)>,
    /// Values of enums: (the enum, old, new).
    pub values: Vec<(ObjectName, String, String)>,
}

impl Renames {
    /// Those of which a schema has the old name still, and not the new one.
    #[must_use]
    pub fn open(&self, have: &Schema) -> Self {
        let tables = self.tables.iter();
        let tables: Vec<_> = tables
            .filter(|(old, new)| have.table(old).is_some() && have.table(new).is_none())
            .cloned()
            .collect();
        let before = |table: &ObjectName| {
            let was = tables.iter().find(|(_, new)| new == table);
            was.map_or_else(|| table.clone(), |(old, _)| old.clone())
        };
        let columns = self.columns.iter().filter(|(table, old, new)| {
            let has = |column: &str| have.table(&before(table)).is_some_and(|table| table.column(column).is_some());
            has(old) && !has(new)
        });
        let values = self.values.iter().filter(|(name, old, new)| {
            let has = |value: &String| have.enumeration(name).is_some_and(|object| object.values.contains(value));
            has(old) && !has(new)
        });
        Self {
            columns: columns.cloned().collect(),
            values: values.cloned().collect(),
            tables,
        }
    }

    /// The way back.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let table = |name: &ObjectName| {
            let was = self.tables.iter().find(|(_, new)| new == name);
            was.map_or_else(|| name.clone(), |(old, _)| old.clone())
        };
        let names = |(on, old, new): &(ObjectName, String, String)| (table(on), new.clone(), old.clone());
        Self {
            tables: self.tables.iter().map(|(old, new)| (new.clone(), old.clone())).collect(),
            columns: self.columns.iter().map(names).collect(),
            values: self.values.iter().map(names).collect(),
        }
    }
}

use crate::schema::ObjectName;

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

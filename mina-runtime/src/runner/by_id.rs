use std::cell::Cell;

/// What is known of revisions, sorted by id.
///
/// There are thousands, and they are entered and asked for in order more often than not: whatever comes after the last one that
/// was met is looked at first.
#[derive(Clone, Debug)]
pub(crate) struct ById<T> {
    rows: Vec<(String, T)>,
    next: Cell<usize>,
}

impl<T> Default for ById<T> {
    fn default() -> Self {
        Self::with_capacity(0)
    }
}

impl<T> ById<T> {
    pub(crate) fn with_capacity(revisions: usize) -> Self {
        Self {
            rows: Vec::with_capacity(revisions),
            next: Cell::new(0),
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        let at = self.place(id).ok()?;
        Some(&self.rows[at].1)
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.place(id).is_ok()
    }

    pub(crate) fn insert(&mut self, id: String, value: T) {
        match self.place(&id) {
            Ok(at) => self.rows[at].1 = value,
            Err(at) => self.rows.insert(at, (id, value)),
        }
    }

    pub(crate) fn remove(&mut self, id: &str) {
        if let Ok(at) = self.place(id) {
            self.rows.remove(at);
        }
    }

    pub(crate) fn get_or_insert(&mut self, id: String) -> &mut T
    where
        T: Default,
    {
        let at = self.place(&id).unwrap_or_else(|at| {
            self.rows.insert(at, (id, T::default()));
            at
        });
        &mut self.rows[at].1
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &T)> + Clone {
        self.rows.iter().map(|(id, value)| (id.as_str(), value))
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> + Clone {
        self.iter().map(|(id, _)| id)
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    fn place(&self, id: &str) -> Result<usize, usize> {
        let next = self.next.get();
        let place = match self.rows.get(next) {
            Some((there, _)) if there == id => Ok(next),
            None if self.rows.last().is_none_or(|(last, _)| last.as_str() < id) => Err(self.rows.len()),
            _ => self.rows.binary_search_by(|(there, _)| there.as_str().cmp(id)),
        };
        let (Ok(at) | Err(at)) = place;
        self.next.set(at + 1);
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_entered_in_any_order_is_found_in_any_order() {
        let ids = ["3", "1", "2", "5", "4", "2"];
        let mut rows = ById::default();
        for (value, id) in ids.into_iter().enumerate() {
            rows.insert(id.to_owned(), value);
        }
        assert_eq!(
            rows.iter().collect::<Vec<_>>(),
            [("1", &1), ("2", &5), ("3", &0), ("4", &4), ("5", &3)]
        );
        rows.remove("3");
        rows.remove("9");
        *rows.get_or_insert("0".to_owned()) += 7;
        for id in ["5", "0", "2", "4", "1", "1", "5"] {
            assert!(rows.contains(id), "{id}");
        }
        assert_eq!((rows.get("0"), rows.get("3"), rows.get("9"), rows.len()), (Some(&7), None, None, 5));
    }
}

use crate::schema::ObjectName;

/// Names of tables: `*` is any text, `?` any character. One with a point is about the schema as well, `analytics.*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// A pattern as it is written.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Whether a table is called so.
    pub fn fits(&self, table: &ObjectName) -> bool {
        match (&table.schema, self.0.contains('.')) {
            (_, false) => is_like(&self.0, &table.name),
            (Some(schema), true) => is_like(&self.0, &format!("{schema}.{}", table.name)),
            (None, true) => false,
        }
    }
}

fn is_like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut read) = (0, 0);
    // After the last `*`, and how much of the text it has taken.
    let mut star = None;
    while read < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at + 1, read));
                at += 1;
            }
            Some(&c) if c == '?' || c == text[read] => (at, read) = (at + 1, read + 1),
            _ => match star {
                Some((after, taken)) => {
                    star = Some((after, taken + 1));
                    (at, read) = (after, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

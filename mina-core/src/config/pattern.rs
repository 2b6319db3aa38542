//! The name of a new migration's file: `{rev}_{slug}`.

/// What a pattern can hold.
pub const FIELDS: &[&str] = &["rev", "slug", "year", "month", "day", "hour", "minute", "second"];

/// What is wrong with a pattern.
pub(super) fn problem(pattern: &str) -> Option<String> {
    if pattern.contains(['/', '\\']) {
        return Some("has a folder in it; the folders of migrations are `locations`, at the top of the file".to_owned());
    }
    let mut named = Vec::new();
    let mut rest = pattern;
    while let Some(open) = rest.find(['{', '}']) {
        match rest[open..].strip_prefix('{').and_then(|field| field.split_once('}')) {
            Some((field, after)) if FIELDS.contains(&field) => {
                named.push(field);
                rest = after;
            }
            _ => {
                let fields: Vec<String> = FIELDS.iter().map(|field| format!("`{{{field}}}`")).collect();
                return Some(format!("takes {}, not `{}`", fields.join(", "), &rest[open..]));
            }
        }
    }
    match named.contains(&"rev") || named.contains(&"slug") {
        true => None,
        false => Some("names every file alike; it has `{rev}` or `{slug}` in it".to_owned()),
    }
}

/// Fills a pattern in, field by field.
pub fn fill(pattern: &str, value: impl Fn(&str) -> String) -> String {
    FIELDS.iter().fold(pattern.to_owned(), |name, field| {
        let place = format!("{{{field}}}");
        match name.contains(&place) {
            true => name.replace(&place, &value(field)),
            false => name,
        }
    })
}

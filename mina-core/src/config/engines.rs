//! `engines = ["sqlite >= 3.40"]`, and what a URL says of its engine.

use crate::diagnostic::did_you_mean;
use crate::engine::{Product, Target};

/// Names, products, and the oldest versions that are checked where none is given.
const ENGINES: &[(&str, Product, (u16, u16))] = &[
    ("sqlite", Product::Sqlite, (3, 40)),
    ("postgres", Product::Postgres, (14, 0)),
    ("postgresql", Product::Postgres, (14, 0)),
    ("mariadb", Product::Mariadb, (10, 6)),
    ("mysql", Product::Mysql, (8, 0)),
];

/// Reads `sqlite >= 3.40`.
pub(super) fn target(text: &str) -> Result<Target, String> {
    let (name, version) = match text.split_once(">=") {
        Some((name, version)) => (name.trim(), Some(version.trim())),
        None => (text.trim(), None),
    };
    let Some((_, product, oldest)) = ENGINES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name)) else {
        let names = || ENGINES.iter().map(|(known, ..)| *known);
        return Err(match did_you_mean(name, names()) {
            Some(near) => format!("there is no engine `{name}`, did you mean `{near}`"),
            None => format!(
                "there is no engine `{name}`; write it as \"sqlite >= 3.40\", \"postgres >= 14\", \"mariadb >= 10.6\" or \"mysql >= 8.0\""
            ),
        });
    };
    let version = match version {
        None => *oldest,
        Some(text) => parse_version(text).ok_or_else(|| {
            format!(
                "`{text}` is no version of `{name}`; write it as \"{name} >= {}.{}\"",
                oldest.0, oldest.1
            )
        })?,
    };
    Ok(Target {
        product: *product,
        version,
    })
}

fn parse_version(text: &str) -> Option<(u16, u16)> {
    let mut numbers = text.split('.').map(|number| number.parse::<u16>().ok());
    let major = numbers.next()??;
    let minor = numbers.next().unwrap_or(Some(0))?;
    let patch_is_number = numbers.next().unwrap_or(Some(0)).is_some();
    (patch_is_number && numbers.next().is_none()).then_some((major, minor))
}

/// The engine that a URL names; SQLite for a path, or where the URL stands in the environment.
pub(super) fn of_url(url: Option<&str>) -> Target {
    let scheme = url
        .and_then(|url| url.split_once(':'))
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    let known = ENGINES.iter().find(|(name, ..)| scheme.as_deref() == Some(*name));
    known.map_or(Target::SQLITE, |(_, product, version)| Target {
        product: *product,
        version: *version,
    })
}

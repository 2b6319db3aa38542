use crate::runner::ErrorKind;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// Text that may hold a password: `Debug` does not show it, and it has no `Display`.
///
/// ```
/// let url = mina_runtime::settings::Secret::from("postgres://me:secret@host/shop");
/// assert_eq!(format!("{url:?}"), "Secret");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::from(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// What a `password` of a url stands for: `file:/run/secrets/db` and `env:DB_PASSWORD` are read, anything else is itself.
pub(super) fn read(value: String) -> Result<String, ErrorKind> {
    if let Some(path) = value.strip_prefix("file:") {
        let text = std::fs::read_to_string(path).map_err(|error| ErrorKind::Open {
            path: path.to_owned(),
            reason: format!("{error}; the password is to be read from it"),
        })?;
        return Ok(text.trim_end_matches(['\n', '\r']).to_owned());
    }
    match value.strip_prefix("env:") {
        Some(variable) => super::variable(variable, "the password of the url"),
        None => Ok(value),
    }
}

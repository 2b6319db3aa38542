//! Text that is not to be shown.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// Text that may hold a password: `Debug` does not show it, and it has no `Display`.
///
/// ```
/// let url = mina_core::secret::Secret::from("postgres://me:secret@host/shop");
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

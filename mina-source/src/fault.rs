use mina_core::syntax::Location;
use std::fmt;

/// Why a file or folder could not be read, or cannot be what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// The file or folder, relative to its crate; empty where the message names it.
    pub file: String,
    /// Where in it, as far as it is known; a column of 0 is the whole line.
    pub location: Option<Location>,
    /// One sentence.
    pub message: String,
    /// What to do, a line each.
    pub help: Vec<String>,
}

impl Fault {
    /// `versions/20251008120000_add_phone.rs:12`, as far as it is known.
    pub fn place(&self) -> String {
        match self.location {
            Some(Location { line, .. }) => format!("{}:{line}", self.file),
            None => self.file.clone(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}: ", self.place())?;
        }
        f.write_str(&self.message)?;
        for line in &self.help {
            write!(f, "\n{line}")?;
        }
        Ok(())
    }
}

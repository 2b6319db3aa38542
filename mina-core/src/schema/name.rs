use crate::syntax::Location;
use std::fmt;
use std::sync::Arc;

/// The name of a table or another object at the top of a schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    /// `analytics` of `analytics.events`.
    pub schema: Option<Arc<str>>,
    /// `events` of `analytics.events`.
    pub name: Arc<str>,
}

impl ObjectName {
    /// A name without a schema.
    pub fn new(name: &str) -> Self {
        Self {
            schema: None,
            name: name.into(),
        }
    }

    /// Another name in the same schema.
    pub fn beside(&self, name: &str) -> Self {
        Self {
            schema: self.schema.clone(),
            name: name.into(),
        }
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        f.write_str(&self.name)
    }
}

/// The name of a constraint or an index. Where it came from is not part of equality.
#[derive(Clone, Debug, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Made by the naming convention, not written: `rename_table` carries it along.
    pub derived: bool,
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A revision and the place in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The revision.
    pub revision: String,
    /// The file, relative to the crate; empty where it is not known.
    pub file: String,
    /// The place in the file, if it is known.
    pub location: Option<Location>,
}

/// Who made an object what it is. Never part of equality.
#[derive(Clone, Default, Eq)]
pub struct Origin(pub Option<Arc<Place>>);

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Origin {
    /// Whether both are of one revision.
    pub fn is_here(&self, other: &Self) -> bool {
        let revision = |origin: &Self| origin.0.as_ref().map(|place| place.revision.clone());
        revision(self) == revision(other)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Origin({self})")
    }
}

/// `20251001090000 (versions/20251001090000_initial.rs:12)`
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(place) = &self.0 else { return f.write_str("this block") };
        // Models are of no revision.
        if let ("", file, Some(at)) = (place.revision.as_str(), place.file.as_str(), place.location) {
            return match file {
                "" => write!(f, "line {}", at.line),
                file => write!(f, "{file}:{}", at.line),
            };
        }
        f.write_str(&place.revision)?;
        match (place.file.as_str(), place.location) {
            ("", _) => Ok(()),
            (file, None) => write!(f, " ({file})"),
            (file, Some(at)) => write!(f, " ({file}:{})", at.line),
        }
    }
}

impl serde::Serialize for ObjectName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl serde::Serialize for Name {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

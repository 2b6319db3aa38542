//! What makes an empty database what a whole history makes it.

use super::unit::Step;
use serde::{Deserialize, Serialize};

/// The way straight to the head of a history, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Creation {
    /// All of it shares one transaction.
    Parts(Vec<Part>),
    /// What the history does with rows can only be done one migration after the other.
    Refused(Refusal),
}

/// Steps in a row that come from one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The revision whose steps they are; none for the schema that all of them leave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// The statement that has to be run where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Its revision.
    pub revision: String,
    /// The line of its file; 0 where unknown.
    pub line: u32,
    /// Why, as what follows a colon.
    pub why: String,
}

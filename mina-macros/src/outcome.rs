use mina_core::check::Checked;
use mina_core::config::Config;
use mina_core::diagnostic::{Code, Diagnostic};
use mina_core::history::Revision;
use mina_core::record::Record;

/// What a block comes to: plain data, made on any thread.
pub struct Outcome {
    /// What is said against it.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether it is refused: then it has no SQL.
    pub refused: bool,
    /// The migration as it stands in the binary.
    pub record: String,
}

impl Outcome {
    /// Of a `partial` history nothing is said that needs the whole.
    pub fn new(revision: &Revision, checked: &Checked, config: &Config, mut diagnostics: Vec<Diagnostic>, partial: bool) -> Self {
        if partial {
            diagnostics.retain(|diagnostic| diagnostic.code().is_some_and(|code| code <= Code::M006));
        }
        let refused = partial || diagnostics.iter().any(Diagnostic::is_error);
        Self {
            record: Record::of(revision, if refused { &[] } else { &checked.engines }, config).encode(),
            diagnostics,
            refused,
        }
    }
}

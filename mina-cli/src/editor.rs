//! The editor of whoever sits at the terminal.

use crate::failure::Failure;
use std::io::IsTerminal;
use std::path::Path;
use std::process::Command;

/// What $VISUAL or $EDITOR names.
#[derive(Debug)]
pub struct Editor {
    words: Vec<String>,
    variable: &'static str,
}

impl Editor {
    /// The editor, where there is one and a terminal to sit at.
    pub fn find() -> Result<Self, Failure> {
        let set = |name: &'static str| {
            std::env::var(name)
                .ok()
                .filter(|value| !value.trim().is_empty())
                .map(|value| (name, value))
        };
        let Some((variable, value)) = set("VISUAL").or_else(|| set("EDITOR")) else {
            let failure = Failure::usage("neither VISUAL nor EDITOR says which editor to open");
            return Err(failure.or("set one: `EDITOR=vim mina edit`, `EDITOR=\"code --wait\" mina edit`"));
        };
        let words = shlex::split(&value).filter(|words| !words.is_empty());
        let Some(words) = words else {
            return Err(Failure::usage(format!("{variable} has a quote that does not end: {value}")));
        };
        if !std::io::stdin().is_terminal() {
            let failure = Failure::usage("there is no terminal to edit at");
            return Err(failure.or("`mina show` says where the file is"));
        }
        Ok(Self { words, variable })
    }

    /// Opens a file, and waits until it is closed.
    pub fn open(&self, path: &Path) -> Result<(), Failure> {
        let (program, words) = self
            .words
            .split_first()
            .map_or(("", &[][..]), |(program, words)| (program.as_str(), words));
        let failed = |why: String| Failure::failed(format!("{} ({program}) {why}", self.variable));
        match Command::new(program).args(words).arg(path).status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(failed(format!("ended with {status}"))),
            Err(error) => Err(failed(format!("could not be started: {error}"))),
        }
    }
}

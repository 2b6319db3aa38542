//! What a command prints, and how it says that it failed.

use crate::{Format, Style};
use serde_json::{Value, json};
use std::io::Write;

/// What a command prints at its end.
#[derive(Debug, Default)]
pub struct Output {
    /// For people.
    pub text: String,
    /// For programs.
    pub json: Value,
    /// The same where it was written at once: of thousands of revisions no tree is made first.
    pub written: Option<String>,
    /// The exit code.
    pub code: u8,
}

impl Output {
    /// Prints it to standard output.
    pub fn print(&self, format: Format) {
        let text = match (format, &self.written) {
            (Format::Json, None) => &format!("{:#}", self.json),
            (Format::Json, Some(written)) => written,
            (Format::Text | Format::Sarif | Format::Github, _) => &self.text,
        };
        if text.is_empty() {
            return;
        }
        let end = if text.ends_with('\n') { "" } else { "\n" };
        let mut out = std::io::stdout();
        // A closed pipe, such as `history | head`, is no failure.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.write_all(end.as_bytes()));
    }
}

/// Why a command stopped, as it is printed.
#[derive(Debug, Default)]
pub struct Complaint<'a> {
    /// The database it is about, where there are several.
    pub bind: Option<&'a str>,
    /// One sentence.
    pub message: String,
    /// Ways out.
    pub help: Vec<String>,
    /// What is to be known besides.
    pub notes: Vec<String>,
    /// The exit code.
    pub code: u8,
    /// What is known beside the error, for programs: an object, or null.
    pub json: Value,
}

impl Complaint<'_> {
    /// Prints it: to standard error for people, to standard output for programs.
    pub fn print(&self, format: Format) {
        if format == Format::Json {
            let mut value = match &self.json {
                Value::Object(fields) => Value::Object(fields.clone()),
                _ => json!({}),
            };
            value["error"] = json!({
                "message": self.message,
                "help": self.help,
                "exit_code": self.code,
                "bind": self.bind,
            });
            let _ = writeln!(std::io::stdout(), "{value:#}");
            return;
        }
        let style = Style::stderr();
        let bind = self.bind.map_or_else(String::new, |bind| format!("{bind}: "));
        eprintln!("{} {bind}{}", style.error("error:"), self.message);
        for help in &self.help {
            eprintln!("  {} {}", style.dim("help:"), help.replace('\n', "\n        "));
        }
        for note in &self.notes {
            eprintln!("  {} {note}", style.dim("note:"));
        }
    }
}

/// `1 revision`, `2 revisions`.
pub fn count(number: usize, word: &str) -> String {
    match number {
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    }
}

//! One revision as it is written, and which of its parts stands on which line.

use crate::history::id;
use std::fmt::Write;
use std::ops::Range;

#[derive(Clone, Debug)]
pub struct Sheet {
    pub id: String,
    /// `base` for none.
    pub revises: Option<String>,
    pub label: Option<&'static str>,
    /// Whether rows may stop it.
    pub allows: bool,
    pub up: Vec<String>,
    /// `auto` for none.
    pub down: Option<Vec<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Head,
    Up(usize),
    Down(usize),
}

pub struct Written {
    pub text: String,
    parts: Vec<(Part, Range<u32>)>,
}

impl Sheet {
    pub fn new(at: usize, up: &[String], down: Option<&[String]>) -> Self {
        Self {
            id: id(at),
            revises: at.checked_sub(1).map(id),
            label: None,
            // Every other block lets rows stop it.
            allows: at % 2 == 1,
            up: up.to_vec(),
            down: down.map(<[String]>::to_vec),
        }
    }

    pub fn write(&self) -> Written {
        let allow = if self.allows { "#![allow(may_fail_on_rows)]\n" } else { "" };
        let revises = self.revises.as_ref().map_or_else(|| "base".to_owned(), |id| format!("{id:?}"));
        let label = self.label.map_or_else(String::new, |label| format!("label = {label:?};\n"));
        let mut written = Written {
            text: format!("mina::migration! {{\n{allow}//! Step {}\n\n", self.id),
            parts: Vec::new(),
        };
        written.add(Part::Head, &format!("revision = {:?};\nrevises = {revises};\n{label}", self.id));
        written.text += "\nupgrade {\n";
        for (at, statement) in self.up.iter().enumerate() {
            written.add(Part::Up(at), statement);
        }
        match &self.down {
            None => written.text += "}\n\ndowngrade = auto;\n}\n",
            Some(down) => {
                written.text += "}\n\ndowngrade {\n";
                for (at, statement) in down.iter().enumerate() {
                    written.add(Part::Down(at), statement);
                }
                written.text += "}\n}\n";
            }
        }
        written
    }
}

impl Written {
    fn add(&mut self, part: Part, text: &str) {
        let start = self.line();
        let _ = writeln!(self.text, "{}", text.trim_end());
        self.parts.push((part, start..self.line()));
    }

    fn line(&self) -> u32 {
        let breaks = self.text.bytes().filter(|byte| *byte == b'\n').count();
        u32::try_from(breaks).unwrap() + 1
    }

    pub fn part(&self, line: u32) -> Option<Part> {
        let found = self.parts.iter().find(|(_, lines)| lines.contains(&line));
        found.map(|(part, _)| *part)
    }
}

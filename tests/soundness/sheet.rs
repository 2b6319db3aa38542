//! One revision as it is written, and which of its parts stands on which line.

use crate::fork;
use crate::history::{Draft, id};
use std::fmt::Write;
use std::ops::Range;

#[derive(Clone, Debug)]
pub struct Sheet {
    pub id: String,
    /// `base` for none.
    pub revises: Vec<String>,
    /// Others that have to be there.
    pub needs: Option<String>,
    pub label: Option<&'static str>,
    pub bind: Option<&'static str>,
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
            revises: at.checked_sub(1).map(id).into_iter().collect(),
            needs: None,
            label: None,
            bind: None,
            // Every other block lets rows stop it.
            allows: at % 2 == 1,
            up: up.to_vec(),
            down: down.map(<[String]>::to_vec),
        }
    }

    /// One of a history of drafts, whose upgrade and downgrade are written so.
    pub fn of(drafts: &[Draft], at: usize, up: &[String], down: Option<&[String]>) -> Self {
        Self {
            revises: fork::parents(drafts, at).into_iter().map(id).collect(),
            needs: fork::needed(drafts, at).map(id),
            label: fork::label(drafts, at),
            bind: drafts[at].bind,
            ..Self::new(at, up, down)
        }
    }

    pub fn write(&self) -> Written {
        let allow = if self.allows { "#![allow(may_fail_on_rows)]\n" } else { "" };
        let revises = match &self.revises[..] {
            [] => "base".to_owned(),
            [parent] => format!("{parent:?}"),
            parents => format!("{parents:?}"),
        };
        let needs = self
            .needs
            .as_ref()
            .map_or_else(String::new, |id| format!("depends_on = [{id:?}];\n"));
        let label = self.label.map_or_else(String::new, |label| format!("label = {label:?};\n"));
        let bind = self.bind.map_or_else(String::new, |bind| format!("bind = {bind};\n"));
        let mut written = Written {
            text: format!("mina::migration! {{\n{allow}//! Step {}\n\n", self.id),
            parts: Vec::new(),
        };
        written.add(
            Part::Head,
            &format!("revision = {:?};\nrevises = {revises};\n{needs}{label}{bind}", self.id),
        );
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

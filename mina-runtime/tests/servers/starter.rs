//! Upgrades in processes of their own.

use crate::program::program;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

/// A process that upgrades once it is told to.
pub struct Starter {
    pub child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Starter {
    pub fn new(url: &str, bare: bool) -> Self {
        Self::of(if bare { "bare-starter" } else { "starter" }, url)
    }

    /// One with another history.
    pub fn of(fixture: &str, url: &str) -> Self {
        let mut command = Command::new(program());
        command.env("MINA_FIXTURE", fixture);
        command.arg(url);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut starter = Self { child, lines };
        starter.until("ready");
        starter
    }

    pub fn go(&mut self) {
        writeln!(self.child.stdin.as_mut().unwrap()).unwrap();
    }

    /// Reads on to a line that holds a word.
    fn until(&mut self, word: &str) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "the process ended without `{word}`");
            if let Some(at) = line.find(word) {
                return line[at..].trim().to_owned();
            }
        }
    }

    pub fn outcome(mut self) -> String {
        let mut all = String::new();
        while self.lines.read_line(&mut all).unwrap() > 0 {}
        self.child.wait().unwrap();
        let line = all
            .lines()
            .find_map(|line| line.find("applied").or_else(|| line.find("failed")).map(|at| line[at..].to_owned()));
        line.unwrap_or_else(|| panic!("no outcome in {all}"))
    }

    pub fn signal(&self, signal: &str) {
        let status = Command::new("kill")
            .args(["-s", signal, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }
}

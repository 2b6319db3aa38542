//! Programs that are run to their end.

use std::error::Error;
use std::process::{Command, Stdio};
use std::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What one took from its start to its end, and what it says of its memory.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    pub milliseconds: f64,
    /// The number in the last line that it printed: the most bytes that it had.
    pub peak: f64,
}

pub fn run(command: &mut Command) -> Result<Run> {
    command.stdin(Stdio::null());
    let began = Instant::now();
    let output = command.output()?;
    let milliseconds = began.elapsed().as_secs_f64() * 1e3;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let peak = text.lines().next_back().and_then(|line| line.parse().ok());
    Ok(Run {
        milliseconds,
        peak: peak.ok_or_else(|| format!("{command:?} does not say how much memory it had"))?,
    })
}

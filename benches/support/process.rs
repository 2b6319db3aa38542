//! What a change takes, in a process of its own.

use std::fmt;
use std::fs::{File, read_to_string};
use std::io::{BufReader, Read};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What a change took.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    pub milliseconds: f64,
    /// Bytes handed to the system to be written, journals included.
    pub written: u64,
    /// The most memory that the process had, in bytes.
    pub peak: u64,
}

impl Measured {
    /// The best of both, each for itself.
    pub fn min(self, other: Self) -> Self {
        Self {
            milliseconds: self.milliseconds.min(other.milliseconds),
            written: self.written.min(other.written),
            peak: self.peak.min(other.peak),
        }
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.milliseconds, self.written, self.peak)
    }
}

/// Runs this bench in a process of its own with these arguments, which prints what it measured.
pub fn measure(arguments: &[&str]) -> Result<Measured> {
    let output = Command::new(std::env::current_exe()?).args(arguments).output()?;
    if !output.status.success() {
        return Err(format!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let [milliseconds, written, peak] = text.split_whitespace().collect::<Vec<_>>()[..] else {
        return Err(text.into());
    };
    Ok(Measured {
        milliseconds: milliseconds.parse()?,
        written: written.parse()?,
        peak: peak.parse()?,
    })
}

pub struct Clock {
    began: Instant,
    written: u64,
}

impl Clock {
    pub fn start() -> Result<Self> {
        Ok(Self {
            written: told("/proc/self/io", "wchar:")?,
            began: Instant::now(),
        })
    }

    pub fn stop(self) -> Result<Measured> {
        Ok(Measured {
            milliseconds: self.began.elapsed().as_secs_f64() * 1e3,
            written: told("/proc/self/io", "wchar:")? - self.written,
            peak: peak()?,
        })
    }
}

/// The most memory that this process had, in bytes.
pub fn peak() -> Result<u64> {
    Ok(told("/proc/self/status", "VmHWM:")? * 1024)
}

fn told(file: &str, what: &str) -> Result<u64> {
    let text = read_to_string(file)?;
    let line = text.lines().find_map(|line| line.strip_prefix(what));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or_else(|| format!("{file} has no {what}"))?.parse()?)
}

/// How many of the pages of a file are not what they were.
pub fn changed_pages(before: &Path, after: &Path) -> Result<usize> {
    let (mut before, mut after) = (BufReader::new(File::open(before)?), BufReader::new(File::open(after)?));
    let (mut was, mut is) = ([0; 4096], [0; 4096]);
    let mut changed = 0;
    while after.read_exact(&mut is).is_ok() {
        let there = before.read_exact(&mut was).is_ok();
        changed += usize::from(!there || was != is);
    }
    Ok(changed)
}

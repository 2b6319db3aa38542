use super::plan::Planned;
use super::unit::Done;
use serde::Serialize;
use std::fmt;
use std::time::Duration;

/// Which way a migration is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// `upgrade`
    Up,
    /// `downgrade`
    Down,
}

impl Direction {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }

    /// The command that runs migrations this way.
    pub fn command(self) -> &'static str {
        match self {
            Self::Up => "upgrade",
            Self::Down => "downgrade",
        }
    }
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The migrations that were run to their end, in order.
    pub migrations: Vec<Ran>,
    /// Those that were run and then taken back, since they shared the transaction that failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub taken_back: Vec<Ran>,
    /// What should be looked at, a sentence each.
    pub warnings: Vec<String>,
    /// The revisions on which none that is applied builds, after the run.
    pub current: Vec<String>,
}

impl Report {
    /// Whether nothing was run.
    pub fn is_empty(&self) -> bool {
        self.migrations.is_empty()
    }
}

/// One migration that was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Ran {
    /// The revision.
    pub revision: String,
    /// The first line of its doc comment.
    pub message: String,
    /// Which way.
    pub direction: Direction,
    /// The number of steps.
    pub steps: usize,
    /// The rows that its statements changed.
    pub rows: u64,
    /// The tables that were rebuilt.
    pub rebuilt: Vec<String>,
    /// How long it took.
    #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
    pub duration: Duration,
}

impl Ran {
    pub(crate) fn new(planned: &Planned, done: Done, duration: Duration) -> Self {
        Self {
            revision: planned.revision.clone(),
            message: planned.message.clone(),
            direction: planned.direction,
            steps: done.steps,
            rows: done.rows,
            rebuilt: done.rebuilt,
            duration,
        }
    }
}

fn milliseconds<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(duration.as_millis() as u64)
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.revision, self.message)?;
        let mut details = Vec::new();
        if self.rows > 0 {
            details.push(count(self.rows as usize, "row"));
        }
        if !self.rebuilt.is_empty() {
            details.push(format!("rebuilt {}", self.rebuilt.join(", ")));
        }
        details.push(duration(self.duration));
        write!(f, " ({})", details.join(", "))
    }
}

/// `1 row`, `2 rows`
pub(crate) fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// `12 ms`, `3.4 s`, `2 min 5 s`
pub(crate) fn duration(duration: Duration) -> String {
    match duration.as_secs() {
        0 => format!("{} ms", duration.as_millis()),
        1..=59 => format!("{:.1} s", duration.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

//! The table that `scripts/bench` makes of all benches: each prints its rows of it after what it has to say itself.

use std::fmt;

/// A number and its unit.
#[derive(Clone, Copy, Debug)]
pub struct Figure(pub f64, pub &'static str);

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number, unit) = *self;
        let digits = match number {
            ..10.0 if unit == "s" => 2,
            ..100.0 => 1,
            _ => 0,
        };
        write!(f, "{number:.digits$} {unit}")
    }
}

/// What was measured, beside what, and what is wanted of it.
#[must_use = "a row is there to be printed"]
pub struct Row {
    what: String,
    measured: Figure,
    beside: Option<(String, f64)>,
    wanted: Option<(String, bool)>,
}

#[allow(dead_code)] // Not every bench has all of it to say.
impl Row {
    pub fn new(what: impl Into<String>, measured: Figure) -> Self {
        Self {
            what: what.into(),
            measured,
            beside: None,
            wanted: None,
        }
    }

    /// With a ratio of its own, where it was taken from each round.
    pub fn beside(mut self, what: &str, figure: Figure, ratio: f64) -> Self {
        self.beside = Some((format!("{what}: {figure}"), ratio));
        self
    }

    /// In the unit of what was measured.
    pub fn at_most(mut self, most: f64) -> Self {
        let Figure(number, unit) = self.measured;
        self.wanted = Some((format!("at most {most} {unit}"), number <= most));
        self
    }

    pub fn ratio_at_most(mut self, most: f64) -> Self {
        self.wanted = self.beside.as_ref().map(|&(_, ratio)| {
            (
                format!("a ratio of at most {most}"),
                (ratio * 100.0).round() <= (most * 100.0).round(),
            )
        });
        self
    }

    pub fn print(self) {
        let (beside, ratio) = self
            .beside
            .map_or_else(Default::default, |(beside, ratio)| (beside, format!("{ratio:.2}")));
        let wanted = match self.wanted {
            Some((wanted, true)) => wanted,
            Some((wanted, false)) => format!("{wanted}: **missed**"),
            None => String::new(),
        };
        println!("row: | {} | {} | {beside} | {ratio} | {wanted} |", self.what, self.measured);
    }
}

//! Several ways to do one thing, measured in turn and again and again, so that whatever else goes on meets them all.

use std::error::Error;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What each way took in each round.
pub struct Rounds(Vec<Vec<f64>>);

#[allow(dead_code)] // Not every bench asks for all of it.
impl Rounds {
    /// Each round begins with another way.
    pub fn of(rounds: usize, ways: usize, mut measure: impl FnMut(usize) -> Result<f64>) -> Result<Self> {
        let mut all = vec![Vec::with_capacity(rounds); ways];
        for round in 0..rounds {
            for turn in 0..ways {
                let way = (round + turn) % ways;
                all[way].push(measure(way)?);
            }
        }
        Ok(Self(all))
    }

    pub fn median(&self, way: usize) -> f64 {
        sorted(self.0[way].iter().copied()).1
    }

    pub fn best(&self, way: usize) -> f64 {
        sorted(self.0[way].iter().copied()).0
    }

    /// The median of what the rounds say, and the least and the most of them.
    pub fn ratio(&self, way: usize, to: usize) -> Ratio {
        let (least, median, most) = sorted(self.0[way].iter().zip(&self.0[to]).map(|(way, to)| way / to));
        Ratio { least, median, most }
    }
}

#[derive(Clone, Copy, Debug)]
#[allow(dead_code)] // Not every bench says how far the rounds lie apart.
pub struct Ratio {
    pub least: f64,
    pub median: f64,
    pub most: f64,
}

/// The least, the median and the most.
fn sorted(values: impl Iterator<Item = f64>) -> (f64, f64, f64) {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
    (at(0), at(values.len() / 2), at(values.len().saturating_sub(1)))
}

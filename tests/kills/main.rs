//! Processes killed in the middle of a migration, from outside: the next run ends where an uninterrupted one does.
//!
//! `MINA_KILLS_COUNT` kills from `MINA_KILLS_SEED` on, and backfills of `MINA_KILLS_ROWS` rows; `scripts/soundness kills` makes as
//! many as it is told.

mod backfill;
mod child;
mod creation;
mod scene;
#[cfg(all(feature = "postgres", feature = "mysql"))]
mod server;
mod tally;
mod victim;

#[path = "history/m20260101000000.rs"]
mod m20260101000000;
#[path = "history/m20260102000000.rs"]
mod m20260102000000;
#[path = "history/m20260103000000.rs"]
mod m20260103000000;
#[path = "history/m20260104000000.rs"]
mod m20260104000000;
#[path = "history/m20260105000000.rs"]
mod m20260105000000;

use mina::{Migration, Migrations};
use scene::{Door, Setting};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tally::{Next, Tally};
use victim::{Moment, Victim};

static ALL: [Migration; 5] = [
    m20260101000000::MIGRATION,
    m20260102000000::MIGRATION,
    m20260103000000::MIGRATION,
    m20260104000000::MIGRATION,
    m20260105000000::MIGRATION,
];

/// The first revisions of the history.
fn history(count: usize) -> Migrations {
    Migrations {
        migrations: &ALL[..count],
        creations: &[],
        config: "",
        directory: "",
    }
}

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// A xorshift generator: the same kills from the same seed, as far as the machine is as fast.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit.max(1)
    }

    fn part(&mut self, of: Duration) -> Duration {
        Duration::from_nanos(self.below(of.as_nanos() as u64))
    }
}

/// Half by the clock, half in a statement that is drawn among all, long or short.
fn moment(random: &mut Random, timeline: &victim::Timeline) -> Moment {
    match random.below(2) {
        0 => Moment::Clock(random.part(timeline.took)),
        _ => {
            let nth = random.below(timeline.statements.len() as u64) as usize;
            Moment::Statement {
                nth,
                after: random.part(timeline.statements[nth]),
            }
        }
    }
}

/// One kill and what comes after it; false where the process was done before it could be killed.
fn strike(setting: &Setting, random: &mut Random, tally: &mut Tally) -> bool {
    let place = setting.copy();
    let moment = moment(random, &setting.timeline);
    let mut victim = Victim::spawn(&place.path(), &setting.scene, setting.door);
    // Diesel's harness has no lock: a second one may fail.
    let together = random.below(4) == 0 && matches!(setting.door, Door::Runner);
    let beside = together.then(|| Victim::spawn(&place.path(), &setting.scene, setting.door));
    let Some(wound) = victim.kill_at(&moment) else {
        beside.map(Victim::finish);
        return false;
    };
    let left = place.left_behind();
    let next = match beside {
        Some(other) => {
            other.finish();
            Next::Other
        }
        None => Next::from(Victim::spawn(&place.path(), &setting.scene, setting.door).finish().plan),
    };
    let lost = setting.lost(&place.path());
    tally.add(setting.scene.name, &wound, left, next, lost);
    true
}

fn campaign(count: u64, seed: u64) -> Tally {
    let settings = Setting::all();
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut tally = Tally::default();
    let mut at = random.below(settings.len() as u64) as usize;
    let attempts = count * 4;
    for _ in 0..attempts {
        if tally.kills() == count {
            break;
        }
        // Prime to the number of settings, so that few kills see every scene as well.
        at = (at + 7) % settings.len();
        strike(&settings[at], &mut random, &mut tally);
    }
    tally
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    #[cfg(all(feature = "postgres", feature = "mysql"))]
    if let [_, word, url] = &arguments[..]
        && word == "server"
    {
        return server::run(url);
    }
    if let [_, word, url] = &arguments[..]
        && word == "backfill"
    {
        return backfill::run(url);
    }
    if let [_, word, path, scene, door] = &arguments[..]
        && word == "child"
    {
        child::run(path, scene, door);
        return ExitCode::SUCCESS;
    }
    let (count, seed) = (number("MINA_KILLS_COUNT", 24), number("MINA_KILLS_SEED", 1));
    let began = Instant::now();
    let tally = campaign(count, seed);
    assert_eq!(tally.kills(), count, "too many processes were done before they could be killed");
    report(&tally, seed, began);
    #[cfg(all(feature = "postgres", feature = "mysql"))]
    {
        let began = Instant::now();
        let mut tally = Tally::default();
        server::campaign(count, &mut Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1), &mut tally);
        report(&tally, seed, began);
    }
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    backfill::campaigns(number("MINA_KILLS_ROWS", 100_000), &mut random);
    ExitCode::SUCCESS
}

fn report(tally: &Tally, seed: u64, began: Instant) {
    println!("{tally}");
    println!("{} kills from seed {seed} on in {:.0?}", tally.kills(), began.elapsed());
    assert_eq!(tally.lost(), 0, "see above");
    assert!(
        tally.inside() * 2 >= tally.kills(),
        "{} of {} in mid-statement",
        tally.inside(),
        tally.kills()
    );
}

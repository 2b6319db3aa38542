//! What the checker accepts runs and reverses: random histories, with rows in the tables, on every engine that is linked.
//!
//! `MINA_SOUNDNESS_COUNT` histories from `MINA_SOUNDNESS_SEED` on; `scripts/soundness` runs as many as it is told. Without a
//! seed they are those of the day, but for histories on servers, which are always the same; seeds that have found something are run
//! besides.

#[cfg(all(feature = "postgres", feature = "mysql"))]
#[path = "../../mina-runtime/tests/support/databases.rs"]
mod databases;
#[cfg(all(feature = "postgres", feature = "mysql"))]
#[path = "../../migrations/tests/servers/dump.rs"]
mod dump;

mod bound;
mod branches;
mod broken;
mod constraint;
mod fork;
mod ground;
mod history;
mod keeps;
mod kind;
mod met;
mod mutant;
mod mutation;
mod object;
mod once;
mod online;
mod random;
mod rows;
mod run;
mod rust;
mod sheet;
mod statement;
mod tally;
mod valid;
mod value;
mod wanted;
mod world;

use ground::Ground;
use history::{Draft, Reach, Said};
use mina_core::config::Config;
use random::Random;
use std::io::{Write, stderr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Instant, SystemTime};
use tally::Tally;
use wanted::Asked;
use world::Ran;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().and_then(|text| text.parse().ok())
}

/// A first seed that no run of an earlier day had. All runs of a day have the same, so that what fails on one machine fails on another.
fn fresh() -> u64 {
    let day = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs() / 86_400);
    day * 1_000_000
}

/// The first seed and how many there are, which every run says.
fn seeds(name: &str, of: &str, first: u64, otherwise: u64) -> (u64, u64) {
    let first = number("MINA_SOUNDNESS_SEED").unwrap_or(first);
    let count = number("MINA_SOUNDNESS_COUNT").unwrap_or(otherwise);
    // Past the test harness, which shows what is printed where a test fails only.
    let _ = writeln!(stderr(), "{name}: {count} {of}, MINA_SOUNDNESS_SEED={first}");
    (first, count)
}

fn tried(ground: &Ground, drafts: &[Draft], seed: u64, ran: &mut Ran) -> Result<(), String> {
    caught(|| run::run(ground, drafts, seed, ran))
}

fn caught(run: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let result = catch_unwind(AssertUnwindSafe(run));
    result.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(text
            .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_default())
    })
}

fn kind(failure: &str) -> &str {
    failure.lines().next().unwrap_or_default().split('`').next().unwrap_or_default()
}

/// Leaves out revisions and statements as long as the failure stays.
fn shrunk(ground: &Ground, mut drafts: Vec<Draft>, mut failure: String, seed: u64) -> (Vec<Draft>, String) {
    let mut budget = number("MINA_SOUNDNESS_SHRINK").unwrap_or(300);
    loop {
        let mut smaller = Vec::new();
        for at in (0..drafts.len()).rev() {
            let mut fewer = drafts.clone();
            fewer.remove(at);
            smaller.push(fewer);
        }
        for at in (0..drafts.len()).rev() {
            for statement in (0..drafts[at].up.len()).rev() {
                let mut fewer = drafts.clone();
                fewer[at].up.remove(statement);
                smaller.push(fewer);
            }
        }
        let found = smaller.into_iter().find_map(|fewer| {
            if budget == 0 || fewer.is_empty() || history::grow(&fewer, ground.config()).is_err_and(|error| !error.starts_with("printed")) {
                return None;
            }
            budget -= 1;
            let other = tried(ground, &fewer, seed, &mut Ran::default()).err()?;
            (kind(&other) == kind(&failure)).then_some((fewer, other))
        });
        match found {
            Some((fewer, other)) => (drafts, failure) = (fewer, other),
            None => return (drafts, failure),
        }
    }
}

/// Seeds that have found something, by what was drawn at their time.
type Found<'f> = &'f [(Reach, &'f [u64])];

/// Seeds that have found something and others after them, and what they draw.
fn reached(found: Found<'_>, others: impl Iterator<Item = u64>) -> impl Iterator<Item = (Reach, u64)> {
    let kept = found.iter().flat_map(|(reach, seeds)| seeds.iter().map(|seed| (*reach, *seed)));
    kept.chain(others.map(|seed| (Reach::ALL, seed)))
}

/// Runs histories from a seed on, and those that have found something.
fn hold(ground: &Ground, name: &str, first: u64, found: Found<'_>, otherwise: u64) {
    let (first, count) = seeds(name, "histories", first, otherwise);
    let patience = number("MINA_SOUNDNESS_FAILURES").unwrap_or(1);
    let (mut said, mut ran) = (Said::default(), Ran::default());
    let mut failures = 0;
    let began = Instant::now();
    met::begin();
    for (reach, seed) in reached(found, first..first + count) {
        let drafts = history::draw(&ground.config(), reach, &mut Random::new(seed), &mut said);
        let Err(failure) = tried(ground, &drafts, seed, &mut ran) else {
            continue;
        };
        let (drafts, failure) = shrunk(ground, drafts, failure, seed);
        println!("\n==== seed {seed} on {name}: {failure}\n");
        match history::grow(&drafts, ground.config()) {
            Ok(grown) => println!("{}", grown.texts.join("\n")),
            Err(error) => println!("{error}\n{drafts:#?}"),
        }
        failures += 1;
        if failures >= patience {
            break;
        }
    }
    println!(
        "{name}: {count} histories from seed {first} on in {:.0?}: {ran}\n{said}",
        began.elapsed()
    );
    met::end(name, ran.met).into_iter().for_each(|table| println!("\n{table}"));
    assert_eq!(
        failures, 0,
        "see above; MINA_SOUNDNESS_SEED={first} MINA_SOUNDNESS_COUNT={count} repeats it"
    );
    assert!(
        said.accepted * 2 > said.tried,
        "{} of {} statements accepted",
        said.accepted,
        said.tried
    );
}

/// Has the database follow models, through migrations that nobody wrote.
fn follow(ground: &Ground, name: &str, first: u64, found: &[u64], otherwise: u64) {
    let (first, count) = seeds(name, "changes of models", first, otherwise);
    let patience = number("MINA_SOUNDNESS_FAILURES").unwrap_or(1);
    let (mut asked, mut ran) = (Asked::default(), Ran::default());
    let mut failures = 0;
    let began = Instant::now();
    met::begin();
    for seed in found.iter().copied().chain(first..first + count) {
        let drafts = history::draw(&ground.config(), Reach::ALL, &mut Random::new(seed), &mut Said::default());
        if let Err(failure) = caught(|| wanted::run(ground, &drafts, seed, &mut asked, &mut ran)) {
            println!("\n==== seed {seed} on {name}: {failure}\n");
            failures += 1;
            if failures >= patience {
                break;
            }
        }
    }
    println!(
        "{name}: {} changes of models from seed {first} on in {:.0?}, {} that the language has no words for: {ran}",
        asked.changes,
        began.elapsed(),
        asked.unsaid
    );
    met::end(name, ran.met).into_iter().for_each(|table| println!("\n{table}"));
    assert_eq!(
        failures, 0,
        "see above; MINA_SOUNDNESS_SEED={first} MINA_SOUNDNESS_COUNT={count} repeats it"
    );
    assert!(
        asked.unsaid * 20 < asked.changes,
        "{} of {} changes left out",
        asked.unsaid,
        asked.changes
    );
}

/// Draws histories, and runs none: what is plainly valid is accepted, on every engine, but for what is rather refused than understood.
#[test]
fn what_is_plainly_valid_is_accepted() {
    for engine in ["sqlite >= 3.40", "postgres >= 15", "mariadb >= 10.11"] {
        let declared = format!("url = \"env:DATABASE_URL\"\nengines = [\"{engine}\"]\n");
        let config = Config::parse(&format!("[database]\n{declared}[databases.{}]\n{declared}", bound::OTHER)).unwrap();
        let (first, count) = seeds(engine, "histories drawn", fresh(), 40);
        let mut said = Said::default();
        for seed in first..first + count {
            history::draw(&config, Reach::ALL, &mut Random::new(seed), &mut said);
        }
        println!("{engine}: {said}\n");
        let alarms: usize = said.alarms.values().map(|(count, _)| count).sum();
        assert!(alarms * 200 <= said.valid, "MINA_SOUNDNESS_SEED={first} repeats it");
    }
}

/// Seeds of histories with a mutant that got past the checker.
const BROKEN: Found<'_> = &[(Reach::First, &[100_062, 100_078, 100_106, 300_053, 1_795_916_647_331])];

/// Breaks one thing in each of many accepted histories, after those of some seeds.
fn refuse(ground: &Ground, name: &str, found: Found<'_>, first: u64, otherwise: u64) {
    let (first, count) = seeds(name, "mutants", first, otherwise);
    let mut most = usize::MAX;
    let patience = number("MINA_SOUNDNESS_FAILURES").unwrap_or(1);
    let (mut tally, mut failures) = (Tally::default(), 0);
    let began = Instant::now();
    let kept: usize = found.iter().map(|(_, seeds)| seeds.len()).sum();
    for (at, (reach, seed)) in reached(found, first..).enumerate() {
        if at == kept {
            most = tally.total().made + usize::try_from(count).unwrap();
        }
        let drafts = history::draw(&ground.config(), reach, &mut Random::new(seed), &mut Said::default());
        let mut random = Random::new(seed ^ 0xB0C3);
        if let Err(failure) = caught(|| mutant::mutants(ground, (reach, &drafts), &mut random, &mut tally, most)) {
            println!("\n==== seed {seed} on {name}: {failure}\n");
            failures += 1;
        }
        if failures >= patience || tally.total().made >= most {
            break;
        }
    }
    println!("{name}: mutants from seed {first} on in {:.0?}\n\n{tally}", began.elapsed());
    assert_eq!(
        failures, 0,
        "see above; MINA_SOUNDNESS_SEED={first} MINA_SOUNDNESS_COUNT={count} repeats it"
    );
    let all = tally.total();
    assert!(
        all.in_place * 100 >= all.refused * 98,
        "{} of {} refused in their place",
        all.in_place,
        all.refused
    );
    assert!(count < 2000 || tally.missing().is_empty(), "none of {}", tally.missing().join(", "));
}

#[test]
fn a_database_follows_its_models_and_goes_back() {
    follow(
        &Ground::Sqlite,
        "SQLite",
        fresh(),
        &[1435, 1_795_916_154_803, 1_795_931_837_857],
        100,
    );
}

#[test]
fn what_the_checker_accepts_runs_and_reverses() {
    let first = [7_000_085, 8_000_806, 8_000_966];
    let second = [
        260_000_032,
        260_001_857,
        260_001_930,
        260_002_537,
        270_000_879,
        270_002_426,
        270_004_102,
        270_004_248,
        280_006_599,
    ];
    let found: Found<'_> = &[(Reach::First, &first), (Reach::Second, &second)];
    hold(&Ground::Sqlite, "SQLite", fresh(), found, 100);
}

#[test]
fn what_is_broken_is_refused_or_does_no_harm() {
    refuse(&Ground::Sqlite, "SQLite", BROKEN, fresh(), 300);
}

#[cfg(all(feature = "postgres", feature = "mysql"))]
mod servers {
    use super::{Found, Ground, Reach, follow, fresh, hold, refuse};
    use crate::databases::{Database, Server};

    /// Seeds of models that PostgreSQL could not follow.
    const FOUND: [u64; 9] = [
        2_000_220,
        1_795_915_072_453,
        1_795_915_655_545,
        1_795_915_655_586,
        1_795_915_655_592,
        1_795_915_655_668,
        1_795_915_955_826,
        1_795_915_956_241,
        1_795_915_956_408,
    ];

    fn hold_on(server: Server, name: &str, found: Found<'_>) {
        hold(&Ground::Server(Database::new(server)), name, 1, found, 12);
    }

    fn follow_on(server: Server, name: &str, found: &[u64]) {
        follow(&Ground::Server(Database::new(server)), name, fresh(), found, 100);
    }

    #[test]
    fn a_database_follows_its_models_and_goes_back_on_postgresql_15() {
        follow_on(Server::Postgres, "PostgreSQL 15", &FOUND);
    }

    #[test]
    fn a_database_follows_its_models_and_goes_back_on_postgresql_18() {
        follow_on(Server::Postgres18, "PostgreSQL 18", &[&FOUND[..], &[1_795_915_655_499]].concat());
    }

    #[test]
    fn a_database_follows_its_models_and_goes_back_on_mariadb() {
        let models = [1_795_899_243_218, 1_795_899_243_224, 1_795_899_243_237, 1_795_899_243_260];
        let found = [
            2_000_220, 3_000_011, 3_000_315, 3_000_564, 5_000_205, 5_000_230, 5_000_262, 5_000_461,
        ];
        follow_on(Server::Mariadb, "MariaDB", &[&models[..], &found].concat());
    }

    fn refuse_on(server: Server, name: &str) {
        refuse(&Ground::Server(Database::new(server)), name, &[], fresh(), 60);
    }

    #[test]
    fn what_is_broken_is_refused_or_does_no_harm_on_postgresql() {
        refuse_on(Server::Postgres18, "PostgreSQL 18");
    }

    #[test]
    fn what_is_broken_is_refused_or_does_no_harm_on_mariadb() {
        refuse_on(Server::Mariadb, "MariaDB");
    }

    #[test]
    fn what_the_checker_accepts_runs_and_reverses_on_postgresql_15() {
        hold_on(
            Server::Postgres,
            "PostgreSQL 15",
            &[(Reach::First, &[3_000_011, 3_000_052, 72_000_022, 82_000_069])],
        );
    }

    #[test]
    fn what_the_checker_accepts_runs_and_reverses_on_postgresql_18() {
        hold_on(
            Server::Postgres18,
            "PostgreSQL 18",
            &[
                (Reach::First, &[96_000_109, 96_000_169]),
                (Reach::Second, &[280_000_068, 300_000_021]),
                (Reach::Third, &[330_000_129]),
            ],
        );
    }

    #[test]
    fn what_the_checker_accepts_runs_and_reverses_on_mariadb() {
        let found = [
            2_000_020, 3_000_007, 3_000_011, 3_000_021, 4_000_013, 73_000_007, 83_000_122, 93_000_045,
        ];
        hold_on(
            Server::Mariadb,
            "MariaDB",
            &[
                (Reach::First, &found),
                (Reach::Second, &[260_000_201, 270_000_051, 270_000_151, 300_000_140]),
                (Reach::Third, &[330_000_103, 330_000_427]),
            ],
        );
    }
}

//! What the checker accepts runs and reverses: random histories, with rows in the tables, on every engine that is linked.
//!
//! `MINA_SOUNDNESS_COUNT` histories from `MINA_SOUNDNESS_SEED` on; `scripts/soundness` runs as many as it is told. Without a
//! seed they are those of the day; seeds of histories that have found something are run besides.

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
mod recast;
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
use history::{Draft, Said};
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
fn seeds(name: &str, of: &str, otherwise: u64) -> (u64, u64) {
    let first = number("MINA_SOUNDNESS_SEED").unwrap_or_else(fresh);
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

/// Runs histories from a seed on, and those that have found something.
fn hold(ground: &Ground, name: &str, found: &[u64], otherwise: u64) {
    let (first, count) = seeds(name, "histories", otherwise);
    let patience = number("MINA_SOUNDNESS_FAILURES").unwrap_or(1);
    let (mut said, mut ran) = (Said::default(), Ran::default());
    let mut failures = 0;
    let began = Instant::now();
    met::begin();
    for seed in found.iter().copied().chain(first..first + count) {
        let drafts = history::draw(&ground.config(), &mut Random::new(seed), &mut said);
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
fn follow(ground: &Ground, name: &str, otherwise: u64) {
    let (first, count) = seeds(name, "changes of models", otherwise);
    let patience = number("MINA_SOUNDNESS_FAILURES").unwrap_or(1);
    let (mut asked, mut ran) = (Asked::default(), Ran::default());
    let mut failures = 0;
    let began = Instant::now();
    met::begin();
    for seed in first..first + count {
        let drafts = history::draw(&ground.config(), &mut Random::new(seed), &mut Said::default());
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
        let (first, count) = seeds(engine, "histories drawn", 40);
        let mut said = Said::default();
        for seed in first..first + count {
            history::draw(&config, &mut Random::new(seed), &mut said);
        }
        println!("{engine}: {said}\n");
        let alarms: usize = said.alarms.values().map(|(count, _)| count).sum();
        assert!(alarms <= 2 + said.valid / 200, "MINA_SOUNDNESS_SEED={first} repeats it");
    }
}

/// Breaks one thing in each of many accepted histories.
fn refuse(ground: &Ground, name: &str, otherwise: u64) {
    let (first, count) = seeds(name, "mutants", otherwise);
    let most = usize::try_from(count).unwrap();
    let patience = number("MINA_SOUNDNESS_FAILURES").unwrap_or(1);
    let (mut tally, mut failures) = (Tally::default(), 0);
    let began = Instant::now();
    for seed in first.. {
        let drafts = history::draw(&ground.config(), &mut Random::new(seed), &mut Said::default());
        let mut random = Random::new(seed ^ 0xB0C3);
        if let Err(failure) = caught(|| mutant::mutants(ground, &drafts, &mut random, &mut tally, most)) {
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
    // Few of many; of few, any may be among them.
    assert!(
        all.refused - all.in_place <= 3 + all.refused / 100,
        "{} of {} refused in their place",
        all.in_place,
        all.refused
    );
    assert!(count < 2000 || tally.missing().is_empty(), "none of {}", tally.missing().join(", "));
}

#[test]
fn a_database_follows_its_models_and_goes_back() {
    follow(&Ground::Sqlite, "SQLite", 100);
}

#[test]
fn what_the_checker_accepts_runs_and_reverses() {
    hold(&Ground::Sqlite, "SQLite", &[], 60);
}

#[test]
fn what_is_broken_is_refused_or_does_no_harm() {
    refuse(&Ground::Sqlite, "SQLite", 300);
}

#[cfg(all(feature = "postgres", feature = "mysql"))]
mod servers {
    use super::{Ground, follow, hold, refuse};
    use crate::databases::{Database, Server};

    fn ground(server: Server) -> Ground {
        Ground::Server(Database::new(server))
    }

    #[test]
    fn a_database_follows_its_models_and_goes_back_on_postgresql_15() {
        follow(&ground(Server::Postgres), "PostgreSQL 15", 50);
    }

    #[test]
    fn a_database_follows_its_models_and_goes_back_on_postgresql_18() {
        follow(&ground(Server::Postgres18), "PostgreSQL 18", 50);
    }

    #[test]
    fn a_database_follows_its_models_and_goes_back_on_mariadb() {
        follow(&ground(Server::Mariadb), "MariaDB", 50);
    }

    #[test]
    fn what_is_broken_is_refused_or_does_no_harm_on_postgresql() {
        refuse(&ground(Server::Postgres18), "PostgreSQL 18", 60);
    }

    #[test]
    fn what_is_broken_is_refused_or_does_no_harm_on_mariadb() {
        refuse(&ground(Server::Mariadb), "MariaDB", 60);
    }

    #[test]
    fn what_the_checker_accepts_runs_and_reverses_on_postgresql_15() {
        hold(&ground(Server::Postgres), "PostgreSQL 15", &[], 10);
    }

    #[test]
    fn what_the_checker_accepts_runs_and_reverses_on_postgresql_18() {
        hold(&ground(Server::Postgres18), "PostgreSQL 18", &[330_000_129], 10);
    }

    #[test]
    fn what_the_checker_accepts_runs_and_reverses_on_mariadb() {
        hold(&ground(Server::Mariadb), "MariaDB", &[330_000_103, 330_000_427, 330_000_489], 10);
    }
}

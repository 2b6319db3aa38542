//! What the checker accepts runs and reverses: random histories, with rows in the tables, on SQLite.
//!
//! `MINA_SOUNDNESS_COUNT` histories from `MINA_SOUNDNESS_SEED` on; `scripts/soundness` runs as many as it is told.

mod history;
mod object;
mod random;
mod rows;
mod run;
mod statement;
mod value;

use history::{Draft, Said};
use random::Random;
use run::Ran;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn tried(drafts: &[Draft], seed: u64, said: &mut Said, ran: &mut Ran) -> Result<(), String> {
    let result = catch_unwind(AssertUnwindSafe(|| run::run(drafts, seed, said, ran)));
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
fn shrunk(mut drafts: Vec<Draft>, mut failure: String, seed: u64) -> (Vec<Draft>, String) {
    let mut budget = 300;
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
            budget -= 1;
            if budget < 0 || fewer.is_empty() || history::grow(&fewer).is_err_and(|error| !error.starts_with("printed")) {
                return None;
            }
            let other = tried(&fewer, seed, &mut Said::default(), &mut Ran::default()).err()?;
            (kind(&other) == kind(&failure)).then_some((fewer, other))
        });
        match found {
            Some((fewer, other)) => (drafts, failure) = (fewer, other),
            None => return (drafts, failure),
        }
    }
}

#[test]
fn what_the_checker_accepts_runs_and_reverses() {
    let (count, first) = (number("MINA_SOUNDNESS_COUNT", 160), number("MINA_SOUNDNESS_SEED", 1));
    let patience = number("MINA_SOUNDNESS_FAILURES", 1);
    let (mut said, mut ran) = (Said::default(), Ran::default());
    let mut failures = 0;
    let began = Instant::now();
    for seed in first..first + count {
        let drafts = history::draw(&mut Random::new(seed), &mut said);
        let Err(failure) = tried(&drafts, seed, &mut said, &mut ran) else {
            continue;
        };
        let (drafts, failure) = shrunk(drafts, failure, seed);
        println!("\n==== seed {seed}: {failure}\n");
        match history::grow(&drafts) {
            Ok(grown) => println!("{}", grown.texts.join("\n")),
            Err(error) => println!("{error}\n{drafts:#?}"),
        }
        failures += 1;
        if failures >= patience {
            break;
        }
    }
    println!("{count} histories from seed {first} on in {:.0?}: {ran}", began.elapsed());
    println!("{} statements drawn, {} accepted; refused:", said.tried, said.accepted);
    let codes: Vec<String> = said.refused.iter().map(|(code, count)| format!("{code} {count}")).collect();
    println!("  {}", codes.join(", "));
    let kinds: Vec<String> = said
        .kinds
        .iter()
        .map(|(kind, (tried, accepted))| format!("{kind} {accepted}/{tried}"))
        .collect();
    println!("  {}", kinds.join(", "));
    println!(
        "{} downgrades mutated, {} of them accepted, which lead back",
        said.mutants, said.mutants_accepted
    );
    assert_eq!(failures, 0, "see above");
    assert!(
        said.accepted * 2 > said.tried,
        "{} of {} statements accepted",
        said.accepted,
        said.tried
    );
}

//! A program with a small history, for the tests of the command line; MINA_FIXTURE tells which one.

#[path = "../tests/support/language.rs"]
mod language;
#[path = "../tests/support/served.rs"]
mod served;
#[path = "../tests/support/mod.rs"]
mod support;

use mina_runtime::{Migrations, Runner};
use support::*;

fn main() -> std::process::ExitCode {
    let fixture = std::env::var("MINA_FIXTURE").unwrap_or_default();
    if let Some(kind) = fixture.strip_suffix("starter") {
        let url = std::env::args().nth(1).unwrap_or_default();
        let migrations = match kind {
            "heavy-" => language::heavy(),
            _ => served::slow(served::engine(&url)),
        };
        served::start(migrations, &url, kind == "bare-");
        return std::process::ExitCode::SUCCESS;
    }
    if let Some(migrations) = in_the_language() {
        return mina_runtime::cli::run(migrations, hooked);
    }
    let mut drafts = three();
    let mut config = "";
    for word in fixture.split(',') {
        match word {
            "older" => {
                drafts.pop();
            }
            "edited" => drafts[1].checksum = "e".repeat(16),
            "failing" => drafts.push(Draft::new("2025d", &["2025c"], &["INSERT INTO missing VALUES (1)"], &[])),
            "units" => drafts.push(Draft::units(
                "2025d",
                &["2025c"],
                vec![
                    transaction(&["INSERT INTO users (email) VALUES ('c')"]),
                    transaction(&["INSERT INTO missing VALUES (1)"]),
                ],
                vec![],
            )),
            "rows" => drafts.push(Draft::new(
                "2025d",
                &["2025c"],
                &[
                    "INSERT INTO users (email) WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 20000) \
                   SELECT 'mail' || x || '@example.org' FROM c",
                ],
                &["DELETE FROM users WHERE id > 2"],
            )),
            "many" => {
                for id in ["2026a", "2026b", "2026c", "2026d", "2026e"] {
                    let parent = drafts[drafts.len() - 1].id;
                    let create = format!("CREATE TABLE t{id} (id INTEGER)");
                    let insert = format!("INSERT INTO t{id} SELECT count(*) FROM users");
                    drafts.push(Draft::new(id, &[parent], &[&create, &insert], &[&format!("DROP TABLE t{id}")]));
                }
            }
            "binds" => {
                let mut events = Draft::new("2025e", &[], &["CREATE TABLE events (id INTEGER)"], &["DROP TABLE events"]);
                events.bind = Some("analytics");
                drafts.push(events);
                config = "[database]\nurl = \"app.db\"\n[databases.analytics]\nurl = \"analytics.db\"\n";
            }
            "servers" => {
                drafts = portable();
                config = "[database]\nurl = \"app.db\"\nengines = [\"sqlite\", \"postgres\", \"mariadb\"]\n";
            }
            "concurrently" => drafts.push(Draft::units(
                "2025c",
                &["2025b"],
                vec![
                    transaction(&["UPDATE users SET phone = ''"]),
                    alone(sql("CREATE INDEX CONCURRENTLY \"ix_users_email\" ON users (email)")),
                ],
                vec![alone(sql("DROP INDEX CONCURRENTLY \"ix_users_email\""))],
            )),
            "shared" => config = "[database]\nurl = \"app.db\"\n[databases.analytics]\nurl = \"app.db\"\n",
            "env" => config = "[database]\nurl = \"env:FIXTURE_URL\"\n",
            "url" => config = "[database]\nurl = \"app.db\"\n",
            "one" => config = "[run]\ntransaction = \"run\"\n",
            "impatient" => config = "[run]\nlock_timeout = \"200ms\"\n",
            _ => {}
        }
    }
    mina_runtime::cli::main(with_config(drafts, config))
}

/// A history that is compiled from blocks.
fn in_the_language() -> Option<Migrations> {
    use language::{ENGINES, PHONES, TASKS, USERS, compiled};
    let with_backup = |command: &str| &*format!("{ENGINES}[run]\nbackup = '''{command}'''\n").leak();
    let three = [USERS, PHONES, TASKS];
    match std::env::var("MINA_FIXTURE").unwrap_or_default().as_str() {
        "language" => Some(compiled(ENGINES, &three)),
        "backup" => Some(compiled(
            with_backup("case \"$DATABASE_URL\" in *://*@*) exit 0;; esac; exit 1"),
            &three,
        )),
        "failing-backup" => Some(compiled(with_backup("echo no space >&2; exit 3"), &three)),
        "irreversible" => {
            let names = language::STRICT.replace(
                "downgrade { alter_column users.name { nullable = true } }",
                "downgrade = irreversible(\"they stay\");",
            );
            Some(compiled(ENGINES, &[USERS, &names]))
        }
        "strict" => Some(compiled(ENGINES, &[USERS, language::STRICT])),
        _ => None,
    }
}

fn hooked(runner: Runner) -> Runner {
    runner.before_each(|moment| {
        let (tenant, tag) = (moment.argument("tenant"), moment.argument("tag").unwrap_or("no tag"));
        match tenant {
            Some("nobody") => Err("there is no tenant".into()),
            Some(tenant) => {
                println!("hook: {} for {tenant}, {tag}", moment.migration().revision);
                Ok(())
            }
            None => Ok(()),
        }
    })
}

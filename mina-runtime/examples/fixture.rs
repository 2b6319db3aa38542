//! A program with a small history, for the tests of the command line; MINA_FIXTURE tells which one.

#[path = "../tests/support/mod.rs"]
mod support;

use support::*;

fn main() -> std::process::ExitCode {
    let mut drafts = three();
    let mut config = "";
    for word in std::env::var("MINA_FIXTURE").unwrap_or_default().split(',') {
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

//! What the engines' own tools say of a database.

use crate::databases::{Database, variable};
use std::process::Command;

/// `pg_dump --schema-only`, Mina's tables left out, a statement an entry. Columns may come back in another order.
pub fn pg_dump(database: &Database) -> Vec<String> {
    // The newer one reads both servers.
    let program = format!("{}/pg_dump", variable("MINA_TEST_POSTGRES18_BIN"));
    let output = Command::new(program)
        .args(["--schema-only", "--no-owner", "--exclude-table=__*", "--dbname"])
        .arg(database.url())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("--") && !line.starts_with('\\') && !line.trim().is_empty())
        .collect();
    let text = lines.join("\n");
    let mut statements: Vec<String> = text.split(";\n").map(sorted).collect();
    statements.sort();
    statements
}

/// The lines of a table's definition in order.
pub fn sorted(statement: &str) -> String {
    if !statement.starts_with("CREATE TABLE") {
        return statement.to_owned();
    }
    let mut lines: Vec<&str> = statement.lines().map(|line| line.trim_end_matches(',')).collect();
    let last = lines.len().saturating_sub(1);
    if last > 1 {
        lines[1..last].sort_unstable();
    }
    lines.join("\n")
}

//! What the engines' own tools say of a database: a statement an entry, Mina's tables left out.

use crate::databases::{Database, Server, variable};
use std::process::Command;

/// `pg_dump --schema-only`, the server's own.
pub fn pg_dump(database: &Database) -> Vec<String> {
    let programs = match database.server {
        Server::Postgres18 => "MINA_TEST_POSTGRES18_BIN",
        _ => "MINA_TEST_POSTGRES_BIN",
    };
    let mut command = Command::new(format!("{}/pg_dump", variable(programs)));
    command.args(["--schema-only", "--no-owner", "--exclude-table=__*", "--dbname"]);
    statements(command.arg(database.url()))
}

/// `mariadb-dump --no-data`, which prints `SHOW CREATE` of every table, view, trigger and routine.
pub fn mariadb_dump(database: &Database) -> Vec<String> {
    let (user, password, address) = database.server.account();
    let (host, port) = address.split_once(':').unwrap();
    let mut command = Command::new("mariadb-dump");
    command.env("MYSQL_PWD", password);
    command.args([
        "--no-data",
        "--compact",
        "--routines",
        "--user",
        &user,
        "--host",
        host,
        "--port",
        port,
    ]);
    let mut statements = statements(command.arg(&database.name));
    statements.retain(|statement| !statement.starts_with("CREATE TABLE `__"));
    statements
}

fn statements(command: &mut Command) -> Vec<String> {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    // Comments, what sets the session up, and the word that keeps a shell from reading the dump, which is another each time.
    let unsaid = ["--", "\\", "/*M!", "/*!40101 SET"];
    let is_said = |line: &&str| !line.trim().is_empty() && !unsaid.iter().any(|start| line.starts_with(start));
    let lines: Vec<&str> = text.lines().filter(is_said).collect();
    let mut statements: Vec<String> = lines.join("\n").trim_end_matches(';').split(";\n").map(normalised).collect();
    statements.retain(|statement| !statement.is_empty());
    statements.sort();
    statements
}

/// Columns may come back in another order, and the next number is not the schema's.
fn normalised(statement: &str) -> String {
    if !statement.starts_with("CREATE TABLE") {
        return statement.to_owned();
    }
    let words = statement.split(' ').filter(|word| !word.starts_with("AUTO_INCREMENT="));
    let statement = words.collect::<Vec<_>>().join(" ");
    let mut lines: Vec<&str> = statement.lines().map(|line| line.trim_end_matches(',')).collect();
    if let [_, parts @ .., _] = &mut *lines {
        parts.sort_unstable();
    }
    lines.join("\n")
}

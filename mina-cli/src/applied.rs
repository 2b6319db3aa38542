//! What is applied in a database.

use crate::build;
use crate::compiled::compiled;
use crate::failure::Failure;
use crate::ground::Ground;
use crate::project::Project;
use mina_command::database::Database;
use mina_command::{Arguments, Options};
use mina_runtime::runner::ErrorKind;
use mina_runtime::settings::ConnectError;
use serde_json::Value;
use std::process::{Command, Stdio};

/// The revisions that a database is at, and those that are applied in part. A database whose driver this program does not have is
/// asked by the crate's binary.
pub fn applied(ground: &Ground, options: &Options, bind: Option<&str>) -> Result<Vec<String>, Failure> {
    let arguments = Arguments {
        options: Options {
            bind: Some(bind.unwrap_or("default").to_owned()),
            ..options.clone()
        },
        command: mina_command::Command::Database(Database::Current {
            verbose: false,
            check_heads: false,
        }),
    };
    match mina_runtime::cli::answer(compiled(&ground.project, &ground.sources)?, arguments) {
        Ok(output) => Ok(revisions(&output.json)),
        Err(failure) => match failure.error().kind() {
            ErrorKind::Connect(error) if matches!(**error, ConnectError::NotLinked { .. }) => ask_the_crate(&ground.project, options, bind),
            kind => Err(Failure::failed(format!("the database could not be asked: {kind}"))),
        },
    }
}

fn ask_the_crate(project: &Project, options: &Options, bind: Option<&str>) -> Result<Vec<String>, Failure> {
    let program = build::program(project, options, Stdio::inherit())?;
    let mut command = Command::new(&program);
    command.args(["current", "--format", "json", "--bind", bind.unwrap_or("default")]);
    if let Some(url) = &options.database_url {
        command.arg("--database-url").arg(url.text());
    }
    for (name, value) in [("--config", &options.config), ("--directory", &options.directory)] {
        if let Some(value) = value {
            command.arg(name).arg(value);
        }
    }
    let said = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .map_err(Failure::io(&program))?;
    let said: Value =
        serde_json::from_slice(&said.stdout).map_err(|_| Failure::failed(format!("{} does not say what is applied", program.display())))?;
    if let Some(message) = said["error"]["message"].as_str() {
        return Err(Failure::failed(format!("the database could not be asked: {message}")));
    }
    Ok(revisions(&said))
}

/// Those of the answer to `current`.
fn revisions(said: &Value) -> Vec<String> {
    let texts = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut found = Vec::new();
    for database in texts(&said["databases"]) {
        let current = texts(&database["current"]).into_iter();
        let partly = texts(&database["partly"]).into_iter().map(|partly| partly["revision"].clone());
        found.extend(current.chain(partly).filter_map(|id| id.as_str().map(str::to_owned)));
    }
    found
}

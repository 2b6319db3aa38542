//! What mina.toml wants run after a migration was written: `[[post_write]]`.

use crate::failure::Failure;
use crate::project::Project;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Runs every command on every file, in the project's folder; what was written stays, whatever they do.
pub fn run(project: &Project, paths: &[PathBuf]) -> Result<(), Failure> {
    for hook in &project.config()?.post_write {
        let words = words(&hook.command)?;
        for path in paths {
            let path = path.to_string_lossy();
            let filled = words.iter().map(|word| word.replace("{path}", &path));
            start(&hook.command, filled, project)?;
        }
    }
    Ok(())
}

/// Refuses commands that cannot be run, before anything is written.
pub fn check(project: &Project) -> Result<(), Failure> {
    project
        .config()?
        .post_write
        .iter()
        .try_for_each(|hook| words(&hook.command).map(|_| ()))
}

fn words(command: &str) -> Result<Vec<String>, Failure> {
    let words = shlex::split(command).filter(|words| !words.is_empty());
    words.ok_or_else(|| {
        Failure::usage(format!(
            "`{command}` of `[[post_write]]` in mina.toml has a quote that does not end"
        ))
    })
}

fn start(command: &str, mut words: impl Iterator<Item = String>, project: &Project) -> Result<(), Failure> {
    let program = words.next().unwrap_or_default();
    let status = Command::new(&program)
        .args(words)
        .current_dir(&project.root)
        .stdin(Stdio::null())
        // Standard output is the command's own.
        .stdout(Stdio::from(std::io::stderr()))
        .status();
    let failed = match status {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => format!("`{command}` of `[[post_write]]` failed ({status})"),
        Err(error) => format!("`{command}` of `[[post_write]]` could not be started: {error}"),
    };
    Err(Failure::failed(failed).or("the migration is written; look at it before you run it"))
}

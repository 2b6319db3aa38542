//! `sql`, and `--sql` behind other commands: from the sources, so that the crate need not compile.

use crate::build::Manifest;
use crate::compiled::compiled;
use crate::failure::Failure;
use crate::session::Session;
use mina_command::database::Database;
use mina_command::{Arguments, Command, Output};

impl Session {
    pub fn script(&self, command: Database) -> Result<Output, Failure> {
        let project = self.project()?;
        if project.root.join("Cargo.toml").is_file() {
            Manifest::read(&project.root)?.fits()?;
        }
        project.config()?;
        let arguments = Arguments {
            options: self.options.clone(),
            command: Command::Database(command),
        };
        mina_runtime::cli::answer(compiled(&project, &project.sources())?, arguments)
            .map_err(|failure| Failure::Answered(Box::new(failure)))
    }
}

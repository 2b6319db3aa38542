use crate::build;
use crate::failure::Failure;
use crate::project::Project;
use mina_command::look::Look;
use mina_command::source::Source;
use mina_command::{Command, Options, Output, completions, explain, program};
use std::path::Path;

/// One call of `mina`.
pub struct Session {
    pub options: Options,
}

impl Session {
    pub fn new(options: Options) -> Self {
        Self { options }
    }

    pub fn run(&self, command: Command) -> Result<Output, Failure> {
        match command {
            Command::Database(command) if command.is_script() => self.script(command),
            Command::Database(_) => build::call(&self.project()?, &self.options),
            Command::Look(command) => self.look(command),
            Command::Source(command) => self.source(command),
        }
    }

    /// The crate of migrations that is meant.
    pub fn project(&self) -> Result<Project, Failure> {
        Project::find(self.options.directory.as_deref(), Path::new(""))
    }

    fn look(&self, command: Look) -> Result<Output, Failure> {
        match command {
            Look::History {
                range,
                verbose,
                indicate_current,
            } => self.history(range.as_deref(), verbose, indicate_current),
            Look::Heads {
                verbose,
                resolve_dependencies,
            } => self.heads(verbose, resolve_dependencies),
            Look::Branches { verbose } => self.branches(verbose),
            Look::Show { revision } => self.show(&revision),
            Look::Explain { code } => Ok(text(explain(code.as_deref()).map_err(Failure::Usage)?)),
            Look::Completions { shell } => Ok(text(completions(shell, &program()))),
        }
    }

    fn source(&self, command: Source) -> Result<Output, Failure> {
        match command {
            Source::Check { db: true } => build::call(&self.project()?, &self.options),
            Source::Fmt { paths, check } => self.fmt(&paths, check),
            Source::Init(wanted) => self.init(wanted),
            Source::ListTemplates => self.list_templates(),
            Source::Revision(wanted) if wanted.autogenerate => self.migrate(wanted),
            Source::Revision(wanted) => self.revision(wanted),
            Source::Migrate(wanted) => self.migrate(wanted),
            Source::Merge(wanted) => self.merge(wanted),
            Source::Rebase(wanted) => self.rebase(wanted),
            Source::Squash(wanted) => self.squash(&wanted),
            Source::Edit { revision } => self.edit(&revision),
            Source::Check { db: false } => self.check(),
            Source::Diff { from, to } => self.diff(&from, &to),
            Source::Lint { range } => self.lint(range.as_deref()),
            Source::Graph { kind, output } => self.graph(kind, output.as_deref()),
            Source::PrintSchema { at, engine, form } => self.print_schema(&at, engine, form),
            Source::Doctor => self.doctor(),
        }
    }
}

fn text(text: String) -> Output {
    Output { text, ..Output::default() }
}

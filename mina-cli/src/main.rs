//! `mina`: writes, checks and lists the migrations of a crate, and has its binary run them.

mod adopt;
mod applied;
mod build;
mod check;
mod compiled;
mod dependencies;
mod diff;
mod doctor;
mod edit;
mod editor;
mod failure;
mod files;
mod finding;
mod fmt;
mod fresh;
mod graph;
mod ground;
mod history;
mod hook;
mod init;
mod lint;
mod live;
mod merge;
mod migrate;
mod models;
mod moves;
mod name;
mod place;
mod print_schema;
mod project;
mod rebase;
mod rename;
mod report;
mod revision;
mod rustfmt;
mod scaffold;
mod script;
mod session;
mod show;
mod squash;
mod surroundings;
mod svg;
mod template;
mod warnings;

use mina_command::Arguments;
use session::Session;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = match Arguments::read() {
        Ok(arguments) => arguments,
        Err(code) => return ExitCode::from(code),
    };
    let format = arguments.options.format;
    match Session::new(arguments.options).run(arguments.command) {
        Ok(output) => {
            output.print(format);
            ExitCode::from(output.code)
        }
        Err(failure) => {
            failure.complaint().print(format);
            ExitCode::from(failure.exit_code())
        }
    }
}

use crate::Arguments;
use clap::CommandFactory;
use clap_complete::Shell;
use std::path::Path;

/// What a shell has to read to complete the commands of a program of that name.
pub fn completions(shell: Shell, program: &str) -> String {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), program, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// The name that this program was called by.
pub fn program() -> String {
    let path = std::env::args_os().next().unwrap_or_default();
    let name = Path::new(&path).file_stem().map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "mina".to_owned())
}

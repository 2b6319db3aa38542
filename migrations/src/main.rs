//! Applies the history of the application Mina.

use std::process::ExitCode;

fn main() -> ExitCode {
    mina::cli::main(mina_migrations::MIGRATIONS)
}

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// The formatter of Rust itself.
pub struct Rustfmt {
    program: OsString,
}

impl Rustfmt {
    /// That of `RUSTFMT`, or the one that is found, if there is one.
    pub fn find() -> Option<Self> {
        let program = std::env::var_os("RUSTFMT").unwrap_or_else(|| "rustfmt".into());
        let asked = Command::new(&program).arg("--version").output().ok()?;
        asked.status.success().then_some(Self { program })
    }

    /// A file with what stands outside of its blocks formatted, by the rustfmt.toml of its folder.
    ///
    /// An error is what rustfmt says.
    pub fn rest(&self, path: &Path, text: &str) -> Result<String, String> {
        if is_block_alone(text) {
            return Ok(text.to_owned());
        }
        let failed = |error: std::io::Error| format!("rustfmt could not be called: {error}");
        let mut command = Command::new(&self.program);
        command.args(["--edition", "2024"]);
        if let Some(folder) = path.parent().filter(|folder| folder.is_dir()) {
            command.current_dir(folder);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let stdin = child.stdin.take();
        let input = text.to_owned();
        // What it prints is read meanwhile, so that neither waits for the other.
        let writer = std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(input.as_bytes())));
        let output = child.wait_with_output().map_err(failed)?;
        let _ = writer.join();
        match String::from_utf8(output.stdout) {
            Ok(text) if output.status.success() => Ok(text),
            _ => {
                let said = String::from_utf8_lossy(&output.stderr);
                let first = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it did not say why");
                Err(format!("rustfmt refused the file: {}", first.trim_start_matches("error: ")))
            }
        }
    }
}

/// Whether a file is one block that begins and ends as rustfmt leaves it, which spares the call.
fn is_block_alone(text: &str) -> bool {
    let mut lines = text.lines();
    let begins = lines.next() == Some("mina::migration! {");
    let ends = lines.next_back() == Some("}");
    begins && ends && text.ends_with("}\n") && lines.all(|line| line.is_empty() || line.starts_with(' '))
}

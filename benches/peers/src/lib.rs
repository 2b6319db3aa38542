//! What the programs here have in common.

use std::error::Error;
use std::fs;

/// What a program comes to; the message of an error goes to standard error.
pub type Outcome = Result<(), Box<dyn Error>>;

/// The arguments, of which there are as many as these names.
pub fn arguments<const N: usize>(names: [&str; N]) -> Result<[String; N], String> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    given.try_into().map_err(|_| format!("arguments: {}", names.join(" ")))
}

/// Prints the most memory that this process had, in bytes.
pub fn print_peak() -> Outcome {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()).ok_or("no VmHWM")?;
    println!("{}", kilobytes.parse::<u64>()? * 1024);
    Ok(())
}

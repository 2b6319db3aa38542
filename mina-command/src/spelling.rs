//! Words that two options could mean, as who writes them means them.

use std::ffi::OsString;

/// `-c` behind `current` is `--check-heads`, as it is for Alembic, unless a file follows: no other word can.
pub fn usual(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut words: Vec<OsString> = words.collect();
    let Some(current) = words.iter().position(|word| word == "current") else {
        return words;
    };
    for at in current + 1..words.len() {
        let ends = words.get(at + 1).is_none_or(|next| next.to_string_lossy().starts_with('-'));
        let spelt: &[&str] = match words[at].to_str() {
            Some("-c") if ends => &["--check-heads"],
            Some("-cv") => &["--check-heads", "-v"],
            Some("-vc") if ends => &["-v", "--check-heads"],
            Some("--") => break,
            _ => continue,
        };
        words.splice(at..=at, spelt.iter().map(OsString::from));
    }
    words
}

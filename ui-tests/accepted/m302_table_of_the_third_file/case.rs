#[path = "initial.rs"]
mod initial;
#[path = "bio.rs"]
mod bio;
#[path = "notes.rs"]
mod notes;

fn main() {}

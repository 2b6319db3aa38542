#[path = "initial.rs"]
mod initial;
#[path = "rename.rs"]
mod rename;
#[path = "bio.rs"]
mod bio;
#[path = "priority.rs"]
mod priority;

fn main() {}

#[path = "initial.rs"]
mod initial;
#[path = "bio.rs"]
mod bio;
#[path = "also.rs"]
mod also;
#[path = "merge.rs"]
mod merge;

fn main() {}

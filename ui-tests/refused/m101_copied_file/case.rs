#[path = "initial.rs"]
mod initial;
#[path = "bio.rs"]
mod bio;
#[path = "bio_copy.rs"]
mod bio_copy;

fn main() {}

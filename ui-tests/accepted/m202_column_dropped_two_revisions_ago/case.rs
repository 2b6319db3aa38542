#[path = "initial.rs"]
mod initial;
#[path = "drop_status.rs"]
mod drop_status;
#[path = "bio.rs"]
mod bio;
#[path = "index.rs"]
mod index;

fn main() {}

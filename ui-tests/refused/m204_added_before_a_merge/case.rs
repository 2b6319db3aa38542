#[path = "initial.rs"]
mod initial;
#[path = "bio.rs"]
mod bio;
#[path = "site.rs"]
mod site;
#[path = "merge.rs"]
mod merge;

fn main() {}

#[path = "initial.rs"]
mod initial;
#[path = "bio.rs"]
mod bio;
#[path = "site.rs"]
mod site;
#[path = "zone.rs"]
mod zone;

fn main() {}

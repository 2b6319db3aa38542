#[path = "initial.rs"]
mod initial;
#[path = "both.rs"]
mod both;

fn main() {}

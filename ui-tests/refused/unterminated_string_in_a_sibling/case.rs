#[path = "initial.rs"]
mod initial;

fn main() {}

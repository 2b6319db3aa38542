mod initial;
mod change;

fn main() {}

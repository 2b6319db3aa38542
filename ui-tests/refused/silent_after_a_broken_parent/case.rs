mod initial;
mod change;
mod rename;

fn main() {}

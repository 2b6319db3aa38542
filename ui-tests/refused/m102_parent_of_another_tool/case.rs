mod initial;
mod add_bio;

fn main() {}

mod initial;
mod add_bio;
mod add_timezone;
mod merge;

fn main() {}

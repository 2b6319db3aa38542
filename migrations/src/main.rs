//! Applies the history of the application Mina.

fn main() {}

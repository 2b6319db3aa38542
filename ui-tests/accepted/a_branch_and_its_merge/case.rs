#[path = "initial.rs"]
mod initial;
#[path = "bio.rs"]
mod bio;
#[path = "site.rs"]
mod site;

mina::migration! {
    //! Merge bio and site

    revision = "20251011090000";
    revises = ["20251009090000", "20251010090000"];

    upgrade {}

    downgrade {}
}

fn main() {}

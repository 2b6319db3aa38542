#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Change users

    revision = "20251008120000";
    revises = "20251001090000";

    upgrade {
        update users { set = "title = 'x'" }
    }

    downgrade {}
}

fn main() {}

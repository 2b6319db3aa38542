#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Change users

    revision = "20251008120000";
    revises = "20251001090000";

    upgrade {
        ALTER TABLE users ADD COLUMN bio TEXT;
    }

    downgrade {
        ALTER TABLE users DROP COLUMN bio;
    }
}

fn main() {}

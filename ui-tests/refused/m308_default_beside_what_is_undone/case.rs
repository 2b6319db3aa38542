#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Change users

    revision = "20251008120000";
    revises = "20251001090000";

    upgrade {
        alter_column users.score { comment = "of ten" }
    }

    downgrade {
        alter_column users.score { comment = none, default = 1 }
    }
}

fn main() {}

#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Change users

    revision = "20251008120000";
    revises = "20251001090000";

    upgrade {
        alter_column users.score { comment = "of ten", default = 1 }
    }

    downgrade {
        alter_column users.score { comment = none, default = 0 }
    }
}

fn main() {}

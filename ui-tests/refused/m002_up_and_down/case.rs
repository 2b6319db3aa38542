#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Change users

    revision = "20251008120000";
    revises = "20251001090000";

    up {
        add_column users.bio: Nullable<Text>;
    }

    down {
        drop_column users.bio;
    }
}

fn main() {}

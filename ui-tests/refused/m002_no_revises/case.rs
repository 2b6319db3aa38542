#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Change users

    revision = "20251008120000";

    upgrade {
        add_column users.bio: Nullable<Text>;
    }

    downgrade {
        drop_column users.bio;
    }
}

fn main() {}

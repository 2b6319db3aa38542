#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Add bio to users

    revision = "20251009090000";
    revises = "20251001090000";

    upgrade {
        add_column user.bio: Nullable<Text>;
    }

    downgrade {
        drop_column user.bio;
    }
}

fn main() {}

#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Add bio to users

    revision = "20251009090000";
    revises = "20251001090000";

    upgrade {
        add_column users.bio: Nullable<Text>
        add_column users.site: Nullable<Text>;
    }

    downgrade {
        drop_column users.site;
        drop_column users.bio;
    }
}

fn main() {}

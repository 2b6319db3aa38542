#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Change users

    revision = "20251008120000";
    revises = "20251001090000";

    upgrade {
        #[on(Pg)]
        add_column users.tags: Nullable<Array<Text>>;
        #[on(Sqlite)]
        add_column users.tags: Nullable<Text>;
    }

    downgrade {
        drop_column users.tags;
    }
}

fn main() {}

#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Change users

    revision = "20251008120000";
    revises = "20251001090000";

    upgrade {
        #[on(Postgresql)]
        add_column users.nick: Nullable<Text>;
    }

    downgrade {
        #[on(Postgresql)]
        drop_column users.nick;
    }
}

fn main() {}

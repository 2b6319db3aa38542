#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Change users

    revision = "20251008120000";
    revises = "20251001090000";

    upgrade {
        #[on(Pg)]
        add_column users.nick: Nullable<Text>;
        #[allow(blocking_index, reason = "it is small")]
        create_index ix_users_nick on users (nick);
    }

    downgrade {
        drop_index ix_users_nick on users;
        #[on(Pg)]
        drop_column users.nick;
    }
}

fn main() {}

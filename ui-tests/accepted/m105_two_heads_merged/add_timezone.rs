mina::migration! {
    //! Add timezone

    revision = "20251009120000";
    revises = "20251001090000";

    upgrade {
        add_column users.timezone: Nullable<Varchar<40>>;
    }

    downgrade {
        drop_column users.timezone;
    }
}

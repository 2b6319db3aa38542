mina::migration! {
    //! Add zone

    revision = "20251010120000";
    revises = "20251001090000";

    upgrade {
        add_column users.zone: Nullable<Text>;
    }

    downgrade {
        drop_column users.zone;
    }
}

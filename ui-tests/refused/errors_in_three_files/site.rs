mina::migration! {
    //! Add site to users

    revision = "20251010090000";
    revises = "20251009090000";

    upgrade {
        add_column users.site: Nulable<Text>;
    }

    downgrade {
        drop_column users.site;
    }
}

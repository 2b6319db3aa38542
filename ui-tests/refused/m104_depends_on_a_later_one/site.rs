mina::migration! {
    //! Add site

    revision = "20251009120000";
    revises = "20251001090000";

    upgrade {
        add_column users.site: Nullable<Text>;
    }

    downgrade {
        drop_column users.site;
    }
}

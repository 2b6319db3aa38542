mina::migration! {
    //! Index users

    revision = "20251010120000";
    revises = "20251009120000";

    upgrade {
        create_index ix_users_name on users (name);
    }

    downgrade {
        drop_index ix_users_name on users;
    }
}

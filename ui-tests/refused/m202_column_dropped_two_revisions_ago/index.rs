mina::migration! {
    //! Index users

    revision = "20251010120000";
    revises = "20251009120000";

    upgrade {
        create_index ix_users_status on users (status);
    }

    downgrade {
        drop_index ix_users_status on users;
    }
}

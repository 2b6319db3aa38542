mina::migration! {
    //! Add priority

    revision = "20251010120000";
    revises = "20251009120000";

    upgrade {
        add_column tasks.priority: Integer = 0;
    }

    downgrade {
        drop_column tasks.priority;
    }
}

mina::migration! {
    //! Add priority to tasks

    revision = "20251011090000";
    revises = "20251010090000";

    upgrade {
        add_column tasks.priority: Integer;
    }

    downgrade {
        drop_column tasks.priority;
    }
}

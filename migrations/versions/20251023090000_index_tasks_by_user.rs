mina::migration! {
    //! Index tasks by user

    revision = "20251023090000";
    revises = "20251022090000";

    upgrade {
        create_index ix_tasks_user_open on tasks (user_id, created_at desc);
    }

    downgrade {
        drop_index ix_tasks_user_open on tasks;
    }
}

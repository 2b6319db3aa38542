mina::migration! {
    //! Let titles be unique

    revision = "20260103000000";
    revises = "20260102000000";

    upgrade {
        #[allow(may_fail_on_rows)]
        create_index ux_tasks_title on tasks (title) { unique = true }
    }

    downgrade {
        drop_index ux_tasks_title on tasks;
    }
}

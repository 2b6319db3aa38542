mina::migration! {
    //! Rename tasks

    revision = "20251008120000";
    revises = "20251001090000";

    upgrade {
        rename_table tasks => todos;
    }

    downgrade {
        rename_table todos => tasks;
    }
}

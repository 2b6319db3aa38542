mina::migration! {
    //! Add due date to tasks

    revision = "20251103090000";
    revises = "20251027090000";

    upgrade {
        add_column tasks.due_on: Nullable<Date>;
    }

    downgrade = auto;
}

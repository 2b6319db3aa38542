mina::migration! {
    //! Add user relationship to tasks

    revision = "20251003090000";
    revises = "20251002090000";

    upgrade {
        batch_alter tasks {
            #[references(users.id, on_delete = cascade, name = fk_tasks_user)]
            add_column user_id: Nullable<Integer>;
        }
    }

    downgrade {
        batch_alter tasks {
            drop_column user_id;
        }
    }
}

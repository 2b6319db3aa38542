mina::migration! {
    //! Create tasks

    revision = "20251002090000";
    revises = "20251001090000";

    upgrade {
        create_table tasks {
            #[primary_key]
            id: Integer,
            title: Varchar<200>,
            /// Free text, may be empty.
            body: Nullable<Text>,
            done: Bool = false,
            created_at: Timestamp = now(),

            check ck_tasks_title "length(title) > 0",
        }
    }

    downgrade {
        drop_table tasks;
    }
}

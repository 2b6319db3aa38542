mina::migration! {
    //! Create users and tasks

    revision = "20260201000000";
    revises = base;

    upgrade {
        create_table users {
            #[primary_key]
            id: Integer,
            name: Varchar<80>,
            legacy: Nullable<Integer>,
        }
        create_table tasks {
            #[primary_key]
            id: Integer,
            user_id: Integer,
        }
    }

    downgrade {
        drop_table tasks;
        drop_table users;
    }
}

mina::migration! {
    //! Create users and tasks

    revision = "20251001090000";
    revises = base;

    upgrade {
        create_table users {
            #[primary_key]
            id: Integer,
            email: Varchar<120>,
            name: Varchar<80>,
            score: Integer = 0,
        }
        create_table tasks {
            #[primary_key]
            id: Integer,
            title: Varchar<200>,
            #[references(users.id, on_delete = cascade)]
            user_id: Nullable<Integer>,
        }
    }

    downgrade {
        drop_table tasks;
        drop_table users;
    }
}

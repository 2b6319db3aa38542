mina::migration! {
    //! Create users and tasks

    revision = "20260101000000";
    revises = base;

    upgrade {
        create_table users {
            #[primary_key]
            id: Integer,
            #[unique]
            email: Varchar<120>,
            age: Nullable<Varchar<20>>,
        }
        create_table tasks {
            #[primary_key]
            id: Integer,
            title: Varchar<200>,
            #[references(users.id, on_delete = cascade)]
            user_id: Integer,
        }
        bulk_insert users [
            { id: 1, email: "ada@example.org", age: "36" },
            { id: 2, email: "grace@example.org", age: "85" },
            { id: 3, email: "nobody@example.org" },
        ];
        bulk_insert tasks [
            { id: 1, title: "write; `read`", user_id: 1 },
            { id: 2, title: "read", user_id: 1 },
            { id: 3, title: "sail", user_id: 2 },
            { id: 4, title: "wait", user_id: 3 },
        ];
    }

    downgrade {
        drop_table tasks;
        drop_table users;
    }
}

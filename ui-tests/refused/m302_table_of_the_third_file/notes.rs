mina::migration! {
    //! Add notes

    revision = "20251009120000";
    revises = "20251008120000";

    upgrade {
        create_table notes {
            #[primary_key]
            id: Integer,
            #[references(users.id)]
            user_id: Integer,
        }
        add_column users.noted: Bool = false;
    }

    downgrade {
        drop_column users.noted;
    }
}

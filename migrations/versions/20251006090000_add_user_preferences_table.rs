mina::migration! {
    //! Add user preferences table

    revision = "20251006090000";
    revises = "20251003090000";

    upgrade {
        create_table user_preferences {
            #[primary_key]
            #[references(users.id, on_delete = cascade, name = fk_user_preferences_user)]
            user_id: Integer,
            theme: Varchar<20> = "light",
            language: Varchar<10> = "en",
            notifications: Bool = true,
            updated_at: Nullable<Timestamp>,
        }
    }

    downgrade = auto;
}

mina::migration! {
    //! Add bio

    revision = "20251008120000";
    revises = "6f9f2dd343f5";

    upgrade {
        add_column users.bio: Nullable<Text>;
    }

    downgrade {
        drop_column users.bio;
    }
}

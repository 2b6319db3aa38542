mina::migration! {
    //! Add bio to users

    revision = "20251009090000";
    revises = "20251008120000";

    upgrade {
        add_column users.bio: Nullable<Text>;
    }

    downgrade = auto;
}

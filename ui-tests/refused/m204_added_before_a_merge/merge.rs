mina::migration! {
    //! Merge

    revision = "20251010120000";
    revises = ["20251008120000", "20251009120000"];

    upgrade {
        add_column users.bio: Nullable<Text>;
    }

    downgrade {
        drop_column users.bio;
    }
}

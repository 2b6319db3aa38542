mina::migration! {
    //! Add bio to users

    revision = "20260102000000";
    revises = "20260101000000";

    upgrade {
        add_column users.bio: Nullable<Text>;
        update users { set = "bio = 'writes programs'", where = "id < 3" }
    }

    downgrade {
        drop_column users.bio;
    }
}

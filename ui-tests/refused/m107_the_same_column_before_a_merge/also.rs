mina::migration! {
    //! Add bio for the profile

    revision = "20251009120000";
    revises = "20251001090000";

    upgrade {
        add_column users.bio: Nullable<Varchar<500>>;
    }

    downgrade {
        drop_column users.bio;
    }
}

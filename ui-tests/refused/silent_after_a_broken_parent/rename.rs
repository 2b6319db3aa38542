mina::migration! {
    //! Change users

    revision = "20251009120000";
    revises = "20251008120000";

    upgrade {
        alter_column users.bio { rename = biography }
    }

    downgrade {
        alter_column users.biography { rename = bio }
    }
}

mina::migration! {
    //! Rename full name back to name
    //!
    //! Half of the clients still send `name`. An applied migration is not edited: a new one takes it back.

    revision = "20251014090000";
    revises = "20251013090000";

    upgrade {
        batch_alter users {
            alter_column full_name { rename = name }
        }
    }

    downgrade = auto;
}

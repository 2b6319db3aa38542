mina::migration! {
    //! Rename name to full name

    revision = "20251013090000";
    revises = "20251010090000";

    upgrade {
        batch_alter users {
            alter_column name { rename = full_name }
        }
    }

    downgrade {
        batch_alter users {
            alter_column full_name { rename = name }
        }
    }
}

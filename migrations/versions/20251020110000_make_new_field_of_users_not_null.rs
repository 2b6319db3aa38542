mina::migration! {
    //! Make new_field of users NOT NULL
    //!
    //! Step 3 of 3: what was written between the steps is filled, then the column is closed.

    revision = "20251020110000";
    revises = "20251020100000";

    upgrade {
        update users { set = "new_field = name", where = "new_field IS NULL" }
        batch_alter users {
            alter_column new_field { nullable = false }
        }
    }

    downgrade {
        batch_alter users {
            alter_column new_field { nullable = true }
        }
    }
}

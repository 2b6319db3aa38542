mina::migration! {
    //! Populate new_field of users
    //!
    //! Step 2 of 3: in batches, each committed, so that no lock is held for long.

    revision = "20251020100000";
    revises = "20251020090000";

    upgrade {
        backfill users { set = "new_field = name", where = "new_field IS NULL", batch = 10_000 }
    }

    downgrade {}
}

mina::migration! {
    //! Count entries and give each a state
    //!
    //! A row that a batch went over twice, or not at all, shows in its number.

    revision = "20260302000000";
    revises = "20260301000000";

    upgrade {
        #[allow(lossy_downgrade)]
        backfill entries { set = "n = n + 1", batch = 500 }
        #[allow(lossy_downgrade)]
        backfill entries { set = "state = 'old'", where = "state IS NULL", batch = 500 }
        alter_column entries.state { nullable = false }
    }

    downgrade {
        alter_column entries.state { nullable = true }
    }
}

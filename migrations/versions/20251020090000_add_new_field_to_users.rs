mina::migration! {
    //! Add new_field to users
    //!
    //! Step 1 of 3 without downtime: the column may be empty, so the application that runs does not notice it.

    revision = "20251020090000";
    revises = "20251016090000";

    upgrade {
        add_column users.new_field: Nullable<Varchar<100>>;
    }

    downgrade {
        drop_column users.new_field;
    }
}

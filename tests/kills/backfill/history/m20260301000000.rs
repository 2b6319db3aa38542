mina::migration! {
    //! Keep entries

    revision = "20260301000000";
    revises = base;

    upgrade {
        create_table entries {
            shard: Integer,
            name: Varchar<40>,
            n: Integer = 0,
            touched: Integer = 0,
            state: Nullable<Varchar<10>>,

            primary_key pk_entries (shard, name),
        }
    }

    downgrade {
        drop_table entries;
    }
}

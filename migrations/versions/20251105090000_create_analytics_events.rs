mina::migration! {
    //! Create analytics events

    revision = "20251105090000";
    revises = base;
    bind = analytics;

    upgrade {
        create_table events {
            #[primary_key]
            id: BigInt,
            name: Varchar<80>,
            /// A user of the main database; no key can reach there.
            user_id: Nullable<Integer>,
            client_address: Nullable<Varchar<45>>,
            payload: Nullable<Json>,
            created_at: Timestamp = now(),
        }
    }

    downgrade = auto;
}

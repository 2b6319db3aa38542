//! What the application counts, in a database of its own.

mina::schema! {
    bind = analytics;

    table events {
        #[primary_key]
        id: BigInt,
        name: Varchar<80>,
        /// A user of the main database; no key can reach there.
        user_id: Nullable<Integer>,
        payload: Nullable<Json>,
        created_at: Timestamp = now(),
        index ix_events_name (name, created_at),
    }
}

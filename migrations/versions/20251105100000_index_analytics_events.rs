mina::migration! {
    //! Index analytics events by name

    revision = "20251105100000";
    revises = "20251105090000";
    bind = analytics;

    upgrade {
        create_index ix_events_name on events (name, created_at);
    }

    downgrade {
        drop_index ix_events_name on events;
    }
}

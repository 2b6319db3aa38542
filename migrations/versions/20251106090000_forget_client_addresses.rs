mina::migration! {
    //! Forget client addresses
    //!
    //! They are deleted on purpose; a downgrade brings back the column and not the addresses.

    revision = "20251106090000";
    revises = "20251105100000";
    bind = analytics;

    upgrade {
        #[allow(lossy_downgrade)]
        drop_column events.client_address;
    }

    downgrade {
        add_column events.client_address: Nullable<Varchar<45>>;
    }
}

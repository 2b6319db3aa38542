mina::migration! {
    //! Forget client addresses

    revision = "20251106090000";
    revises = "20251105100000";
    bind = analytics;

    upgrade {
        #[allow(lossy_downgrade)]
        drop_column events.client_address;
    }

    downgrade = irreversible("the addresses were deleted on purpose");
}

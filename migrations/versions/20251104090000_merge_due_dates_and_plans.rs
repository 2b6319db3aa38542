mina::migration! {
    //! Merge due dates and plans

    revision = "20251104090000";
    revises = ["20251103090000", "20251103100000"];

    upgrade {}

    downgrade {}
}

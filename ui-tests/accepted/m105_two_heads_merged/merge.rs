mina::migration! {
    //! Merge

    revision = "20251010120000";
    revises = ["20251008120000", "20251009120000"];

    upgrade {}

    downgrade {}
}

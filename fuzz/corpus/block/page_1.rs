mina::migration! {
    <Pg, Sqlite>
    #![allow(lossy_downgrade)]
    //! Bill by the month

    revision = "20251101000000";
    revises = ["20251030000000", "20251031000000"];
    depends_on = ["20251002000000"];
    label = "billing";
    alias = "6f9f2dd343f5";
    bind = analytics;
    transaction = false;

    upgrade {}
    downgrade {}
}

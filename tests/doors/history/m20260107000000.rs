mina::migration! {
    //! Forget what was read

    revision = "20260107000000";
    revises = "20260106000000";

    upgrade {
        #[allow(lossy_downgrade)]
        delete tasks { where = "title LIKE 'READ%'" }
    }

    downgrade = irreversible("what was read is not known any more");
}

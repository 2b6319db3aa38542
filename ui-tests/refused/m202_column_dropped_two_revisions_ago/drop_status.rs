mina::migration! {
    //! Drop status

    revision = "20251008120000";
    revises = "20251001090000";

    upgrade {
        #[allow(lossy_downgrade)]
        drop_column users.status;
    }

    downgrade {
        add_column users.status: Nullable<Varchar<20>>;
    }
}

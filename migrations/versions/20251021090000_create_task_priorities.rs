mina::migration! {
    //! Create task priorities

    revision = "20251021090000";
    revises = "20251020110000";

    upgrade {
        create_table task_priorities {
            #[primary_key]
            code: Varchar<20>,
            label: Varchar<80>,
            weight: SmallInt,
        }
    }

    downgrade = auto;
}

mina::migration! {
    //! Seed task priorities

    revision = "20251021100000";
    revises = "20251021090000";

    upgrade {
        bulk_insert task_priorities [
            { code: "low", label: "Low", weight: 10 },
            { code: "normal", label: "Normal", weight: 20 },
            { code: "high", label: "High", weight: 30 },
        ];
    }

    downgrade = auto;
}

mina::migration! {
    //! Add timezone to users

    revision = "20251007090000";
    revises = "20251006090000";

    upgrade {
        batch_alter users {
            add_column timezone: Varchar<64> = "UTC";
        }
    }

    downgrade {
        batch_alter users {
            drop_column timezone;
        }
    }
}

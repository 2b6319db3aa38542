mina::migration! {
    //! Add plan to workspaces

    revision = "20251103100000";
    revises = "20251027090000";

    upgrade {
        batch_alter workspaces {
            #[check("plan IN ('free', 'team')", name = ck_workspaces_plan)]
            add_column plan: Varchar<20> = "free";
        }
    }

    downgrade {
        batch_alter workspaces {
            drop_column plan;
        }
    }
}

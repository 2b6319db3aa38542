mina::migration! {
    //! Weigh tasks
    //!
    //! Rows, a rebuild, a backfill in batches, a rebuild.

    revision = "20260103000000";
    revises = "20260102000000";

    upgrade {
        #[allow(lossy_downgrade)]
        update tasks { set = "title = title || '!'" }
        batch_alter tasks {
            #[allow(may_fail_on_rows, lossy_downgrade)]
            alter_column weight { type = Integer, using = cast }
        }
        #[allow(lossy_downgrade)]
        backfill tasks { set = "weight = coalesce(weight, 0) + length(title)", batch = 2_000 }
        #[allow(lossy_downgrade)]
        delete users { where = "id % 100 = 0" }
        batch_alter users {
            #[allow(may_fail_on_rows)]
            alter_column age { type = BigInt, using = "age * 12" }
        }
    }

    downgrade {
        batch_alter users {
            alter_column age { type = Integer, using = "age / 12" }
        }
        batch_alter tasks {
            alter_column weight { type = Varchar<20>, using = cast }
        }
    }
}

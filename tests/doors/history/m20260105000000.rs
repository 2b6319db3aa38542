mina::migration! {
    //! Forget nobody, and close the age
    //!
    //! Rows, a rebuild, rows: three units.

    revision = "20260105000000";
    revises = "20260104000000";

    upgrade {
        #[allow(lossy_downgrade)]
        delete users { where = "age IS NULL" }
        batch_alter users {
            #[allow(may_fail_on_rows)]
            alter_column age { type = BigInt, nullable = false, default = 18, using = "nullif(age, 999) * 12" }
        }
        #[allow(lossy_downgrade)]
        update tasks { set = "title = title || '!'" }
    }

    downgrade {
        batch_alter users {
            alter_column age { type = Integer, nullable = true, default = none, using = "age / 12" }
        }
    }
}

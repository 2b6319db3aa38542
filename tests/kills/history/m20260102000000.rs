mina::migration! {
    //! Make age a number
    //!
    //! A rebuild of the table that tasks refer to.

    revision = "20260102000000";
    revises = "20260101000000";

    upgrade {
        batch_alter users {
            #[allow(may_fail_on_rows, lossy_downgrade)]
            alter_column age { type = Integer, using = cast }
        }
    }

    downgrade {
        batch_alter users {
            alter_column age { type = Varchar<20>, using = cast }
        }
    }
}

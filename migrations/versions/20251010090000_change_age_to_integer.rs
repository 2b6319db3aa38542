mina::migration! {
    //! Change age to integer
    //!
    //! The form has asked for a number for a year; what is left of the free text is the empty string.

    revision = "20251010090000";
    revises = "20251009090000";

    upgrade {
        #[allow(lossy_downgrade)]
        update users { set = "age = NULL", where = "age = ''" }
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

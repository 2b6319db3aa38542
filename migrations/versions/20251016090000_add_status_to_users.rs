mina::migration! {
    //! Add status to users
    //!
    //! Added empty, filled for the rows that are there, and only then made NOT NULL.

    revision = "20251016090000";
    revises = "20251015090000";

    upgrade {
        batch_alter users {
            add_column status: Nullable<Varchar<20>>;
            create_check ck_users_status "status IN ('active', 'inactive', 'suspended')";
        }
        update users { set = "status = 'active'", where = "status IS NULL" }
        batch_alter users {
            alter_column status { nullable = false, default = "active" }
        }
    }

    downgrade {
        batch_alter users {
            drop_constraint ck_users_status;
            drop_column status;
        }
    }
}

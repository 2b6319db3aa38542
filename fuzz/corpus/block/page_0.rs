mina::migration! {
    //! Add phone number to users
    //!
    //! Whatever else there is to say.

    revision = "20251008120000";
    revises = "20251001090000";

    upgrade {
        batch_alter users {
            add_column phone_number: Nullable<Varchar<20>>;
        }
    }

    downgrade {
        batch_alter users {
            drop_column phone_number;
        }
    }
}

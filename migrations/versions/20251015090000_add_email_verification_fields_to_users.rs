mina::migration! {
    //! Add email verification fields to users

    revision = "20251015090000";
    revises = "20251014090000";

    upgrade {
        batch_alter users {
            add_column email_verified: Bool = false;
            add_column email_verified_at: Nullable<Timestamp>;
            add_column email_verification_token: Nullable<Varchar<64>>;
            create_unique uq_users_email_verification_token (email_verification_token);
        }
    }

    downgrade {
        batch_alter users {
            drop_constraint uq_users_email_verification_token;
            drop_column email_verification_token;
            drop_column email_verified_at;
            drop_column email_verified;
        }
    }
}

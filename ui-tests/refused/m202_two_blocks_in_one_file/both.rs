mod rename {
    mina::migration! {
        //! Change users

        revision = "20251008120000";
        revises = "20251001090000";

        upgrade {
            alter_column users.name { rename = full_name }
        }

        downgrade {
            alter_column users.full_name { rename = name }
        }
    }
}

mod index {
    mina::migration! {
        //! Index the name

        revision = "20251009120000";
        revises = "20251008120000";

        upgrade {
            create_index ix_users_name on users (name);
        }

        downgrade {
            drop_index ix_users_name on users;
        }
    }
}

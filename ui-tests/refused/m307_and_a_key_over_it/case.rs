#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Change users

    revision = "20251008120000";
    revises = "20251001090000";

    upgrade {
        #[allow(lossy_downgrade)]
        batch_alter users {
            drop_constraint uq_users_email;
            drop_column email;
        }
    }

    downgrade {
        add_column users.email: Varchar<120>;
        create_unique uq_users_email on users (email);
        add_column users.bio: Text;
    }
}

fn main() {}

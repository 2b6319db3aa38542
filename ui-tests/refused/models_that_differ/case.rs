mina::migration! {
    //! Create users

    revision = "20251001090000";
    revises = base;

    upgrade {
        create_table users {
            #[primary_key]
            id: Integer,
            name: Varchar<80>,
        }
    }

    downgrade {
        drop_table users;
    }
}

mina::assert_in_sync!();

fn main() {}

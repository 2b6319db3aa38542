mina::migration! {
    //! Change users

    revises = base;

    upgrade {
        create_table t { #[primary_key] id: Integer }
    }

    downgrade {
        drop_table t;
    }
}

fn main() {}

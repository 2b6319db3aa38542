mina::migration! {
    //! Change users

    revision = "2025-10-01";
    revises = base;

    upgrade {
        create_table t { #[primary_key] id: Integer }
    }

    downgrade {
        drop_table t;
    }
}

fn main() {}

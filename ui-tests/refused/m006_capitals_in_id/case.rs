mina::migration! {
    //! Change users

    revision = "20251001A";
    revises = base;

    upgrade {
        create_table t { #[primary_key] id: Integer }
    }

    downgrade {
        drop_table t;
    }
}

fn main() {}

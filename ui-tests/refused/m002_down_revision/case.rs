mina::migration! {
    //! Change users

    down_revision = "6f9f2dd343f5";
    revision = "20251001090000";

    upgrade {
        create_table t { #[primary_key] id: Integer }
    }

    downgrade {
        drop_table t;
    }
}

fn main() {}

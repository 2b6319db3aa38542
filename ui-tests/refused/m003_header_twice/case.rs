mina::migration! {
    //! Change users

    revision = "20251001090000";
    revises = base;
    label = "billing";
    label = "shop";

    upgrade {
        create_table t { #[primary_key] id: Integer }
    }

    downgrade {
        drop_table t;
    }
}

fn main() {}

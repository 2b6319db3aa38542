#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Change users

    revision = "20251008120000";
    revises = "20251001090000";

    upgrade {
        add_column users.phone: Nullable<Varchar(20)>;
    }

    downgrade {
        drop_column users.phone;
    }
}

fn main() {}

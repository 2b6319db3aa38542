#[path = "initial.rs"]
mod initial;

mina::migration! {
    <Pg>
    //! Change users

    revision = "20251008120000";
    revises = "20251001090000";

    upgrade {
        add_column users.meta: Nullable<Interval>;
    }

    downgrade {
        drop_column users.meta;
    }
}

fn main() {}

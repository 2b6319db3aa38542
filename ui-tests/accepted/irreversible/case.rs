#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Forget names

    revision = "20251009090000";
    revises = "20251001090000";

    upgrade {
        drop_column users.name;
    }

    downgrade = irreversible("the names were deleted on purpose");
}

fn main() {}

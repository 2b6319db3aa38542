#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Change users

    revision = "20251008120000";
    revises = "20251001090000";

    upgrade {
        op.add_column("users", sa.Column("bio", sa.Text()));
    }

    downgrade {
        op.drop_column("users", "bio");
    }
}

fn main() {}

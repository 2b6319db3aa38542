#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Change users

    revision = "20251008120000";
    revises = "20251001090000";

    upgrade {
        batch_alter users {
            add_column phone: Nullable<Text>,
            add_column site: Nullable<Text>,
        }
    }

    downgrade {
        batch_alter users {
            drop_column phone;
            drop_column site;
        }
    }
}

fn main() {}

#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Drop names

    revision = "20251009090000";
    revises = "20251001090000";

    upgrade {
        #[allow(lossy_downgrade)]
        drop_column users.name;
    }

    downgrade {
        add_column users.name: Varchar<80>;
    }
}

fn main() {}

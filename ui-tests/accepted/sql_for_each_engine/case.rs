#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Change users

    revision = "20251008120000";
    revises = "20251001090000";

    upgrade {
        #[allow(lossy_downgrade)]
        execute { Pg = "UPDATE users SET name = upper(name)", Sqlite = "UPDATE users SET name = UPPER(name)" }
    }

    downgrade = irreversible("case is lost");
}

fn main() {}

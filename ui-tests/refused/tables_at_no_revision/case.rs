mod initial {
    mina::migration! {
        //! Initial schema

        revision = "20251001090000";
        revises = base;

        upgrade {
            create_table users {
                #[primary_key]
                id: Integer,
                email: Varchar<120>,
            }
        }

        downgrade {
            drop_table users;
        }
    }
}

mod schema {
    mina::tables!();
}

mod before {
    mina::tables!(at = "20251001090001");
}

mod elsewhere {
    mina::tables!(bind = analytics);
}

fn main() {
    let _ = schema::users::email;
}

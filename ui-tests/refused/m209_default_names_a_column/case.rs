mod initial {
    mina::migration! {
        //! Initial schema

        revision = "20251001090000";
        revises = base;

        upgrade {
            create_table users {
                #[primary_key]
                id: Integer,
                #[unique(name = uq_users_email)]
                email: Varchar<120>,
                name: Nullable<Varchar<80>>,
                status: Nullable<Varchar<20>>,
                age: Varchar<10> = sql("lower('NONE')"),
                score: Integer = 0,
            }
            create_table tasks {
                #[primary_key]
                id: Integer,
                title: Varchar<200>,
                #[references(users.id, name = fk_tasks_user, on_delete = cascade)]
                user_id: Nullable<Integer>,
                index ix_tasks_title (title),
            }
        }

        downgrade {
            drop_table tasks;
            drop_table users;
        }
    }
}

mod change {
    mina::migration! {
        //! Change users

        revision = "20251008120000";
        revises = "20251001090000";

        upgrade {
            add_column users.nick: Nullable<Varchar<80>> = sql("lower(name)");
        }

        downgrade {
            drop_column users.nick;
        }
    }
}

fn main() {}

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
                age: Nullable<Varchar<10>>,
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

mod events {
    mina::migration! {
        //! Events

        revision = "20251009120000";
        revises = base;
        bind = analytics;

        upgrade {
            create_table events {
                #[primary_key]
                id: BigInt,
                name: Varchar<80>,
            }
        }

        downgrade {
            drop_table events;
        }
    }
}

fn main() {}

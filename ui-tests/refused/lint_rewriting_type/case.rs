mod initial {
    mina::migration! {
        //! Initial schema

        revision = "20251001090000";
        revises = base;

        upgrade {
            create_table users {
                #[primary_key]
                id: BigInt,
                #[unique(name = uq_users_email)]
                email: Varchar<120>,
                name: Nullable<Varchar<80>>,
                status: Nullable<Varchar<20>>,
                age: Nullable<Varchar<10>>,
                score: Integer = 0,
            }
            create_table tasks {
                #[primary_key]
                id: BigInt,
                title: Varchar<200>,
                #[references(users.id, name = fk_tasks_user, on_delete = cascade)]
                user_id: Nullable<BigInt>,
                index ix_tasks_title (title),
                index ix_tasks_user (user_id),
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
            alter_column users.score { type = BigInt }
        }

        downgrade {
            #[allow(may_fail_on_rows)]
            alter_column users.score { type = Integer }
        }
    }
}

fn main() {}

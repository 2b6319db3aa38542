mod initial {
    mina::migration! {
        //! Initial schema

        revision = "20251001090000";
        revises = base;

        upgrade {
            create_table users {
                #[primary_key]
                id: Integer,
                score: Integer,
            }
            create_table logs { line: Varchar<80>, size: Integer }
            create_table samples {
                #[primary_key]
                at: Double,
                value: Integer,
            }
        }

        downgrade {
            drop_table samples;
            drop_table logs;
            drop_table users;
        }
    }
}

mod change {
    mina::migration! {
        //! Change types while the tables are in use

        revision = "20251008120000";
        revises = "20251001090000";

        upgrade {
            alter_column users.id { type = BigInt, online = true }
            alter_column users.score { type = BigInt, online = true }
            batch_alter logs {
                alter_column size { type = BigInt, online = true }
                alter_column line { type = Varchar<200>, online = true }
            }
            alter_column samples.value { type = BigInt, online = true }
            alter_column users.score { nullable = true, online = true }
        }

        downgrade = irreversible("an example");
    }
}

fn main() {}

mod initial {
    mina::migration! {
        //! Initial schema

        revision = "20251001090000";
        revises = base;

        upgrade {
            create_table orders {
                #[primary_key]
                id: Integer,
                amount: Integer,
                #[generated("amount * 2", stored = true)]
                doubled: Nullable<BigInt>,
                #[generated("amount * 2", stored = true)]
                is_large: Nullable<Bool>,
            }
        }

        downgrade {
            drop_table orders;
        }
    }
}

mod change {
    mina::migration! {
        //! Another type

        revision = "20251008120000";
        revises = "20251001090000";

        upgrade {
            alter_column orders.doubled { type = Bool, using = cast }
        }

        downgrade {
            alter_column orders.doubled { type = BigInt, using = cast }
        }
    }
}

fn main() {}

mod initial {
    mina::migration! {
        //! Initial schema

        revision = "20251001090000";
        revises = base;

        upgrade {
            create_table orders {
                #[primary_key]
                id: Integer,
            }
            create_function touch() "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$";
        }

        downgrade {
            drop_function touch();
            drop_table orders;
        }
    }
}

mod change {
    mina::migration! {
        //! Touch orders

        revision = "20251008120000";
        revises = "20251001090000";

        upgrade {
            drop_function touch();
            create_trigger touch_orders on orders "BEFORE UPDATE FOR EACH ROW EXECUTE FUNCTION touch()";
        }

        downgrade {
            drop_trigger touch_orders on orders;
            create_function touch() "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$";
        }
    }
}

fn main() {}

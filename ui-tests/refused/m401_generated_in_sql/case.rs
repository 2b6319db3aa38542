mod initial {
    mina::migration! {
        //! Initial schema

        revision = "20251001090000";
        revises = base;

        upgrade {
            create_table items {
                #[primary_key]
                id: Integer,
                price: Integer,
                #[generated("price * 2", stored = false)]
                total: Nullable<Integer>,
            }
        }

        downgrade {
            drop_table items;
        }
    }
}

mod change {
    mina::migration! {
        //! Double the prices

        revision = "20251008120000";
        revises = "20251001090000";

        upgrade {
            execute "INSERT INTO items (id, price, total) VALUES (1, 2, 4)" { undo = none }
            update items { set = "price = 3, total = 6", undo = none }
            create_trigger sum on items "AFTER INSERT BEGIN UPDATE items SET total = NEW.price * 2 WHERE id = NEW.id; END";
        }

        downgrade {
            drop_trigger sum on items;
        }
    }
}

fn main() {}

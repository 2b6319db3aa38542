mod initial {
    mina::migration! {
        //! Initial schema

        revision = "20251001090000";
        revises = base;

        upgrade {
            create_table orders {
                #[primary_key]
                id: Integer,
                status: Varchar<20>,
            }
            create_table changes {
                #[primary_key]
                id: Integer,
                order_id: Integer,
                was: Varchar<20>,
            }
        }

        downgrade {
            drop_table changes;
            drop_table orders;
        }
    }
}

mod change {
    mina::migration! {
        //! Keep what orders were

        revision = "20251008120000";
        revises = "20251001090000";

        upgrade {
            create_trigger keep_orders on orders
                "AFTER UPDATE OF status FOR EACH ROW BEGIN INSERT INTO changes (order_id, was) VALUES (OLD.id, OLD.state); END";
            create_trigger count_orders on orders {
                Sqlite = "AFTER DELETE WHEN OLD.stauts <> 'new' BEGIN DELETE FROM changes WHERE order_id = OLD.id; END",
                Mysql = "AFTER DELETE FOR EACH ROW DELETE FROM change WHERE order_id = OLD.id",
            }
        }

        downgrade {
            drop_trigger count_orders on orders;
            drop_trigger keep_orders on orders;
        }
    }
}

fn main() {}

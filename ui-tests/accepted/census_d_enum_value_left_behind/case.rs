mod initial {
    mina::migration! {
        //! Initial schema

        revision = "20251001090000";
        revises = base;

        upgrade {
            create_enum mood ("good", "bad");
            create_table days {
                #[primary_key]
                id: Integer,
                mood: Enum<mood>,
            }
        }

        downgrade {
            drop_table days;
            drop_enum mood;
        }
    }
}

mod change {
    mina::migration! {
        //! Change users

        revision = "20251008120000";
        revises = "20251001090000";

        upgrade {
            alter_enum mood { add = "fair", after = "good" }
        }

        downgrade {
            update days { set = "mood = 'good'", where = "mood = 'fair'" }
            #[allow(may_fail_on_rows)]
            alter_enum mood { remove = "fair" }
        }
    }
}

fn main() {}

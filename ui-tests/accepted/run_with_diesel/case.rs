#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Give tasks of nobody to the first user

    revision = "20251009090000";
    revises = "20251001090000";

    upgrade {
        run |conn| {
            use schema::{tasks, users};

            let first: Option<i32> = users::table.select(users::id).order(users::id).first(conn).optional()?;
            if let Some(first) = first {
                diesel::update(tasks::table.filter(tasks::user_id.is_null()))
                    .set(tasks::user_id.eq(first))
                    .execute(conn)?;
            }
        }
        run |_conn| {
            let number: i32 = "12".parse()?;
            assert_eq!(number, 12);
            Ok(())
        }
        run |conn| {
            use schema::users::dsl::*;

            let older = crate::older_than();
            if older < 0 {
                return Ok(0);
            }
            let rows = diesel::update(users.filter(score.gt(older))).set(name.eq("Ada")).execute(conn)?;
            Ok(rows)
        }
        run |conn| {
            if crate::older_than() < 0 {
                return Ok(());
            }
            diesel::delete(schema::tasks::table).execute(conn)?;
        }
    }

    downgrade {}
}

mod later {
    mina::migration! {
        //! Drop what a step before this one still names

        revision = "20251010090000";
        revises = "20251009090000";

        upgrade {
            #[allow(lossy_downgrade)]
            drop_column users.score;
        }

        downgrade {
            add_column users.score: Integer = 0;
        }
    }
}

/// What an application would tell.
fn older_than() -> i32 {
    3
}

fn main() {}

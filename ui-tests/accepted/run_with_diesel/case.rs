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
    }

    downgrade {}
}

fn main() {}

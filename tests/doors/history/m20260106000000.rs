mina::migration! {
    //! Shout

    revision = "20260106000000";
    revises = "20260105000000";

    upgrade {
        run |conn| {
            use schema::tasks::dsl::*;

            for (task, text) in tasks.select((id, title)).load::<(i32, String)>(conn)? {
                diesel::update(tasks.find(task)).set(title.eq(text.to_uppercase())).execute(conn)?;
            }
        }
    }

    downgrade {}
}

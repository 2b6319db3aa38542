mina::migration! {
    //! Strip spaces from phone numbers
    //!
    //! A number without its spaces is the same number, so nothing is to be undone.

    revision = "20251022090000";
    revises = "20251021100000";

    upgrade {
        run |conn| {
            use schema::users::dsl::*;

            let spaced = users.filter(phone_number.like("% %")).select((id, phone_number));
            for (user, number) in spaced.load::<(i32, Option<String>)>(conn)? {
                let stripped = number.map(|number| number.replace(' ', ""));
                diesel::update(users.find(user)).set(phone_number.eq(stripped)).execute(conn)?;
            }
        }
    }

    downgrade {}
}

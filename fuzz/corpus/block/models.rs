mina::schema! {
    table users {
        #[primary_key]
        id: Integer,
        /// Of a person.
        #[was(title)] name: Nullable<Varchar<20>> = "x",
        unique uq_users_name (name),
        index (name desc, "lower(name)") { unique = true, where = "id > 1" },
    }
    enum mood ("sad", "ok");
    view v as "SELECT id FROM users";
}

mina::schema! {
    table users {
        #[primary_key]
        id: Integer,
        name: Varchar<80>,
        email: Nullable<Varchar<200>>,
        index ix_users_email (email),
    }
}

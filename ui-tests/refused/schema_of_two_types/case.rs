mod schema {
    mina::schema! {
        table users {
            #[primary_key]
            id: Uuid,
            seen_at: Nullable<Timestamptz>,
            email: Varchar<120>,
        }
    }
}

fn main() {
    let _ = schema::users::email;
}

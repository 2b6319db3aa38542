// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "mood"))]
    pub struct Mood;
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Mood;

    /// People.
    app.users (id) {
        id -> Int4,
        #[max_length = 20]
        #[sql_name = "type"]
        name -> Nullable<Varchar>,
        feeling -> Mood,
        tags -> Array<Nullable<Text>>,
    }
}

diesel::table! {
    posts (id, user_id) {
        id -> Integer,
        user_id -> Integer,
    }
}

diesel::joinable!(posts -> users (user_id));
diesel::allow_tables_to_appear_in_same_query!(posts, users,);

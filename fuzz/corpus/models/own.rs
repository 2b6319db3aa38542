mina::schema! {
    table users {
        #[primary_key] id: Integer,
        #[unique] name: Varchar<20> = "x",
        #[references(teams.id, on_delete = cascade)] team_id: Nullable<Integer>,
    }
    table teams { #[primary_key] id: Integer, }
}

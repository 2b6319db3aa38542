mod schema {
    mina::schema! {
        tabel notes { id: Integer }

        table users {
            #[primary_key]
            id: Integer,
            email: Varchr<120>,
            #[references(teams.key)]
            team_id: Integer,
            age: Integer = "old",
        }

        table teams {
            #[primary_key]
            id: Integer,
            index (name),
        }
    }
}

fn main() {
    let _ = schema::users::table;
}

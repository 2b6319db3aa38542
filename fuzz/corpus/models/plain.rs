table! { t { id -> Integer, b -> Unsigned<Bigint>, } }
mina::schema! { <Sqlite> table u { #[primary_key] id: Integer, #[references(u.id)] up: Nullable<Integer>, } }

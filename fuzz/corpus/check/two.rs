mina::migration! {
    //! Make users
    revision = "1";
    revises = base;
    upgrade {
        create_table users { #[primary_key] id: Integer, name: Nullable<Text>, age: Integer = 3, check "age > 0", index (name), }
        bulk_insert users (id, name) [(1, "a"), (2, null)];
    }
    downgrade = auto;
}
mina::migration! {
    //! Change users
    revision = "2";
    revises = "1";
    upgrade {
        update users { set = "name = 'x'", where = "name IS NULL", undo = none }
        batch_alter users {
            alter_column name { nullable = false, type = Varchar<20>, using = cast }
            #[references(users.id, on_delete = cascade)] add_column parent_id: Nullable<Integer>;
            create_check ck "name <> ''";
        }
        create_view v as "SELECT id FROM users";
    }
    downgrade {
        drop_view v;
        batch_alter users {
            drop_constraint ck;
            drop_column parent_id;
            alter_column name { nullable = true, type = Text }
        }
    }
}

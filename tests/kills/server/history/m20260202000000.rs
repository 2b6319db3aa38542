mina::migration! {
    //! Twenty statements
    #![allow(lossy_downgrade, may_fail_on_rows)]

    revision = "20260202000000";
    revises = "20260201000000";

    upgrade {
        create_table notes {
            #[primary_key]
            id: Integer,
            body: Varchar<200>,
        }
        add_column users.age: Nullable<Integer>;
        update users { set = "age = id % 90" }
        alter_column users.age { nullable = false }
        create_index ix_users_age on users (age);
        alter_column users.name { type = Varchar<200> }
        add_column users.active: Bool = true;
        update users { set = "active = false", where = "id % 3 = 0" }
        alter_column users.age { type = BigInt, online = true }
        create_index ix_users_name on users (name);
        add_column tasks.title: Nullable<Varchar<80>>;
        update tasks { set = "title = 'untitled'" }
        alter_column tasks.title { nullable = false, default = "untitled", online = true }
        create_index ix_tasks_user on tasks (user_id);
        create_foreign_key fk_tasks_user on tasks (user_id) references users (id) { online = true }
        create_check ck_users_age on users "age >= 0" { online = true }
        drop_column users.legacy;
        alter_column tasks.title { rename = heading }
        create_unique uq_notes_body on notes (body) { online = true }
        bulk_insert notes [{ id: 1, body: "first" }, { id: 2, body: "second" }];
    }

    downgrade = irreversible("it is killed on its way up");
}

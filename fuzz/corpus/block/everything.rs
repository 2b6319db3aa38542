migration! {
<Pg, Sqlite>
//! First line: the message
//!
//! A longer description.
#![allow(lossy_downgrade)]

revision = "20251008120000";
revises = ["20251001090000", "20251001090001"];
depends_on = ["20251002000000"];
label = "billing";
alias = "6f9f2dd343f5";
bind = analytics;
transaction = false;

upgrade {
    create_schema analytics;
    /// What is to be done.
    create_table tasks {
        #[primary_key]
        id: Integer,
        title: Varchar<200>,
        /// Free text, may be empty.
        body: Nullable<Text>,
        done: Bool = false,
        #[references(users.id, on_delete = cascade)]
        user_id: Nullable<Integer>,
        #[unique(name = uq_slug)] slug: Varchar<80>,
        #[collate = "NOCASE"] nick: Varchar<40>,
        created_at: Timestamp = now(),
        index: Integer,
        price: Numeric<10, 2> = -1.50,
        primary_key pk_x (a, b),
        foreign_key fk_x (a, b) references t (x, y) { on_update = cascade },
        unique uq_tasks_title (user_id, title),
        check ck_tasks_title "length(title) > 0",
        check "length(title) > 0",
        exclusion ex using gist (room with "=", during with "&&"),
        index ix_tasks_user (user_id) { unique = true },
    } { engine = "InnoDB", strict = true }
    drop_table tasks;
    rename_table tasks => todos;
    rename_constraint a => b on t;
    rename_index a => b on t;
    add_column users.bio: Nullable<Text>;
    #[unique]
    #[on(Pg)]
    add_column #[check("x > 0")] users.bio: Nullable<Text> = "a";
    alter_column users.age { type = Integer, using = cast }
    alter_column users.age { type = Nullable<Integer>, using = { Pg = "…", Mysql = "…" } }
    alter_column users.old_name { rename = new_name }
    alter_column users.status { nullable = false, default = "active", comment = "…" }
    drop_column users.bio;

    batch_alter users {
        add_column phone_number: Nullable<Varchar<20>>;
        alter_column age { type = Integer, using = cast }
        drop_column bio;
        create_foreign_key fk_users_workspace (workspace_id) references workspaces (id) { on_delete = set_null }
        create_unique uq_users_email (email);
        create_check ck_users_age "age >= 0";
        create_index ix_users_name (name, created_at desc, "lower(email)") { unique = true, where = "deleted_at IS NULL" }
        drop_constraint fk_users_old;
        drop_index ix_users_old;
        comment_on bio "x";
        comment_on = none;
    }
    create_index ix_users_email on users (email) { concurrently = true }
    create_primary_key pk on t (id);
    create_exclusion on t using gist (room with "=") { where = "x" }
    drop_constraint NAME on TABLE;  drop_index NAME on TABLE;
    create_enum task_state ("open", "done");  alter_enum task_state { add = "archived", after = "done" }  drop_enum task_state;
    create_sequence order_numbers { start = 1000 }  drop_sequence order_numbers;
    comment_on users "…";
    create_view active_users as "SELECT …";         drop_view active_users;
    create_trigger touch_users on users "AFTER …";  drop_trigger touch_users on users;
    #[on(Pg)] create_function touch(a integer, b text[]) "…";          #[on(Pg)] create_extension citext;

    execute "UPDATE users SET status = 'active' WHERE status IS NULL";
    execute "ALTER TABLE …" { effect { drop_column users.bio; } undo = "…" }
    execute { Pg = "…", Sqlite = "…", Mysql = "…" }
    #[on(Pg)] execute "SET LOCAL lock_timeout = '2s'";
    execute "
        UPDATE users
          SET a = \"b\"
    ";
    update users { set = "status = 'active'", where = "status IS NULL" }  delete users { where = "…" }
    bulk_insert users [ { id: 1, status: "active" }, { id: 2, status: "inactive" } ];    bulk_delete users by (id) [1, 2];
    bulk_insert settings (id, name, value) [ (1, "theme", "dark"), (2, "lang", "en") ];
    run |conn| {
        use schema::users::dsl::*;
        for x in users.select(r#type).load::<String>(conn)? { if x == "a" { println!("{x}"); } else { return Err("no".into()); } }
        diesel::update(users.filter(id.eq(1))).set(name.eq("a")).execute(conn)?;
        Ok(())
    } { effect { drop_column users.bio; } undo { drop_table x; } }
    backfill users { set = "status = 'active'", where = "status IS NULL", batch = 10_000 }
}

downgrade = irreversible("it \"is\" so");

}

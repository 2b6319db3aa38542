mina::migration! {
    //! All of the page
    revision = "1";
    revises = base;
    upgrade {
create_table every_type {
    #[primary_key] id: BigInt,
    a: Bool, b: SmallInt, c: Integer, d: Float, e: Double,
    f: Numeric<10, 2>, g: Varchar<20>, h: Char<2>, i: Text, j: Binary,
    k: Date, l: Time, m: Timestamp, n: Timestamptz, o: Uuid, p: Json, q: Jsonb,
    r: Nullable<Custom<"GEOMETRY">>,
}
create_table defaults {
    #[primary_key] id: Integer,
    done: Bool = false,
    price: Numeric<10, 2> = 1.50,
    currency: Char<3> = "EUR",
    created_at: Timestamp = now(),
    created_on: Date = today(),
    settings: Json = json(r#"{"theme": "dark"}"#),
    code: Varchar<40> = sql("lower(hex(randomblob(16)))"),
}
create_table tasks {
    #[primary_key]
    id: Integer,
    title: Varchar<200>,
    /// Free text, may be empty.
    body: Nullable<Text>,
    #[references(users.id, on_delete = cascade)]
    user_id: Nullable<Integer>,
    #[unique(name = uq_tasks_slug)] slug: Varchar<80>,
    #[collate = "NOCASE"] nick: Varchar<40>,
    #[check("weight >= 0")] weight: Integer = 0,
    #[index] due_on: Nullable<Date>,
    #[generated("weight * 2", stored = true)] doubled: Integer,

    foreign_key fk_tasks_project (project_id) references projects (id) { on_update = cascade },
    project_id: Nullable<Integer>,
    unique uq_tasks_title (user_id, title),
    check ck_tasks_title "length(title) > 0",
    index ix_tasks_user (user_id, title desc) { unique = true, where = "done = 0" },
}
create_table settings { #[primary_key] code: Varchar<20>, value: Text } { strict = true }
rename_table tasks => todos;
drop_table todos;
comment_on users "Whoever can sign in";
comment_on users.email "As it was typed";
add_column users.bio: Nullable<Text>;
alter_column users.age { type = Integer, using = cast }
alter_column users.old_name { rename = new_name }
alter_column users.status { nullable = false, default = "active", comment = "Whether the user may sign in" }
alter_column users.status { default = none }
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
    rename_constraint uq_users_mail => uq_users_email;
    rename_index ix_users_nm => ix_users_nick;
}
create_primary_key pk_members on members (user_id, workspace_id);
create_foreign_key fk_tasks_user on tasks (user_id) references users (id) { on_delete = cascade, on_update = restrict }
create_unique uq_users_email on users (email);
create_check ck_users_age on users "age >= 0";
create_index ix_users_email on users (email) { concurrently = true }
drop_constraint uq_users_email on users;
drop_index ix_users_email on users;
rename_constraint uq_users_mail => uq_users_email on users;
rename_index ix_users_nm => ix_users_nick on users;
create_unique uq_users_email on users (email) { online = true }
alter_column users.status { nullable = false, online = true }
#[on(Pg)]
create_exclusion ex_bookings on bookings using gist (room with "=", during with "&&");
create_enum task_state ("open", "done");
alter_enum task_state { add = "archived", after = "done" }
alter_enum task_state { rename = "done", to = "closed" }
alter_enum task_state { remove = "archived" }
drop_enum task_state;
#[on(Pg)] create_sequence order_numbers { start = 1000 }
#[on(Pg)] drop_sequence order_numbers;
#[on(Pg)] create_schema reporting;
#[on(Pg)] drop_schema reporting;
#[on(Pg)] create_extension citext;
#[on(Pg)] drop_extension citext;
create_view active_users as "SELECT id, email FROM users WHERE status = 'active'";
drop_view active_users;
create_trigger touch_users on users "
    AFTER UPDATE OF name FOR EACH ROW
    BEGIN
        UPDATE users SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id;
    END
";
drop_trigger touch_users on users;
#[on(Pg)] create_function touch() "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$";
#[on(Pg)] drop_function touch();
execute "UPDATE users SET status = 'active' WHERE status IS NULL";
execute { Pg = "ANALYZE users", Sqlite = "ANALYZE users", Mysql = "ANALYZE TABLE users" }
execute "DELETE FROM sessions" { undo = none }
execute "ALTER TABLE users ADD COLUMN bio TEXT" {
    effect { add_column users.bio: Nullable<Text>; }
    undo = "ALTER TABLE users DROP COLUMN bio"
}
#[on(Pg)] execute "SET LOCAL lock_timeout = '2s'";
update users { set = "status = 'active'", where = "status IS NULL" }
delete users { where = "status = 'spam'" }
bulk_insert users [
    { id: 1, status: "active" },
    { id: 2, status: "inactive" },
];
bulk_insert settings (id, name, value) [
    (1, "theme", "dark"),
    (2, "lang", "en"),
];
bulk_delete users by (id) [1, 2];
backfill users { set = "status = 'active'", where = "status IS NULL", batch = 10_000 }
run |conn| {
    use schema::users::dsl::*;

    diesel::update(users.filter(status.is_null())).set(status.eq("active")).execute(conn)?;
}

    }
    downgrade {}
}

//! What the application keeps in its database: the models that the history is held against.

mina::schema! {
    #[on(Pg)]
    function touch_task() "
        RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.updated_at := now();
            RETURN NEW;
        END
        $$
    ";

    table task_priorities {
        #[primary_key]
        code: Varchar<20>,
        label: Varchar<80>,
        weight: SmallInt,
    }

    table tasks {
        #[primary_key]
        id: Integer,
        #[check("length(title) > 0", name = ck_tasks_title)]
        title: Varchar<200>,
        /// Free text, may be empty.
        body: Nullable<Text>,
        done: Bool = false,
        created_at: Timestamp = now(),
        #[references(users.id, on_delete = cascade, name = fk_tasks_user)]
        user_id: Nullable<Integer>,
        updated_at: Nullable<Timestamp>,
        due_on: Nullable<Date>,
        index ix_tasks_user_open (user_id, created_at desc),
    }

    table user_preferences {
        #[primary_key(generated = false)]
        #[references(users.id, on_delete = cascade, name = fk_user_preferences_user)]
        user_id: Integer,
        theme: Varchar<20> = "light",
        language: Varchar<10> = "en",
        notifications: Bool = true,
        updated_at: Nullable<Timestamp>,
    }

    table users {
        #[primary_key]
        id: Integer,
        #[unique(name = uq_users_email)]
        email: Varchar<120>,
        name: Varchar<80>,
        /// In years, as the sign-up form took it: free text.
        age: Nullable<Integer>,
        /// The workspace that opens after signing in.
        #[references(workspaces.id, on_delete = set_null, name = fk_users_workspace)]
        workspace_id: Nullable<Integer>,
        created_at: Timestamp = now(),
        timezone: Varchar<64> = "UTC",
        phone_number: Nullable<Varchar<20>>,
        bio: Nullable<Text>,
        email_verified: Bool = false,
        email_verified_at: Nullable<Timestamp>,
        #[unique(name = uq_users_email_verification_token)]
        email_verification_token: Nullable<Varchar<64>>,
        #[check("status IN ('active', 'inactive', 'suspended')", name = ck_users_status)]
        status: Varchar<20> = "active",
        new_field: Varchar<100>,
    }

    table workspaces {
        #[primary_key]
        id: Integer,
        name: Varchar<80>,
        #[references(users.id, on_delete = set_null, name = fk_workspaces_owner)]
        owner_id: Nullable<Integer>,
        created_at: Timestamp = now(),
        #[check("plan IN ('free', 'team')", name = ck_workspaces_plan)]
        plan: Varchar<20> = "free",
    }

    view active_users as "SELECT id, email, name FROM users WHERE status = 'active'" {
        #[primary_key]
        id: Integer,
        email: Varchar<120>,
        name: Varchar<80>,
    }

    #[on(Mysql)]
    trigger touch_tasks on tasks "BEFORE UPDATE FOR EACH ROW SET NEW.updated_at = now()";

    #[on(Pg)]
    trigger touch_tasks on tasks "BEFORE UPDATE FOR EACH ROW EXECUTE FUNCTION touch_task()";

    #[on(Sqlite)]
    trigger touch_tasks on tasks "
        AFTER UPDATE OF title, body, done FOR EACH ROW
        BEGIN
            UPDATE tasks SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id;
        END
    ";
}

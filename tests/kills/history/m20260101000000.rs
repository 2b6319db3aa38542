mina::migration! {
    //! Create users, tasks and settings

    revision = "20260101000000";
    revises = base;

    upgrade {
        create_table users {
            #[primary_key]
            id: Integer,
            #[unique]
            email: Varchar<120>,
            name: Text,
            age: Nullable<Varchar<20>>,
        }
        create_table tasks {
            #[primary_key]
            id: Integer,
            title: Varchar<200>,
            state: Nullable<Varchar<20>>,
            weight: Nullable<Varchar<20>>,
            #[references(users.id, on_delete = cascade)]
            user_id: Integer,
            index ix_tasks_title (title),
        }
        create_table settings {
            #[primary_key]
            id: Integer,
            name: Varchar<80>,
            value: Integer,
        }
        create_view grown_up_users as "SELECT id, email, name FROM users WHERE name <> ''";
        create_trigger count_tasks on settings "
            AFTER INSERT FOR EACH ROW
            BEGIN
                UPDATE settings SET value = coalesce((SELECT sum(length(title)) FROM tasks), 0) + NEW.id WHERE id = NEW.id;
            END";
        create_trigger touch_tasks on users "
            AFTER UPDATE OF name FOR EACH ROW
            BEGIN
                UPDATE tasks SET state = 'touched' WHERE user_id = NEW.id;
            END";
    }

    downgrade {
        drop_trigger touch_tasks on users;
        drop_trigger count_tasks on settings;
        drop_view grown_up_users;
        drop_table settings;
        drop_table tasks;
        drop_table users;
    }
}

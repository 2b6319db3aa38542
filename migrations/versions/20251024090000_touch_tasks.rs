mina::migration! {
    //! Touch tasks when they change

    revision = "20251024090000";
    revises = "20251023090000";

    upgrade {
        add_column tasks.updated_at: Nullable<Timestamp>;
        #[on(Pg)]
        create_function touch_task() "
            RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                NEW.updated_at := now();
                RETURN NEW;
            END
            $$
        ";
        create_trigger touch_tasks on tasks {
            Sqlite = "
                AFTER UPDATE OF title, body, done FOR EACH ROW
                BEGIN
                    UPDATE tasks SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id;
                END
            ",
            Pg = "BEFORE UPDATE FOR EACH ROW EXECUTE FUNCTION touch_task()",
            Mysql = "BEFORE UPDATE FOR EACH ROW SET NEW.updated_at = now()",
        }
    }

    downgrade {
        drop_trigger touch_tasks on tasks;
        #[on(Pg)]
        drop_function touch_task();
        drop_column tasks.updated_at;
    }
}

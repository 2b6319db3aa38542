#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Change users

    revision = "20251008120000";
    revises = "20251001090000";

    upgrade {
        #[allow(blocking_index, reason = "there are few tasks")]
        create_index ix_tasks_user_title on tasks (user_id, title);
        #[on(Mysql)]
        drop_index fk_tasks_user on tasks;
    }

    downgrade {
        #[on(Mysql)]
        create_index fk_tasks_user on tasks (user_id);
        drop_index ix_tasks_user_title on tasks;
    }
}

fn main() {}

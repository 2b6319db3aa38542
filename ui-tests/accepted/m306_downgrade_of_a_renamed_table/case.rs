#[path = "initial.rs"]
mod initial;

mina::migration! {
    //! Change users

    revision = "20251008120000";
    revises = "20251001090000";

    upgrade {
        rename_table tasks => todos;
        add_column todos.done: Bool = false;
    }

    downgrade {
        drop_column todos.done;
        rename_table todos => tasks;
    }
}

fn main() {}

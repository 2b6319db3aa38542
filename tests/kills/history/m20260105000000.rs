mina::migration! {
    //! Write weights out
    //!
    //! Rows, a rebuild, rows, a rebuild; each says how it is undone.

    revision = "20260105000000";
    revises = "20260104000000";

    upgrade {
        update tasks { set = "weight = weight + 1", undo = "UPDATE tasks SET weight = weight - 1" }
        batch_alter tasks {
            #[allow(may_fail_on_rows)]
            alter_column weight { type = Varchar<20>, using = cast }
        }
        update users { set = "name = name || '?'", undo = "UPDATE users SET name = substr(name, 1, length(name) - 1)" }
        batch_alter users {
            #[allow(may_fail_on_rows)]
            alter_column age { type = Varchar<20>, using = cast }
        }
    }

    downgrade = auto;
}

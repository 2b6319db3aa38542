mina::migration! {
    //! Create active users view

    revision = "20251027090000";
    revises = "20251024090000";

    upgrade {
        create_view active_users as "SELECT id, email, name FROM users WHERE status = 'active'";
    }

    downgrade {
        drop_view active_users;
    }
}

//! What the application asks of its database, through the tables that its models and its history declare.

use diesel::prelude::*;
use mina_migrations::analytics::events;
use mina_migrations::models::{active_users, tasks, user_preferences, users, workspaces};

/// The tables as they were at a revision.
mod before {
    mina::tables!(at = "20251008120000");
}

/// The tables of the other database, from its history.
mod counted {
    mina::tables!(bind = analytics);
}

#[derive(Debug, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = tasks)]
pub struct Task {
    pub id: i32,
    pub title: String,
    pub done: bool,
    pub user_id: Option<i32>,
}

macro_rules! queries {
    ($application:ident, $analytics:ident, $connection:ty) => {
        /// Writes and reads every table of the application.
        #[allow(dead_code, reason = "a test binary asks its own engines")]
        pub fn $application(conn: &mut $connection) {
            let workspace = (workspaces::id.eq(1), workspaces::name.eq("core"));
            diesel::insert_into(workspaces::table)
                .values(workspace)
                .execute(conn)
                .unwrap();
            for (id, name, status) in [(1, "ada", "active"), (2, "bob", "inactive")] {
                let user = (
                    users::id.eq(id),
                    users::email.eq(format!("{name}@example.org")),
                    users::name.eq(name),
                    users::workspace_id.eq(Some(1)),
                    users::status.eq(status),
                    users::new_field.eq("x"),
                );
                diesel::insert_into(users::table).values(user).execute(conn).unwrap();
            }
            diesel::update(workspaces::table.find(1))
                .set(workspaces::owner_id.eq(Some(1)))
                .execute(conn)
                .unwrap();
            let task = |id, title: &str, user_id| Task {
                id,
                title: title.to_owned(),
                done: false,
                user_id,
            };
            let written = vec![task(1, "write", Some(1)), task(2, "read", Some(2)), task(3, "rest", None)];
            diesel::insert_into(tasks::table).values(&written).execute(conn).unwrap();
            let read: Vec<Task> = tasks::table.select(Task::as_select()).order(tasks::id).load(conn).unwrap();
            assert_eq!(read, written);

            let joined: Vec<(String, String)> = tasks::table
                .inner_join(users::table)
                .filter(users::status.eq("active").and(tasks::created_at.is_not_null()))
                .select((tasks::title, users::email))
                .load(conn)
                .unwrap();
            assert_eq!(joined, [("write".to_owned(), "ada@example.org".to_owned())]);

            let preferences = user_preferences::user_id.eq(2);
            diesel::insert_into(user_preferences::table)
                .values(preferences)
                .execute(conn)
                .unwrap();
            let themes: Vec<(i32, Option<(String, bool)>)> = users::table
                .left_join(user_preferences::table)
                .select((
                    users::id,
                    (user_preferences::theme, user_preferences::notifications).nullable(),
                ))
                .order(users::id)
                .load(conn)
                .unwrap();
            assert_eq!(themes, [(1, None), (2, Some(("light".to_owned(), true)))]);

            let seen: Vec<(String, String)> = active_users::table
                .inner_join(tasks::table.on(tasks::user_id.eq(active_users::id.nullable())))
                .select((active_users::name, tasks::title))
                .load(conn)
                .unwrap();
            assert_eq!(seen, [("ada".to_owned(), "write".to_owned())]);

            let owners: Vec<(String, Option<i32>)> = workspaces::table
                .inner_join(users::table.on(users::workspace_id.eq(workspaces::id.nullable())))
                .select((users::name, workspaces::owner_id))
                .order(users::id)
                .load(conn)
                .unwrap();
            assert_eq!(owners, [("ada".to_owned(), Some(1)), ("bob".to_owned(), Some(1))]);

            let phones: Vec<Option<String>> = before::users::table.select(before::users::phone_number).load(conn).unwrap();
            assert_eq!(phones, [None, None]);
        }

        /// The same of the other database.
        #[allow(dead_code, reason = "a test binary asks its own engines")]
        pub fn $analytics(conn: &mut $connection) {
            let event = (events::name.eq("opened"), events::user_id.eq(Some(7)));
            diesel::insert_into(events::table).values(event).execute(conn).unwrap();
            let counted: Vec<(String, Option<i32>)> = counted::events::table
                .select((counted::events::name, counted::events::user_id))
                .filter(counted::events::id.gt(0_i64).and(counted::events::payload.is_null()))
                .load(conn)
                .unwrap();
            assert_eq!(counted, [("opened".to_owned(), Some(7))]);
        }
    };
}

#[cfg(feature = "sqlite")]
queries!(sqlite, sqlite_analytics, SqliteConnection);
#[cfg(feature = "postgres")]
queries!(postgres, postgres_analytics, PgConnection);
#[cfg(feature = "mysql")]
queries!(mariadb, mariadb_analytics, MysqlConnection);

#![doc = include_str!("../README.md")]

pub mod language;

#[doc(hidden)]
pub use mina_macros::creations;
/// # Example
///
/// ```
/// pub mod schema {
///     mina::schema! {
///         /// Who works here.
///         table users {
///             #[primary_key]
///             id: Integer,
///             #[unique]
///             email: Varchar<200>,
///             created_at: Timestamp = now(),
///         }
///
///         table tasks {
///             #[primary_key]
///             id: Integer,
///             title: Text,
///             #[references(users.id, on_delete = cascade)]
///             user_id: Integer,
///             index (user_id, title),
///         }
///     }
/// }
///
/// use diesel::prelude::*;
/// use schema::{tasks, users};
///
/// let late = tasks::table.inner_join(users::table).select((users::email, tasks::title));
/// # let sql = diesel::debug_query::<diesel::sqlite::Sqlite, _>(&late).to_string();
/// # assert!(sql.contains("INNER JOIN `users` ON (`tasks`.`user_id` = `users`.`id`)"), "{sql}");
/// ```
pub use mina_macros::schema;
pub use mina_macros::{assert_in_sync, migration, migrations, tables};
pub use mina_runtime::*;

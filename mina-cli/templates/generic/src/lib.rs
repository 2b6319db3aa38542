//! The migrations of the database: every file of `versions/` is one.
//!
//! `MIGRATIONS` is what an application takes: `MIGRATIONS.upgrade(&mut conn, "head")`, or Diesel's own
//! `conn.run_pending_migrations(MIGRATIONS)`.

mina::migrations!();

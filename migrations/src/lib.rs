//! The history of the application Mina.

pub mod analytics;
pub mod models;

mina::migrations!();
mina::assert_in_sync!();

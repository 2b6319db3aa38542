//! The history of the application Mina.

pub mod analytics;
pub mod models;

mina::migrations!();

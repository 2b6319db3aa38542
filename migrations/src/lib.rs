//! The history of the application Mina.

mina::migrations!();

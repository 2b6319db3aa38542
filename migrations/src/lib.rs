//! The history of the application Mina.

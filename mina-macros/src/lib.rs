//! The macros of Mina.

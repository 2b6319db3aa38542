//! Tests of a history, one line each.

//! A connection that does not let its schema be written; alone in its process, whose connections are all so.
#![cfg(feature = "sqlite")]

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use mina_core::sql::sqlite::model::Column;
use mina_core::sql::sqlite::{Edit, EditKind, TableChange};
use mina_runtime::sqlite::{apply, dump};

#[test]
fn a_schema_that_may_not_be_edited_is_rebuilt() {
    unsafe extern "C" fn defend(
        db: *mut libsqlite3_sys::sqlite3,
        _: *mut *mut std::ffi::c_char,
        _: *const libsqlite3_sys::sqlite3_api_routines,
    ) -> std::ffi::c_int {
        unsafe {
            libsqlite3_sys::sqlite3_db_config(
                db,
                libsqlite3_sys::SQLITE_DBCONFIG_DEFENSIVE,
                1,
                std::ptr::null_mut::<std::ffi::c_int>(),
            )
        }
    }
    let column = |ty: &str| Column {
        name: "a".into(),
        ty: ty.into(),
        nullable: true,
        ..Column::default()
    };
    let change = TableChange {
        table: "t".into(),
        edits: vec![Edit {
            line: 1,
            kind: EditKind::AlterColumn {
                before: column("TEXT"),
                after: column("VARCHAR(9)"),
                using: None,
            },
        }],
    };
    // SAFETY: the function has the signature of an entry point, and is taken back before the test ends.
    let conn = unsafe {
        libsqlite3_sys::sqlite3_auto_extension(Some(defend));
        let conn = SqliteConnection::establish(":memory:");
        libsqlite3_sys::sqlite3_cancel_auto_extension(Some(defend));
        conn
    };
    let mut conn = conn.unwrap();
    conn.batch_execute("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x')").unwrap();
    conn.batch_execute("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = sql")
        .unwrap_err();
    assert!(apply(&mut conn, &change).unwrap().rebuilt);
    insta::assert_snapshot!(dump(&mut conn, true).unwrap(), @r"
    create table t ( a varchar ( 9 ) )
    t:
      a='x'
    ");
}

//! The process that is killed, or whose session is: it tells which session that is, and when a statement begins and is over.

use super::history;
use crate::child::{say, tell};
use diesel::prelude::*;
use mina::runner::Direction;
use mina::{AnyConnection, AsConnection};
use std::process::ExitCode;

pub fn run(url: &str) -> ExitCode {
    let migrations = history();
    let mut conn = AnyConnection::establish(url).unwrap();
    let plan = migrations.plan(&mut conn, Direction::Up, "head").unwrap();
    let (done, units) = plan
        .migrations
        .iter()
        .fold((0, 0), |(done, units), planned| (done + planned.done, units + planned.units.len()));
    say(&format!("plan {done} {units}"));
    let session = match &mut conn {
        AnyConnection::Pg(_) => "SELECT pg_backend_pid()",
        _ => "SELECT CONNECTION_ID()",
    };
    let session = conn.as_connection().number(session).unwrap();
    say(&format!("session {session}"));
    match &mut conn {
        AnyConnection::Pg(conn) => conn.set_instrumentation(tell),
        AnyConnection::Mysql(conn) => conn.set_instrumentation(tell),
        _ => {}
    }
    say("ready");
    let url = url.to_owned();
    let runner = migrations.runner().with_connector(move || Ok(AnyConnection::establish(&url)?));
    match runner.upgrade(&mut conn, "head") {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(error.exit_code())
        }
    }
}

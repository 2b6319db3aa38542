//! `refinery FOLDER FILE`: the files of SQL of a folder, applied to a database of SQLite as refinery does, a transaction each.

use mina_peers::{Outcome, arguments, print_peak};
use refinery::Runner;
use rusqlite::Connection;

fn main() -> Outcome {
    let [folder, file] = arguments(["FOLDER", "FILE"])?;
    let migrations = refinery::load_sql_migrations(&folder)?;
    let count = migrations.len();
    let mut conn = Connection::open(&file)?;
    let report = Runner::new(&migrations).run(&mut conn)?;
    if report.applied_migrations().len() != count {
        return Err("not every migration was applied".into());
    }
    print_peak()
}

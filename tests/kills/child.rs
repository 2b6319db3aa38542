//! The process that is killed: it tells on its standard output when a statement begins and when it is over.

use crate::scene::{Door, Scene};
use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use diesel_migrations::MigrationHarness;
use mina::Migrations;
use mina::runner::{Direction, ErrorKind};
use std::io::Write;

pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let told = out.write_all(format!("{line}\n").as_bytes()).and_then(|()| out.flush());
    told.unwrap();
}

pub fn tell(event: InstrumentationEvent<'_>) {
    match event {
        InstrumentationEvent::StartQuery { query, .. } => {
            let text = query.to_string();
            let line = text.split_whitespace().take(6).collect::<Vec<_>>().join(" ");
            say(&format!("start {line}"));
        }
        InstrumentationEvent::FinishQuery { .. } => say("finish"),
        _ => {}
    }
}

pub fn run(path: &str, scene: &str, door: &str) {
    let scene = Scene::named(scene);
    let migrations = scene.migrations();
    let mut conn = SqliteConnection::establish(path).unwrap();
    let plan = migrations.plan(&mut conn, scene.direction, scene.target).unwrap();
    let (done, units) = plan
        .migrations
        .iter()
        .fold((0, 0), |(done, units), planned| (done + planned.done, units + planned.units.len()));
    say(&format!("plan {done} {units}"));
    conn.set_instrumentation(tell);
    say("ready");
    match (Door::named(door), scene.direction) {
        (Door::Runner, Direction::Up) if scene.at_once => create(migrations, &mut conn),
        (Door::Runner, Direction::Up) => drop(migrations.upgrade(&mut conn, scene.target).unwrap()),
        (Door::Runner, Direction::Down) => drop(migrations.downgrade(&mut conn, scene.target).unwrap()),
        (Door::Harness, Direction::Up) => drop(conn.run_pending_migrations(migrations).unwrap()),
        (Door::Harness, Direction::Down) => revert(&mut conn, &scene),
    }
}

/// Where another process has made everything, there is nothing left to do.
fn create(migrations: Migrations, conn: &mut SqliteConnection) {
    match migrations.create(conn) {
        Err(error) if matches!(error.kind(), ErrorKind::NotEmpty { applied, .. } if *applied == migrations.migrations.len()) => {}
        created => drop(created.unwrap()),
    }
}

fn revert(conn: &mut SqliteConnection, scene: &Scene) {
    loop {
        let applied = conn.applied_migrations().unwrap();
        let Some(last) = applied.first().filter(|last| last.to_string().as_str() > scene.target) else {
            return;
        };
        let migrations = diesel::migration::MigrationSource::<diesel::sqlite::Sqlite>::migrations(&scene.migrations()).unwrap();
        let migration = migrations.iter().find(|migration| migration.name().version() == *last).unwrap();
        conn.revert_migration(&**migration).unwrap();
    }
}

//! `sea-orm up|down UP DOWN FILE`: the files of SQL of two folders, applied to a database of SQLite or reverted as
//! sea-orm-migration does, a transaction each.

use mina_peers::{Outcome, arguments, print_peak};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::Database;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

static MIGRATIONS: OnceLock<Vec<Sql>> = OnceLock::new();

#[derive(Clone)]
struct Sql {
    name: String,
    up: String,
    down: String,
}

impl MigrationName for Sql {
    fn name(&self) -> &str {
        &self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Sql {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(&self.up).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(&self.down).await.map(drop)
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let all = MIGRATIONS.get().into_iter().flatten();
        all.map(|migration| Box::new(migration.clone()) as Box<dyn MigrationTrait>)
            .collect()
    }
}

fn main() -> Outcome {
    let [way, up, down, file] = arguments(["up|down", "UP", "DOWN", "FILE"])?;
    let migrations = MIGRATIONS.get_or_init(|| read(Path::new(&up), Path::new(&down)).unwrap_or_default());
    if migrations.is_empty() {
        return Err("there are no migrations".into());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let conn = Database::connect(format!("sqlite://{file}?mode=rwc")).await?;
        match way.as_str() {
            "up" => Migrator::up(&conn, None).await?,
            _ => Migrator::down(&conn, None).await?,
        }
        conn.close().await
    })?;
    print_peak()
}

fn read(up: &Path, down: &Path) -> std::io::Result<Vec<Sql>> {
    let mut all = fs::read_dir(up)?
        .map(|entry| {
            let file = entry?.file_name();
            Ok(Sql {
                name: file.to_string_lossy().into_owned(),
                up: fs::read_to_string(up.join(&file))?,
                down: fs::read_to_string(down.join(&file))?,
            })
        })
        .collect::<std::io::Result<Vec<Sql>>>()?;
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

//! What is under way when the process is killed, and the database that it is under way on.

use crate::victim::{Timeline, Victim};
use crate::{ALL, creation, history};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use mina::Migrations;
use mina::runner::Direction;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

const ROWS: &str = "
    WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 20000)
    INSERT INTO users SELECT x, 'mail' || x || '@example.org', 'name ' || x, CASE WHEN x % 3 > 0 THEN x % 90 END FROM c;
    WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 20000)
    INSERT INTO tasks SELECT x, 'task ' || x, NULL, x % 7, 1 + x * 7919 % 20000 FROM c;";

/// A part of the history, one way.
#[derive(Clone, Copy)]
pub struct Scene {
    pub name: &'static str,
    /// The revision that the database is at before.
    from: &'static str,
    /// The number of revisions that the program has.
    known: usize,
    pub direction: Direction,
    pub target: &'static str,
    config: &'static str,
    /// What breaks the next revision's upgrade off before the scene begins, and what takes that away again.
    obstacle: Option<[&'static str; 2]>,
    /// Whether it begins with nothing and all revisions are made in one go.
    pub at_once: bool,
}

const SCENES: [Scene; 7] = [
    Scene {
        name: "rebuild",
        from: "20260101000000",
        known: 2,
        direction: Direction::Up,
        target: "20260102000000",
        config: "",
        obstacle: None,
        at_once: false,
    },
    Scene {
        name: "several units",
        from: "20260102000000",
        known: 3,
        direction: Direction::Up,
        target: "20260103000000",
        config: "",
        obstacle: None,
        at_once: false,
    },
    Scene {
        name: "bulk_insert",
        from: "20260103000000",
        known: 4,
        direction: Direction::Up,
        target: "20260104000000",
        config: "",
        obstacle: None,
        at_once: false,
    },
    Scene {
        name: "downgrade",
        from: "20260104000000",
        known: 4,
        direction: Direction::Down,
        target: "20260101000000",
        config: "",
        obstacle: None,
        at_once: false,
    },
    Scene {
        name: "run in one transaction",
        from: "20260101000000",
        known: 4,
        direction: Direction::Up,
        target: "head",
        config: "[run]\ntransaction = \"run\"\n",
        obstacle: None,
        at_once: false,
    },
    Scene {
        name: "back from half way",
        from: "20260104000000",
        known: 5,
        direction: Direction::Down,
        target: "20260104000000",
        config: "",
        obstacle: Some([
            "CREATE TRIGGER no BEFORE UPDATE ON users BEGIN SELECT RAISE(ABORT, 'no'); END",
            "DROP TRIGGER no",
        ]),
        at_once: false,
    },
    Scene {
        name: "create",
        from: "base",
        known: 4,
        direction: Direction::Up,
        target: "head",
        config: "",
        obstacle: None,
        at_once: true,
    },
];

/// Who runs the migrations.
#[derive(Clone, Copy)]
pub enum Door {
    Runner,
    Harness,
}

impl Door {
    pub fn name(self) -> &'static str {
        match self {
            Self::Runner => "runner",
            Self::Harness => "harness",
        }
    }

    pub fn named(name: &str) -> Self {
        if name == "harness" { Self::Harness } else { Self::Runner }
    }
}

/// A database file in a folder of its own.
pub struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> PathBuf {
        self.0.path().join("app.db")
    }

    /// The file alone: nobody has it open.
    fn copy(&self) -> Self {
        let place = Self::new();
        fs::copy(self.path(), place.path()).unwrap();
        place
    }

    /// Whether a transaction is left to be rolled back, or a WAL to be read.
    pub fn left_behind(&self) -> bool {
        let size = |name: &str| fs::metadata(self.0.path().join(name)).map_or(0, |file| file.len());
        size("app.db-journal") + size("app.db-wal") > 0
    }
}

fn open(path: &Path) -> SqliteConnection {
    SqliteConnection::establish(path.to_str().unwrap()).unwrap()
}

/// A scene on a kind of database through a door, with what an uninterrupted run takes and leads to.
pub struct Setting {
    pub scene: Scene,
    pub door: Door,
    pub timeline: Timeline,
    template: Rc<Place>,
    end: Vec<String>,
}

impl Scene {
    pub fn named(name: &str) -> Self {
        SCENES.into_iter().find(|scene| scene.name == name).unwrap()
    }

    pub fn migrations(&self) -> Migrations {
        Migrations {
            config: self.config,
            creations: if self.at_once { creation::creations() } else { &[] },
            ..history(self.known)
        }
    }

    /// Diesel's harness takes no upgrade back and makes nothing at once.
    fn doors(&self) -> &'static [Door] {
        match self.obstacle.is_some() || self.at_once {
            false => &[Door::Runner, Door::Harness],
            true => &[Door::Runner],
        }
    }

    /// The scene on a copy of a database, through each door.
    fn prepared(&self, first: &Place) -> Vec<Setting> {
        let template = Rc::new(first.copy());
        let mut conn = open(&template.path());
        if !self.at_once {
            history(ALL.len()).upgrade(&mut conn, self.from).unwrap();
        }
        if let Some([obstacle, removed]) = self.obstacle {
            conn.batch_execute(obstacle).unwrap();
            history(self.known).upgrade(&mut conn, "+1").unwrap_err();
            conn.batch_execute(removed).unwrap();
        }
        drop(conn);
        let prepared = self.doors().iter().map(|&door| {
            let copy = template.copy();
            let timeline = Victim::spawn(&copy.path(), self, door).finish();
            Setting {
                scene: *self,
                door,
                timeline,
                end: state(&copy.path()),
                template: template.clone(),
            }
        });
        prepared.collect()
    }
}

impl Setting {
    /// Every scene, with a rollback journal and with a WAL, through each door.
    pub fn all() -> Vec<Self> {
        let firsts = ["delete", "wal"].map(|journal| (empty(journal), first(journal)));
        let scenes = firsts.iter().flat_map(|(empty, first)| {
            let begin = move |scene: &Scene| scene.prepared(if scene.at_once { empty } else { first });
            SCENES.iter().flat_map(begin)
        });
        scenes.collect()
    }

    pub fn copy(&self) -> Place {
        self.template.copy()
    }

    /// How many definitions and rows are not what an uninterrupted run leaves.
    pub fn lost(&self, path: &Path) -> usize {
        let pairs = state(path).into_iter().zip(&self.end).filter(|(is, should)| is != *should);
        let count = |(is, should): (String, &String)| {
            let differing = is.lines().zip(should.lines()).filter(|(is, should)| is != should).count();
            differing + is.lines().count().abs_diff(should.lines().count())
        };
        pairs.map(count).sum()
    }
}

/// A database without anything.
fn empty(journal: &str) -> Place {
    let place = Place::new();
    let begun = format!("PRAGMA journal_mode = {journal}; CREATE TABLE t (a); DROP TABLE t");
    open(&place.path()).batch_execute(&begun).unwrap();
    place
}

/// A database at the first revision, with rows.
fn first(journal: &str) -> Place {
    let place = empty(journal);
    let mut conn = open(&place.path());
    history(1).upgrade(&mut conn, "head").unwrap();
    conn.batch_execute(ROWS).unwrap();
    place
}

#[derive(QueryableByName)]
struct Whole {
    #[diesel(sql_type = Text)]
    text: String,
}

/// What is applied, the schema as SQLite stores it, every row, and what SQLite finds wrong with the file: a text each.
fn state(path: &Path) -> Vec<String> {
    let mut conn = open(path);
    let mut text = |query: &str| {
        let whole = format!("SELECT coalesce(group_concat(line, char(10)), '') AS text FROM ({query})");
        diesel::sql_query(whole).get_result::<Whole>(&mut conn).unwrap().text
    };
    let queries = [
        "SELECT version AS line FROM __diesel_schema_migrations ORDER BY version",
        "SELECT sql AS line FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name",
        "SELECT quote(id) || quote(email) || quote(name) || quote(age) AS line FROM users ORDER BY id",
        "SELECT quote(id) || quote(title) || quote(state) || quote(weight) || quote(user_id) AS line FROM tasks ORDER BY id",
        "SELECT quote(id) || quote(name) || quote(value) AS line FROM settings ORDER BY id",
        "SELECT integrity_check AS line FROM pragma_integrity_check",
        "SELECT \"table\" AS line FROM pragma_foreign_key_check",
    ];
    queries.iter().map(|query| text(query)).collect()
}

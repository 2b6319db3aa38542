//! The commands, by the program of `examples/fixture.rs`, on each engine.

use crate::place::{Place, execute, number};
use crate::program;
use mina_runtime::{AsConnection, Engine};

struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Place {
    /// Runs the program; `[place]` stands for the database in what it says.
    fn command(&self, fixture: &str, arguments: &[&str]) -> Said {
        let place = program::Place::new();
        let mut command = place.command(fixture, arguments);
        let said = place.said(command.env("DATABASE_URL", self.url()).output().unwrap());
        let shown = match self {
            Self::File(folder) => folder.path().join("app.db").display().to_string(),
            Self::Server(database) => {
                let (user, password, host) = database.server.account();
                assert!(!format!("{}{}", said.out, said.err).contains(&password), "{}{}", said.out, said.err);
                let scheme = if self.engine() == Engine::Pg { "postgres" } else { "mysql" };
                format!("{scheme}://{user}@{host}/{}", database.name)
            }
        };
        Said {
            code: said.code,
            out: said.out.replace(&shown, "[place]"),
            err: said.err.replace(&shown, "[place]"),
        }
    }

    fn done(&self, fixture: &str, arguments: &[&str]) -> String {
        let Said { code, out, err } = self.command(fixture, arguments);
        assert_eq!(code, 0, "{:?} {arguments:?}\n{out}{err}", self.engine());
        out
    }
}

#[test]
fn a_database_is_stamped_and_checked_by_command() {
    for place in Place::each() {
        place.done("language", &["upgrade", "2025b"]);
        let mut conn = place.open();
        execute(&mut conn, "DELETE FROM __diesel_schema_migrations");
        let said = place.command("language", &["stamp"]);
        assert_eq!(said.code, 4, "{}{}", said.out, said.err);
        assert!(said.err.contains("table `tasks` is not in the database"), "{}", said.err);
        let out = place.done("language", &["stamp", "6f9f2dd"]);
        assert_eq!(out, "[place]: 2 revisions recorded, now at 2025b\n");
        assert_eq!(place.done("language", &["check", "--db"]), "[place]: as the history makes it\n");
        execute(&mut conn, "ALTER TABLE users DROP COLUMN phone");
        let said = place.command("language", &["check", "--db"]);
        assert_eq!(said.code, 4);
        assert!(said.out.contains("column `users.phone` is not in the database"), "{}", said.out);
        let said = place.command("language", &["check", "--db", "--format", "json"]);
        assert_eq!((said.code, said.out.matches("users.phone").count()), (4, 2), "{}", said.out);
        place.done("language", &["stamp", "--force", "base"]);
        assert_eq!(place.done("language", &["current"]), "nothing is applied\n");
    }
}

#[test]
fn sql_is_printed_instead_of_run_and_runs() {
    for place in Place::each() {
        let before = place.dump();
        let name = match place.engine() {
            Engine::Sqlite => "sqlite",
            Engine::Pg => "postgres",
            Engine::Mysql => "mariadb",
        };
        let script = place.done("language", &["sql"]);
        assert_eq!(place.dump(), before, "nothing is made");
        assert_eq!(place.done("language", &["upgrade", "--sql"]), script);
        assert_eq!(place.done("language", &["sql", "--engine", name]), script);
        place.run(&script).unwrap();
        assert_eq!(place.done("language", &["current", "--check-heads"]), "2025c (head)\n");
        assert_eq!(place.done("language", &["check", "--db"]), "[place]: as the history makes it\n");
        place.run(&place.done("language", &["downgrade", "--sql"])).unwrap();
        place.run(&place.done("language", &["downgrade", "--sql", "2025b:2025a"])).unwrap();
        place.run(&place.done("language", &["stamp", "--sql", "2025a:base"])).unwrap();
        assert_eq!(place.done("language", &["current"]), "nothing is applied\n");
        for (arguments, words) in [
            (&["upgrade", "--engine", "postgres"][..], "add `--sql`"),
            (&["sql", "--engine", "oracle"], "one of sqlite, postgres, mariadb"),
            (&["sql", "--sqlite-version", "4"], "write it as 3.45"),
            (&["downgrade", "--sql", "2025a"], "`head:2025a`"),
            (&["stamp", "--sql", "2025a", "2025b"], "one range"),
            (&["sql", "2026:head"], "no revision, label or alias `2026`"),
        ] {
            let said = place.command("language", arguments);
            assert_eq!((said.code, said.err.contains(words)), (2, true), "{arguments:?} {}", said.err);
        }
    }
}

#[test]
fn a_rehearsal_leaves_nothing_behind() {
    for place in Place::each() {
        place.done("language", &["upgrade", "2025a"]);
        let mut conn = place.open();
        execute(&mut conn, "INSERT INTO users (id, email) VALUES (1, 'a')");
        let before = place.dump();
        let out = place.done("language", &["upgrade", "--dry-run"]);
        match place.engine() {
            Engine::Mysql => assert!(out.contains("0 revisions tried") && out.contains("not tried: 2025b"), "{out}"),
            _ => assert!(out.ends_with("[place]: 2 revisions tried and taken back\n"), "{out}"),
        }
        assert_eq!(place.dump(), before);
        assert_eq!(place.done("language", &["current"]), "2025a\n");
        assert_eq!(number(&mut conn, "SELECT count(*) FROM users"), 1);
    }
}

#[test]
fn what_rows_would_refuse_is_found_by_a_rehearsal() {
    for place in [Place::on(Engine::Sqlite), Place::on(Engine::Pg)] {
        place.done("strict", &["upgrade", "2025a"]);
        let mut conn = place.open();
        execute(&mut conn, "INSERT INTO users (id, email) VALUES (1, 'a')");
        let said = place.command("strict", &["upgrade", "--dry-run"]);
        assert_eq!(said.code, 1, "{}{}", said.out, said.err);
        assert!(said.err.contains("upgrade to `2025b` failed"), "{}", said.err);
        assert_eq!(place.done("strict", &["current"]), "2025a\n");
    }
}

#[test]
fn the_last_migration_is_done_again() {
    for place in Place::each() {
        place.done("language", &["upgrade"]);
        let mut conn = place.open();
        execute(&mut conn, "INSERT INTO tasks (title) VALUES ('a')");
        let said = place.command("language", &["redo"]);
        assert_eq!(said.code, 5, "{}", said.err);
        let out = place.done("language", &["redo", "--yes"]);
        assert!(out.ends_with("[place]: done again, now at 2025c\n"), "{out}");
        assert_eq!(number(&mut conn, "SELECT count(*) FROM tasks"), 0);
    }
}

#[test]
fn a_copy_is_made_before_anything_is_run() {
    for place in Place::each() {
        place.done("language", &["upgrade", "2025a"]);
        let mut conn = place.open();
        execute(&mut conn, "INSERT INTO users (id, email) VALUES (1, 'a')");
        let said = place.command("language", &["upgrade", "--backup"]);
        let Place::File(folder) = &place else {
            assert_eq!(said.code, 2, "{}", said.err);
            assert!(said.err.contains("backup = \"pg_dump"), "{}", said.err);
            assert_eq!(place.done("language", &["current"]), "2025a\n");
            let said = place.command("failing-backup", &["upgrade", "--backup"]);
            assert_eq!((said.code, said.err.contains("no space")), (1, true), "{}", said.err);
            assert_eq!(place.done("language", &["current"]), "2025a\n");
            let said = place.command("backup", &["upgrade", "--backup"]);
            assert_eq!(said.code, 0, "{}", said.err);
            assert!(said.err.contains("a copy was made: case"), "{}", said.err);
            continue;
        };
        assert_eq!(said.code, 0, "{}", said.err);
        let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let copy = files
            .into_iter()
            .find(|path| path.extension().is_some_and(|end| end == "backup"))
            .unwrap();
        let mut copy = mina_runtime::AnyConnection::establish(&format!("sqlite://{}", copy.display())).unwrap();
        assert_eq!(number(&mut copy, "SELECT count(*) FROM users"), 1);
        assert_eq!(
            copy.as_connection().history("__diesel_schema_migrations").unwrap().unwrap().len(),
            1
        );
    }
}

#[test]
fn a_database_is_made_dropped_and_made_anew() {
    for place in Place::each() {
        if let Place::File(_) = place {
            assert_eq!(place.done("language", &["database", "create"]), "[place]: made\n");
        }
        assert_eq!(place.done("language", &["database", "create"]), "[place]: is there\n");
        place.done("language", &["upgrade"]);
        for command in [&["database", "drop"][..], &["reset"]] {
            let said = place.command("language", command);
            assert_eq!(said.code, 5, "{}", said.err);
            assert!(said.err.contains("this drops [place] with all that is in it"), "{}", said.err);
        }
        let out = place.done("language", &["reset", "--yes"]);
        assert!(out.ends_with("[place]: made anew with 3 revisions, now at 2025c\n"), "{out}");
        assert_eq!(place.done("language", &["database", "drop", "--yes"]), "[place]: dropped\n");
        assert_eq!(place.done("language", &["database", "drop", "--yes"]), "[place]: is not there\n");
        assert_eq!(place.done("language", &["database", "create"]), "[place]: made\n");
        execute(&mut place.open(), "CREATE TABLE theirs (id INTEGER NOT NULL PRIMARY KEY)");
        let said = place.command("language", &["reset", "--yes"]);
        assert_eq!(said.code, 5, "{}", said.err);
        assert!(said.err.contains("`theirs`, and nothing of this history"), "{}", said.err);
        place.done("language", &["database", "drop", "--yes", "--force"]);
        place.done("language", &["database", "create"]);
    }
}

#[test]
fn what_cannot_be_taken_back_can_be_made_anew() {
    for place in Place::each() {
        place.done("irreversible", &["upgrade"]);
        let said = place.command("irreversible", &["downgrade", "base", "--yes"]);
        assert_eq!(said.code, 5, "{}", said.err);
        let out = place.done("irreversible", &["reset", "--yes"]);
        assert!(out.ends_with("made anew with 2 revisions, now at 2025b\n"), "{out}");
    }
}

#[test]
fn minas_own_tables_are_made_by_themselves() {
    for place in Place::each() {
        assert_eq!(place.done("language", &["ensure-version"]), "[place]: Mina's tables are there\n");
        let mut conn = place.open();
        assert_eq!(number(&mut conn, "SELECT count(*) FROM __mina_journal"), 0);
        let other = Place::on(place.engine());
        other.run(&other.done("language", &["ensure-version", "--sql"])).unwrap();
        assert_eq!(other.dump(), place.dump());
    }
}

#[test]
fn hooks_of_a_program_read_the_words_of_its_command_line() {
    for place in Place::each() {
        let out = place.done("language", &["upgrade", "2025a", "-x", "tenant=acme", "--tag", "blue"]);
        assert!(out.contains("hook: 2025a for acme, blue"), "{out}");
        let said = place.command("language", &["upgrade", "-x", "tenant"]);
        assert_eq!((said.code, said.err.contains("is no `key=value`")), (2, true), "{}", said.err);
        let said = place.command("language", &["upgrade", "-x", "tenant=nobody"]);
        assert_eq!(said.code, 1);
        assert!(
            said.err
                .contains("the hook `before_each` stopped the upgrade of `2025b`: there is no tenant"),
            "{}",
            said.err
        );
    }
}

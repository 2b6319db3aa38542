//! The ways out of what can be wrong.

use super::error::{ErrorKind, Partly, StepError, names};
use super::report::Direction;

impl ErrorKind {
    /// What to do, a line each.
    pub fn help(&self) -> Vec<String> {
        match self {
            Self::NoBind { known, .. } if known.is_empty() => vec!["add `[databases.NAME]` to mina.toml".to_owned()],
            Self::NoBind { known, .. } => vec![format!("it has {}", names(known))],
            Self::NoUrl { bind: None } => vec![
                "give one of: `--database-url sqlite://app.db`, the environment variable DATABASE_URL, or in mina.toml".to_owned(),
                "[database]\nurl = \"sqlite://app.db\"".to_owned(),
            ],
            Self::NoUrl { bind: Some(bind) } => vec![format!("write in mina.toml\n[databases.{bind}]\nurl = \"sqlite://{bind}.db\"")],
            Self::Variable { variable, from, .. } => {
                vec![format!("{from} takes the url from it: `export {variable}=sqlite://app.db`")]
            }
            Self::Connect(error) => error.help(),
            Self::Shared { second, .. } => {
                vec![format!(
                    "give `{second}` a database of its own, or `history_table = \"__{second}_schema_migrations\"` in mina.toml"
                )]
            }
            Self::NotChecked { file, .. } => vec![
                format!("`mina check` says what is wrong in {file}"),
                "a range that ends before it has a script: `mina sql FROM:TO`".to_owned(),
            ],
            Self::NeedsSources { command, directory } => vec![
                match directory.is_empty() {
                    true => format!("run `mina {command}` in the folder of the crate of migrations"),
                    false => {
                        format!("run `mina {command}` in the folder of the crate of migrations, which was {directory} when it was built")
                    }
                },
                "`cargo install mina-cli` installs `mina`".to_owned(),
            ],
            Self::NoDatabase { .. } => vec!["`upgrade` makes it".to_owned()],
            Self::NotEmpty { applied: 0, .. } => {
                vec!["`create` makes what is not there yet; is the url the right one?".to_owned()]
            }
            Self::NotEmpty { .. } => vec!["run `upgrade`: it applies what is missing".to_owned()],
            Self::OneByOne { .. } | Self::NoCreation => {
                vec!["run `upgrade`: it goes through the revisions one by one".to_owned()]
            }
            Self::InTransaction => {
                vec!["migrations bring their own transactions; commit or roll back first, or use another connection".to_owned()]
            }
            Self::NoChanges { .. } => vec!["nothing was changed; give the url of the server that takes changes".to_owned()],
            Self::Pooled { .. } => vec!["nothing was changed; give the url of the server itself, past the pooler".to_owned()],
            Self::ReadOnly => vec![
                "nothing was changed; look for `mode=ro` in the url, the permissions of the file and its folder, `PRAGMA query_only`"
                    .to_owned(),
            ],
            Self::Locked { .. } => {
                vec!["try again when it is done, or wait longer: `lock_timeout = \"60s\"` under `[run]` in mina.toml".to_owned()]
            }
            Self::Held(held) => {
                let mut help =
                    vec!["try again when it is done, or wait longer: `wait_timeout = \"30m\"` under `[run]` in mina.toml".to_owned()];
                if held.session != 0 {
                    help.push(format!(
                        "if it stands still, end session {} on the server: its lease goes with it",
                        held.session
                    ));
                }
                help
            }
            Self::Superseded => vec!["nothing more was started; look at `status`".to_owned()],
            Self::NotDeclared { engine } => vec![format!(
                "add {engine} to `engines` in mina.toml, or take the database that it names"
            )],
            Self::Gone { .. } => vec!["run the command again: what was under way was rolled back, or is looked at first".to_owned()],
            Self::OtherSchema { schema, .. } => vec![format!(
                "add it to the path (`?options=-csearch_path%3D{schema}` in the url, or ALTER ROLE … SET search_path), or give this history \
                 another `history_table` in mina.toml"
            )],
            Self::Unknown { table, latest, .. } => {
                let known = latest
                    .as_deref()
                    .map_or(String::new(), |latest| format!(" (the latest known is `{latest}`)"));
                vec![
                    format!(
                        "the migration was deleted, renamed, or never merged here{known}: bring its file back, or run the program that has it"
                    ),
                    format!(
                        "if its change is known to be gone: `stamp --purge REVISION`, the one that the schema is at; `{table}` then holds that"
                    ),
                ]
            }
            Self::InsideSquash { squash, ids, file } => vec![
                format!(
                    "nothing was changed; run the last release from before the squash, whose history ends the range with a `{squash}` of its own                      and still has `{}`: `upgrade {squash}` there, then come back to this one",
                    ids.last().map_or("", String::as_str)
                ),
                format!(
                    "(the files of that history: the commit before the one that wrote `squashes` into {})",
                    if file.is_empty() { "the file of the squash" } else { file }
                ),
                format!("if the schema is known to be what `{squash}` makes it: `stamp {squash}`, which compares the two first"),
            ],
            Self::OtherBind { .. } => {
                vec!["each database of mina.toml needs a file of its own or its own `history_table`; is the url the right one?".to_owned()]
            }
            Self::Ahead { .. } => vec!["a newer build was here: run that build, or leave out `--strict`".to_owned()],
            Self::Behind { .. } => vec!["run `upgrade`".to_owned()],
            Self::Edited { .. } => vec![
                "an applied migration is history: undo the edit and write a new revision".to_owned(),
                "if the database is known to be as the file now says, `repair` shows both checksums and records the new one".to_owned(),
            ],
            Self::Irreversible { file, .. } if !file.is_empty() => vec![format!("{file} says `downgrade = irreversible`")],
            Self::NoDowngrade { .. } => vec!["run the newer build that has it".to_owned()],
            Self::Step(error) => step_help(error),
            Self::Partly {
                revision, direction, why, ..
            } => partly_help(revision, *direction, why),
            Self::OutOfReach { .. } => vec![
                "call Mina's own runner on a connection of Diesel's own: `MIGRATIONS.upgrade(conn, \"head\")`".to_owned(),
                "(in a pooled one it is `&mut *pooled`, in one of diesel-async `conn.spawn_blocking(|conn| …)`)".to_owned(),
                "or tell the harness the way to it: `MIGRATIONS.via(|conn: &mut AnyConnection, task| …)`".to_owned(),
            ],
            Self::OtherTable { .. } => vec!["call Mina's own runner: `MIGRATIONS.upgrade(&mut conn, \"head\")`".to_owned()],
            Self::Raced { .. } => vec!["look at `status`, then run the command again".to_owned()],
            Self::Full => vec!["what was under way was rolled back; make room, then run the command again".to_owned()],
            Self::Corrupt { .. } => vec!["restore a backup, or rescue what can be read: `sqlite3 FILE .recover`".to_owned()],
            Self::NotADatabase => vec!["is the url the right one? an encrypted database looks like this, too".to_owned()],
            Self::Io { .. } => vec!["what was under way was rolled back; look at the disk and the file's permissions".to_owned()],
            Self::NoBlock { .. } => vec!["build the program with `mina::migrations!()`, which takes the blocks in".to_owned()],
            Self::Drift { .. } => vec![
                "bring the database to it, or `stamp` the revision that it is at".to_owned(),
                "`stamp --force` records the revision all the same".to_owned(),
            ],
            Self::NeedsRust { .. } => vec![
                "`--skip-run` leaves that step out; whoever runs the script has to do its work in another way".to_owned(),
                "or run `upgrade` on the database itself".to_owned(),
            ],
            Self::NotWritten { .. } => vec!["run the command on the database itself".to_owned()],
            Self::Hook { hook: "before_each", .. } => vec!["nothing of it was run".to_owned()],
            Self::Hook { .. } => vec!["it was run to its end, and stays so unless all of the run share a transaction".to_owned()],
            Self::NotOurs { .. } => vec!["is the url the right one? `--force` goes on all the same".to_owned()],
            Self::NoBackup { .. } => {
                vec!["write in mina.toml\n[run]\nbackup = \"pg_dump --format=custom --file=before.dump \\\"$DATABASE_URL\\\"\"".to_owned()]
            }
            Self::Backup { .. } => vec!["nothing was run".to_owned()],
            Self::Damaged { .. } => vec!["build the migrations with one version of Mina throughout".to_owned()],
            Self::Losing { .. } => vec!["add `--yes` or set MINA_YES=1 to go on; `plan` shows every statement".to_owned()],
            _ => Vec::new(),
        }
    }
}

fn step_help(error: &StepError) -> Vec<String> {
    let command = error.direction.command();
    let kept = match error.done {
        0 => match error.taken_back.first() {
            None => format!("the database is as it was before `{}`", error.revision),
            Some(first) => format!(
                "it shared a transaction with {} (`transaction = \"run\"`), which were taken back: the database is as it was before `{first}`",
                names(&error.taken_back)
            ),
        },
        1 => format!("1 unit before it is done and stays, `{command}` goes on from there"),
        done => format!("{done} units before it are done and stay, `{command}` goes on from there"),
    };
    let then = match error.trouble {
        crate::connection::Trouble::Rows => format!("correct the rows or the migration, then run `{command}` again"),
        crate::connection::Trouble::Gone => format!("see that the server is there, then run `{command}` again"),
        crate::connection::Trouble::Full => format!("make room on the disk, then run `{command}` again"),
        crate::connection::Trouble::ReadOnly | crate::connection::Trouble::CannotOpen | crate::connection::Trouble::Io => {
            format!("look at the disk and at the permissions of the file and its folder, then run `{command}` again")
        }
        _ => format!("correct the migration, then run `{command}` again"),
    };
    vec![format!("{kept}; {then}")]
}

fn partly_help(revision: &str, direction: Direction, why: &Partly) -> Vec<String> {
    let command = direction.command();
    match why {
        Partly::OtherWay | Partly::Found if direction == Direction::Up => vec![format!(
            "run `{command}` to finish it, or `downgrade` to take back what is done of it"
        )],
        Partly::OtherWay | Partly::Found => vec![format!("run `{command}` to finish it first")],
        Partly::NoWayBack { unit, statement, why } => vec![
            format!("unit {unit} cannot be taken back: {why}\n{statement}"),
            "run `upgrade` to finish it, then `downgrade`".to_owned(),
        ],
        Partly::Edited => vec![format!(
            "the part of `{revision}` that was run has been edited since: bring it back as it was, then run `{command}`"
        )],
        Partly::Unfinished { unit } => vec![
            format!("unit {unit} runs outside a transaction and may have come to its end or not: look at the database, then"),
            "`repair --done` if its work is there, or `repair --redo` to run it again".to_owned(),
        ],
        Partly::Neither { unit, differences } => vec![
            format!("unit {unit} was begun, and the database is neither as before it nor as after it:\n{differences}"),
            "bring it to either, or say which it is: `repair --done` or `repair --redo`".to_owned(),
        ],
    }
}

//! `init --from-db`: a history that begins with what a database has.

use super::Taken;
use super::live::{introspected, open, statements, written};
use super::script::{Ground, printed};
use super::words::spoken;
use crate::compiled::compiled;
use crate::failure::Failure;
use crate::ground::Ground as Project;
use crate::live::unreached;
use crate::{name, project};
use clap::Parser;
use mina_command::{Arguments, Options};
use mina_core::check::{Checked, Subject, check};
use mina_core::config::Config;
use mina_core::engine::Engine;
use mina_core::history::{Graph, Revision};
use mina_core::normal::{Difference, differences};
use mina_core::operation::Operation;
use mina_core::schema::naming::{NameKind, Naming};
use mina_core::schema::{Index, Schema, Type, Value};
use mina_core::secret::Secret;
use mina_core::sql::dialect;
use mina_core::syntax::ast::Statement;
use mina_core::syntax::draft::{Draft, DraftDowngrade};
use mina_runtime::settings::Location;
use mina_runtime::{AnyConnection, AsConnection};
use std::path::Path;

/// The table in which Diesel and Mina keep what is applied.
const HISTORY: &str = "__diesel_schema_migrations";

const MESSAGE: &str = "Begin with what the database has";

/// A database that has no history yet.
pub struct Live {
    conn: AnyConnection,
    location: Location,
    /// The url, a relative path in it as it is from the new crate.
    pub url: String,
}

impl Live {
    /// Opens a database that is there and whose migrations nobody has recorded.
    pub fn open(url: &str, folder: &Path) -> Result<Self, Failure> {
        let here = std::env::current_dir().map_err(Failure::io(Path::new(".")))?;
        let location = Location::parse(url, &here).map_err(|error| unreached(&error))?;
        let mut conn = open(&location)?;
        let rows = conn.as_connection().history(HISTORY);
        let rows = rows.map_err(|error| Failure::failed(format!("{location}: {HISTORY} cannot be read: {error}")))?;
        let applied: Vec<String> = rows.into_iter().flatten().map(|row| row.version).collect();
        if let Some(last) = applied.iter().filter(|version| *version != "00000000000000").max() {
            let failure = Failure::refused(format!(
                "{location} has a history already: {HISTORY} says that {} applied, the last one `{last}`",
                match applied.len() {
                    1 => "1 migration is".to_owned(),
                    number => format!("{number} migrations are"),
                }
            ));
            let failure = failure.or("take in the migrations that it was made with: `mina init db --from-diesel migrations`");
            return Err(failure.or(format!("or, where they are lost, empty the table first: DELETE FROM {HISTORY}")));
        }
        Ok(Self {
            conn,
            url: from_crate(url, &here, folder),
            location,
        })
    }

    /// The engine, where the url does not say which of two products it is.
    pub fn engines(&mut self) -> Vec<String> {
        if self.location.engine() != Engine::Mysql {
            return Vec::new();
        }
        let is_mariadb = self.conn.as_connection().number("SELECT VERSION() LIKE '%MariaDB%'");
        vec![if is_mariadb.is_ok_and(|is| is == 1) { "mariadb" } else { "mysql" }.to_owned()]
    }

    /// The migration that makes what the database has.
    pub fn baseline(&mut self, config: &Config) -> Result<Taken, Failure> {
        let engine = self.location.engine();
        let target = config.database.engines.iter().find(|target| target.engine() == engine);
        let (Some(target), Some(dialect)) = (target, dialect(engine)) else {
            let message = format!("{} is not among the engines that are named", self.location);
            return Err(Failure::usage(message).or("leave `--engines` out: the url says which engine it is"));
        };
        let live = introspected(&mut self.conn).map_err(|why| Failure::failed(format!("{}: {why}", self.location)))?;
        let ground = Ground { target: *target, config };
        let written = written(&mut self.conn, &live.schema).map_err(|why| Failure::failed(format!("{}: {why}", self.location)))?;
        let wanted = tidied(&written, engine);
        let made = statements(&Schema::default(), &wanted, ground).unwrap_or_else(|_| by_themselves(&wanted));
        let revision = name::fresh(&Graph::default(), |_| false);
        let draft = |description: &str, downgrade: DraftDowngrade| Draft {
            message: MESSAGE.to_owned(),
            description: description.to_owned(),
            revision: revision.clone(),
            upgrade: made.iter().map(printed).collect(),
            downgrade,
            ..Draft::default()
        };
        let file = name::file(&config.templates, &revision, MESSAGE);
        let tried = Tried::of(draft("", DraftDowngrade::Auto).to_string(), &file, ground)?;
        let end = tried
            .checked
            .engines
            .first()
            .map(|replayed| replayed.up.end.clone())
            .unwrap_or_default();
        let mut beyond: Vec<String> = differences(&dialect.normal(&end), &live, dialect)
            .iter()
            .filter(|difference| difference.is_drift())
            .map(Difference::to_string)
            .collect();
        beyond.sort();
        let description = match beyond.is_empty() {
            true => "What the database had in it when its history began.".to_owned(),
            false => format!(
                "What the database had in it when its history began, but for what follows:\n\n{}",
                beyond.join("\n")
            ),
        };
        let last = DraftDowngrade::Irreversible("this is what the database was like before it had a history".to_owned());
        let mut refused = tried.error.clone();
        for downgrade in [DraftDowngrade::Auto, last] {
            let tried = Tried::of(draft(&description, downgrade).to_string(), &file, ground)?;
            match tried.error {
                None => {
                    let notes = beyond.iter().map(|line| format!("{}: {line}", self.location)).collect();
                    return Ok(Taken {
                        released: None,
                        files: vec![(file, tried.text)],
                        notes,
                    });
                }
                error => refused = error,
            }
        }
        let why = refused.unwrap_or_default();
        let failure = Failure::refused(format!("{}: what it has cannot be said as one migration: {why}", self.location));
        Err(failure.or("nothing was written"))
    }
}

/// A text that the checker has looked at.
struct Tried {
    text: String,
    checked: Checked,
    error: Option<String>,
}

impl Tried {
    fn of(text: String, file: &str, ground: Ground<'_>) -> Result<Self, Failure> {
        let all = Revision::all_in(&text, file).unwrap_or_default();
        let Some(revision) = all.first() else {
            return Err(Failure::failed("what the database has cannot be said in the language"));
        };
        let checked = check(&Subject {
            block: &revision.block,
            tokens: &revision.tokens,
            file,
            config: ground.config,
            parents: &[(ground.target, Schema::default())],
            released: None,
        });
        let found = revision.syntax.iter().chain(&checked.diagnostics);
        let error = found.clone().find(|found| found.is_error()).map(|error| error.message.clone());
        Ok(Self { text, checked, error })
    }
}

/// Every object by a statement of its own, where they come in no order of dependence.
fn by_themselves(schema: &Schema) -> Vec<Statement> {
    let mut operations: Vec<Operation> = Vec::new();
    operations.extend(schema.namespaces().keys().cloned().map(Operation::CreateNamespace));
    operations.extend(schema.extensions().keys().cloned().map(Operation::CreateExtension));
    operations.extend(schema.enums().values().map(|object| Operation::CreateEnum((**object).clone())));
    operations.extend(
        schema
            .sequences()
            .values()
            .map(|object| Operation::CreateSequence((**object).clone())),
    );
    let mut keys = Vec::new();
    for table in schema.tables().values() {
        let mut table = (**table).clone();
        for key in std::mem::take(&mut table.foreign_keys) {
            keys.push(Operation::CreateConstraint {
                table: table.name.clone(),
                constraint: mina_core::schema::Constraint::ForeignKey(key),
            });
        }
        operations.push(Operation::CreateTable(table));
    }
    operations.extend(keys);
    operations.extend(
        schema
            .functions()
            .values()
            .map(|object| Operation::CreateFunction((**object).clone())),
    );
    operations.extend(schema.views().values().map(|object| Operation::CreateView((**object).clone())));
    operations.extend(
        schema
            .triggers()
            .values()
            .map(|object| Operation::CreateTrigger((**object).clone())),
    );
    spoken(&operations)
}

/// What goes without saying left out.
fn tidied(schema: &Schema, engine: Engine) -> Schema {
    let mut tidied = schema.clone();
    for name in schema.tables().keys() {
        tidied.edit(name, |table| {
            table.indexes.iter_mut().for_each(tidy);
            // What has no type keeps every value as it is.
            let untyped = table.columns.iter_mut().filter(|column| column.ty == Type::Custom(String::new()));
            untyped.for_each(|column| column.ty = Type::Binary);
            if let Some(key) = table.primary_key.as_mut().filter(|_| engine == Engine::Mysql) {
                // It has no name of its own there.
                key.name = Naming::default().name(NameKind::PrimaryKey, &table.name, &[], None);
            }
        });
    }
    if engine == Engine::Pg {
        for sequence in schema.sequences().values() {
            let mut sequence = (**sequence).clone();
            let plain = |key: &str, value: &Value| {
                let usual = match key {
                    "cache" | "increment" | "min" | "start" => "1",
                    "max" => "9223372036854775807",
                    _ => "",
                };
                *value == Value::Bool(false) || *value == Value::Integer(usual.to_owned())
            };
            sequence.options.retain(|(key, value)| !plain(key, value));
            tidied.put_sequence(sequence);
        }
    }
    tidied
}

fn tidy(index: &mut Index) {
    index.method = index.method.take().filter(|method| method != "btree");
    for element in &mut index.elements {
        let descending = element.descending;
        element.nulls_first = element.nulls_first.filter(|first| *first != descending);
    }
}

/// A relative path of SQLite as mina.toml has it: from the crate's folder.
fn from_crate(url: &str, here: &Path, folder: &Path) -> String {
    let (scheme, path) = match url.split_once("://") {
        Some(("sqlite", path)) => ("sqlite://", path),
        Some(_) => return url.to_owned(),
        None if url.starts_with("file:") || url == ":memory:" => return url.to_owned(),
        None => ("sqlite://", url),
    };
    if Path::new(path).is_absolute() || path.contains('?') || path == ":memory:" {
        return url.to_owned();
    }
    format!("{scheme}{}", crate::init::relative(folder, &mina_source::normal(&here.join(path))))
}

/// Records the first migration as applied, without running it.
pub fn stamp(folder: &Path, url: &Secret, options: &Options) -> Result<String, Failure> {
    let ground = Project::read(project::Project::find(Some(folder), Path::new(""))?)?;
    let words = ["mina", "stamp", "head", "--force"];
    let command = Arguments::try_parse_from(words)
        .map_err(|error| Failure::failed(error.to_string()))?
        .command;
    let arguments = Arguments {
        options: Options {
            database_url: Some(url.clone()),
            directory: Some(folder.to_path_buf()),
            ..options.clone()
        },
        command,
    };
    let stamped = mina_runtime::cli::answer(compiled(&ground.project, &ground.sources)?, arguments);
    let output = stamped.map_err(|failure| {
        let failure = Failure::failed(format!(
            "the crate is written, and the database not stamped: {}",
            failure.error().kind()
        ));
        failure.or("`mina stamp head` records its first migration as applied")
    })?;
    Ok(output.text)
}

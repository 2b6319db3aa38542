//! What reads and writes source files, and so is done by `mina` even while the crate does not compile.

use clap::{Args, Subcommand, ValueEnum};
use mina_core::engine::Engine;
use mina_core::secret::Secret;
use std::path::PathBuf;

/// What reads and writes source files.
#[derive(Debug, Subcommand)]
pub enum Source {
    /// Make a crate of migrations, with its first test, a workflow for CI and an alias for cargo
    #[command(after_long_help = "\
Examples:
  init                     in migrations/
  init db --database-url sqlite://app.db
  init db --from-diesel migrations --engines postgres
  init --from-db sqlite://app.db
  init --engines sqlite,postgres --multidb analytics")]
    Init(Init),
    /// List what `init --template` can make
    #[command(alias = "list_templates")]
    ListTemplates,
    /// Write a new, empty migration on top of the head
    #[command(after_long_help = "\
Examples:
  revision \"Add phone number to users\"
  revision -m \"Billing\" --head base --branch-label billing
  revision -m \"Hot fix\" --head 20251001090000 --splice")]
    Revision(Revision),
    /// Write the migration that the models ask for
    ///
    /// The models are the files that `models` in mina.toml names: `mina::schema! { … }`, or a schema.rs of Diesel. They are set beside what
    /// the history leaves; nothing is compiled and no database is asked. What is printed is what it found, with what to look at before it
    /// is applied. Where nothing changed, nothing is written. A column that goes while another comes is asked about on a terminal, or said
    /// with `--rename` or `#[was(…)]`; it is never guessed. Without models an empty migration is written.
    Migrate(Revision),
    /// Join several heads by a migration that revises all of them
    ///
    /// The branches must commute: what they do to the same tables is looked at before anything is written.
    Merge(Merge),
    /// Put a revision that is applied nowhere on top of another one
    ///
    /// It gets a new id, later than what it then revises, and a new file name; every migration that names it is changed, and its old
    /// id stays as its alias. What builds on it goes with it. All of that is checked before anything is written, and all files are
    /// written or none. The database is asked whether it is applied there, also while the crate does not compile, as with two heads.
    /// For a server whose driver `mina` was built without the crate is built; where it does not compile, `--offline` says that the
    /// revision is applied nowhere.
    Rebase(Rebase),
    /// Make a range of revisions one, `FIRST..LAST`
    ///
    /// The one migration leaves the schema that the range leaves, which is proved by replaying both on every engine; data steps and
    /// changes of what was there before stay as they are, in their order. It keeps the id of the last, so that a database past it has
    /// it applied already, and names the others in `squashes`. A database in the middle of the range is told how to go on, and so is
    /// asked about before anything is written; `--offline` says that there is none. All files are written and removed, or none.
    #[command(after_long_help = "\
Examples:
  squash 20251001090000..20251027090000
  squash 20251001090000..20251027090000 --dry-run --offline")]
    Squash(Squash),
    /// Open a migration in $VISUAL or $EDITOR
    Edit {
        /// Which one
        #[arg(default_value = "head")]
        revision: String,
    },
    /// Format migrations
    Fmt {
        /// Files, or folders of them; left out: every migration of the crate
        paths: Vec<PathBuf>,
        /// Change nothing, show what would be changed, and exit with 1 if there is anything
        #[arg(long)]
        check: bool,
    },
    /// Point at what is legal and still worth another look
    Lint {
        /// Those of a range, `from:to`; left out: all
        #[arg(long = "rev-range", short, value_name = "FROM:TO", allow_hyphen_values = true)]
        range: Option<String>,
    },
    /// Check the whole history, and that the models agree with it, without compiling it
    ///
    /// Where mina.toml names `models`, what they say is compared with what the history leaves: exit code 4 where the two differ, comments
    /// aside. With `--db` the crate is built, and the database is compared with the history.
    Check {
        /// Compare the database with the history, too
        #[arg(long)]
        db: bool,
    },
    /// Print the operations that lead from one schema to another
    ///
    /// Each is a revision (`head`, `base`, an id, a label), the url of a database, `database` for the one of mina.toml, or `models`.
    #[command(after_long_help = "\
Examples:
  diff 20251001090000 head           what the revisions between them do, put together
  diff database head                 what the database lacks
  diff sqlite://old.db sqlite://new.db
  diff head models                   what `migrate` would write")]
    Diff {
        /// What is there
        from: String,
        /// What is wanted
        #[arg(default_value = "head")]
        to: String,
    },
    /// Draw the graph of revisions
    Graph {
        /// As what
        #[arg(long = "as", value_name = "KIND", default_value = "mermaid")]
        kind: Drawing,
        /// Where to; left out: standard output
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Print the tables that the history makes, as Diesel's schema.rs or as models
    #[command(
        alias = "print_schema",
        after_long_help = "\
Examples:
  print-schema > ../app/src/schema.rs
  print-schema --at 20251008120000 --engine postgres
  print-schema --as mina > ../app/src/models.rs"
    )]
    PrintSchema {
        /// As they are at a revision; left out: at the head
        #[arg(long, value_name = "TARGET", default_value = "heads")]
        at: String,
        /// sqlite, postgres, mariadb or mysql; left out: all that mina.toml declares, which have to agree for Diesel
        #[arg(long, value_name = "ENGINE", value_parser = crate::database::engine)]
        engine: Option<Engine>,
        /// As what
        #[arg(long = "as", value_name = "FORM", default_value = "diesel")]
        form: Form,
    },
    /// Look whether everything is in place: crate, settings, databases, toolchain
    Doctor,
}

/// What tables are printed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Diesel's `table!`, as `diesel print-schema` does.
    Diesel,
    /// `mina::schema!`, which says everything.
    Mina,
}

/// What a graph is drawn as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Drawing {
    /// For Markdown.
    Mermaid,
    /// A picture.
    Svg,
}

/// What `init` is told.
#[derive(Args, Debug)]
pub struct Init {
    /// The folder of the new crate; left out: that of `--directory`, else `migrations`
    #[arg(value_name = "DIRECTORY")]
    pub folder: Option<PathBuf>,
    /// What to make: a name that `list-templates` lists, or a folder of your own
    #[arg(long, short, value_name = "NAME")]
    pub template: Option<String>,
    /// The name of the package; left out: the folder's, with the name of the workspace before it where that is known
    #[arg(long, value_name = "NAME", num_args = 0..=1)]
    pub package: Option<Option<String>>,
    /// The engines that the history is checked for: sqlite, postgres, mariadb, mysql
    #[arg(long, value_name = "ENGINES", value_delimiter = ',')]
    pub engines: Vec<String>,
    /// Other databases beside the default one, by name
    #[arg(long, value_name = "NAMES", value_delimiter = ',', num_args = 0..=1)]
    pub multidb: Option<Vec<String>>,
    /// Take in a directory of Diesel's migrations: each becomes a revision with the version that it has, so that a database which
    /// Diesel has migrated is up to date
    #[arg(long, value_name = "DIR", conflicts_with_all = ["template", "multidb"])]
    pub from_diesel: Option<PathBuf>,
    /// Begin with a migration that makes what this database has, and record it as applied there: nothing in it is changed
    ///
    /// Of a password in the url nothing is written down.
    #[arg(long, value_name = "URL", conflicts_with_all = ["template", "multidb", "from_diesel", "database_url"])]
    pub from_db: Option<Secret>,
    /// The folder of the package `mina`, where it is kept with the application; left out: the published one
    #[arg(long, value_name = "DIR")]
    pub mina_path: Option<PathBuf>,
}

/// What `revision` and `migrate` are told.
#[derive(Args, Debug)]
pub struct Revision {
    /// What the migration does, such as "Add phone number to users"
    #[arg(value_name = "MESSAGE", conflicts_with = "option")]
    pub message: Option<String>,
    /// The same, as an option
    #[arg(long = "message", short = 'm', value_name = "MESSAGE", id = "option")]
    pub option: Option<String>,
    /// On which revision it builds: a target such as `head`, `base`, `billing@head` or an id
    #[arg(long, value_name = "TARGET", default_value = "head")]
    pub head: String,
    /// Begin a new branch on a revision that is no head
    #[arg(long)]
    pub splice: bool,
    /// The label of the branch that begins here
    #[arg(long, value_name = "LABEL", visible_alias = "label")]
    pub branch_label: Option<String>,
    /// A revision of another branch that has to be applied before; may be given several times
    #[arg(long, value_name = "TARGET")]
    pub depends_on: Vec<String>,
    /// An id of your own; left out: the time
    #[arg(long, value_name = "ID")]
    pub rev_id: Option<String>,
    /// One of the folders of `locations` in mina.toml; left out: that of the revision it builds on
    #[arg(long, value_name = "DIR")]
    pub version_path: Option<PathBuf>,
    /// Write what the models ask for, as `migrate` does
    #[arg(long)]
    pub autogenerate: bool,
    /// A table or column of the models that had another name: `people=users`, `users.name=full_name`; may be given several times
    #[arg(long, value_name = "OLD=NEW")]
    pub rename: Vec<String>,
    /// Compare the models with the database, and not with the history
    #[arg(long)]
    pub from_db: bool,
    /// Alembic's option for its own settings: refused, with the command that prints SQL
    #[arg(long, hide = true)]
    pub sql: bool,
    /// Open it in $VISUAL or $EDITOR
    #[arg(long)]
    pub edit: bool,
}

/// What `merge` is told.
#[derive(Args, Debug)]
pub struct Merge {
    /// The revisions to join
    #[arg(default_value = "heads", value_name = "REVISIONS")]
    pub revisions: Vec<String>,
    /// What the branches are about
    #[arg(long, short, value_name = "MESSAGE")]
    pub message: Option<String>,
    /// The label of the branch that begins here
    #[arg(long, value_name = "LABEL")]
    pub branch_label: Option<String>,
    /// An id of your own; left out: the time
    #[arg(long, value_name = "ID")]
    pub rev_id: Option<String>,
    /// Join revisions that are no heads
    #[arg(long)]
    pub splice: bool,
}

/// What `rebase` is told.
#[derive(Args, Debug)]
pub struct Rebase {
    /// The revision to move, with what builds on it
    pub revision: String,
    /// What it is to revise
    #[arg(long, value_name = "TARGET")]
    pub onto: String,
    /// An id of your own; left out: the time
    #[arg(long, value_name = "ID")]
    pub rev_id: Option<String>,
    /// Ask no database: it is known that the revision is applied nowhere
    #[arg(long)]
    pub offline: bool,
    /// Move it even where the checker then refuses it
    #[arg(long)]
    pub force: bool,
}

/// What `squash` is told.
#[derive(Args, Debug)]
pub struct Squash {
    /// The first revision and the last one
    #[arg(value_name = "FIRST..LAST")]
    pub range: String,
    /// What the one migration does; left out: which ones it was made of
    #[arg(long, short, value_name = "MESSAGE")]
    pub message: Option<String>,
    /// Print the migration, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Ask no database: it is known that none is in the middle of the range
    #[arg(long)]
    pub offline: bool,
}

impl Source {
    /// The command's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Init(_) => "init",
            Self::ListTemplates => "list-templates",
            Self::Revision(_) => "revision",
            Self::Migrate(_) => "migrate",
            Self::Merge(_) => "merge",
            Self::Rebase(_) => "rebase",
            Self::Squash(_) => "squash",
            Self::Edit { .. } => "edit",
            Self::Fmt { .. } => "fmt",
            Self::Lint { .. } => "lint",
            Self::Check { .. } => "check",
            Self::Diff { .. } => "diff",
            Self::Graph { .. } => "graph",
            Self::PrintSchema { .. } => "print-schema",
            Self::Doctor => "doctor",
        }
    }
}

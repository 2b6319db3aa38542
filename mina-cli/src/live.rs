//! What a database has, in the words of a schema.

use crate::compiled::compiled;
use crate::failure::Failure;
use crate::ground::Ground;
use mina_command::Options;
use mina_core::autogenerate::Side;
use mina_core::engine::{Engine, Target};
use mina_core::normal::{Normal, differences, patched};
use mina_core::schema::Schema;
use mina_core::secret::Secret;
use mina_core::sql::dialect;
use mina_runtime::AsConnection;
use mina_runtime::runner::ErrorKind;
use mina_runtime::settings::{ConnectError, Location, Settings};

/// What a database has.
pub struct Live {
    pub location: Location,
    normal: Normal,
}

impl Live {
    /// Asks the database of a bind, or the one of a url.
    pub fn read(ground: &Ground, options: &Options, bind: Option<&str>, url: Option<&Secret>) -> Result<Self, Failure> {
        let settings = Settings {
            database_url: url.or(options.database_url.as_ref()).cloned(),
            config: options.config.clone(),
        };
        let migrations = compiled(&ground.project, &ground.sources)?;
        let resolved = settings.resolve(&migrations).map_err(|error| unreached(&error))?;
        let location = match url {
            Some(url) => Location::parse(url.text(), &std::env::current_dir().unwrap_or_default()),
            None => resolved.location(bind),
        };
        let location = location.map_err(|error| unreached(&error))?;
        let mut conn = location.open(false).map_err(|error| unreached(&error))?;
        let read = conn.as_connection().introspect();
        let mut normal = read.map_err(|fault| Failure::failed(format!("{location} cannot be read: {}", fault.message)))?;
        let mut tables = resolved.config.databases.values().map(|database| database.history_table.as_deref());
        let own = [
            resolved.config.database.history_table.as_deref(),
            Some("__diesel_schema_migrations"),
        ];
        let own: Vec<&str> = own.into_iter().chain(tables.by_ref()).flatten().collect();
        for name in normal.schema.tables().clone().keys() {
            if own.contains(&&*name.name) || name.name.starts_with("__mina_") {
                normal.schema.remove_table(name);
            }
        }
        Ok(Self { location, normal })
    }

    pub fn engine(&self) -> Engine {
        self.location.engine()
    }

    /// Its schema in the words of another one, where the two are the same.
    pub fn in_words_of(&self, schema: &Schema) -> Schema {
        let Some(dialect) = dialect(self.engine()) else {
            return self.normal.schema.clone();
        };
        let all = differences(&dialect.normal(schema), &self.normal, dialect);
        patched(schema.clone(), &all)
    }

    /// Its schema in its own words.
    pub fn schema(&self) -> &Schema {
        &self.normal.schema
    }

    /// The engine in force that it is one of, as mina.toml declares it.
    pub fn target(&self, ground: &Ground, bind: Option<&str>) -> Result<Target, Failure> {
        let config = ground.project.config()?;
        let declared = config.bind(bind).and_then(|database| {
            let mut engines = database.engines.iter();
            engines.find(|target| target.engine() == self.engine()).copied()
        });
        declared.ok_or_else(|| {
            let message = format!("{} is of an engine that mina.toml does not declare", self.location);
            Failure::usage(message).or(format!("add `{}` to its `engines`", self.engine()))
        })
    }

    /// The one side of a comparison that it can take, what it has in place of what the history leaves.
    pub fn instead(&self, sides: &[Side]) -> Option<Side> {
        let side = sides.iter().find(|side| side.target.engine() == self.engine())?;
        Some(Side {
            have: self.in_words_of(&side.have),
            ..side.clone()
        })
    }
}

/// Why a database is not reached, with the way out where this program lacks its driver.
pub fn unreached(error: &ErrorKind) -> Failure {
    let failure = Failure::failed(error.to_string());
    match error {
        ErrorKind::Connect(connect) if matches!(**connect, ConnectError::NotLinked { .. }) => {
            failure.or("install `mina` with that driver: `cargo install mina-cli --features postgres,mysql`")
        }
        error => error.help().into_iter().fold(failure, Failure::or),
    }
}

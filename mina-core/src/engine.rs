//! The database engines, under Diesel's names, and the versions that a history is checked against.

use std::fmt;

/// A kind of database, as Diesel names its backends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Engine {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Pg,
    /// MariaDB and MySQL.
    Mysql,
}

impl Engine {
    /// Every engine.
    pub const ALL: &[Self] = &[Self::Sqlite, Self::Pg, Self::Mysql];

    /// The name that stands in `<…>` and `#[on(…)]`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "Sqlite",
            Self::Pg => "Pg",
            Self::Mysql => "Mysql",
        }
    }

    /// The engine of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|engine| engine.name() == name)
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The two products that Diesel's `Mysql` backend talks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Product {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MariaDB.
    Mariadb,
    /// MySQL.
    Mysql,
}

impl Product {
    /// The engine that this product is one of.
    pub fn engine(self) -> Engine {
        match self {
            Self::Sqlite => Engine::Sqlite,
            Self::Postgres => Engine::Pg,
            Self::Mariadb | Self::Mysql => Engine::Mysql,
        }
    }
}

/// An engine in force: a product at the oldest version that mina.toml declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// The product.
    pub product: Product,
    /// Major and minor version, the oldest declared.
    pub version: (u16, u16),
}

impl Target {
    /// The engine that this target is one of.
    pub fn engine(self) -> Engine {
        self.product.engine()
    }

    /// A version of an engine as it is installed now, for where nothing is declared.
    pub fn recent(engine: Engine) -> Self {
        let (product, version) = match engine {
            Engine::Sqlite => (Product::Sqlite, (3, 50)),
            Engine::Pg => (Product::Postgres, (18, 0)),
            Engine::Mysql => (Product::Mariadb, (11, 8)),
        };
        Self { product, version }
    }

    /// SQLite 3.40, what is checked where nothing is declared.
    pub const SQLITE: Self = Self {
        product: Product::Sqlite,
        version: (3, 40),
    };
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.product {
            Product::Sqlite => "SQLite",
            Product::Postgres => "PostgreSQL",
            Product::Mariadb => "MariaDB",
            Product::Mysql => "MySQL",
        };
        write!(f, "{name} {}.{}", self.version.0, self.version.1)
    }
}

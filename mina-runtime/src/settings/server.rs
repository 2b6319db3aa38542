use super::error::ConnectError;
use super::escape::encode;
use super::my_cnf;
use super::url::Parts;
use crate::runner::ErrorKind;
use mina_core::engine::Engine;
use std::fmt;

/// A database on a server, by its url.
///
/// Printed, it is without its password, `Debug` included.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    engine: Engine,
    place: String,
    name: Option<String>,
    url: String,
    tls: Option<Tls>,
}

/// What a url of MariaDB or MySQL asks for of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tls {
    Disabled,
    Preferred,
    Required,
    VerifyCa,
    VerifyIdentity,
}

/// What `ssl_mode` may say, the words that libpq has for it included.
const MODES: &[(&str, Tls)] = &[
    ("disabled", Tls::Disabled),
    ("disable", Tls::Disabled),
    ("preferred", Tls::Preferred),
    ("prefer", Tls::Preferred),
    ("required", Tls::Required),
    ("require", Tls::Required),
    ("verify_ca", Tls::VerifyCa),
    ("verify_identity", Tls::VerifyIdentity),
    ("verify_full", Tls::VerifyIdentity),
];

/// The options that Diesel hands to the client library, by each way to write them.
const MYSQL_OPTIONS: &[(&str, &str)] = &[
    ("ssl_mode", "ssl_mode"),
    ("sslmode", "ssl_mode"),
    ("ssl_ca", "ssl_ca"),
    ("ssl_cert", "ssl_cert"),
    ("ssl_key", "ssl_key"),
    ("unix_socket", "unix_socket"),
    ("socket", "unix_socket"),
];

impl Server {
    /// Reads `postgres://`, `postgresql://`, `mysql://` or `mariadb://`; none for another scheme.
    pub(super) fn parse(scheme: &str, rest: &str) -> Option<Result<Self, ErrorKind>> {
        match scheme {
            "postgres" | "postgresql" => Some(Self::postgres(scheme, rest)),
            "mysql" | "mariadb" => Some(Self::mysql(scheme, rest)),
            _ => None,
        }
    }

    /// libpq reads the url itself, so every parameter that it knows can stand in it.
    fn postgres(scheme: &str, rest: &str) -> Result<Self, ErrorKind> {
        let mut parts = Parts::parse(scheme, rest)?;
        let place = place("postgres", &parts);
        let name = parts.database.clone().or_else(|| parts.option("dbname").map(str::to_owned));
        for (name, variable, value) in [
            ("connect_timeout", "PGCONNECT_TIMEOUT", "10"),
            ("fallback_application_name", "", "mina"),
        ] {
            if !parts.has(name) && std::env::var_os(variable).is_none() {
                parts.options.push((name.to_owned(), value.to_owned()));
            }
        }
        Ok(Self {
            engine: Engine::Pg,
            place,
            name,
            url: assemble("postgresql", &parts),
            tls: None,
        })
    }

    fn mysql(scheme: &str, rest: &str) -> Result<Self, ErrorKind> {
        let wrong = |why: String| {
            ErrorKind::from(ConnectError::Url {
                scheme: scheme.to_owned(),
                why,
            })
        };
        let mut parts = Parts::parse(scheme, rest)?;
        my_cnf::complete(&mut parts)?;
        if parts.hosts.contains(',') {
            return Err(wrong("one host is wanted, not several".to_owned()));
        }
        let Some(name) = parts.database.clone() else {
            return Err(wrong(format!("it names no database: `{scheme}://host/NAME`")));
        };
        if !name
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"\"#<>?`{}^%/\\".contains(&byte))
        {
            return Err(wrong(format!("Diesel cannot connect to a database called `{name}`")));
        }
        let place = place("mysql", &parts);
        let mut tls = None;
        for (option, value) in &mut parts.options {
            let given = option.to_ascii_lowercase().replace('-', "_");
            let known = MYSQL_OPTIONS.iter().find(|(spelling, _)| *spelling == given);
            let Some((_, known)) = known else {
                let all = "ssl_mode, ssl_ca, ssl_cert, ssl_key, unix_socket, password";
                return Err(wrong(format!("it has no option `{option}`, but {all}")));
            };
            if *known == "ssl_mode" {
                tls = Some(mode(value).map_err(wrong)?);
                tls.map_or("", Tls::word).clone_into(value);
            }
            *option = (*known).to_owned();
        }
        // The client library takes `localhost` for the socket, whatever the port.
        if let Some(port) = parts.hosts.strip_prefix("localhost:").filter(|_| !parts.has("unix_socket")) {
            parts.hosts = format!("127.0.0.1:{port}");
        }
        Ok(Self {
            engine: Engine::Mysql,
            place,
            name: Some(name),
            url: assemble("mysql", &parts),
            tls,
        })
    }

    /// Its engine.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The database's name; none where the url leaves it to libpq.
    pub fn database(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The url as Diesel takes it, its password in it.
    #[cfg(any(feature = "postgres", feature = "mysql", feature = "cli", test))]
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Another database of the same server, which is always there, and the name of this one.
    pub(super) fn beside(&self) -> Result<(Self, String), ErrorKind> {
        let Some(name) = self.name.clone() else {
            return Err(ErrorKind::Usage("the url names no database".to_owned()));
        };
        let (scheme, rest) = self.url.split_once("://").unwrap_or_default();
        let mut parts = Parts::parse(scheme, rest)?;
        parts.options.retain(|(option, _)| option != "dbname");
        let there = match self.engine {
            Engine::Mysql => "information_schema",
            _ => "postgres",
        };
        parts.database = Some(there.to_owned());
        let beside = Self {
            place: place(scheme, &parts),
            name: parts.database.clone(),
            url: assemble(scheme, &parts),
            ..self.clone()
        };
        Ok((beside, name))
    }

    #[cfg(feature = "mysql")]
    pub(super) fn tls(&self) -> Option<Tls> {
        self.tls
    }
}

impl Tls {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Preferred => "preferred",
            Self::Required => "required",
            Self::VerifyCa => "verify_ca",
            Self::VerifyIdentity => "verify_identity",
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Server").field(&self.place).finish()
    }
}

fn mode(value: &str) -> Result<Tls, String> {
    let given = value.to_ascii_lowercase().replace('-', "_");
    let known = MODES.iter().find(|(word, _)| *word == given);
    known
        .map(|(_, mode)| *mode)
        .ok_or_else(|| "`ssl_mode` is one of `disabled`, `preferred`, `required`, `verify_ca`, `verify_identity`".to_owned())
}

/// What is shown: whose account, where, which database.
fn place(scheme: &str, parts: &Parts) -> String {
    let user = parts
        .user
        .as_deref()
        .or(parts.option("user"))
        .map_or_else(String::new, |user| format!("{user}@"));
    let host = match parts.hosts.as_str() {
        "" => parts.option("host").or(parts.option("unix_socket")).unwrap_or_default(),
        hosts => hosts,
    };
    let name = parts.database.as_deref().or(parts.option("dbname")).unwrap_or_default();
    format!("{scheme}://{user}{host}/{name}")
}

fn assemble(scheme: &str, parts: &Parts) -> String {
    let mut url = format!("{scheme}://");
    if let Some(user) = &parts.user {
        url += &encode(user);
    }
    if let Some(password) = &parts.password {
        url += &format!(":{}", encode(password));
    }
    if parts.user.is_some() || parts.password.is_some() {
        url.push('@');
    }
    url += &parts.hosts;
    url.push('/');
    url += &parts.database.as_deref().map_or_else(String::new, encode);
    for (index, (name, value)) in parts.options.iter().enumerate() {
        let sign = if index == 0 { '?' } else { '&' };
        url += &format!("{sign}{name}={}", encode(value));
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Server, String> {
        let (scheme, rest) = url.split_once("://").unwrap();
        Server::parse(scheme, rest).unwrap().map_err(|error| error.to_string())
    }

    #[test]
    fn the_password_is_neither_displayed_nor_debugged() {
        for url in [
            "postgres://me:secret@host:5433/shop?sslmode=require",
            "postgresql://me@host:5433/shop?password=secret",
            "mariadb://me:secret@host:5433/shop?ssl-mode=REQUIRED&ssl-ca=/ca.pem",
        ] {
            let server = parse(url).unwrap();
            assert!(server.url().contains("secret"), "{url}");
            for shown in [server.to_string(), format!("{server:?}")] {
                assert!(shown.contains("me@host:5433/shop") && !shown.contains("secret"), "{shown}");
            }
        }
    }

    #[test]
    fn libpq_gets_what_it_knows_as_it_is() {
        let server = parse("postgres://me:p%2Fw@a:1,b/shop?sslmode=verify-full&sslrootcert=/ca.pem&connect_timeout=3").unwrap();
        insta::assert_snapshot!(server.url(), @"postgresql://me:p%2Fw@a:1,b/shop?sslmode=verify-full&sslrootcert=%2Fca.pem&connect_timeout=3&fallback_application_name=mina");
    }

    #[test]
    fn the_usual_spellings_reach_diesel_as_its_own() {
        let server = parse("mariadb://me:x@host/shop?ssl-mode=VERIFY_IDENTITY&ssl-ca=/ca.pem&socket=/run/s").unwrap();
        insta::assert_snapshot!(server.url(), @"mysql://me:x@host/shop?ssl_mode=verify_identity&ssl_ca=%2Fca.pem&unix_socket=%2Frun%2Fs");
        assert_eq!(
            parse("mysql://me:x@localhost:3307/shop").unwrap().url(),
            "mysql://me:x@127.0.0.1:3307/shop"
        );
    }

    #[test]
    fn a_misspelt_option_of_mysql_is_refused_for_it_might_have_asked_for_tls() {
        insta::assert_snapshot!(parse("mysql://me:x@host/shop?ssl_mod=required").unwrap_err(), @"the `mysql` url cannot be read: it has no option `ssl_mod`, but ssl_mode, ssl_ca, ssl_cert, ssl_key, unix_socket, password");
        insta::assert_snapshot!(parse("mysql://me:x@host/shop?ssl_mode=yes").unwrap_err(), @"the `mysql` url cannot be read: `ssl_mode` is one of `disabled`, `preferred`, `required`, `verify_ca`, `verify_identity`");
        insta::assert_snapshot!(parse("mysql://me:x@host").unwrap_err(), @"the `mysql` url cannot be read: it names no database: `mysql://host/NAME`");
    }
}

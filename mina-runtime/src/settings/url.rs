//! The parts of a server's url. What is wrong with one is said without repeating it, since any part may be one of a password.

use super::error::ConnectError;
use super::escape::decode;
use crate::runner::ErrorKind;

const ENCODE: &str = "a `/`, `?`, `@`, `:`, `%` or `#` in a name or password is written as %2F, %3F, %40, %3A, %25, %23";

/// A url, taken apart and decoded, the hosts aside.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) hosts: String,
    pub(super) database: Option<String>,
    pub(super) options: Vec<(String, String)>,
}

impl Parts {
    /// Reads what follows `scheme://`; `scheme` is only named.
    pub(super) fn parse(scheme: &str, rest: &str) -> Result<Self, ErrorKind> {
        let wrong = |why: &str| {
            ErrorKind::from(ConnectError::Url {
                scheme: scheme.to_owned(),
                why: format!("{why}; {ENCODE}"),
            })
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        let (account, hosts) = match authority.split_once('@') {
            Some((_, hosts)) if hosts.contains('@') => return Err(wrong("there is more than one `@` before the database's name")),
            Some((account, hosts)) => (Some(account), hosts),
            None => (None, authority),
        };
        let database = path.strip_prefix('/').unwrap_or(path);
        if database.contains(['/', '@']) {
            return Err(wrong("the database's name has a `/` or `@`"));
        }
        if !hosts.split(',').all(is_host) {
            return Err(wrong("the host or port is not one"));
        }
        let decoded = |text: &str| decode(text).ok_or_else(|| wrong("a `%` is not followed by two hexadecimal digits"));
        let (user, password) = match account.map(|account| account.split_once(':').unwrap_or((account, ""))) {
            None => (String::new(), String::new()),
            Some((user, password)) => (decoded(user)?, decoded(password)?),
        };
        let mut parts = Self {
            user: filled(user),
            password: filled(password),
            hosts: hosts.to_owned(),
            database: filled(decoded(database)?),
            options: Vec::new(),
        };
        for option in query.split('&').filter(|option| !option.is_empty()) {
            let pair = option
                .split_once('=')
                .filter(|(name, value)| is_option(name) && !value.contains('@'));
            let (name, value) = pair.ok_or_else(|| wrong("after the `?` it wants `name=value`"))?;
            parts.add(name, decoded(value)?)?;
        }
        Ok(parts)
    }

    fn add(&mut self, name: &str, value: String) -> Result<(), ErrorKind> {
        match name {
            "password" => self.password = Some(super::secret::read(value)?),
            _ => self.options.push((name.to_owned(), value)),
        }
        Ok(())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.option(name).is_some()
    }

    pub(super) fn option(&self, name: &str) -> Option<&str> {
        let found = self.options.iter().find(|(option, _)| option == name);
        found.map(|(_, value)| value.as_str())
    }
}

fn filled(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn is_option(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// `name`, `name:port`, `[::1]:port`, `%2Frun%2Fpostgresql`, or nothing.
fn is_host(text: &str) -> bool {
    let (name, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => (address, port.strip_prefix(':').or(port.is_empty().then_some(""))),
        None => match text.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (text, Some("")),
        },
    };
    let of_address = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.' | b'%');
    let of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'%') || byte >= 0x80;
    let name_fits = match text.starts_with('[') {
        true => name.bytes().all(of_address),
        false => name.bytes().all(of_name) && decode(name).is_some(),
    };
    name_fits && port.is_some_and(|port| port.is_empty() || port.parse::<u16>().is_ok_and(|number| number > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(rest: &str) -> Result<Parts, String> {
        Parts::parse("postgres", rest).map_err(|error| error.to_string())
    }

    #[test]
    fn every_part_is_decoded() {
        let parts = parse("me%40tenant:p%2Fw%25@db.example:5433,[::1]/my%20shop?sslmode=verify-full&options=-c%20x%3D1").unwrap();
        assert_eq!(parts.user.as_deref(), Some("me@tenant"));
        assert_eq!(parts.password.as_deref(), Some("p/w%"));
        assert_eq!(parts.hosts, "db.example:5433,[::1]");
        assert_eq!(parts.database.as_deref(), Some("my shop"));
        assert_eq!(parts.options[1], ("options".to_owned(), "-c x=1".to_owned()));
    }

    #[test]
    fn what_may_be_left_out_is_left_out() {
        assert!(parse("/shop").is_ok_and(|parts| parts.user.is_none() && parts.hosts.is_empty()));
        assert!(parse("me@host").is_ok_and(|parts| parts.password.is_none() && parts.database.is_none()));
        assert!(parse("me:@%2Frun%2Fpostgresql/shop").is_ok_and(|parts| parts.password.is_none()));
    }

    #[test]
    fn a_password_that_should_have_been_encoded_is_not_repeated() {
        for url in [
            "me:se/cret@host/db",
            "me:se@cret@host/db",
            "me:se?cret@host/db",
            "me:12?secret=1@host/db",
            "me:12/secret@host/db",
            "me:secret%@host/db",
            "me:secret%zz@host/db",
            "me:secret%+1@host/db",
            "me@host:secret/db",
            "me:se:cret/db",
            "secret host/db",
        ] {
            let error = parse(url).err().unwrap_or_else(|| panic!("{url} was taken"));
            assert!(!error.contains("se") || !error.contains("cret"), "{url}: {error}");
            assert!(!error.contains("secret"), "{url}: {error}");
        }
    }
}

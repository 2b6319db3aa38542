//! `~/.my.cnf`, which the clients of MariaDB and MySQL read and Diesel's connection does not.

use super::url::Parts;
use crate::runner::ErrorKind;
use std::path::{Path, PathBuf};

const GROUPS: &[&str] = &["client", "client-server", "client-mariadb"];

/// Takes from the user's `.my.cnf` what a url leaves out; a password only where the account is the same.
pub(super) fn complete(parts: &mut Parts) -> Result<(), ErrorKind> {
    if parts.password.is_some() && !parts.hosts.is_empty() {
        return Ok(());
    }
    let Some(path) = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".my.cnf")) else {
        return Ok(());
    };
    if let Some(text) = text(&path)? {
        take(parts, &text);
    }
    Ok(())
}

fn text(path: &Path) -> Result<Option<String>, ErrorKind> {
    let refuse = |reason: String| ErrorKind::Open {
        path: path.display().to_string(),
        reason,
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(refuse(error.to_string())),
    };
    match is_writable_by_all(path) {
        true => Err(refuse("everybody may write to it, so it is not trusted: `chmod 600` it".to_owned())),
        false => Ok(Some(text)),
    }
}

#[cfg(unix)]
fn is_writable_by_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|found| found.permissions().mode() & 0o002 != 0)
}

#[cfg(not(unix))]
fn is_writable_by_all(_: &Path) -> bool {
    false
}

fn take(parts: &mut Parts, text: &str) {
    let found: Vec<(String, String)> = options(text).collect();
    // The last one counts, as with the clients.
    let value = |name: &str| {
        found
            .iter()
            .rev()
            .find(|(option, _)| option == name)
            .map(|(_, value)| value.clone())
    };
    let user = value("user");
    if parts.password.is_none() && (parts.user.is_none() || user.is_none() || parts.user == user) {
        parts.password = value("password");
    }
    if parts.user.is_none() {
        parts.user = user;
    }
    if parts.hosts.is_empty() && !parts.has("unix_socket") && !parts.has("socket") {
        parts.hosts = value("host").unwrap_or_default();
        if let Some(port) = value("port").filter(|port| port.parse::<u16>().is_ok()) {
            let host = if parts.hosts.is_empty() { "localhost" } else { &parts.hosts };
            parts.hosts = format!("{host}:{port}");
        }
        if let Some(socket) = value("socket").filter(|_| matches!(parts.hosts.as_str(), "" | "localhost")) {
            parts.options.push(("unix_socket".to_owned(), socket));
        }
    }
    for name in ["ssl_ca", "ssl_cert", "ssl_key"] {
        if let Some(value) = value(name).filter(|_| !parts.has(name)) {
            parts.options.push((name.to_owned(), value));
        }
    }
}

/// Names and values of the clients' groups.
fn options(text: &str) -> impl Iterator<Item = (String, String)> {
    let mut ours = false;
    text.lines().filter_map(move |line| {
        let line = line.trim();
        if let Some(group) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            ours = GROUPS.contains(&group.trim());
            return None;
        }
        if !ours || line.is_empty() || line.starts_with(['#', ';', '!']) {
            return None;
        }
        let (name, value) = line.split_once('=')?;
        Some((name.trim().replace('-', "_"), unquote(value.trim())))
    })
}

/// A value without its quotes, or without the comment behind it, and with its escapes read.
fn unquote(value: &str) -> String {
    let quote = value.chars().next().filter(|first| matches!(first, '\'' | '"'));
    let inner = match quote {
        Some(quote) => value[1..].strip_suffix(quote).unwrap_or(value),
        None => value.split(" #").next().unwrap_or(value).trim_end(),
    };
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match characters.next() {
            Some('s') => text.push(' '),
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('b') => text.push('\u{8}'),
            Some('\\') => text.push('\\'),
            Some(other) => text.extend(['\\', other]),
            None => text.push('\\'),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
# comment
[mysqld]
user = mysql
[client]
user=app
password = \"p#w \\\"\\\\x\"   
host = db.example  # here
port = 3307
ssl-ca = /etc/ca.pem
!includedir /etc/mysql/conf.d/
[mysqldump]
password = other
";

    fn completed(rest: &str) -> Parts {
        let mut parts = Parts::parse("mysql", rest).unwrap();
        take(&mut parts, FILE);
        parts
    }

    #[test]
    fn what_the_url_leaves_out_comes_from_the_clients_group() {
        let parts = completed("/shop");
        assert_eq!(parts.user.as_deref(), Some("app"));
        assert_eq!(parts.password.as_deref(), Some("p#w \\\"\\x"));
        assert_eq!(parts.hosts, "db.example:3307");
        assert_eq!(parts.options, [("ssl_ca".to_owned(), "/etc/ca.pem".to_owned())]);
    }

    #[test]
    fn the_url_goes_first() {
        let parts = completed("app:own@elsewhere/shop?ssl_ca=/x");
        assert_eq!(parts.password.as_deref(), Some("own"));
        assert_eq!(parts.hosts, "elsewhere");
        assert_eq!(parts.options, [("ssl_ca".to_owned(), "/x".to_owned())]);
    }

    #[test]
    fn the_password_of_another_account_is_not_given_away() {
        assert_eq!(completed("root@db.example/shop").password, None);
        assert!(completed("app@db.example/shop").password.is_some());
    }
}

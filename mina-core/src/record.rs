//! A migration as it stands in the binary: one text, because the compiler takes a single constant many times faster than a
//! structure of many.

use crate::engine::Engine;

/// Cannot stand in a name or in JSON, and is left out of what people write.
const SEPARATOR: u8 = 0x1f;
/// What is read of every migration stands first, the SQL last.
const HEAD: usize = 7;
const BIND: usize = 1;
const MESSAGE: usize = 8;
const FILE: usize = 9;
const IRREVERSIBLE: usize = 10;
const DESCRIPTION: usize = 11;
const SQL: usize = 12;

/// What is known of a migration when it has been checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record<'a> {
    /// The revision.
    pub id: &'a str,
    /// The first line of the doc comment.
    pub message: &'a str,
    /// The rest of the doc comment.
    pub description: &'a str,
    /// The revisions it revises; none for a base.
    pub parents: Vec<&'a str>,
    /// The revisions it depends on besides.
    pub depends_on: Vec<&'a str>,
    /// Its branch label.
    pub label: Option<&'a str>,
    /// The id it had in another tool.
    pub alias: Option<&'a str>,
    /// The revisions that were made into this one.
    pub squashes: Vec<&'a str>,
    /// The database it is for; none for the default.
    pub bind: Option<&'a str>,
    /// Its file, relative to its crate.
    pub file: &'a str,
    /// Why it has no downgrade.
    pub irreversible: Option<&'a str>,
    /// Its SQL, one an engine that is rendered.
    pub engines: Vec<Rendered>,
    /// The way back after each unit of the upgrade as JSON, [`Back`](crate::sql::unit::Back)s, on the engines where it has several.
    pub back: Vec<(Engine, String)>,
}

/// A migration on one engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The engine.
    pub engine: Engine,
    /// SHA-256 over the resolved operations, up and down, in hexadecimal.
    pub checksum: String,
    /// [`Unit`](crate::sql::unit::Unit)s as JSON.
    pub up: String,
    /// The same for the downgrade; `[]` where it is irreversible.
    pub down: String,
}

impl Record<'_> {
    /// The one text that [`Encoded`] reads.
    #[must_use]
    pub fn encode(&self) -> String {
        let irreversible = self.irreversible.map(|why| format!("={why}"));
        let engines = self.engines.iter();
        let engines = engines.map(|rendered| format!("{} {}", rendered.engine.name(), rendered.checksum));
        let fields: [&str; SQL] = [
            self.id,
            self.bind.unwrap_or_default(),
            &self.parents.join(" "),
            &self.depends_on.join(" "),
            self.label.unwrap_or_default(),
            self.alias.unwrap_or_default(),
            &self.squashes.join(" "),
            &engines.collect::<Vec<_>>().join(","),
            self.message,
            self.file,
            &irreversible.unwrap_or_default(),
            self.description,
        ];
        let separator = char::from(SEPARATOR);
        let mut text = fields.map(|field| field.replace(separator, "")).join(&separator.to_string());
        for rendered in &self.engines {
            for field in [&rendered.up, &rendered.down] {
                text.push(separator);
                text.push_str(field);
            }
        }
        for (engine, back) in &self.back {
            text.push(separator);
            text.extend([engine.name(), " ", back]);
        }
        text
    }
}

/// A migration's text, read field by field: nothing is decoded that nobody asks for.
///
/// ```
/// use mina_core::record::{Encoded, Record};
///
/// let text = Record { id: "20251001090000", message: "create users", parents: vec!["a", "b"], ..Record::default() }.encode();
/// let migration = Encoded(&text);
/// assert_eq!(migration.id(), "20251001090000");
/// assert_eq!(migration.parents().collect::<Vec<_>>(), ["a", "b"]);
/// assert_eq!(migration.bind(), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoded<'a>(pub &'a str);

/// What a graph and a comparison need of a migration, read in one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head<'a> {
    /// The revision.
    pub id: &'a str,
    /// The database it is for; none for the default.
    pub bind: Option<&'a str>,
    /// Its branch label.
    pub label: Option<&'a str>,
    /// The id it had in another tool.
    pub alias: Option<&'a str>,
    parents: &'a str,
    depends_on: &'a str,
    squashes: &'a str,
    /// What follows: the engines first, whose checksums are longer than all that stands before them.
    rest: &'a str,
}

impl<'a> Head<'a> {
    /// The revisions it revises; none for a base.
    pub fn parents(self) -> impl Iterator<Item = &'a str> {
        self.parents.split_ascii_whitespace()
    }

    /// The revisions it depends on besides.
    pub fn depends_on(self) -> impl Iterator<Item = &'a str> {
        self.depends_on.split_ascii_whitespace()
    }

    /// The revisions that were made into this one.
    pub fn squashes(self) -> impl Iterator<Item = &'a str> {
        self.squashes.split_ascii_whitespace()
    }

    fn engines(self) -> &'a str {
        Fields(Some(self.rest)).next().unwrap_or_default()
    }

    /// The SHA-256 of what it does on an engine; none where it is not rendered for it.
    #[must_use]
    pub fn checksum(self, engine: Engine) -> Option<&'a str> {
        let mut rendered = self.engines().split(',');
        rendered.find_map(|rendered| rendered.strip_prefix(engine.name())?.strip_prefix(' '))
    }
}

impl<'a> Encoded<'a> {
    /// What is read of every migration.
    #[must_use]
    pub fn head(self) -> Head<'a> {
        let mut fields = self.fields();
        let [id, bind, parents, depends_on, label, alias, squashes]: [&str; HEAD] =
            std::array::from_fn(|_| fields.next().unwrap_or_default());
        Head {
            id,
            bind: said(bind),
            label: said(label),
            alias: said(alias),
            parents,
            depends_on,
            squashes,
            rest: fields.0.unwrap_or_default(),
        }
    }

    /// The revision.
    #[must_use]
    pub fn id(self) -> &'a str {
        self.field(0)
    }

    /// The first line of the doc comment.
    #[must_use]
    pub fn message(self) -> &'a str {
        self.field(MESSAGE)
    }

    /// The rest of the doc comment.
    #[must_use]
    pub fn description(self) -> &'a str {
        self.field(DESCRIPTION)
    }

    /// Its file, relative to its crate.
    #[must_use]
    pub fn file(self) -> &'a str {
        self.field(FILE)
    }

    /// The database it is for; none for the default.
    #[must_use]
    pub fn bind(self) -> Option<&'a str> {
        said(self.field(BIND))
    }

    /// The revisions it revises; none for a base.
    pub fn parents(self) -> impl Iterator<Item = &'a str> {
        self.head().parents()
    }

    /// The revisions it depends on besides.
    pub fn depends_on(self) -> impl Iterator<Item = &'a str> {
        self.head().depends_on()
    }

    /// Its branch label.
    #[must_use]
    pub fn label(self) -> Option<&'a str> {
        self.head().label
    }

    /// The id it had in another tool.
    #[must_use]
    pub fn alias(self) -> Option<&'a str> {
        self.head().alias
    }

    /// Why it has no downgrade.
    #[must_use]
    pub fn irreversible(self) -> Option<&'a str> {
        self.field(IRREVERSIBLE).strip_prefix('=')
    }

    /// The SHA-256 of what it does on an engine; none where it is not rendered for it.
    #[must_use]
    pub fn checksum(self, engine: Engine) -> Option<&'a str> {
        self.head().checksum(engine)
    }

    /// Its units on an engine as JSON.
    #[must_use]
    pub fn up(self, engine: Engine) -> Option<&'a str> {
        self.sql(engine, 0)
    }

    /// The same for the downgrade; `[]` where it is irreversible.
    #[must_use]
    pub fn down(self, engine: Engine) -> Option<&'a str> {
        self.sql(engine, 1)
    }

    /// The way back after each unit of the upgrade as JSON; none where it has a single one.
    #[must_use]
    pub fn back(self, engine: Engine) -> Option<&'a str> {
        let mut all = self.fields().skip(SQL + 2 * self.engines().count());
        all.find_map(|back| back.strip_prefix(engine.name())?.strip_prefix(' '))
    }

    /// The engines it is rendered for.
    pub fn engines(self) -> impl Iterator<Item = Engine> {
        let rendered = self.head().engines().split(',');
        rendered.filter_map(|rendered| Engine::named(rendered.split_once(' ')?.0))
    }

    fn field(self, at: usize) -> &'a str {
        self.fields().nth(at).unwrap_or_default()
    }

    fn fields(self) -> Fields<'a> {
        Fields(Some(self.0))
    }

    fn sql(self, engine: Engine, at: usize) -> Option<&'a str> {
        let on = self.engines().position(|on| on == engine)?;
        Some(self.field(SQL + on * 2 + at))
    }
}

/// What is not read yet; none after the last field.
struct Fields<'a>(Option<&'a str>);

impl<'a> Iterator for Fields<'a> {
    type Item = &'a str;

    // Byte by byte: the fields are short, and there are thousands.
    fn next(&mut self) -> Option<&'a str> {
        let text = self.0?;
        let end = text.bytes().position(|byte| byte == SEPARATOR);
        self.0 = end.map(|end| &text[end + 1..]);
        Some(&text[..end.unwrap_or(text.len())])
    }
}

fn said(field: &str) -> Option<&str> {
    Some(field).filter(|field| !field.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_comes_back() {
        let rendered = |engine, word: &str| Rendered {
            engine,
            checksum: format!("{word}1"),
            up: format!("[{word}2]"),
            down: format!("[{word}3]"),
        };
        let text = Record {
            id: "2",
            message: "split the name",
            description: "of users\nin two",
            parents: vec!["1a", "1b"],
            depends_on: vec!["0"],
            squashes: vec!["1c", "1d"],
            label: Some("payments"),
            alias: Some("ae1027a6acf"),
            bind: Some("analytics"),
            file: "versions/2_split.rs",
            irreversible: Some(""),
            engines: vec![rendered(Engine::Sqlite, "s"), rendered(Engine::Mysql, "m")],
            back: vec![(Engine::Mysql, "[m4]".to_owned())],
        }
        .encode();
        let read = Encoded(&text);
        assert_eq!(
            [read.id(), read.message(), read.description()],
            ["2", "split the name", "of users\nin two"]
        );
        assert_eq!(read.parents().collect::<Vec<_>>(), ["1a", "1b"]);
        assert_eq!(read.depends_on().collect::<Vec<_>>(), ["0"]);
        assert_eq!(read.head().squashes().collect::<Vec<_>>(), ["1c", "1d"]);
        let options = [read.label(), read.alias(), read.bind(), read.irreversible()];
        assert_eq!(options, [Some("payments"), Some("ae1027a6acf"), Some("analytics"), Some("")]);
        assert_eq!(read.file(), "versions/2_split.rs");
        assert_eq!(read.engines().collect::<Vec<_>>(), [Engine::Sqlite, Engine::Mysql]);
        let on = |engine| [read.checksum(engine), read.up(engine), read.down(engine)];
        assert_eq!(on(Engine::Mysql), [Some("m1"), Some("[m2]"), Some("[m3]")]);
        assert_eq!(on(Engine::Pg), [None; 3]);
        assert_eq!([read.back(Engine::Mysql), read.back(Engine::Sqlite)], [Some("[m4]"), None]);
    }

    #[test]
    fn what_is_not_said_is_not_there() {
        let text = Record::default().encode();
        let read = Encoded(&text);
        assert_eq!([read.label(), read.alias(), read.bind(), read.irreversible()], [None; 4]);
        assert_eq!(read.parents().count() + read.engines().count(), 0);
    }
}

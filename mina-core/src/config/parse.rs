//! The text of a mina.toml.

use super::{Config, ConfigError, Database, Pattern, PostWrite, Run, Scope, Templates, engines, pattern};
use crate::diagnostic::{Level, Lint, did_you_mean};
use crate::engine::Target;
use crate::schema::naming::{NameKind, Naming};
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

type Value<'t> = Spanned<DeValue<'t>>;
type Result<T> = std::result::Result<T, ConfigError>;

const TOP: &[&str] = &[
    "locations",
    "database",
    "databases",
    "naming",
    "lints",
    "templates",
    "post_write",
    "run",
];

pub(super) fn config(text: &str) -> Result<Config> {
    let reader = Reader { text };
    let table = DeTable::parse(text).map_err(|error| {
        let words = error.message().lines().next().unwrap_or_default();
        reader.error(error.span().unwrap_or_default(), words)
    })?;
    let top = Section::new(reader, "", table.into_inner(), TOP)?;
    let mut config = Config::default();
    if let Some(value) = top.get("locations") {
        config.locations = reader.strings(value, "locations")?;
    }
    config.database = reader.database(&top, "database")?;
    if let Some(databases) = top.table("databases")? {
        for (name, value) in databases.iter() {
            let label = format!("databases.{}", name.get_ref());
            let keys = reader.table(value, &label)?;
            let section = Section::new(reader, &label, keys.clone(), DATABASE)?;
            config.databases.insert(name.get_ref().to_string(), reader.database_in(&section)?);
        }
    }
    if let Some(section) = top.section("naming", &NAMES.map(|(name, _)| name))? {
        config.naming = naming(&section)?;
    }
    if let Some(lints) = top.table("lints")? {
        for (name, value) in lints.iter() {
            if &**name.get_ref() == "released" {
                config.released = match value.get_ref() {
                    DeValue::String(_) => vec![reader.string(value, "lints.released")?],
                    _ => reader.strings(value, "lints.released")?,
                };
                continue;
            }
            let lint = reader.lint(name)?;
            config.lints.insert(lint, reader.level(name.get_ref(), value)?);
        }
    }
    if let Some(section) = top.section("templates", &["path", "file", "slug_length"])? {
        config.templates = templates(&section)?;
    }
    if let Some(value) = top.get("post_write") {
        config.post_write = reader.post_write(value)?;
    }
    if let Some(section) = top.section("run", RUN)? {
        config.run = run(&section)?;
    }
    Ok(config)
}

const RUN: &[&str] = &[
    "lock_timeout",
    "statement_timeout",
    "busy_timeout",
    "wait_timeout",
    "lease",
    "attempts",
    "batch_time",
    "replica_lag",
    "transaction",
    "role",
    "backup",
];
const DATABASE: &[&str] = &["url", "engines", "history_table", "schema", "models", "include", "exclude"];

#[derive(Clone, Copy)]
struct Reader<'t> {
    text: &'t str,
}

/// A table whose keys are all known.
struct Section<'t> {
    reader: Reader<'t>,
    label: String,
    keys: DeTable<'t>,
}

impl<'t> Section<'t> {
    fn new(reader: Reader<'t>, label: &str, keys: DeTable<'t>, known: &[&str]) -> Result<Self> {
        let unknown = keys.keys().filter(|key| !known.contains(&&**key.get_ref()));
        if let Some(key) = unknown.min_by_key(|key| key.span().start) {
            let name = key.get_ref();
            let place = if label.is_empty() {
                String::new()
            } else {
                format!(" in `[{label}]`")
            };
            let advice = match did_you_mean(name, known.iter().copied()) {
                _ if !label.is_empty() && &**name == "locations" => "it belongs at the top of the file, before the first `[…]`".to_owned(),
                Some(near) => format!("did you mean `{near}`"),
                None if label.is_empty() => format!("there are {}", listed(known)),
                None => format!("it has {}", listed(known)),
            };
            return Err(reader.error(key.span(), format!("there is no key `{name}`{place}; {advice}")));
        }
        Ok(Self {
            reader,
            label: label.to_owned(),
            keys,
        })
    }

    fn get(&self, key: &str) -> Option<&Value<'t>> {
        self.keys.get(key)
    }

    fn name(&self, key: &str) -> String {
        if self.label.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.label)
        }
    }

    fn table(&self, key: &str) -> Result<Option<&DeTable<'t>>> {
        self.get(key).map(|value| self.reader.table(value, &self.name(key))).transpose()
    }

    fn section(&self, key: &str, known: &[&str]) -> Result<Option<Section<'t>>> {
        let table = self.table(key)?;
        table
            .map(|keys| Section::new(self.reader, &self.name(key), keys.clone(), known))
            .transpose()
    }

    fn string(&self, key: &str) -> Result<Option<String>> {
        self.get(key).map(|value| self.reader.string(value, &self.name(key))).transpose()
    }

    /// A string or a list of strings; none where the key is not there.
    fn one_or_more(&self, key: &str) -> Result<Vec<String>> {
        match self.get(key) {
            None => Ok(Vec::new()),
            Some(value) if value.get_ref().is_array() => self.reader.strings(value, &self.name(key)),
            Some(value) => Ok(vec![self.reader.string(value, &self.name(key))?]),
        }
    }

    fn patterns(&self, key: &str) -> Result<Vec<Pattern>> {
        let texts = self.one_or_more(key)?;
        Ok(texts.iter().map(|text| Pattern::new(text)).collect())
    }

    fn milliseconds(&self, key: &str) -> Result<Option<u64>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let text = self.reader.string(value, &self.name(key))?;
        let wrong = || format!("`{}` is no time; write it as \"500ms\", \"5s\", \"2m\" or \"1h\"", self.name(key));
        let time = milliseconds(&text).ok_or_else(|| self.reader.error(value.span(), wrong()))?;
        Ok(Some(time))
    }
}

impl Reader<'_> {
    fn error(self, place: Range<usize>, message: impl Into<String>) -> ConfigError {
        let before = self.text.as_bytes().get(..place.start).unwrap_or_default();
        let lines = before.iter().filter(|byte| **byte == b'\n').count();
        ConfigError {
            line: u32::try_from(lines).unwrap_or(u32::MAX).saturating_add(1),
            message: message.into(),
        }
    }

    fn expected<T>(self, value: &Value<'_>, name: &str, wanted: &str, found: Option<T>) -> Result<T> {
        let found_type = value.get_ref().type_str();
        found.ok_or_else(|| self.error(value.span(), format!("`{name}` is {wanted}, not a value of type {found_type}")))
    }

    fn table<'v, 't>(self, value: &'v Value<'t>, name: &str) -> Result<&'v DeTable<'t>> {
        self.expected(value, name, "a table", value.get_ref().as_table())
    }

    fn string(self, value: &Value<'_>, name: &str) -> Result<String> {
        let text = self.expected(value, name, "a string", value.get_ref().as_str())?;
        if text.trim().is_empty() {
            return Err(self.error(value.span(), format!("`{name}` is empty")));
        }
        Ok(text.to_owned())
    }

    fn strings(self, value: &Value<'_>, name: &str) -> Result<Vec<String>> {
        let list = self.expected(value, name, "a list of strings", value.get_ref().as_array())?;
        if list.is_empty() {
            return Err(self.error(value.span(), format!("`{name}` is empty")));
        }
        list.iter().map(|item| self.string(item, name)).collect()
    }

    fn post_write(self, value: &Value<'_>) -> Result<Vec<PostWrite>> {
        let form = "one or more `[[post_write]]`, each with a `command`";
        let list = self.expected(value, "post_write", form, value.get_ref().as_array())?;
        let one = |item: &Value<'_>| {
            let keys = self.table(item, "post_write")?;
            let section = Section::new(self, "post_write", keys.clone(), &["command"])?;
            let missing = || self.error(item.span(), "`post_write` has no `command`; write `command = \"rustfmt {path}\"`");
            let command = section.get("command").ok_or_else(missing)?;
            let text = self.string(command, "post_write.command")?;
            match text.contains("{path}") {
                true => Ok(PostWrite { command: text }),
                false => Err(self.error(command.span(), "`post_write.command` has no `{path}`, the file that was written")),
            }
        };
        list.iter().map(one).collect()
    }

    fn database(self, top: &Section<'_>, key: &str) -> Result<Database> {
        let section = top.section(key, DATABASE)?;
        section.map_or_else(|| Ok(Database::default()), |section| self.database_in(&section))
    }

    fn database_in(self, section: &Section<'_>) -> Result<Database> {
        let url = section.string("url")?;
        let engines = match section.get("engines") {
            None => vec![engines::of_url(url.as_deref())],
            Some(value) => self.engines(value, &section.name("engines"))?,
        };
        Ok(Database {
            url,
            engines,
            history_table: section.string("history_table")?,
            schema: section.string("schema")?,
            models: section.one_or_more("models")?,
            include: section.patterns("include")?,
            exclude: section.patterns("exclude")?,
        })
    }

    fn engines(self, value: &Value<'_>, name: &str) -> Result<Vec<Target>> {
        let mut targets: Vec<Target> = Vec::new();
        self.strings(value, name)?;
        for item in value.get_ref().as_array().into_iter().flatten() {
            let text = item.get_ref().as_str().unwrap_or_default();
            let target = engines::target(text).map_err(|words| self.error(item.span(), words))?;
            if targets.iter().any(|other| other.product == target.product) {
                return Err(self.error(item.span(), format!("`{name}` has `{text}` twice; the oldest version is enough")));
            }
            targets.push(target);
        }
        Ok(targets)
    }

    fn lint(self, name: &Spanned<toml::de::DeString<'_>>) -> Result<Lint> {
        let known = || Lint::ALL.iter().map(|lint| lint.name());
        Lint::named(name.get_ref()).ok_or_else(|| {
            let advice = match did_you_mean(name.get_ref(), known()) {
                Some(near) => format!("did you mean `{near}`"),
                None => format!("there are {}", listed(&known().collect::<Vec<_>>())),
            };
            self.error(name.span(), format!("there is no lint `{}`; {advice}", name.get_ref()))
        })
    }

    fn level(self, name: &str, value: &Value<'_>) -> Result<Level> {
        match value.get_ref().as_str() {
            Some("allow") => Ok(Level::Allow),
            Some("warn") => Ok(Level::Warn),
            Some("deny") => Ok(Level::Deny),
            _ => Err(self.error(value.span(), format!("`lints.{name}` is one of \"allow\", \"warn\" and \"deny\""))),
        }
    }
}

fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

pub(crate) fn milliseconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|next: char| !next.is_ascii_digit())?;
    let factor = match text[digits..].trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    text[..digits].parse::<u64>().ok()?.checked_mul(factor)
}

fn templates(section: &Section<'_>) -> Result<Templates> {
    let mut templates = Templates {
        path: section.string("path")?,
        ..Templates::default()
    };
    if let Some(value) = section.get("file") {
        templates.file = section.reader.string(value, "templates.file")?;
        if let Some(problem) = pattern::problem(&templates.file) {
            return Err(section.reader.error(value.span(), format!("`templates.file` {problem}")));
        }
    }
    if let Some(value) = section.get("slug_length") {
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|number| number.as_str().parse::<usize>().ok());
        templates.slug_length = number.filter(|number| (1..=200).contains(number)).ok_or_else(|| {
            section
                .reader
                .error(value.span(), "`templates.slug_length` is a whole number, 1 to 200")
        })?;
    }
    Ok(templates)
}

const SHORTEST_LEASE: u64 = 500;

fn run(section: &Section<'_>) -> Result<Run> {
    let mut run = Run::default();
    if let Some(time) = section.milliseconds("lock_timeout")? {
        run.lock_timeout = time;
    }
    run.statement_timeout = section.milliseconds("statement_timeout")?;
    run.busy_timeout = section.milliseconds("busy_timeout")?;
    if let Some(time) = section.milliseconds("wait_timeout")? {
        run.wait_timeout = time;
    }
    if let Some(value) = section.get("lease") {
        run.lease = section.milliseconds("lease")?.unwrap_or(run.lease);
        if run.lease < SHORTEST_LEASE {
            let words = "`run.lease` is at least \"500ms\": it is renewed three times in its length";
            return Err(section.reader.error(value.span(), words));
        }
    }
    if let Some(time) = section.milliseconds("batch_time")? {
        run.batch_time = time.max(1);
    }
    run.replica_lag = section.milliseconds("replica_lag")?;
    if let Some(value) = section.get("attempts") {
        let number = value.get_ref().as_integer().and_then(|number| number.as_str().parse::<u32>().ok());
        run.attempts = number
            .filter(|number| *number > 0)
            .ok_or_else(|| section.reader.error(value.span(), "`run.attempts` is a whole number, 1 or more"))?;
    }
    run.role = section.string("role")?;
    run.backup = section.string("backup")?;
    if let Some(value) = section.get("transaction") {
        run.transaction = match value.get_ref().as_str() {
            Some("migration") => Scope::Migration,
            Some("run") => Scope::Run,
            _ => {
                let words = "`run.transaction` is one of \"migration\" and \"run\"";
                return Err(section.reader.error(value.span(), words));
            }
        };
    }
    Ok(run)
}

const NAMES: [(&str, NameKind); 5] = [
    ("primary_key", NameKind::PrimaryKey),
    ("foreign_key", NameKind::ForeignKey),
    ("unique", NameKind::Unique),
    ("check", NameKind::Check),
    ("index", NameKind::Index),
];

/// `(since, kind, pattern)`
type Change = (Option<String>, NameKind, String);

fn naming(section: &Section<'_>) -> Result<Vec<(Option<String>, Naming)>> {
    let mut changes: Vec<Change> = Vec::new();
    for (key, kind) in NAMES {
        if let Some(value) = section.get(key) {
            stages(section.reader, key, kind, value, &mut changes)?;
        }
    }
    let mut stages: BTreeMap<Option<String>, Vec<(NameKind, String)>> = BTreeMap::from([(None, Vec::new())]);
    for (since, kind, pattern) in changes {
        stages.entry(since).or_default().push((kind, pattern));
    }
    let mut naming = Naming::default();
    let in_force = stages.into_iter().map(|(since, patterns)| {
        for (kind, pattern) in patterns {
            *naming.pattern_mut(kind) = pattern;
        }
        (since, naming.clone())
    });
    Ok(in_force.collect())
}

fn stages(reader: Reader<'_>, key: &str, kind: NameKind, value: &Value<'_>, changes: &mut Vec<Change>) -> Result<()> {
    let label = format!("naming.{key}");
    match value.get_ref() {
        DeValue::String(_) => changes.push((None, kind, pattern(reader, kind, value, &label)?)),
        DeValue::Table(_) => stage(reader, kind, value, &label, true, changes)?,
        DeValue::Array(list) => {
            for (at, item) in list.iter().enumerate() {
                match item.get_ref() {
                    DeValue::String(_) if at == 0 => changes.push((None, kind, pattern(reader, kind, item, &label)?)),
                    DeValue::Table(_) => stage(reader, kind, item, &label, at == 0, changes)?,
                    _ => return Err(reader.error(item.span(), format!("a later pattern of `{label}` is {FORM}"))),
                }
            }
            let mut sinces = changes.iter().filter(|(_, other, _)| *other == kind).map(|(since, ..)| since);
            if !sinces.by_ref().is_sorted_by(|a, b| a < b) {
                return Err(reader.error(
                    value.span(),
                    format!("the patterns of `{label}` stand in the order of their `since`"),
                ));
            }
        }
        _ => return Err(reader.error(value.span(), format!("`{label}` is a pattern, or {FORM}"))),
    }
    Ok(())
}

const FORM: &str = "`{ pattern = \"…\", since = \"<revision>\" }`";

fn stage(reader: Reader<'_>, kind: NameKind, value: &Value<'_>, label: &str, is_first: bool, changes: &mut Vec<Change>) -> Result<()> {
    let keys: &[&str] = if is_first {
        &["pattern", "since", "before"]
    } else {
        &["pattern", "since"]
    };
    let section = Section::new(reader, label, reader.table(value, label)?.clone(), keys)?;
    let required = |key: &str| {
        let missing = || reader.error(value.span(), format!("`{label}` has no `{key}`; it is {FORM}"));
        section.get(key).ok_or_else(missing)
    };
    if let Some(before) = section.get("before") {
        changes.push((None, kind, pattern(reader, kind, before, &section.name("before"))?));
    }
    let now = pattern(reader, kind, required("pattern")?, &section.name("pattern"))?;
    let since = reader.string(required("since")?, &section.name("since"))?;
    changes.push((Some(since), kind, now));
    Ok(())
}

fn pattern(reader: Reader<'_>, kind: NameKind, value: &Value<'_>, label: &str) -> Result<String> {
    let text = reader.string(value, label)?;
    let fields: &[&str] = match kind {
        NameKind::ForeignKey => &["table", "columns", "referred"],
        _ => &["table", "columns"],
    };
    let mut rest = text.as_str();
    while let Some(open) = rest.find(['{', '}']) {
        let field = rest[open..].strip_prefix('{').and_then(|field| field.split_once('}'));
        match field {
            Some((field, after)) if fields.contains(&field) => rest = after,
            _ => {
                let fields: Vec<String> = fields.iter().map(|field| format!("{{{field}}}")).collect();
                let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
                return Err(reader.error(
                    value.span(),
                    format!("`{label}` takes {}, not `{}`", listed(&fields), &rest[open..]),
                ));
            }
        }
    }
    Ok(text)
}

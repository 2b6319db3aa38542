//! Histories as text, and what the checker says of them.

use crate::random::Random;
use crate::recast::Recast;
use crate::sheet::Sheet;
use crate::statement::Writer;
use crate::valid::is_valid;
use crate::{bound, fork, rust};
use mina_core::check::Replayed;
use mina_core::config::Config;
use mina_core::diagnostic::{Code, Diagnostic, Rule};
use mina_core::engine::Target;
use mina_core::history::{History, Revision, checksum};
use mina_core::operation::Operation;
use mina_core::record::{Encoded, Record, Rendered};
use mina_core::schema::Schema;
use mina_core::sql;
use mina_core::syntax::{parse, source};
use mina_runtime::{Created, Migration, Migrations};
use std::collections::BTreeMap;
use std::fmt;

/// One revision, as it was drawn.
#[derive(Clone, Debug)]
pub struct Draft {
    pub kinds: Vec<&'static str>,
    pub up: Vec<String>,
    pub down: Down,
    /// Its last statement, where nobody derives how that is taken back.
    pub recast: Option<Recast>,
    pub limb: Limb,
    /// Of which database it is; none for the first.
    pub bind: Option<&'static str>,
}

/// Where in its history's graph a revision stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limb {
    /// On the last one of the trunk.
    Trunk,
    /// On the last one of a branch, or the first of it.
    Left,
    Right {
        /// Whether the first one depends on the first of the other branch.
        needs: bool,
    },
    /// On both branches, and the trunk from then on.
    Merge,
}

/// The only engine of a history.
pub fn target(config: &Config) -> Target {
    let engines = config.bind(None).map_or(&[][..], |database| &database.engines);
    engines.first().copied().unwrap_or(Target::SQLITE)
}

#[derive(Clone, Debug)]
pub enum Down {
    Auto,
    /// What the checker says to write where there is no downgrade.
    Said,
}

pub fn id(at: usize) -> String {
    format!("{}", 20_250_101 + at)
}

/// What was said of statements.
#[derive(Default)]
pub struct Said {
    pub tried: usize,
    pub accepted: usize,
    pub refused: BTreeMap<String, usize>,
    pub kinds: BTreeMap<&'static str, (usize, usize)>,
    /// Those that are plainly valid.
    pub valid: usize,
    /// Those of them that were refused, and one of each kind.
    pub alarms: BTreeMap<(String, &'static str), (usize, String)>,
}

impl Said {
    fn count(&mut self, kind: &'static str, refusal: Option<&Diagnostic>) {
        self.tried += 1;
        let (tried, accepted) = self.kinds.entry(kind).or_default();
        *tried += 1;
        match refusal {
            Some(first) => *self.refused.entry(word(first)).or_default() += 1,
            None => {
                *accepted += 1;
                self.accepted += 1;
            }
        }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} statements drawn, {} accepted; refused:", self.tried, self.accepted)?;
        let codes: Vec<String> = self.refused.iter().map(|(code, count)| format!("{code} {count}")).collect();
        writeln!(f, "  {}", codes.join(", "))?;
        let kinds = self.kinds.iter();
        let kinds: Vec<String> = kinds
            .map(|(kind, (tried, accepted))| format!("{kind} {accepted}/{tried}"))
            .collect();
        write!(f, "  {}", kinds.join(", "))?;
        let alarms: usize = self.alarms.values().map(|(count, _)| count).sum();
        write!(f, "\n{} of them are plainly valid, {alarms} of these refused", self.valid)?;
        for ((code, kind), (count, example)) in &self.alarms {
            write!(f, "\n  {count} times {code}, {kind}:\n{example}")?;
        }
        Ok(())
    }
}

pub fn revision(at: usize, text: &str) -> Revision {
    let mut blocks = source::scan(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let block = blocks.pop().unwrap_or_else(|| panic!("no block: {text}"));
    let parsed = parse::parse(&block.tokens);
    Revision {
        block: parsed.block,
        tokens: block.tokens,
        file: format!("versions/{}_step.rs", id(at)),
        location: block.location,
        syntax: parsed.diagnostics,
    }
}

pub fn errors(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).collect()
}

fn word(diagnostic: &Diagnostic) -> String {
    match diagnostic.rule {
        Rule::Error(code) => code.to_string(),
        Rule::Lint(lint, _) => lint.to_string(),
    }
}

/// A history that grows by a revision at a time.
pub struct Grown {
    pub texts: Vec<String>,
    pub revisions: Vec<Revision>,
    config: Config,
    history: History,
}

impl Grown {
    pub fn new(config: Config) -> Self {
        Self {
            texts: Vec::new(),
            revisions: Vec::new(),
            history: History::new(config.clone(), Vec::new()),
            config,
        }
    }

    pub fn push(&mut self, text: String) {
        self.revisions.push(revision(self.texts.len(), &text));
        self.texts.push(text);
        self.history = History::new(self.config.clone(), self.revisions.clone());
    }

    /// The schema after revision `at`, counted from one; empty for none.
    pub fn schema(&self, at: usize) -> Schema {
        match at {
            0 => Schema::default(),
            at => self.replayed(at - 1).up.end.clone(),
        }
    }

    pub fn says(&self, words: &str) -> bool {
        self.texts.iter().any(|text| text.contains(words))
    }

    pub fn replayed(&self, at: usize) -> &Replayed {
        &self.history.checked(at).engines[0]
    }

    /// What a next revision would be, and what is wrong with it.
    pub fn next(&self, text: &str) -> (Replayed, Vec<Diagnostic>) {
        let revision = revision(self.texts.len(), text);
        let (mut checked, diagnostics) = self.history.foreign(&revision, None);
        (checked.engines.remove(0), diagnostics)
    }

    /// The errors of all revisions.
    pub fn errors(&self) -> Vec<String> {
        let all = (0..self.revisions.len()).flat_map(|at| self.history.diagnostics(at));
        all.filter(Diagnostic::is_error).map(|diagnostic| diagnostic.to_string()).collect()
    }

    pub fn migrations(&self) -> Migrations {
        let all: Vec<Migration> = (0..self.revisions.len())
            .map(|at| migration(&self.revisions[at], self.replayed(at)))
            .collect();
        let created = [None, Some(bound::OTHER)].into_iter().flat_map(|bind| {
            let targets = self.history.targets(bind).iter();
            targets.map(move |&target| Created {
                bind,
                engine: target.engine(),
                creation: serde_json::to_string(&self.history.creation(bind, target)).unwrap().leak(),
            })
        });
        Migrations {
            creations: created.collect::<Vec<_>>().leak(),
            config: bound::DECLARED,
            ..collected(all)
        }
    }
}

pub fn collected(migrations: Vec<Migration>) -> Migrations {
    Migrations {
        migrations: migrations.leak(),
        creations: &[],
        config: "",
        directory: "",
    }
}

/// A migration as the macro writes it.
pub fn migration(revision: &Revision, replayed: &Replayed) -> Migration {
    let units = |trace| {
        let units = sql::render(trace, &revision.tokens, revision.block.transaction);
        serde_json::to_string(&units).unwrap()
    };
    let rendered = Rendered {
        engine: replayed.up.target.engine(),
        checksum: checksum(replayed),
        up: units(&replayed.up),
        down: replayed.down.as_ref().map_or_else(|| "[]".to_owned(), units),
    };
    let record = Record {
        id: &revision.block.revision.as_ref().unwrap().text,
        message: revision.block.message(),
        parents: revision.block.revises.iter().map(|id| &*id.text).collect(),
        depends_on: revision.block.depends_on.iter().map(|id| &*id.text).collect(),
        label: revision.block.label.as_ref().map(|label| &*label.text),
        bind: revision.block.bind.as_ref().map(|bind| &*bind.text),
        file: &revision.file,
        engines: vec![rendered],
        ..Record::default()
    };
    Migration {
        record: Encoded(record.encode().leak()),
        runs: rust::steps(revision, replayed.up.target.engine()),
        source: "",
    }
}

/// What the downgrade does, an operation a statement.
pub fn derived(replayed: &Replayed) -> Vec<Operation> {
    let steps = replayed
        .down
        .iter()
        .flat_map(|trace| &trace.steps)
        .flat_map(|step| &step.operations);
    steps.map(|resolved| resolved.operation.clone()).collect()
}

/// Draws a history: statements that the checker refuses are counted and left out.
pub fn draw(config: &Config, random: &mut Random, said: &mut Said) -> Vec<Draft> {
    let mut grown = Grown::new(config.clone());
    let engine = target(config).engine();
    let mut drafts: Vec<Draft> = Vec::new();
    let mut serial = 0;
    let shape: Vec<(Limb, Option<&str>)> = if random.percent(30) {
        fork::shape(random).into_iter().map(|limb| (limb, None)).collect()
    } else if random.percent(15) {
        bound::shape(random)
    } else {
        vec![(Limb::Trunk, None); random.within(2, 6)]
    };
    let is_alone = shape.iter().all(|(_, bind)| bind.is_none());
    for (at, (limb, bind)) in shape.into_iter().enumerate() {
        drafts.push(Draft {
            kinds: Vec::new(),
            up: Vec::new(),
            down: if random.percent(50) { Down::Auto } else { Down::Said },
            recast: None,
            limb,
            bind,
        });
        let text = |up: &[String]| Sheet::of(&drafts, at, up, None).write().text;
        let mut schema = match limb {
            Limb::Trunk if is_alone => grown.schema(at),
            _ => grown.next(&text(&[])).0.up.start,
        };
        let (mut kinds, mut statements) = (Vec::new(), Vec::new());
        for _ in 0..random.within(4, 14) {
            let mut writer = Writer {
                random,
                engine,
                schema: &schema,
                serial: &mut serial,
            };
            let Some((kind, statement)) = writer.statement() else { continue };
            let mut up: Vec<String> = statements.clone();
            up.push(statement);
            let (replayed, diagnostics) = grown.next(&text(&up));
            let errors = errors(&diagnostics);
            said.count(kind, errors.first().copied());
            let statement = &up[up.len() - 1];
            // What stands beside a branch is another matter.
            let valid = !matches!(limb, Limb::Left | Limb::Right { .. }) && is_valid(statement, &schema, engine, at % 2 == 1);
            said.valid += usize::from(valid);
            if let (Some(first), true) = (errors.first(), valid) {
                let alarm = said.alarms.entry((word(first), kind)).or_default();
                alarm.0 += 1;
                alarm.1 = format!("{statement}\n    {first}");
            }
            if let Some(first) = errors.first() {
                if std::env::var_os("MINA_SOUNDNESS_REFUSALS").is_some() {
                    println!("{}\n    {first}\n", up.last().unwrap());
                }
                assert!(
                    first.code().is_none_or(|code| code >= Code::M001),
                    "the writer wrote no statement: {}\n{first}",
                    up.last().unwrap()
                );
                continue;
            }
            schema = replayed.up.end.clone();
            kinds.push(kind);
            statements = up;
        }
        let mut writer = Writer {
            random,
            engine,
            schema: &schema,
            serial: &mut serial,
        };
        let recast = writer.recast().filter(|_| random.percent(25));
        (drafts[at].kinds, drafts[at].up) = (kinds, statements);
        if let Some(recast) = recast {
            let plain = drafts[at].clone();
            drafts[at].kinds.push("type by an expression");
            drafts[at].up.push(recast.up.clone());
            drafts[at].recast = Some(recast);
            let (_, diagnostics) = grown.next(&written(&grown, &drafts, at));
            let fits = errors(&diagnostics).is_empty();
            said.count("type by an expression", errors(&diagnostics).first().copied());
            if !fits {
                drafts[at] = plain;
            }
        }
        grown.push(written(&grown, &drafts, at));
    }
    drafts
}

/// A draft as it is accepted, with the statements that it has now; derived, but for what nobody derives.
fn written(below: &Grown, drafts: &[Draft], at: usize) -> String {
    let draft = &drafts[at];
    let own = draft.recast.as_ref().filter(|recast| draft.up.last() == Some(&recast.up));
    let down = own.map(|recast| {
        let before = Sheet::of(drafts, at, &draft.up[..draft.up.len() - 1], None).write().text;
        let mut lines = vec![recast.down.clone()];
        lines.extend(suggested(below, &before));
        lines
    });
    Sheet::of(drafts, at, &draft.up, down.as_deref()).write().text
}

/// The lines of a downgrade that the checker would have written.
fn suggested(below: &Grown, auto: &str) -> Vec<String> {
    let (_, diagnostics) = below.next(&auto.replace("downgrade = auto;\n", ""));
    let missing = diagnostics.iter().find(|diagnostic| diagnostic.code() == Some(Code::M301));
    let help = missing.into_iter().flat_map(|diagnostic| &diagnostic.help);
    let lines = help.skip_while(|line| *line != "downgrade {").skip(1);
    lines.take_while(|line| *line != "}").cloned().collect()
}

/// The history of drafts that is accepted, or what the checker says against it.
pub fn grow(drafts: &[Draft], config: Config) -> Result<Grown, String> {
    let mut grown = Grown::new(config);
    for (at, draft) in drafts.iter().enumerate() {
        let text = |down: Option<&[String]>| Sheet::of(drafts, at, &draft.up, down).write().text;
        let auto = written(&grown, drafts, at);
        let (_, diagnostics) = grown.next(&auto);
        if let Some(error) = errors(&diagnostics).first() {
            return Err(error.to_string());
        }
        let said = match &draft.down {
            Down::Said if auto.contains("downgrade = auto;") => text(Some(&suggested(&grown, &auto))),
            Down::Auto | Down::Said => auto,
        };
        let (_, diagnostics) = grown.next(&said);
        if let Some(error) = errors(&diagnostics).first() {
            // A name that is written does not follow its table when that is renamed afterwards.
            if draft.kinds.contains(&"rename_table") {
                grown.push(text(None));
                continue;
            }
            return Err(format!("printed: {error}\n{said}"));
        }
        grown.push(said);
    }
    match grown.errors().first() {
        Some(error) => Err(error.clone()),
        None => Ok(grown),
    }
}

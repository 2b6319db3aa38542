//! One migration of Diesel's as a revision that the checker accepts.

use super::folder::Folder;
use super::reader::pieces;
use super::script::{Ground, Scratch, Script, Unknown, commented, short};
use super::words::allow;
use crate::failure::Failure;
use crate::fresh::from_here;
use mina_core::check::{Checked, Subject, check};
use mina_core::diagnostic::{Code, Diagnostic, Lint, Rule};
use mina_core::history::Revision;
use mina_core::schema::Schema;
use mina_core::syntax::ast::{Downgrade, Statement};
use mina_core::syntax::draft::{Draft, DraftDowngrade};

/// A revision that can be written.
#[derive(Debug)]
pub struct Adopted {
    pub revision: Revision,
    pub text: String,
    /// The schema that it leaves.
    pub end: Schema,
    /// What to know of it.
    pub notes: Vec<String>,
}

/// What a migration is made of.
pub struct Making<'a> {
    pub folder: &'a Folder,
    /// Diesel's own first migration, where this one comes right after it.
    pub setup: Option<&'a Folder>,
    pub revises: Vec<String>,
    /// The file that it is written to, relative to the crate.
    pub file: &'a str,
    pub ground: Ground<'a>,
}

impl Making<'_> {
    /// Says a migration on the schema that is there before it.
    pub fn make(&self, start: &Schema, scratch: &mut dyn Scratch) -> Result<Adopted, Failure> {
        let mut notes = Vec::new();
        let up = self.up();
        let mut up = Script::read(&up, start, self.ground, scratch);
        if let Some(unknown) = &up.unknown {
            return Err(self.refused("up.sql", unknown));
        }
        notes.extend(
            up.kept
                .iter()
                .map(|kept| format!("{}: kept as SQL: {kept}", self.folder.shown("up.sql"))),
        );
        let draft = |up: &Script, downgrade: DraftDowngrade, after: &str| Draft {
            message: self.folder.message(),
            description: String::new(),
            revision: self.folder.version.clone(),
            revises: self.revises.clone(),
            transaction: (!self.folder.in_transaction).then_some(false),
            upgrade: up.text() + after,
            downgrade,
            ..Draft::default()
        };
        let way_out = || DraftDowngrade::Irreversible("there is no way back".to_owned());
        // The upgrade alone first: it has to be right whatever undoes it.
        let mut tried = self.check(draft(&up, way_out(), "").to_string(), start)?;
        if allow_all(&tried, |revision| &revision.block.upgrade.statements, &mut up) {
            tried = self.check(draft(&up, way_out(), "").to_string(), start)?;
        }
        if let Some(error) = tried.errors.first() {
            let statement = named(&up, &tried.revision.block.upgrade.statements, error);
            return Err(self.refused(
                "up.sql",
                &Unknown {
                    sql: statement.unwrap_or_default(),
                    why: error.message.clone(),
                },
            ));
        }
        let Some(end) = tried.checked.engines.first().map(|engine| engine.up.end.clone()) else {
            return Err(Failure::failed("no engine is in force"));
        };
        let (why, old) = match self.written(&end, scratch) {
            Ok(mut down) => {
                let with = |up: &Script, down: &Script| draft(up, DraftDowngrade::Statements(down.text()), "").to_string();
                let mut tried = self.check(with(&up, &down), start)?;
                let more = allow_all(&tried, downgrade_of, &mut down);
                if allow_all(&tried, |revision| &revision.block.upgrade.statements, &mut up) || more {
                    tried = self.check(with(&up, &down), start)?;
                }
                match tried.errors.first() {
                    None => {
                        notes.extend(
                            down.kept
                                .iter()
                                .map(|kept| format!("{}: kept as SQL: {kept}", self.folder.shown("down.sql"))),
                        );
                        return Ok(tried.adopted(end, notes));
                    }
                    Some(error) => (error.message.clone(), true),
                }
            }
            Err(why) => (why, self.folder.down.is_some()),
        };
        let mut kept = Vec::new();
        if old {
            kept.push(format!("down.sql did not lead back ({why}):"));
            let lines = self.folder.down.iter().flat_map(|down| down.lines());
            kept.extend(lines.filter(|line| !line.trim().is_empty()).map(|line| format!("    {line}")));
        }
        let comment = commented(&kept);
        let derived = self.derived(&draft(&up, way_out(), ""), start)?;
        // What is kept as SQL and changes the schema would be left behind.
        let derived = derived.filter(|text| up.kept.is_empty() || !text.lines().any(|line| line.trim_start().starts_with("//")));
        if let Some(downgrade) = derived {
            let text = format!("{comment}{downgrade}");
            let mut tried = self.check(draft(&up, DraftDowngrade::Statements(text), "").to_string(), start)?;
            if !tried.errors.is_empty() {
                tried = self.check(draft(&up, DraftDowngrade::Auto, &comment).to_string(), start)?;
            }
            if tried.errors.is_empty() {
                notes.push(match old {
                    true => format!(
                        "{}: does not lead back: {why}; the downgrade that does is written instead, the old one is in its comment",
                        self.folder.shown("down.sql")
                    ),
                    false => format!("{}: {why}, so the downgrade is derived", from_here(&self.folder.path)),
                });
                return Ok(tried.adopted(end, notes));
            }
        }
        let reason = format!("its down.sql did not lead back: {why}");
        let reason = if old { reason } else { why.clone() };
        let tried = self.check(draft(&up, DraftDowngrade::Irreversible(reason), &comment).to_string(), start)?;
        match tried.errors.first() {
            None => {
                notes.push(format!("{}: {why}; the revision is irreversible", self.folder.shown("down.sql")));
                Ok(tried.adopted(end, notes))
            }
            Some(error) => Err(self.refused(
                "up.sql",
                &Unknown {
                    sql: String::new(),
                    why: error.message.clone(),
                },
            )),
        }
    }

    /// The upgrade, with Diesel's own before it where there is that.
    fn up(&self) -> String {
        let setup = self.setup.map_or("", |setup| &setup.up);
        self.bare(setup) + &self.folder.up
    }

    /// Statements without the comments around them.
    fn bare(&self, sql: &str) -> String {
        let (pieces, _) = pieces(sql, self.ground.target.engine());
        pieces.iter().map(|piece| format!("{};\n", piece.sql)).collect()
    }

    /// The downgrade that is there; else why there is none.
    fn written(&self, end: &Schema, scratch: &mut dyn Scratch) -> Result<Script, String> {
        let Some(down) = &self.folder.down else {
            return Err("there is no down.sql".to_owned());
        };
        let setup = self.setup.and_then(|setup| setup.down.as_deref()).unwrap_or_default();
        let down = format!("{down}\n;\n{}", self.bare(setup));
        let script = Script::read(&down, end, self.ground, scratch);
        match &script.unknown {
            Some(unknown) => Err(format!("{}: {}", short(&unknown.sql), unknown.why)),
            None => Ok(script),
        }
    }

    /// The downgrade that the checker would write.
    fn derived(&self, draft: &Draft, start: &Schema) -> Result<Option<String>, Failure> {
        let mut revision = self.parsed(&draft.to_string())?;
        revision.block.downgrade = Downgrade::Missing;
        let checked = self.checked(&revision, start);
        let missing = checked.diagnostics.iter().find(|found| found.code() == Some(Code::M301));
        let Some(missing) = missing else { return Ok(None) };
        let lines = missing.help.iter().skip_while(|line| *line != "downgrade {").skip(1);
        let lines: Vec<&String> = lines.take_while(|line| *line != "}").collect();
        let lines = lines.iter().map(|line| match line.trim_start().strip_prefix("//") {
            // What stands after the reason is about `undo`, which is for derived downgrades.
            Some(_) => line.split(';').next().unwrap_or_default(),
            None => line,
        });
        Ok(Some(lines.map(|line| format!("{line}\n")).collect()))
    }

    fn parsed(&self, text: &str) -> Result<Revision, Failure> {
        let all = Revision::all_in(text, self.file).unwrap_or_default();
        let [revision] = <[Revision; 1]>::try_from(all).map_err(|_| {
            Failure::failed(format!("{} cannot be said in the language", self.folder.shown("up.sql"))).or("please report it, with the file")
        })?;
        Ok(revision)
    }

    fn checked(&self, revision: &Revision, start: &Schema) -> Checked {
        check(&Subject {
            block: &revision.block,
            tokens: &revision.tokens,
            file: self.file,
            config: self.ground.config,
            parents: &[(self.ground.target, start.clone())],
            released: None,
        })
    }

    fn check(&self, text: String, start: &Schema) -> Result<Tried, Failure> {
        let revision = self.parsed(&text)?;
        let checked = self.checked(&revision, start);
        let found = revision.syntax.iter().chain(&checked.diagnostics);
        let errors = found.filter(|found| found.is_error()).cloned().collect();
        Ok(Tried {
            text,
            revision,
            checked,
            errors,
        })
    }

    fn refused(&self, file: &str, unknown: &Unknown) -> Failure {
        let statement = match unknown.sql.is_empty() {
            true => String::new(),
            false => format!(" {}:", short(&unknown.sql)),
        };
        let failure = Failure::refused(format!("{}:{statement} {}", self.folder.shown(file), unknown.why));
        failure
            .or("say it in other words there: Diesel compares versions alone, so a file may be changed that has been applied")
            .or("nothing was written")
    }
}

/// A text, and what the checker has against it.
struct Tried {
    text: String,
    revision: Revision,
    checked: Checked,
    errors: Vec<Diagnostic>,
}

impl Tried {
    fn adopted(self, end: Schema, notes: Vec<String>) -> Adopted {
        Adopted {
            revision: self.revision,
            text: self.text,
            end,
            notes,
        }
    }
}

fn downgrade_of(revision: &Revision) -> &Vec<Statement> {
    match &revision.block.downgrade {
        Downgrade::Body(body) => &body.statements,
        _ => &revision.block.upgrade.statements,
    }
}

/// The lint that lets a finding be: what has been applied cannot be said otherwise any more.
fn lint_of(found: &Diagnostic) -> Option<Lint> {
    match found.rule {
        // What is released is not spoken of for how it was made.
        Rule::Lint(lint, _) if lint.is_of_safety() => None,
        Rule::Lint(lint, _) => Some(lint),
        Rule::Error(Code::M211 | Code::M212 | Code::M213 | Code::M307) => Some(Lint::MayFailOnRows),
        Rule::Error(_) => None,
    }
}

/// Allows the lints that statements of a script break; whether any is new.
fn allow_all(tried: &Tried, of: fn(&Revision) -> &Vec<Statement>, script: &mut Script) -> bool {
    let mut changed = false;
    let places = tried.checked.diagnostics.iter();
    let places: Vec<(usize, Lint)> = places
        .filter_map(|found| Some((place(of(&tried.revision), found)?, lint_of(found)?)))
        .collect();
    for (at, statement) in script.statements().enumerate() {
        for (_, lint) in places.iter().filter(|(place, _)| *place == at) {
            changed |= allow(statement, *lint);
        }
    }
    changed
}

fn place(statements: &[Statement], error: &Diagnostic) -> Option<usize> {
    statements
        .iter()
        .position(|statement| statement.span.start <= error.span.start && error.span.end <= statement.span.end)
}

/// The SQL of the statement that an error is at.
fn named(script: &Script, statements: &[Statement], error: &Diagnostic) -> Option<String> {
    let mut at = place(statements, error)?;
    for item in &script.items {
        if at < item.statements.len() {
            return Some(item.sql.clone());
        }
        at -= item.statements.len();
    }
    None
}

//! A file of SQL, said in the language statement by statement.

use super::reader::{Piece, Reader, Said, comments, pieces, words};
use super::rebuild::rebuilt;
use super::words::{body, execute};
use mina_core::config::Config;
use mina_core::diagnostic::Diagnostic;
use mina_core::engine::Target;
use mina_core::operation::{Context, replay};
use mina_core::schema::Schema;
use mina_core::syntax::ast::{Block, Statement, StatementKind};
use mina_core::syntax::{Tokens, print};

/// What a file is read for.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    pub target: Target,
    pub config: &'a Config,
}

/// A statement of the file, in the language.
#[derive(Debug)]
pub struct Item {
    pub comments: Vec<String>,
    pub statements: Vec<Statement>,
    /// The SQL that it was.
    pub sql: String,
}

/// A file in the language.
#[derive(Debug, Default)]
pub struct Script {
    pub items: Vec<Item>,
    /// The comments after the last statement.
    pub after: Vec<String>,
    /// The schema that it leaves.
    pub end: Schema,
    /// What is kept as SQL, and why.
    pub kept: Vec<String>,
    /// The first statement that nobody can say, and why.
    pub unknown: Option<Unknown>,
}

/// A statement that nobody can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    pub sql: String,
    pub why: String,
}

/// Finds out what a statement does to a schema by doing it.
pub trait Scratch {
    /// The statements that say what this SQL does after all that was done before.
    fn effect(&mut self, before: &Schema, sql: &str) -> Result<Vec<Statement>, String>;
}

impl Script {
    /// Reads a file on a schema.
    pub fn read(sql: &str, start: &Schema, ground: Ground<'_>, scratch: &mut dyn Scratch) -> Self {
        let mut script = Self {
            end: start.clone(),
            ..Self::default()
        };
        let (all, after) = pieces(sql, ground.target.engine());
        let mut waiting = Vec::new();
        let mut at = 0;
        while let Some(piece) = all.get(at) {
            let mut said = std::mem::take(&mut waiting);
            said.extend(comments(piece.before));
            if let Some(rebuilt) = rebuilt(&all[at..], &script.end, ground)
                && script.take(&rebuilt.statements, ground).is_ok()
            {
                let last = &all[at + rebuilt.pieces - 1];
                said.extend(all[at + 1..at + rebuilt.pieces].iter().flat_map(|piece| comments(piece.before)));
                script.items.push(Item {
                    comments: said,
                    statements: rebuilt.statements,
                    sql: last.sql.to_owned(),
                });
                at += rebuilt.pieces;
                continue;
            }
            at += 1;
            match script.statement(piece, ground, scratch) {
                Ok(Some(statements)) => script.items.push(Item {
                    comments: said,
                    statements,
                    sql: piece.sql.to_owned(),
                }),
                // The comments go to what is next.
                Ok(None) => waiting = said,
                Err(why) => {
                    script.unknown.get_or_insert(Unknown {
                        sql: piece.sql.to_owned(),
                        why,
                    });
                    return script;
                }
            }
        }
        script.after = waiting;
        script.after.extend(comments(after));
        script
    }

    fn statement(&mut self, piece: &Piece<'_>, ground: Ground<'_>, scratch: &mut dyn Scratch) -> Result<Option<Vec<Statement>>, String> {
        let start = self.end.clone();
        let mut tried = String::new();
        let (effect, why) = match Reader::new(ground.target, &start).read(piece.sql) {
            Said::Nothing => return Ok(None),
            Said::Statements(statements) => match self.take(&statements, ground) {
                Ok(()) => return Ok(Some(statements)),
                Err(error) => {
                    tried = error.message.clone();
                    (Some(statements), error.message)
                }
            },
            Said::Data => match self.take(&[execute(piece.sql, None)], ground) {
                Ok(()) => return Ok(Some(vec![execute(piece.sql, None)])),
                Err(error) => return Err(error.message),
            },
            Said::Kept { effect, why } => (Some(effect), why),
            Said::Unknown(why) => (None, why),
        };
        if let Some(effect) = effect {
            let kept = vec![execute(piece.sql, Some(effect))];
            match self.take(&kept, ground) {
                Ok(()) => {
                    self.kept.push(format!("{}: {why}", short(piece.sql)));
                    return Ok(Some(kept));
                }
                Err(error) => tried = error.message,
            }
        }
        match scratch.effect(&start, piece.sql) {
            Ok(effect) => {
                let kept = vec![execute(piece.sql, Some(effect))];
                self.take(&kept, ground).map_err(|error| error.message)?;
                self.kept.push(format!("{}: {why}", short(piece.sql)));
                Ok(Some(kept))
            }
            // What no history can say of a view it does not know.
            Err(_) if words(piece.sql, 4).iter().any(|word| word == "view") => {
                let kept = vec![execute(piece.sql, Some(Vec::new()))];
                self.take(&kept, ground).map_err(|error| error.message)?;
                let why = if tried.is_empty() { why } else { tried };
                self.kept.push(format!("{}: {why}", short(piece.sql)));
                Ok(Some(kept))
            }
            Err(said) if tried.is_empty() => Err(match said.is_empty() {
                true => why,
                false => format!("{why}; {said}"),
            }),
            Err(_) => Err(tried),
        }
    }

    /// Replays statements on what there is; one that is refused changes nothing.
    pub fn take(&mut self, statements: &[Statement], ground: Ground<'_>) -> Result<(), Box<Diagnostic>> {
        let cx = Context {
            target: ground.target,
            targets: &[ground.target],
            config: ground.config,
            block: &Block::default(),
            tokens: &Tokens::default(),
            file: "",
            downgrade: false,
        };
        let trace = replay(self.end.clone(), &body(statements.to_vec()), &cx);
        match trace.diagnostics.into_iter().find(Diagnostic::is_error) {
            Some(error) => Err(Box::new(error)),
            None => {
                self.end = trace.end;
                Ok(())
            }
        }
    }

    /// The statements with their comments, as they stand between the braces of an upgrade.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for item in &self.items {
            if !item.comments.is_empty() && !text.is_empty() {
                text.push('\n');
            }
            text += &commented(&item.comments);
            for statement in &item.statements {
                text += &printed(statement);
            }
        }
        text + &commented(&self.after)
    }

    /// All statements.
    pub fn statements(&mut self) -> impl Iterator<Item = &mut Statement> {
        self.items.iter_mut().flat_map(|item| &mut item.statements)
    }
}

/// Lines as comments of Rust.
pub fn commented(lines: &[String]) -> String {
    lines.iter().map(|line| format!("// {line}\n")).collect()
}

/// A statement in the form that `mina fmt` gives it.
pub fn printed(statement: &Statement) -> String {
    let block = Block {
        upgrade: body(vec![statement.clone()]),
        ..Block::default()
    };
    let text = print::print(&block);
    let inner = text.split_once("upgrade {\n").and_then(|(_, rest)| rest.rsplit_once("\n}"));
    let lines = inner.map_or("", |(inner, _)| inner).lines();
    let mut printed: String = lines
        .map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line)))
        .collect();
    if matches!(&statement.kind, StatementKind::Broken { .. }) {
        printed.clear();
    }
    printed
}

/// A statement as a message names it.
pub fn short(sql: &str) -> String {
    let line = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("`{}…`", line[..end].trim_end()),
        None => format!("`{line}`"),
    }
}

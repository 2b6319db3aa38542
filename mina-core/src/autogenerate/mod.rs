//! The migration that leads from what a history leaves to what is wanted, with its way back.

mod merge;
mod portable;
mod sides;

pub use sides::{Asked, alike, asked, between};

use crate::check::{Checked, Subject, check};
use crate::config::Config;
use crate::diagnostic::{Code, Diagnostic, Level, Lint, Rule};
use crate::diff::{self, Names, Renames};
use crate::engine::Target;
use crate::operation::{Context, Operation, Using};
use crate::schema::Schema;
use crate::syntax::ast::{Block, Body, ColumnChanges, Downgrade, LintRef, Statement, StatementKind};
use crate::syntax::{Span, Tokens, parse_str, print};
use std::collections::HashSet;

/// What is there and what is wanted, on one engine.
#[derive(Clone, Debug)]
pub struct Side {
    /// The engine.
    pub target: Target,
    /// What is there.
    pub have: Schema,
    /// What is wanted.
    pub want: Schema,
}

/// Two schemas on each engine in force, and the head of the migration between them.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// mina.toml.
    pub config: &'a Config,
    /// One an engine.
    pub sides: &'a [Side],
    /// Which of the new names stand for old ones.
    pub renames: &'a Renames,
    /// The head of the block: its id says which naming convention is in force.
    pub head: &'a Block,
}

/// A migration that nobody wrote.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The block: statements up and down, with what they need to be allowed.
    pub block: Block,
    /// What a person should look at before it is applied, a sentence each.
    pub review: Vec<String>,
    /// What could not be said or would be refused, a sentence each; with any of it the migration is none.
    pub left: Vec<String>,
}

impl Draft {
    /// The statements of the upgrade, laid out as in a migration; each may be of several lines.
    pub fn upgrade(&self) -> Vec<String> {
        self.block.upgrade.statements.iter().map(laid_out).collect()
    }

    /// What else can be done about what the upgrade drops and does not make again, as a person reads it; none where it drops nothing.
    pub fn instead(&self) -> Option<&'static str> {
        let statements = self.upgrade();
        let about = |verb: &str| {
            let words = |text: &String| {
                let (kind, rest) = text.strip_prefix(verb)?.split_once(' ')?;
                let name = rest.split([' ', ';', '(']).next().unwrap_or_default();
                (kind != "constraint" && kind != "index").then(|| (kind.to_owned(), name.to_owned()))
            };
            statements.iter().filter_map(words).collect::<HashSet<_>>()
        };
        let drops = !about("drop_").is_subset(&about("create_"));
        drops.then_some("what it drops stays where the models say it, too")
    }

    /// Those of the downgrade.
    pub fn downgrade(&self) -> Vec<String> {
        match &self.block.downgrade {
            Downgrade::Body(body) => body.statements.iter().map(laid_out).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether it is about comments alone.
    pub fn is_comments(&self) -> bool {
        self.left.is_empty() && self.block.upgrade.statements.iter().all(is_comment)
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.block.upgrade.statements.is_empty() && self.left.is_empty()
    }
}

/// Writes the migration, and has the checker look at it.
pub fn draft(request: &Request<'_>) -> Draft {
    let targets: Vec<Target> = request.sides.iter().map(|side| side.target).collect();
    let tokens = Tokens::default();
    let mut left = Vec::new();
    let (mut ups, mut downs) = (Vec::new(), Vec::new());
    let back = request.renames.reversed();
    for side in request.sides {
        let context = Context {
            target: side.target,
            targets: &targets,
            config: request.config,
            block: request.head,
            tokens: &tokens,
            file: "",
            downgrade: false,
        };
        let up = diff::plan(&diff::Wish {
            have: &side.have,
            want: &side.want,
            renames: request.renames,
            names: Names::Given,
            context,
        });
        let down = diff::plan(&diff::Wish {
            have: &up.end,
            want: &side.have,
            renames: &back,
            names: Names::Exact,
            context: Context {
                downgrade: true,
                ..context
            },
        });
        let engine = side.target.engine();
        for words in up.left.into_iter().chain(down.left) {
            add(&mut left, words);
        }
        ups.push((engine, portable::all(up.statements, engine)));
        downs.push((engine, portable::all(down.statements, engine)));
    }
    let body = |lists| Body {
        statements: merge::merge(lists),
        span: Span::default(),
    };
    let block = Block {
        upgrade: body(ups),
        downgrade: Downgrade::Body(body(downs)),
        ..request.head.clone()
    };
    let draft = Draft {
        block,
        review: Vec::new(),
        left,
    };
    match draft.block.upgrade.statements.is_empty() || !draft.left.is_empty() {
        true => draft,
        false => {
            let parents: Vec<(Target, Schema)> = request.sides.iter().map(|side| (side.target, side.have.clone())).collect();
            settled(draft, request.config, &parents)
        }
    }
}

/// A statement as `mina fmt` lays it out.
fn laid_out(statement: &Statement) -> String {
    let block = Block {
        upgrade: Body {
            statements: vec![statement.clone()],
            span: Span::default(),
        },
        ..Block::default()
    };
    let text = print::print(&block);
    let inside = text.split_once("upgrade {\n").and_then(|(_, rest)| rest.rsplit_once("\n}"));
    let lines = inside.map_or("", |(inside, _)| inside).lines();
    let lines: Vec<&str> = lines.map(|line| line.strip_prefix("    ").unwrap_or(line)).collect();
    lines.join("\n")
}

fn is_comment(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::BatchAlter { statements, .. } => statements.iter().all(is_comment),
        StatementKind::CommentOn { .. } => true,
        StatementKind::AlterColumn { changes, .. } => {
            let others = ColumnChanges {
                comment: None,
                ..changes.clone()
            };
            changes.comment.is_some() && others == ColumnChanges::default()
        }
        _ => false,
    }
}

fn add(all: &mut Vec<String>, words: String) {
    if !all.contains(&words) {
        all.push(words);
    }
}

/// Allows what rows may break, since the runner counts them, and says so.
pub(crate) fn settled(mut draft: Draft, config: &Config, parents: &[(Target, Schema)]) -> Draft {
    loop {
        let text = print::print(&draft.block);
        let Ok((parsed, tokens)) = parse_str(&text) else {
            draft.left.push("what was written cannot be read again".to_owned());
            return draft;
        };
        draft
            .left
            .extend(parsed.diagnostics.iter().map(|diagnostic| diagnostic.message.clone()));
        draft.block = parsed.block;
        let checked = check(&Subject {
            block: &draft.block,
            tokens: &tokens,
            file: "",
            config,
            parents,
            released: None,
        });
        let allowed = allow(&mut draft.block, &checked.diagnostics);
        if allowed && draft.left.is_empty() {
            continue;
        }
        let errors = checked.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
        draft.left.extend(errors.map(|diagnostic| diagnostic.message.clone()));
        draft.review = review(&draft.block, &checked);
        return draft;
    }
}

/// Whether some statement was given an `#[allow(…)]` that it lacked.
fn allow(block: &mut Block, diagnostics: &[Diagnostic]) -> bool {
    let mut any = false;
    for diagnostic in diagnostics {
        let lint = match diagnostic.rule {
            Rule::Error(Code::M211 | Code::M213) => Lint::MayFailOnRows,
            Rule::Lint(lint, Level::Deny) => lint,
            _ => continue,
        };
        let down = match &mut block.downgrade {
            Downgrade::Body(body) => Some(body),
            _ => None,
        };
        let statements = block.upgrade.statements.iter_mut();
        let statements = statements.chain(down.into_iter().flat_map(|body| &mut body.statements));
        any |= statements.into_iter().any(|statement| allow_in(statement, diagnostic.span, lint));
    }
    any
}

fn allow_in(statement: &mut Statement, span: Span, lint: Lint) -> bool {
    if span.start < statement.span.start || span.end > statement.span.end {
        return false;
    }
    if let StatementKind::BatchAlter { statements, .. } = &mut statement.kind
        && statements.iter_mut().any(|inner| allow_in(inner, span, lint))
    {
        return true;
    }
    let new = !statement.allow.iter().any(|allow| allow.lint == lint);
    if new {
        statement.allow.push(LintRef {
            lint,
            reason: None,
            span: Span::default(),
        });
    }
    new
}

/// What deserves a look: values that are cast, filled in or lost, and rows that may break what is asked of them.
fn review(block: &Block, checked: &Checked) -> Vec<String> {
    let mut all = Vec::new();
    let down = match &block.downgrade {
        Downgrade::Body(body) => &body.statements[..],
        _ => &[],
    };
    for (statements, what) in [(&block.upgrade.statements[..], "upgrade"), (down, "downgrade")] {
        for statement in statements {
            if let StatementKind::Update { table, set, .. } = &statement.kind {
                let words = format!(
                    "{what}: the rows of `{}` that are there get `{}`: write the value that is right for them",
                    table.object(),
                    set.text
                );
                add(&mut all, words);
            }
        }
    }
    for replayed in &checked.engines {
        let down = replayed.down.iter().flat_map(|trace| &trace.steps);
        let up = replayed.up.steps.iter();
        for (step, what) in up.map(|step| (step, "upgrade")).chain(down.map(|step| (step, "downgrade"))) {
            for resolved in &step.operations {
                if let Operation::AlterColumn {
                    table,
                    before,
                    after,
                    using: Using::Cast,
                } = &resolved.operation
                {
                    let words = format!(
                        "{what}: `{table}.{}` is cast from `{}` to `{}`, and fails on rows that do not cast",
                        before.name, before.ty, after.ty
                    );
                    add(&mut all, words);
                }
                if resolved.allow.contains(&Lint::MayFailOnRows) {
                    add(
                        &mut all,
                        format!(
                            "{what}: rows may break {}: they are counted first, and with any it is refused",
                            crate::check::said(&resolved.operation)
                        ),
                    );
                }
            }
        }
    }
    for replayed in &checked.engines {
        let resolved = replayed.up.steps.iter().flat_map(|step| &step.operations);
        for lost in resolved.filter_map(|resolved| lost(&resolved.operation, &replayed.up.start)) {
            add(&mut all, format!("upgrade: {lost} are lost"));
        }
    }
    let lossy = checked.diagnostics.iter();
    let lossy = lossy.filter(|diagnostic| matches!(diagnostic.rule, Rule::Lint(Lint::LossyDowngrade, _)));
    for diagnostic in lossy {
        let (what, _) = diagnostic
            .message
            .split_once(", and the downgrade")
            .unwrap_or((&diagnostic.message, ""));
        add(&mut all, format!("upgrade: {what}"));
    }
    all
}

/// What goes with a table or column that was there.
fn lost(operation: &Operation, start: &Schema) -> Option<String> {
    match operation {
        Operation::DropTable(table) => start.table(&table.name).map(|table| format!("the rows of `{}`", table.name)),
        Operation::DropColumn { table, column, .. } if column.generated.is_none() => {
            let was = start.table(table).and_then(|table| table.column(&column.name));
            was.map(|column| format!("the values of `{table}.{}`", column.name))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;

//! A body of statements, replayed on a schema.

use super::Operation;
use crate::config::Config;
use crate::diagnostic::{Code, Diagnostic, Level, Lint, Rule};
use crate::engine::{Engine, Target};
use crate::history::{Resolved, Step, Trace};
use crate::schema::naming::Naming;
use crate::schema::{Origin, Place, Schema};
use crate::syntax::ast::{self, Statement, StatementKind, TableRef};
use crate::syntax::{Span, Tokens};
use std::sync::Arc;

/// What a statement needs to know of the block it stands in.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The engine to replay for.
    pub target: Target,
    /// All engines in force for the block, for what must hold on each (names, `execute { … }`).
    pub targets: &'a [Target],
    /// mina.toml.
    pub config: &'a Config,
    /// The block, for its id, its lints and its engines.
    pub block: &'a ast::Block,
    /// The block's tokens, for the lines that objects came from.
    pub tokens: &'a Tokens,
    /// The block's file, relative to its crate; empty where unknown.
    pub file: &'a str,
    /// Whether the body is the downgrade.
    pub downgrade: bool,
}

/// Replays a body on the schema before it: each statement is resolved, reported or applied.
///
/// What a refused statement touches is tainted; nothing more is said about it.
pub fn replay(start: Schema, body: &ast::Body, cx: &Context<'_>) -> Trace {
    let mut replay = Replay::new(start.clone(), body, cx, true);
    let steps = body.statements.iter().enumerate();
    let steps = steps.filter_map(|(index, statement)| replay.step(index, statement)).collect();
    Trace {
        target: cx.target,
        start,
        steps,
        end: replay.schema,
        diagnostics: replay.diagnostics,
    }
}

/// The schema that a body leaves, and what is wrong with it: what each statement did is not kept, so that the schema is
/// changed in place.
pub fn replay_end(start: Schema, body: &ast::Body, cx: &Context<'_>) -> (Schema, Vec<Diagnostic>) {
    let mut replay = Replay::new(start, body, cx, false);
    for (index, statement) in body.statements.iter().enumerate() {
        replay.step(index, statement);
    }
    (replay.schema, replay.diagnostics)
}

/// A statement that was refused; what is wrong has been said, or was said about an earlier one.
#[derive(Debug)]
pub(super) struct Refused;

pub(super) type Resolution<T = ()> = Result<T, Refused>;

/// The statements replayed so far, and what they made of the schema.
pub(super) struct Replay<'a> {
    pub(super) cx: &'a Context<'a>,
    pub(super) body: &'a ast::Body,
    pub(super) schema: Schema,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The statements of the `batch_alter` around the one at hand.
    pub(super) batch: &'a [Statement],
    /// Whether the statement at hand is declared by an `effect`, its SQL or Rust being what does it.
    pub(super) in_effect: bool,
    /// Whether it is asked what each statement did.
    keeps: bool,
    /// Whether the statement at hand says `online = true`.
    online: bool,
    resolved: Vec<Resolved>,
    gone: Vec<(String, String, Span)>,
    allow: Vec<Lint>,
    span: Span,
    refused: bool,
}

impl<'a> Replay<'a> {
    fn new(schema: Schema, body: &'a ast::Body, cx: &'a Context<'a>, keeps: bool) -> Self {
        Self {
            cx,
            body,
            schema,
            diagnostics: Vec::new(),
            batch: &[],
            in_effect: false,
            keeps,
            online: false,
            resolved: Vec::new(),
            gone: Vec::new(),
            allow: Vec::new(),
            span: Span::default(),
            refused: false,
        }
    }

    fn step(&mut self, index: usize, statement: &'a Statement) -> Option<Step> {
        if !self.is_for(statement) {
            return None;
        }
        let before = self.now();
        let batch = match &statement.kind {
            StatementKind::BatchAlter { table, statements } => {
                self.allow = statement.allow.iter().map(|allow| allow.lint).collect();
                self.batch_alter(table, statements);
                self.allow.clear();
                Some(table.object())
            }
            _ => {
                self.resolve(statement);
                None
            }
        };
        let operations = std::mem::take(&mut self.resolved);
        let before = before.filter(|_| !operations.is_empty())?;
        Some(Step {
            operations,
            batch,
            span: statement.span,
            statement: index,
            before,
            after: self.schema.clone(),
        })
    }

    fn is_for(&self, statement: &Statement) -> bool {
        statement.on.is_empty() || statement.on.iter().any(|on| on.engine == self.engine())
    }

    fn batch_alter(&mut self, table: &'a TableRef, statements: &'a [Statement]) {
        if self.table(table).is_err() {
            self.schema.taint.add(&table.name.text);
        }
        self.batch = statements;
        for statement in statements.iter().filter(|statement| self.is_for(statement)).collect::<Vec<_>>() {
            self.resolve(statement);
        }
        self.batch = &[];
    }

    fn resolve(&mut self, statement: &'a Statement) {
        let done = self.resolved.len();
        let around = self.allow.len();
        self.allow.extend(statement.allow.iter().map(|allow| allow.lint));
        let outer = std::mem::replace(&mut self.span, statement.span);
        self.refused = false;
        self.online = self.engine() == Engine::Pg && says_online(&statement.kind);
        if self.dispatch(statement).is_err() || self.refused {
            self.resolved.truncate(done);
            self.taint(&statement.kind);
            self.refused = true;
        }
        self.online = false;
        self.span = outer;
        self.allow.truncate(around);
    }

    fn dispatch(&mut self, statement: &'a Statement) -> Resolution {
        use StatementKind as Kind;
        match &statement.kind {
            Kind::Broken { .. } => Err(Refused),
            Kind::CreateSchema { name } => self.create_schema(name, statement.keyword),
            Kind::DropSchema { name } => self.drop_schema(name),
            Kind::CreateTable(definition) => self.create_table(definition),
            Kind::DropTable { table } => self.drop_table(table),
            Kind::RenameTable { table, to } => self.rename_table(table, to),
            Kind::RenameConstraint { table, from, to } => self.rename_constraint(table, from, to),
            Kind::RenameIndex { table, from, to } => self.rename_index(table, from, to),
            Kind::BatchAlter { table, statements } => {
                self.batch_alter(table, statements);
                Ok(())
            }
            Kind::AddColumn { table, column } => self.add_column(table, column),
            Kind::AlterColumn { table, column, changes } => self.alter_column(table, column, changes),
            Kind::DropColumn { table, column } => self.drop_column(table, column),
            Kind::CreateConstraint { table, constraint } => self.create_constraint(table, constraint),
            Kind::DropConstraint { table, name } => self.drop_constraint(table, name),
            Kind::CreateIndex { table, index } => self.create_index(table, index),
            Kind::DropIndex { table, name, concurrently } => self.drop_index(table, name, *concurrently),
            Kind::CreateEnum { name, values } => self.create_enum(name, values),
            Kind::AlterEnum { name, change } => self.alter_enum(name, change),
            Kind::DropEnum { name } => self.drop_enum(name),
            Kind::CreateSequence { name, options } => self.create_sequence(name, options, statement.keyword),
            Kind::DropSequence { name } => self.drop_sequence(name),
            Kind::CommentOn { table, column, comment } => self.comment_on(table, column.as_ref(), comment.as_ref()),
            Kind::CreateView { name, body } => self.create_view(name, body),
            Kind::DropView { name } => self.drop_view(name),
            Kind::CreateTrigger { table, name, body } => self.create_trigger(table, name, body),
            Kind::DropTrigger { table, name } => self.drop_trigger(table, name),
            Kind::CreateFunction { name, arguments, body } => self.create_function(name, arguments, body, statement.keyword),
            Kind::DropFunction { name, arguments } => self.drop_function(name, arguments),
            Kind::CreateExtension { name } => self.create_extension(name, statement.keyword),
            Kind::DropExtension { name } => self.drop_extension(name),
            Kind::Execute { sql, effect, undo } => self.execute(sql, effect.as_ref(), undo, statement.keyword),
            Kind::Update { table, set, filter, undo } => self.update(table, set, filter.as_ref(), undo),
            Kind::Delete { table, filter, undo } => self.delete(table, filter.as_ref(), undo),
            Kind::BulkInsert(insert) => self.bulk_insert(insert),
            Kind::BulkDelete { table, by, keys } => self.bulk_delete(table, by, keys),
            Kind::Run { body, effect, undo, .. } => self.run(body, effect.as_ref(), undo, statement.keyword),
            Kind::Backfill {
                table,
                set,
                filter,
                pace,
                undo,
            } => self.backfill(table, set, filter.as_ref(), pace, undo),
        }
    }

    /// Resolves what an `effect` declares: the operations, applied to the schema.
    pub(super) fn effect(&mut self, body: Option<&'a ast::Body>) -> Resolution<Vec<Operation>> {
        let Some(body) = body else { return Ok(Vec::new()) };
        let outer = std::mem::take(&mut self.resolved);
        let allow = self.allow.clone();
        let span = self.span;
        self.in_effect = true;
        let mut refused = false;
        for statement in body
            .statements
            .iter()
            .filter(|statement| self.is_for(statement))
            .collect::<Vec<_>>()
        {
            match &statement.kind {
                StatementKind::BatchAlter { table, statements } => self.batch_alter(table, statements),
                _ => self.resolve(statement),
            }
            refused |= self.refused;
        }
        self.in_effect = false;
        self.span = span;
        self.allow = allow;
        let inner = std::mem::replace(&mut self.resolved, outer);
        match refused {
            true => Err(Refused),
            false => Ok(inner.into_iter().map(|resolved| resolved.operation).collect()),
        }
    }

    /// Takes an operation over and applies it; `word` is what a caret would stand under.
    pub(super) fn emit(&mut self, operation: Operation, word: Span) {
        let before = self.now();
        operation.apply(&mut self.schema);
        self.emit_applied(operation, word, before);
    }

    /// The schema before what is about to be emitted; none where nobody asks for it.
    pub(super) fn now(&self) -> Option<Schema> {
        (self.keeps || self.in_effect).then(|| self.schema.clone())
    }

    /// The same for one whose effect is in the schema already.
    pub(super) fn emit_applied(&mut self, operation: Operation, word: Span, before: Option<Schema>) {
        let Some(before) = before else { return };
        let mut allow = self.allow.clone();
        allow.extend(self.cx.block.allow.iter().map(|allow| allow.lint));
        self.resolved.push(Resolved {
            operation,
            span: self.span,
            word,
            allow,
            online: self.online,
            before,
            after: self.schema.clone(),
        });
    }

    /// Reports an error and refuses the statement.
    pub(super) fn refuse(&mut self, mut diagnostic: Diagnostic) -> Refused {
        if self.in_effect
            && let Rule::Error(code) = diagnostic.rule
            && (Code::M201..=Code::M218).contains(&code)
        {
            diagnostic.rule = Rule::Error(Code::M405);
            diagnostic.help.push("this is what the statement's `effect` declares".into());
        }
        self.diagnostics.push(diagnostic);
        self.refuse_silently()
    }

    /// Refuses the statement for what was reported before.
    pub(super) fn refuse_silently(&mut self) -> Refused {
        self.refused = true;
        Refused
    }

    /// An error, to be completed and refused.
    pub(super) fn error<T>(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        help: impl IntoIterator<Item = String>,
    ) -> Resolution<T> {
        let mut diagnostic = Diagnostic::error(code, span, message);
        diagnostic.help.extend(help);
        Err(self.refuse(diagnostic))
    }

    /// Reports a lint, unless it is allowed around the statement or in mina.toml.
    pub(super) fn lint(&mut self, lint: Lint, span: Span, message: String, help: impl IntoIterator<Item = String>) {
        let level = self.cx.config.level(lint);
        let allowed = self.allow.contains(&lint) || self.cx.block.allow.iter().any(|allow| allow.lint == lint);
        if level == Level::Allow || allowed {
            return;
        }
        let mut diagnostic = Diagnostic::lint(lint, level, span, message);
        diagnostic.help.extend(help);
        self.diagnostics.push(diagnostic);
    }

    /// The change changes nothing.
    pub(super) fn no_change(&mut self, word: Span, message: String) {
        self.lint(Lint::NoChange, word, message, ["take the statement out".to_owned()]);
    }

    pub(super) fn engine(&self) -> Engine {
        self.cx.target.engine()
    }

    pub(super) fn revision(&self) -> &'a str {
        self.cx.block.revision.as_ref().map_or("", |revision| &revision.text)
    }

    pub(super) fn naming(&self) -> &'a Naming {
        self.cx.config.naming_at(self.revision())
    }

    /// This block, at a place in it.
    pub(super) fn origin(&self, span: Span) -> Origin {
        Origin(Some(Arc::new(Place {
            revision: self.revision().to_owned(),
            file: self.cx.file.to_owned(),
            location: self.cx.tokens.location(span),
        })))
    }

    /// Notes what an earlier statement of this body took away, for what is said of statements that still name it.
    pub(super) fn goes(&mut self, name: impl ToString, how: String, span: Span) {
        self.gone.push((name.to_string(), how, span));
    }

    /// What took a name away earlier in this body.
    pub(super) fn gone(&self, name: &str) -> Option<(&str, Span)> {
        let found = self.gone.iter().rev().find(|(gone, ..)| gone == name);
        found.map(|(_, how, span)| (how.as_str(), *span))
    }

    /// Whether something about one of these names has been reported.
    pub(super) fn tainted(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.schema.taint.holds(word))
    }

    fn taint(&mut self, kind: &StatementKind) {
        super::lookup::words(kind, self.naming(), &mut |word| self.schema.taint.add(word));
    }
}

fn says_online(kind: &StatementKind) -> bool {
    match kind {
        StatementKind::CreateConstraint { constraint, .. } => constraint.online,
        StatementKind::AlterColumn { changes, .. } => changes.online,
        _ => false,
    }
}

//! A whole history at once: what is left of it is made as it is at the end, what holds rows goes its way.

mod survey;

use super::layout::Bind;
use super::{History, Resolved, Revision, Step, Trace};
use crate::engine::{Engine, Target};
use crate::operation::Operation;
use crate::schema::{Enum, ObjectName, Schema, Value};
use crate::sql::clause::Words;
use crate::sql::unit::{Action, Step as UnitStep};
use crate::sql::{Company, Creation, Dialect, Draft, Part, Refusal, dialect};
use std::borrow::Cow;
use survey::{Deed, Survey, select};

impl History {
    /// What makes an empty database what all revisions of a bind make it, one after the other; none where the bind is not
    /// there or its engine's SQL is not rendered.
    ///
    /// A table that no statement puts rows into is made as the last revision leaves it. One that gets rows goes through every
    /// change, in order and beside all that its rows depend on, so that each data step meets the schema it was written for.
    pub fn creation(&self, bind: Option<&str>, target: Target) -> Option<Creation> {
        let dialect = dialect(target.engine())?;
        let head = self.head(bind, target)?;
        let bind = self.layout().binds.iter().find(|other| other.name.as_deref() == bind)?;
        Some(match self.parts(bind, target, &head, dialect) {
            Ok(parts) => Creation::Parts(parts),
            Err(refusal) => Creation::Refused(refusal),
        })
    }

    /// The engines of a bind.
    pub fn targets(&self, bind: Option<&str>) -> &[Target] {
        let bind = self.layout().binds.iter().find(|other| other.name.as_deref() == bind);
        bind.map_or(&[], |bind| &bind.targets)
    }

    fn parts(&self, bind: &Bind, target: Target, head: &Schema, dialect: &dyn Dialect) -> Result<Vec<Part>, Refusal> {
        let mut making = Making {
            survey: Survey::new(dialect.engine(), !bind.graph.is_linear()),
            running: (!bind.graph.is_linear()).then(Schema::default),
            parts: Vec::new(),
            dialect,
            new_values: Vec::new(),
        };
        for &node in bind.graph.order() {
            let block = bind.blocks[node];
            let replayed = self.checked(block).engines.iter().find(|replayed| replayed.up.target == target);
            if let Some(replayed) = replayed {
                making.walk(&replayed.up, &self.revisions[block])?;
            }
        }
        let steps = made(dialect, head, !making.survey.has_begun, &|name| !making.survey.is_there(name));
        making.may_use(&steps)?;
        let mut parts = making.parts;
        parts.push(Part { revision: None, steps });
        parts.retain(|part| !part.steps.is_empty());
        Ok(parts)
    }
}

/// A creation, while the history is walked along.
struct Making<'a> {
    survey: Survey,
    /// The schema at this point of the walk, where it is not the one that each block starts from.
    running: Option<Schema>,
    parts: Vec<Part>,
    dialect: &'a dyn Dialect,
    /// The values, as literals, that this one transaction adds to enums and may not use, and where it adds them.
    new_values: Vec<(String, Refusal)>,
}

impl Making<'_> {
    fn walk(&mut self, trace: &Trace, revision: &Revision) -> Result<(), Refusal> {
        trace.steps.iter().try_for_each(|step| self.step(step, trace, revision))
    }

    fn step(&mut self, step: &Step, trace: &Trace, revision: &Revision) -> Result<(), Refusal> {
        let deed = self.survey.step(step).map_err(|(span, why)| revision.refusal(span, why))?;
        let before = self.running.clone().unwrap_or_else(|| step.before.clone());
        if let Some(running) = &mut self.running {
            step.operations.iter().for_each(|resolved| resolved.operation.apply(running));
        }
        if deed.begins || !deed.needed.is_empty() {
            self.make(&before, deed.begins, &deed.needed)?;
        }
        if revision.block.transaction == Some(false) && self.dialect.engine() != Engine::Mysql && has_effect(step) {
            return Err(revision.refusal(step.span, "its block is run in no transaction".to_owned()));
        }
        if deed.runs() {
            let values = changed_values(step, trace);
            let anew = values.and_then(|(old, new)| self.dialect.enum_anew(old, new, &self.there(&before)));
            let steps = match (anew, values) {
                (Some(statements), _) => statements.into_iter().map(sql).collect(),
                (None, Some((old, new))) => {
                    self.add_values(old, new, step, revision);
                    steps(self.dialect, (&self.survey, &deed), step, trace, revision)?
                }
                (None, None) => {
                    let steps = steps(self.dialect, (&self.survey, &deed), step, trace, revision)?;
                    self.may_use(&steps)?;
                    steps
                }
            };
            match self.parts.last_mut() {
                Some(part) if part.revision.as_deref() == Some(revision.id()) => part.steps.extend(steps),
                _ => self.parts.push(Part {
                    revision: Some(revision.id().to_owned()),
                    steps,
                }),
            }
        }
        if !deed.born.is_empty() {
            let after = self.running.clone().unwrap_or_else(|| step.after.clone());
            self.make(&after, false, &deed.born)?;
        }
        Ok(())
    }

    /// A schema without the views that are made later.
    fn there(&self, schema: &Schema) -> Schema {
        let mut there = schema.clone();
        let later = schema.views().keys().filter(|name| !self.survey.is_there(name));
        later.for_each(|name| drop(there.remove_view(name)));
        there
    }

    fn add_values(&mut self, old: &Enum, new: &Enum, step: &Step, revision: &Revision) {
        let values = new.values.iter().filter(|value| !old.values.contains(value));
        self.new_values.extend(values.map(|value| {
            let value = self.dialect.literal(&Value::String(value.clone()), None);
            let why = format!("PostgreSQL lets {value} be used only after the commit that adds it, and it is used further on");
            (value, revision.refusal(step.span, why))
        }));
    }

    fn may_use(&self, steps: &[UnitStep]) -> Result<(), Refusal> {
        let used = self
            .new_values
            .iter()
            .find(|(value, _)| steps.iter().any(|step| names(step, value)));
        used.map_or(Ok(()), |(_, refusal)| Err(refusal.clone()))
    }

    /// Makes some tables and views as a schema has them; `beside` also what stands beside them.
    fn make(&mut self, schema: &Schema, beside: bool, names: &[ObjectName]) -> Result<(), Refusal> {
        let steps = made(self.dialect, schema, beside, &|name| names.contains(name));
        self.may_use(&steps)?;
        if !steps.is_empty() {
            self.parts.push(Part { revision: None, steps });
        }
        Ok(())
    }
}

impl Revision {
    fn id(&self) -> &str {
        self.block.revision.as_ref().map_or("", |id| &id.text)
    }

    fn refusal(&self, span: crate::syntax::Span, why: String) -> Refusal {
        Refusal {
            revision: self.id().to_owned(),
            line: self.tokens.location(span).map_or(0, |location| location.line),
            why,
        }
    }
}

/// The steps of a statement, as the runner takes them in one transaction with keys on.
fn steps(
    dialect: &dyn Dialect,
    (survey, deed): (&Survey, &Deed),
    step: &Step,
    trace: &Trace,
    revision: &Revision,
) -> Result<Vec<UnitStep>, Refusal> {
    let refuse = |why: String| Err(revision.refusal(step.span, why));
    let line = |span| revision.tokens.location(span).map_or(0, |location| location.line);
    let together = in_transaction(step);
    let drafts = dialect.steps(&together, trace, &line);
    // Those of an enum are counted in all tables at once.
    let can_count = |action: &Action| match action {
        Action::Count { sql, .. } => {
            let mut words = Words::of(sql, dialect.engine());
            let tables = std::iter::from_fn(|| words.find("from").then(|| words.object()));
            tables.flatten().all(|table| survey.is_there(&table))
        }
        _ => true,
    };
    let mut steps = Vec::new();
    if dialect.engine() == Engine::Pg && has_function(step) {
        // Its body may name tables that are made after it.
        steps.push(sql("SET LOCAL check_function_bodies = off".to_owned()));
    }
    for (at, Draft { step, company, .. }) in drafts.into_iter().enumerate() {
        if !deed.keeps(at, &step.action) || !can_count(&step.action) {
            continue;
        }
        if company == Company::KeysOff && deed.is_referred_to {
            let table = deed.subjects.first().map_or_else(String::new, ObjectName::to_string);
            return refuse(format!(
                "`{table}` is made anew while rows refer to it, for which foreign keys have to be off"
            ));
        }
        if let Action::Backfill(backfill) = &step.action
            && [Some(&backfill.set), backfill.filter.as_ref()]
                .into_iter()
                .flatten()
                .any(|sql| select(sql))
        {
            return refuse("a batch of this `backfill` may read what the batch before it wrote".to_owned());
        }
        steps.push(step);
    }
    Ok(steps)
}

/// An enum of which a statement changes the values, where those that it adds can be used only after a commit.
fn changed_values<'s>(step: &'s Step, trace: &Trace) -> Option<(&'s Enum, &'s Enum)> {
    match &step.operations[..] {
        [
            Resolved {
                operation:
                    Operation::AlterEnum {
                        before,
                        after,
                        renamed: None,
                    },
                ..
            },
        ] if trace.target.engine() == Engine::Pg => Some((before, after)),
        _ => None,
    }
}

/// Whether a step names a value; Rust may read any from what it is linked with.
fn names(step: &UnitStep, value: &str) -> bool {
    match &step.action {
        Action::Sql(sql) => sql.contains(value),
        Action::Backfill(backfill) => {
            let texts = [Some(&backfill.set), backfill.filter.as_ref()];
            texts.into_iter().flatten().any(|sql| sql.contains(value))
        }
        Action::Run(_) => true,
        Action::Batch(_) | Action::Count { .. } | Action::Verify(_) | Action::Expect { .. } => false,
    }
}

/// The statement without what keeps it out of transactions: nobody else is there.
fn in_transaction(step: &Step) -> Cow<'_, Step> {
    let is_alone = |resolved: &Resolved| {
        let concurrently = matches!(
            resolved.operation,
            Operation::CreateIndex { concurrently: true, .. } | Operation::DropIndex { concurrently: true, .. }
        );
        resolved.online || concurrently
    };
    if !step.operations.iter().any(is_alone) {
        return Cow::Borrowed(step);
    }
    let mut step = step.clone();
    for resolved in &mut step.operations {
        resolved.online = false;
        if let Operation::CreateIndex { concurrently, .. } | Operation::DropIndex { concurrently, .. } = &mut resolved.operation {
            *concurrently = false;
        }
    }
    Cow::Owned(step)
}

fn has_effect(step: &Step) -> bool {
    step.operations.iter().any(|resolved| match &resolved.operation {
        Operation::Execute { effect, .. } | Operation::Run { effect, .. } => !effect.is_empty(),
        _ => false,
    })
}

fn has_function(step: &Step) -> bool {
    let mut operations = step.operations.iter();
    operations.any(|resolved| matches!(resolved.operation, Operation::CreateFunction(_)))
}

/// What makes the tables and views of a schema that are wanted, and what stands on them; `beside` also all that stands beside them.
fn made(dialect: &dyn Dialect, schema: &Schema, beside: bool, wanted: &dyn Fn(&ObjectName) -> bool) -> Vec<UnitStep> {
    dialect.made(schema, beside, wanted).into_iter().map(sql).collect()
}

fn sql(sql: String) -> UnitStep {
    UnitStep {
        line: 0,
        action: Action::Sql(sql),
    }
}

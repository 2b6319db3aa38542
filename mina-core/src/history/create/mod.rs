//! A whole history at once: what is left of it is made as it is at the end, what holds rows goes its way.

mod survey;

use super::layout::Bind;
use super::{History, Revision, Step, Trace};
use crate::engine::Target;
use crate::schema::{ObjectName, Schema};
use crate::sql::unit::{Action, Step as UnitStep};
use crate::sql::{Company, Creation, Dialect, Draft, Part, Refusal, dialect};
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
            survey: Survey::default(),
            running: (!bind.graph.is_linear()).then(Schema::default),
            parts: Vec::new(),
            dialect,
        };
        for &node in bind.graph.order() {
            let block = bind.blocks[node];
            let replayed = self.checked(block).engines.iter().find(|replayed| replayed.up.target == target);
            if let Some(replayed) = replayed {
                making.walk(&replayed.up, &self.revisions[block])?;
            }
        }
        let Making { survey, mut parts, .. } = making;
        parts.push(Part {
            revision: None,
            steps: made(dialect, head, &|name| !survey.is_there(name)),
        });
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
}

impl Making<'_> {
    fn walk(&mut self, trace: &Trace, revision: &Revision) -> Result<(), Refusal> {
        trace.steps.iter().try_for_each(|step| self.step(step, trace, revision))
    }

    fn step(&mut self, step: &Step, trace: &Trace, revision: &Revision) -> Result<(), Refusal> {
        let deed = self.survey.step(step).map_err(|(span, why)| revision.refusal(span, why))?;
        if let Some(running) = &mut self.running {
            step.operations.iter().for_each(|resolved| resolved.operation.apply(running));
        }
        if !deed.born.is_empty() {
            let schema = self.running.as_ref().unwrap_or(&step.after);
            self.parts.push(Part {
                revision: None,
                steps: made(self.dialect, schema, &|name| deed.born.contains(name)),
            });
        }
        if !deed.subjects.is_empty() {
            let steps = steps(self.dialect, &deed, step, trace, revision)?;
            match self.parts.last_mut() {
                Some(part) if part.revision.as_deref() == Some(revision.id()) => part.steps.extend(steps),
                _ => self.parts.push(Part {
                    revision: Some(revision.id().to_owned()),
                    steps,
                }),
            }
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
fn steps(dialect: &dyn Dialect, deed: &Deed, step: &Step, trace: &Trace, revision: &Revision) -> Result<Vec<UnitStep>, Refusal> {
    let refuse = |why: String| Err(revision.refusal(step.span, why));
    let line = |span| revision.tokens.location(span).map_or(0, |location| location.line);
    let drafts = dialect.steps(step, trace, &line);
    let mut steps = Vec::new();
    for (at, Draft { step, company, .. }) in drafts.into_iter().enumerate() {
        if !deed.keeps(at, &step.action) {
            continue;
        }
        if company == Company::KeysOff && deed.is_referred_to {
            let table = deed.subjects.first().map_or("", String::as_str);
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

/// What makes the objects of a schema that are wanted: tables, views, and what stands on them.
fn made(dialect: &dyn Dialect, schema: &Schema, wanted: &dyn Fn(&ObjectName) -> bool) -> Vec<UnitStep> {
    let step = |sql| UnitStep {
        line: 0,
        action: Action::Sql(sql),
    };
    dialect.made(schema, wanted).into_iter().map(step).collect()
}

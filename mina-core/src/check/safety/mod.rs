//! What a change does to those who use the database meanwhile: what it locks, looks at or writes anew, and what the released
//! code still uses. All of it is decided on the schema: nobody waits for a table that the same revision makes.

mod constraint;
mod held;
mod index;
mod key;
mod release;
mod rewrite;
mod volatile;

pub(crate) use constraint::{comes_along, says_not_null};
pub(crate) use rewrite::{Why, fills_rows, is_costly, retyped};

use crate::diagnostic::{Diagnostic, Level, Lint};
use crate::engine::{Engine, Product, Target};
use crate::history::{Resolved, Trace};
use crate::operation::Context;
use crate::schema::{ObjectName, Origin, Schema};
use crate::sql::postgres::is_online;
use std::collections::HashSet;

/// What `released` in mina.toml names: the revisions that the released code runs on, and the schema that they leave.
#[derive(Clone, Debug)]
pub struct Released {
    /// As mina.toml has them.
    pub name: String,
    /// The ids of these revisions and of all that they build on.
    pub revisions: HashSet<String>,
    /// What they leave on each engine.
    pub schemas: Vec<(Target, Schema)>,
}

/// What the lints of safety have against an upgrade on one engine, those that are `asked` for.
pub(crate) fn check(up: &Trace, cx: &Context<'_>, released: Option<&Released>, asked: &dyn Fn(Lint) -> bool) -> Vec<Diagnostic> {
    let id = cx.block.revision.as_ref().map_or("", |id| id.text.as_str());
    if released.is_some_and(|released| released.revisions.contains(id)) {
        return Vec::new();
    }
    let ground = Ground {
        up,
        cx,
        id,
        released,
        asked,
    };
    let mut found = Vec::new();
    for resolved in ground.operations() {
        if !is_online(resolved) {
            found.extend(index::check(&ground, resolved));
            found.extend(constraint::check(&ground, resolved));
        }
        found.extend(rewrite::check(&ground, resolved));
        found.extend(release::check(&ground, resolved));
        found.extend(key::check(&ground, resolved));
    }
    found.extend(held::check(&ground));
    found
}

/// An upgrade on one engine, and what is known of what is released.
struct Ground<'a> {
    up: &'a Trace,
    cx: &'a Context<'a>,
    id: &'a str,
    released: Option<&'a Released>,
    asked: &'a dyn Fn(Lint) -> bool,
}

impl<'a> Ground<'a> {
    fn operations(&self) -> impl Iterator<Item = &'a Resolved> + use<'a> {
        self.up.steps.iter().flat_map(|step| &step.operations)
    }

    fn engine(&self) -> Engine {
        self.up.target.engine()
    }

    /// The product, as a sentence names it.
    fn product(&self) -> &'static str {
        match self.up.target.product {
            Product::Sqlite => "SQLite",
            Product::Postgres => "PostgreSQL",
            Product::Mariadb => "MariaDB",
            Product::Mysql => "MySQL",
        }
    }

    /// Whether somebody may be using a table: this revision has not made it, and where mina.toml says what is released, a
    /// released one has.
    fn is_live(&self, table: &ObjectName, schema: &Schema) -> bool {
        schema.table(table).is_some_and(|table| self.is_older(&table.origin))
    }

    fn is_older(&self, origin: &Origin) -> bool {
        let Some(place) = &origin.0 else { return false };
        match self.released {
            Some(released) => released.revisions.contains(&place.revision),
            None => place.revision != self.id,
        }
    }

    /// A finding at an operation's word, unless it is not asked for, or allowed.
    fn say(&self, lint: Lint, resolved: &Resolved, message: impl FnOnce() -> String) -> Option<Diagnostic> {
        let level = self.cx.config.level(lint);
        let silent = level == Level::Allow || !(self.asked)(lint) || resolved.allow.contains(&lint);
        (!silent).then(|| Diagnostic::lint(lint, level, resolved.word, message()))
    }
}

/// `#[allow(…)]` with a reason, as help.
fn or_allow(lint: Lint, reason: &str) -> String {
    format!("or say why it does no harm: `#[allow({lint}, reason = \"{reason}\")]`")
}

/// Names in backticks, with commas between.
fn listed<'n>(names: impl IntoIterator<Item = &'n ObjectName>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    quoted.join(" and ")
}

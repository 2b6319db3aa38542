//! The small lists that stand in many statements.

use crate::schema::{Action, Deferral};
use crate::syntax::ast::{EngineRef, KeyOptions, LintRef};

/// One attribute for each reason that is given in a row.
pub(super) fn allows(lints: &[LintRef]) -> Vec<String> {
    let groups = lints.chunk_by(|one, next| one.reason == next.reason);
    let attribute = |group: &[LintRef]| {
        let mut words: Vec<String> = group.iter().map(|allowed| allowed.lint.name().to_owned()).collect();
        let reason = group.first().and_then(|allowed| allowed.reason.as_ref());
        words.extend(reason.map(|reason| format!("reason = {}", super::literal::string(reason))));
        format!("allow({})", words.join(", "))
    };
    groups.map(attribute).collect()
}

pub(super) fn on(engines: &[EngineRef]) -> String {
    let engines: Vec<&str> = engines.iter().map(|on| on.engine.name()).collect();
    format!("#[on({})]", engines.join(", "))
}

fn action(action: Action) -> &'static str {
    match action {
        Action::NoAction => "no_action",
        Action::Restrict => "restrict",
        Action::Cascade => "cascade",
        Action::SetNull => "set_null",
        Action::SetDefault => "set_default",
    }
}

pub(super) fn deferral(deferral: Deferral) -> Option<String> {
    match deferral {
        Deferral::No => None,
        Deferral::Deferrable => Some("deferrable = true".into()),
        Deferral::InitiallyDeferred => Some("deferrable = initially_deferred".into()),
    }
}

pub(super) fn key_options(options: &KeyOptions) -> Vec<String> {
    let mut written = Vec::new();
    for (key, value) in [("on_delete", options.on_delete), ("on_update", options.on_update)] {
        if value != Action::NoAction {
            written.push(format!("{key} = {}", action(value)));
        }
    }
    written.extend(deferral(options.deferral));
    if options.not_valid {
        written.push("validate = false".into());
    }
    written
}

/// ` { a = 1, b = 2 }`, or nothing.
pub(super) fn braces(options: &[String]) -> String {
    if options.is_empty() {
        String::new()
    } else {
        format!(" {{ {} }}", options.join(", "))
    }
}

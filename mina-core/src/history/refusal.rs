//! Why a target means nothing on a history and a database.

/// Why a target means nothing on this history and this database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum TargetError {
    /// Nothing was given, or nothing after `@`.
    #[error("the target is empty; give a revision, `head`, `base`, or steps such as `+1` and `-1`")]
    Empty,
    /// It is not of the grammar.
    #[error("`{target}` is no target: {reason}")]
    Malformed { target: String, reason: String },
    /// No id, prefix, label or alias is so.
    #[error("there is no revision, label or alias `{name}`{}", hint(.suggestion.as_deref(), *.empty))]
    Unknown {
        name: String,
        suggestion: Option<String>,
        /// The history has no revisions at all.
        empty: bool,
    },
    /// A revision that was made into another one, which does more than it did.
    #[error("`{revision}` is part of `{squash}` now, which it was squashed into; name `{squash}`, or what it revises")]
    Squashed { revision: String, squash: String },
    /// Several revisions begin so.
    #[error("`{prefix}` could be {}; give more of the id", listed(.candidates))]
    Ambiguous { prefix: String, candidates: Vec<String> },
    /// `head` where there are several.
    #[error("`{target}` means one revision, but {} are heads; {}", listed(.heads), heads_way_out(.heads))]
    SeveralHeads { target: String, heads: Vec<String> },
    /// A step up where several ways lead up.
    #[error("`{target}` is ambiguous: {} could be next after {}; name one of them", listed(.candidates), named(.from))]
    SeveralNext {
        target: String,
        /// None below the bases.
        from: Vec<String>,
        candidates: Vec<String>,
    },
    /// A step down where several revisions could go first.
    #[error("`{target}` is ambiguous: nothing applied builds on {}{}", listed(.candidates), down_way_out(target, .candidates, *.taken))]
    SeveralCurrent {
        target: String,
        candidates: Vec<String>,
        /// The steps that could be taken before.
        taken: u64,
    },
    /// A step below a merge.
    #[error("`{target}` is ambiguous: `{merge}` revises {}; name one of them", listed(.candidates))]
    SeveralParents {
        target: String,
        merge: String,
        candidates: Vec<String>,
    },
    /// More steps than there are revisions.
    #[error("`{target}` goes {} {}, but there {}", steps(*.asked), .direction.word(), only(*.there))]
    TooFar {
        target: String,
        asked: u64,
        there: u64,
        direction: Direction,
    },
    /// `upgrade -1`, `downgrade +1`, `upgrade base`.
    #[error("`{target}` leads {}; use `{} {target}`", .direction.word(), .direction.command())]
    WrongWay { target: String, direction: Direction },
    /// `upgrade` to a revision below the current one.
    #[error("`{revision}` is already applied, with {} above it; to go back to it, use `downgrade {revision}`", listed(.current))]
    AlreadyApplied { revision: String, current: Vec<String> },
    /// `downgrade` to a revision that is not applied.
    #[error("`{revision}` is not applied, so nothing can be taken back to it; {}", applied_hint(.current))]
    NotApplied { revision: String, current: Vec<String> },
    /// `branch@revision` where the revision is elsewhere.
    #[error("`{revision}` is not on the branch `{branch}`")]
    NotOnBranch { revision: String, branch: String },
    /// `downgrade label@-1` where nothing of the branch is applied.
    #[error("nothing on the branch `{branch}` is applied")]
    NothingApplied { branch: String },
    /// Several revisions where one is wanted.
    #[error("`{target}` means {}, where one revision is wanted", listed(.candidates))]
    Several { target: String, candidates: Vec<String> },
    /// No revision where one is wanted.
    #[error("`{target}` means no revision here")]
    Nothing { target: String },
    /// `a:b` of which neither leads to the other.
    #[error("`{to}` does not build on `{from}`, so there is no range from one to the other")]
    NoRange { from: String, to: String },
}

/// Up or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// `upgrade`
    Up,
    /// `downgrade`
    Down,
}

impl Direction {
    fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }

    fn command(self) -> &'static str {
        match self {
            Self::Up => "upgrade",
            Self::Down => "downgrade",
        }
    }
}

fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match &quoted[..] {
        [] => "nothing".into(),
        [one] => one.clone(),
        [many @ .., last] => format!("{} and {last}", many.join(", ")),
    }
}

fn named(from: &[String]) -> String {
    if from.is_empty() { "base".into() } else { listed(from) }
}

fn hint(suggestion: Option<&str>, empty: bool) -> String {
    match suggestion {
        Some(suggestion) => format!("; did you mean `{suggestion}`?"),
        None if empty => "; the history is empty".into(),
        None => "; `history` lists what there is".into(),
    }
}

fn heads_way_out(heads: &[String]) -> String {
    let head = heads.last().map_or("", |head| head);
    format!("use `heads` for all of them, name one (`{head}` or `label@head`), or merge them")
}

fn down_way_out(target: &str, candidates: &[String], taken: u64) -> String {
    let branch = candidates.last().map_or("", |candidate| candidate);
    match (taken, target.find('-')) {
        (0, Some(at)) => format!("; say which with `{branch}@{}`, or name the revision to go back to", &target[at..]),
        (0, None) => "; name the revision to go back to".into(),
        (taken, _) => format!(" after {}; name the revision to go back to", steps(taken)),
    }
}

fn steps(count: u64) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} step{plural}")
}

fn only(there: u64) -> String {
    match there {
        0 => "is none".into(),
        1 => "is only 1".into(),
        many => format!("are only {many}"),
    }
}

fn applied_hint(current: &[String]) -> String {
    match current {
        [] => "nothing is applied".into(),
        current => format!("the database is at {}", listed(current)),
    }
}

//! What a person types after `upgrade` and `downgrade`: `[branch@][symbol](+|-)N` and what it means on a database.

use super::graph::Graph;
use super::plan::Goal;
use super::refusal::{Direction, TargetError};
use super::set::Set;
use crate::diagnostic::did_you_mean;

/// The words that mean revisions by their place; no id, label or alias may be one of them.
pub const RESERVED: &[&str] = &["head", "heads", "base", "current"];

#[derive(Clone, Debug, PartialEq, Eq)]
struct Target {
    text: String,
    branch: Option<String>,
    symbol: Option<Symbol>,
    steps: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Symbol {
    Head,
    Heads,
    Base,
    Current,
    Name(String),
}

impl Target {
    fn parse(text: &str) -> Result<Self, TargetError> {
        let text = text.trim();
        let malformed = |reason: &str| TargetError::Malformed {
            target: text.to_owned(),
            reason: reason.to_owned(),
        };
        if text.is_empty() {
            return Err(TargetError::Empty);
        }
        if text.contains(':') {
            return Err(malformed("a range `from:to` is for `history` and `sql`"));
        }
        let (branch, rest) = match text.split_once('@') {
            Some(("", _)) => return Err(malformed("a branch goes before `@`")),
            Some((_, "")) => return Err(malformed("`head`, `base`, a revision or steps go after `@`")),
            Some((branch, rest)) => (Some(branch.to_owned()), rest),
            None => (None, text),
        };
        let (name, steps) = match rest.find(['+', '-']) {
            Some(at) => (&rest[..at], Some(&rest[at..])),
            None => (rest, None),
        };
        let steps = match steps {
            None => None,
            Some(steps) if steps[1..].is_empty() || !steps[1..].bytes().all(|byte| byte.is_ascii_digit()) => {
                return Err(malformed("one number of steps goes after `+` or `-`"));
            }
            Some(steps) => Some(steps.parse::<i64>().map_err(|_| malformed("that many steps cannot be"))?),
        };
        let word = |word: &str| word.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
        if !word(name) || !branch.as_deref().is_none_or(word) {
            return Err(malformed("ids, labels and aliases are letters, digits and `_`"));
        }
        let symbol = match name {
            "" => None,
            "head" => Some(Symbol::Head),
            "heads" => Some(Symbol::Heads),
            "base" => Some(Symbol::Base),
            "current" => Some(Symbol::Current),
            name => Some(Symbol::Name(name.to_owned())),
        };
        Ok(Self {
            text: text.to_owned(),
            branch,
            symbol,
            steps,
        })
    }
}

impl Graph {
    /// The revisions that should be applied after `upgrade TARGET`: those that are, and what the target builds on.
    ///
    /// # Errors
    ///
    /// Why the target means nothing here, or that it lies below what is applied.
    pub fn resolve_upgrade(&self, target: &str, applied: &Set) -> Result<Goal, TargetError> {
        let on = Resolver::new(self, target, applied)?;
        let wrong_way = || TargetError::WrongWay {
            target: on.target.text.clone(),
            direction: Direction::Down,
        };
        let reached = match (&on.target.symbol, on.target.steps) {
            (None | Some(Symbol::Current), Some(..0)) | (Some(Symbol::Base), None | Some(..=0)) => return Err(wrong_way()),
            (None | Some(Symbol::Current), Some(steps)) => on.steps_up(steps)?.into_iter().collect(),
            (None | Some(Symbol::Current), None) => self.heads_of(applied),
            (Some(_), _) => on.revisions()?,
        };
        let one_revision = matches!(on.target.symbol, Some(Symbol::Name(_))) || on.target.steps.is_some();
        if let ([revision], true) = (&reached[..], one_revision)
            && self.edges_up(*revision).any(|above| applied.contains(above))
            && applied.contains(*revision)
        {
            let above = self.with_descendants([*revision]).and(applied);
            return Err(TargetError::AlreadyApplied {
                revision: self.id(*revision).to_owned(),
                current: self.ids(self.heads_of(&above)),
            });
        }
        Ok(Goal(self.with_ancestors(reached).or(applied)))
    }

    /// The revisions that should still be applied after `downgrade TARGET`: those that are, without what stands
    /// above the target and what builds on that.
    ///
    /// # Errors
    ///
    /// Why the target means nothing here, or that it is not applied.
    pub fn resolve_downgrade(&self, target: &str, applied: &Set) -> Result<Goal, TargetError> {
        let on = Resolver::new(self, target, applied)?;
        let gone = match (&on.target.symbol, on.target.steps) {
            (None | Some(Symbol::Current), Some(1..)) => {
                return Err(TargetError::WrongWay {
                    target: on.target.text.clone(),
                    direction: Direction::Up,
                });
            }
            (None | Some(Symbol::Current), Some(steps)) => on.steps_down(steps)?,
            (None | Some(Symbol::Current), None) => self.none(),
            (Some(Symbol::Base), None | Some(0)) => match on.anchor {
                None => self.all(),
                Some(anchor) => self.with_descendants(self.branch(anchor).iter()),
            },
            (Some(_), _) => on.above(&on.revisions()?)?,
        };
        Ok(Goal(applied.without(&gone)))
    }

    /// The revisions that should be recorded as applied after `stamp TARGET`: nothing above it on its branch, all that
    /// it builds on, and other branches as they are.
    ///
    /// # Errors
    ///
    /// Why the target means nothing here.
    pub fn resolve_stamp(&self, target: &str, applied: &Set) -> Result<Goal, TargetError> {
        let on = Resolver::new(self, target, applied)?;
        match (&on.target.symbol, on.target.steps) {
            (None, Some(..0)) => return self.resolve_downgrade(target, applied),
            (None, Some(_)) | (Some(Symbol::Current), _) => return self.resolve_upgrade(target, applied),
            (Some(Symbol::Base), None | Some(0)) => return self.resolve_downgrade(target, applied),
            _ => {}
        }
        let reached = on.revisions()?;
        let below = self.with_ancestors(reached.iter().copied());
        let above = self.with_descendants(reached);
        Ok(Goal(applied.without(&above).or(&below)))
    }

    /// The revisions that a target names, for `show`, `history` and `revision --head`; `base` is none.
    ///
    /// # Errors
    ///
    /// Why the target means nothing here.
    pub fn resolve(&self, target: &str, applied: &Set) -> Result<Vec<usize>, TargetError> {
        let on = Resolver::new(self, target, applied)?;
        match (&on.target.symbol, on.target.steps) {
            (None | Some(Symbol::Current), Some(steps @ 0..)) => Ok(on.steps_up(steps)?.into_iter().collect()),
            (None | Some(Symbol::Current), Some(steps)) => Ok(self.heads_of(&applied.without(&on.steps_down(steps)?))),
            (None | Some(Symbol::Current), None) => Ok(self.heads_of(applied)),
            (Some(_), _) => on.revisions(),
        }
    }

    /// The one revision that a target names.
    ///
    /// # Errors
    ///
    /// Why the target means nothing here, or several revisions, or none.
    pub fn resolve_one(&self, target: &str, applied: &Set) -> Result<usize, TargetError> {
        match self.resolve(target, applied)?[..] {
            [one] => Ok(one),
            [] => Err(TargetError::Nothing { target: target.to_owned() }),
            ref several => Err(TargetError::Several {
                target: target.to_owned(),
                candidates: self.ids(several.iter().copied()),
            }),
        }
    }

    /// The revisions of a range `from:to`, `from:` or `:to`, both ends included, in the order of their ids; a single
    /// target is a range of itself.
    ///
    /// # Errors
    ///
    /// Why an end means nothing here, or that `to` does not build on `from`.
    pub fn resolve_range(&self, range: &str, applied: &Set) -> Result<Vec<usize>, TargetError> {
        let Some((from, to)) = range.split_once(':') else {
            return self.resolve(range, applied);
        };
        let below = match to.trim() {
            "" => self.all(),
            to => self.with_ancestors(self.resolve(to, applied)?),
        };
        let from = match from.trim() {
            "" => Vec::new(),
            from => self.resolve(from, applied)?,
        };
        if let Some(&lost) = from.iter().find(|&&from| !below.contains(from)) {
            return Err(TargetError::NoRange {
                from: self.id(lost).to_owned(),
                to: to.trim().to_owned(),
            });
        }
        let range = if from.is_empty() {
            below
        } else {
            below.and(&self.with_descendants(from))
        };
        Ok(range.iter().collect())
    }

    fn ids(&self, revisions: impl IntoIterator<Item = usize>) -> Vec<String> {
        revisions.into_iter().map(|i| self.id(i).to_owned()).collect()
    }
}

struct Resolver<'a> {
    graph: &'a Graph,
    applied: &'a Set,
    target: Target,
    anchor: Option<usize>,
    lineage: Set,
}

impl<'a> Resolver<'a> {
    fn new(graph: &'a Graph, target: &str, applied: &'a Set) -> Result<Self, TargetError> {
        let mut on = Self {
            graph,
            applied,
            target: Target::parse(target)?,
            anchor: None,
            lineage: graph.all(),
        };
        if let Some(branch) = &on.target.branch {
            let anchor = on.look_up(branch)?;
            on.lineage = graph.lineage(anchor);
            on.anchor = Some(anchor);
        }
        Ok(on)
    }

    fn text(&self) -> String {
        self.target.text.clone()
    }

    fn look_up(&self, name: &str) -> Result<usize, TargetError> {
        let graph = self.graph;
        if let Some(exact) = graph
            .find(name)
            .or_else(|| graph.find_label(name))
            .or_else(|| graph.find_alias(name))
        {
            return match self.lineage.contains(exact) {
                true => Ok(exact),
                false => Err(TargetError::NotOnBranch {
                    revision: name.to_owned(),
                    branch: self.target.branch.clone().unwrap_or_default(),
                }),
            };
        }
        let anywhere: Vec<usize> = graph.find_prefix(name).collect();
        let here: Vec<usize> = anywhere.iter().copied().filter(|&i| self.lineage.contains(i)).collect();
        match (&here[..], &anywhere[..]) {
            ([one], _) => Ok(*one),
            ([], []) => match graph.find_squash(name) {
                Some(squash) => Err(TargetError::Squashed {
                    revision: name.to_owned(),
                    squash: graph.id(squash).to_owned(),
                }),
                None => Err(self.unknown(name)),
            },
            ([], _) => Err(TargetError::NotOnBranch {
                revision: name.to_owned(),
                branch: self.target.branch.clone().unwrap_or_default(),
            }),
            (several, _) => Err(TargetError::Ambiguous {
                prefix: name.to_owned(),
                candidates: graph.ids(several.iter().copied()),
            }),
        }
    }

    fn unknown(&self, name: &str) -> TargetError {
        let named = self.graph.nodes().iter().flat_map(|node| {
            let names = [Some(&node.id), node.label.as_ref(), node.alias.as_ref()];
            names.into_iter().flatten().map(AsRef::as_ref)
        });
        TargetError::Unknown {
            name: name.to_owned(),
            suggestion: did_you_mean(name, RESERVED.iter().copied().chain(named)).map(str::to_owned),
            empty: self.graph.is_empty(),
        }
    }

    fn heads(&self) -> Vec<usize> {
        self.graph.heads().filter(|&head| self.lineage.contains(head)).collect()
    }

    /// The revisions that the symbol means, then so many steps along; `base` is none.
    fn revisions(&self) -> Result<Vec<usize>, TargetError> {
        let several_heads = |heads: &[usize]| TargetError::SeveralHeads {
            target: self.text(),
            heads: self.graph.ids(heads.iter().copied()),
        };
        let from = match &self.target.symbol {
            Some(Symbol::Head) => match self.heads() {
                heads if heads.len() > 1 => return Err(several_heads(&heads)),
                heads => heads,
            },
            Some(Symbol::Heads) => match (self.heads(), self.target.steps) {
                (heads, Some(_)) if heads.len() > 1 => return Err(several_heads(&heads)),
                (heads, _) => heads,
            },
            Some(Symbol::Name(name)) => vec![self.look_up(name)?],
            Some(Symbol::Base | Symbol::Current) | None => Vec::new(),
        };
        match self.target.steps {
            None | Some(0) => Ok(from),
            Some(steps @ 1..) => Ok(self.walk_up(from, steps)?.into_iter().collect()),
            Some(steps) => Ok(self.walk_down(from, -steps)?.into_iter().collect()),
        }
    }

    fn walk_up(&self, from: Vec<usize>, steps: i64) -> Result<Option<usize>, TargetError> {
        let mut at = from;
        for taken in 0..steps {
            let next = if at.is_empty() {
                self.graph.bases().filter(|&base| self.lineage.contains(base)).collect()
            } else {
                self.next(&at)
            };
            at = vec![self.one_next(&at, next, steps, taken)?];
        }
        Ok(at.first().copied())
    }

    fn walk_down(&self, from: Vec<usize>, steps: i64) -> Result<Option<usize>, TargetError> {
        let mut at = from.first().copied();
        for taken in 0..steps {
            let Some(revision) = at else {
                return Err(self.too_far(steps, taken, Direction::Down));
            };
            let all = self.graph.parents(revision);
            let mut parents: Vec<usize> = all.to_vec();
            if all.len() > 1 && self.target.branch.is_some() {
                parents.retain(|&parent| self.lineage.contains(parent));
            }
            at = match parents[..] {
                [] => None,
                [one] => Some(one),
                _ => {
                    return Err(TargetError::SeveralParents {
                        target: self.text(),
                        merge: self.graph.id(revision).to_owned(),
                        candidates: self.graph.ids(parents),
                    });
                }
            };
        }
        Ok(at)
    }

    fn next(&self, at: &[usize]) -> Vec<usize> {
        let above = at.iter().flat_map(|&i| self.graph.children(i).iter().copied());
        self.graph.set(above.filter(|&i| self.lineage.contains(i))).iter().collect()
    }

    fn one_next(&self, at: &[usize], next: Vec<usize>, steps: i64, taken: i64) -> Result<usize, TargetError> {
        match next[..] {
            [one] => Ok(one),
            [] => Err(self.too_far(steps, taken, Direction::Up)),
            _ => Err(TargetError::SeveralNext {
                target: self.text(),
                from: self.graph.ids(at.iter().copied()),
                candidates: self.graph.ids(next),
            }),
        }
    }

    fn too_far(&self, asked: i64, there: i64, direction: Direction) -> TargetError {
        TargetError::TooFar {
            target: self.text(),
            asked: asked.unsigned_abs(),
            there: there.unsigned_abs(),
            direction,
        }
    }

    /// So many steps above what is applied, or above what is applied of the branch.
    fn steps_up(&self, steps: i64) -> Result<Option<usize>, TargetError> {
        let here = self.applied.and(&self.lineage);
        let mut at: Vec<usize> = here
            .iter()
            .filter(|&i| !self.graph.children(i).iter().any(|&child| here.contains(child)))
            .collect();
        if self.anchor.is_none() {
            at = self.graph.heads_of(&here);
        }
        for taken in 0..steps {
            let mut next = if at.is_empty() {
                self.graph.bases().filter(|&base| self.lineage.contains(base)).collect()
            } else {
                self.next(&at)
            };
            next.retain(|&i| !self.applied.contains(i));
            at = vec![self.one_next(&at, next, steps, taken)?];
        }
        Ok(if steps == 0 { None } else { at.first().copied() })
    }

    /// What so many steps down take back, from what is applied or from what is applied of the branch.
    fn steps_down(&self, steps: i64) -> Result<Set, TargetError> {
        let branch = self.anchor.map(|anchor| self.graph.branch(anchor));
        let mut rest = self.applied.clone();
        let mut gone = self.graph.none();
        for taken in 0..-steps {
            let tips = match &branch {
                None => self.graph.heads_of(&rest),
                Some(branch) => {
                    let here = branch.and(&rest);
                    let tip = |&i: &usize| !self.graph.children(i).iter().any(|&child| here.contains(child));
                    here.iter().filter(tip).collect()
                }
            };
            let tip = match tips[..] {
                [tip] => tip,
                [] => match (taken, &self.target.branch) {
                    (0, Some(branch)) => return Err(TargetError::NothingApplied { branch: branch.clone() }),
                    _ => return Err(self.too_far(-steps, taken, Direction::Down)),
                },
                _ => {
                    return Err(TargetError::SeveralCurrent {
                        target: self.text(),
                        candidates: self.graph.ids(tips),
                        taken: taken.unsigned_abs(),
                    });
                }
            };
            gone.extend(&self.graph.with_descendants([tip]).and(&rest));
            rest = rest.without(&gone);
        }
        Ok(gone)
    }

    /// What stands above these on the branch, and what builds on that; nothing above none is everything.
    fn above(&self, revisions: &[usize]) -> Result<Set, TargetError> {
        if revisions.is_empty() {
            return Ok(self
                .graph
                .with_descendants(self.graph.bases().filter(|&base| self.lineage.contains(base))));
        }
        if let Some(&missing) = revisions.iter().find(|&&i| !self.applied.contains(i)) {
            return Err(TargetError::NotApplied {
                revision: self.graph.id(missing).to_owned(),
                current: self.graph.ids(self.graph.heads_of(self.applied)),
            });
        }
        let next = revisions.iter().flat_map(|&i| self.graph.edges_up(i));
        let above = self.graph.set(next.filter(|&i| self.anchor.is_none() || self.lineage.contains(i)));
        Ok(self.graph.with_descendants(above.iter()))
    }
}

//! Whether the downgrade leads back: each difference, put down to the statement that makes it.

use super::attribute::Attribute;
use super::identity::{Did, Key, Side, State, Touch, Walk};
use super::{restore_words, word};
use crate::diagnostic::{Code, Diagnostic, Lint, Rule};
use crate::diff::{self, Difference, Object};
use crate::history::Trace;
use crate::operation::Operation;
use crate::schema::Column;
use crate::syntax::Span;
use crate::syntax::ast::{Body, Statement, StatementKind};

/// The statement that a difference is put down to.
#[derive(Clone, Debug)]
pub(super) struct Spot<'t> {
    pub(super) side: Side,
    pub(super) statement: Span,
    pub(super) word: Span,
    pub(super) batch: bool,
    pub(super) operation: Option<&'t Operation>,
}

impl<'t> Spot<'t> {
    fn at(touch: &Touch<'t>) -> Self {
        Self {
            side: touch.side,
            statement: touch.by.span,
            word: touch.by.word,
            batch: touch.batch,
            operation: Some(&touch.by.operation),
        }
    }

    fn same(&self, other: &Self) -> bool {
        self.side == other.side && self.statement.start == other.statement.start && self.statement.end == other.statement.end
    }
}

/// What is wrong with one object.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant)]
pub(super) enum Fault {
    /// The upgrade made it, nothing unmakes it.
    Left(Object),
    /// A name that the upgrade or the downgrade changed, not changed back.
    Renamed { was: Key, is: Key },
    /// The upgrade dropped it, nothing makes it again.
    Lost(Object),
    /// The downgrade drops it, and the upgrade had not made it.
    Destroyed(Object),
    /// The downgrade makes it, and it was not there before.
    Invented(Object),
    /// The downgrade renames what the upgrade did not.
    Misnamed { was: Key, is: Key },
    /// It is there throughout, and not as it was.
    Unrestored {
        want: Object,
        have: Object,
        attributes: Vec<Attribute>,
    },
    /// The downgrade makes it again, not as it was.
    Differs { want: Object, have: Object },
    /// What it stood on was made again without it.
    Without(Object),
    /// What it stands on was made again, with it.
    Besides(Object),
    /// A table's comment or options.
    OnTable { key: Key, again: bool, want: Option<String> },
}

/// A fault, where it is, and where else to look.
#[derive(Clone, Debug)]
pub(super) struct Finding<'t> {
    pub(super) spot: Spot<'t>,
    pub(super) fault: Fault,
    /// The upgrade's operation that should have been undone, for a fault of the downgrade.
    pub(super) undoes: Option<Span>,
    /// What the upgrade left behind, for a downgrade that undoes something else instead.
    pub(super) meant: Option<Object>,
}

/// Each difference between the schema before the upgrade and the one after the downgrade, at the statement that makes it.
pub(super) fn restores(up: &Trace, down: &Trace, body: Option<&Body>) -> Vec<Diagnostic> {
    let differences = diff::compare(&up.start, &down.end);
    if differences.is_empty() {
        return Vec::new();
    }
    let mut search = Search {
        up,
        down,
        body,
        walk: Walk::new(up, down),
        findings: Vec::new(),
    };
    search.attribute(differences.clone());
    search.merge_wrong_targets();
    if search.findings.is_empty() {
        return vec![restore_words::unattributed(
            &differences,
            body.map_or(up_keyword(up), |body| body.span),
        )];
    }
    let mut groups: Vec<Vec<Finding<'_>>> = Vec::new();
    for finding in search.findings {
        match groups.iter_mut().find(|group| group[0].spot.same(&finding.spot)) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups.iter().map(|group| restore_words::diagnostic(group)).collect()
}

/// Takes out what a finding of [`restores`] is the cause of: that something is in the way of a drop which should have gone
/// before it, and that the wrong value is there already.
pub(super) fn said_better(refused: &mut Vec<Diagnostic>, restored: &[Diagnostic], body: &Body) {
    let within = |outer: Span, inner: Span| outer.start <= inner.start && inner.end <= outer.end;
    let statements = body.statements.iter().flat_map(|statement| match &statement.kind {
        StatementKind::BatchAlter { statements, .. } => statements.as_slice(),
        _ => std::slice::from_ref(statement),
    });
    let statements: Vec<Span> = statements.map(|statement| statement.span).collect();
    let in_one_statement = |a: Span, b: Span| statements.iter().any(|statement| within(*statement, a) && within(*statement, b));
    refused.retain(|diagnostic| match diagnostic.rule {
        Rule::Lint(Lint::NoChange, _) => !restored.iter().any(|found| in_one_statement(found.span, diagnostic.span)),
        Rule::Error(Code::M208) if in_one_statement(diagnostic.span, diagnostic.span) => {
            let named = |found: &Diagnostic| found.message.split('`').nth(1).map(|name| format!("`{name}`"));
            let left = restored.iter().filter(|found| found.code() == Some(Code::M302)).filter_map(named);
            let (blocking, _) = diagnostic.message.split_once(" depend").unwrap_or_default();
            !left.into_iter().any(|name| blocking.contains(&name)) || blocking.contains(" and ")
        }
        _ => true,
    });
}

/// The first statement of the upgrade.
fn up_keyword(up: &Trace) -> Span {
    up.steps.first().map(|step| step.span).unwrap_or_default()
}

struct Search<'t> {
    up: &'t Trace,
    down: &'t Trace,
    body: Option<&'t Body>,
    walk: Walk<'t>,
    findings: Vec<Finding<'t>>,
}

impl<'t> Search<'t> {
    fn attribute(&mut self, differences: Vec<Difference>) {
        let (mut missing, mut left) = (Vec::new(), Vec::new());
        for difference in differences {
            match difference {
                Difference::Missing(object) => missing.push(object),
                Difference::LeftOver(object) => left.push(object),
                Difference::Changed(want, have) => self.changed(want, have),
                Difference::Comment { table, want, .. } => self.on_table(Key::Comment(table), want),
                Difference::Options { table } => self.on_table(Key::Options(table), None),
            }
        }
        missing.retain(|object| !self.renamed(object, &mut left));
        missing.retain(|object| !self.made_again_as_another(object, &mut left));
        for object in missing {
            self.missing(object);
        }
        for object in left {
            self.left(object);
        }
    }

    fn find(&mut self, spot: Spot<'t>, fault: Fault) {
        self.findings.push(Finding {
            spot,
            fault,
            undoes: None,
            meant: None,
        });
    }

    fn find_undoing(&mut self, spot: Spot<'t>, fault: Fault, undoes: Option<Span>) {
        self.findings.push(Finding {
            spot,
            fault,
            undoes,
            meant: None,
        });
    }

    /// An object that is there in the end, under another name.
    fn renamed(&mut self, object: &Object, left: &mut Vec<Object>) -> bool {
        let key = Key::of(object);
        let (touches, end) = self.walk.forward(&key);
        if end == key || end.find(&self.down.end).is_none() {
            return false;
        }
        let of_table = key.is_called_as(&end);
        let renames = touches.iter().filter(|touch| touch.did == Did::Rename);
        let renames: Vec<&Touch<'_>> = renames
            .filter(|touch| of_table || !touch.before.is_called_as(&touch.after))
            .collect();
        let Some(last) = renames.last() else { return false };
        let by_upgrade = renames.iter().rfind(|touch| touch.side == Side::Up);
        let fault = match (last.side, by_upgrade) {
            (Side::Down, None) => Fault::Misnamed { was: key, is: end.clone() },
            _ => Fault::Renamed { was: key, is: end.clone() },
        };
        left.retain(|object| Key::of(object) != end);
        let undoes = by_upgrade.filter(|_| last.side == Side::Down).map(|touch| touch.by.word);
        self.find_undoing(Spot::at(last), fault, undoes);
        true
    }

    /// An object that the downgrade makes again under another name.
    fn made_again_as_another(&mut self, want: &Object, left: &mut Vec<Object>) -> bool {
        let (touches, _) = self.walk.forward(&Key::of(want));
        let Some(dropped) = touches.iter().rfind(|touch| touch.did == Did::Drop) else {
            return false;
        };
        let undoes = (dropped.side == Side::Up).then_some(dropped.by.word);
        let position = left.iter().position(|have| {
            let made = self.creator(have);
            made.is_some_and(|made| made.side == Side::Down) && alike(want, have)
        });
        let Some(have) = position.map(|position| left.remove(position)) else {
            return false;
        };
        if let Some(made) = self.creator(&have) {
            let want = want.clone();
            self.find_undoing(Spot::at(&made), Fault::Differs { want, have }, undoes);
        }
        true
    }

    fn creator(&self, object: &Object) -> Option<Touch<'t>> {
        let (touches, _) = self.walk.backward(&Key::of(object));
        touches.into_iter().rfind(|touch| touch.did == Did::Create)
    }

    fn missing(&mut self, object: Object) {
        let key = Key::of(&object);
        let (touches, _) = self.walk.forward(&key);
        let Some(last) = touches.iter().rfind(|touch| touch.did == Did::Drop) else {
            return;
        };
        let by_upgrade = touches.iter().find(|touch| touch.side == Side::Up && touch.did == Did::Drop);
        if touches.iter().any(|touch| touch.side == Side::Down && touch.did == Did::Create) {
            // Made again, and taken away once more.
            return self.find(Spot::at(last), Fault::Destroyed(object));
        }
        if let Some(again) = self.made_again_around(&object, last) {
            let undoes = by_upgrade.map(|touch| touch.by.word);
            return self.find_undoing(Spot::at(&again), Fault::Without(object), undoes);
        }
        match by_upgrade {
            Some(touch) => self.find(Spot::at(touch), Fault::Lost(object)),
            None => self.find(Spot::at(last), Fault::Destroyed(object)),
        }
    }

    /// The downgrade's operation that made again what an object stood on: its table, or the one column it is about.
    fn made_again_around(&self, object: &Object, dropped: &Touch<'t>) -> Option<Touch<'t>> {
        let key = Key::of(object);
        let table = key.table()?;
        let again = |key: &Key| {
            let (touches, _) = self.walk.forward(key);
            touches
                .into_iter()
                .rfind(|touch| touch.side == Side::Down && touch.did == Did::Create)
        };
        if let Some(touch) = again(&Key::Table(table.clone())) {
            return Some(touch);
        }
        let along = matches!(dropped.by.operation, Operation::DropColumn { .. }) && !matches!(object, Object::Column(..));
        let columns = word::columns(object);
        match &columns[..] {
            [column] if along => again(&Key::Column(table.clone(), column.clone())),
            _ => None,
        }
    }

    fn left(&mut self, object: Object) {
        let (touches, _) = self.walk.backward(&Key::of(&object));
        let mut made = touches.iter().filter(|touch| touch.did == Did::Create);
        let by_upgrade = made.clone().rfind(|touch| touch.side == Side::Up).map(|touch| touch.by.word);
        let Some(made) = made.next_back().cloned() else { return };
        if made.side == Side::Up {
            return self.find(Spot::at(&made), Fault::Left(object));
        }
        let around = match &made.by.operation {
            Operation::CreateTable(table) => !matches!(object, Object::Table(_)) && self.up.start.table(&table.name).is_some(),
            Operation::AddColumn { table, column, .. } => {
                let existed = |table: &std::sync::Arc<crate::schema::Table>| table.column(&column.name).is_some();
                !matches!(object, Object::Column(..)) && self.up.start.table(table).is_some_and(existed)
            }
            _ => false,
        };
        match around {
            true => self.find(Spot::at(&made), Fault::Besides(object)),
            // What the upgrade itself made and took away again.
            false => self.find_undoing(Spot::at(&made), Fault::Invented(object), by_upgrade),
        }
    }

    fn changed(&mut self, want: Object, have: Object) {
        let key = Key::of(&want);
        let (touches, _) = self.walk.forward(&key);
        if let (Object::Column(table, was), Object::Column(_, is)) = (&want, &have) {
            let mut spots: Vec<(Spot<'t>, bool, Option<Span>, Vec<Attribute>)> = Vec::new();
            for attribute in Attribute::differing(was, is) {
                let Some((spot, again, undoes)) = self.attribute_spot(attribute, &touches, &table.to_string(), &was.name) else {
                    continue;
                };
                let joins = |other: &Spot<'_>, undone: Option<Span>| other.same(&spot) && undone.is_some() == undoes.is_some();
                match spots.iter_mut().find(|(other, _, undone, _)| joins(other, *undone)) {
                    Some((.., attributes)) => attributes.push(attribute),
                    None => spots.push((spot, again, undoes, vec![attribute])),
                }
            }
            for (spot, again, undoes, attributes) in spots {
                let (want, have) = (want.clone(), have.clone());
                let fault = match again {
                    true => Fault::Differs { want, have },
                    false => Fault::Unrestored { want, have, attributes },
                };
                self.find_undoing(spot, fault, undoes);
            }
            return;
        }
        let by_upgrade = touches.iter().rfind(|touch| touch.side == Side::Up);
        let undoes = by_upgrade.map(|touch| touch.by.word);
        let by_downgrade = touches.iter().rfind(|touch| touch.side == Side::Down && touch.did != Did::Drop);
        match (by_downgrade, by_upgrade) {
            (Some(touch), _) if touch.did == Did::Create => self.find_undoing(Spot::at(touch), Fault::Differs { want, have }, undoes),
            (Some(touch), _) => {
                let attributes = Vec::new();
                self.find_undoing(Spot::at(touch), Fault::Unrestored { want, have, attributes }, undoes);
            }
            (None, Some(touch)) => {
                let attributes = Vec::new();
                self.find(Spot::at(touch), Fault::Unrestored { want, have, attributes });
            }
            (None, None) => {}
        }
    }

    /// The statement that a column's attribute is put down to, and whether it makes the column again.
    fn attribute_spot(
        &self,
        attribute: Attribute,
        touches: &[Touch<'t>],
        table: &str,
        column: &str,
    ) -> Option<(Spot<'t>, bool, Option<Span>)> {
        let responsible = |touch: &&Touch<'t>| touch.did == Did::Create || changes(attribute, touch);
        let by = |side| move |touch: &&Touch<'t>| touch.side == side;
        let by_upgrade = touches.iter().filter(by(Side::Up)).rfind(responsible);
        let dropped = touches.iter().find(|touch| touch.side == Side::Up && touch.did == Did::Drop);
        let undoes = by_upgrade.or(dropped).map(|touch| touch.by.word);
        if let Some(touch) = touches.iter().filter(by(Side::Down)).rfind(responsible) {
            let mut spot = Spot::at(touch);
            if let Some(set) = self.set_at(attribute, spot.statement) {
                spot.word = set;
            }
            return Some((spot, touch.did == Did::Create, undoes));
        }
        if let Some(spot) = self.copied_line(attribute, table, column) {
            return Some((spot, false, undoes));
        }
        by_upgrade.map(|touch| (Spot::at(touch), false, None))
    }

    fn statements(&self) -> impl Iterator<Item = (&'t Statement, bool)> {
        let engine = self.down.target.engine();
        let outer = self.body.into_iter().flat_map(|body| &body.statements);
        let flat = outer.flat_map(|statement| match &statement.kind {
            StatementKind::BatchAlter { statements, .. } => statements.iter().map(|inner| (inner, true)).collect(),
            _ => vec![(statement, false)],
        });
        flat.filter(move |(statement, _)| statement.on.is_empty() || statement.on.iter().any(|on| on.engine == engine))
    }

    fn set_at(&self, attribute: Attribute, span: Span) -> Option<Span> {
        self.statements().find_map(|(statement, _)| match &statement.kind {
            StatementKind::AlterColumn { changes, .. } if statement.span.start == span.start => attribute.set_in(changes),
            _ => None,
        })
    }

    /// A statement of the downgrade that sets an attribute to what the upgrade had set it to already.
    fn copied_line(&self, attribute: Attribute, table: &str, column: &str) -> Option<Spot<'t>> {
        self.statements().find_map(|(statement, batch)| match &statement.kind {
            StatementKind::AlterColumn {
                table: of,
                column: name,
                changes,
            } if name.text == column && is_named(of, table) => Some(Spot {
                side: Side::Down,
                statement: statement.span,
                word: attribute.set_in(changes)?,
                batch,
                operation: None,
            }),
            StatementKind::CommentOn {
                table: of,
                column: Some(name),
                ..
            } if attribute == Attribute::Comment && name.text == column && is_named(of, table) => Some(Spot {
                side: Side::Down,
                statement: statement.span,
                word: name.span,
                batch,
                operation: None,
            }),
            _ => None,
        })
    }

    fn on_table(&mut self, key: Key, want: Option<String>) {
        let (touches, _) = self.walk.forward(&key);
        let by_upgrade = touches.iter().rfind(|touch| touch.side == Side::Up);
        let by_downgrade = touches.iter().rfind(|touch| touch.side == Side::Down);
        let Some(touch) = by_downgrade.or(by_upgrade) else { return };
        let again = touch.did == Did::Create && touch.side == Side::Down;
        let undoes = by_upgrade.filter(|_| touch.side == Side::Down).map(|touch| touch.by.word);
        self.find_undoing(Spot::at(touch), Fault::OnTable { key, again, want }, undoes);
    }

    /// A downgrade that drops one thing where it should have dropped another of its kind is wrong once.
    fn merge_wrong_targets(&mut self) {
        let mut left: Vec<usize> = Vec::new();
        let mut destroyed: Vec<usize> = Vec::new();
        for (index, finding) in self.findings.iter().enumerate() {
            match finding.fault {
                Fault::Left(_) => left.push(index),
                Fault::Destroyed(_) => destroyed.push(index),
                _ => {}
            }
        }
        let mut gone = Vec::new();
        for index in destroyed {
            let Fault::Destroyed(object) = &self.findings[index].fault else {
                continue;
            };
            let same_kind = |other: &Object| std::mem::discriminant(object) == std::mem::discriminant(other);
            let candidates: Vec<usize> = left
                .iter()
                .copied()
                .filter(|other| !gone.contains(other) && matches!(&self.findings[*other].fault, Fault::Left(other) if same_kind(other)))
                .collect();
            if let [only] = candidates[..]
                && let Fault::Left(meant) = &self.findings[only].fault
            {
                let (meant, word) = (meant.clone(), self.findings[only].spot.word);
                self.findings[index].meant = Some(meant);
                self.findings[index].undoes = Some(word);
                gone.push(only);
            }
        }
        let mut index = 0;
        self.findings.retain(|_| {
            index += 1;
            !gone.contains(&(index - 1))
        });
    }
}

fn is_named(table: &crate::syntax::ast::TableRef, name: &str) -> bool {
    match &table.schema {
        Some(schema) => name == format!("{}.{}", schema.text, table.name.text),
        None => name == table.name.text,
    }
}

fn column_in(state: &Option<State>) -> Option<&Column> {
    match state {
        Some(State::Column(column)) => Some(column),
        _ => None,
    }
}

fn changes(attribute: Attribute, touch: &Touch<'_>) -> bool {
    let (before, after) = (touch.before.find(&touch.by.before), touch.after.find(&touch.by.after));
    match (column_in(&before), column_in(&after)) {
        (Some(before), Some(after)) => attribute.differs(before, after),
        _ => false,
    }
}

/// Whether one object can be meant to be the other, under a wrong name.
fn alike(want: &Object, have: &Object) -> bool {
    match (want, have) {
        (Object::Table(want), Object::Table(have)) => want.columns == have.columns,
        (Object::Column(table, want), Object::Column(of, have)) => table == of && want.ty == have.ty,
        (Object::Constraint(table, want), Object::Constraint(of, have)) => {
            table == of
                && std::mem::discriminant(want) == std::mem::discriminant(have)
                && (want.as_ref().columns() == have.as_ref().columns())
        }
        (Object::Index(table, want), Object::Index(of, have)) => table == of && want.elements == have.elements,
        (Object::Enum(want), Object::Enum(have)) => want.values == have.values,
        (Object::View(want), Object::View(have)) => want.body == have.body,
        (Object::Trigger(want), Object::Trigger(have)) => want.table == have.table && want.body == have.body,
        _ => false,
    }
}

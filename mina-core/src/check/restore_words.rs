//! What is said about a downgrade that does not lead back.

use super::attribute::{self, Attribute};
use super::identity::{Key, Side};
use super::restore::{Fault, Finding};
use super::{spell, word};
use crate::diagnostic::{Code, Diagnostic};
use crate::diff::{Difference, Object};
use crate::operation::Operation;
use crate::schema::{Origin, Value};
use crate::syntax::Span;

/// One diagnostic about one statement.
pub(super) fn diagnostic(group: &[Finding<'_>]) -> Diagnostic {
    let rank = |finding: &&Finding<'_>| {
        (
            code(finding) != Code::M308,
            matches!(finding.fault, Fault::OnTable { .. }),
            rank(&finding.fault),
        )
    };
    let first = group.iter().min_by_key(rank).unwrap_or(&group[0]);
    let others: Vec<&Fault> = group.iter().map(|finding| &finding.fault).collect();
    let mut diagnostic = Diagnostic::error(code(first), first.spot.word, String::new());
    say(first, &others, &mut diagnostic);
    if first.spot.side == Side::Down
        && let Some(undone) = group.iter().find_map(|finding| finding.undoes)
    {
        let text = match &first.fault {
            Fault::Destroyed(_) => "this is what it should undo",
            Fault::Differs { .. } | Fault::Without(_) | Fault::Besides(_) => "taken away here",
            Fault::Invented(_) => "the upgrade makes it here, and takes it away after that",
            _ => "changed here",
        };
        diagnostic = diagnostic.label(undone, text);
    }
    diagnostic
}

/// What is said where no statement can be named.
pub(super) fn unattributed(differences: &[Difference], at: Span) -> Diagnostic {
    let (code, what) = match &differences[0] {
        Difference::LeftOver(object) => (Code::M302, format!("downgrade leaves {} behind", word::name(object))),
        Difference::Missing(object) => (Code::M303, format!("downgrade does not bring {} back", word::name(object))),
        Difference::Changed(want, have) => (
            Code::M304,
            format!("downgrade does not restore {}: {}", word::name(want), attribute::was_is(want, have)),
        ),
        Difference::Comment { table, .. } => (Code::M304, format!("downgrade does not restore the comment of `{table}`")),
        Difference::Options { table } => (Code::M304, format!("downgrade does not restore the options of `{table}`")),
    };
    Diagnostic::error(code, at, what)
}

fn code(finding: &Finding<'_>) -> Code {
    match &finding.fault {
        Fault::Left(Object::Enum(_)) => Code::M311,
        Fault::Left(_) => Code::M302,
        Fault::Renamed { .. } if finding.spot.side == Side::Up => Code::M302,
        Fault::Lost(_) => Code::M303,
        Fault::Destroyed(_) | Fault::Invented(_) | Fault::Misnamed { .. } => Code::M308,
        Fault::Unrestored { .. } | Fault::OnTable { again: false, .. } if of_its_own(finding) => Code::M308,
        Fault::Unrestored { .. } | Fault::OnTable { again: false, .. } => Code::M304,
        Fault::Renamed { .. } | Fault::Differs { .. } | Fault::Without(_) | Fault::Besides(_) | Fault::OnTable { .. } => Code::M305,
    }
}

/// Whether the downgrade changes what the upgrade had left alone.
fn of_its_own(finding: &Finding<'_>) -> bool {
    finding.spot.side == Side::Down && finding.undoes.is_none()
}

fn rank(fault: &Fault) -> u8 {
    match fault {
        Fault::Left(object) | Fault::Lost(object) | Fault::Destroyed(object) | Fault::Invented(object) => word::rank(object),
        Fault::Without(object) | Fault::Besides(object) => word::rank(object),
        Fault::Unrestored { want, .. } | Fault::Differs { want, .. } => word::rank(want),
        Fault::Renamed { is, .. } | Fault::Misnamed { is, .. } => match is {
            Key::Table(_) => 0,
            Key::Column(..) => 1,
            _ => 2,
        },
        Fault::OnTable { .. } => 9,
    }
}

fn made(origin: Option<&Origin>, verb: &str) -> Option<String> {
    let origin = origin.filter(|origin| origin.0.is_some())?;
    Some(format!("{verb} by {origin}"))
}

fn say(finding: &Finding<'_>, others: &[&Fault], diagnostic: &mut Diagnostic) {
    let batch = finding.spot.batch;
    let text = |operations: &[Operation]| spell::text(operations, batch);
    let (message, help) = match &finding.fault {
        Fault::Left(object) => left(object, others, &text),
        Fault::Renamed { was, is } if finding.spot.side == Side::Up => {
            let back = finding
                .spot
                .operation
                .and_then(|operation| operation.invert().ok())
                .unwrap_or_default();
            (
                format!("downgrade leaves {} renamed to {}", word::key(was), word::key(is)),
                vec![format!("renamed here; undo it in `downgrade` with `{}`", text(&back))],
            )
        }
        Fault::Renamed { was, is } => (
            format!("downgrade calls {} again, but it was {}", word::key(is), word::key(was)),
            vec![format!("rename it to {}", word::key(was))],
        ),
        Fault::Lost(object) => lost(object, others, &text),
        Fault::Destroyed(object) => destroyed(object, finding, &text),
        Fault::Invented(object) => (
            format!("downgrade makes {}, which was not there before the upgrade", word::name(object)),
            vec!["take the statement out, or name what the upgrade took away".to_owned()],
        ),
        Fault::Misnamed { was, is } => (
            format!(
                "downgrade renames {} to {}, and the upgrade did not rename it",
                word::key(was),
                word::key(is)
            ),
            vec!["take the statement out".to_owned()],
        ),
        Fault::Unrestored { want, have, attributes } if of_its_own(finding) => changed(finding, want, have, attributes),
        Fault::Unrestored { want, have, attributes } => unrestored(finding, want, have, attributes, &text),
        Fault::Differs { want, have } => differs(finding, want, have, others, &text),
        Fault::Without(_) | Fault::Besides(_) => incomplete(&finding.fault, others, &text),
        Fault::OnTable { key, again: false, .. } if of_its_own(finding) => (
            format!("downgrade changes {}, which the upgrade did not change", word::key(key)),
            vec!["take the statement out".to_owned()],
        ),
        Fault::OnTable { key, want, .. } => {
            let mut help = Vec::new();
            if let (Key::Comment(table), Some(operation)) = (key, comment(key, want.as_deref())) {
                let was = want.as_ref().map_or_else(|| "no comment".to_owned(), |want| format!("`{want}`"));
                help.push(format!("`{table}` had {was}; write `{}`", spell::text(&[operation], false)));
            }
            (format!("downgrade does not restore {}", word::key(key)), help)
        }
    };
    diagnostic.message = message;
    diagnostic.help = help;
}

fn comment(key: &Key, want: Option<&str>) -> Option<Operation> {
    match key {
        Key::Comment(table) => Some(Operation::CommentOnTable {
            table: table.clone(),
            before: None,
            after: want.map(str::to_owned),
        }),
        _ => None,
    }
}

type Said = (String, Vec<String>);

/// Those of a list that do not go along with another of it.
fn leading<'o>(objects: &[&'o Object]) -> Vec<&'o Object> {
    let least = objects.iter().map(|object| word::rank(object)).min().unwrap_or_default();
    objects.iter().copied().filter(|object| word::rank(object) == least).collect()
}

fn named(objects: &[&Object]) -> String {
    let names: Vec<String> = objects.iter().map(|object| word::name(object)).collect();
    match &names[..] {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        _ => names.concat(),
    }
}

fn left(object: &Object, others: &[&Fault], text: &dyn Fn(&[Operation]) -> String) -> Said {
    let all: Vec<&Object> = others
        .iter()
        .filter_map(|fault| match fault {
            Fault::Left(object) => Some(object),
            _ => None,
        })
        .collect();
    let leading = leading(&all);
    let drops: Vec<Operation> = leading.iter().rev().map(|object| word::drop(object)).collect();
    let mut help = vec![format!("added here; undo it in `downgrade` with `{}`", text(&drops))];
    let what = match object {
        Object::Enum(_) => {
            help.push("a second upgrade would fail on the type that is still there".to_owned());
            "the type "
        }
        _ => "",
    };
    (format!("downgrade leaves {what}{} behind", named(&leading)), help)
}

fn lost(object: &Object, others: &[&Fault], text: &dyn Fn(&[Operation]) -> String) -> Said {
    let all: Vec<&Object> = others
        .iter()
        .filter_map(|fault| match fault {
            Fault::Lost(object) => Some(object),
            _ => None,
        })
        .collect();
    let leading = leading(&all);
    let along: Vec<&Object> = all.iter().copied().filter(|other| !leading.contains(other)).collect();
    let mut creates = Vec::new();
    for (index, one) in leading.iter().enumerate() {
        creates.extend(word::create_with(one, if index == 0 { &along } else { &[] }));
    }
    let mut help: Vec<String> = made(word::origin(object), "dropped here, made").into_iter().collect();
    help.push(format!("bring it back in `downgrade` with `{}`", text(&creates)));
    help.extend(leading.iter().filter_map(|object| needs_default(object)));
    (format!("downgrade does not bring {} back", named(&leading)), help)
}

/// A NOT NULL column cannot simply be added again.
fn needs_default(object: &Object) -> Option<String> {
    match object {
        Object::Column(_, column) if !column.nullable && column.default.is_none() && column.generated.is_none() && !column.identity => {
            Some(format!(
                "`{0}` is NOT NULL and rows may be there: add it with a default and drop that with `alter_column {0} {{ default = none }}`, \
                 or add it as `Nullable<{1}>`, fill it, and set `nullable = false`",
                column.name, column.ty
            ))
        }
        _ => None,
    }
}

fn destroyed(object: &Object, finding: &Finding<'_>, text: &dyn Fn(&[Operation]) -> String) -> Said {
    let mut help: Vec<String> = made(word::origin(object), "made").into_iter().collect();
    match &finding.meant {
        Some(meant) => help.push(format!(
            "the upgrade added {}; write `{}`",
            word::name(meant),
            text(&[word::drop(meant)])
        )),
        None => help.push("take the statement out, or undo in it what the upgrade did".to_owned()),
    }
    (
        format!("downgrade drops {}, which the upgrade did not add", word::name(object)),
        help,
    )
}

fn changed(finding: &Finding<'_>, want: &Object, have: &Object, attributes: &[Attribute]) -> Said {
    let mut help: Vec<String> = made(word::origin(want), "it was made so").into_iter().collect();
    let (what, was_is, keys) = match (want, have) {
        (Object::Column(_, was), Object::Column(_, is)) => {
            let names: Vec<&str> = attributes.iter().map(|attribute| attribute.name()).collect();
            let changed = match finding.spot.operation {
                Some(Operation::AlterColumn { before, after, .. }) => Attribute::differing(before, after),
                _ => attributes.to_vec(),
            };
            let more = changed.iter().any(|attribute| !attributes.contains(attribute));
            let keys: Vec<String> = attributes.iter().map(|attribute| format!("`{}`", attribute.key())).collect();
            (
                format!("the {} of {}", names.join(" and the "), word::name(want)),
                Attribute::was_is(attributes, was, is),
                more.then(|| keys.join(" and ")),
            )
        }
        _ => (word::name(want), attribute::was_is(want, have), None),
    };
    help.push(match keys {
        Some(keys) => format!("take {keys} out of the statement"),
        None => "take the statement out".to_owned(),
    });
    (
        format!("downgrade changes {what}, which the upgrade did not change: {was_is}"),
        help,
    )
}

fn unrestored(
    finding: &Finding<'_>,
    want: &Object,
    have: &Object,
    attributes: &[Attribute],
    text: &dyn Fn(&[Operation]) -> String,
) -> Said {
    let restore = word::restore(want, have);
    let mut help: Vec<String> = made(word::origin(want), "it was made so").into_iter().collect();
    let message = match (want, have) {
        (Object::Column(_, was), Object::Column(_, is)) => {
            let names: Vec<&str> = attributes.iter().map(|attribute| attribute.name()).collect();
            format!(
                "downgrade does not restore the {} of {}: {}",
                names.join(" and the "),
                word::name(want),
                Attribute::was_is(attributes, was, is)
            )
        }
        _ => format!("downgrade does not restore {}: {}", word::name(want), attribute::was_is(want, have)),
    };
    let write = text(&restore);
    help.push(match (finding.spot.side, finding.spot.operation) {
        (Side::Up, _) => format!("changed here; undo it in `downgrade` with `{write}`"),
        (Side::Down, None) => format!("this sets what the upgrade has set already; write `{write}`"),
        (Side::Down, Some(_)) => format!("write `{}`", text(&instead(want, finding, restore))),
    });
    (message, help)
}

/// The statement as it should be: what it changes, from what it found, to what was there before the upgrade.
fn instead(want: &Object, finding: &Finding<'_>, restore: Vec<Operation>) -> Vec<Operation> {
    match (want, finding.spot.operation) {
        (Object::Column(_, want), Some(Operation::AlterColumn { table, before, using, .. })) => vec![Operation::AlterColumn {
            table: table.clone(),
            before: before.clone(),
            after: want.clone(),
            using: match using {
                crate::operation::Using::Implicit if before.ty != want.ty => crate::operation::Using::Cast,
                using => using.clone(),
            },
        }],
        _ => restore,
    }
}

fn differs(finding: &Finding<'_>, want: &Object, have: &Object, others: &[&Fault], text: &dyn Fn(&[Operation]) -> String) -> Said {
    let mut help: Vec<String> = made(word::origin(want), "it was made so").into_iter().collect();
    let on_table = matches!(finding.spot.operation, Some(Operation::CreateTable(_)));
    let create = text(&[word::create(want)]);
    help.push(match want {
        Object::Column(..) if on_table => format!("write `{}`", item(want)),
        _ => format!("write `{create}`"),
    });
    let rest = others
        .iter()
        .filter(|fault| !matches!(fault, Fault::Differs { want: other, .. } if other == want));
    help.extend(rest.filter_map(|fault| also(fault, text)));
    (
        format!("{} is made again differently: {}", word::name(want), attribute::was_is(want, have)),
        help,
    )
}

fn incomplete(fault: &Fault, others: &[&Fault], text: &dyn Fn(&[Operation]) -> String) -> Said {
    let message = match fault {
        Fault::Without(object) => format!("what is made again is without {}", word::name(object)),
        Fault::Besides(object) => format!("what is made again has {}, which was not there before", word::name(object)),
        _ => String::new(),
    };
    let mut help = Vec::new();
    if let Fault::Without(object) = fault {
        help.extend(made(word::origin(object), "it was made"));
        help.push(match object {
            Object::Column(..) => format!("add `{}`", item(object)),
            _ => format!("write `{}` after it", text(&[word::create(object)])),
        });
    }
    help.extend(
        others
            .iter()
            .filter(|other| !std::ptr::eq(**other, fault))
            .filter_map(|fault| also(fault, text)),
    );
    (message, help)
}

fn also(fault: &Fault, text: &dyn Fn(&[Operation]) -> String) -> Option<String> {
    match fault {
        Fault::Without(object @ Object::Column(..)) => Some(format!("{} is missing too: `{}`", word::name(object), item(object))),
        Fault::Without(object) => Some(format!(
            "{} is missing too: `{}`",
            word::name(object),
            text(&[word::create(object)])
        )),
        Fault::Besides(object) => Some(format!("{} is new too", word::name(object))),
        Fault::Differs { want, have } => Some(format!("{} differs too: {}", word::name(want), attribute::was_is(want, have))),
        Fault::OnTable { key, .. } => Some(format!("{} differ too", word::key(key))),
        _ => None,
    }
}

/// A column as it stands among the items of a table.
fn item(column: &Object) -> String {
    let text = spell::inner(&[word::create(column)]);
    text.trim_start_matches("add_column ").trim_end_matches(';').to_owned()
}

/// A literal that fits a column's type, for a fill to paste.
pub(super) fn filler(column: &crate::schema::Column) -> Value {
    use crate::schema::Type;
    match &column.ty {
        Type::Bool => Value::Bool(false),
        Type::TinyInt | Type::SmallInt | Type::Integer | Type::BigInt | Type::Unsigned(_) => Value::Integer("0".into()),
        Type::Float | Type::Double | Type::Numeric(_) => Value::Decimal("0".into()),
        Type::Timestamp | Type::Timestamptz => Value::Now,
        Type::Date => Value::Today,
        Type::Uuid => Value::Uuid,
        _ => Value::String("…".into()),
    }
}

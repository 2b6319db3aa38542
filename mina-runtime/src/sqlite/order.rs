//! The order in which edits are made, and which of them one rebuild makes.

use mina_core::sql::sqlite::{Edit, EditKind, quote};

/// Edits that one rebuild makes; SQLite makes renames by itself, and what computes with a new column needs it to be there.
pub(super) fn groups(edits: &[Edit]) -> Vec<Vec<&Edit>> {
    let mut groups: Vec<Vec<&Edit>> = Vec::new();
    for edit in hoisted(edits) {
        let alone = matches!(edit.kind, EditKind::RenameColumn { .. });
        match groups.last_mut() {
            Some(group) if !alone && group.iter().all(|earlier| can_share(&earlier.kind, &edit.kind)) => group.push(edit),
            _ => groups.push(vec![edit]),
        }
    }
    groups
}

fn can_share(earlier: &EditKind, later: &EditKind) -> bool {
    let moved = match earlier {
        EditKind::RenameColumn { .. } => return false,
        EditKind::AddColumn { column, .. } => &column.name,
        EditKind::AlterColumn { after, using: Some(_), .. } => &after.name,
        _ => return true,
    };
    match later {
        EditKind::AlterColumn { after, using, .. } => {
            let used = using
                .as_deref()
                .is_some_and(|using| mina_core::sql::sqlite::lexer::mentions(using, moved));
            !used && after.name != *moved
        }
        _ => true,
    }
}

/// Renames go first where no edit before them knows either name.
pub(super) fn hoisted(edits: &[Edit]) -> Vec<&Edit> {
    let mut order: Vec<&Edit> = Vec::new();
    for edit in edits {
        let mut at = order.len();
        if let EditKind::RenameColumn { from, to } = &edit.kind {
            // As it stands in a field, and quoted in SQL.
            let written = [from, to].map(|name| [said(name), said(quote(name).trim_matches('"'))]);
            let knows = |edit: &Edit| {
                let text = said(&edit.kind);
                written.iter().flatten().any(|name| text.contains(name))
            };
            while at > 0 && !knows(order[at - 1]) {
                at -= 1;
            }
        }
        order.insert(at, edit);
    }
    order
}

fn said(what: impl std::fmt::Debug) -> String {
    format!("{what:?}").trim_matches('"').to_ascii_lowercase()
}

//! The names of new revisions: ids, and the files they are in.

use mina_core::config::Templates;
use mina_core::config::pattern;
use mina_core::history::{Graph, identifier};

/// An id for a new revision: the time, or the second after the latest revision where that is not past.
pub fn fresh(graph: &Graph, taken: impl Fn(&str) -> bool) -> String {
    let now = now();
    match graph.nodes().last() {
        Some(last) if last.id.as_ref() >= now.as_str() => identifier::next(&last.id, taken),
        _ if taken(&now) => identifier::next(&now, taken),
        _ => now,
    }
}

/// The time in UTC, `20251008120000`.
fn now() -> String {
    jiff::Timestamp::now().strftime("%Y%m%d%H%M%S").to_string()
}

/// The name of a revision's file, as the pattern of mina.toml has it.
pub fn file(templates: &Templates, revision: &str, message: &str) -> String {
    let time = if revision.len() == 14 && revision.bytes().all(|byte| byte.is_ascii_digit()) {
        revision.to_owned()
    } else {
        now()
    };
    let name = pattern::fill(&templates.file, |field| match field {
        "rev" => revision.to_owned(),
        "slug" => slug(message, templates.slug_length),
        "year" => time[..4].to_owned(),
        "month" => time[4..6].to_owned(),
        "day" => time[6..8].to_owned(),
        "hour" => time[8..10].to_owned(),
        "minute" => time[10..12].to_owned(),
        _ => time[12..].to_owned(),
    });
    let name = name.strip_suffix(".rs").unwrap_or(&name).trim_end_matches('_');
    format!("{name}.rs")
}

/// The words of a message, joined by `_`, cut between two of them.
fn slug(message: &str, length: usize) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let lower = message.to_lowercase();
    let words: Vec<&str> = lower.split(|c| !is_part(c)).filter(|word| !word.is_empty()).collect();
    let slug = words.join("_");
    if slug.chars().count() <= length {
        return slug;
    }
    let cut: String = slug.chars().take(length).collect();
    let follows_a_word = slug[cut.len()..].starts_with('_');
    match cut.rsplit_once('_') {
        Some((whole, _)) if !follows_a_word => whole.trim_end_matches('_').to_owned(),
        _ => cut.trim_end_matches('_').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{file, fresh, slug};
    use mina_core::config::Templates;
    use mina_core::history::{Graph, Node};

    #[test]
    fn a_message_becomes_a_name_cut_between_words() {
        for (message, expected) in [
            ("Add phone number to users", "add_phone_number_to_users"),
            ("  It's 100% done!  ", "it_s_100_done"),
            ("Größe & Maß", "größe_maß"),
            ("add_email_verification_fields_to_users", "add_email_verification_fields_to_users"),
            (
                "Add email verification fields to users and workspaces",
                "add_email_verification_fields_to_users",
            ),
            (
                "Add email verification fields to users as well",
                "add_email_verification_fields_to_users",
            ),
            (&"x".repeat(60), &"x".repeat(40)),
            ("…", ""),
        ] {
            assert_eq!(slug(message, 40), expected, "{message}");
        }
    }

    #[test]
    fn a_pattern_is_filled_in() {
        let templates = Templates {
            file: "{year}-{month}-{day}_{hour}{minute}{second}_{rev}_{slug}.rs".into(),
            ..Templates::default()
        };
        assert_eq!(
            file(&templates, "20251008120000", "Add bio"),
            "2025-10-08_120000_20251008120000_add_bio.rs"
        );
        assert_eq!(file(&Templates::default(), "1a", "!"), "1a.rs");
    }

    #[test]
    fn an_id_is_later_than_every_revision_and_not_taken() {
        let graph = |id: &str| {
            Graph::new(vec![Node {
                id: id.to_owned().into(),
                ..Node::default()
            }])
        };
        assert_eq!(fresh(&graph("99991008120000"), |_| false), "99991008120001");
        assert_eq!(fresh(&graph("99991008120000"), |id| id.ends_with('1')), "99991008120002");
        assert!(fresh(&graph("20251008120000"), |_| false).as_str() > "20251008120000");
        assert!(fresh(&graph("zz"), |_| false).as_str() > "zz");
    }
}

//! What a code or a lint means: a page each, with an example that is refused and its twin that is not.

mod pages;

use crate::Style;
use mina_core::diagnostic::{Code, Lint, did_you_mean};
pub use pages::PAGES;

/// What a code or a lint means; all of them, a line each, where none is given.
///
/// # Errors
///
/// There is no such code or lint: one sentence with the nearest one that there is.
pub fn explain(name: Option<&str>) -> Result<String, String> {
    let style = Style::stdout();
    let codes = Code::ALL.iter().map(|code| (code.to_string(), code.summary()));
    let lints = Lint::ALL.iter().map(|lint| (lint.name().to_owned(), lint.summary()));
    let all: Vec<(String, &str)> = codes.chain(lints).collect();
    let Some(name) = name.map(str::trim) else {
        let width = all.iter().map(|(name, _)| name.len() + 2).max().unwrap_or_default();
        return Ok(all.iter().map(|(name, summary)| format!("{name:<width$}{summary}\n")).collect());
    };
    match all.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        Some((name, summary)) => {
            let page = PAGES.iter().find(|(of, _)| of == name).map_or("", |(_, page)| page);
            Ok(format!("{}: {summary}\n\n{}", style.error(name), laid_out(page, style)))
        }
        None => {
            let near = did_you_mean(name, all.iter().map(|(name, _)| name.as_str()));
            let near = near.map_or("`explain` lists them".to_owned(), |near| format!("did you mean `{near}`?"));
            Err(format!("there is no code or lint `{name}`; {near}"))
        }
    }
}

/// An example of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example<'a> {
    /// Whether it is the one that is refused.
    pub wrong: bool,
    /// The engines that it is for, as mina.toml would have them; empty for SQLite.
    pub engines: &'a str,
    /// The text.
    pub text: &'a str,
}

/// The examples of a page, in their order.
pub fn examples(page: &str) -> impl Iterator<Item = Example<'_>> {
    parts(page).filter_map(|part| part.ok())
}

/// Prose, or an example.
fn parts(page: &str) -> impl Iterator<Item = Result<Example<'_>, &str>> {
    page.split("```").enumerate().map(|(place, part)| {
        if place % 2 == 0 {
            return Err(part.trim());
        }
        let (kind, text) = part.split_once('\n').unwrap_or((part, ""));
        let (kind, engines) = kind.split_once(' ').unwrap_or((kind, ""));
        Ok(Example {
            wrong: kind == "wrong",
            engines,
            text,
        })
    })
}

fn laid_out(page: &str, style: Style) -> String {
    const WIDTH: usize = 100;
    let mut text = String::new();
    for part in parts(page) {
        match part {
            Err("") => {}
            Err(prose) => text += &format!("{}\n\n", wrapped(prose, WIDTH)),
            Ok(example) => {
                let heading = match example.wrong {
                    true => style.error("Wrong"),
                    false => style.good("Right"),
                };
                let engines = match example.engines {
                    "" => String::new(),
                    engines => format!(", checked for {engines}"),
                };
                text += &format!("{heading}{engines}:\n\n");
                for line in example.text.lines() {
                    text += format!("    {line}").trim_end();
                    text.push('\n');
                }
                text.push('\n');
            }
        }
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn wrapped(prose: &str, width: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in prose.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::explain;

    #[test]
    fn a_code_is_found_in_any_case_and_a_misspelt_one_is_guessed() {
        assert!(explain(Some("m302")).is_ok_and(|text| text.starts_with("M302: ")));
        assert!(explain(Some("lossy_downgrad")).is_err_and(|error| error.contains("`lossy_downgrade`")));
        assert!(explain(Some("")).is_err());
    }

    #[test]
    fn a_page_is_laid_out_for_a_terminal() {
        let page = explain(Some("M302")).unwrap_or_default();
        assert!(
            page.contains("\nWrong:\n\n    upgrade {\n        add_column users.bio: Nullable<Text>;\n"),
            "{page}"
        );
        assert!(page.lines().all(|line| line.chars().count() <= 120), "{page}");
        assert!(!page.contains("```"), "{page}");
    }
}

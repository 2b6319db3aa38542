//! Bodies of triggers, functions and views in one form, whether a history says them or PostgreSQL prints them.

use super::fold::fold;
use super::{quote, types};
use crate::engine::Engine;
use crate::schema::Expression;
use crate::sql::lexer::{Kind, Lexeme, significant};

/// What stands around the table in CREATE TRIGGER: timing, events in one order, and what is done.
pub(super) fn trigger(statement: &str) -> String {
    let all = significant(statement, Engine::Pg);
    let name = all.iter().position(|lexeme| lexeme.is_word("trigger")).map_or(0, |at| at + 2);
    let Some(on) = all.iter().skip(name).position(|lexeme| lexeme.is_word("on")).map(|at| at + name) else {
        return statement.to_owned();
    };
    let head = all.get(name..on).unwrap_or_default();
    let timing = head
        .iter()
        .take_while(|lexeme| lexeme.is_one_of(&["before", "after", "instead"]))
        .count();
    let timing = timing + usize::from(head.get(timing).is_some_and(|lexeme| lexeme.is_word("of")));
    let (timing, events) = head.split_at(timing.min(head.len()));
    let mut events: Vec<String> = events.split(|lexeme| lexeme.is_word("or")).map(words).collect();
    events.sort();
    let mut rest = all.get(on + 1..).unwrap_or_default();
    while let [name, dot, after @ ..] = rest
        && name.is_identifier()
        && dot.is_mark('.')
    {
        rest = after;
    }
    let rest = rest.get(1..).unwrap_or_default();
    format!("{} {} {}", words(timing), events.join(" OR "), action(rest, statement))
}

/// What follows the table: `FOR EACH STATEMENT` is said, conditions and calls are in one form.
fn action(rest: &[Lexeme<'_>], statement: &str) -> String {
    let each = rest.iter().position(|lexeme| lexeme.is_word("for"));
    let when = rest.iter().position(|lexeme| lexeme.is_word("when"));
    let execute = rest.iter().position(|lexeme| lexeme.is_word("execute")).unwrap_or(rest.len());
    let before = words(&rest[..each.or(when).unwrap_or(execute).min(execute)]);
    let row = each.is_some_and(|at| rest[at..execute.max(at)].iter().take(3).any(|lexeme| lexeme.is_word("row")));
    let mut said = if before.is_empty() { String::new() } else { before + " " };
    said += if row { "FOR EACH ROW" } else { "FOR EACH STATEMENT" };
    if let Some(condition) = when.and_then(|at| rest.get(at + 1..execute)) {
        said += &format!(" WHEN ({})", condition_of(condition, statement));
    }
    let call = rest.get(execute + 2..).unwrap_or_default();
    let call = match call {
        [schema, dot, call @ ..] if schema.is_word("public") && dot.is_mark('.') => call,
        call => call,
    };
    format!(
        "{said} EXECUTE FUNCTION {}",
        words(call).replace(" (", "(").replace("( ", "(").replace(" )", ")")
    )
}

fn condition_of(condition: &[Lexeme<'_>], statement: &str) -> String {
    let (Some(first), Some(last)) = (condition.first(), condition.last()) else {
        return String::new();
    };
    match Expression::parse(&statement[first.start..last.end()], Engine::Pg) {
        Ok(expression) => fold(&expression, &[]).sql().to_owned(),
        Err(_) => meaning(condition).join(" "),
    }
}

/// The lexemes in one spelling, with a space between.
fn words(lexemes: &[Lexeme<'_>]) -> String {
    lexemes.iter().map(word).collect::<Vec<_>>().join(" ")
}

fn word(lexeme: &Lexeme<'_>) -> String {
    let keyword = |text: &str| text.to_ascii_lowercase();
    match lexeme.kind {
        Kind::Word if is_said_in_capitals(lexeme) => lexeme.text.to_ascii_uppercase(),
        Kind::Word => keyword(lexeme.text),
        Kind::Quoted => {
            let name = lexeme.name();
            let plain = name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
            if plain { name } else { quote(&name) }
        }
        _ => lexeme.text.to_owned(),
    }
}

fn is_said_in_capitals(lexeme: &Lexeme<'_>) -> bool {
    lexeme.is_one_of(&[
        "before",
        "after",
        "instead",
        "of",
        "insert",
        "delete",
        "update",
        "truncate",
        "or",
        "referencing",
        "old",
        "new",
        "table",
        "as",
    ])
}

/// A function's arguments: names, types in one spelling, defaults.
pub(super) fn arguments(text: &str) -> String {
    let all = significant(text, Engine::Pg);
    if all.is_empty() {
        return String::new();
    }
    let each = split(&all, |lexeme| lexeme.is_mark(','));
    each.into_iter()
        .map(|argument| self::argument(argument, text))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The parts between marks that stand in no parentheses.
fn split<'l, 's>(all: &'l [Lexeme<'s>], is_mark: impl Fn(&Lexeme<'s>) -> bool) -> Vec<&'l [Lexeme<'s>]> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0usize, 0);
    for (at, lexeme) in all.iter().enumerate() {
        if lexeme.is_mark('(') || lexeme.is_mark('[') {
            depth += 1;
        } else if lexeme.is_mark(')') || lexeme.is_mark(']') {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && is_mark(lexeme) {
            parts.push(&all[start..at]);
            start = at + 1;
        }
    }
    parts.push(&all[start..]);
    parts
}

fn argument(argument: &[Lexeme<'_>], text: &str) -> String {
    let between = |part: &[Lexeme<'_>]| match part {
        [first, .., last] => text[first.start..last.end()].to_owned(),
        [only] => only.text.to_owned(),
        [] => String::new(),
    };
    let default = argument.iter().position(|lexeme| lexeme.is_word("default") || lexeme.is_mark('='));
    let (declared, default) = argument.split_at(default.unwrap_or(argument.len()));
    let (mode, declared) = match declared {
        [mode, rest @ ..] if mode.is_one_of(&["out", "inout", "variadic"]) && !rest.is_empty() => {
            (mode.text.to_ascii_uppercase() + " ", rest)
        }
        [mode, rest @ ..] if mode.is_word("in") && !rest.is_empty() => (String::new(), rest),
        rest => (String::new(), rest),
    };
    let whole = types::read(&between(declared));
    let said = match (declared, &whole) {
        ([name, ty @ ..], crate::schema::Type::Custom(_)) if !ty.is_empty() && !ty[0].is_mark('.') && !ty[0].is_mark('[') => {
            format!("{} {}", word(name), types::spelled(&between(ty)))
        }
        (declared, _) => types::spelled(&between(declared)),
    };
    let default = match default {
        [_, value @ ..] if !value.is_empty() => match Expression::parse(&between(value), Engine::Pg) {
            Ok(expression) => format!(" DEFAULT {}", fold(&expression, &[]).sql()),
            Err(_) => format!(" DEFAULT {}", between(value)),
        },
        _ => String::new(),
    };
    format!("{mode}{said}{default}")
}

const CLAUSES: &[&str] = &[
    "returns",
    "language",
    "transform",
    "window",
    "immutable",
    "stable",
    "volatile",
    "leakproof",
    "strict",
    "security",
    "parallel",
    "cost",
    "rows",
    "support",
    "set",
    "as",
    "return",
    "called",
    "external",
    "begin",
];

/// What follows a function's arguments: its clauses in one order, those that say nothing left out.
pub(super) fn function(text: &str) -> String {
    let all = significant(text, Engine::Pg);
    let mut clauses: Vec<Vec<Lexeme<'_>>> = Vec::new();
    for (at, lexeme) in all.iter().enumerate() {
        let continues = clauses.last().is_some_and(|clause| continues(clause, &all[at..]));
        match clauses.last_mut() {
            Some(clause) if continues || !lexeme.is_one_of(CLAUSES) => clause.push(*lexeme),
            _ => clauses.push(vec![*lexeme]),
        }
    }
    let mut said: Vec<String> = clauses.iter().filter_map(|clause| self::clause(clause, text)).collect();
    said.sort();
    said.join(" ")
}

/// Whether a word that begins clauses stands inside one: `RETURNS NULL ON …`, `SET x = …`, what is not in quotes.
fn continues(clause: &[Lexeme<'_>], next: &[Lexeme<'_>]) -> bool {
    let Some(first) = clause.first() else { return false };
    match clause.len() {
        _ if first.is_one_of(&["return", "begin"]) => true,
        1 => first.is_one_of(&["language", "as", "external", "set", "returns"]) || (first.is_word("not") && next[0].is_word("leakproof")),
        _ => false,
    }
}

fn clause(clause: &[Lexeme<'_>], text: &str) -> Option<String> {
    let [first, rest @ ..] = clause else { return None };
    let rest: &[Lexeme<'_>] = rest;
    let between = |part: &[Lexeme<'_>]| match part {
        [first, .., last] => text[first.start..last.end()].to_owned(),
        [only] => only.text.to_owned(),
        [] => String::new(),
    };
    match first.text.to_ascii_lowercase().as_str() {
        "volatile" | "called" => None,
        "not" => None,
        "external" | "security" => rest
            .iter()
            .any(|lexeme| lexeme.is_word("definer"))
            .then(|| "SECURITY DEFINER".to_owned()),
        "parallel" if rest.iter().any(|lexeme| lexeme.is_word("unsafe")) => None,
        "returns" if rest.first().is_some_and(|lexeme| lexeme.is_word("null")) => Some("STRICT".to_owned()),
        "returns" => Some(format!("RETURNS {}", returned(rest, &between(rest)))),
        "language" => Some(format!("LANGUAGE {}", rest.first().map(content).unwrap_or_default().to_lowercase())),
        "as" => {
            let texts: Vec<String> = rest.iter().filter(|lexeme| !lexeme.is_mark(',')).map(content).collect();
            Some(format!("AS {}", texts.join("\n")))
        }
        "set" => Some(format!("SET {}", words(rest).replace(" to ", " = ").replace('\'', ""))),
        word => Some(format!("{} {}", word.to_uppercase(), words(rest)).trim().to_owned()),
    }
}

fn returned(rest: &[Lexeme<'_>], text: &str) -> String {
    match rest {
        [set, ty @ ..] if set.is_word("setof") => format!("SETOF {}", types::spelled(&words(ty).replace(" . ", "."))),
        [table, open, columns @ .., close] if table.is_word("table") && open.is_mark('(') && close.is_mark(')') => {
            let each = split(columns, |lexeme| lexeme.is_mark(','));
            let each = each.into_iter().map(|column| match column {
                [name, ty @ ..] => format!("{} {}", word(name), types::spelled(&words(ty))),
                [] => String::new(),
            });
            format!("TABLE({})", each.collect::<Vec<_>>().join(", "))
        }
        _ => types::spelled(text),
    }
}

/// What stands between the quotes.
fn content(lexeme: &Lexeme<'_>) -> String {
    match lexeme.kind {
        Kind::Dollar => lexeme.dollar_body().map_or_else(String::new, |(body, _)| body.to_owned()),
        Kind::Text => {
            let inner = lexeme.text.trim_start_matches(['e', 'E']).trim_matches('\'');
            inner.replace("''", "'")
        }
        _ => lexeme.name(),
    }
}

/// Whether two texts say the same: bodies in one form, or queries that PostgreSQL prints alike.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    one == other || meaning(&significant(one, Engine::Pg)) == meaning(&significant(other, Engine::Pg))
}

/// The words of a query without what PostgreSQL adds when it prints one: parentheses, the tables of columns, casts of
/// literals and columns to text, names of results that are those of their columns.
fn meaning(lexemes: &[Lexeme<'_>]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(lexeme) = lexemes.get(at) {
        let next = |ahead: usize| lexemes.get(at + ahead);
        if lexeme.is_mark('(') || lexeme.is_mark(')') || lexeme.is_mark(';') {
            at += 1;
        } else if lexeme.is_mark(':') && next(1).is_some_and(|next| next.is_mark(':')) {
            at = after_type(lexemes, at + 2);
        } else if lexeme.is_identifier() && next(1).is_some_and(|next| next.is_mark('.')) && next(2).is_some_and(Lexeme::is_identifier) {
            at += 2;
        } else if lexeme.is_one_of(&["inner", "outer", "asc", "as"]) {
            at += 1;
        } else {
            words.push(spelled(lexeme));
            at += 1;
        }
    }
    results(rewritten(words))
}

fn spelled(lexeme: &Lexeme<'_>) -> String {
    match lexeme.kind {
        Kind::Word => lexeme.text.to_lowercase(),
        Kind::Quoted => lexeme.name(),
        _ => lexeme.text.to_owned(),
    }
}

/// Where a type's name ends that begins there: `character varying(20)[]`.
fn after_type(lexemes: &[Lexeme<'_>], start: usize) -> usize {
    let mut at = start;
    while lexemes.get(at + 1).is_some_and(|dot| dot.is_mark('.')) {
        at += 2;
    }
    let first = lexemes.get(at);
    at += 1;
    let more = match first {
        Some(first) if first.is_word("double") => 1,
        Some(first) if first.is_one_of(&["character", "bit"]) => usize::from(lexemes.get(at).is_some_and(|next| next.is_word("varying"))),
        _ => 0,
    };
    at += more;
    if lexemes.get(at).is_some_and(|open| open.is_mark('(')) && lexemes.get(at + 1).is_some_and(|digits| digits.kind == Kind::Number) {
        at += lexemes[at..]
            .iter()
            .position(|close| close.is_mark(')'))
            .map_or(0, |close| close + 1);
    }
    let zone = lexemes.get(at).is_some_and(|next| next.is_one_of(&["with", "without"]))
        && lexemes.get(at + 1).is_some_and(|next| next.is_word("time"));
    if zone {
        at += 3;
    }
    while lexemes.get(at).is_some_and(|open| open.is_mark('[')) && lexemes.get(at + 1).is_some_and(|close| close.is_mark(']')) {
        at += 2;
    }
    at
}

/// Operators in one spelling: marks that belong together, `IN` for `= ANY ARRAY[…]`, `LIKE` for `~~`.
fn rewritten(words: Vec<String>) -> Vec<String> {
    let mut text: Vec<String> = Vec::new();
    let is_operator = |word: &str| !word.is_empty() && word.chars().all(|mark| "+*/<>=~!@#%^&|?-".contains(mark));
    let mut joined: Vec<String> = Vec::new();
    for word in words {
        match joined.last_mut() {
            Some(last) if is_operator(last) && is_operator(&word) && word != "-" => last.push_str(&word),
            _ => joined.push(word),
        }
    }
    let mut at = 0;
    while at < joined.len() {
        let following: Vec<&str> = joined[at..].iter().take(6).map(String::as_str).collect();
        match following[..] {
            [value, ">=", low, "and", again, "<="] if value == again => {
                text.extend([value, "between", low, "and"].map(str::to_owned));
                at += 6;
                continue;
            }
            ["=", "any", "array", "[", ..] => {
                text.push("in".into());
                close(&mut joined, at + 4);
                at += 4;
                continue;
            }
            ["<>", "all", "array", "[", ..] => {
                text.extend(["not".into(), "in".into()]);
                close(&mut joined, at + 4);
                at += 4;
                continue;
            }
            ["~~", ..] => text.push("like".into()),
            ["!~~", ..] => text.extend(["not".into(), "like".into()]),
            ["~~*", ..] => text.push("ilike".into()),
            ["!~~*", ..] => text.extend(["not".into(), "ilike".into()]),
            ["!=", ..] => text.push("<>".into()),
            [word, ..] => text.push(word.to_owned()),
            [] => {}
        }
        at += 1;
    }
    text
}

/// Takes the bracket out that closes the one before a place.
fn close(words: &mut Vec<String>, start: usize) {
    let mut depth = 0usize;
    for at in start..words.len() {
        match words[at].as_str() {
            "[" => depth += 1,
            "]" if depth == 0 => {
                words.remove(at);
                return;
            }
            "]" => depth -= 1,
            _ => {}
        }
    }
}

/// Without a name that repeats the word before it: `count(*) AS count`, `users.name AS name`.
fn results(words: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    let mut item: Vec<String> = Vec::new();
    for word in words {
        let ends = [",", "from", "union", "where"].contains(&word.as_str());
        if ends {
            if item.len() > 1 && item.last() == item.first() || item.len() > 1 && item.last() == item.get(item.len() - 2) {
                item.pop();
            }
            kept.append(&mut item);
            kept.push(word);
        } else {
            if word == "select" || word == "distinct" {
                kept.append(&mut item);
                kept.push(word);
                continue;
            }
            item.push(word);
        }
    }
    kept.append(&mut item);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_known_in_what_postgresql_prints() {
        let same = [
            (
                "SELECT id, name FROM users WHERE status = 'active' AND name LIKE 'a%'",
                " SELECT users.id,\n    users.name\n   FROM users\n  WHERE (((users.status)::text = 'active'::text) AND ((users.name)::text ~~ 'a%'::text));",
            ),
            (
                "SELECT count(*), u.name AS n FROM users u INNER JOIN tasks t ON t.user_id = u.id WHERE t.state IN ('a', 'b') GROUP BY u.name",
                "SELECT count(*) AS count, u.name AS n FROM (users u JOIN tasks t ON ((t.user_id = u.id))) WHERE (t.state = ANY (ARRAY['a'::task_state, 'b'::task_state])) GROUP BY u.name;",
            ),
        ];
        for (said, printed) in same {
            assert!(
                is_same(said, printed),
                "{:?}\n{:?}",
                meaning(&significant(said, Engine::Pg)),
                meaning(&significant(printed, Engine::Pg))
            );
        }
        assert!(!is_same("SELECT id FROM users WHERE a = 'x'", "SELECT id FROM users WHERE a = 'y'"));
    }

    #[test]
    fn a_trigger_has_one_form() {
        insta::assert_snapshot!(trigger("CREATE TRIGGER t AFTER UPDATE OR insert ON public.users FOR EACH ROW WHEN ((old.a IS DISTINCT FROM new.a)) EXECUTE FUNCTION public.touch('x')"), @"AFTER INSERT OR UPDATE FOR EACH ROW WHEN ((old.a IS DISTINCT FROM new.a)) EXECUTE FUNCTION touch('x')");
        insta::assert_snapshot!(trigger("CREATE TRIGGER \"t\" BEFORE UPDATE OF a, \"b\" ON \"users\" EXECUTE PROCEDURE touch()"), @"BEFORE UPDATE OF a , b FOR EACH STATEMENT EXECUTE FUNCTION touch()");
    }

    #[test]
    fn a_function_has_one_form() {
        let said = "RETURNS trigger AS $$ BEGIN NEW.seen = now(); RETURN NEW; END $$ LANGUAGE plpgsql VOLATILE";
        let printed = " RETURNS trigger\n LANGUAGE plpgsql\nAS $function$ BEGIN NEW.seen = now(); RETURN NEW; END $function$\n";
        assert_eq!(function(said), function(printed));
        insta::assert_snapshot!(function(said), @"AS  BEGIN NEW.seen = now(); RETURN NEW; END  LANGUAGE plpgsql RETURNS trigger");
        assert_eq!(
            arguments("a INT, IN b varchar DEFAULT 'x', timestamptz"),
            arguments("a integer, b character varying DEFAULT 'x'::character varying, timestamp with time zone")
        );
    }
}

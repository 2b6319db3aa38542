//! Intervals as PostgreSQL prints them.

/// `2 hours` as `02:00:00`, `1 year 1 week` as `1 year 7 days`; as it is, where it is written in another way.
/// <https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-INTERVAL-OUTPUT>
pub(super) fn normal(text: &str) -> String {
    parts(text).map_or_else(|| text.to_owned(), |(months, days, micros)| printed(months, days, micros))
}

const SECOND: i64 = 1_000_000;

/// Months, days and microseconds.
fn parts(text: &str) -> Option<(i64, i64, i64)> {
    let (mut months, mut days, mut micros) = (0i64, 0i64, 0i64);
    let mut words = text.split_whitespace().peekable();
    words.peek()?;
    while let Some(word) = words.next() {
        if word.contains(':') {
            micros = micros.checked_add(clock(word)?)?;
            continue;
        }
        let split = word.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(word.len());
        let (number, unit) = word.split_at(split);
        let unit = if unit.is_empty() { words.next()? } else { unit };
        let unit = unit.to_ascii_lowercase();
        let whole = || number.parse::<i64>().ok();
        let (places, size) = match unit.trim_end_matches('s') {
            "year" | "yr" | "y" => (&mut months, 12),
            "month" | "mon" => (&mut months, 1),
            "week" | "w" => (&mut days, 7),
            "day" | "d" => (&mut days, 1),
            "hour" | "hr" | "h" => (&mut micros, 3_600 * SECOND),
            "minute" | "min" | "m" => (&mut micros, 60 * SECOND),
            "second" | "sec" | "" => {
                micros = micros.checked_add(seconds(number)?)?;
                continue;
            }
            _ => return None,
        };
        *places = places.checked_add(whole()?.checked_mul(size)?)?;
    }
    Some((months, days, micros))
}

fn clock(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text.trim_start_matches('+')),
    };
    let mut parts = text.split(':');
    let hours: i64 = parts.next()?.parse().ok()?;
    let minutes: i64 = parts.next()?.parse().ok()?;
    let seconds = parts.next().map_or(Some(0), seconds)?;
    let whole = hours.checked_mul(3_600)?.checked_add(minutes.checked_mul(60)?)?;
    Some(sign * whole.checked_mul(SECOND)?.checked_add(seconds)?)
}

fn seconds(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 6 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    whole.parse::<i64>().ok()?.checked_mul(SECOND)?.checked_add(sign * micros)
}

fn printed(months: i64, days: i64, micros: i64) -> String {
    let mut said = Vec::new();
    let unit = |count: i64, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    if months / 12 != 0 {
        said.push(unit(months / 12, "year"));
    }
    if months % 12 != 0 {
        said.push(unit(months % 12, "mon"));
    }
    if days != 0 {
        said.push(unit(days, "day"));
    }
    if micros != 0 || said.is_empty() {
        let (sign, left) = if micros < 0 { ("-", -micros) } else { ("", micros) };
        let (seconds, micros) = (left / SECOND, left % SECOND);
        let clock = format!("{sign}{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
        let fraction = format!("{micros:06}");
        said.push(match fraction.trim_end_matches('0') {
            "" => clock,
            fraction => format!("{clock}.{fraction}"),
        });
    }
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_written_as_it_is_printed() {
        for (written, is) in [
            ("1 day", "1 day"),
            ("2 hours", "02:00:00"),
            ("1 week 3 days", "10 days"),
            ("14 months", "1 year 2 mons"),
            ("90 min 1.5 sec", "01:30:01.5"),
            ("1d 08:00", "1 day 08:00:00"),
            ("-1 day", "-1 days"),
            ("00:00", "00:00:00"),
            ("P1Y", "P1Y"),
            ("", ""),
        ] {
            assert_eq!(normal(written), is, "{written}");
        }
    }
}

//! Ids that sort after others.

/// The first id after `id` that is not `taken`: one second later where `id` is a timestamp.
pub fn next(id: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut next = successor(id);
    while taken(&next) {
        next = successor(&next);
    }
    next
}

fn successor(id: &str) -> String {
    if let Some(next) = second_later(id) {
        return next;
    }
    let mut bytes = id.as_bytes().to_vec();
    for at in (0..bytes.len()).rev() {
        match bytes[at] {
            b'9' if id.bytes().all(|byte| byte.is_ascii_digit()) => bytes[at] = b'0',
            b'z' => break,
            b'9' => {
                bytes[at] = b'a';
                return String::from_utf8_lossy(&bytes).into_owned();
            }
            _ => {
                bytes[at] += 1;
                return String::from_utf8_lossy(&bytes).into_owned();
            }
        }
    }
    format!("{id}1")
}

fn second_later(id: &str) -> Option<String> {
    if id.len() != 14 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| id[from..to].parse::<u32>().ok();
    let (mut year, mut month, mut day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (mut hour, mut minute, mut second) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
    if !(1..=12).contains(&month) || !(1..=days(year, month)).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    second += 1;
    let carries: [(&mut u32, u32, u32); 3] = [(&mut second, 60, 0), (&mut minute, 60, 0), (&mut hour, 24, 0)];
    let mut carry = 0;
    for (value, limit, start) in carries {
        *value += carry;
        carry = u32::from(*value == limit);
        if carry == 1 {
            *value = start;
        }
    }
    day += carry;
    if day > days(year, month) {
        (day, month) = (1, month + 1);
    }
    if month > 12 {
        (month, year) = (1, year + 1);
    }
    (year <= 9999).then(|| format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}"))
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn a_timestamp_is_followed_by_the_next_second() {
        for (id, expected) in [
            ("20251008120000", "20251008120001"),
            ("20251231235959", "20260101000000"),
            ("20240228235959", "20240229000000"),
            ("20250228235959", "20250301000000"),
        ] {
            assert_eq!(next(id, |_| false), expected);
        }
    }

    #[test]
    fn other_ids_are_followed_by_one_that_sorts_after() {
        for id in ["1", "0009", "0099", "99", "a", "az", "zz", "6f9f2dd343f5", "20259999999999", "a9"] {
            let next = next(id, |_| false);
            assert!(next.as_str() > id, "{next} after {id}");
            assert!(next.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase()));
        }
    }

    #[test]
    fn taken_ids_are_passed_over() {
        assert_eq!(next("0001", |id| id == "0002"), "0003");
    }
}

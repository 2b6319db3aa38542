/// The unified difference of two lists of lines; empty where they are the same.
pub(super) fn unified(before: &[String], after: &[String]) -> String {
    const AROUND: usize = 2;
    let lines = lines(before, after);
    let changed: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, (mark, _))| *mark != ' ')
        .map(|(at, _)| at)
        .collect();
    let mut text = String::new();
    let mut last = None;
    for (at, (mark, line)) in lines.iter().enumerate() {
        if !changed.iter().any(|change| change.abs_diff(at) <= AROUND) {
            continue;
        }
        if last.is_some_and(|last| last + 1 < at) {
            text += "  …\n";
        }
        last = Some(at);
        text += &format!("{mark} {line}\n");
    }
    text
}

// The lists are sorted facts that share most of their lines: what is common at both ends is cut off first.
fn lines<'a>(before: &'a [String], after: &'a [String]) -> Vec<(char, &'a str)> {
    let head = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let rest = before[head..].iter().rev().zip(after[head..].iter().rev());
    let tail = rest.take_while(|(a, b)| a == b).count();
    let (old, new) = (&before[head..before.len() - tail], &after[head..after.len() - tail]);

    let mut longest = vec![vec![0usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i][j] = match old[i] == new[j] {
                true => longest[i + 1][j + 1] + 1,
                false => longest[i + 1][j].max(longest[i][j + 1]),
            };
        }
    }
    let mut lines: Vec<(char, &str)> = before[..head].iter().map(|line| (' ', line.as_str())).collect();
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        match (old.get(i), new.get(j)) {
            (Some(a), Some(b)) if a == b => {
                lines.push((' ', a));
                (i, j) = (i + 1, j + 1);
            }
            (Some(a), _) if j == new.len() || longest[i + 1][j] >= longest[i][j + 1] => {
                lines.push(('-', a));
                i += 1;
            }
            (_, Some(b)) => {
                lines.push(('+', b));
                j += 1;
            }
            _ => break,
        }
    }
    lines.extend(before[before.len() - tail..].iter().map(|line| (' ', line.as_str())));
    lines
}

#[cfg(test)]
mod tests {
    use super::unified;

    fn lines(text: &str) -> Vec<String> {
        text.chars().map(String::from).collect()
    }

    #[test]
    fn what_differs_is_shown_with_what_is_around_it() {
        insta::assert_snapshot!(unified(&lines("abcdefghi"), &lines("abcxefghij")), @r"
          b
          c
        - d
        + x
          e
          f
          …
          h
          i
        + j
        ");
        assert_eq!(unified(&lines("abc"), &lines("abc")), "");
        assert_eq!(unified(&lines(""), &lines("a")), "+ a\n");
    }
}

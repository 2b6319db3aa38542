use mina_core::diagnostic::{Code, Lint, did_you_mean};

/// What a code or a lint means; all of them, a line each, where none is given.
///
/// # Errors
///
/// There is no such code or lint: one sentence with the nearest one that there is.
pub fn explain(name: Option<&str>) -> Result<String, String> {
    let codes = Code::ALL.iter().map(|code| (code.to_string(), code.summary()));
    let lints = Lint::ALL.iter().map(|lint| (lint.name().to_owned(), lint.summary()));
    let all: Vec<(String, &str)> = codes.chain(lints).collect();
    let Some(name) = name.map(str::trim) else {
        return Ok(all.iter().map(|(name, summary)| format!("{name:<18}{summary}\n")).collect());
    };
    match all.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        Some((name, summary)) => Ok(format!("{name}: {summary}\n")),
        None => {
            let near = did_you_mean(name, all.iter().map(|(name, _)| name.as_str()));
            let near = near.map_or("`explain` lists them".to_owned(), |near| format!("did you mean `{near}`?"));
            Err(format!("there is no code or lint `{name}`; {near}"))
        }
    }
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
}

use crate::runner::ErrorKind;

/// What a `password` of a url stands for: `file:/run/secrets/db` and `env:DB_PASSWORD` are read, anything else is itself.
pub(super) fn read(value: String) -> Result<String, ErrorKind> {
    if let Some(path) = value.strip_prefix("file:") {
        let text = std::fs::read_to_string(path).map_err(|error| ErrorKind::Open {
            path: path.to_owned(),
            reason: format!("{error}; the password is to be read from it"),
        })?;
        return Ok(text.trim_end_matches(['\n', '\r']).to_owned());
    }
    match value.strip_prefix("env:") {
        Some(variable) => super::variable(variable, "the password of the url"),
        None => Ok(value),
    }
}

//! What moves the history or holds a database against it, and runs nothing.

use super::{Failure, Session, names};
use crate::connection::AsConnection;
use crate::runner::{Stamp, Stamped};
use mina_command::{Output, count};
use serde_json::json;

impl Session<'_> {
    pub(super) fn stamp(&self, targets: &[String], purge: bool, force: bool) -> Result<Output, Failure> {
        let mut stamp = Stamp::to(targets);
        if purge {
            stamp = stamp.purge();
        }
        if force {
            stamp = stamp.force();
        }
        let mut output = Output::default();
        let mut done = Vec::new();
        for bound in self.bound(&self.names_for(&targets.join(":"))?)? {
            let mut conn = bound.location.open(false).map_err(|error| bound.fail(error))?;
            let stamped = bound.runner.stamp(conn.as_connection(), &stamp);
            let stamped = stamped.map_err(|error| bound.fail(error))?;
            for difference in &stamped.differences {
                let difference = difference.to_string().replace('\n', "\n    ");
                output.text += &format!("  all the same: {difference}\n");
            }
            output.text += &format!("{}: {}\n", bound.title(), summary(&stamped));
            done.push(json!({ "bind": bound.label(), "database": bound.location.to_string(), "stamped": stamped }));
        }
        if self.options.quiet {
            output.text.clear();
        }
        output.json = json!({ "databases": done });
        Ok(output)
    }

    pub(super) fn check(&self) -> Result<Output, Failure> {
        let mut output = Output::default();
        let mut databases = Vec::new();
        for bound in self.bound(&self.names()?)? {
            let mut conn = bound.location.open(false).map_err(|error| bound.fail(error))?;
            let differences = bound.runner.drift(conn.as_connection()).map_err(|error| bound.fail(error))?;
            output.text += &match differences.len() {
                0 => format!("{}: as the history makes it\n", bound.title()),
                number => format!(
                    "{}: {} between the history and the database\n",
                    bound.title(),
                    count(number, "difference")
                ),
            };
            let texts: Vec<String> = differences.iter().map(ToString::to_string).collect();
            for text in &texts {
                output.text += &format!("  {}\n", text.replace('\n', "\n  "));
            }
            if !texts.is_empty() {
                output.code = 4;
            }
            databases.push(json!({ "bind": bound.label(), "database": bound.location.to_string(), "differences": texts }));
        }
        output.json = json!({ "databases": databases });
        Ok(output)
    }

    pub(super) fn ensure_version(&self) -> Result<Output, Failure> {
        let mut output = Output::default();
        let mut databases = Vec::new();
        for bound in self.bound(&self.names()?)? {
            let mut conn = bound.location.open(true).map_err(|error| bound.fail(error))?;
            let ensured = bound.runner.ensure_version(conn.as_connection());
            ensured.map_err(|error| bound.fail(error))?;
            output.text += &format!("{}: Mina's tables are there\n", bound.title());
            databases.push(json!({ "bind": bound.label(), "database": bound.location.to_string() }));
        }
        if self.options.quiet {
            output.text.clear();
        }
        output.json = json!({ "databases": databases });
        Ok(output)
    }
}

fn summary(stamped: &Stamped) -> String {
    let at = names(&stamped.current);
    let moved = [(&stamped.entered, "recorded"), (&stamped.removed, "forgotten")];
    let moved = moved.iter().filter(|(ids, _)| !ids.is_empty());
    let moved: Vec<String> = moved
        .map(|(ids, word)| format!("{} {word}", count(ids.len(), "revision")))
        .collect();
    match moved.is_empty() {
        true => format!("nothing to record, at {at}"),
        false => format!("{}, now at {at}", moved.join(", ")),
    }
}

use super::progress::Lines;
use super::{Bound, Failure, Session, names};
use crate::connection::{AsConnection, Connection};
use crate::runner::{Direction, Edit, Error, ErrorKind, Loss, Plan, Progress, Report, duration};
use mina_command::database::Agree;
use mina_command::{Format, Output, Style, count};
use serde_json::{Value, json};
use std::time::Duration;

impl Session<'_> {
    pub(super) fn upgrade(&self, target: &str, backup: bool) -> Result<Output, Failure> {
        let names = self.names_for(target)?;
        self.each(&names, summary_of_run, |bound| {
            if backup && let Some(copy) = self.back_up(bound, target)? {
                self.note(&format!("{}: a copy was made: {copy}", bound.title()));
            }
            let mut conn = bound.location.open(true).map_err(|error| bound.fail(error))?;
            self.go(bound, conn.as_connection(), Direction::Up, target)
        })
    }

    pub(super) fn create(&self) -> Result<Output, Failure> {
        let names = self.names()?;
        self.each(&names, summary_of_creation, |bound| {
            let mut conn = bound.location.open(true).map_err(|error| bound.fail(error))?;
            self.with_progress(bound, |progress| bound.runner.create_with(conn.as_connection(), progress))
        })
    }

    pub(super) fn downgrade(&self, target: &str, agree: Agree) -> Result<Output, Failure> {
        let names = self.names_for(target)?;
        let all = self.bound(&names)?;
        if !agree.is_given() {
            self.ask_for_losses(&all, target)?;
        }
        self.each(&names, summary_of_run, |bound| {
            let mut conn = match bound.location.open(false) {
                // What is not there needs no reverting where several databases are meant.
                Err(ErrorKind::NoDatabase { .. }) if names.len() > 1 => return Ok(Report::default()),
                opened => opened.map_err(|error| bound.fail(error))?,
            };
            self.go(bound, conn.as_connection(), Direction::Down, target)
        })
    }

    pub(super) fn ask_for_losses(&self, all: &[Bound], target: &str) -> Result<(), Failure> {
        let mut losses: Vec<Loss> = Vec::new();
        for bound in all {
            let (mut conn, there) = bound.look().map_err(|error| bound.fail(error))?;
            if !there {
                continue;
            }
            let plan = bound
                .runner
                .plan(conn.as_connection(), Direction::Down, target)
                .map_err(|error| bound.fail(error))?;
            losses.extend(
                bound
                    .runner
                    .losses(conn.as_connection(), &plan)
                    .map_err(|error| bound.fail(error))?,
            );
        }
        if losses.is_empty() {
            return Ok(());
        }
        let style = Style::stderr();
        if self.options.format == Format::Text {
            for loss in &losses {
                eprintln!("{} the downgrade of {} drops {loss}", style.warning("warning:"), loss.revision);
            }
        }
        match self.ask("go on?") {
            true => Ok(()),
            false => Err(Error::from(ErrorKind::Losing { losses: summary(&losses) }).into()),
        }
    }

    pub(super) fn each(
        &self,
        names: &[Option<String>],
        summary: impl Fn(&Bound, &Report) -> String,
        run: impl Fn(&Bound) -> Result<Report, Failure>,
    ) -> Result<Output, Failure> {
        let mut done: Vec<Value> = Vec::new();
        let mut text = String::new();
        for bound in self.bound(names)? {
            match run(&bound) {
                Ok(report) => {
                    done.push(json!({ "bind": bound.label(), "database": bound.location.to_string(), "report": report }));
                    if !self.options.quiet {
                        text += &format!("{}\n", summary(&bound, &report));
                    }
                }
                Err(mut failure) => {
                    print_now(self.options.format, &text);
                    done.push(json!({ "bind": bound.label(), "database": bound.location.to_string(), "report": failure.error.report() }));
                    failure.json = json!({ "databases": done });
                    return Err(failure);
                }
            }
            print_now(self.options.format, &text);
            text.clear();
        }
        Ok(Output {
            text,
            json: json!({ "databases": done }),
            code: 0,
            ..Output::default()
        })
    }

    fn go(&self, bound: &Bound, conn: &mut dyn Connection, direction: Direction, target: &str) -> Result<Report, Failure> {
        self.with_progress(bound, |progress| bound.runner.run(conn, direction, target, progress))
    }

    pub(super) fn with_progress<T>(&self, bound: &Bound, run: impl FnOnce(&mut dyn Progress) -> Result<T, Error>) -> Result<T, Failure> {
        let mut lines = Lines::new(self.options.quiet, bound.title());
        let mut silent = ();
        let progress: &mut dyn Progress = match self.options.format {
            Format::Json => &mut silent,
            _ => &mut lines,
        };
        run(progress).map_err(|error| bound.fail(error))
    }

    pub(super) fn repair(&self, agree: Agree, settle: bool, done: bool) -> Result<Output, Failure> {
        let mut output = Output::default();
        let mut repaired = Vec::new();
        for bound in self.bound(&self.names()?)? {
            let mut conn = match bound.location.open(false) {
                Err(ErrorKind::NoDatabase { .. }) => continue,
                opened => opened.map_err(|error| bound.fail(error))?,
            };
            if settle && let Some((revision, unit)) = bound.runner.settle(conn.as_connection(), done).map_err(|error| bound.fail(error))? {
                let word = if done { "done" } else { "to be run again" };
                output.text += &format!("{}: unit {unit} of {revision} is {word}\n", bound.title());
                repaired.push(json!({ "bind": bound.label(), "revision": revision, "unit": unit, "done": done }));
            }
            let status = bound.runner.status(conn.as_connection()).map_err(|error| bound.fail(error))?;
            if status.edited.is_empty() {
                continue;
            }
            let shown = checksums(&status.edited);
            if self.options.format == Format::Text {
                eprint!("{shown}");
            }
            if !agree.is_given() && !self.ask("record the new checksums?") {
                let edits = status.edited;
                return Err(bound.fail(ErrorKind::Edited { edits }));
            }
            let edits = bound.runner.repair(conn.as_connection()).map_err(|error| bound.fail(error))?;
            output.text += &format!("{}: recorded {}\n", bound.title(), count(edits.len(), "checksum"));
            repaired.push(json!({ "bind": bound.label(), "edited": edits }));
        }
        if repaired.is_empty() {
            output.text = "nothing to repair\n".to_owned();
        }
        output.json = json!({ "repaired": repaired });
        Ok(output)
    }
}

fn print_now(format: Format, text: &str) {
    let output = Output {
        text: text.to_owned(),
        ..Output::default()
    };
    if format == Format::Text {
        output.print(format);
    }
}

fn checksums(edits: &[Edit]) -> String {
    let lines = edits.iter().map(|edit| {
        format!(
            "{} ({})\n  applied: {}\n  now:     {}\n",
            edit.revision, edit.file, edit.recorded, edit.checksum
        )
    });
    lines.collect()
}

fn summary(losses: &[Loss]) -> String {
    let shown: Vec<String> = losses.iter().take(5).map(Loss::to_string).collect();
    let more = losses.len().saturating_sub(5);
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("this drops {}{rest}", shown.join(", "))
}

fn summary_of_creation(bound: &Bound, report: &Report) -> String {
    let number = count(report.migrations.len(), "revision");
    format!(
        "{}: created with {number} at once, now at {}",
        bound.title(),
        names(&report.current)
    )
}

fn summary_of_run(bound: &Bound, report: &Report) -> String {
    let at = names(&report.current);
    if report.is_empty() {
        return match report.warnings.is_empty() {
            true => format!("{}: nothing to do, at {at}", bound.title()),
            false => format!("{}: at {at}", bound.title()),
        };
    }
    let word = match report.migrations[0].direction {
        Direction::Up => "applied",
        Direction::Down => "reverted",
    };
    let took: Duration = report.migrations.iter().map(|ran| ran.duration).sum();
    let number = count(report.migrations.len(), "revision");
    format!("{}: {number} {word} in {}, now at {at}", bound.title(), duration(took))
}

/// What a plan is, in the words of the command that runs it.
pub(super) fn heading(plan: &Plan) -> String {
    format!("{} of {}", plan.direction.command(), count(plan.migrations.len(), "revision"))
}

use crate::runner::{Direction, Plan, Planned, Progress, Ran, count};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mina_command::Style;
use std::io::{IsTerminal, Write};
use std::time::Duration;

/// A line a migration on standard output, and a bar on standard error while it is a terminal.
pub(super) struct Lines {
    style: Style,
    quiet: bool,
    place: String,
    bar: ProgressBar,
}

impl Lines {
    pub(super) fn new(quiet: bool, place: String) -> Self {
        let bar = match std::io::stderr().is_terminal() && !quiet {
            true => ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()),
            false => ProgressBar::hidden(),
        };
        Self {
            style: Style::of(&std::io::stdout()),
            quiet,
            place,
            bar,
        }
    }

    fn print(&self, line: &str) {
        if !self.quiet {
            // A closed pipe is no reason to stop in the middle of a run.
            self.bar.suspend(|| drop(writeln!(std::io::stdout(), "{line}")));
        }
    }

    fn spin(&self, text: &str) {
        if let Ok(style) = ProgressStyle::with_template("  {spinner} {prefix} {wide_msg:.dim} {elapsed}") {
            self.bar.set_style(style);
        }
        self.bar.set_message(text.to_owned());
    }
}

impl Progress for Lines {
    fn planned(&mut self, plan: &Plan) {
        let (first, last) = match (plan.migrations.first(), plan.migrations.last()) {
            (Some(first), Some(last)) => (&first.revision, &last.revision),
            _ => return,
        };
        let range = match plan.migrations.len() {
            1 => first.clone(),
            _ => format!("{first} … {last}"),
        };
        let command = plan.direction.command();
        let number = count(plan.migrations.len(), "revision");
        self.print(&format!("{}: {command} of {number}, {range}", self.place));
    }

    fn began(&mut self, migration: &Planned, index: usize, total: usize) {
        self.bar.reset();
        self.bar.set_prefix(format!("{index}/{total} {}", migration.revision));
        self.spin(&migration.message);
        // It takes a thread, which a bar that nobody sees can do without.
        if !self.bar.is_hidden() {
            self.bar.enable_steady_tick(Duration::from_millis(120));
        }
        if migration.done > 0 {
            let (done, units) = (migration.done, migration.units.len());
            self.print(&format!(
                "  {} goes on after unit {done} of {units}",
                self.style.id(&migration.revision)
            ));
        }
    }

    fn step(&mut self, text: &str) {
        self.spin(text);
    }

    fn rows(&mut self, done: u64, total: u64) {
        if let Ok(style) =
            ProgressStyle::with_template("  {spinner} {prefix} [{bar:30}] {human_pos}/{human_len} rows, {per_sec}, {eta} left")
        {
            self.bar.set_style(style);
        }
        self.bar.set_length(total);
        self.bar.set_position(done);
    }

    fn finished(&mut self, ran: &Ran) {
        self.bar.disable_steady_tick();
        self.bar.finish_and_clear();
        let mark = match ran.direction {
            Direction::Up => self.style.good("+"),
            Direction::Down => self.style.warning("-"),
        };
        let text = ran.to_string();
        let text = text.replacen(&ran.revision, &self.style.id(&ran.revision), 1);
        self.print(&format!("  {mark} {text}"));
    }

    fn warning(&mut self, text: &str) {
        let style = Style::of(&std::io::stderr());
        self.bar.suspend(|| eprintln!("{} {text}", style.warning("warning:")));
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

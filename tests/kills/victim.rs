//! A process of its own that runs migrations, watched and killed.

use crate::scene::{Door, Scene};
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

const SIGKILL: i32 = 9;

/// When to kill.
pub enum Moment {
    /// That long after it began.
    Clock(Duration),
    /// That long after a statement began.
    Statement { nth: usize, after: Duration },
}

/// What the process was at when it was killed.
pub struct Wound {
    /// The beginning of the statement that was under way; none between two.
    pub statement: Option<String>,
}

/// An uninterrupted run.
pub struct Timeline {
    /// The units of its plan that were done before, and all.
    pub plan: (usize, usize),
    pub took: Duration,
    /// How long each statement took.
    pub statements: Vec<Duration>,
}

pub struct Victim {
    child: Child,
    lines: Receiver<(Instant, String)>,
    what: String,
}

impl Victim {
    pub fn spawn(path: &Path, scene: &Scene, door: Door) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("child").arg(path).args([scene.name, door.name()]);
        Self::start(command, &format!("{} by the {}", scene.name, door.name()))
    }

    /// Starts a process that tells what it is at on its standard output.
    pub fn start(mut command: Command, what: &str) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let _ = sender.send((Instant::now(), line));
            }
        });
        Self {
            child,
            lines,
            what: what.to_owned(),
        }
    }

    /// Kills it; none where it was done before.
    pub fn kill_at(&mut self, moment: &Moment) -> Option<Wound> {
        let mut last = self.reach(moment);
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        assert!(
            status.success() || status.signal() == Some(SIGKILL),
            "{} failed by itself: {status}",
            self.what
        );
        last = self.lines.iter().last().map_or(last, |(_, line)| line);
        (!status.success()).then(|| Wound {
            statement: last.strip_prefix("start ").map(str::to_owned),
        })
    }

    /// The server's number of its session, which it tells first.
    #[cfg(all(feature = "postgres", feature = "mysql"))]
    pub fn session(&mut self) -> i64 {
        let lines = self.lines.iter().map(|(_, line)| line);
        let mut told = lines.filter_map(|line| line.strip_prefix("session ").map(str::to_owned));
        told.next().unwrap().parse().unwrap()
    }

    /// Waits for a moment, and says what is under way then.
    #[cfg(all(feature = "postgres", feature = "mysql"))]
    pub fn wait_for(&mut self, moment: &Moment) -> Option<String> {
        let mut last = self.reach(moment);
        last = self.lines.try_iter().last().map_or(last, |(_, line)| line);
        last.strip_prefix("start ").map(str::to_owned)
    }

    /// Lets it come to its end, and says whether that was a bad one.
    #[cfg(all(feature = "postgres", feature = "mysql"))]
    pub fn failed(&mut self) -> bool {
        self.lines.iter().for_each(drop);
        !self.child.wait().unwrap().success()
    }

    fn reach(&mut self, moment: &Moment) -> String {
        let mut began = 0;
        let mut last = String::new();
        while let Ok((_, line)) = self.lines.recv() {
            began += usize::from(line.starts_with("start "));
            let now = match moment {
                Moment::Clock(after) => (line == "ready").then_some(*after),
                Moment::Statement { nth, after } => (began == nth + 1).then_some(*after),
            };
            last = line;
            if let Some(after) = now {
                thread::sleep(after);
                break;
            }
        }
        last
    }

    /// Lets it run to its end.
    pub fn finish(mut self) -> Timeline {
        let mut timeline = Timeline {
            plan: (0, 0),
            took: Duration::ZERO,
            statements: Vec::new(),
        };
        let (mut ready, mut started) = (None, None);
        for (at, line) in self.lines.iter() {
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["plan", done, units] => timeline.plan = (done.parse().unwrap(), units.parse().unwrap()),
                ["ready"] => ready = Some(at),
                ["session", _] => {}
                ["finish"] => timeline.statements.extend(started.take().map(|started| at - started)),
                _ => started = Some(at),
            }
            timeline.took = ready.map_or(Duration::ZERO, |ready| at - ready);
        }
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{} failed: {status}", self.what);
        timeline
    }
}

//! Scripts instead of runs.

use super::{Failure, Session};
use crate::runner::{ErrorKind, Offline, Runner};
use mina_command::Output;
use mina_command::database::Script;
use mina_core::engine::Engine;
use serde_json::json;

/// Which command's SQL is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scripted {
    Upgrade,
    Downgrade,
    Stamp,
    Tables,
}

impl Session<'_> {
    pub(super) fn sql(&self, what: Scripted, target: &str, script: &Script) -> Result<Output, Failure> {
        let to = target.rsplit(':').next().unwrap_or_default();
        let name = match &self.names_for(to)?[..] {
            [name] => name.clone(),
            several => {
                let known: Vec<&str> = several.iter().map(|name| name.as_deref().unwrap_or("default")).collect();
                let known = known.join("`, `--bind ");
                return Err(ErrorKind::Usage(format!("a script is for one database: add one of `--bind {known}`")).into());
            }
        };
        let engine = self.engine(name.as_deref(), script.engine);
        let mut offline = Offline::on(engine);
        if let Some((major, minor)) = script.sqlite_version {
            if engine != Engine::Sqlite {
                return Err(ErrorKind::Usage(format!("`--sqlite-version` is given, and the script is for {engine}")).into());
            }
            offline = offline.sqlite_version(major, minor);
        }
        if script.skip_run {
            offline = offline.skip_run();
        }
        let runner: Runner = self.runner(name.as_deref());
        let text = match what {
            Scripted::Upgrade => runner.upgrade_sql(target, &offline),
            Scripted::Downgrade => runner.downgrade_sql(&ranged(target), &offline),
            Scripted::Stamp => runner.stamp_sql(target, &offline),
            Scripted::Tables => runner.tables_sql(&offline),
        };
        let text = text.map_err(|error| Failure {
            bind: name.clone(),
            ..Failure::from(error)
        })?;
        Ok(Output {
            json: json!({ "bind": name.as_deref().unwrap_or("default"), "engine": engine, "sql": text }),
            text,
            code: 0,
            ..Output::default()
        })
    }

    /// The engine that was asked for, else the url's, else the first that mina.toml declares.
    fn engine(&self, bind: Option<&str>, asked: Option<Engine>) -> Engine {
        let of_url = || self.settings.location(bind).ok().map(|location| location.engine());
        let declared = || self.settings.config.bind(bind)?.engines.first().map(|target| target.engine());
        asked.or_else(of_url).or_else(declared).unwrap_or(Engine::Sqlite)
    }
}

/// The last revision is what a downgrade takes back unless told otherwise, and a script starts from the head.
fn ranged(target: &str) -> String {
    match target {
        "-1" => "head:-1".to_owned(),
        target => target.to_owned(),
    }
}

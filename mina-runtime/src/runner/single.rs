use super::apply::database;
use super::error::{Error, ErrorKind, StepError};
use super::report::Direction;
use super::unit::{self, Failure, Manner, Pace};
use crate::connection::{AsConnection, Connection, Limits, Session};
use crate::migration::Migration;
use mina_core::engine::Engine;
use mina_core::sql::unit::{Unit, UnitKind};

const LOCK_TIMEOUT: u64 = 5_000;

impl Migration {
    /// Runs the upgrade of this migration alone, whatever is applied; nothing is recorded.
    ///
    /// In the caller's transaction it takes part in that, if it needs no transaction of its own.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Step`], or [`ErrorKind::InTransaction`].
    pub fn up(&self, conn: &mut (impl AsConnection + ?Sized)) -> Result<(), Error> {
        self.run(conn.as_connection(), Direction::Up)
    }

    /// The same with the downgrade.
    ///
    /// # Errors
    ///
    /// As [`Migration::up`], or [`ErrorKind::Irreversible`].
    pub fn down(&self, conn: &mut (impl AsConnection + ?Sized)) -> Result<(), Error> {
        self.reversible()?;
        self.run(conn.as_connection(), Direction::Down)
    }

    pub(crate) fn reversible(&self) -> Result<(), ErrorKind> {
        match self.record.irreversible() {
            None => Ok(()),
            Some(why) => Err(ErrorKind::Irreversible {
                revision: self.record.id().to_owned(),
                file: self.record.file().to_owned(),
                why: why.to_owned(),
            }),
        }
    }

    /// Whether it can be run in somebody else's transaction, either way.
    pub(crate) fn fits_transaction(&self, engine: Engine) -> bool {
        let ways = [Direction::Up, Direction::Down];
        ways.iter()
            .all(|direction| self.units(engine, *direction).is_ok_and(|units| fit(&units)))
    }

    pub(crate) fn run(&self, conn: &mut dyn Connection, direction: Direction) -> Result<(), Error> {
        let units = self.units(conn.engine(), direction)?;
        if conn.in_transaction() {
            return match fit(&units) {
                true => self.inside(conn, &units, direction),
                false => Err(ErrorKind::InTransaction.into()),
            };
        }
        let limits = Limits {
            lock_timeout: LOCK_TIMEOUT,
            ..Limits::default()
        };
        let entered = conn.enter(&limits, true);
        let session = entered.map_err(|error| database(conn, &error, LOCK_TIMEOUT))?;
        let result = units.iter().enumerate().try_for_each(|(at, unit)| {
            let result = self.unit(conn, unit, &session);
            result.map_err(|failure| self.failed(direction, at, units.len(), failure))
        });
        let left = conn.leave(session);
        result?;
        left.map_err(|error| Error::from(database(conn, &error, LOCK_TIMEOUT)))
    }

    fn inside(&self, conn: &mut dyn Connection, units: &[Unit], direction: Direction) -> Result<(), Error> {
        conn.savepoint().map_err(|error| database(conn, &error, LOCK_TIMEOUT))?;
        let runs = self.runs(conn.engine());
        let enforced = conn.keys_enforced().map_err(|error| database(conn, &error, LOCK_TIMEOUT))?;
        let result = units.iter().try_for_each(|unit| {
            let writes = unit.steps.iter().any(|step| step.action.writes_rows());
            match enforced || !writes {
                true => unit::run(conn, &unit.steps, runs, Pace::Single, &mut ()).map(drop),
                false => unit::run_looking_at_keys(conn, &unit.steps, runs, &mut ()).map(drop),
            }
        });
        let released = conn.release(result.is_ok());
        result.map_err(|failure| self.failed(direction, 0, units.len(), failure))?;
        released.map_err(|error| Error::from(database(conn, &error, LOCK_TIMEOUT)))
    }

    fn unit(&self, conn: &mut dyn Connection, unit: &Unit, session: &Session) -> Result<(), Failure> {
        let runs = self.runs(conn.engine());
        let keys = match unit::manner(conn, unit) {
            Manner::Transaction { keys } => keys,
            Manner::Backfill(..) | Manner::Alone { .. } => return unit::run(conn, &unit.steps, runs, Pace::Single, &mut ()).map(drop),
        };
        let plain = |conn: &dyn Connection, error: &diesel::result::Error| {
            let (message, trouble) = unit::words(conn, error);
            Failure {
                line: unit.steps.first().map_or(0, |step| step.line),
                statement: String::new(),
                message,
                trouble,
            }
        };
        let before = conn.enforce_keys(keys).map_err(|error| plain(conn, &error))?;
        let begun = conn.begin(session).map_err(|error| plain(conn, &error));
        let result = begun.and_then(|()| {
            match keys {
                true => unit::run(conn, &unit.steps, runs, Pace::Single, &mut ())?,
                false => unit::run_without_keys(conn, &unit.steps, runs, &mut ())?,
            };
            conn.commit().map_err(|error| plain(conn, &error))
        });
        if result.is_err() {
            // The failure is what matters; a rollback that fails, too, ends with the connection.
            let _ = conn.rollback();
        }
        let restored = conn.enforce_keys(before).map_err(|error| plain(conn, &error));
        result.and(restored.map(drop))
    }

    fn failed(&self, direction: Direction, done: usize, units: usize, failure: Failure) -> Error {
        Error::from(ErrorKind::Step(Box::new(StepError {
            revision: self.record.id().to_owned(),
            direction,
            file: self.record.file().to_owned(),
            line: failure.line,
            statement: failure.statement,
            message: failure.message,
            done,
            units,
            taken_back: Vec::new(),
            trouble: failure.trouble,
        })))
    }
}

fn fit(units: &[Unit]) -> bool {
    units.len() <= 1 && units.iter().all(|unit| unit.kind == UnitKind::Transaction)
}

//! The right to change a database, from the first look at it to the last.

use super::error::{ErrorKind, Held};
use super::progress::Progress;
use crate::connection::lease::{Holder, Lease, Leases, POOLED, Terms};
use crate::connection::parcel::{Parcel, Sent, Together};
use crate::connection::{AsConnection, BoxError, Connection, JournalEntry, Limits, Session, Trouble};
use diesel::QueryResult;
use diesel::result::Error as DatabaseError;
use mina_core::config;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const POLL: Duration = Duration::from_millis(50);
const LONGEST_POLL: Duration = Duration::from_millis(500);
/// How long an ended session may take to be gone: what it was at may have to be undone first.
const ENDING: Duration = Duration::from_secs(60);
/// Sessions that make Mina's tables at the same time refuse each other, one after the other.
const CREATIONS: usize = 40;

type Connect = dyn Fn() -> Result<Box<dyn AsConnection + Send>, BoxError> + Send + Sync;

/// How a second connection to the same database is made.
#[derive(Clone)]
pub(crate) struct Connector(Arc<Connect>);

impl Connector {
    pub(crate) fn new<C: AsConnection + Send + 'static>(connect: impl Fn() -> Result<C, BoxError> + Send + Sync + 'static) -> Self {
        Self(Arc::new(move || {
            connect().map(|conn| Box::new(conn) as Box<dyn AsConnection + Send>)
        }))
    }
}

impl Connector {
    /// Whether two connections that are open at the same time have one session, which a pooler gives to each for a transaction.
    fn is_pooled(&self, conn: &mut dyn Connection) -> bool {
        let session = |conn: &mut dyn Connection| Some(conn.leases()?.me().ok()?.session);
        let (Some(_), Ok(mut other)) = (session(conn), (self.0)()) else {
            return false;
        };
        // Others may get it in between.
        (0..3).any(|_| {
            let mine = session(conn);
            mine.is_some() && mine == session(other.as_connection())
        })
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

/// What was set on the connection, and on a server the lease that is held.
#[derive(Debug)]
pub(crate) struct Tenure {
    session: Session,
    hold: Option<Hold>,
    pooled: bool,
}

#[derive(Debug)]
struct Hold {
    lease: String,
    token: i64,
    me: Holder,
    connector: Option<Connector>,
    beat: Option<Beat>,
}

impl Tenure {
    /// To read.
    pub(crate) fn to_read(conn: &mut dyn Connection, run: &config::Run) -> QueryResult<Self> {
        let session = conn.enter(&limits(run), false)?;
        Ok(Self {
            session,
            hold: None,
            pooled: false,
        })
    }

    /// To write; on a server this waits until nobody else does, or is told to by its `wait_timeout`.
    pub(crate) fn to_write(
        conn: &mut dyn Connection,
        run: &config::Run,
        table: &str,
        connector: Option<&Connector>,
        progress: &mut dyn Progress,
    ) -> Result<Self, ErrorKind> {
        let fail = |conn: &dyn Connection, error: &DatabaseError| super::apply::database(conn, error, run.lock_timeout);
        let pooled = connector.is_some_and(|connector| connector.is_pooled(conn));
        let limits = Limits { pooled, ..limits(run) };
        let session = conn.enter(&limits, true).map_err(|error| fail(conn, &error))?;
        let mut tenure = Self {
            session,
            hold: None,
            pooled,
        };
        if conn.leases().is_none() {
            return Ok(tenure);
        }
        let terms = Terms {
            length: run.lease,
            renewed: connector.is_some(),
        };
        // Mostly nobody is in the way; where somebody is, or something, what follows waits and says what it is.
        let leases = conn.leases().filter(|_| !pooled);
        let seized = leases.and_then(|leases| leases.seize(&tenure.session, table, &terms, &whoami).ok().flatten());
        if let Some((token, me)) = seized {
            tenure.hold = Some(Hold::new(connector, table, token, run.lease, me));
            return Ok(tenure);
        }
        let own = pooled.then_some(&tenure.session);
        let taken = create_tables(conn, table, own).map_err(|error| fail(conn, &error)).and_then(|()| {
            let mut taker = Taker {
                session: &tenure.session,
                lease: table,
                pooled,
                terms,
                conn,
            };
            taker.wait(Duration::from_millis(run.wait_timeout), progress)
        });
        match taken {
            Ok((token, me)) => {
                tenure.hold = Some(Hold::new(connector, table, token, run.lease, me));
                Ok(tenure)
            }
            Err(kind) => {
                // What went wrong is what matters.
                let _ = tenure.leave(conn);
                Err(kind)
            }
        }
    }

    /// Whether nobody else changes the database as long as this lasts.
    pub(crate) fn is_exclusive(&self) -> bool {
        self.hold.is_some()
    }

    /// Whether a pooler gives each transaction another session.
    pub(crate) fn is_pooled(&self) -> bool {
        self.pooled
    }

    /// Begins a transaction; false where another session has taken the lease over.
    pub(crate) fn begin(&self, conn: &mut dyn Connection) -> QueryResult<bool> {
        if self.hold.as_ref().is_some_and(Hold::is_lost) {
            return Ok(false);
        }
        match (&self.hold, conn.leases()) {
            (Some(hold), Some(leases)) => leases.begin(&self.session, &hold.lease, hold.token),
            _ => conn.begin(&self.session).map(|()| true),
        }
    }

    /// A unit as it goes to a server whole, where nobody else changes the database.
    pub(crate) fn parcel<'a>(
        &'a self,
        statements: Vec<&'a str>,
        alone: bool,
        entry: JournalEntry<'a>,
        applied: Option<bool>,
    ) -> Option<Parcel<'a>> {
        let hold = self.hold.as_ref()?;
        Some(Parcel {
            statements,
            alone,
            table: &hold.lease,
            token: hold.token,
            entry,
            applied,
        })
    }

    /// Runs a unit whole, where the server takes it so.
    pub(crate) fn send(&self, conn: &mut dyn Connection, parcel: &Parcel<'_>) -> Option<Sent> {
        match self.hold.as_ref()?.is_lost() {
            true => Some(Sent::Lost),
            false => conn.send(parcel, &self.session),
        }
    }

    /// Runs many in one message, where the server takes them so.
    pub(crate) fn send_together(&self, conn: &mut dyn Connection, parcels: &[Parcel<'_>]) -> Option<Together> {
        match self.hold.as_ref()?.is_lost() {
            true => Some(Together::Lost),
            false => conn.send_together(parcels, &self.session),
        }
    }

    /// Looks at the database over a second connection, once the session that was at work is no more; none where that cannot be
    /// known, or there is no second connection.
    pub(crate) fn look_after_the_end<T>(&self, look: impl FnOnce(&mut dyn Connection) -> QueryResult<T>) -> Option<T> {
        let hold = self.hold.as_ref()?;
        let mut other = (hold.connector.as_ref()?.0)().ok()?;
        let conn = other.as_connection();
        let began = Instant::now();
        while conn.leases()?.lives(&hold.me).ok()? != Some(false) {
            if began.elapsed() > ENDING {
                return None;
            }
            std::thread::sleep(POLL);
        }
        look(conn).ok()
    }

    /// Runs a statement that is in no transaction.
    pub(crate) fn alone(&self, conn: &mut dyn Connection, sql: &str) -> QueryResult<u64> {
        conn.alone(sql, &self.session)
    }

    /// Who was seen to keep this session from going on.
    pub(crate) fn blockers(&self) -> Vec<String> {
        let beat = self.hold.as_ref().and_then(|hold| hold.beat.as_ref());
        beat.map(|beat| beat.shared.lock().blockers.clone()).unwrap_or_default()
    }

    /// Gives the lease back, and sets again what the caller had set.
    pub(crate) fn leave(self, conn: &mut dyn Connection) -> QueryResult<()> {
        let mut session = self.session;
        let released = match (self.hold, conn.leases()) {
            (Some(hold), Some(leases)) => {
                drop(hold.beat);
                match leases.farewell(&hold.lease, hold.token) {
                    Some(statement) => {
                        session.restore.insert(0, statement);
                        Ok(())
                    }
                    None => leases.release(&hold.lease, hold.token),
                }
            }
            _ => Ok(()),
        };
        conn.leave(session)?;
        released
    }
}

impl Hold {
    fn new(connector: Option<&Connector>, lease: &str, token: i64, length: u64, me: Holder) -> Self {
        let beat = |connector: &Connector| Beat::start(connector.clone(), lease.to_owned(), token, length, me.clone());
        Self {
            beat: connector.map(beat),
            lease: lease.to_owned(),
            token,
            me,
            connector: connector.cloned(),
        }
    }

    fn is_lost(&self) -> bool {
        self.beat.as_ref().is_some_and(Beat::is_lost)
    }
}

fn limits(run: &config::Run) -> Limits {
    Limits {
        lock_timeout: run.lock_timeout,
        statement_timeout: run.statement_timeout,
        role: run.role.clone(),
        pooled: false,
    }
}

/// Makes Mina's tables; in a transaction that begins as a session's do, where nothing can be set on the session itself.
fn create_tables(conn: &mut dyn Connection, table: &str, own: Option<&Session>) -> QueryResult<()> {
    let create = |conn: &mut dyn Connection| {
        let Some(session) = own else {
            return conn.create_tables(table);
        };
        conn.begin(session)?;
        let created = conn.create_tables(table).and_then(|()| conn.commit());
        if created.is_err() {
            conn.rollback()?;
        }
        created
    };
    let mut pause = Duration::from_millis(5);
    for _ in 0..CREATIONS {
        match create(conn) {
            Ok(()) => return Ok(()),
            Err(error) if is_race(conn, &error) => std::thread::sleep(jittered(pause)),
            Err(error) => return Err(error),
        }
        pause = (pause * 2).min(LONGEST_POLL);
    }
    create(conn)
}

/// Whether another session was at the same at the same moment.
fn is_race(conn: &dyn Connection, error: &DatabaseError) -> bool {
    let DatabaseError::DatabaseError(_, information) = error else {
        return false;
    };
    let met = ["already exists", "concurrently updated"];
    matches!(conn.trouble(error), Trouble::Rows | Trouble::Locked) || met.iter().any(|words| information.message().contains(words))
}

/// Between half of a time and all of it, so that those who wait do not come back together.
pub(crate) fn jittered(time: Duration) -> Duration {
    use std::hash::{BuildHasher, RandomState};
    let random = RandomState::new().hash_one(std::process::id());
    time / 2 + time.mul_f64((random % 1024) as f64 / 2048.0)
}

/// One who waits for a lease.
struct Taker<'a> {
    conn: &'a mut dyn Connection,
    session: &'a Session,
    lease: &'a str,
    pooled: bool,
    terms: Terms,
}

/// What came of one try.
enum Try {
    Taken(i64, Holder),
    HeldBy(Holder),
}

impl Taker<'_> {
    fn wait(&mut self, patience: Duration, progress: &mut dyn Progress) -> Result<(i64, Holder), ErrorKind> {
        let began = Instant::now();
        let mut pause = POLL;
        let mut told = false;
        loop {
            let holder = match self.attempt() {
                Ok(Try::Taken(token, me)) => return Ok((token, me)),
                Ok(Try::HeldBy(holder)) => holder,
                // Somebody was quicker.
                Err(error) if self.conn.trouble(&error) == Trouble::Locked => Holder::default(),
                Err(error) => return Err(super::apply::database(self.conn, &error, 0)),
            };
            if began.elapsed() >= patience {
                return Err(ErrorKind::Held(Held {
                    holder: holder.name,
                    session: holder.session,
                    waited: began.elapsed(),
                }));
            }
            if !told && began.elapsed() >= Duration::from_secs(1) && !holder.name.is_empty() {
                progress.warning(&format!("waiting for {}, which is changing this database", holder.name));
                told = true;
            }
            std::thread::sleep(jittered(pause));
            pause = (pause * 2).min(LONGEST_POLL);
        }
    }

    fn attempt(&mut self) -> QueryResult<Try> {
        self.conn.begin(self.session)?;
        let result = self.inside();
        match &result {
            Ok(Try::Taken(..)) => self.conn.commit()?,
            _ => self.conn.rollback()?,
        }
        result
    }

    fn inside(&mut self) -> QueryResult<Try> {
        let Some(leases) = self.conn.leases() else {
            return Ok(Try::HeldBy(Holder::default()));
        };
        let Some(found) = leases.look(self.lease, true)? else {
            // Its holder is in a transaction, which ends with its session.
            let seen = leases.look(self.lease, false)?;
            let Some(seen) = seen else {
                return Ok(Try::HeldBy(Holder::default()));
            };
            is_over(leases, &seen)?;
            return Ok(Try::HeldBy(seen.holder));
        };
        if !is_over(leases, &found)? {
            return Ok(Try::HeldBy(found.holder));
        }
        let mut me = leases.me()?;
        if self.pooled {
            me.session = POOLED;
        }
        me.name = whoami(me.session);
        let token = found.token + 1;
        leases.take(self.lease, token, &me, &self.terms)?;
        Ok(Try::Taken(token, me))
    }
}

/// Whether nobody holds a lease any more; what a holder without a sign of life may still have running on the server is ended
/// first: it must not come after what follows.
fn is_over(leases: &mut dyn Leases, lease: &Lease) -> QueryResult<bool> {
    if lease.holder.session == 0 {
        return Ok(true);
    }
    match (lease.over, leases.lives(&lease.holder)?) {
        (_, Some(false)) | (Some(true), None) => Ok(true),
        (Some(false) | None, _) => Ok(false),
        (Some(true), Some(true)) => {
            leases.end(&lease.holder)?;
            let began = Instant::now();
            while leases.lives(&lease.holder)? == Some(true) {
                if began.elapsed() > ENDING {
                    return Ok(false);
                }
                std::thread::sleep(POLL);
            }
            Ok(true)
        }
    }
}

/// This process, for people.
fn whoami(session: i64) -> String {
    let program = std::env::current_exe().ok();
    let program = program
        .as_deref()
        .and_then(|path| path.file_name())
        .map_or_else(|| "a program".to_owned(), |name| name.to_string_lossy().into_owned());
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = match host.trim() {
        "" => String::new(),
        host => format!(" on {host}"),
    };
    let name = format!("{program} (process {}{host}, session {session})", std::process::id());
    name.chars().take(200).collect()
}

/// What renews a lease, on a connection of its own.
#[derive(Debug)]
struct Beat {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    pulse: Mutex<Pulse>,
    stop: Condvar,
}

#[derive(Debug)]
struct Pulse {
    stopped: bool,
    lost: bool,
    /// Until when the lease is known to last.
    until: Instant,
    blockers: Vec<String>,
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Pulse> {
        self.pulse.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Beat {
    fn start(connector: Connector, lease: String, token: i64, length: u64, me: Holder) -> Self {
        let length_of = Duration::from_millis(length);
        let shared = Arc::new(Shared {
            pulse: Mutex::new(Pulse {
                stopped: false,
                lost: false,
                until: Instant::now() + length_of,
                blockers: Vec::new(),
            }),
            stop: Condvar::new(),
        });
        let own = Arc::clone(&shared);
        let mut conn: Option<Box<dyn AsConnection + Send>> = None;
        let thread = std::thread::spawn(move || {
            loop {
                let renewed = renew(&mut conn, &connector, &lease, token, length, &me);
                let mut pulse = own.lock();
                match renewed {
                    Some((true, blockers)) => {
                        pulse.until = Instant::now() + length_of;
                        pulse.blockers = blockers;
                    }
                    Some((false, _)) => pulse.lost = true,
                    None => {}
                }
                if pulse.stopped || pulse.lost {
                    return;
                }
                let waited = own.stop.wait_timeout_while(pulse, length_of / 3, |pulse| !pulse.stopped);
                if waited.unwrap_or_else(PoisonError::into_inner).0.stopped {
                    return;
                }
            }
        });
        Self {
            shared,
            thread: Some(thread),
        }
    }

    fn is_lost(&self) -> bool {
        let pulse = self.shared.lock();
        pulse.lost || pulse.until < Instant::now()
    }
}

/// Whether the lease is still ours, and who blocks us; none where the server cannot be asked, and then another connection is tried.
fn renew(
    conn: &mut Option<Box<dyn AsConnection + Send>>,
    connector: &Connector,
    lease: &str,
    token: i64,
    length: u64,
    me: &Holder,
) -> Option<(bool, Vec<String>)> {
    if conn.is_none() {
        *conn = (connector.0)().ok();
    }
    let leases = conn.as_mut()?.as_connection().leases()?;
    let renewed = leases.renew(lease, token, length);
    let blockers = leases.blockers(me).unwrap_or_default();
    if renewed.is_err() {
        *conn = None;
    }
    Some((renewed.ok()?, blockers))
}

impl Drop for Beat {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        self.shared.stop.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

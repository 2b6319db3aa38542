//! Who may change a server's schema: a row with an owner, a token and an end.

use super::Session;
use diesel::QueryResult;

/// The session of a server that holds a lease.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// The server's number of it; 0 where nobody holds it.
    pub(crate) session: i64,
    /// What tells it from an earlier one of that number.
    pub(crate) started: String,
    /// Whose it is, for people.
    pub(crate) name: String,
}

/// The number of a session that a pooler gives to others as well, and that must not be ended.
pub(crate) const POOLED: i64 = -1;

/// A lease as it stands in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub(crate) token: i64,
    pub(crate) holder: Holder,
    /// Whether its time is over; none where it lasts as long as its session.
    pub(crate) over: Option<bool>,
}

/// How long a lease lasts, in milliseconds, and whether another connection renews it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    pub(crate) length: u64,
    pub(crate) renewed: bool,
}

/// What a server is asked about its leases and sessions. Every method is one statement or one transaction.
pub trait Leases {
    /// This session.
    fn me(&mut self) -> QueryResult<Holder>;

    /// The lease of a name as it stands; to take it, its row is locked in the open transaction, and none is given where
    /// another session has it locked.
    fn look(&mut self, lease: &str, to_take: bool) -> QueryResult<Option<Lease>>;

    /// Makes Mina's tables where they are missing, and takes the lease if nobody holds it, all in one transaction: the token and this
    /// session, whose name follows from its number. None where it takes more than that.
    fn seize(
        &mut self,
        _session: &Session,
        _lease: &str,
        _terms: &Terms,
        _name: &dyn Fn(i64) -> String,
    ) -> QueryResult<Option<(i64, Holder)>> {
        Ok(None)
    }

    /// Makes a session its holder, in the open transaction.
    fn take(&mut self, lease: &str, token: i64, holder: &Holder, terms: &Terms) -> QueryResult<()>;

    /// Moves its end; false where it is another's by now.
    fn renew(&mut self, lease: &str, token: i64, length: u64) -> QueryResult<bool>;

    /// Gives it back.
    fn release(&mut self, lease: &str, token: i64) -> QueryResult<()>;

    /// The statement that gives it back, where that can go together with what ends a session's work.
    fn farewell(&self, _lease: &str, _token: i64) -> Option<String> {
        None
    }

    /// Begins a transaction and holds it until that ends; false where it is another's by now, and then none is open.
    fn begin(&mut self, session: &Session, lease: &str, token: i64) -> QueryResult<bool>;

    /// Whether a session is there; none where that cannot be told from here, such as on another node of a cluster.
    fn lives(&mut self, holder: &Holder) -> QueryResult<Option<bool>>;

    /// Tells the server to end a session.
    fn end(&mut self, holder: &Holder) -> QueryResult<()>;

    /// Who keeps a session from going on, for people; empty where nobody does or nobody can tell.
    fn blockers(&mut self, session: &Holder) -> QueryResult<Vec<String>>;

    /// The other sessions that hold locks on what statements name, for people.
    fn lockers(&mut self, statements: &str) -> QueryResult<Vec<String>>;
}

//! A rare change, queued like the rest: flows, connections, claims, housekeeping.

use futures::future::BoxFuture;
use tokio::sync::oneshot;

use super::{Effects, Fail};
use crate::Error;
use crate::sql::Conn;

/// A change that a lane runs inside its transaction. It may be run again after a rollback.
pub(crate) trait Op: Send {
    fn run<'c>(
        &'c mut self,
        conn: &'c mut Conn,
        effects: &'c mut Effects,
    ) -> BoxFuture<'c, Result<(), Fail>>;
    /// Answers the caller: after COMMIT, or with what went wrong.
    fn done(self: Box<Self>, outcome: Result<(), Error>);
}

/// An [`Op`] made of a function.
pub(crate) struct Call<F, T> {
    pub(crate) f: F,
    pub(crate) out: Option<T>,
    pub(crate) reply: oneshot::Sender<Result<T, Error>>,
}

/// What a change is given: the connection, inside a transaction, and what to say of it afterwards.
pub(crate) struct Tx<'c> {
    pub(crate) conn: &'c mut Conn,
    pub(crate) effects: &'c mut Effects,
}

impl<F, T> Op for Call<F, T>
where
    T: Send,
    F: for<'c> Fn(Tx<'c>) -> BoxFuture<'c, Result<T, Fail>> + Send,
{
    fn run<'c>(
        &'c mut self,
        conn: &'c mut Conn,
        effects: &'c mut Effects,
    ) -> BoxFuture<'c, Result<(), Fail>> {
        let future = (self.f)(Tx { conn, effects });
        let out = &mut self.out;
        Box::pin(async move {
            *out = Some(future.await?);
            Ok(())
        })
    }

    fn done(self: Box<Self>, outcome: Result<(), Error>) {
        let answer = match (outcome, self.out) {
            (Ok(()), Some(v)) => Ok(v),
            (Ok(()), None) => Err(Error::Closed),
            (Err(e), _) => Err(e),
        };
        // The caller may have gone; the change stands.
        let _ = self.reply.send(answer);
    }
}

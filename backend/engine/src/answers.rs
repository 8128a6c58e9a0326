//! Senders that wait for the end of a run (semantics S11): who they are, and who tells them.
//!
//! A run that this node executes tells its senders directly. Of every other run, and of one that
//! was let go for a while, the stored answer is looked up again and again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::delivery::Answer;
use domain::ids::{EventId, RunId};
use domain::{Time, limits};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::engine::Shared;

/// The senders that wait on this node.
pub(crate) struct Answers {
    seats: Arc<Semaphore>,
    kept: Arc<Mutex<Kept>>,
}

/// A place among those that wait at once. It is shared by the sender and the run that it waits
/// for, which may go on after the sender has left.
pub(crate) type Seat = Arc<OwnedSemaphorePermit>;

#[derive(Default)]
struct Kept {
    runs: HashMap<RunId, watch::Sender<News>>,
    events: HashMap<EventId, RunId>,
}

/// What is known of a run that somebody waits for.
#[derive(Clone, Debug)]
enum News {
    /// It is executed here.
    Running,
    /// This node does not have it now.
    Away,
    Given(Answer),
}

/// A sender that waits; dropped when it goes.
pub(crate) struct Waiter {
    event: EventId,
    /// Nothing where this node knows nothing of the run.
    told: Option<(RunId, watch::Receiver<News>)>,
    kept: Arc<Mutex<Kept>>,
    _seat: Seat,
}

fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Answers {
    pub(crate) fn new(seats: usize) -> Self {
        Self { seats: Arc::new(Semaphore::new(seats)), kept: Arc::default() }
    }

    /// A place, if there is one.
    pub(crate) fn seat(&self) -> Option<Seat> {
        self.seats.clone().try_acquire_owned().ok().map(Arc::new)
    }

    /// Waits for a run that is about to be stored; `here` if this node is to execute it.
    pub(crate) fn open(&self, seat: Seat, event: EventId, run: RunId, here: bool) -> Waiter {
        let news = if here { News::Running } else { News::Away };
        let (tell, told) = watch::channel(news);
        let mut kept = lock(&self.kept);
        kept.runs.insert(run, tell);
        kept.events.insert(event, run);
        Waiter { event, told: Some((run, told)), kept: self.kept.clone(), _seat: seat }
    }

    /// Joins the wait for the run of an event that another sender brought.
    pub(crate) fn join(&self, seat: Seat, event: EventId) -> Waiter {
        let kept = lock(&self.kept);
        let run = kept.events.get(&event).copied();
        let told = run.and_then(|run| Some((run, kept.runs.get(&run)?.subscribe())));
        Waiter { event, told, kept: self.kept.clone(), _seat: seat }
    }

    /// Gives the answer of a run, which is stored, to those who wait for it.
    pub(crate) fn give(&self, run: RunId, answer: Answer) {
        self.tell(run, News::Given(answer));
    }

    /// The run is let go without an answer so far.
    pub(crate) fn away(&self, run: RunId) {
        self.tell(run, News::Away);
    }

    fn tell(&self, run: RunId, news: News) {
        if let Some(tell) = lock(&self.kept).runs.get(&run) {
            tell.send_if_modified(|now| {
                let open = !matches!(now, News::Given(_));
                if open {
                    *now = news;
                }
                open
            });
        }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let Some((run, told)) = self.told.take() else { return };
        let mut kept = lock(&self.kept);
        drop(told);
        if kept.runs.get(&run).is_some_and(|tell| tell.receiver_count() == 0) {
            kept.runs.remove(&run);
            kept.events.remove(&self.event);
        }
    }
}

impl Waiter {
    /// The answer of the run; nothing if there is none by then, or there will be none.
    pub(crate) async fn wait(mut self, s: &Shared, until: Time) -> Option<Answer> {
        let left = until.since(s.now());
        let mut late = s.clock.timer(s.clock.now().plus(left));
        loop {
            let news = self.told.as_mut().map(|(_, told)| told.borrow_and_update().clone());
            match news {
                Some(News::Given(answer)) => return Some(answer),
                Some(News::Running) => {}
                Some(News::Away) | None => match s.db.answer_of(self.event).await {
                    Ok(Some((answer, _))) if answer.pending.is_none() => return Some(answer),
                    // It ended in a way that left no answer, such as by a person's hand.
                    Ok(Some((_, state))) if state.is_some_and(domain::run::RunState::is_final) => {
                        return None;
                    }
                    // Nobody here will run it any more.
                    _ if s.stop.is_cancelled() => return None,
                    Ok(_) => {}
                    Err(e) => tracing::debug!(error = %e, "an answer could not be looked up"),
                },
            }
            let here = matches!(news, Some(News::Running));
            let again = s.clock.timer(s.clock.now().plus(limits::RESPOND_POLL));
            tokio::select! {
                () = &mut late => return None,
                () = self.changed() => {}
                () = again, if !here => {}
                () = s.stop.cancelled(), if !here => {}
            }
        }
    }

    /// Ends when there is news.
    async fn changed(&mut self) {
        let told = match &mut self.told {
            Some((_, told)) => told.changed().await.is_ok(),
            None => false,
        };
        if !told {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Time = Time(0);

    #[tokio::test]
    async fn s11_an_answer_reaches_all_who_wait_and_is_not_taken_back() {
        let answers = Answers::new(3);
        let (event, run) = (EventId::new(AT), RunId::new(AT));
        let mut first = answers.open(answers.seat().unwrap(), event, run, true);
        let mut copy = answers.join(answers.seat().unwrap(), event);
        answers.give(run, Answer::text(200, "said"));
        answers.away(run);
        for w in [&mut first, &mut copy] {
            w.changed().await;
            let (_, told) = w.told.as_mut().unwrap();
            let news = told.borrow_and_update();
            assert!(matches!(&*news, News::Given(a) if a.body == "said"), "{news:?}");
        }
    }

    #[test]
    fn s11_seats_are_counted_and_given_back() {
        let answers = Answers::new(2);
        let (event, run) = (EventId::new(AT), RunId::new(AT));
        let seat = answers.seat().unwrap();
        // The run keeps its place after the sender has gone.
        let running = seat.clone();
        let waiter = answers.open(seat, event, run, true);
        let other = answers.seat().unwrap();
        assert!(answers.seat().is_none());
        drop(waiter);
        assert!(answers.seat().is_none());
        drop(running);
        assert!(answers.seat().is_some());
        drop(other);
        assert!(lock(&answers.kept).runs.is_empty() && lock(&answers.kept).events.is_empty());
    }

    #[test]
    fn s11_who_knows_nothing_of_a_run_looks_it_up() {
        let answers = Answers::new(1);
        let w = answers.join(answers.seat().unwrap(), EventId::new(AT));
        assert!(w.told.is_none());
    }
}

use domain::Time;
use domain::clock::ManualClock;
use domain::delivery::{Answer, Verdict};
use domain::ids::{DeliveryId, FlowId, NodeId, RunId, WorkspaceId};
use domain::journal::StepRow;
use tokio::sync::oneshot;

use super::*;
use crate::commit::prepare::{ApplyRequest, IngestRequest, Work};
use crate::commit::queue::{Entry, Queue, lane};
use crate::seal::Sealer;
use crate::{Ingest, Lease, NewDelivery, Next, Progress};

const AT: Time = Time(1_772_442_000_000_000);

/// A lane that nobody runs, and the way into it.
struct Bench {
    lane: Lane,
    queue: Queue,
}

impl Bench {
    fn new() -> Bench {
        let (entry, exit): (Entry, _) = lane();
        let lane = Lane {
            exit,
            conn: None,
            opener: Opener::Lite(":memory:".into()),
            shared: Arc::new(Shared::new(ManualClock::at(AT), i64::MAX)),
            wal: None,
            closing: CancellationToken::new(),
        };
        let queue = Queue { lanes: vec![entry.clone()], rare: entry, waiting: Arc::default() };
        Bench { lane, queue }
    }

    /// Queues deliveries with bodies of this size, which do not compress.
    fn deliveries(&self, n: usize, bytes: usize) {
        let sealer = Sealer::new(&[[0; 32]]);
        for _ in 0..n {
            let mut body = vec![0; bytes];
            domain::ids::fill(&mut body);
            let delivery = NewDelivery {
                id: DeliveryId::new(AT),
                workspace: WorkspaceId::DEFAULT,
                flow: FlowId::new(AT),
                received_at: AT,
                method: "POST".into(),
                path: String::new(),
                query: String::new(),
                headers: String::new(),
                body: body.into(),
                sealed: false,
                remote_ip: "203.0.113.7".into(),
                verdict: Verdict::Accepted,
                reason: None,
                answer: Answer::empty(200),
            };
            let room = self.queue.room(bytes).unwrap();
            let ingest = Ingest { delivery, events: Vec::new(), after: None };
            let (delivery, after) = Delivery::new(ingest, &sealer).unwrap();
            let request =
                IngestRequest { delivery, after, reply: oneshot::channel().0, _room: room };
            self.queue.rare.ingest.try_send(request).map_err(|_| "full").unwrap();
        }
    }

    /// Queues progress whose step has an output of this size.
    fn finishes(&self, n: usize, bytes: usize) {
        for _ in 0..n {
            let run = RunId::new(AT);
            let lease = Lease { run, node: NodeId::new(AT), epoch: 1, token: 1 };
            let mut step = StepRow::new("out", "", AT);
            step.output = Some("x".repeat(bytes).into());
            let next = Next::Keep { begun: crate::Places::default() };
            let p = Progress { lease, steps: vec![step], attempts: Vec::new(), next };
            let work = Arc::new(Work::new(p).unwrap());
            let request = ApplyRequest { work, reply: oneshot::channel().0 };
            self.queue.rare.apply.try_send(request).map_err(|_| "full").unwrap();
        }
    }

    /// Finishes and deliveries of the next commit.
    async fn next(&mut self) -> (usize, usize) {
        let (turn, _) = self.lane.collect().await.unwrap();
        (turn.applies.len(), turn.ingests.len())
    }
}

#[tokio::test]
async fn s6_finishes_take_at_most_half_of_a_commit_while_deliveries_wait() {
    let mut b = Bench::new();
    b.finishes(limits::COMMIT_QUEUE, 10);
    b.deliveries(limits::COMMIT_QUEUE, 10);
    let half = limits::COMMIT_BATCH / 2;
    for _ in 0..limits::COMMIT_QUEUE / half {
        assert_eq!(b.next().await, (half, half));
    }
}

#[tokio::test]
async fn s6_a_commit_is_full_whatever_waits() {
    let mut b = Bench::new();
    b.finishes(limits::COMMIT_BATCH, 10);
    b.deliveries(10, 10);
    assert_eq!(b.next().await, (limits::COMMIT_BATCH - 10, 10));
    b.deliveries(2 * limits::COMMIT_BATCH, 10);
    assert_eq!(b.next().await, (10, limits::COMMIT_BATCH - 10));
}

#[tokio::test]
async fn s6_large_finishes_leave_room_for_deliveries() {
    let mut b = Bench::new();
    b.finishes(40, limits::COMMIT_BATCH_BYTES / 8);
    b.deliveries(40, limits::COMMIT_BATCH_BYTES / 8);
    assert_eq!(b.next().await, (4, 4));
    let mut b = Bench::new();
    b.finishes(10, limits::COMMIT_BATCH_BYTES + 1);
    b.deliveries(10, 10);
    assert_eq!(b.next().await, (1, 1), "not even the largest keeps deliveries waiting");
}

#[tokio::test]
async fn s6_a_commit_has_its_size_in_bytes() {
    let mut b = Bench::new();
    b.deliveries(9, limits::COMMIT_BATCH_BYTES / 4);
    assert_eq!(b.next().await, (0, 4));
}

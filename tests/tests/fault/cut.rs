//! Connections to PostgreSQL that are cut inside COMMIT or at random: what was not answered is
//! sent again by its sender, and the dedupe key makes it one event.

use std::time::Duration;

use tests::world::product::Product;
use tests::world::{Kind, SOON, alone, fault_is_long, within};

use crate::ledger::Books;
use crate::load::{Load, Style, WORKERS, step};
use crate::proxy::{Cut, Proxy};

#[test]
fn s6_a_commit_whose_answer_is_cut_off_is_503_and_its_retry_is_a_duplicate() {
    alone(cut("commit_answer_cut", Cut::AnswerOfCommit(10)));
}

#[test]
fn s6_a_commit_that_never_arrives_is_503_and_its_retry_is_stored() {
    alone(cut("commit_cut", Cut::Commit(10)));
}

#[test]
fn s6_five_percent_of_statements_failing_lose_nothing() {
    alone(cut("statements_cut", Cut::Percent(5)));
}

fn cuts() -> u64 {
    if fault_is_long() { 1_000 } else { 60 }
}

/// How long the cuts may take.
const LASTS: Duration = Duration::from_secs(if cfg!(debug_assertions) { 600 } else { 300 });

async fn cut(name: &'static str, cut: Cut) {
    let (mut zveno, load) =
        Load::on(Product::new(Kind::Postgres).await, |sink| step(sink, "out", "/")).await;
    let mut url: url::Url = zveno.database_url().expect("its address").parse().expect("a URL");
    let at = (url.host_str().expect("a host"), url.port().unwrap_or(5432));
    let server = tokio::net::lookup_host(at).await.expect("an address").next().expect("one");
    let proxy = Proxy::start(server).await;
    url.set_host(Some("127.0.0.1")).expect("a host");
    url.set_port(Some(proxy.addr.port())).expect("a port");
    zveno.set("ZVENO_DATABASE_URL", url.as_str());
    let serving = zveno.serve().await;
    let style = Style { to: vec![zveno.addr()], pace: Duration::from_millis(5), again: true };
    let sending = load.start_as(&style);
    within(SOON, "a load", async || (sending.answers(200..300) > 50).then_some(())).await;
    proxy.cut(cut);
    within(LASTS, "the cuts", async || (proxy.cuts() >= cuts()).then_some(())).await;
    proxy.cut(Cut::Nothing);
    let (refused, others) = (sending.answers(503..504), sending.answers(300..503));
    assert!(refused > 0, "the senders were refused");
    assert_eq!(others, 0, "a fault of ours is nothing else than 503");
    let accepted = sending.answers(200..300);
    within(SOON, "it goes on", async || (sending.answers(200..300) > accepted + 50).then_some(()))
        .await;
    let acked = sending.stop().await;
    load.finish(&zveno, &acked).await;
    assert_eq!(serving.stop().await, 0);
    let books = Books::close(name, &zveno, acked, load.delivered()).await;
    let books = books.with("cuts", proxy.cuts()).with("refused", refused);
    // The server lived all the time: nothing is sent twice for a lost answer of the database.
    books.balance(0, WORKERS);
    zveno.remove().await;
}

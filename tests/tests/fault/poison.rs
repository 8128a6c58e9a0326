//! An event whose processing ends the process: it is parked, and the others go on.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use domain::limits;
use tests::both_products;
use tests::world::Kind;
use tests::world::product::Product;
use tests::world::{Request, json};

use crate::ledger::Books;
use crate::load::{ADDRESS, Load, Style, WORKERS, step};

both_products! {
    s5_an_event_that_kills_the_process_is_parked_and_the_others_go_on,
}

/// How long a server may work before it meets the event.
const MET: Duration = Duration::from_mins(1);

async fn s5_an_event_that_kills_the_process_is_parked_and_the_others_go_on(kind: Kind) {
    let by_kind = |sink: &_| step(sink, "out", "/{{trigger.body.kind}}");
    let (zveno, load) = Load::on(Product::new(kind).await, by_kind).await;
    let deadly = [("ZVENO_FAILPOINT", "sending@/poison:1")];
    let first = zveno.serve_at(zveno.addr(), &deadly).await;
    let style = Style { to: vec![zveno.addr()], pace: Duration::from_millis(5), again: true };
    let sending = load.start_as(&style);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let poison = json(&serde_json::json!({ "id": "poison", "kind": "poison" }));
    let poison = Request::post(&format!("/in/{ADDRESS}"), poison);
    // The process may die before it has answered: the dedupe key makes it one event.
    let _ = poison.send(zveno.addr()).await;
    let mut dying = first;
    for crash in 1..=limits::CRASHES {
        let ended = dying.dies(MET).await;
        assert_eq!(ended.signal(), Some(6), "crash {crash}: {}", dying.log());
        zveno.forget_nodes().await;
        dying = zveno.launch(zveno.addr(), &deadly);
    }
    let answered =
        tests::world::until("the server stays", async || poison.send(zveno.addr()).await.ok());
    assert_eq!(answered.await.status, 200, "a copy of what is parked");
    let acked = sending.stop().await;
    load.finish(&zveno, &acked).await;
    assert_eq!(dying.stop().await, 0);
    let books = Books::close("poison", &zveno, acked, load.delivered()).await;
    let crashes = u64::try_from(limits::CRASHES).expect("a few");
    books.with("crashes", crashes).troubled(["poison"]).balance(crashes, WORKERS);
    zveno.remove().await;
}

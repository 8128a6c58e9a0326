//! What every operation has in common: errors, languages, pages.

use domain::ids::WorkspaceId;
use domain::{Actor, Clock, Role, Span};
use serde_json::json;
use store::NewAudit;
use tests::both;
use tests::world::World;

both! {
    what_is_not_there_is_a_problem_in_the_language_of_the_caller,
    a_list_comes_in_pages,
}

async fn what_is_not_there_is_a_problem_in_the_language_of_the_caller(w: &World) {
    let api = w.api(Role::Viewer).await;
    let missing = api.get("/nothing/here").await;
    assert_eq!(missing.refused(404), "not_found");
    assert_eq!(missing.body["side"], "yours");
    assert_eq!(missing.body["status"], 404);
    let api = api.in_russian();
    let missing = api.get("/nothing/here").await;
    assert_eq!(missing.body["title"], "Ничего с таким кодом нет.");
}

async fn a_list_comes_in_pages(w: &World) {
    let owner = w.api(Role::Owner).await;
    for n in 0..5 {
        w.clock.advance(Span::secs(1));
        let line = NewAudit {
            workspace: WorkspaceId::DEFAULT,
            at: w.clock.now(),
            actor: Actor::Console,
            action: "flow.published",
            object: n.to_string(),
            detail: json!({}),
            remote: None,
        };
        w.ask(|m| async move { m.db.audit(line).await }).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut path = "/audit?limit=2".to_owned();
    loop {
        let page = owner.get(&path).await.ok();
        seen.extend(page["items"].as_array().unwrap().iter().map(|l| l["object"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/audit?limit=2&cursor={next}");
    }
    assert_eq!(seen, ["4", "3", "2", "1", "0"]);
    assert_eq!(owner.get("/audit?cursor=x").await.refused(400), "bad_request");
}

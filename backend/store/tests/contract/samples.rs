//! Samples given by hand, and what tests of steps gave.

use domain::Span;
use domain::ids::{FlowId, SampleId, WorkspaceId};
use domain::limits::SAMPLES;
use serde_json::json;
use store::*;

use crate::contract;
use crate::given::*;

fn sample(db: &Db, flow: FlowId, title: &str) -> NewSample {
    NewSample {
        id: SampleId::new(db.now()),
        workspace: WS,
        flow,
        title: title.into(),
        method: "POST".into(),
        query: "a=1".into(),
        headers: vec![("content-type".into(), "application/json".into())],
        body: "{\"имя\":\"Анна\"}".into(),
    }
}

contract!(the_newest_samples_of_a_flow_are_kept, |t| {
    let (id, other) = (draft_flow(&t.db).await, draft_flow(&t.db).await);
    let kept = sample(&t.db, other, "mine");
    t.db.put_sample(kept.clone()).await.unwrap();
    for i in 0..=SAMPLES {
        t.clock.advance(Span::ms(1));
        t.db.put_sample(sample(&t.db, id, &i.to_string())).await.unwrap();
    }
    let all = t.db.samples(WS, id).await.unwrap();
    assert_eq!(all.len(), SAMPLES as usize);
    assert_eq!((all[0].title.as_str(), all.last().unwrap().title.as_str()), ("20", "1"));
    let one = t.db.sample(WS, kept.id).await.unwrap().unwrap();
    assert_eq!((one.flow, one.body, one.headers), (other, kept.body, kept.headers));
    let nobody = WorkspaceId::new(t.db.now());
    assert!(t.db.sample(nobody, kept.id).await.unwrap().is_none());
    assert!(t.db.samples(nobody, id).await.unwrap().is_empty());
    let foreign = NewSample { workspace: nobody, ..sample(&t.db, id, "x") };
    assert!(matches!(t.db.put_sample(foreign).await, Err(Error::NotFound)));
    let wrong = t.db.delete_sample(WS, id, kept.id).await;
    assert!(matches!(wrong, Err(Error::NotFound)), "it is another flow's");
    t.db.delete_sample(WS, other, kept.id).await.unwrap();
    assert!(t.db.samples(WS, other).await.unwrap().is_empty());
});

contract!(the_last_output_of_a_step_is_kept_until_its_flow_goes, |t| {
    let id = draft_flow(&t.db).await;
    t.db.put_sample(sample(&t.db, id, "x")).await.unwrap();
    t.db.put_step_output(id, "lead", &json!({"id": 1})).await.unwrap();
    t.db.put_step_output(id, "lead", &json!({"id": 2})).await.unwrap();
    t.db.put_step_output(id, "mail", &json!(null)).await.unwrap();
    let outputs = t.db.step_outputs(id).await.unwrap();
    assert_eq!((outputs["lead"].clone(), outputs.len()), (json!({"id": 2}), 2));
    t.db.delete_flow(WS, id).await.unwrap();
    assert!(t.db.step_outputs(id).await.unwrap().is_empty());
    assert!(t.db.samples(WS, id).await.unwrap().is_empty());
});

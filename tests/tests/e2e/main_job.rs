//! The main job as a user does it: the binary, the command line and nothing else. A Tilda form
//! becomes a lead in Bitrix24, a letter and a signed webhook.

use serde_json::{Value, json};
use tests::both_products;
use tests::receivers::http::Answer;
use tests::receivers::smtp::{self, SmtpReceiver};
use tests::receivers::standard_webhooks::WebhookReceiver;
use tests::world::office::{FLOW, Services, submission};
use tests::world::product::Product;
use tests::world::{Kind, MAIL_USER, PORTAL_CODE, Request, SOON, form, until};

both_products! {
    a_tilda_form_becomes_a_lead_a_letter_and_a_signed_webhook,
    commands_say_what_is_wrong_with_their_exit_codes,
}

const ADDRESS: &str = "tilda-address-0123456789";

async fn a_tilda_form_becomes_a_lead_a_letter_and_a_signed_webhook(kind: Kind) {
    let services = Services::start(true).await;
    let mut zveno = Product::new(kind).await;
    services.stand_beside(&mut zveno);
    services.connect(&zveno).await;
    let tested = zveno.json(&["connection", "test", "crm"]).await;
    assert_eq!(tested["ok"], true, "{tested}");
    let doc = zveno.file("flow.yaml", FLOW);
    let made = zveno.json(&["flow", "import", &doc, "--publish", "--address", ADDRESS]).await;
    let flow = made["id"].as_str().unwrap().to_owned();
    let serving = zveno.serve().await;
    let path = format!("/in/{ADDRESS}");

    let probe = Request::post(&path, form(&[("test", "test")])).send(zveno.addr()).await.unwrap();
    assert_eq!((probe.status, probe.body.as_str()), (200, "ok"));
    let sent = Request::post(&path, submission("1003:77")).send(zveno.addr()).await.unwrap();
    assert_eq!((sent.status, sent.body.as_str()), (200, "ok"));
    let copy = Request::post(&path, submission("1003:77")).send(zveno.addr()).await.unwrap();
    assert_eq!((copy.status, copy.body.as_str()), (200, "ok"));

    let lead = services.portal.wait_for(1, SOON).await.unwrap().remove(0);
    assert_eq!(lead.value("TITLE"), "Заявка: Обратный звонок");
    assert_eq!(lead.value("NAME"), "Анна Иванова");
    assert_eq!(lead.value("PHONE"), "+79161234567");
    assert_eq!(lead.value("EMAIL"), "anna@example.com");
    assert_eq!(lead.value("SOURCE_ID"), "WEB");
    services.partner.wait_for_taken(1, SOON).await.unwrap();
    seen_letter(&services.mail, lead.id);
    seen_webhook(&services.partner, lead.id);
    let run = the_run(&zveno, &flow).await;
    every_attempt_is_shown(&zveno, run["id"].as_str().unwrap()).await;
    assert_eq!(services.portal.created().len(), 1, "the copy made no second lead");
    assert_eq!(serving.stop().await, 0);
    zveno.remove().await;
}

fn seen_letter(mail: &SmtpReceiver, lead: i64) {
    let taken = mail.log().all();
    let letter = taken.iter().find(|m| m.verdict == smtp::Verdict::Accepted).expect("a letter");
    assert!(letter.tls && letter.user.as_deref() == Some(MAIL_USER.0));
    assert_eq!(letter.to, ["sales@firma.test"]);
    let message = letter.message().unwrap();
    assert_eq!(message.header("subject"), Some(format!("Новый лид {lead}").as_str()));
    let text = message.text.unwrap();
    assert!(text.contains("Анна Иванова") && text.contains("8 (916) 123-45-67"), "{text}");
    assert_eq!(mail.message_ids().repeated().len(), 0, "one letter");
}

fn seen_webhook(partner: &WebhookReceiver, lead: i64) {
    let all = partner.log().all();
    assert_eq!(all.len(), 1);
    assert!(all[0].verdict.is_ok(), "the signature is right: {:?}", all[0].verdict);
    let body = all[0].request.json().unwrap();
    assert_eq!(body["type"], "lead.created");
    assert_eq!(body["data"], json!({ "lead": lead, "name": " Анна Иванова " }));
}

/// The only run of the flow, once it has ended.
async fn the_run(zveno: &Product, flow: &str) -> Value {
    until("the run has succeeded", async || {
        let runs = zveno.json(&["run", "list", "--flow", flow]).await;
        let runs = runs.as_array().unwrap().clone();
        assert_eq!(runs.len(), 1, "neither the probe nor the copy starts a run: {runs:?}");
        (runs[0]["state"] == "succeeded").then(|| runs[0].clone())
    })
    .await
}

async fn every_attempt_is_shown(zveno: &Product, run: &str) {
    let shown = zveno.json(&["run", "show", run]).await;
    let attempts = shown["attempts"].as_array().unwrap();
    let of = |step: &str| -> Vec<&Value> {
        attempts.iter().filter(|a| a["step"] == step).map(|a| &a["outcome"]).collect()
    };
    assert_eq!(of("lead"), ["done"], "{shown:#}");
    assert_eq!(of("letter"), ["retry", "done"], "the greylisted try is shown: {shown:#}");
    assert_eq!(of("event"), ["done"]);
    let exchange = &attempts.iter().find(|a| a["step"] == "lead").unwrap()["exchanges"][0];
    let url = exchange["request"]["url"].as_str().unwrap();
    assert!(url.contains("crm.item.add") && !url.contains(PORTAL_CODE), "{url}");
    let text = zveno.cli(&["run", "show", run]).await;
    assert_eq!(text.code, 0);
    assert!(text.out.contains("letter") && text.out.contains("450"), "{}", text.out);
    let events = zveno.json(&["event", "list"]).await;
    assert_eq!(events.as_array().unwrap().len(), 1);
    let all = zveno.json(&["event", "list", "--deliveries"]).await;
    let mut verdicts: Vec<_> =
        all.as_array().unwrap().iter().map(|d| d["verdict"].as_str().unwrap()).collect();
    verdicts.sort_unstable();
    assert_eq!(verdicts, ["accepted", "duplicate", "probe"]);
}

async fn commands_say_what_is_wrong_with_their_exit_codes(kind: Kind) {
    let services = Services::start(true).await;
    services.portal.http().respond(|_| Answer::status(404));
    let zveno = Product::new(kind).await;
    let missing = zveno.cli(&["run", "show", "run_00000000000000000000000000"]).await;
    assert_eq!(missing.code, 3, "{missing:?}");
    let doc = zveno.file("flow.yaml", FLOW);
    let checked = zveno.cli(&["flow", "validate", &doc]).await;
    assert_eq!(checked.code, 4, "{checked:?}");
    assert!(checked.out.contains("crm") && checked.out.contains("steps[0].connection"));
    let refused = zveno.cli(&["flow", "import", &doc, "--publish"]).await;
    assert_eq!(refused.code, 4);
    assert!(zveno.json(&["flow", "list"]).await.as_array().unwrap().is_empty());
    let typo = zveno.file("typo.yaml", &FLOW.replace("dedupe:", "dedup:"));
    let checked = zveno.cli(&["flow", "validate", &typo]).await;
    assert!(checked.code == 4 && checked.out.contains("dedupe"), "{checked:?}");
    let wrong = zveno.cli(&["connection", "add", "x", "--connector", "bitrx24"]).await;
    assert!(wrong.code == 2 && wrong.err.contains("bitrix24"), "{wrong:?}");
    let literal = zveno.cli(&["flow", "secret", "flw_00000000000000000000000000", "a=b"]).await;
    assert_eq!(literal.code, 2, "secrets are read from files only: {literal:?}");
    zveno.remove().await;
}

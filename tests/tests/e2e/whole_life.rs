//! The whole life of an installation as its owner lives it, by the binary, its command line and
//! its API: set up, used, in trouble and out of it, moved to the other database, given a new key.

use serde_json::{Value, json};
use tests::both_products;
use tests::receivers::bitrix24::Failure;
use tests::receivers::smtp::{Mail, Verdict};
use tests::world::office::{FLOW, Services, submission};
use tests::world::product::{Product, Serving};
use tests::world::{Kind, MAIL_USER, Reply, Request, SOON, client, until};

both_products! { an_installation_lives_moves_and_keeps_everything }

const OWNER: &str = "anna@firma.test";
const PASSWORD: &str = "correct horse battery";
const ADDRESS: &str = "whole-life-address-012345";
/// The code of the CRM's webhook after its administrator has made a new one.
const NEW_CODE: &str = "q9fresh1code2of3crm";

/// An installation that serves, and the key of a program that talks to it.
struct House {
    zveno: Product,
    serving: Serving,
    key: String,
}

async fn an_installation_lives_moves_and_keeps_everything(kind: Kind) {
    let firm = Services::start(false).await;
    let mut old = set_up(kind, &firm).await;
    let flow = in_use(&old, &firm).await;
    let first = received(&old, &firm, "1003:1", 1).await;
    old = trouble(old, &firm).await;
    let mended = mend(&old, &firm).await;
    let before = told(&old, &[&first, &mended]).await;
    let file = backed_up(&old).await;
    let House { zveno: old, serving, key } = old;
    assert_eq!(serving.stop().await, 0);

    let mut new = moved(&old, key, &firm, &file).await;
    assert_eq!(told(&new, &[&first, &mended]).await, before, "the past is as it was");
    as_before(&new, &firm, &flow).await;
    received(&new, &firm, "1003:3", 3).await;
    new = another_key(new).await;
    assert_eq!(told(&new, &[&first, &mended]).await, before, "and still is");
    as_before(&new, &firm, &flow).await;
    received(&new, &firm, "1003:4", 4).await;
    assert_eq!(new.serving.stop().await, 0);
    new.zveno.remove().await;
    old.remove().await;
}

impl House {
    async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let request = Request::new(method, &format!("/api/v1{path}"))
            .header("authorization", &format!("Bearer {}", self.key));
        let body = body.map(client::json).unwrap_or_default();
        Request { body, ..request }.send(self.serving.addr).await.unwrap()
    }

    async fn done(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let reply = self.ask(method, path, body).await;
        assert!((200..300).contains(&reply.status), "{method} {path}: {reply:?}");
        serde_json::from_str(&reply.body).unwrap_or(Value::Null)
    }

    async fn post(&self, id: &str) {
        let to = format!("/in/{ADDRESS}");
        let sent = Request::post(&to, submission(id)).send(self.serving.addr).await.unwrap();
        assert_eq!((sent.status, sent.body.as_str()), (200, "ok"));
    }

    /// The newest run, once it is in this state.
    async fn run(&self, state: &str) -> String {
        until(state, async || {
            let runs = self.zveno.json(&["run", "list", "--limit", "1"]).await;
            let run = &runs[0];
            (run["state"] == state).then(|| run["id"].as_str().unwrap().to_owned())
        })
        .await
    }
}

/// The first start: the link that it prints makes the owner, who makes a key and names the mail
/// server for the server's own letters.
async fn set_up(kind: Kind, firm: &Services) -> House {
    let mut zveno = Product::new(kind).await;
    firm.stand_beside(&mut zveno);
    let serving = zveno.serve().await;
    let link = serving.setup_link().await;
    let token = link.split_once("/setup#token=").unwrap().1;
    let person = json!({
        "token": token, "name": "Анна", "email": OWNER, "password": PASSWORD, "language": "ru",
    });
    let me = Request::post("/api/v1/setup", client::json(&person)).send(serving.addr).await;
    let me = me.unwrap();
    assert_eq!(me.status, 200, "{}", me.body);
    let cookies = me.headers.iter().filter(|(name, _)| name == "set-cookie");
    let cookies: Vec<&str> = cookies.filter_map(|(_, v)| v.split(';').next()).collect();
    let body = client::json(&json!({ "name": "the owner's scripts", "scope": "own" }));
    let made = Request::post("/api/v1/api-keys", body)
        .header("cookie", &cookies.join("; "))
        .header("origin", "http://zveno.test");
    let made = made.send(serving.addr).await.unwrap();
    assert_eq!(made.status, 200, "{}", made.body);
    let made: Value = serde_json::from_str(&made.body).unwrap();
    let house = House { zveno, serving, key: made["key"].as_str().unwrap().to_owned() };
    let (user, password) = MAIL_USER;
    let mail = json!({
        "host": "127.0.0.1", "port": firm.mail.addr().port(), "security": "starttls",
        "user": user, "password": password, "from": user,
    });
    let set = house.done("PUT", "/settings/mail", Some(&mail)).await;
    assert_eq!(set["password_set"], true, "{set}");
    house
}

/// Connections by the command line, and the flow from its document.
async fn in_use(house: &House, firm: &Services) -> String {
    let zveno = &house.zveno;
    firm.connect(zveno).await;
    let tested = zveno.cli(&["connection", "test", "crm"]).await;
    assert_eq!(tested.code, 0, "{tested:?}");
    let doc = zveno.file("flow.yaml", FLOW);
    let checked = zveno.cli(&["flow", "validate", &doc]).await;
    assert_eq!(checked.code, 0, "{checked:?}");
    let made = zveno.json(&["flow", "import", &doc, "--publish", "--address", ADDRESS]).await;
    let list = house.done("GET", "/flows", None).await;
    assert_eq!(list["items"][0]["id"], made["id"], "{list}");
    made["id"].as_str().unwrap().to_owned()
}

/// A form comes and has its three effects, now `n` times in all; its run.
async fn received(house: &House, firm: &Services, id: &str, n: usize) -> String {
    house.post(id).await;
    effects(firm, n).await;
    house.run("succeeded").await
}

async fn effects(firm: &Services, n: usize) {
    let leads = firm.portal.wait_for(n, SOON).await.unwrap();
    firm.partner.wait_for_taken(n, SOON).await.unwrap();
    assert_eq!((leads.len(), letters(firm).len()), (n, n), "once each");
    let lead = &leads[n - 1];
    assert_eq!(lead.value("NAME"), "Анна Иванова");
    let letter = letters(firm).pop().unwrap();
    let subject = format!("Новый лид {}", lead.id);
    assert_eq!(letter.message().unwrap().header("subject"), Some(subject.as_str()));
    let event = firm.partner.log().all().pop().unwrap();
    assert!(event.verdict.is_ok(), "the signature is right: {:?}", event.verdict);
    assert_eq!(event.request.json().unwrap()["data"]["lead"], lead.id);
}

fn taken(firm: &Services, by: &str) -> Vec<Mail> {
    let all = firm.mail.log().all();
    let here = all.iter().filter(|m| m.verdict == Verdict::Accepted && m.to == [by]);
    here.map(|m| Mail::clone(m)).collect()
}

/// The letters of the flow.
fn letters(firm: &Services) -> Vec<Mail> {
    taken(firm, "sales@firma.test")
}

/// The CRM takes the code away. The run fails, a restart changes nothing of that, and the owner
/// gets a letter.
async fn trouble(house: House, firm: &Services) -> House {
    firm.portal.refuse_codes_with(Failure::InsufficientScope);
    firm.portal.renew(NEW_CODE);
    house.post("1003:2").await;
    let run = house.run("failed").await;
    let shown = house.zveno.cli(&["run", "show", &run]).await;
    assert_eq!(shown.code, 0);
    assert!(shown.out.contains("lead") && shown.out.contains("403"), "{}", shown.out);
    let House { zveno, serving, key } = house;
    assert_eq!(serving.stop().await, 0);
    let serving = zveno.serve().await;
    let letter = until("the owner is told", async || taken(firm, OWNER).pop()).await;
    let message = letter.message().unwrap();
    let subject = message.header("subject").unwrap_or_default().to_owned();
    assert_eq!(subject, "Заявка с Тильды: запуск завершился ошибкой");
    assert!(message.text.unwrap().contains(&run), "a link to the run");
    House { zveno, serving, key }
}

/// The owner gives the connection the new code and replays; the run that comes of it.
async fn mend(house: &House, firm: &Services) -> String {
    let failed = house.run("failed").await;
    let list = house.done("GET", "/connections", None).await;
    let all = list["items"].as_array().unwrap();
    let crm = all.iter().find(|c| c["name"] == "crm").unwrap()["id"].as_str().unwrap();
    let at = format!("/connections/{crm}");
    let wrong = json!({ "fields": { "secret": "not-this-one-either" } });
    let refused = house.ask("PATCH", &at, Some(&wrong)).await;
    assert_eq!(refused.status, 422, "a code that does not work is not kept: {}", refused.body);
    let right = json!({ "fields": { "secret": NEW_CODE } });
    house.done("PATCH", &at, Some(&right)).await;
    let replayed = house.zveno.cli(&["run", "replay", &failed]).await;
    assert_eq!(replayed.code, 0, "{replayed:?}");
    effects(firm, 2).await;
    let run = house.run("succeeded").await;
    assert_ne!(run, failed);
    run
}

/// What is known of these runs, and of everything that came.
async fn told(house: &House, runs: &[&str]) -> Vec<Value> {
    let mut all = Vec::new();
    for run in runs {
        all.push(house.zveno.json(&["run", "show", run]).await);
    }
    let events = house.zveno.json(&["event", "list"]).await;
    let events = events.as_array().unwrap();
    // Of the first two forms: more come later.
    for event in &events[events.len() - 2..] {
        all.push(house.zveno.json(&["event", "show", event["id"].as_str().unwrap()]).await);
    }
    let deliveries = house.done("GET", "/deliveries?limit=100", None).await;
    let oldest = deliveries["items"].as_array().unwrap().last().unwrap()["id"].clone();
    let raw = format!("/deliveries/{}/raw", oldest.as_str().unwrap());
    let raw = house.ask("GET", &raw, None).await;
    assert_eq!(raw.body.as_bytes(), submission("1003:1").bytes, "the body as it came");
    all.push(json!(raw.body));
    all
}

/// A snapshot while the server runs.
async fn backed_up(house: &House) -> String {
    let file = house.zveno.folder().join("moving.backup");
    let file = file.to_str().unwrap().to_owned();
    let done = house.zveno.json(&["backup", &file]).await;
    assert!(done["rows"].as_u64().unwrap() > 10 && done["with_key"] == false, "{done}");
    let again = house.zveno.cli(&["backup", &file]).await;
    assert!(again.code == 1 && again.err.contains("replaces nothing"), "{again:?}");
    file
}

/// The other database, filled from the file. It needs the key, is on hold until somebody says
/// otherwise, and knows its people, programs and senders.
async fn moved(old: &Product, key: String, firm: &Services, file: &str) -> House {
    let other = if old.kind == Kind::Sqlite { Kind::Postgres } else { Kind::Sqlite };
    let mut zveno = Product::new(other).await;
    firm.stand_beside(&mut zveno);
    let strange = zveno.cli(&["restore", file]).await;
    assert!(strange.code != 0 && strange.err.contains("key"), "{strange:?}");
    let sealing = std::fs::read_to_string(old.folder().join("zveno.key")).unwrap();
    match other {
        Kind::Sqlite => zveno.take_key_of(old),
        Kind::Postgres => zveno.set("ZVENO_SECRET_KEY", sealing.trim()),
    }
    let restored = zveno.cli(&["restore", file]).await;
    assert!(restored.code == 0 && restored.out.contains("on hold"), "{restored:?}");
    let twice = zveno.cli(&["restore", file]).await;
    assert!(twice.code != 0 && twice.err.contains("not empty"), "{twice:?}");
    let house = House { serving: zveno.serve().await, zveno, key };
    let hold = house.done("GET", "/hold", None).await;
    assert_eq!(hold["unfinished"], 0, "{hold}");
    let resumed = house.zveno.cli(&["resume"]).await;
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert_eq!(house.done("GET", "/hold", None).await, Value::Null);
    let resumed = house.zveno.cli(&["resume"]).await;
    assert_eq!(resumed.code, 5, "it is over already: {resumed:?}");
    house
}

/// What people, senders and services had given opens everything as before, and the copy of a form
/// is still known as one.
async fn as_before(house: &House, firm: &Services, flow: &str) {
    let person = client::json(&json!({ "email": OWNER, "password": PASSWORD }));
    let me = Request::post("/api/v1/session", person).send(house.serving.addr).await.unwrap();
    assert_eq!(me.status, 200, "{}", me.body);
    for name in ["crm", "mail", "partner"] {
        let tested = house.zveno.cli(&["connection", "test", name]).await;
        assert_eq!(tested.code, 0, "{name}: {tested:?}");
    }
    let exported = house.zveno.cli(&["flow", "export", flow]).await;
    assert!(exported.code == 0 && exported.out.contains("Заявка с Тильды"), "{exported:?}");
    let tested = house.done("POST", "/settings/mail/test", Some(&json!({ "to": OWNER }))).await;
    assert_eq!(tested["to"], OWNER);
    let leads = firm.portal.created().len();
    house.post("1003:1").await;
    let newest = house.done("GET", "/deliveries?limit=1", None).await;
    assert_eq!(newest["items"][0]["verdict"], "duplicate", "{newest}");
    assert_eq!(firm.portal.created().len(), leads, "no second lead");
}

/// Seals everything with a new key; the one from before opens nothing any more.
async fn another_key(house: House) -> House {
    let House { mut zveno, mut serving, key } = house;
    let (old, new) = if zveno.kind == Kind::Postgres {
        let old = zveno.variable("ZVENO_SECRET_KEY").unwrap();
        let new = "5e".repeat(32);
        assert_eq!(serving.stop().await, 0);
        zveno.set("ZVENO_SECRET_KEY", &format!("{new},{old}"));
        serving = zveno.serve().await;
        (old, Some(new))
    } else {
        let old = std::fs::read_to_string(zveno.folder().join("zveno.key")).unwrap();
        (old.trim().to_owned(), None)
    };
    let done = zveno.json(&["secret", "rotate"]).await;
    // Three connections, the password of the mail server, the check of the key.
    assert!(done["resealed"].as_u64().unwrap() >= 5, "{done}");
    assert_eq!(serving.stop().await, 0);
    zveno.set("ZVENO_SECRET_KEY", &old);
    let closed = zveno.cli(&["flow", "list"]).await;
    assert!(closed.code != 0, "the key from before opens it: {closed:?}");
    match new {
        Some(new) => zveno.set("ZVENO_SECRET_KEY", &new),
        None => zveno.unset("ZVENO_SECRET_KEY"),
    }
    House { serving: zveno.serve().await, zveno, key }
}

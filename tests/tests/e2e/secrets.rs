//! Secrets of every kind, planted and then looked for everywhere.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;
use tests::both_products;
use tests::receivers::Now;
use tests::receivers::bitrix24::Portal;
use tests::receivers::http::{Answer, HttpReceiver};
use tests::receivers::smtp::{self, SmtpReceiver};
use tests::receivers::standard_webhooks::{Secret, WebhookReceiver};
use tests::world::product::{Product, Serving};
use tests::world::{Kind, Request, form, until};

use crate::api::rights::PREFIXES;
use crate::samples::tilda;

both_products! {
    s3_s18_planted_secrets_are_nowhere_to_be_seen,
    s3_a_generated_secret_is_not_shown_either,
}

const CODE: &str = "q7planted0bitrix1code2";
const MAIL: &str = "planted-mail-Passw0rd!";
const SIGNING: &str = "whsec_cGxhbnRlZC1zaWduaW5nLXNlY3JldC0wMTIzNDU2Nzg5";
const TOKEN: &str = "planted-bearer-7c21fe00";
const HEADER: &str = "planted-header-key-55aa";
const BOT: &str = "770044:AAplantedplantedplantedplantedpl12";
const FORM: &str = "planted-form-token-9a8b7c";
const WRONG: &str = "planted-wrong-token-1f2e";
const ALL: [&str; 8] = [CODE, MAIL, SIGNING, TOKEN, HEADER, BOT, FORM, WRONG];
const ADDRESS: &str = "secrets-address-01234567";

const STEPS: &str = "
  - { id: lead, action: bitrix24.create_lead@1.0.0, connection: crm, on_error: continue, retry: { preset: none },
      input: { title: { path: $.trigger.body.Name } } }
  - { id: letter, action: email.send@1.0.0, connection: mail, on_error: continue, retry: { preset: none },
      input: { to: { literal: a@b.test }, subject: { literal: s }, text: { literal: t } } }
  - { id: event, action: webhook_out.send@1.0.0, connection: partner, on_error: continue, retry: { preset: none },
      input: { type: { literal: lead }, payload: { path: $.trigger.body } } }
  - { id: bearer, action: http.request@1.0.0, connection: bearer, on_error: continue, retry: { preset: none },
      input: { method: { literal: POST }, url: { literal: /echo }, json: { path: $.trigger.body } } }
  - { id: header, action: http.request@1.0.0, connection: header, on_error: continue, retry: { preset: none },
      input: { method: { literal: GET }, url: { literal: /echo } } }
  - { id: bot, action: telegram.send_message@1.0.0, connection: bot, on_error: continue, retry: { preset: none },
      input: { chat_id: { literal: '1' }, text: { path: $.trigger.body.Name } } }
";

struct Services {
    portal: Portal,
    mail: SmtpReceiver,
    partner: WebhookReceiver,
    /// Answers with everything that it was sent, as some services do in their errors.
    echo: HttpReceiver,
}

async fn services() -> Services {
    let options = smtp::Options {
        tls: smtp::Tls::StartTls,
        user: Some(("robot".to_owned(), MAIL.to_owned())),
        ..smtp::Options::default()
    };
    let partner = vec![Secret::parse(SIGNING).unwrap()];
    let echo = HttpReceiver::start().await.unwrap();
    echo.respond(|r| {
        let headers: Vec<String> = r
            .headers
            .iter()
            .map(|(n, v)| format!("{n}: {}", String::from_utf8_lossy(v.as_bytes())))
            .collect();
        let said =
            json!({ "path": r.path, "query": r.query, "headers": headers, "body": r.text() });
        let status = if r.path.contains("echo") { 200 } else { 400 };
        Answer::json(status, &said).with("x-echo", headers.len())
    });
    Services {
        portal: Portal::start(1, CODE).await.unwrap(),
        mail: SmtpReceiver::start_with(options).await.unwrap(),
        partner: WebhookReceiver::start(partner, Now::wall()).await.unwrap(),
        echo,
    }
}

async fn add(
    zveno: &Product,
    name: &str,
    connector: &str,
    method: &str,
    set: &[&str],
    secret: (&str, &str),
) {
    let file = format!("{}={}", secret.0, zveno.file(&format!("secret-{name}"), secret.1));
    let mut args = vec!["connection", "add", name, "--connector", connector, "--method", method];
    for field in set {
        args.extend(["--set", field]);
    }
    args.extend(["--secret-file", &file]);
    zveno.json(&args).await;
}

async fn plant(s: &Services, zveno: &mut Product) {
    zveno.set("ZVENO_LOG", "trace");
    zveno.set("ZVENO_BASE_URL_BITRIX24", &s.portal.http().url(""));
    zveno.set("ZVENO_BASE_URL_TELEGRAM", &s.echo.url(""));
    let roots = zveno.file("roots.pem", s.mail.ca().pem());
    zveno.set("ZVENO_EXTRA_ROOTS", &roots);
    add(zveno, "crm", "bitrix24", "webhook", &["host=f.bitrix24.ru", "user=1"], ("secret", CODE))
        .await;
    let port = format!("port={}", s.mail.addr().port());
    let mail = ["host=127.0.0.1", &port, "username=robot", "from=robot@f.test"];
    add(zveno, "mail", "email", "smtp", &mail, ("password", MAIL)).await;
    let url = format!("url={}", s.partner.http().url("/"));
    add(zveno, "partner", "webhook_out", "signed", &[&url], ("secret", SIGNING)).await;
    let base = format!("base_url={}", s.echo.url(""));
    add(zveno, "bearer", "http", "bearer", &[&base], ("token", TOKEN)).await;
    add(zveno, "header", "http", "header", &[&base, "header=X-Api-Key"], ("value", HEADER)).await;
    add(zveno, "bot", "telegram", "bot", &[], ("token", BOT)).await;
}

/// Every form in which a secret may leak.
fn forms(secret: &str) -> Vec<String> {
    let url = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let basic = format!("robot:{secret}");
    let plain = format!("\0robot\0{secret}");
    let mut all = vec![secret.to_owned(), url];
    all.extend([secret, &basic, &plain].map(|s| STANDARD.encode(s)));
    all.push(URL_SAFE_NO_PAD.encode(secret));
    all
}

fn absent(place: &str, bytes: &[u8]) {
    // The search of the standard library is fast in a build for tests, too: a log may be long.
    let text = String::from_utf8_lossy(bytes);
    for secret in ALL {
        for form in forms(secret) {
            if let Some(at) = text.find(&form) {
                let around = &text.as_bytes()[at.saturating_sub(200)..(at + 100).min(text.len())];
                panic!("{secret} is in {place}: {}", String::from_utf8_lossy(around));
            }
        }
    }
}

async fn s3_s18_planted_secrets_are_nowhere_to_be_seen(kind: Kind) {
    let services = services().await;
    let mut zveno = Product::new(kind).await;
    plant(&services, &mut zveno).await;
    let key = format!("apikey=@{}", zveno.file("form-token", FORM));
    let doc = zveno.file("flow.yaml", &tilda(STEPS));
    let made = zveno
        .json(&["flow", "import", &doc, "--publish", "--address", ADDRESS, "--secret", &key])
        .await;
    let flow = made["id"].as_str().unwrap().to_owned();
    let serving = zveno.serve().await;
    let path = format!("/in/{ADDRESS}");
    let body = |tranid: &str, token: &str| {
        form(&[("Name", "Анна"), ("tranid", tranid), ("apikey", token)])
    };
    let to = zveno.addr();
    assert_eq!(Request::post(&path, body("1", FORM)).send(to).await.unwrap().status, 200);
    assert_eq!(Request::post(&path, body("2", WRONG)).send(to).await.unwrap().status, 401);
    let query = format!("{path}?apikey={FORM}");
    let reply =
        Request::post(&query, form(&[("Name", "Анна"), ("tranid", "3")])).send(to).await.unwrap();
    assert_eq!(reply.status, 200);
    let header =
        Request::post(&path, form(&[("Name", "Анна"), ("tranid", "4")])).header("apikey", FORM);
    assert_eq!(header.send(to).await.unwrap().status, 200);
    until("all runs have ended", async || {
        let runs = zveno.json(&["run", "list", "--flow", &flow]).await;
        let runs = runs.as_array().unwrap().clone();
        (runs.len() == 3 && runs.iter().all(|r| r["finished_at"].is_number())).then_some(())
    })
    .await;
    // The services saw them, so they were really sent.
    assert!(services.portal.calls().len() >= 3);
    assert!(services.partner.log().all().iter().any(|j| j.verdict.is_ok()));
    let echoed = services.echo.log().all();
    assert!(echoed.iter().any(|r| r.header("authorization").is_some_and(|h| h.contains(TOKEN))));
    assert!(echoed.iter().any(|r| r.header("x-api-key") == Some(HEADER)));
    assert!(echoed.iter().any(|r| r.path.contains(BOT)));
    look_everywhere(&zveno, &flow, serving).await;
    zveno.remove().await;
}

async fn look_everywhere(zveno: &Product, flow: &str, serving: Serving) {
    let mut commands: Vec<Vec<String>> = Vec::new();
    let mut say = |words: &[&str]| commands.push(words.iter().map(|w| (*w).to_owned()).collect());
    say(&["flow", "list"]);
    say(&["flow", "export", flow]);
    say(&["flow", "export", flow, "--version", "1"]);
    say(&["connection", "list"]);
    for name in ["crm", "mail", "partner", "bearer", "header", "bot"] {
        say(&["connection", "test", name]);
    }
    say(&["run", "list"]);
    say(&["event", "list"]);
    say(&["event", "list", "--deliveries"]);
    say(&["connector", "list"]);
    for run in zveno.json(&["run", "list"]).await.as_array().unwrap() {
        say(&["run", "show", run["id"].as_str().unwrap()]);
    }
    for event in zveno.json(&["event", "list"]).await.as_array().unwrap() {
        say(&["event", "show", event["id"].as_str().unwrap()]);
    }
    for words in &commands {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        for more in [&[][..], &["--json"]] {
            let said = zveno.cli(&[&words, more].concat()).await;
            absent(&format!("the output of {words:?}"), said.out.as_bytes());
            absent(&format!("the errors of {words:?}"), said.err.as_bytes());
        }
    }
    let metrics = Request::new("GET", "/metrics").send(zveno.addr()).await.unwrap();
    absent("the metrics", metrics.body.as_bytes());
    let log = serving.log();
    assert!(log.contains("TRACE"), "the log is as talkative as it can be");
    absent("the log", log.as_bytes());
    ask_everything(zveno, &serving).await;
    absent("the log of the API", serving.log().as_bytes());
    let file = zveno.folder().join("canary.backup");
    let file = file.to_str().unwrap().to_owned();
    zveno.json(&["backup", &file]).await;
    assert_eq!(serving.stop().await, 0);
    for bytes in zveno.stored().await {
        absent("the database", &bytes);
    }
    absent("the backup", &std::fs::read(&file).unwrap());
    restored(zveno, &file).await;
}

/// The backup is compressed: what it holds is seen where it is filled in.
async fn restored(zveno: &Product, file: &str) {
    let other = if zveno.kind == Kind::Sqlite { Kind::Postgres } else { Kind::Sqlite };
    let copy = Product::new(other).await;
    copy.take_key_of(zveno);
    copy.json(&["restore", file]).await;
    for bytes in copy.stored().await {
        absent("what the backup was filled into", &bytes);
    }
    copy.remove().await;
}

/// Every answer of the API to a look, for each thing that the lists before have named. The raw
/// body of a delivery is what it is, for whoever may download it (S18).
async fn ask_everything(zveno: &Product, serving: &Serving) {
    let made = zveno.json(&["key", "add", "canary", "--role", "owner"]).await;
    let key = format!("Bearer {}", made["key"].as_str().unwrap());
    let doc = serde_json::to_value(api::v1::document()).unwrap();
    let paths = doc["paths"].as_object().unwrap();
    let looks = paths.iter().filter(|(_, item)| item.get("get").is_some()).map(|(path, _)| path);
    let mut looks: Vec<&String> =
        looks.filter(|p| !p.ends_with("/stream") && !p.ends_with("/raw")).collect();
    looks.sort_by_key(|p| p.matches('{').count());
    let (mut ids, mut answered) = (BTreeSet::new(), 0);
    for look in looks {
        for path in filled(look, &ids) {
            let get = Request::new("GET", &path).header("authorization", &key);
            let answer = get.send(serving.addr).await.unwrap();
            absent(&format!("the answer of {path}"), answer.body.as_bytes());
            answered += usize::from(answer.status == 200);
            let words = answer.body.split('"');
            ids.extend(words.filter(|w| w.len() == 30).map(str::to_owned));
        }
    }
    assert!(answered > 40, "{answered} answers show something");
}

/// The path for each id of the kind of its first parameter; for the rest there is one value.
fn filled(path: &str, ids: &BTreeSet<String>) -> Vec<String> {
    let parts: Vec<&str> = path.split(['{', '}']).collect();
    let Some(first) = parts.get(1) else { return vec![path.to_owned()] };
    let prefix = PREFIXES.iter().find(|(name, _)| name == first).map(|(_, p)| *p);
    let with = |id: &str| {
        let part = |(n, p): (usize, &&str)| match n {
            1 => id.to_owned(),
            n if n % 2 == 1 => "1".to_owned(),
            _ => (*p).to_owned(),
        };
        parts.iter().enumerate().map(part).collect::<String>()
    };
    match prefix {
        Some(prefix) => ids.iter().filter(|i| i.starts_with(prefix)).map(|i| with(i)).collect(),
        None => vec![with("bitrix24")],
    }
}

async fn s3_a_generated_secret_is_not_shown_either(kind: Kind) {
    let zveno = Product::new(kind).await;
    let doc = "
zveno: 1
name: generated
trigger:
  connector: webhook@1.0.0
  event: request
  input: { check: { literal: header }, secret: { secret: key } }
steps:
  - { id: note, set: { a: { literal: 1 } } }
";
    let doc = zveno.file("flow.yaml", doc);
    let made = zveno.json(&["flow", "import", &doc, "--publish"]).await;
    assert!(made.get("missing_secrets").is_none(), "it is made up: {made}");
    let flow = made["id"].as_str().unwrap();
    let out = zveno.json(&["flow", "export", flow]).await;
    assert_eq!(out["trigger"]["input"]["secret"], json!({ "secret": "key" }));
    let again = zveno.file("again.json", &out.to_string());
    let copy = zveno.json(&["flow", "import", &again, "--publish"]).await;
    assert_ne!(copy["id"], made["id"], "an import always creates");
    zveno.remove().await;
}

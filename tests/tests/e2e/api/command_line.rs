//! The command line for a server elsewhere, and its own commands about people and keys.

use serde_json::{Value, json};
use tests::both_products;
use tests::world::Kind;
use tests::world::client::{self, Request};
use tests::world::product::{Product, Serving};

both_products! {
    every_command_works_by_the_api_of_a_server_elsewhere,
    a_key_may_by_command_what_its_role_may,
    people_and_keys_are_managed_at_the_console,
    s3_the_key_is_rotated_while_the_server_runs,
    what_people_know_is_in_no_log_and_in_no_table,
    the_first_start_prints_a_link_that_works,
}

const FLOW: &str = "
zveno: 1
name: Orders
trigger: { connector: webhook@1.0.0, event: request }
steps:
  - { id: keep, set: { name: { path: $.trigger.body.name } } }
";

struct Elsewhere {
    product: Product,
    serving: Serving,
    server: String,
}

impl Elsewhere {
    async fn new(kind: Kind) -> Self {
        let product = Product::new(kind).await;
        let serving = product.serve().await;
        let server = format!("http://{}", serving.addr);
        Self { product, serving, server }
    }

    async fn key(&self, role: &str) -> String {
        let made = self.product.json(&["key", "add", "test", "--role", role]).await;
        made["key"].as_str().unwrap().to_owned()
    }

    /// A command by the API alone: of another data folder there is nothing.
    async fn cli(&self, key: &str, args: &[&str]) -> (i32, Value) {
        let mut all = args.to_vec();
        all.extend(["--json", "--server", &self.server, "--api-key", key]);
        let said = self.product.cli(&all).await;
        (said.code, serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}")))
    }

    async fn end(self) {
        self.serving.stop().await;
        self.product.remove().await;
    }
}

async fn every_command_works_by_the_api_of_a_server_elsewhere(kind: Kind) {
    let e = Elsewhere::new(kind).await;
    let key = e.key("owner").await;
    let file = e.product.file("flow.yaml", FLOW);
    let (code, flow) = e.cli(&key, &["flow", "import", &file, "--publish"]).await;
    assert_eq!(code, 0, "{flow}");
    let id = flow["id"].as_str().unwrap();
    let hook = flow["hook_url"].as_str().unwrap().rsplit_once('/').unwrap().1;
    let event = Request::post(&format!("/in/{hook}"), client::json(&json!({ "name": "Anna" })));
    assert_eq!(event.send(e.serving.addr).await.unwrap().status, 200);
    assert_eq!(e.cli(&key, &["flow", "list"]).await.1[0]["name"], "Orders");
    assert_eq!(e.cli(&key, &["event", "list"]).await.1.as_array().unwrap().len(), 1);
    assert_eq!(e.cli(&key, &["flow", "pause", id]).await.1["ok"], true);
    let missing = id.replace(&id[10..], &"0".repeat(id.len() - 10));
    let (code, said) = e.cli(&key, &["flow", "pause", &missing]).await;
    assert_eq!((code, &said["error"]["code"]), (3, &json!("not_found")));
    let bad = e.product.file(
        "bad.yaml",
        "zveno: 1\nname: X\ntrigger: { connector: nothing@1.0.0, event: x }\nsteps: []\n",
    );
    let (code, said) = e.cli(&key, &["flow", "import", &bad, "--publish"]).await;
    assert_eq!(code, 4, "{said}");
    assert!(!said["error"]["problems"].as_array().unwrap().is_empty());

    let (code, said) = e.cli("zv_nothing", &["flow", "list"]).await;
    assert_eq!((code, &said["error"]["code"]), (1, &json!("sign_in_needed")));
    let nobody =
        e.product.cli(&["flow", "list", "--server", "http://127.0.0.1:1", "--api-key", "x"]).await;
    assert_eq!(nobody.code, 6);
    e.end().await;
}

async fn a_key_may_by_command_what_its_role_may(kind: Kind) {
    let e = Elsewhere::new(kind).await;
    let (viewer, editor, owner) =
        (e.key("viewer").await, e.key("editor").await, e.key("owner").await);
    let file = e.product.file("flow.yaml", FLOW);
    let denied = json!("right_missing");
    let (code, said) = e.cli(&viewer, &["flow", "import", &file]).await;
    assert_eq!((code, &said["error"]["code"]), (1, &denied));
    assert_eq!(e.cli(&viewer, &["flow", "list"]).await, (0, json!([])));
    assert_eq!(e.cli(&editor, &["flow", "import", &file]).await.0, 0);
    for words in [&["user", "list"][..], &["key", "list"]] {
        let may = e.cli(&editor, words).await.0 == 0;
        assert_eq!(may, words[0] == "user");
    }
    let (_, said) = e.cli(&editor, &["key", "add", "mine", "--role", "owner"]).await;
    assert_eq!(said["error"]["code"], denied);
    assert_eq!(e.cli(&owner, &["key", "list"]).await.1.as_array().unwrap().len(), 3);
    // What is of the whole server is not for any key.
    for words in [&["secret", "rotate"][..], &["user", "password", "anna@example.org"]] {
        let (_, said) = e.cli(&owner, words).await;
        assert_eq!(said["error"]["code"], denied, "{words:?}");
    }
    // What was done is written down with the key that did it.
    let get =
        Request::new("GET", "/api/v1/audit").header("authorization", &format!("Bearer {owner}"));
    let lines = get.send(e.serving.addr).await.unwrap().body;
    let lines: Value = serde_json::from_str(&lines).unwrap();
    assert_eq!(lines["items"][0]["action"], "flow.imported");
    assert!(lines["items"][0]["actor"].as_str().unwrap().starts_with("key_"));
    assert_eq!(lines["items"][1]["actor"], "console");
    e.end().await;
}

async fn people_and_keys_are_managed_at_the_console(kind: Kind) {
    let e = Elsewhere::new(kind).await;
    let p = &e.product;
    let made =
        p.json(&["user", "add", "Anna@Example.org", "--name", "Anna", "--role", "owner"]).await;
    let password = made["password"].as_str().unwrap().to_owned();
    let sign_in = async |email: &str, password: &str| {
        let body = client::json(&json!({ "email": email, "password": password }));
        Request::post("/api/v1/session", body).send(e.serving.addr).await.unwrap().status
    };
    assert_eq!(sign_in("anna@example.org", &password).await, 200);
    let setup = Request::new("GET", "/api/v1/setup").send(e.serving.addr).await.unwrap();
    assert_eq!(setup.body, "{\"needed\":false}");
    let file = p.file("password", "correct horse battery\n");
    p.json(&["user", "add", "boris@example.org", "--password-file", &file]).await;
    assert_eq!(sign_in("boris@example.org", "correct horse battery").await, 200);
    let all = p.json(&["user", "list"]).await;
    let roles: Vec<_> = all.as_array().unwrap().iter().map(|u| &u["role"]).collect();
    assert_eq!(roles, ["owner", "editor"]);
    assert_eq!(
        p.cli(&["user", "role", "anna@example.org", "viewer"]).await.code,
        5,
        "the last owner"
    );
    p.json(&["user", "role", "boris@example.org", "owner"]).await;
    p.json(&["user", "password", "anna@example.org", "--password-file", &file]).await;
    assert_eq!(sign_in("anna@example.org", &password).await, 401);
    assert_eq!(sign_in("anna@example.org", "correct horse battery").await, 200);
    p.json(&["user", "remove", "anna@example.org"]).await;
    assert_eq!(sign_in("anna@example.org", "correct horse battery").await, 401);
    let short = p.file("short", "short");
    assert_eq!(p.cli(&["user", "add", "x@y.z", "--password-file", &short]).await.code, 2);
    assert_eq!(p.cli(&["user", "remove", "nobody@example.org"]).await.code, 3);

    let key = p.json(&["key", "add", "CI", "--expires", "90d"]).await;
    p.json(&["key", "remove", key["id"].as_str().unwrap()]).await;
    assert_eq!(p.json(&["key", "list"]).await, json!([]));
    e.end().await;
}

async fn s3_the_key_is_rotated_while_the_server_runs(kind: Kind) {
    let mut product = Product::new(kind).await;
    let (old, new) = ("11".repeat(32), "22".repeat(32));
    if kind == Kind::Postgres {
        // Several nodes have no key file of their own.
        product.set("ZVENO_SECRET_KEY", &old);
    }
    let serving = product.serve().await;
    let file = product.file("flow.yaml", FLOW);
    let secret = product.file("pin", "planted-pin-before");
    let flow = product.json(&["flow", "import", &file, "--publish"]).await;
    let id = flow["id"].as_str().unwrap();
    product.json(&["flow", "secret", id, &format!("pin=@{secret}")]).await;
    let before = product.rows("SELECT name, value FROM flow_secrets").await;

    let serving = if kind == Kind::Postgres {
        let alone = product.cli(&["secret", "rotate"]).await;
        assert!(alone.code != 0 && alone.err.contains("NEW,OLD"), "{alone:?}");
        serving.stop().await;
        product.set("ZVENO_SECRET_KEY", &format!("{new},{old}"));
        product.serve().await
    } else {
        serving
    };
    let done = product.json(&["secret", "rotate"]).await;
    assert!(done["resealed"].as_u64().unwrap() >= 2, "{done}");
    let after = product.rows("SELECT name, value FROM flow_secrets").await;
    assert_eq!(before.len(), 1);
    assert_ne!(before[0].1[..2], after[0].1[..2]);
    // The running server goes on, and so does the next one with the new key alone.
    product.json(&["flow", "export", id]).await;
    serving.stop().await;
    if kind == Kind::Postgres {
        product.set("ZVENO_SECRET_KEY", &new);
    }
    let serving = product.serve().await;
    product.json(&["flow", "publish", id]).await;
    serving.stop().await;
    product.set("ZVENO_SECRET_KEY", &old);
    let said = product.cli(&["flow", "list"]).await;
    assert!(said.code != 0, "the old key opens nothing any more");
    product.remove().await;
}

async fn what_people_know_is_in_no_log_and_in_no_table(kind: Kind) {
    const PASSWORD: &str = "planted password 7c21";
    let mut product = Product::new(kind).await;
    product.set("ZVENO_LOG", "trace");
    let serving = product.serve().await;
    let at = serving.addr;
    let link = serving.setup_link().await;
    let token = link.split_once("#token=").unwrap().1.to_owned();
    let post = async |path: &str, cookie: &str, body: Value| {
        let r = Request::post(&format!("/api/v1{path}"), client::json(&body))
            .header("origin", "http://zveno.test")
            .header("idempotency-key", path);
        let r = if cookie.is_empty() { r } else { r.header("cookie", cookie) };
        r.send(at).await.unwrap()
    };
    let body =
        json!({ "token": token, "name": "Anna", "email": "a@example.org", "password": PASSWORD });
    let me = post("/setup", "", body).await;
    assert_eq!(me.status, 200, "{}", me.body);
    let set = me.headers.iter().filter(|(n, _)| n == "set-cookie");
    let cookies: Vec<&str> = set.filter_map(|(_, v)| v.split(';').next()).collect();
    let (cookie, session) =
        (cookies.join("; "), cookies.iter().find_map(|c| c.strip_prefix("zveno=")).unwrap());
    post("/session", "", json!({ "email": "a@example.org", "password": "planted wrong one" }))
        .await;
    let key = post("/api-keys", &cookie, json!({ "name": "k", "scope": "own" })).await;
    let key: Value = serde_json::from_str(&key.body).unwrap();
    let key = key["key"].as_str().unwrap();
    let invitation = post("/invitations", &cookie, json!({ "role": "viewer" })).await;
    let invitation: Value = serde_json::from_str(&invitation.body).unwrap();
    let invited = invitation["link"].as_str().unwrap().split_once("#token=").unwrap().1;
    let offer = Request::new("GET", &format!("/api/v1/invitations/by-token/{invited}"));
    assert_eq!(offer.send(at).await.unwrap().status, 200);
    let used = Request::new("GET", "/api/v1/me").header("authorization", &format!("Bearer {key}"));
    assert_eq!(used.send(at).await.unwrap().status, 200);

    let log = serving.log();
    assert!(log.contains("TRACE"), "the log is as talkative as it can be");
    // The link of the first start is printed for a person to open, and that once.
    assert_eq!(log.matches(&token).count(), 1);
    serving.stop().await;
    let stored = product.stored().await;
    assert!(stored.iter().any(|all| has(all, "a@example.org")), "the search finds what is there");
    for secret in [PASSWORD, "planted wrong one", session, key, invited, &token] {
        assert!(secret == token || !log.contains(secret), "{secret} is in the log");
        assert!(!stored.iter().any(|all| has(all, secret)), "{secret} is stored");
    }
    product.remove().await;
}

fn has(all: &[u8], text: &str) -> bool {
    all.windows(text.len()).any(|w| w == text.as_bytes())
}

async fn the_first_start_prints_a_link_that_works(kind: Kind) {
    let mut product = Product::new(kind).await;
    product.set("ZVENO_PUBLIC_URL", "https://zveno.example.org/prefix");
    let serving = product.serve().await;
    let link = serving.setup_link().await;
    let token = link.strip_prefix("https://zveno.example.org/prefix/setup#token=").unwrap();
    let page = Request::new("GET", "/setup").send(serving.addr).await.unwrap();
    assert_eq!(page.status, 200);
    assert!(page.body.contains("<base href=\"/prefix/\""), "{}", page.body);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self';"), "{policy}");
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    assert!(page.header("strict-transport-security").is_some());
    let body = json!({ "token": token, "name": "Anna", "email": "a@example.org", "password": "correct horse battery" });
    let done =
        Request::post("/api/v1/setup", client::json(&body)).send(serving.addr).await.unwrap();
    assert_eq!(done.status, 200, "{}", done.body);
    serving.stop().await;
    let serving = product.serve().await;
    assert_eq!(serving.log().matches("/setup#token=").count(), 1, "never again");
    assert_eq!(Request::new("GET", "/api/v9").send(serving.addr).await.unwrap().status, 404);
    serving.stop().await;
    product.remove().await;
}

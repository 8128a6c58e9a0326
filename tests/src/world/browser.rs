//! A browser: keeps cookies as it is told, says where its requests come from, and may stand behind
//! a proxy.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde_json::{Value, json};

use super::World;
use super::api::Answer;
use super::client::{self, Reply, Request};

/// The password of everybody in these tests.
pub const PASSWORD: &str = "correct horse battery";

/// See the module.
#[derive(Clone, Debug)]
pub struct Browser {
    addr: SocketAddr,
    /// The cookies it has.
    pub cookies: BTreeMap<String, String>,
    /// The site whose page sends; absent for none.
    pub origin: Option<String>,
    /// The address that the proxy says it has.
    pub from: Option<String>,
    /// The workspace that it asks for.
    pub workspace: Option<String>,
}

impl World {
    /// A browser that has never been here.
    pub fn browser(&self) -> Browser {
        Browser::at(self.addr())
    }

    /// A browser whose person has set the server up.
    pub async fn owner(&self) -> Browser {
        let mut b = self.browser();
        b.set_up(self).await.ok();
        b
    }

    /// The code of the setup page.
    pub async fn setup_token(&self) -> Option<String> {
        let link = self.ask(|m| async move { m.setup_link().await }).await.expect("a link");
        link.map(|l| l.split_once("#token=").expect("a token").1.to_owned())
    }

    /// The same server under another public address, behind a proxy on this machine.
    pub async fn front(&self, public_url: &str) -> Browser {
        let (engine, public_url) = (self.with_engine(Clone::clone), public_url.to_owned());
        let manage = self.ask(|m| async move { m }).await;
        let manage = engine::manage::Manage { public_url, ..manage };
        let addr = self
            .on_node(async move {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
                let addr = listener.local_addr().expect("its address");
                let state = api::AppState::new(engine, manage, None)
                    .behind(vec!["127.0.0.0/8".parse().expect("a network")]);
                let stop = tokio_util::sync::CancellationToken::new();
                tokio::spawn(api::server::serve(listener, api::router(state), stop));
                addr
            })
            .await;
        Browser::at(addr)
    }
}

impl Browser {
    fn at(addr: SocketAddr) -> Self {
        Self {
            addr,
            cookies: BTreeMap::new(),
            origin: Some("http://zveno.test".to_owned()),
            from: None,
            workspace: None,
        }
    }

    /// Another browser at the same address, without cookies.
    #[must_use]
    pub fn fresh(&self) -> Self {
        Self { cookies: BTreeMap::new(), workspace: None, ..self.clone() }
    }

    /// The same browser elsewhere.
    #[must_use]
    pub fn from(mut self, address: &str) -> Self {
        self.from = Some(address.to_owned());
        self
    }

    /// Sets the server up as Anna.
    pub async fn set_up(&mut self, w: &World) -> Answer {
        let token = w.setup_token().await.expect("nobody is there yet");
        let body = json!({
            "token": token, "name": "Anna", "email": "Anna@Example.org", "password": PASSWORD,
            "language": "ru", "workspace_name": "Bakery",
        });
        self.post("/setup", &body).await
    }

    /// Signs in.
    pub async fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        self.post("/session", &json!({ "email": email, "password": password })).await
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(self.request("GET", path)).await
    }

    pub async fn delete(&mut self, path: &str) -> Answer {
        self.send(self.request("DELETE", path)).await
    }

    pub async fn post(&mut self, path: &str, body: &Value) -> Answer {
        let body = client::json(body);
        self.send(Request { body, ..self.request("POST", path) }).await
    }

    pub async fn patch(&mut self, path: &str, body: &Value) -> Answer {
        let body = client::json(body);
        self.send(Request { body, ..self.request("PATCH", path) }).await
    }

    /// Opens a page of the server that another site led to, as its person reads Russian.
    pub async fn visit(&self, target: &str) -> Reply {
        let mut r = Request::new("GET", target)
            .header("accept-language", "ru")
            .header("sec-fetch-site", "cross-site");
        if let Some(cookies) = self.cookie_header() {
            r = r.header("cookie", &cookies);
        }
        r.send(self.addr).await.expect("an answer")
    }

    fn cookie_header(&self) -> Option<String> {
        let all: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// A request below `/api/v1` with the cookies.
    pub fn request(&self, method: &str, path: &str) -> Request {
        let mut r = Request::new(method, &format!("{}{path}", api::v1::BASE))
            .header("user-agent", "Test/1.0");
        if let Some(cookies) = self.cookie_header() {
            r = r.header("cookie", &cookies);
        }
        for (name, value) in [
            ("origin", &self.origin),
            ("x-forwarded-for", &self.from),
            ("zveno-workspace", &self.workspace),
        ] {
            if let Some(value) = value {
                r = r.header(name, value);
            }
        }
        r
    }

    /// Sends a request and keeps the cookies of the answer.
    pub async fn send(&mut self, request: Request) -> Answer {
        let answer = Answer::of(request.send(self.addr).await.expect("an answer"));
        for line in answer.set_cookies() {
            let (pair, flags) = line.split_once(';').unwrap_or((line, ""));
            let (name, value) = pair.split_once('=').expect("a cookie");
            if value.is_empty() || flags.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

impl Answer {
    /// What the answer says of cookies.
    pub fn set_cookies(&self) -> Vec<&str> {
        let all = self.reply.headers.iter().filter(|(n, _)| n == "set-cookie");
        all.map(|(_, v)| v.as_str()).collect()
    }
}

//! The Telegram Bot API at `/bot{token}/{method}`: `getMe`, `sendMessage`, `sendDocument`,
//! `setWebhook`, `getWebhookInfo`, `deleteWebhook`. Shapes and texts are those of the service's own
//! server (github.com/tdlib/telegram-bot-api: `Query.h`, `HttpConnection.cpp`, `Client.cpp`) and of
//! core.telegram.org/bots/api. Absent: formatting of entities, file ids that can be sent again.

mod args;
mod methods;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use super::http::{Answer, HttpReceiver, Options, Received};
use super::{Late, Log, Now};

/// How a call fails.
#[derive(Debug, Clone)]
pub enum Failure {
    /// 429 with `parameters.retry_after` and `Retry-After`, both in seconds.
    TooMany { retry_after_s: u64 },
    /// 400 with `parameters.migrate_to_chat_id`.
    Migrated { to: i64 },
    /// Any status with any description.
    Error { status: u16, description: String },
    /// The message is sent, and the connection closed without an answer.
    LostAnswer,
    /// Whatever the answer is, and nothing is sent.
    Raw(Answer),
}

/// A message the bot sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The `message_id` it got.
    pub id: i64,
    /// `chat_id` as given: a number or `@name`.
    pub chat: String,
    /// The text, or the caption of a document.
    pub text: String,
    pub document: Option<Document>,
    /// All arguments except the file, as text.
    pub args: Vec<(String, String)>,
}

/// A file that came with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub name: Option<String>,
    pub mime: Option<String>,
    pub bytes: Vec<u8>,
}

/// A running Bot API with one bot, to which every chat is known unless told otherwise.
pub struct Telegram {
    http: HttpReceiver,
    bot: Arc<Bot>,
}

struct Bot {
    token: String,
    now: Now,
    state: Mutex<State>,
    sent: Log<Sent>,
}

#[derive(Default)]
struct State {
    failures: VecDeque<Failure>,
    blocked: BTreeSet<String>,
    unknown: BTreeSet<String>,
    webhook: Option<Value>,
    last_id: i64,
}

impl Telegram {
    /// Starts an API that knows the bot of `token`.
    pub async fn start(token: &str) -> io::Result<Telegram> {
        Telegram::start_with(token, Options::default()).await
    }

    /// Starts as `options` say.
    pub async fn start_with(token: &str, options: Options) -> io::Result<Telegram> {
        let now = options.now.clone();
        let http = HttpReceiver::start_with(options).await?;
        let (state, sent) = (Mutex::default(), Log::default());
        let bot = Arc::new(Bot { token: token.to_owned(), now, state, sent });
        let each = bot.clone();
        http.respond(move |request| each.answer(request));
        Ok(Telegram { http, bot })
    }

    /// Makes the next `times` calls with the right token fail.
    pub fn fail(&self, times: usize, failure: &Failure) {
        self.bot.lock().failures.extend(std::iter::repeat_n(failure.clone(), times));
    }

    /// The user of `chat` blocks the bot: 403.
    pub fn block(&self, chat: &str) {
        self.bot.lock().blocked.insert(chat.to_owned());
    }

    /// `chat` does not exist for the bot: 400.
    pub fn forget(&self, chat: &str) {
        self.bot.lock().unknown.insert(chat.to_owned());
    }

    /// What the bot sent, in order.
    pub fn sent(&self) -> &Log<Sent> {
        &self.bot.sent
    }

    /// Waits for `n` messages and returns all of them.
    pub async fn wait_for(&self, n: usize, within: Duration) -> Result<Vec<Arc<Sent>>, Late> {
        self.sent().wait_for(n, within).await
    }

    /// The arguments of the last `setWebhook`, unless deleted since.
    pub fn webhook(&self) -> Option<Value> {
        self.bot.lock().webhook.clone()
    }

    /// The server underneath, with every request as it arrived.
    pub fn http(&self) -> &HttpReceiver {
        &self.http
    }

    /// What stands before `/bot{token}` in an address.
    pub fn base(&self) -> String {
        self.http.url("")
    }
}

impl Bot {
    fn answer(&self, request: &Received) -> Answer {
        let Some((token, method)) = address(&request.path) else {
            return error(404, "Not Found");
        };
        if !well_formed(token) {
            return error(401, "Unauthorized: invalid token specified");
        }
        if token != self.token {
            return error(401, "Unauthorized");
        }
        match self.next_failure() {
            Some(Failure::LostAnswer) => {
                self.call(method, request);
                Answer::close_without_answer()
            }
            Some(failure) => failure.answer(),
            None => self.call(method, request),
        }
    }

    fn next_failure(&self) -> Option<Failure> {
        self.lock().failures.pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Failure {
    fn answer(self) -> Answer {
        match self {
            Failure::TooMany { retry_after_s } => {
                let text = format!("Too Many Requests: retry after {retry_after_s}");
                failed(429, &text, &json!({"retry_after": retry_after_s}))
                    .with("retry-after", retry_after_s)
            }
            Failure::Migrated { to } => {
                let text = "Bad Request: group chat was upgraded to a supergroup chat";
                failed(400, text, &json!({"migrate_to_chat_id": to}))
            }
            Failure::Error { status, description } => error(status, &description),
            Failure::LostAnswer => Answer::close_without_answer(),
            Failure::Raw(answer) => answer,
        }
    }
}

/// `/bot{token}/{method}` taken apart.
fn address(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("/bot")?.split_once('/')
}

/// A token is the bot's number, a colon and a key.
fn well_formed(token: &str) -> bool {
    let parts = token.split_once(':');
    parts.is_some_and(|(id, key)| id.parse::<u64>().is_ok_and(|id| id > 0) && !key.is_empty())
}

fn ok(result: &Value) -> Answer {
    Answer::json(200, &json!({"ok": true, "result": result}))
}

fn error(status: u16, description: &str) -> Answer {
    let body = json!({"ok": false, "error_code": status, "description": description});
    Answer::json(status, &body)
}

fn failed(status: u16, description: &str, parameters: &Value) -> Answer {
    let body = json!({"ok": false, "error_code": status, "description": description,
        "parameters": parameters});
    Answer::json(status, &body)
}

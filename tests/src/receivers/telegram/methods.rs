//! What the methods do.

use serde_json::{Value, json};

use super::args::Args;
use super::{Bot, Document, Sent, error, ok};
use crate::receivers::http::{Answer, Received};

/// Characters of a message at most (core.telegram.org/bots/api#sendmessage).
const TEXT_CHARS_MAX: usize = 4096;
/// Characters of a caption at most (core.telegram.org/bots/api#senddocument).
const CAPTION_CHARS_MAX: usize = 1024;

impl Bot {
    pub(super) fn call(&self, method: &str, request: &Received) -> Answer {
        let mut args = match Args::of(request) {
            Ok(args) => args,
            Err(what) => return bad(&what),
        };
        // Method names are not case-sensitive.
        match method.to_ascii_lowercase().as_str() {
            "getme" => ok(&self.me()),
            "sendmessage" => self.send_message(args),
            "senddocument" => {
                let file = args.take_file("document");
                self.send_document(args, file)
            }
            "setwebhook" => {
                let set = args.named.into_iter().map(|(n, v)| (n, Value::String(v)));
                self.lock().webhook = Some(set.collect());
                ok(&json!(true))
            }
            "getwebhookinfo" => {
                let set = self.lock().webhook.clone().unwrap_or_default();
                let url = set["url"].as_str().unwrap_or_default();
                ok(&json!({"url": url, "has_custom_certificate": false, "pending_update_count": 0}))
            }
            "deletewebhook" => {
                self.lock().webhook = None;
                ok(&json!(true))
            }
            _ => error(404, "Not Found: method not found"),
        }
    }

    fn me(&self) -> Value {
        let id: u64 = self.token.split(':').next().and_then(|id| id.parse().ok()).unwrap_or(1);
        json!({"id": id, "is_bot": true, "first_name": "Test", "username": "test_bot",
            "can_join_groups": true, "can_read_all_group_messages": false,
            "supports_inline_queries": false})
    }

    fn send_message(&self, args: Args) -> Answer {
        if let Some(refused) = self.refuses(&args) {
            return refused;
        }
        let text = args.get("text").unwrap_or_default().to_owned();
        if text.trim().is_empty() {
            return bad("message text is empty");
        }
        if text.chars().count() > TEXT_CHARS_MAX {
            return bad("message is too long");
        }
        self.send(args, text, None, |message, text| {
            message["text"] = json!(text);
        })
    }

    fn send_document(&self, args: Args, file: Option<Document>) -> Answer {
        if let Some(refused) = self.refuses(&args) {
            return refused;
        }
        if file.is_none() && args.get("document").is_none() {
            return bad("there is no document in the request");
        }
        let caption = args.get("caption").unwrap_or_default().to_owned();
        if caption.chars().count() > CAPTION_CHARS_MAX {
            return bad("message caption is too long");
        }
        let document = json!({
            "file_name": file.as_ref().and_then(|f| f.name.clone()),
            "mime_type": file.as_ref().and_then(|f| f.mime.clone()),
            "file_id": "BQACAgIAAxkBAAM", "file_unique_id": "AgADAQAD",
            "file_size": file.as_ref().map_or(0, |f| f.bytes.len()),
        });
        self.send(args, caption, file, |message, caption| {
            message["document"] = document;
            if !caption.is_empty() {
                message["caption"] = json!(caption);
            }
        })
    }

    fn refuses(&self, args: &Args) -> Option<Answer> {
        let Some(chat) = args.get("chat_id").filter(|chat| !chat.is_empty()) else {
            return Some(bad("chat_id is empty"));
        };
        let state = self.lock();
        let number = chat.parse::<i64>().is_ok();
        if state.unknown.contains(chat) || !(number || chat.starts_with('@')) {
            return Some(bad("chat not found"));
        }
        let blocked = state.blocked.contains(chat);
        blocked.then(|| error(403, "Forbidden: bot was blocked by the user"))
    }

    fn send(
        &self,
        args: Args,
        text: String,
        document: Option<Document>,
        fill: impl FnOnce(&mut Value, &str),
    ) -> Answer {
        let chat = args.get("chat_id").unwrap_or_default().to_owned();
        let id = {
            let mut state = self.lock();
            state.last_id += 1;
            state.last_id
        };
        let mut message = json!({"message_id": id, "from": self.me(),
            "chat": describe(&chat), "date": self.now.get().secs()});
        fill(&mut message, &text);
        self.sent.push(Sent { id, chat, text, document, args: args.named });
        ok(&message)
    }
}

fn describe(chat: &str) -> Value {
    match chat.parse::<i64>() {
        Ok(id) if id > 0 => json!({"id": id, "first_name": "Test", "type": "private"}),
        Ok(id) => json!({"id": id, "title": "Test", "type": "supergroup"}),
        Err(_) => json!({"id": -1_001, "username": chat.trim_start_matches('@'),
            "title": "Test", "type": "channel"}),
    }
}

fn bad(what: &str) -> Answer {
    error(400, &format!("Bad Request: {what}"))
}

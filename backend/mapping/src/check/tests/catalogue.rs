//! A few connectors for the tests.

use domain::Text;
use domain::field::{Escape, FieldSpec, FieldType};
use domain::flow::OnUnknown;
use domain::flow::catalogue::{ActionSpec, Catalogue, Source, TriggerSpec};
use serde_json::json;

/// Tilda (1.1.0, 1.0.0), Bitrix24, Telegram, http, e-mail, schedule, manual.
pub struct Small;

fn field(key: &str, kind: FieldType) -> FieldSpec {
    FieldSpec {
        key: key.to_owned(),
        kind,
        label: Text::new(key, key),
        mappable: true,
        ..FieldSpec::default()
    }
}

fn required(key: &str, kind: FieldType) -> FieldSpec {
    FieldSpec { required: true, ..field(key, kind) }
}

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|s| (*s).to_owned()).collect()
}

fn lead() -> ActionSpec {
    let source = FieldSpec {
        options: vec![json!("WEB"), json!("CALL")],
        ..field("source", FieldType::Select)
    };
    let pipeline = FieldSpec { mappable: false, ..field("pipeline", FieldType::Integer) };
    let title = FieldSpec { max: Some(60.0), ..required("title", FieldType::String) };
    let utm = FieldSpec {
        fields: vec![required("medium", FieldType::String), field("campaign", FieldType::String)],
        ..field("utm", FieldType::Object)
    };
    let products = FieldSpec {
        fields: vec![required("sku", FieldType::String), field("price", FieldType::Number)],
        ..field("products", FieldType::List)
    };
    ActionSpec {
        input: vec![
            title,
            field("name", FieldType::String),
            field("phone", FieldType::Phone),
            field("sum", FieldType::Number),
            FieldSpec { dynamic: true, ..field("fields", FieldType::Object) },
            source,
            pipeline,
            utm,
            products,
        ],
        needs_connection: true,
        takes_connection: true,
        on_unknown: Some(OnUnknown::Check),
        has_check: true,
        retry: None,
    }
}

fn message() -> ActionSpec {
    let chat = FieldSpec {
        pattern: Some("^(@|-?[0-9])".into()),
        ..required("chat_id", FieldType::String)
    };
    ActionSpec {
        input: vec![chat, required("text", FieldType::Text)],
        needs_connection: true,
        takes_connection: true,
        ..ActionSpec::default()
    }
}

fn request() -> ActionSpec {
    ActionSpec {
        input: vec![
            required("url", FieldType::Url),
            field("headers", FieldType::Map),
            field("json", FieldType::Json),
        ],
        takes_connection: true,
        ..ActionSpec::default()
    }
}

fn letter() -> ActionSpec {
    ActionSpec {
        input: vec![
            required("to", FieldType::Email),
            FieldSpec { escape: Escape::Html, ..field("html", FieldType::Text) },
        ],
        ..ActionSpec::default()
    }
}

impl Catalogue for Small {
    fn connectors(&self) -> Vec<String> {
        names(&["tilda", "bitrix24", "telegram", "http", "email", "schedule", "manual"])
    }
    fn versions(&self, connector: &str) -> Vec<String> {
        match connector {
            "tilda" => names(&["1.1.0", "1.0.0"]),
            c if self.connectors().iter().any(|k| k == c) => names(&["1.0.0"]),
            _ => Vec::new(),
        }
    }
    fn triggers(&self, connector: &str, _: &str) -> Vec<String> {
        match connector {
            "tilda" => names(&["form_submitted", "order_paid"]),
            "schedule" => names(&["cron", "every"]),
            "manual" => names(&["start"]),
            "bitrix24" => names(&["updated_lead"]),
            _ => Vec::new(),
        }
    }
    fn actions(&self, connector: &str, _: &str) -> Vec<String> {
        match connector {
            "bitrix24" => names(&["create_lead", "update_lead"]),
            "telegram" => names(&["send_message"]),
            "http" => names(&["request"]),
            "email" => names(&["send"]),
            _ => Vec::new(),
        }
    }
    fn trigger(&self, connector: &str, version: &str, key: &str) -> Option<TriggerSpec> {
        let known = self.versions(connector).iter().any(|v| v == version)
            && self.triggers(connector, version).iter().any(|t| t == key);
        let input = match connector {
            "tilda" => vec![FieldSpec { secret: true, ..field("apikey", FieldType::String) }],
            "manual" => vec![FieldSpec {
                mappable: false,
                fields: vec![
                    required("key", FieldType::String),
                    FieldSpec {
                        options: vec![json!("string"), json!("phone")],
                        ..field("type", FieldType::Select)
                    },
                ],
                ..field("fields", FieldType::List)
            }],
            "bitrix24" => {
                vec![FieldSpec { default: Some(json!("5m")), ..field("every", FieldType::String) }]
            }
            _ => {
                let fixed = |f| FieldSpec { mappable: false, ..f };
                let own = if key == "cron" { "cron" } else { "every" };
                let texts = ["timezone", "anchor"].map(|k| fixed(field(k, FieldType::String)));
                [fixed(required(own, FieldType::String))].into_iter().chain(texts).collect()
            }
        };
        let source = match connector {
            "tilda" => Source::Webhook,
            "manual" => Source::Manual,
            "bitrix24" => Source::Poll,
            _ => Source::Schedule,
        };
        known.then(|| TriggerSpec {
            source,
            input,
            inbound: connector == "tilda",
            ..TriggerSpec::default()
        })
    }
    fn action(&self, connector: &str, version: &str, key: &str) -> Option<ActionSpec> {
        let known = self.versions(connector).iter().any(|v| v == version);
        match (connector, key) {
            _ if !known => None,
            ("bitrix24", "create_lead" | "update_lead") => Some(lead()),
            ("telegram", "send_message") => Some(message()),
            ("http", "request") => Some(request()),
            ("email", "send") => Some(letter()),
            _ => None,
        }
    }
}

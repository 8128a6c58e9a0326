//! One delivery with its headers, query and body, and what the sender got back.

use axum::Json;
use domain::ids::DeliveryId;
use domain::{Lang, limits};
use engine::manage::inspect::Shown;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::curl;
use super::dto::DeliveryItem;
use crate::v1::input::At;
use crate::v1::pair::Pair;
use crate::v1::problem::{Body, Problem};
use crate::v1::{Language, Viewer};

/// A delivery. What proves the sender is masked everywhere in it.
#[derive(Serialize, ToSchema)]
pub struct DeliveryBody {
    #[serde(flatten)]
    pub delivery: DeliveryItem,
    #[schema(value_type = Vec<Pair>)]
    pub headers: Vec<(String, String)>,
    /// The query as a tree.
    pub query: Value,
    pub body: BodyOfDelivery,
    pub answer: AnswerBody,
    /// The same request for a command line; without what is masked.
    pub curl: Option<String>,
}

/// The body of a delivery.
#[derive(Serialize, ToSchema)]
pub struct BodyOfDelivery {
    /// `empty`, `json`, `form`, `xml`, `text`, `binary` or `gone` (removed by retention).
    pub kind: String,
    /// As it came, where it is text and holds no secret; cut at 256 KiB.
    pub text: Option<String>,
    /// There is more than is shown; download it.
    pub truncated: bool,
    /// As a tree; absent above 256 KiB or where it could not be read.
    pub parsed: Option<Value>,
    /// Why it could not be read.
    pub fault: Option<String>,
}

/// What the sender got back.
#[derive(Serialize, ToSchema)]
pub struct AnswerBody {
    pub status: u16,
    #[schema(value_type = Vec<Pair>)]
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl BodyOfDelivery {
    fn of(s: &Shown, lang: Lang) -> Self {
        let size = s.stored.body.len();
        let mut text = s.text.clone().filter(|t| !t.is_empty());
        let mut truncated = size > limits::PREVIEW_BYTES;
        if let Some(t) = &mut text
            && t.len() > limits::PREVIEW_BYTES
        {
            let end = (0..=limits::PREVIEW_BYTES).rev().find(|i| t.is_char_boundary(*i));
            t.truncate(end.unwrap_or(0));
            truncated = true;
        }
        let fits = |v: &Value| !truncated || v.to_string().len() <= limits::PREVIEW_BYTES;
        Self {
            kind: kind(s).to_owned(),
            text,
            parsed: s.parsed.clone().filter(fits),
            fault: s.fault.as_ref().map(|t| t.get(lang).to_owned()),
            truncated,
        }
    }
}

fn kind(s: &Shown) -> &'static str {
    if s.stored.body_gone {
        return "gone";
    }
    if s.stored.body.is_empty() {
        return "empty";
    }
    let header = s.stored.headers.iter().find(|(n, _)| n == "content-type");
    let media = header.map(|(_, v)| v.to_ascii_lowercase()).unwrap_or_default();
    if media.contains("json") {
        "json"
    } else if media.contains("form") {
        "form"
    } else if media.contains("xml") {
        "xml"
    } else if matches!(s.parsed, Some(Value::Object(_) | Value::Array(_))) && media.is_empty() {
        "json"
    } else if std::str::from_utf8(&s.stored.body).is_ok() {
        "text"
    } else {
        "binary"
    }
}

/// Shows one delivery.
#[utoipa::path(
    get,
    path = "/deliveries/{delivery}",
    tag = "deliveries",
    operation_id = "show_delivery",
    params(("delivery" = String, Path, description = "Id of the delivery")),
    responses((status = 200, body = DeliveryBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn show(
    caller: Viewer,
    Language(lang): Language,
    At(id): At<DeliveryId>,
) -> Result<Json<DeliveryBody>, Problem> {
    let manage = caller.manage();
    let shown = manage.shown(id).await?;
    let url = manage.url_of(&shown).await?;
    let answer = &shown.stored.answer;
    Ok(Json(DeliveryBody {
        delivery: DeliveryItem::new(&shown.one, lang),
        headers: shown.stored.headers.clone(),
        query: shown.query.clone(),
        body: BodyOfDelivery::of(&shown, lang),
        answer: AnswerBody {
            status: answer.status,
            headers: answer.headers.clone(),
            body: answer.body.clone(),
        },
        curl: url.map(|url| curl::command(&shown, &url)),
    }))
}

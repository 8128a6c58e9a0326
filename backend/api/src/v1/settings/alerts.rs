//! What the workspace is told, and where.

use axum::Json;
use domain::settings::{Alerts, Digest, Failures, FlowAlerts, Rules, Silence, Telegram, Waiting};
use engine::manage::settings::{AlertsView, Told};
use mapping::moment::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::v1::input::Sent;
use crate::v1::problem::{Body, Problem};
use crate::v1::words::moment;
use crate::v1::{Language, Owner};

/// Where alerts go, and which of them.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct AlertsBody {
    /// Who gets letters; the owners if nobody is named. Needs a mail server (`/settings/mail`).
    pub emails: Vec<String>,
    pub telegram: Option<TelegramBody>,
    /// An address that gets alerts as signed JSON (Standard Webhooks).
    pub webhook: Option<String>,
    pub rules: RulesBody,
    #[schema(value_type = String)]
    pub digest: Digest,
    /// Nothing is sent until then; it is all listed.
    pub muted_until: Option<String>,
    /// What flows have of their own.
    pub flows: Vec<FlowBody>,
}

/// A chat, and the connection of the bot that writes there.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
pub struct TelegramBody {
    pub connection: Option<String>,
    pub chat: String,
}

/// One flow.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
pub struct FlowBody {
    pub flow: String,
    #[serde(default)]
    pub muted_until: Option<String>,
    /// Hours without an event.
    #[serde(default)]
    pub silence_hours: Option<u32>,
}

/// What is said. Everything is on unless it is switched off.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that people see")]
pub struct RulesBody {
    pub failures: FailuresBody,
    pub recovery: bool,
    pub silence: SilenceBody,
    pub connection_broken: bool,
    pub parked: bool,
    pub waiting: WaitingBody,
    pub disk: bool,
}

/// So many failed runs of a flow within so many minutes.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct FailuresBody {
    pub on: bool,
    pub count: u32,
    pub minutes: u32,
}

/// A flow that has events every day has none for this long.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct SilenceBody {
    pub on: bool,
    pub hours: u32,
}

/// Something accepted was not begun for this long.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct WaitingBody {
    pub on: bool,
    pub minutes: u32,
}

macro_rules! same {
    ($($body:ident, $own:ident { $($field:ident),* };)*) => {$(
        impl From<$own> for $body {
            fn from($own { $($field),* }: $own) -> Self {
                $body { $($field: $field.into()),* }
            }
        }
        impl From<$body> for $own {
            fn from($body { $($field),* }: $body) -> Self {
                $own { $($field: $field.into()),* }
            }
        }
        impl Default for $body {
            fn default() -> Self {
                $own::default().into()
            }
        }
    )*};
}

same! {
    FailuresBody, Failures { on, count, minutes };
    SilenceBody, Silence { on, hours };
    WaitingBody, Waiting { on, minutes };
    RulesBody, Rules { failures, recovery, silence, connection_broken, parked, waiting, disk };
}

/// What is set, and what comes of it.
#[derive(Serialize, ToSchema)]
pub struct AlertsShown {
    #[serde(flatten)]
    pub alerts: AlertsBody,
    /// Whether letters can be sent at all.
    pub mail: bool,
    /// Who would be told now.
    pub receivers: Vec<ReceiverBody>,
    /// The secret that signs alerts to `webhook`; only in the answer to the change that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_secret: Option<String>,
}

/// Somebody who is told.
#[derive(Serialize, ToSchema)]
pub struct ReceiverBody {
    /// `email`, `telegram` or `webhook`.
    pub channel: String,
    pub receiver: String,
}

/// What came of a test at one receiver.
#[derive(Serialize, ToSchema)]
pub struct ToldBody {
    pub channel: String,
    pub receiver: String,
    pub ok: bool,
    /// Why it did not arrive.
    pub error: Option<String>,
}

/// What came of a test.
#[derive(Serialize, ToSchema)]
pub struct AlertsTested {
    pub items: Vec<ToldBody>,
}

fn body(a: Alerts) -> AlertsBody {
    AlertsBody {
        emails: a.emails,
        telegram: a.telegram.map(|t| TelegramBody {
            connection: t.connection.map(|c| c.to_string()),
            chat: t.chat,
        }),
        webhook: a.webhook,
        rules: a.rules.into(),
        digest: a.digest,
        muted_until: a.muted_until.map(rfc3339),
        flows: a
            .flows
            .into_iter()
            .map(|f| FlowBody {
                flow: f.flow.to_string(),
                muted_until: f.muted_until.map(rfc3339),
                silence_hours: f.silence_hours,
            })
            .collect(),
    }
}

fn given(b: AlertsBody) -> Result<Alerts, Problem> {
    let bad = |place: &str| Problem::field(place, "there is nothing with this id", "такого нет");
    let telegram = b.telegram.map(|t| {
        let connection = t.connection.map(|c| c.parse()).transpose();
        let connection = connection.map_err(|_| bad("telegram"))?;
        Ok::<_, Problem>(Telegram { connection, chat: t.chat })
    });
    let flows = b.flows.into_iter().map(|f| {
        Ok(FlowAlerts {
            flow: f.flow.parse().map_err(|_| bad("flows"))?,
            muted_until: moment("flows", f.muted_until.as_deref())?,
            silence_hours: f.silence_hours,
        })
    });
    Ok(Alerts {
        emails: b.emails,
        telegram: telegram.transpose()?,
        webhook: b.webhook.filter(|u| !u.trim().is_empty()),
        rules: b.rules.into(),
        digest: b.digest,
        muted_until: moment("muted_until", b.muted_until.as_deref())?,
        flows: flows.collect::<Result<_, Problem>>()?,
    })
}

fn shown(v: AlertsView, webhook_secret: Option<String>) -> AlertsShown {
    let receivers = v
        .receivers
        .into_iter()
        .map(|(channel, receiver)| ReceiverBody { channel: channel.as_str().to_owned(), receiver });
    AlertsShown {
        alerts: body(v.settings),
        mail: v.mail,
        receivers: receivers.collect(),
        webhook_secret,
    }
}

/// Shows what the workspace is told, and where.
#[utoipa::path(
    get,
    path = "/settings/alerts",
    tag = "settings",
    operation_id = "show_alerts",
    responses((status = 200, body = AlertsShown), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn show(caller: Owner) -> Result<Json<AlertsShown>, Problem> {
    Ok(Json(shown(caller.manage().alerts().await?, None)))
}

/// Changes what the workspace is told, and where.
#[utoipa::path(
    put,
    path = "/settings/alerts",
    tag = "settings",
    operation_id = "change_alerts",
    request_body = AlertsBody,
    responses((status = 200, body = AlertsShown), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn change(
    caller: Owner,
    Sent(new): Sent<AlertsBody>,
) -> Result<Json<AlertsShown>, Problem> {
    let manage = caller.manage();
    let secret = manage.set_alerts(given(new)?).await?;
    caller.audit("settings.alerts", caller.workspace, json!({})).await?;
    let secret = secret.map(|s| s.expose().to_owned());
    Ok(Json(shown(manage.alerts().await?, secret)))
}

/// Sends a test to everyone who would be told.
#[utoipa::path(
    post,
    path = "/settings/alerts/test",
    tag = "settings",
    operation_id = "test_alerts",
    responses((status = 200, body = AlertsTested), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn test(caller: Owner, Language(lang): Language) -> Result<Json<AlertsTested>, Problem> {
    let items = caller.manage().test_alerts().await?.into_iter().map(|t| {
        let Told { channel, receiver, error } = t;
        let channel = channel.as_str().to_owned();
        ToldBody {
            channel,
            receiver,
            ok: error.is_none(),
            error: error.map(|e| e.get(lang).to_owned()),
        }
    });
    Ok(Json(AlertsTested { items: items.collect() }))
}

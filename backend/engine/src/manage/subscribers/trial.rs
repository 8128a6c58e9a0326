//! A test delivery: one message to one subscriber, at once and outside of the queue. It has no
//! retries and counts for nothing.

use connect::outbound::{Call, RunInfo};
use domain::ids::{RunId, SubscriberId, random_text};
use domain::journal::Exchange;
use domain::outcome::{Outcome, StepError};
use domain::{Code, Span};
use serde_json::{Value, json};

use crate::files::DeliveryFiles;
use crate::manage::{Error, Manage};
use crate::publish::{Message, receiver};

/// Characters of the id of a test message.
const ID_CHARS: usize = 26;

/// What a test delivery came to.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The `webhook-id`.
    pub id: String,
    pub taken: bool,
    pub error: Option<StepError>,
    pub took: Span,
    /// The request and the answer, without secrets.
    pub exchanges: Vec<Exchange>,
}

impl Manage {
    /// Sends a test message of a type: this payload, or the sample of the type. Also to a
    /// subscriber that is paused.
    pub async fn test_subscriber(
        &self,
        id: SubscriberId,
        kind: &str,
        payload: Option<Value>,
    ) -> Result<Trial, Error> {
        let row = self.subscriber(id).await?;
        let declared = self.event_type(kind).await?;
        let payload = payload.or(declared.sample).unwrap_or_else(|| json!({}));
        let connector = self.registry.latest("webhook_out");
        let connector = connector.ok_or_else(|| Error::missing("connector", "webhook_out"))?;
        let action = connector.action("deliver");
        let action = action.ok_or_else(|| Error::missing("action", "webhook_out.deliver"))?;
        let now = self.db.now();
        let key = format!("test_{}", random_text(ID_CHARS));
        let input = json!({ "type": kind, "payload": payload });
        let message = Message::new(&key, &input, now);
        let connection = receiver(&row, &self.db.secrets(id.flow()).await?, now);
        let run = RunInfo {
            key: &key,
            attempt: 1,
            run: RunId::new(now),
            flow: id.flow(),
            step: "deliver",
            now,
            timezone: "UTC",
            hops: 0,
        };
        let call = Call {
            connector,
            action,
            input: json!({ "id": message.id, "body": message.body(&row) }),
            secrets: &std::collections::BTreeMap::new(),
            connection: Some(&connection),
            run,
            done_calls: None,
            files: &DeliveryFiles::new(bytes::Bytes::new()),
            timeout: None,
        };
        let done = self.outbound.execute(call).await;
        let taken = matches!(done.outcome, Outcome::Done { .. });
        let error = done.outcome.error().cloned();
        let error = error.or_else(|| {
            (!taken).then(|| {
                StepError::new(
                    Code::Internal,
                    ("the message was not sent", "сообщение не отправлено"),
                )
            })
        });
        let took =
            done.exchanges.iter().fold(Span::ZERO, |all, e| all.plus(Span::from_micros(e.took_us)));
        Ok(Trial { id: message.id, taken, error, took, exchanges: done.exchanges })
    }
}

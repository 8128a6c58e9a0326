//! Files of a delivery: ranges of its stored raw body (semantics S20).

use bytes::Bytes;
use connect::outbound::{File, Files};
use domain::Code;
use domain::outcome::StepError;
use futures::future::BoxFuture;
use serde_json::Value;

/// The files that a run's delivery brought.
pub struct DeliveryFiles {
    body: Bytes,
}

impl DeliveryFiles {
    /// The files of a raw body.
    pub fn new(body: Bytes) -> Self {
        Self { body }
    }

    fn range(&self, handle: &Value) -> Option<Bytes> {
        let id = handle.get("id")?.as_str()?.strip_prefix("body:")?;
        let (start, len) = id.split_once(':')?;
        let start: usize = start.parse().ok()?;
        let end = start.checked_add(len.parse().ok()?)?;
        (end <= self.body.len()).then(|| self.body.slice(start..end))
    }
}

impl Files for DeliveryFiles {
    fn read<'a>(&'a self, handle: &'a Value) -> BoxFuture<'a, Result<File, StepError>> {
        let text = |key: &str, other: &str| {
            handle.get(key).and_then(Value::as_str).unwrap_or(other).to_owned()
        };
        let found = self.range(handle).ok_or_else(|| {
            let text = (
                "this is not a file of the event's delivery",
                "это не файл из доставки этого события",
            );
            StepError::new(Code::FieldInvalid, text)
        });
        let out = found.map(|bytes| File {
            bytes,
            name: text("name", "file"),
            mime: text("mime", "application/octet-stream"),
        });
        Box::pin(async move { out })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn s20_a_handle_reads_its_range_of_the_body_and_nothing_else() {
        let files = DeliveryFiles::new(Bytes::from_static(b"0123456789"));
        let found = files.range(&json!({"id": "body:2:3"})).unwrap();
        assert_eq!(found, "234");
        assert_eq!(found.as_ptr(), files.body[2..].as_ptr(), "it is no copy");
        for bad in ["body:8:3", "body:x:1", "blob:1:2", "body:1", "body:18446744073709551615:2"] {
            assert!(files.range(&json!({ "id": bad })).is_none(), "{bad}");
        }
        assert!(files.range(&json!("body:1:2")).is_none());
    }
}

//! Files whose content is in their handle: what a call downloaded, until a later step sends it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use domain::Code;
use domain::limits::INLINE_FILE_BYTES;
use domain::outcome::StepError;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::{File, Files};

const DATA: &str = "data:";

/// The handle of a file; null for one that is too large to be journaled.
pub fn handle(name: &str, mime: &str, bytes: &[u8]) -> Value {
    if bytes.len() > INLINE_FILE_BYTES {
        return Value::Null;
    }
    let id = format!("{DATA}{}", STANDARD.encode(bytes));
    json!({ "id": id, "name": name, "mime": mime, "size": bytes.len() })
}

/// The content of such a handle; none for a handle of another kind.
fn read(handle: &Value) -> Option<Result<File, StepError>> {
    let data = handle["id"].as_str()?.strip_prefix(DATA)?;
    let text = |key: &str, or: &str| handle[key].as_str().unwrap_or(or).to_owned();
    let damaged = ("the handle of the file is damaged", "ссылка на файл повреждена");
    let bad = |_| StepError::new(Code::FieldInvalid, damaged);
    Some(STANDARD.decode(data).map_err(bad).map(|bytes| File {
        bytes: Bytes::from(bytes),
        name: text("name", "file"),
        mime: text("mime", "application/octet-stream"),
    }))
}

/// Files of the caller, and those whose content is in their handle.
pub struct Both<'a>(pub &'a dyn Files);

impl Files for Both<'_> {
    fn read<'a>(&'a self, handle: &'a Value) -> BoxFuture<'a, Result<File, StepError>> {
        match read(handle) {
            Some(done) => Box::pin(async move { done }),
            None => self.0.read(handle),
        }
    }
}

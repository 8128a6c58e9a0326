//! The arguments of a call, wherever they are: query, form, JSON or multipart
//! (core.telegram.org/bots/api#making-requests).

use serde_json::Value;

use super::Document;
use crate::receivers::http::Received;
use crate::receivers::multipart;

/// Arguments as text and the files among them.
pub(super) struct Args {
    pub named: Vec<(String, String)>,
    pub files: Vec<(String, Document)>,
}

impl Args {
    /// Reads them; the text is what is wrong with the body.
    pub(super) fn of(request: &Received) -> Result<Args, String> {
        let mut args = Args { named: request.query_pairs(), files: Vec::new() };
        match request.media_type().as_str() {
            "application/json" => args.add_json(request)?,
            "multipart/form-data" => args.add_multipart(request)?,
            "application/x-www-form-urlencoded" => args.named.extend(request.form()),
            _ => {}
        }
        Ok(args)
    }

    /// The argument of that name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.named.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Takes the file of that name out.
    pub(super) fn take_file(&mut self, name: &str) -> Option<Document> {
        let at = self.files.iter().position(|(n, _)| n == name)?;
        Some(self.files.swap_remove(at).1)
    }

    fn add_json(&mut self, request: &Received) -> Result<(), String> {
        let Ok(Value::Object(fields)) = request.json() else {
            return Err("can't parse request JSON object".to_owned());
        };
        self.named.extend(fields.into_iter().filter_map(|(name, value)| match value {
            Value::Null => None,
            Value::String(text) => Some((name, text)),
            other => Some((name, other.to_string())),
        }));
        Ok(())
    }

    fn add_multipart(&mut self, request: &Received) -> Result<(), String> {
        let kind = request.header("content-type").unwrap_or_default();
        let fields = multipart::form(kind, &request.body)
            .map_err(|broken| format!("can't parse multipart: {broken:?}"))?;
        for field in fields {
            let text = String::from_utf8_lossy(&field.bytes).into_owned();
            match field.file_name {
                None => self.named.push((field.name, text)),
                name => {
                    let (mime, bytes) = (field.content_type, field.bytes);
                    self.files.push((field.name, Document { name, mime, bytes }));
                }
            }
        }
        Ok(())
    }
}

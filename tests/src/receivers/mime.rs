//! A mail message as a person would see it: decoded headers, text, HTML and attachments.
//! Absent: signatures and encryption.

mod headers;
mod params;
mod transfer;
mod words;

pub use headers::Headers;
pub use params::Params;

use super::multipart;

/// Parts nested deeper than this are not looked into.
const DEPTH_MAX: usize = 16;

/// A message taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    pub headers: Headers,
    /// The first `text/plain` part that is no attachment.
    pub text: Option<String>,
    /// The first `text/html` part that is no attachment.
    pub html: Option<String>,
    pub attachments: Vec<Attachment>,
}

/// A file inside a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub name: Option<String>,
    /// The media type without parameters, in lower case.
    pub mime: String,
    /// `Content-ID` without its angle brackets.
    pub content_id: Option<String>,
    /// Whether the part is shown in the text instead of attached to it.
    pub inline: bool,
    pub bytes: Vec<u8>,
}

/// The message cannot be taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    NoBlankLine,
    Multipart(multipart::Broken),
    /// A part's content is not in the transfer encoding it names.
    Transfer(String),
}

impl Message {
    /// Takes a raw message apart.
    pub fn parse(raw: &[u8]) -> Result<Message, Broken> {
        let (headers, body) = Headers::split_from(raw).ok_or(Broken::NoBlankLine)?;
        let mut message = Message::default();
        message.add(&headers, body, 0)?;
        Ok(Message { headers, ..message })
    }

    /// The first header of that name, decoded.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// `Message-ID` as sent, with its angle brackets.
    pub fn message_id(&self) -> Option<&str> {
        self.header("message-id")
    }

    fn add(&mut self, headers: &Headers, body: &[u8], depth: usize) -> Result<(), Broken> {
        let kind = headers.get("content-type").unwrap_or("text/plain; charset=us-ascii");
        let params = Params::of(kind);
        if params.main.starts_with("multipart/") && depth < DEPTH_MAX {
            for part in multipart::split(kind, body).map_err(Broken::Multipart)? {
                self.add(&part.headers, part.content, depth + 1)?;
            }
            return Ok(());
        }
        let bytes = decoded(headers, body)?;
        let place = Params::of(headers.get("content-disposition").unwrap_or_default());
        let name = place.get("filename").or(params.get("name")).map(str::to_owned);
        let charset = params.get("charset").unwrap_or("us-ascii");
        let shown = place.main != "attachment" && name.is_none();
        match params.main.as_str() {
            "text/plain" if shown && self.text.is_none() => {
                self.text = Some(words::text(charset, &bytes));
            }
            "text/html" if shown && self.html.is_none() => {
                self.html = Some(words::text(charset, &bytes));
            }
            _ => self.attachments.push(Attachment {
                name,
                mime: params.main.clone(),
                content_id: headers
                    .get("content-id")
                    .map(|id| id.trim_matches(['<', '>']).to_owned()),
                inline: place.main == "inline",
                bytes,
            }),
        }
        Ok(())
    }
}

fn decoded(headers: &Headers, body: &[u8]) -> Result<Vec<u8>, Broken> {
    let how = headers.get("content-transfer-encoding").unwrap_or("7bit").to_ascii_lowercase();
    match how.trim() {
        "7bit" | "8bit" | "binary" => Ok(body.to_vec()),
        "quoted-printable" => Ok(transfer::quoted_printable(body)),
        "base64" => transfer::base64(body).ok_or(Broken::Transfer(how)),
        _ => Err(Broken::Transfer(how)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_parts_are_found() {
        let raw = "Subject: =?utf-8?B?0JfQsNGP0LLQutCw?=\r\n =?utf-8?Q?_1?=\r\n\
            Message-ID: <1@example.com>\r\nContent-Type: multipart/mixed;\r\n boundary=\"out er\"\r\n\
            \r\npreamble\r\n--out er\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n\
            --in\r\nContent-Type: text/plain; charset=utf-8\r\n\
            Content-Transfer-Encoding: quoted-printable\r\n\r\n=D0=B4=D0=B0\r\n\
            --in\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<b>да</b>\r\n--in--\r\n\
            --out er\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\
            Content-Disposition: attachment; filename=\"a.pdf\"\r\n\r\nAAEC\r\n--out er--\r\n";
        let message = Message::parse(raw.as_bytes()).unwrap();
        assert_eq!(message.header("subject"), Some("Заявка 1"));
        assert_eq!(message.message_id(), Some("<1@example.com>"));
        assert_eq!(
            (message.text.as_deref(), message.html.as_deref()),
            (Some("да"), Some("<b>да</b>"))
        );
        let file = &message.attachments[0];
        assert_eq!((file.name.as_deref(), file.mime.as_str()), (Some("a.pdf"), "application/pdf"));
        assert_eq!((&file.bytes[..], file.inline), (&[0, 1, 2][..], false));
    }
}

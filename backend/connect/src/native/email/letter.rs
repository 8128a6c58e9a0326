//! A letter: its fields checked and put into MIME form (RFC 5322, RFC 2045). The same for every
//! try: its id, date and boundaries come from the run.

use std::borrow::Cow;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::journal::LoggedRequest;
use domain::limits::{MAIL_ATTACHMENTS, MAIL_BYTES, MAIL_RECIPIENTS};
use domain::outcome::StepError;
use domain::{Code, Time};
use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Mailboxes, MessageBuilder, MultiPart, SinglePart};
use lettre::{Address, Message};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Host;

use super::account::Account;
use crate::http::technical;
use crate::native::input::{invalid, missing, plain, text, value};
use crate::outbound::{Call, File, Scrub, cut};

/// A letter ready to be sent.
pub struct Letter {
    /// With angle brackets.
    pub id: String,
    pub envelope: Envelope,
    pub bytes: Vec<u8>,
    subject: String,
    /// To, Cc and Reply-To for the log.
    shown: Vec<(String, String)>,
    /// The beginning of the text for the log.
    body: String,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Letter({}, {} bytes)", self.id, self.bytes.len())
    }
}

impl Letter {
    /// Writes a letter from the input of a step.
    ///
    /// # Errors
    /// A field is missing, is no address, holds a line break where a header would, or is too large.
    pub async fn write(call: &Call<'_>, account: &Account<'_>) -> Result<Self, StepError> {
        let subject = text(call, "subject").unwrap_or_default().trim().to_owned();
        one_line("subject", &subject)?;
        let to = mailboxes(call, "to")?;
        let (cc, bcc) = (mailboxes(call, "cc")?, mailboxes(call, "bcc")?);
        let reply_to = mailboxes(call, "reply_to")?;
        let count = to.len() + cc.len() + bcc.len();
        if count == 0 {
            return Err(missing("to"));
        }
        if count > MAIL_RECIPIENTS {
            let message = (
                format!("{count} recipients are more than {MAIL_RECIPIENTS}"),
                format!("получателей {count}, а можно не больше {MAIL_RECIPIENTS}"),
            );
            return Err(StepError::new(Code::LimitExceeded, message).field("to"));
        }
        let (plain_text, html) = (text(call, "text"), text(call, "html"));
        let files = attachments(call).await?;
        let texts = [&plain_text, &html].into_iter().flatten().map(|t| t.len());
        let size: usize = texts.chain(files.iter().map(|f| f.bytes.len())).sum();
        if size > MAIL_BYTES {
            let message = (
                format!("a letter of {size} bytes is larger than {MAIL_BYTES}"),
                format!("письмо в {size} байт больше {MAIL_BYTES}"),
            );
            return Err(StepError::new(Code::LimitExceeded, message).field("attachments"));
        }
        let id = format!("<{}@{}>", call.run.key, account.from.email.domain());
        let shown = shown(&[("to", &to), ("cc", &cc), ("reply-to", &reply_to)]);
        let mut builder = Message::builder()
            .from(account.from.clone())
            .date(UNIX_EPOCH + since_epoch(call.run.now))
            .message_id(Some(id.clone()))
            .raw_header(subject_header(&subject));
        builder = to.into_iter().fold(builder, MessageBuilder::to);
        builder = cc.into_iter().fold(builder, MessageBuilder::cc);
        builder = bcc.into_iter().fold(builder, MessageBuilder::bcc);
        builder = reply_to.into_iter().fold(builder, MessageBuilder::reply_to);
        let body = cut(plain_text.as_deref().or(html.as_deref()).unwrap_or_default()).0;
        let fault = |e: lettre::error::Error| invalid("to", technical(e.to_string()));
        let message = match content(call.run.key, plain_text, html, &files) {
            Content::One(part) => builder.singlepart(part),
            Content::Many(parts) => builder.multipart(parts),
        }
        .map_err(fault)?;
        let (envelope, bytes) = (message.envelope().clone(), message.formatted());
        Ok(Self { id, envelope, bytes, subject, shown, body })
    }

    /// Whether an address needs SMTPUTF8 (RFC 6531).
    pub fn international(&self) -> bool {
        let all = self.envelope.from().into_iter().chain(self.envelope.to());
        all.into_iter().any(|a| !AsRef::<str>::as_ref(a).is_ascii())
    }

    /// Everyone who gets the letter.
    pub fn recipients(&self) -> Vec<String> {
        self.envelope.to().iter().map(ToString::to_string).collect()
    }

    /// The letter for the log: envelope, head and the beginning of the text.
    pub fn logged(&self, account: &Account<'_>, scrub: &Scrub) -> LoggedRequest {
        let from = self.envelope.from().map(ToString::to_string).unwrap_or_default();
        let mut headers = vec![("mail from".to_owned(), from)];
        headers.extend(self.recipients().into_iter().map(|to| ("rcpt to".to_owned(), to)));
        headers.push(("from".to_owned(), account.from.to_string()));
        headers.extend(self.shown.iter().cloned());
        headers.push(("subject".to_owned(), self.subject.clone()));
        headers.push(("message-id".to_owned(), self.id.clone()));
        LoggedRequest {
            method: "SMTP".to_owned(),
            url: account.url(),
            headers: headers.into_iter().map(|(n, v)| (n, scrub.clean(v))).collect(),
            body: scrub.clean(self.body.clone()),
            cut_from: Some(self.bytes.len() as u64),
        }
    }
}

fn since_epoch(at: Time) -> Duration {
    Duration::from_micros(at.micros().max(0).unsigned_abs())
}

fn shown(lists: &[(&str, &Vec<Mailbox>)]) -> Vec<(String, String)> {
    let filled = lists.iter().filter(|(_, list)| !list.is_empty());
    let join =
        |list: &[Mailbox]| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    filled.map(|(name, list)| ((*name).to_owned(), join(list))).collect()
}

/// The subject. One that looks like an encoded word (RFC 2047) is encoded as a whole, since a
/// reader would decode it otherwise.
fn subject_header(subject: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("Subject");
    if !subject.contains("=?") {
        return HeaderValue::new(name, subject.to_owned());
    }
    let mut words = vec![String::new()];
    for c in subject.chars() {
        // With its frame a word has at most 75 characters (RFC 2047 section 2).
        if words.last().is_some_and(|w| w.len() + c.len_utf8() > 42) {
            words.push(String::new());
        }
        words.last_mut().into_iter().for_each(|w| w.push(c));
    }
    let encoded: Vec<String> =
        words.iter().map(|w| format!("=?utf-8?b?{}?=", STANDARD.encode(w))).collect();
    HeaderValue::dangerous_new_pre_encoded(name, subject.to_owned(), encoded.join("\r\n "))
}

enum Content {
    One(SinglePart),
    Many(MultiPart),
}

fn content(
    key: &str,
    text: Option<Cow<'_, str>>,
    html: Option<Cow<'_, str>>,
    files: &[File],
) -> Content {
    let text = text.map(|t| SinglePart::plain(t.into_owned()));
    let html = html.map(|t| SinglePart::html(t.into_owned()));
    let body = match (text, html) {
        (Some(text), Some(html)) => {
            let both = MultiPart::alternative().boundary(boundary(key, "alternative"));
            Content::Many(both.singlepart(text).singlepart(html))
        }
        (Some(one), None) | (None, Some(one)) => Content::One(one),
        (None, None) => Content::One(SinglePart::plain(String::new())),
    };
    if files.is_empty() {
        return body;
    }
    let mixed = MultiPart::mixed().boundary(boundary(key, "mixed"));
    let mixed = match body {
        Content::One(part) => mixed.singlepart(part),
        Content::Many(parts) => mixed.multipart(parts),
    };
    Content::Many(files.iter().fold(mixed, |m, f| m.singlepart(attachment(f))))
}

/// The same for every try (semantics S2), and not to be guessed from the content.
fn boundary(key: &str, part: &str) -> String {
    format!("zveno-{}", hex::encode(&Sha256::digest(format!("{key}:{part}"))[..16]))
}

fn attachment(file: &File) -> SinglePart {
    let name: String = file.name.chars().filter(|c| !c.is_control()).collect();
    let name = if name.is_empty() { "file".to_owned() } else { name };
    let media = ContentType::parse(&file.mime)
        .or_else(|_| ContentType::parse("application/octet-stream"))
        .unwrap_or(ContentType::TEXT_PLAIN);
    Attachment::new(name).body(file.bytes.to_vec(), media)
}

async fn attachments(call: &Call<'_>) -> Result<Vec<File>, StepError> {
    let handles: Vec<&Value> = match value(call, "attachments") {
        None => Vec::new(),
        Some(Value::Array(list)) => list.iter().filter(|v| !v.is_null()).collect(),
        Some(one) => vec![one],
    };
    if handles.len() > MAIL_ATTACHMENTS {
        let n = handles.len();
        let message = (
            format!("{n} attachments are more than {MAIL_ATTACHMENTS}"),
            format!("вложений {n}, а можно не больше {MAIL_ATTACHMENTS}"),
        );
        return Err(StepError::new(Code::LimitExceeded, message).field("attachments"));
    }
    let mut files = Vec::with_capacity(handles.len());
    for handle in handles {
        // Items of a list may be wrapped, as a list of objects with one file each.
        let handle = handle.get("file").unwrap_or(handle);
        files.push(call.files.read(handle).await?);
    }
    Ok(files)
}

/// The addresses of a field: a list, or text with commas between them.
fn mailboxes(call: &Call<'_>, key: &str) -> Result<Vec<Mailbox>, StepError> {
    let texts: Vec<Cow<'_, str>> = match value(call, key) {
        None => return Ok(Vec::new()),
        Some(Value::Array(list)) => list.iter().map(plain).collect(),
        Some(one) => vec![plain(one)],
    };
    let mut all = Vec::with_capacity(texts.len());
    for text in texts.iter().map(|t| t.trim()).filter(|t| !t.is_empty()) {
        one_line(key, text)?;
        let list: Mailboxes = text.parse().map_err(|_| no_address(key))?;
        for found in list {
            all.push(checked(key, found)?);
        }
    }
    Ok(all)
}

/// One address, with or without a name.
pub fn mailbox(key: &str, text: &str) -> Result<Mailbox, StepError> {
    one_line(key, text)?;
    checked(key, text.parse().map_err(|_| no_address(key))?)
}

/// The domain in its ASCII form (IDNA), which every server takes.
fn checked(key: &str, found: Mailbox) -> Result<Mailbox, StepError> {
    let domain = found.email.domain();
    if domain.is_ascii() {
        return Ok(found);
    }
    let ascii = Host::parse(domain).map_err(|_| no_address(key))?.to_string();
    let email = Address::new(found.email.user(), &ascii).map_err(|_| no_address(key))?;
    Ok(Mailbox::new(found.name, email))
}

/// What becomes a header holds no line break: with one, data could write headers of its own.
fn one_line(key: &str, text: &str) -> Result<(), StepError> {
    if text.chars().any(char::is_control) {
        return Err(invalid(
            key,
            (
                "line breaks and control characters cannot stand here",
                "здесь не может быть переводов строк и управляющих символов",
            ),
        ));
    }
    Ok(())
}

fn no_address(key: &str) -> StepError {
    invalid(key, ("this is not an e-mail address", "это не адрес почты"))
}

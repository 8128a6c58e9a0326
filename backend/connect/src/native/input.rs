//! Reads the fields of native actions and of their connections.

use std::borrow::Cow;

use domain::connection::Connection;
use domain::outcome::StepError;
use domain::{Code, Secret, Text};
use http::{HeaderName, HeaderValue};
use serde_json::{Map, Value};
use url::Url;

use crate::outbound::Call;
use crate::outbound::address::join;

/// The value of an input field, nothing if it is missing, null or empty.
pub fn value<'a>(call: &'a Call<'_>, key: &str) -> Option<&'a Value> {
    call.input.get(key).filter(|v| match v {
        Value::Null => false,
        Value::String(s) => !s.is_empty(),
        Value::Array(a) => !a.is_empty(),
        Value::Object(m) => !m.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    })
}

/// An input field as text.
pub fn text<'a>(call: &'a Call<'_>, key: &str) -> Option<Cow<'a, str>> {
    value(call, key).map(plain)
}

/// An input field that is an object.
pub fn map<'a>(call: &'a Call<'_>, key: &str) -> Result<Option<&'a Map<String, Value>>, StepError> {
    match value(call, key) {
        None => Ok(None),
        Some(Value::Object(map)) => Ok(Some(map)),
        Some(_) => Err(invalid(
            key,
            ("names and values are expected here", "здесь нужны имена и значения"),
        )),
    }
}

/// A value as text: text as it is, nothing for null, otherwise its JSON.
pub fn plain(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(s) => Cow::Borrowed(s),
        Value::Null => Cow::Borrowed(""),
        other => Cow::Owned(other.to_string()),
    }
}

/// A field of the connection that is not secret.
pub fn field<'a>(connection: &'a Connection, key: &str) -> Option<&'a str> {
    connection.fields.get(key).map(|v| v.trim()).filter(|v| !v.is_empty())
}

/// A secret of the connection.
pub fn secret<'a>(connection: &'a Connection, key: &str) -> Option<&'a Secret> {
    connection.secrets.get(key).filter(|s| !s.is_empty())
}

/// A header made of data: CR, LF, NUL and other control characters are refused (rule R7).
pub fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), StepError> {
    let name_ok = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| {
        invalid("headers", ("this is not the name of a header", "это не имя заголовка"))
    })?;
    let mut value_ok = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| {
        invalid(
            "headers",
            (
                format!("the header {name_ok} would hold a line break or control character"),
                format!("в заголовке {name_ok} оказался бы перевод строки или управляющий символ"),
            ),
        )
    })?;
    value_ok.set_sensitive(true);
    Ok((name_ok, value_ok))
}

/// An address of http or https without user and password.
pub fn url(key: &str, text: &str) -> Result<Url, StepError> {
    let url = Url::parse(text.trim())
        .map_err(|_| invalid(key, ("the address cannot be read", "адрес не читается")))?;
    checked(key, url)
}

/// The same, where a relative address stands below `base`.
pub fn url_below(key: &str, text: &str, base: &Url) -> Result<Url, StepError> {
    if let Ok(url) = Url::parse(text.trim()) {
        return checked(key, url);
    }
    url(key, &join(base.as_str(), text.trim()))
}

fn checked(key: &str, url: Url) -> Result<Url, StepError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid(
            key,
            (
                "only http and https addresses can be called",
                "вызывать можно только адреса http и https",
            ),
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid(
            key,
            (
                "an address must not hold a user or password",
                "в адресе не должно быть имени и пароля",
            ),
        ));
    }
    Ok(url)
}

/// A fault of one field.
pub fn invalid(key: &str, message: impl Into<Text>) -> StepError {
    StepError::new(Code::FieldInvalid, message).field(key)
}

/// A field that must be filled.
pub fn missing(key: &str) -> StepError {
    let text = (format!("{key} is empty"), format!("поле {key} пусто"));
    StepError::new(Code::FieldMissing, text).field(key)
}

/// A step that cannot work without a connection.
pub fn connection<'a>(call: &Call<'a>) -> Result<&'a Connection, StepError> {
    let message = ("the step has no connection", "у шага нет подключения");
    call.connection.ok_or_else(|| StepError::new(Code::ConnectionMissing, message))
}

/// Whether a header or parameter of this name usually holds a credential. Such values are masked
/// in the log even where a person typed them into the flow.
pub fn looks_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let words = ["authorization", "cookie", "token", "secret", "password", "passwd", "signature"];
    words.iter().any(|w| name.contains(w))
        || ["api_key", "apikey", "x_key", "access_key", "auth"].iter().any(|w| name.ends_with(w))
}

//! `utm`: where a visitor came from.

use std::borrow::Cow;

use serde_json::Map;
use url::form_urlencoded;

use super::kit::prelude::*;
use super::query_parse::{fields, query};

pub static FUNCTION: Function = Function {
    name: "utm",
    title: words("UTM marks", "UTM-метки"),
    description: words(
        "The utm_ marks of an address, of Tilda cookies (TILDAUTM), or of a whole form: its own utm_ fields, then COOKIES, then addresses.",
        "Метки utm_ из адреса, cookie Tilda (TILDAUTM) или целой формы: её поля utm_, затем COOKIES, затем адреса.",
    ),
    group: Group::Data,
    params: &[Param::optional(
        "field",
        ParamKind::Choice { values: &MARKS },
        "Only this mark, as text",
        "Только эта метка, текстом",
    )],
    typed: true,
    examples: &[
        gives(
            r#""https://a.b/?utm_source=yandex&utm_medium=cpc&x=1""#,
            "",
            r#"{"utm_source":"yandex","utm_medium":"cpc"}"#,
        ),
        gives(
            r#""_ym_uid=1; TILDAUTM=utm_source%3Dvk%7C%7C%7Cutm_campaign%3D%25D0%25B0; previousUrl=x""#,
            "",
            r#"{"utm_source":"vk","utm_campaign":"а"}"#,
        ),
        gives(
            r#"{"Name":"A","utm_source":"","COOKIES":"TILDAUTM=utm_source%3Dads|||utm_term%3Dx"}"#,
            r#"{"field":"utm_source"}"#,
            r#""ads""#,
        ),
        gives(
            r#"{"referer":"https://a.b/?utm_source=mail"}"#,
            r#"{"field":"utm_source"}"#,
            r#""mail""#,
        ),
        gives(r#""https://a.b/""#, "", "null"),
        gives("", "", "null"),
    ],
    call: Call::Any(|input, args, _| {
        let Some(value) = input.filter(|v| !v.is_null()) else {
            return Ok(Value::Null);
        };
        let mut marks = Map::new();
        match value {
            Value::Object(form) => of_form(form, &mut marks)?,
            other => of_text(&read::text(other)?, &mut marks)?,
        }
        Ok(match args.text("field")? {
            Some(field) => marks.remove(field.as_ref()).unwrap_or_default(),
            None if marks.is_empty() => Value::Null,
            None => Value::Object(marks),
        })
    }),
    ..BASE
};

const MARKS: [&str; 5] = ["utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"];

/// Fields of a form that hold cookies or addresses, the surest first.
const PLACES: [&str; 9] =
    ["cookies", "cookie", "url", "page", "page_url", "href", "referer", "referrer", "source_url"];

fn of_form(form: &Map<String, Value>, marks: &mut Map<String, Value>) -> Result<(), FnError> {
    for (key, value) in form {
        let key = key.to_lowercase();
        if let Some(text) = value.as_str() {
            put(&key, text, marks);
        }
    }
    for place in PLACES {
        let found = form.iter().find(|(k, _)| k.eq_ignore_ascii_case(place));
        if let Some(text) = found.and_then(|(_, v)| v.as_str()) {
            of_text(text, marks)?;
        }
    }
    Ok(())
}

fn of_text(text: &str, marks: &mut Map<String, Value>) -> Result<(), FnError> {
    if let Some((_, cookie)) = text.split_once("TILDAUTM=") {
        let cookie = cookie.split(';').next().unwrap_or_default();
        let decoded = if cookie.contains('%') { decode(cookie) } else { cookie.into() };
        for pair in decoded.split("|||") {
            if let Some((key, value)) = pair.trim().split_once('=') {
                // Tilda writes the values as they stood in the address, so encoded once more.
                put(key, &decode(value), marks);
            }
        }
        return Ok(());
    }
    if text.contains("utm_") {
        for (key, value) in fields(query(text))? {
            if let Some(value) = value.as_str() {
                put(&key, value, marks);
            }
        }
    }
    Ok(())
}

/// Keeps a mark that is not empty; the first of one name stays.
fn put(key: &str, value: &str, marks: &mut Map<String, Value>) {
    if MARKS.contains(&key) && !value.trim().is_empty() && !marks.contains_key(key) {
        marks.insert(key.to_owned(), value.trim().into());
    }
}

/// One pass of percent-decoding; what is no form encoding stays as it is.
fn decode(text: &str) -> Cow<'_, str> {
    let escaped = text.replace('&', "%26").replace('=', "%3D");
    let first = form_urlencoded::parse(escaped.as_bytes()).next();
    Cow::Owned(first.map_or_else(String::new, |(key, _)| key.into_owned()))
}

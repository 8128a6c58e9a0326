//! `query_parse`: the fields of a query string.

use domain::limits::FORM_KEYS;
use serde_json::Map;
use url::form_urlencoded;

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "query_parse",
    title: words("Read a query string", "Разобрать параметры адреса"),
    description: words(
        "The fields after the ? of an address, or of a text such as a=1&b=2; a repeated one is a list.",
        "Поля после ? в адресе или в тексте вида a=1&b=2; повторное поле становится списком.",
    ),
    group: Group::Data,
    params: &[Param::optional("field", ParamKind::Text, "Only this field", "Только это поле")],
    typed: true,
    examples: &[
        gives(r#""https://a.b/?x=1&y=%D0%B0+b#top""#, "", r#"{"x":"1","y":"а b"}"#),
        gives(r#""a=1&a=2""#, "", r#"{"a":["1","2"]}"#),
        gives(r#""?x=5""#, r#"{"field":"x"}"#, r#""5""#),
        gives(r#""https://a.b/""#, "", "{}"),
        gives(r#""""#, "", "{}"),
        gives("null", "", "null"),
    ],
    call: Call::Text(|text, args, _| {
        let mut fields = fields(query(text))?;
        Ok(match args.text("field")? {
            Some(field) => fields.remove(field.as_ref()).unwrap_or_default(),
            None => Value::Object(fields),
        })
    }),
    ..BASE
};

/// What stands after the `?` of an address; all of a text that is no address.
pub fn query(text: &str) -> &str {
    let text = text.trim();
    let text = text.split_once('#').map_or(text, |(t, _)| t);
    match text.split_once('?') {
        Some((_, query)) => query,
        None if text.contains("://") => "",
        None => text,
    }
}

/// The decoded fields; a repeated one is a list (semantics S21).
pub fn fields(query: &str) -> Result<Map<String, Value>, FnError> {
    let mut map = Map::new();
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = Value::from(value.into_owned());
        let full = map.len() == FORM_KEYS;
        match map.get_mut(key.as_ref()) {
            Some(Value::Array(items)) => items.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
            None if full => {
                return Err(FnError::new(
                    Fault::TooLarge,
                    format!("there are more than {FORM_KEYS} fields"),
                    format!("полей больше {FORM_KEYS}"),
                ));
            }
            None => drop(map.insert(key.into_owned(), value)),
        }
    }
    Ok(map)
}

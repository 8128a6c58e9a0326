//! The way back of a browser from a service: one address for all. The answer is a page of its own,
//! which tells the window that opened it and closes, or says what went wrong.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use domain::{Code, Lang, ids};
use engine::manage;
use engine::manage::oauth::Arrival;
use serde_json::json;

use super::oauth::words;
use crate::AppState;
use crate::v1::Language;
use crate::v1::caller::Person;
use crate::v1::problem::Problem;

/// What the page says.
struct Said {
    ok: bool,
    title: &'static str,
    text: String,
}

/// Takes a browser back.
pub(in crate::v1) async fn arrive(
    State(state): State<AppState>,
    person: Result<Person, Problem>,
    Language(lang): Language,
    uri: Uri,
) -> Response {
    let query = Query::<BTreeMap<String, String>>::try_from_uri(&uri);
    let query = query.map(|Query(q)| q).unwrap_or_default();
    let said = match person {
        Err(p) => failed(p.code(), None, lang),
        Ok(person) => match state.manage.oauth_arrive(&query, person.user).await {
            Ok(a) => {
                noted(&state, &person, &a).await;
                connected(&a, lang)
            }
            Err(manage::Error::Untested(e)) => failed(e.code, Some(e.says(lang)), lang),
            Err(e) => {
                if e.code() == Code::Internal {
                    tracing::error!(error = %e, "a sign-in at a service was not ended");
                }
                failed(e.code(), None, lang)
            }
        },
    };
    page(&said, &state.access.address.base, lang)
}

/// The line of the audit log. The connection is there whether or not it can be written.
async fn noted(state: &AppState, person: &Person, a: &Arrival) {
    let line = store::NewAudit {
        workspace: a.workspace,
        at: state.engine.shared.clock.now(),
        actor: domain::Actor::User(person.user),
        action: if a.again { "connection.changed" } else { "connection.created" },
        object: a.connection.to_string(),
        detail: json!({ "connector": a.connector, "oauth": true }),
        remote: person.remote,
    };
    if let Err(e) = state.engine.shared.db.audit(line).await {
        tracing::error!(error = %e, connection.id = %a.connection, "the audit log was not written");
    }
}

fn connected(a: &Arrival, lang: Lang) -> Said {
    let (title, closing) = match lang {
        Lang::En => ("Connected", "You can close this window."),
        Lang::Ru => ("Подключено", "Это окно можно закрыть."),
    };
    let text = match (&a.fault, lang) {
        (None, _) => closing.to_owned(),
        (Some(fault), Lang::En) => {
            format!("The service gave access, but the check did not succeed: {}", fault.en)
        }
        (Some(fault), Lang::Ru) => {
            format!("Сервис дал доступ, но проверка не прошла: {}", fault.ru)
        }
    };
    Said { ok: a.fault.is_none(), title, text }
}

fn failed(code: Code, said: Option<&str>, lang: Lang) -> Said {
    let title = match lang {
        Lang::En => "Not connected",
        Lang::Ru => "Не подключено",
    };
    Said { ok: false, title, text: words(code, said, lang) }
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:0;min-height:100vh;\
    display:grid;place-items:center;background:Canvas;color:CanvasText;color-scheme:light dark}\
    main{max-width:28rem;padding:2rem}h1{font-size:1.25rem;margin:0 0 .5rem}p{margin:0 0 1rem}";

/// Tells the window that opened this one, which looks for itself what came of it.
const SCRIPT: &str = "const ok=document.querySelector('main').dataset.ok==='true';\
    if(window.opener){window.opener.postMessage({zveno:'oauth',ok},location.origin);\
    if(ok)window.close()}";

fn page(said: &Said, base: &str, lang: Lang) -> Response {
    let nonce = ids::random_text(26);
    let (word, back) = match lang {
        Lang::En => ("en", "To the connections"),
        Lang::Ru => ("ru", "К подключениям"),
    };
    let (title, text, base) = (said.title, escaped(&said.text), escaped(base));
    let html = format!(
        "<!doctype html><html lang=\"{word}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title} · Zveno</title>\
         <style nonce=\"{nonce}\">{STYLE}</style></head><body><main data-ok=\"{}\">\
         <h1>{title}</h1><p>{text}</p><p><a href=\"{base}connections\">{back}</a></p></main>\
         <script nonce=\"{nonce}\">{SCRIPT}</script></body></html>",
        said.ok
    );
    let status = if said.ok { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let mut r = (status, Html(html)).into_response();
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; \
         frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    );
    let headers = r.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    // Its address holds the code.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    r
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_service_are_never_markup() {
        let said = failed(Code::OauthDenied, Some("<script>alert('1')</script>"), Lang::En);
        let text = escaped(&said.text);
        assert!(text.contains("&lt;script&gt;alert(&#39;1&#39;)") && !text.contains('<'), "{text}");
    }
}

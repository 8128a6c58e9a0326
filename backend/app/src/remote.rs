//! Commands for a server elsewhere: `--server URL --api-key KEY`. The same commands as data, sent
//! to its API.

use anyhow::{Context, bail};
use connect::http::tls;
use reqwest::{Response, StatusCode};
use serde_json::Value;

use crate::config::{DataArgs, RemoteArgs, extra_roots};
use crate::ops::{Failure, Op, exit};

/// The largest answer that is read, bytes.
const ANSWER: usize = 64 << 20;
/// How long a command may take.
const TIMEOUT: std::time::Duration = std::time::Duration::from_mins(2);

/// Asks the server.
///
/// # Errors
/// The server refused, or did not answer.
pub async fn ask(remote: &RemoteArgs, data: &DataArgs, op: &Op) -> Result<Value, Failure> {
    let unreachable = |e: anyhow::Error| Failure {
        exit: exit::UNAVAILABLE,
        code: "server_unreachable".into(),
        message: format!("{e:#}"),
        ru: None,
        problems: Vec::new(),
    };
    let (status, body) = send(remote, data, op).await.map_err(unreachable)?;
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    if status.is_success() {
        return Ok(answer);
    }
    Err(failure(status, &answer))
}

async fn send(
    remote: &RemoteArgs,
    data: &DataArgs,
    op: &Op,
) -> anyhow::Result<(StatusCode, Vec<u8>)> {
    let server = remote.server.as_deref().unwrap_or_default().trim_end_matches('/');
    let Some(key) = &remote.api_key else {
        bail!("--server needs --api-key, or ZVENO_API_KEY in the environment");
    };
    let roots = extra_roots(data)?;
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls::config(roots.as_deref(), &["http/1.1"])?)
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIMEOUT)
        .build()
        .context("the client")?;
    let request = client
        .post(format!("{server}/api/v1/commands"))
        .bearer_auth(key)
        .header("content-type", "application/json")
        .body(serde_json::to_vec(op)?);
    #[expect(
        clippy::disallowed_methods,
        reason = "the person at the command line chose the address; no flow can"
    )]
    let response = request.send().await.map_err(reqwest::Error::without_url);
    let response = response.with_context(|| format!("{server} does not answer"))?;
    let status = response.status();
    Ok((status, capped(response).await.with_context(|| format!("the answer of {server}"))?))
}

async fn capped(mut response: Response) -> anyhow::Result<Vec<u8>> {
    let mut all = Vec::new();
    while let Some(part) = response.chunk().await.map_err(reqwest::Error::without_url)? {
        if all.len() + part.len() > ANSWER {
            bail!("is larger than {ANSWER} bytes");
        }
        all.extend_from_slice(&part);
    }
    Ok(all)
}

/// The failure of the command itself, or what the API says.
fn failure(status: StatusCode, answer: &Value) -> Failure {
    if let Ok(f) = serde_json::from_value(answer["extra"].clone()) {
        return f;
    }
    let said = [&answer["detail"], &answer["title"]].into_iter().find_map(Value::as_str);
    let exit = match status.as_u16() {
        404 => exit::NOT_FOUND,
        409 => exit::CONFLICT,
        400 | 422 => exit::USAGE,
        429 | 502..=504 => exit::UNAVAILABLE,
        _ => exit::FAILED,
    };
    Failure {
        exit,
        code: answer["code"].as_str().unwrap_or("failed").to_owned(),
        message: said.map_or_else(|| format!("the server answered {status}"), str::to_owned),
        ru: None,
        problems: Vec::new(),
    }
}

//! `zveno connector new`: a folder that passes `check` and `test`, to be changed.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;

use super::out;

#[derive(clap::Args)]
pub struct Args {
    /// a-z, 0-9, _ and -; the name of the folder and of the connector.
    pub name: String,
    /// Where the folder is made.
    #[arg(long, default_value = "connectors")]
    pub dir: PathBuf,
    /// What it begins with: source (deliveries), destination (actions) or both.
    #[arg(long, default_value = "both", value_parser = kind)]
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Source,
    Destination,
    Both,
}

fn kind(text: &str) -> Result<Kind, String> {
    match text {
        "source" => Ok(Kind::Source),
        "destination" => Ok(Kind::Destination),
        "both" => Ok(Kind::Both),
        _ => Err("expected source, destination or both".into()),
    }
}

/// Makes the folder.
pub fn run(a: &Args) -> anyhow::Result<ExitCode> {
    let name = &a.name;
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    let first = name.chars().next().is_some_and(|c| c.is_ascii_lowercase());
    if !first || !(2..=40).contains(&name.len()) || !name.chars().all(good) {
        bail!("a name is 2 to 40 of a-z, 0-9, _ and -, and begins with a letter");
    }
    let folder = a.dir.join(name);
    if folder.exists() {
        bail!("{} is there already", folder.display());
    }
    let fixtures = folder.join("fixtures");
    fs::create_dir_all(&fixtures)?;
    let (source, destination) = (a.kind != Kind::Destination, a.kind != Kind::Source);
    let mut manifest = HEAD.replace("NAME", name).replace("TITLE", &title(name));
    if destination {
        manifest.push_str(CONNECTION);
    } else {
        manifest.push_str("connection: {optional: true}\n");
    }
    if source {
        manifest.push_str(TRIGGER);
        fs::write(fixtures.join("event.ok.yaml"), TRIGGER_OK)?;
    }
    if destination {
        manifest.push_str(ACTION);
        fs::write(fixtures.join("create_record.ok.yaml"), ACTION_OK)?;
        fs::write(fixtures.join("create_record.refused.yaml"), ACTION_REFUSED)?;
        fs::write(fixtures.join("test.ok.yaml"), TEST_OK)?;
    }
    fs::write(folder.join("connector.yaml"), manifest)?;
    fs::write(folder.join("icon.svg"), icon(name))?;
    fs::write(folder.join("CHANGELOG.md"), "# Changelog\n\n## 1.0.0\n\n- First version.\n")?;
    out(&format!("{} is made. Next:", folder.display()));
    out(&format!("  zveno connector check {}", folder.display()));
    out(&format!("  zveno connector test {}", folder.display()));
    Ok(ExitCode::SUCCESS)
}

fn title(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).map(|c| if c == '_' { ' ' } else { c }).collect()
}

/// A mark with the first letter: no artwork of the vendor.
pub fn icon(name: &str) -> String {
    let letter = name.chars().next().unwrap_or('?').to_ascii_uppercase();
    let hue = name.bytes().fold(7u32, |h, b| (h * 31 + u32::from(b)) % 360);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\"><rect width=\"24\" height=\"24\" rx=\"6\" fill=\"hsl({hue} 55% 42%)\"/><text x=\"12\" y=\"16.5\" font-family=\"sans-serif\" font-size=\"13\" font-weight=\"700\" text-anchor=\"middle\" fill=\"#fff\">{letter}</text></svg>\n"
    )
}

const HEAD: &str = "# yaml-language-server: $schema=../connector.schema.json
sdk: 1
name: NAME
version: 1.0.0
display:
  title: TITLE
  description: {en: What it does in one sentence, ru: Что он делает одной фразой}
  icon: icon.svg
  categories: [other]
";

const CONNECTION: &str = "hosts: [api.example.com]
connection:
  methods:
    - id: token
      title: {en: Access token, ru: Токен доступа}
      kind: bearer
      fields:
        - {key: token, label: {en: Token, ru: Токен}, required: true, secret: true}
      test: {url: /me}
      label: \"{{test.name}}\"
http:
  base_url: https://api.example.com
";

const TRIGGER: &str = "triggers:
  event:
    title: {en: Event, ru: Событие}
    kind: webhook
    guide:
      en: Open the settings of the service, paste `{{hook.url}}` and the secret below.
      ru: Откройте настройки сервиса, вставьте `{{hook.url}}` и секрет ниже.
    input:
      - {key: secret, label: {en: Secret, ru: Секрет}, secret: true, generate: 32, mappable: false}
    webhook:
      verify:
        - {scheme: signature, algo: hmac_sha256, from: header.X-Signature, key: \"{{input.secret}}\"}
      dedupe: {key: \"{{event.id}}\"}
    output:
      - {key: id, label: {en: Id, ru: Номер}}
    sample: {id: \"1\"}
";

const ACTION: &str = "actions:
  create_record:
    title: {en: Create record, ru: Создать запись}
    kind: create
    input:
      - {key: name, label: {en: Name, ru: Название}, required: true}
    call:
      url: /records
      json: {name: \"{{input.name}}\"}
      output: {id: $.id}
    output:
      - {key: id, type: integer, label: {en: Id, ru: Номер}}
    sample: {id: 1}
";

const TRIGGER_OK: &str = "trigger: event
input: {secret: test-secret-000}
deliveries:
  - request: {json: {id: \"1\"}, sign: true}
    expect: {events: 1, event: {id: \"1\"}, dedupe: \"1\"}
";

const ACTION_OK: &str = "action: create_record
connection: {token: test-secret-000}
input: {name: Анна}
exchanges:
  - request:
      method: POST
      url: https://api.example.com/records
      headers: {Authorization: Bearer test-secret-000}
      json: {name: Анна}
    response: {status: 201, json: {id: 7}}
expect: {output: {id: 7}}
";

const ACTION_REFUSED: &str = "action: create_record
connection: {token: test-secret-000}
input: {name: x}
exchanges:
  - response: {status: 422, json: {message: name is too short}}
expect: {error: {kind: invalid, message_contains: too short}}
";

const TEST_OK: &str = "test: true
connection: {token: test-secret-000}
exchanges:
  - request: {method: GET, url: https://api.example.com/me}
    response: {json: {name: Shop}}
expect: {label: Shop}
";

#[cfg(test)]
mod tests {
    use connect::fixture::{self, Disk};
    use connect::registry::Connector;

    use super::*;

    #[tokio::test]
    async fn a_new_connector_passes_its_own_fixtures() {
        for kind in [Kind::Source, Kind::Destination, Kind::Both] {
            let dir = tempfile::tempdir().unwrap();
            run(&Args { name: "acme".into(), dir: dir.path().into(), kind }).unwrap();
            let folder = dir.path().join("acme");
            let text = fs::read_to_string(folder.join("connector.yaml")).unwrap();
            let connector = Connector::read("acme", &text).unwrap_or_else(|e| panic!("{e}"));
            let mut cases = 0;
            for file in fs::read_dir(folder.join("fixtures")).unwrap().flatten() {
                let text = fs::read_to_string(file.path()).unwrap();
                let case = fixture::read(&text).unwrap_or_else(|e| panic!("{e}"));
                let faults = fixture::run(&connector, &case, &Disk(folder.clone())).await;
                assert_eq!(faults, Vec::<String>::new(), "{:?}", file.path());
                cases += 1;
            }
            assert!(cases > 0);
        }
    }
}

//! New flows: empty, from a document, from a template, from another flow.

use std::collections::BTreeMap;

use domain::Secret;
use domain::flow::{self, FORMAT};
use domain::ids::{self, FlowId};
use domain::{Lang, limits};
use serde_json::{Value, json};
use store::NewFlow;

use super::drafts::{Which, checked_folder, checked_size};
use super::flows::named_secrets;
use super::{Error, Manage};
use crate::build::templates;

/// What a new flow is made of.
#[derive(Clone, Debug, Default)]
pub struct Create {
    pub name: Option<String>,
    /// Empty is none.
    pub folder: String,
    pub from: From,
    /// Who makes it.
    pub by: String,
    /// The language of names that are made up.
    pub lang: Lang,
}

/// See [`Create`].
#[derive(Clone, Debug, Default)]
pub enum From {
    /// A webhook and no steps.
    #[default]
    Nothing,
    /// A document, which may be unfinished.
    Document(Value),
    /// A template with the answers to its questions.
    Template { id: String, answers: BTreeMap<String, Value> },
}

/// A new flow.
#[derive(Clone, Debug)]
pub struct Created {
    pub id: FlowId,
    /// Secrets that were made for fields that ask for one; shown here and never again.
    pub generated: BTreeMap<String, Secret>,
}

impl Manage {
    /// Makes a flow with its address; it is a draft.
    pub async fn create(&self, new: Create) -> Result<Created, Error> {
        let Create { name, folder, from, by, lang } = new;
        let mut doc = match from {
            From::Nothing => self.nothing(lang),
            From::Document(doc) => checked_size(doc)?,
            From::Template { id, answers } => {
                let template =
                    templates::get(&id).ok_or_else(|| Error::missing("template", &id))?;
                let filled = template.fill(&answers, lang, &self.registry);
                filled.map_err(|why| Error::refusal(domain::Code::BadRequest, why))?
            }
        };
        if let (Some(name), Value::Object(map)) = (&name, &mut doc) {
            map.insert("name".into(), checked_name(name)?.into());
        }
        self.store_new(doc, &checked_folder(&folder)?, BTreeMap::new(), &by).await
    }

    /// Makes a flow of the draft of another, with its secrets and a new address.
    pub async fn duplicate(&self, id: FlowId, by: &str, lang: Lang) -> Result<Created, Error> {
        let row = self.flow_row(id).await?;
        let mut doc = self.document(id, Which::Draft).await?;
        let tail = match lang {
            Lang::En => " (copy)",
            Lang::Ru => " (копия)",
        };
        let room = limits::NAME_CHARS - tail.chars().count();
        let name: String = row.name.chars().take(room).collect::<String>() + tail;
        if let Value::Object(map) = &mut doc {
            map.insert("name".into(), name.into());
        }
        let secrets = self.db.secrets(id).await?;
        self.store_new(doc, &row.folder, secrets, by).await
    }

    fn nothing(&self, lang: Lang) -> Value {
        let name = match lang {
            Lang::En => "New flow",
            Lang::Ru => "Новый сценарий",
        };
        let webhook = self.registry.latest("webhook");
        let version = webhook.map_or("1.0.0", |c| c.version.as_str());
        json!({
            "zveno": FORMAT,
            "name": name,
            "trigger": { "connector": format!("webhook@{version}"), "event": "request" },
            "steps": [],
        })
    }

    async fn store_new(
        &self,
        doc: Value,
        folder: &str,
        kept: BTreeMap<String, Secret>,
        by: &str,
    ) -> Result<Created, Error> {
        let (flow, _) = flow::read::read_lenient(&doc);
        let mut secrets = kept;
        let mut generated = BTreeMap::new();
        for name in named_secrets(&flow) {
            if let Some(len) = self.generated_length(&flow, &name)
                && !secrets.contains_key(&name)
            {
                let secret = Secret::new(ids::random_text(len as usize));
                generated.insert(name.clone(), secret.clone());
                secrets.insert(name, secret);
            }
        }
        let id = FlowId::new(self.db.now());
        let name = if flow.name.is_empty() { "—".to_owned() } else { flow.name.clone() };
        let new = NewFlow {
            id,
            workspace: self.workspace,
            name: name.clone(),
            draft: doc.to_string(),
            token: ids::random_text(26),
            secrets,
        };
        self.db.create_flow(new).await?;
        // Names of connections become ids, and the draft has its author.
        self.edit_draft(id, doc, None, by).await?;
        if !folder.is_empty() {
            self.db.set_folder(self.workspace, id, folder).await?;
        }
        Ok(Created { id, generated })
    }
}

fn checked_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > limits::NAME_CHARS {
        let most = limits::NAME_CHARS;
        return Err(Error::bad(
            format!("a name has 1 to {most} characters"),
            format!("в названии от 1 до {most} знаков"),
        ));
    }
    Ok(name.to_owned())
}

//! Drafts: seen and changed with their number, so that nobody overwrites what another has changed,
//! published, put back, compared with versions.

use std::collections::{BTreeMap, BTreeSet};

use domain::flow::{self, Flow};
use domain::ids::{self, FlowId};
use domain::subscription::SubscriptionState;
use domain::{Problem, Secret, Text, Time, limits};
use serde_json::Value;
use store::{DraftEdit, FlowRow, Subscription, VersionRow};

use super::flows::{named_secrets, parse};
use super::problems::{Known, Located};
use super::{Error, Manage};

/// A draft with what is wrong with it.
#[derive(Clone, Debug)]
pub struct Draft {
    pub doc: Value,
    /// Raised by every change.
    pub revision: i64,
    /// Who changed it last, and when.
    pub by: String,
    pub at: Time,
    pub problems: Vec<Located>,
}

/// What a change of a draft made.
#[derive(Clone, Debug)]
pub struct Saved {
    pub revision: i64,
    pub problems: Vec<Located>,
    /// Secrets that were made for fields that ask for one; shown here and never again.
    pub generated: BTreeMap<String, Secret>,
}

/// A flow with all that its editor shows at first.
#[derive(Clone, Debug)]
pub struct FlowView {
    pub row: FlowRow,
    pub draft: Draft,
    /// The document of the published version.
    pub published: Option<Value>,
    /// Events waiting for a release.
    pub held: i64,
    /// Rotated addresses that still work, with the time of their end.
    pub old_addresses: Vec<(String, Time)>,
    /// How the registration of its address at the service does, where there is one.
    pub subscription: Option<Subscription>,
    /// When it ends, where an editor listens with the draft.
    pub listens_until: Option<Time>,
}

/// Which document of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Draft,
    Version(i64),
}

/// That the service does not know the address, or not yet.
fn unregistered(s: &Subscription) -> Option<Located> {
    let problem = match s.state {
        SubscriptionState::Active | SubscriptionState::Leaving => return None,
        SubscriptionState::Subscribing => Problem::warning(
            "subscribing",
            "trigger",
            "the address is being registered at the service",
            "адрес регистрируется у сервиса",
        ),
        SubscriptionState::Failed => {
            let why = Text::of_kept(s.note.as_deref().unwrap_or_default());
            let en = format!("the address is not registered at the service: {}", why.en);
            let ru = format!("адрес не зарегистрирован у сервиса: {}", why.ru);
            Problem::warning("subscription_failed", "trigger", en, ru)
        }
    };
    Some(Located { step: Some("trigger".into()), title: None, field: None, problem })
}

impl Manage {
    /// A flow with its draft and the problems of it.
    pub async fn flow_view(&self, id: FlowId) -> Result<FlowView, Error> {
        let row = self.flow_row(id).await?;
        let known = self.known(id).await?;
        let mut draft = self.seen_draft(&row, &known)?;
        let subscription = self.db.subscription_of(id).await?;
        draft.problems.extend(subscription.as_ref().and_then(unregistered));
        let listens_until = match subscription {
            // Until the nodes have seen that it is published, an hour may be kept that does not count.
            Some(_) if row.published.is_none() => self.db.listens_until(id).await?,
            _ => None,
        };
        let published = row.published.as_deref().map(parse).transpose()?;
        let cards = self.db.flow_cards(self.workspace, &[id]).await?;
        let held = cards.first().map_or(0, |c| c.held);
        let old_addresses = self.db.old_addresses(id).await?;
        Ok(FlowView { row, draft, published, held, old_addresses, subscription, listens_until })
    }

    /// The draft of a flow.
    pub async fn draft(&self, id: FlowId) -> Result<Draft, Error> {
        let row = self.flow_row(id).await?;
        let known = self.known(id).await?;
        let mut draft = self.seen_draft(&row, &known)?;
        let subscription = self.db.subscription_of(id).await?;
        draft.problems.extend(subscription.as_ref().and_then(unregistered));
        Ok(draft)
    }

    fn seen_draft(&self, row: &FlowRow, known: &Known) -> Result<Draft, Error> {
        let doc = parse(&row.draft)?;
        let (_, problems) = self.problems_of(&doc, known);
        let (by, at) = (row.draft_by.clone(), row.draft_at);
        Ok(Draft { doc, revision: row.revision, by, at, problems })
    }

    /// Replaces the draft with a document, which may be unfinished. `seen` is the revision that
    /// the change was made of.
    ///
    /// # Errors
    /// [`Error::DraftConflict`] when the draft was changed meanwhile.
    pub async fn edit_draft(
        &self,
        id: FlowId,
        doc: Value,
        seen: Option<i64>,
        by: &str,
    ) -> Result<Saved, Error> {
        let row = self.flow_row(id).await?;
        let doc = self.with_ids(checked_size(doc)?).await?;
        let (flow, _) = flow::read::read_lenient(&doc);
        let generated = self.generate(&row, &flow).await?;
        let name = if flow.name.is_empty() { row.name.clone() } else { flow.name.clone() };
        let draft = doc.to_string();
        let edit = DraftEdit { flow: id, name, draft, by: by.to_owned(), seen };
        let revision = match self.db.edit_draft(self.workspace, edit).await {
            Err(store::Error::Changed) => return Err(self.conflict(id).await),
            other => other?,
        };
        let known = self.known(id).await?;
        let (_, problems) = self.problems_of(&doc, &known);
        Ok(Saved { revision, problems, generated })
    }

    /// Makes a secret for each field that asks for one and has none yet (semantics S3).
    async fn generate(
        &self,
        row: &FlowRow,
        flow: &Flow,
    ) -> Result<BTreeMap<String, Secret>, Error> {
        let mut made = BTreeMap::new();
        let named = named_secrets(flow);
        if named.is_empty() {
            return Ok(made);
        }
        let kept = self.db.secrets(row.id).await?;
        for name in named.into_iter().filter(|n| !kept.contains_key(n)) {
            if let Some(len) = self.generated_length(flow, &name) {
                let secret = Secret::new(ids::random_text(len as usize));
                self.db.put_secret(row.id, &name, &secret).await?;
                made.insert(name, secret);
            }
        }
        Ok(made)
    }

    /// The document with ids in place of names of connections, where it can be read.
    async fn with_ids(&self, doc: Value) -> Result<Value, Error> {
        let Ok(mut flow) = flow::read::read(&doc) else { return Ok(doc) };
        let before = flow.clone();
        self.connect_names(&mut flow, &BTreeMap::new()).await?;
        Ok(if flow == before { doc } else { flow::write::to_value(&flow) })
    }

    async fn conflict(&self, id: FlowId) -> Error {
        match self.flow_row(id).await {
            Ok(row) => {
                Error::DraftConflict { by: row.draft_by, at: row.draft_at, revision: row.revision }
            }
            Err(e) => e,
        }
    }

    /// Changes the name of a flow, in its draft too.
    pub async fn rename(&self, id: FlowId, name: &str, by: &str) -> Result<(), Error> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > limits::NAME_CHARS {
            let most = limits::NAME_CHARS;
            return Err(Error::bad(
                format!("a name has 1 to {most} characters"),
                format!("в названии от 1 до {most} знаков"),
            ));
        }
        loop {
            let row = self.flow_row(id).await?;
            let mut doc = parse(&row.draft)?;
            if let Value::Object(map) = &mut doc {
                map.insert("name".into(), name.into());
            }
            let edit = DraftEdit {
                flow: id,
                name: name.to_owned(),
                draft: doc.to_string(),
                by: by.to_owned(),
                seen: Some(row.revision),
            };
            match self.db.edit_draft(self.workspace, edit).await {
                // Somebody has just saved: the name goes into what that made.
                Err(store::Error::Changed) => {}
                other => return Ok(other.map(|_| ())?),
            }
        }
    }

    /// Moves a flow to a folder; an empty name is none.
    pub async fn move_to(&self, id: FlowId, folder: &str) -> Result<(), Error> {
        self.flow_row(id).await?;
        Ok(self.db.set_folder(self.workspace, id, &checked_folder(folder)?).await?)
    }

    /// Publishes the draft that has no errors; `seen` as in [`Manage::edit_draft`].
    pub async fn publish_draft(
        &self,
        id: FlowId,
        seen: Option<i64>,
        by: &str,
    ) -> Result<i64, Error> {
        let row = self.flow_row(id).await?;
        if seen.is_some_and(|s| s != row.revision) {
            return Err(self.conflict(id).await);
        }
        let doc = parse(&row.draft)?;
        let (_, problems) = self.problems_of(&doc, &self.known(id).await?);
        if problems.iter().any(|p| p.problem.is_error()) {
            return Err(Error::Located(problems));
        }
        match self.db.publish_seen(self.workspace, id, by, Some(row.revision)).await {
            Err(store::Error::Changed) => Err(self.conflict(id).await),
            other => {
                let version = other?;
                self.keep_connectors(&row.draft).await?;
                Ok(version)
            }
        }
    }

    /// Puts the draft back to the published version.
    pub async fn discard(&self, id: FlowId, by: &str) -> Result<i64, Error> {
        self.flow_row(id).await?;
        match self.db.discard_draft(self.workspace, id, by).await {
            Err(store::Error::Changed) => {
                Err(Error::conflict("the flow was never published", "сценарий ещё не опубликован"))
            }
            other => Ok(other?),
        }
    }

    /// The published versions, newest first.
    pub async fn versions(&self, id: FlowId) -> Result<Vec<VersionRow>, Error> {
        self.flow_row(id).await?;
        Ok(self.db.versions(id, limits::VERSIONS).await?)
    }

    /// The document of a draft or version.
    pub async fn document(&self, id: FlowId, which: Which) -> Result<Value, Error> {
        match which {
            Which::Draft => self.export(id, None).await,
            Which::Version(n) => self.export(id, Some(n)).await,
        }
    }

    /// Makes a version the draft.
    pub async fn restore(&self, id: FlowId, version: i64, by: &str) -> Result<Saved, Error> {
        let doc = self.document(id, Which::Version(version)).await?;
        self.edit_draft(id, doc, None, by).await
    }

    /// The secrets that the draft names, and those that have a value.
    pub async fn secret_names(&self, id: FlowId) -> Result<(Vec<String>, BTreeSet<String>), Error> {
        let row = self.flow_row(id).await?;
        let (flow, _) = flow::read::read_lenient(&parse(&row.draft)?);
        let set = self.db.secrets(id).await?.into_keys().collect();
        Ok((named_secrets(&flow), set))
    }

    /// A document with the names of connections, as it is written into a file.
    pub async fn portable(&self, id: FlowId, which: Which) -> Result<Value, Error> {
        let mut doc = self.document(id, which).await?;
        let names: BTreeMap<String, String> = self
            .db
            .connections(self.workspace)
            .await?
            .into_iter()
            .map(|c| (c.id.to_string(), c.name))
            .collect();
        rename_connections(&mut doc, &names);
        Ok(doc)
    }
}

/// Puts names in place of the ids of connections, wherever a step or the trigger has one.
fn rename_connections(v: &mut Value, names: &BTreeMap<String, String>) {
    match v {
        Value::Object(map) => {
            for (key, inner) in map.iter_mut() {
                let name = match (&*inner, key.as_str()) {
                    (Value::String(id), "connection") => names.get(id),
                    _ => None,
                };
                match name {
                    Some(name) => *inner = name.as_str().into(),
                    None => rename_connections(inner, names),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|i| rename_connections(i, names)),
        _ => {}
    }
}

pub(super) fn checked_folder(folder: &str) -> Result<String, Error> {
    let folder = folder.trim();
    if folder.chars().count() > limits::FOLDER_CHARS || folder.chars().any(char::is_control) {
        let most = limits::FOLDER_CHARS;
        return Err(Error::bad(
            format!("the name of a folder has at most {most} characters"),
            format!("в названии папки не больше {most} знаков"),
        ));
    }
    Ok(folder.to_owned())
}

/// A document that may be kept as a draft: a map that is not too large.
pub(super) fn checked_size(doc: Value) -> Result<Value, Error> {
    if !doc.is_object() {
        return Err(Error::bad("a flow document is a map", "описание сценария — это объект"));
    }
    let bytes = mapping::json_size(&doc);
    if bytes > limits::FLOW_VERSION_BYTES {
        let most = limits::FLOW_VERSION_BYTES;
        return Err(Error::bad(
            format!("the flow is larger than {most} bytes"),
            format!("сценарий больше {most} байт"),
        ));
    }
    Ok(doc)
}

/// The problems alone.
pub fn plain(located: Vec<Located>) -> Vec<Problem> {
    located.into_iter().map(|l| l.problem).collect()
}

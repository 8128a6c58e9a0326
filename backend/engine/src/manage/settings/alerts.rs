//! What a workspace is told, and where.

use domain::alert::{AlertKind, Channel, Detail};
use domain::ids::{self, AlertId};
use domain::settings::Alerts;
use domain::{Secret, Text};
use serde::Serialize;
use store::Notification;

use super::super::{Error, Manage};
use crate::alerts::receivers;
use crate::alerts::send::{Means, Message};
use crate::options;

/// Characters of a secret that signs alerts.
const SECRET: usize = 48;

/// What is set, and who gets letters by it.
#[derive(Clone, Debug)]
pub struct AlertsView {
    pub settings: Alerts,
    /// Whether letters can be sent at all.
    pub mail: bool,
    /// Who would be told now.
    pub receivers: Vec<(Channel, String)>,
}

/// What came of a test at one receiver.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    pub channel: Channel,
    pub receiver: String,
    /// Why it did not arrive.
    pub error: Option<Text>,
}

impl Manage {
    /// What is set.
    pub async fn alerts(&self) -> Result<AlertsView, Error> {
        let settings = options::alerts(&self.db, self.workspace).await?;
        let all = receivers::of(&self.db, self.workspace, &settings).await?;
        let receivers = all.into_iter().map(|n| (n.channel, n.receiver)).collect();
        Ok(AlertsView { settings, mail: self.has_mail().await?, receivers })
    }

    /// Changes it. Where alerts go to an address for the first time, or to another one, the new
    /// secret that signs them is answered: it is not shown again.
    pub async fn set_alerts(&self, a: Alerts) -> Result<Option<Secret>, Error> {
        let faults = a.faults();
        if !faults.is_empty() {
            return Err(Error::Fields(faults));
        }
        let before = options::alerts(&self.db, self.workspace).await?;
        let mut changes = vec![options::written(&options::alerts_of(self.workspace), &a)?];
        let mut fresh = None;
        if a.webhook != before.webhook {
            let name = options::webhook_secret_of(self.workspace);
            fresh = a.webhook.is_some().then(|| Secret::new(ids::random_text(SECRET)));
            let sealed = fresh.as_ref().map(|s| self.db.seal_option(&name, s)).transpose()?;
            changes.push((name, sealed));
        }
        self.db.change_options(changes).await?;
        Ok(fresh)
    }

    /// Tells everyone at once that this is a test.
    pub async fn test_alerts(&self) -> Result<Vec<Told>, Error> {
        let settings = options::alerts(&self.db, self.workspace).await?;
        let means = Means {
            db: &self.db,
            outbound: &self.outbound,
            registry: &self.registry,
            public_url: &self.public_url,
        };
        let (key, detail) = (ids::random_text(26), Detail::default());
        let mut all = Vec::new();
        for to in receivers::of(&self.db, self.workspace, &settings).await? {
            let message = Message {
                workspace: self.workspace,
                kind: AlertKind::Test,
                detail: &detail,
                key: &key,
                at: self.db.now(),
            };
            let error = means.send(&message, &to).await.err().map(|e| e.text());
            all.push(Told { channel: to.channel, receiver: to.receiver, error });
        }
        Ok(all)
    }

    /// Alerts, newest first.
    pub async fn notifications(
        &self,
        before: Option<AlertId>,
        limit: u32,
    ) -> Result<Vec<Notification>, Error> {
        Ok(self.db.notifications(self.workspace, before, limit).await?)
    }
}

//! An editor listens: the address of a draft is registered at its service for a while, so that real
//! events come before the flow is published (semantics S19). They are held.

use domain::ids::FlowId;
use domain::subscription::SubscriptionState;
use domain::{Time, limits};

use super::{Error, Manage};
use crate::cache::{self, CacheError};
use crate::triggers::subscribe;

/// How it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listening {
    pub state: SubscriptionState,
    /// When it ends; none for a flow that is published, whose address stays registered.
    pub until: Option<Time>,
}

impl Manage {
    /// Registers the address of a draft for [`limits::LISTEN`] from now on; asked again, it begins
    /// anew. Nothing where the trigger has no call for it: then the user pastes the address.
    ///
    /// # Errors
    /// There is no such flow, or its draft cannot be read.
    pub async fn listen(&self, id: FlowId) -> Result<Option<Listening>, Error> {
        let row = self.flow_row(id).await?;
        if row.published.is_some() {
            let found = self.db.subscription_of(id).await?;
            return Ok(found.map(|s| Listening { state: s.state, until: None }));
        }
        let (cache, flow) = (self.cache(), cache::read_draft(&row.draft).map_err(unread)?);
        let registry = cache.registry_of(&flow).await.map_err(unread)?;
        let wish = subscribe::wish(&cache, &self.public_url, &row, &flow, &registry).await;
        let Some(mut wish) = wish.map_err(unread)? else { return Ok(None) };
        let until = Some(self.db.now().plus(limits::LISTEN));
        wish.until = until;
        self.db.want_subscription(wish).await?;
        let found = self.db.subscription_of(id).await?;
        Ok(found.map(|s| Listening { state: s.state, until }))
    }
}

fn unread(e: CacheError) -> Error {
    match e {
        CacheError::Store(e) => e.into(),
        CacheError::Invalid(problems) => Error::Problems(problems),
    }
}

//! The connection test of services that nothing can be asked of without doing something: only the
//! fields themselves are checked.

use domain::connection::Connection;
use domain::journal::Exchange;
use domain::outcome::StepError;
use futures::future::BoxFuture;
use url::Url;

use super::NativeTest;
use crate::outbound::{Outbound, Tested};
use crate::registry::Connector;

/// What the fields must hold; answers the address that the connection leads to.
pub struct Fields(pub fn(&Connection) -> Result<Url, StepError>);

impl NativeTest for Fields {
    fn test<'a>(
        &'a self,
        _: &'a Outbound,
        _: &'a Connector,
        connection: &'a Connection,
    ) -> BoxFuture<'a, Result<Tested, (StepError, Vec<Exchange>)>> {
        let label = |url: Url| url.host_str().unwrap_or_default().to_owned();
        let checked = (self.0)(connection)
            .map(|url| Tested { label: label(url), exchanges: Vec::new() })
            .map_err(|e| (e, Vec::new()));
        Box::pin(async move { checked })
    }
}

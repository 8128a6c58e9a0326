//! How the registration of an address at a service does (semantics S19).

use serde::{Deserialize, Serialize};

use crate::run::words;

words! {
    /// See the module.
    SubscriptionState {
        /// It is to be made, or made anew.
        Subscribing = "subscribing",
        Active = "active",
        /// The service did not take it; it is tried again.
        Failed = "failed",
        /// Nobody wants it any more: it is taken back.
        Leaving = "leaving",
    }
}

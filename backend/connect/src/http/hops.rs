//! The hop count that breaks loops (semantics S24): every outbound call carries how often its
//! event has passed through this product.

use http::HeaderValue;

/// The header with the count.
pub const HOPS_HEADER: &str = "x-zveno-hops";

/// Its value for a call made on behalf of an event that arrived with `hops`.
pub fn hops_value(hops: u32) -> HeaderValue {
    HeaderValue::from(hops.saturating_add(1))
}

//! Native actions against raw servers.

mod bench;
mod letters;
mod requests;
mod webhooks;

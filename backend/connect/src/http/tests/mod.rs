//! The rules of sending, proved against raw servers.

mod addresses;
mod answers;
pub mod http2;
mod multipart;
mod redirects;
pub mod server;
mod unknown;

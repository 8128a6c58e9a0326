//! The rules of sending, proved against raw servers.

mod addresses;
mod answers;
mod http2;
mod multipart;
mod redirects;
mod server;
mod unknown;

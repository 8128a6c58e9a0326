//! The API by HTTP: what each caller may and gets.

mod alerts;
mod building;
mod catalogue;
mod command_line;
mod connections;
mod contract;
mod deliveries;
mod document;
mod flows;
mod frame;
mod hold;
mod live;
mod oauth;
mod people;
pub(crate) mod rights;
mod runs;
mod search;
mod server;
mod settings;
mod signing_in;
mod starting;
mod temporary;

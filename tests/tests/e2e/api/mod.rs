//! The API by HTTP: what each caller may and gets.

mod command_line;
mod building;
mod catalogue;
mod connections;
mod deliveries;
mod document;
mod flows;
mod frame;
mod people;
mod rights;
mod settings;
mod signing_in;
mod live;
mod rights;
mod runs;
mod search;
mod temporary;

//! The API by HTTP: what each caller may and gets.

mod building;
mod catalogue;
mod connections;
mod document;
mod flows;
mod frame;
mod rights;

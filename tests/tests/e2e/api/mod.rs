//! The API by HTTP: what each caller may and gets.

mod deliveries;
mod document;
mod frame;
mod live;
mod rights;
mod runs;
mod search;
mod temporary;

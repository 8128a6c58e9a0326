//! The API by HTTP: what each caller may and gets.

mod document;
mod frame;
mod rights;

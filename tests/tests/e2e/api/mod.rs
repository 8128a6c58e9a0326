//! The API by HTTP: what each caller may and gets.

mod command_line;
mod document;
mod frame;
mod people;
mod rights;
mod signing_in;

//! The admin API through its one door, on a table of its own.

mod access;
mod catalogue;
mod codes;
mod description;
mod duties;
mod lists;
mod odd_requests;
mod orders;
mod owner;
mod repeats;
mod support;
mod users;

//! The admin API through its one door, on a table of its own.

#[cfg(test)]
mod access;
#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod codes;
#[cfg(test)]
mod console;
#[cfg(test)]
mod description;
#[cfg(test)]
mod duties;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod odd_requests;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod owner;
#[cfg(test)]
mod repeats;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod stats;
#[cfg(test)]
mod subscriptions;
#[cfg(test)]
mod support;
#[cfg(test)]
mod users;

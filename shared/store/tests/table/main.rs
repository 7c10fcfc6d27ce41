//! The table on an engine in this process, through the real SDK. Every test has a database of its own.

#[cfg(test)]
mod faults;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod support;
#[cfg(test)]
mod writes;

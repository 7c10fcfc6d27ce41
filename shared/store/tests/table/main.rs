//! The table on an engine in this process, through the real SDK. Every test has a database of its own.

mod faults;
mod golden;
mod support;
mod writes;

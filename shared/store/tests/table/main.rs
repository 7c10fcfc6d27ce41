//! The table on an engine in this process, through the real SDK. Every test has a database of its own.

#[cfg(test)]
mod capacity;
#[cfg(test)]
mod engine;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod races;
#[cfg(test)]
mod reads;
#[cfg(test)]
mod support;
#[cfg(test)]
mod work;
#[cfg(test)]
mod writes;

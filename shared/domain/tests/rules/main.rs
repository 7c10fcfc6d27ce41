//! The rules of the shop, held against tables and properties, through the public interface alone.

#[cfg(test)]
mod activity;
#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod customers;
#[cfg(test)]
mod discounts;
#[cfg(test)]
mod extensions;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod identifiers;
#[cfg(test)]
mod life_of_an_order;
#[cfg(test)]
mod receipts;
#[cfg(test)]
mod reminders;
#[cfg(test)]
mod settling;
#[cfg(test)]
mod stored_forms;
#[cfg(test)]
mod transitions;
#[cfg(test)]
mod work;

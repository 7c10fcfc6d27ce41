//! The whole shop, driven from outside as its customers, operators and gateways drive it.

#[cfg(test)]
mod abuse;
#[cfg(test)]
mod activity;
#[cfg(test)]
mod architecture;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod broadcasts;
#[cfg(test)]
mod by_hand;
#[cfg(test)]
mod capacity;
#[cfg(test)]
mod conversation;
#[cfg(test)]
mod crypto_pay;
#[cfg(test)]
mod discounts;
#[cfg(test)]
mod entry;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod gateways;
#[cfg(test)]
mod gifts;
#[cfg(test)]
mod lambda;
#[cfg(test)]
mod late_money;
#[cfg(test)]
mod moving;
#[cfg(test)]
mod operators;
#[cfg(test)]
mod original;
#[cfg(test)]
mod other_amount;
#[cfg(test)]
mod outside;
#[cfg(test)]
mod purchase;
#[cfg(test)]
mod races;
#[cfg(test)]
mod receipts;
#[cfg(test)]
mod recurring;
#[cfg(test)]
mod referrals;
#[cfg(test)]
mod refunds;
#[cfg(test)]
mod refunds_under_way;
#[cfg(test)]
mod reminders;
#[cfg(test)]
mod renewals;
#[cfg(test)]
mod screens;
#[cfg(test)]
mod self_test;
#[cfg(test)]
mod subscriptions;
#[cfg(test)]
mod summary;
#[cfg(test)]
mod support;
#[cfg(test)]
mod texts;
#[cfg(test)]
mod trials;
#[cfg(test)]
mod unapplied;

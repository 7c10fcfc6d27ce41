//! The whole shop, driven from outside as its customers, operators and gateways drive it.

mod conversation;
mod crypto_pay;
mod discounts;
mod faults;
mod late_money;
mod purchase;
mod receipts;
mod referrals;
mod subscriptions;

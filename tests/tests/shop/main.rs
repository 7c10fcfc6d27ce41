//! The whole shop, driven from outside as its customers, operators and gateways drive it.

mod purchase;

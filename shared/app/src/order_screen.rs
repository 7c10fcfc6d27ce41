//! What became of an order, in the message that showed it: the customer need not ask.

use domain::{
    Language,
    order::{Order, OrderStatus},
};
use tracing::debug;

use crate::{
    App,
    button::Button,
    checkout::Purpose,
    screen::{Keyboard, Screen, primary, tap},
    text::Arg,
};

impl App {
    /// What an order's money brings, in a sentence.
    pub fn what_comes(&self, order: &Order, language: Language) -> String {
        let id = match Purpose::of(order) {
            Purpose::Purchase => "next-purchase",
            Purpose::Extend(_) => "next-extension",
            Purpose::Gift => "next-gift",
        };
        self.texts.plain(language, id, &[])
    }

    /// An order that is not (any more) to be paid: what became of it, and the way on.
    pub fn order_state(&self, order: &Order, language: Language) -> Screen {
        let subscription = order.extends.map(|base| ("button-show-subscription", Button::Subscription(base)));
        let (text, way_on) = match order.status {
            OrderStatus::AwaitingPayment | OrderStatus::Expired if order.under_review().is_some() => ("order-under-review", None),
            OrderStatus::Expired | OrderStatus::AwaitingPayment if order.extends.is_some() => ("order-expired", subscription),
            OrderStatus::Paid if order.extends.is_some() => ("order-extending", subscription),
            OrderStatus::Provisioned if order.extends.is_some() => ("order-extended", subscription),
            OrderStatus::AwaitingPayment | OrderStatus::Expired => {
                let product = order.terms.product.clone();
                let again = if order.gift { Button::GiftPlan(product) } else { Button::Plan(product) };
                ("order-expired", Some(("button-plans", again)))
            }
            OrderStatus::Paid if order.gift => ("order-gift-preparing", None),
            OrderStatus::Provisioned if order.gift => {
                ("order-gift", order.id.key.ulid().map(|order| ("button-show-gift", Button::Order(order))))
            }
            // Nothing was to be paid.
            OrderStatus::Paid if order.payment.is_none() => {
                ("order-given-preparing", Some(("button-my-subscriptions", Button::Subscriptions)))
            }
            OrderStatus::Provisioned if order.payment.is_none() => {
                ("order-given", Some(("button-my-subscriptions", Button::Subscriptions)))
            }
            OrderStatus::Paid => ("order-paid", Some(("button-my-subscriptions", Button::Subscriptions))),
            OrderStatus::Provisioned => ("order-provisioned", Some(("button-my-subscriptions", Button::Subscriptions))),
            OrderStatus::Canceled => ("order-canceled", None),
            OrderStatus::Refunded => ("order-refunded", None),
        };
        let next = self.what_comes(order, language);
        let text = self.texts.html(language, text, &[("plan", Arg::Text(&order.terms.name)), ("next", Arg::Exact(&next))]);
        let way_on = way_on.map(|(label, button)| primary(tap(self.texts.plain(language, label, &[]), &button)));
        let home = tap(self.texts.plain(language, "button-menu", &[]), &Button::Menu);
        Screen::new(text, Keyboard::default().row(way_on).row([home]))
    }

    /// Shows it in place. A failure leaves the older text standing, and its buttons lead here.
    pub(crate) async fn show_state(&self, order: &Order, language: Language) {
        let Some(message) = order.screen else { return };
        let edit = self.order_state(order, language).edit(order.id.buyer.get(), message);
        if let Err(error) = self.telegram.edit_message_text(&edit).await {
            debug!(%error, "an order's message still shows how to pay it");
        }
    }
}

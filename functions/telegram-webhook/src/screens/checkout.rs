//! From the catalogue to the ways to pay.

use app::{
    App,
    button::Button,
    catalogue::Shop,
    checkout::{Choice, Offer, Payable, Purpose, Wanted},
    format,
    screen::{Keyboard, Screen, copy, danger, link, primary, tap},
    telegram::api::types::InlineKeyboardButton,
    text::Arg,
};
use domain::{
    Language, ProductId,
    discount::Rejection,
    order::Order,
    payment::Gateway,
    product::{ProductKind, RenewalPolicy},
    user::User,
};

use super::{button, home, welcome_bonus};

/// The catalogue, below a sentence where something has to be said first.
pub fn plans(app: &App, shop: &Shop, language: Language, first: Option<&str>) -> Screen {
    let mut keyboard = Keyboard::default();
    let mut any = false;
    for product in shop.plans() {
        any = true;
        let price = format::money(&app.texts, language, product.price);
        let text = app.texts.plain(language, "plan-button", &[("plan", Arg::Text(&product.name)), ("price", Arg::Raw(price))]);
        keyboard = keyboard.row([tap(text, &Button::Plan(product.id.clone()))]);
    }
    if any && shop.settings.gifts {
        keyboard = keyboard.row([button(app, language, "button-gift", &Button::GiftPlans)]);
    }
    let title = app.texts.html(language, if any { "plans-title" } else { "plans-empty" }, &[]);
    Screen::new(below(app, language, first, title), keyboard.row([home(app, language)]))
}

pub fn below(app: &App, language: Language, first: Option<&str>, text: String) -> String {
    first.map_or_else(|| text.clone(), |first| format!("{}\n\n{text}", app.texts.html(language, first, &[])))
}

/// A plan and the ways to pay for it.
pub fn plan(app: &App, shop: &Shop, offer: &Offer, user: &User, first: Option<&str>) -> Screen {
    let language = user.language;
    let product = &offer.product;
    let terms = product.terms();
    let args = [
        ("plan", Arg::Text(&product.name)),
        ("volume", Arg::Raw(format::volume(&app.texts, language, terms.data_limit_bytes()))),
        ("days", Arg::Raw(format::days(&app.texts, language, product.duration_days))),
        ("price", Arg::Raw(format::money(&app.texts, language, product.price))),
    ];
    let mut text = app.texts.html(language, "plan-screen", &args);
    if product.duration_days.is_some() {
        text = format!("{text}\n\n{}", app.texts.html(language, "plan-clock", &[]));
    }
    let policy = match product.renewal_policy {
        RenewalPolicy::Add => "policy-add",
        RenewalPolicy::Reset => "policy-reset",
    };
    text = format!("{text}\n{}", app.texts.html(language, policy, &[]));
    if offer.purpose == Purpose::Gift {
        text = format!("{text}\n\n{}", app.texts.html(language, "gift-note", &[]));
    }
    // What costs nothing is no purchase that earns anything.
    if let Some(promise) = welcome_bonus(app, shop, user).filter(|_| !offer.is_free()) {
        text = format!("{text}\n\n{promise}");
    }
    let back = match (offer.purpose, &offer.discount) {
        (Purpose::Gift, _) => Button::GiftPlans,
        (Purpose::Purchase, Some((code, _))) => Button::PlansWithCode(code.clone()),
        (Purpose::Purchase | Purpose::Extend(_), _) => Button::Plans,
    };
    to_pay(app, offer, user, below(app, language, first, text), &back)
}

/// What an offer costs with its code and the ways to pay for it, below what it is: each button places the order.
pub fn to_pay(app: &App, offer: &Offer, user: &User, mut text: String, back: &Button) -> Screen {
    let language = user.language;
    let product = &offer.product;
    if let Some((code, off)) = &offer.discount
        && !off.is_zero()
    {
        let args = [
            ("code", Arg::Exact(code.as_str())),
            ("before", Arg::Raw(format::money(&app.texts, language, product.price))),
            ("total", Arg::Raw(format::money(&app.texts, language, offer.total))),
        ];
        text = format!("{text}\n\n{}", app.texts.html(language, "plan-discounted", &args));
    }
    let wanted = app.wanted(user.id, &product.id, offer.purpose);
    let place = |gateway| {
        Button::Place(Choice {
            gateway,
            order: offer.order,
            fingerprint: app.fingerprint(offer, gateway),
            wanted: wanted.clone(),
            code: offer.discount.as_ref().map(|(code, _)| code.clone()),
        })
    };
    let mut keyboard = Keyboard::default();
    if offer.is_free() {
        keyboard = keyboard.row([primary(button(app, language, "button-get-free", &place(None)))]);
    } else if offer.methods.is_empty() {
        text = format!("{text}\n\n{}", app.texts.html(language, "plan-no-method", &[]));
    } else {
        text = format!("{text}\n\n{}", app.texts.html(language, "plan-choose-method", &[]));
        for (gateway, quote) in &offer.methods {
            keyboard = keyboard.row([pay_button(app, language, *gateway, *quote, &place(Some(*gateway)))]);
        }
    }
    let code = Button::EnterCode { wanted, order: offer.order };
    let keyboard = keyboard.row([button(app, language, "button-enter-code", &code)]);
    Screen::new(text, keyboard.row([button(app, language, "button-back", back), home(app, language)]))
}

fn pay_button(app: &App, language: Language, gateway: Gateway, quote: domain::Money, target: &Button) -> InlineKeyboardButton {
    let amount = format::money(&app.texts, language, quote);
    tap(app.texts.plain(language, &format!("button-pay-{gateway}"), &[("amount", Arg::Raw(amount))]), target)
}

/// Asks for a code for `product`, which `wanted` names; back to its offer.
pub fn ask_code(app: &App, language: Language, wanted: &Wanted, product: &ProductId) -> Screen {
    let back = button(app, language, "button-back", &wanted.offer(product));
    Screen::new(app.texts.html(language, "code-ask", &[]), Keyboard::default().row([back]))
}

pub const fn rejection_text(rejection: Rejection) -> &'static str {
    match rejection {
        Rejection::NotFound => "code-not-found",
        Rejection::Inactive => "code-inactive",
        Rejection::NotYet => "code-not-yet",
        Rejection::Expired => "code-expired",
        Rejection::OtherProduct => "code-other-product",
        Rejection::BelowMinimum => "code-below-minimum",
        Rejection::NotFirstPurchase => "code-not-first-purchase",
        Rejection::UsedUp => "code-used-up",
        Rejection::UsedByYou => "code-used-by-you",
    }
}

/// What a gateway shows of an order: title and description.
pub fn invoice_texts(app: &App, order: &Order, language: Language) -> (String, String) {
    let plain = |text: String| text.replace(['\u{2068}', '\u{2069}'], "");
    let title = app.texts.plain(language, "invoice-title", &[("plan", Arg::Exact(&order.terms.name))]);
    if order.terms.kind == ProductKind::AddOn {
        return (plain(title), plain(app.addition(&order.terms, language)));
    }
    let args = [
        ("volume", Arg::Raw(format::volume(&app.texts, language, order.terms.data_limit_bytes()))),
        ("days", Arg::Raw(format::days(&app.texts, language, order.terms.duration_days))),
    ];
    (plain(title), plain(app.texts.plain(language, "invoice-description", &args)))
}

/// An order that can be paid, and how.
pub fn payable(app: &App, order: &Order, payable: &Payable, shop: &Shop, language: Language) -> Screen {
    let until = format::moment(language, order.expires_at);
    let money = |amount| format::money(&app.texts, language, amount);
    let pay = |amount, url: &str| {
        let text = app.texts.plain(language, "button-pay", &[("amount", Arg::Raw(money(amount)))]);
        primary(link(text, url))
    };
    let common =
        |amount| [("plan", Arg::Text(order.terms.name.as_str())), ("amount", Arg::Raw(money(amount))), ("until", Arg::Raw(until.clone()))];
    let next = app.what_comes(order, language);
    let with_next = |amount| common(amount).into_iter().chain([("next", Arg::Exact(next.as_str()))]).collect::<Vec<_>>();
    let (text, keyboard, gateway) = match payable {
        Payable::Stars { link, amount, gateway } => {
            let text = match gateway {
                // Only purchases are paid so.
                Gateway::RecurringStars => app.texts.html(language, "order-recurring-stars", &common(*amount)),
                _ => app.texts.html(language, "order-stars", &with_next(*amount)),
            };
            (text, Keyboard::default().row([pay(*amount, link)]), *gateway)
        }
        Payable::Page { url, amount, gateway } => {
            let mut keyboard = Keyboard::default().row([pay(*amount, url)]);
            if let Some(ulid) = order.id.key.ulid() {
                keyboard = keyboard.row([button(app, language, "button-check-payment", &Button::CheckPayment(ulid))]);
            }
            (app.texts.html(language, "order-page", &with_next(*amount)), keyboard, *gateway)
        }
        Payable::Card { card, amount } => {
            let mut args = common(*amount).to_vec();
            let number = grouped_card(&card.number);
            args.push(("card", Arg::Exact(&number)));
            args.push(("holder", Arg::Text(&card.holder)));
            let number = copy(app.texts.plain(language, "button-copy-card", &[]), &card.number);
            let sum = copy(app.texts.plain(language, "button-copy-amount", &[]), &amount.amount_text());
            (app.texts.html(language, "order-card", &args), Keyboard::default().row(number.into_iter().chain(sum)), Gateway::Card)
        }
    };
    Screen::new(text, order_footer(app, order, Some(gateway), shop, language, keyboard))
}

/// Card numbers are read in groups of four.
fn grouped_card(number: &str) -> String {
    let mut out = String::new();
    for (n, c) in number.chars().enumerate() {
        if n > 0 && n % 4 == 0 {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// The other ways to pay, cancel, menu.
fn order_footer(app: &App, order: &Order, shown: Option<Gateway>, shop: &Shop, language: Language, mut keyboard: Keyboard) -> Keyboard {
    let Some(ulid) = order.id.key.ulid() else { return keyboard.row([home(app, language)]) };
    let product = shop.product(&order.terms.product);
    let left = order.attempts.len() < Order::MAX_ATTEMPTS;
    let methods =
        product.filter(|_| left).map(|product| app.methods(shop, product, Purpose::of(order), order.discount.is_some(), order.total));
    let quote_of = |gateway| methods.iter().flatten().find(|(method, _)| *method == gateway).map(|(_, quote)| *quote);
    for gateway in app.gateways_of(shop).filter(|gateway| Some(*gateway) != shown) {
        let begun = order.attempts.iter().rev().find(|attempt| attempt.gateway == gateway).map(|attempt| attempt.quote);
        let quote = begun.or_else(|| quote_of(gateway));
        if let Some(quote) = quote {
            keyboard = keyboard.row([pay_button(app, language, gateway, quote, &Button::Pay { order: ulid, gateway })]);
        }
    }
    let cancel = danger(button(app, language, "button-cancel-order", &Button::CancelOrder(ulid)));
    keyboard.row([cancel, home(app, language)])
}

/// A way to pay does not open: try again, another way, or leave it.
pub fn pay_trouble(app: &App, order: &Order, gateway: Gateway, shop: &Shop, language: Language, id: &str) -> Screen {
    let mut keyboard = Keyboard::default();
    if let Some(order) = order.id.key.ulid() {
        keyboard = keyboard.row([primary(button(app, language, "button-try-again", &Button::Pay { order, gateway }))]);
    }
    Screen::new(app.texts.html(language, id, &[]), order_footer(app, order, Some(gateway), shop, language, keyboard))
}

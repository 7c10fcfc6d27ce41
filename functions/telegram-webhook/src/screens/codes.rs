//! Discount codes: the plans at their prices with one, and why one takes nothing off.

use app::{
    App,
    button::Button,
    catalogue::Shop,
    codes::{CodeRefusal, PlansWithCode},
    format,
    screen::{Keyboard, Screen, tap},
    text::Arg,
};
use domain::Language;

use super::{home, rejection_text};

/// The catalogue at its prices with a code, which every plan's button carries on.
pub fn plans_with_code(app: &App, shop: &Shop, language: Language, with: &PlansWithCode) -> Screen {
    if with.totals.is_empty() {
        return super::plans(app, shop, language, None);
    }
    let mut keyboard = Keyboard::default();
    for plan in shop.plans() {
        let total = with.totals.iter().find(|(id, _)| *id == plan.id).map_or(plan.price, |(_, total)| *total);
        let price = format::money(&app.texts, language, total);
        let text = app.texts.plain(language, "plan-button", &[("plan", Arg::Text(&plan.name)), ("price", Arg::Raw(price))]);
        let button = Button::PlanWithCode { product: plan.id.clone(), code: with.code.clone() };
        keyboard = keyboard.row([tap(text, &button)]);
    }
    let applied = app.texts.html(language, "code-applied", &[("code", Arg::Exact(with.code.as_str()))]);
    let title = app.texts.html(language, "plans-title", &[]);
    Screen::new(format!("{applied}\n\n{title}"), keyboard.row([home(app, language)]))
}

/// A screen without the code, below why.
pub fn without_code(app: &App, language: Language, refusal: CodeRefusal, screen: Screen) -> Screen {
    let why = match refusal {
        CodeRefusal::Rejected(rejection) => app.texts.html(language, rejection_text(rejection), &[]),
        CodeRefusal::Wait(until) => {
            let minutes = format::minutes(&app.texts, language, until.since(app.now()));
            app.texts.html(language, "code-wait", &[("minutes", Arg::Raw(minutes))])
        }
    };
    Screen { text: format!("{why}\n\n{}", screen.text), ..screen }
}

//! A subscription's servers, one by one.

use app::{
    App,
    account::{Live, LiveSubscription},
    button::SubscriptionAction,
    configs::{Config, pages},
    format,
    screen::{Keyboard, Screen, copy, tap},
    text::{Arg, html},
};
use domain::Language;

use super::holdings::{back_to, of};

/// A page of the links of a subscription's servers; the last one where there is none of this number (any more).
pub fn configs(app: &App, held: &LiveSubscription, page: u8, language: Language) -> Screen {
    let subscription = &held.subscription;
    let back = back_to(app, subscription, language);
    let account = match &held.live {
        Live::Account(account) => account,
        Live::Deleted => return Screen::new(app.texts.html(language, "configs-deleted", &[]), Keyboard::default().row([back])),
        Live::Unknown => return Screen::new(app.texts.html(language, "configs-unknown", &[]), Keyboard::default().row([back])),
    };
    let all = Config::all(&account.links);
    if all.is_empty() {
        return Screen::new(app.texts.html(language, "configs-none", &[]), Keyboard::default().row([back]));
    }
    let pages = pages(&all);
    let last = u8::try_from(pages.len()).unwrap_or(u8::MAX).min(SubscriptionAction::CONFIG_PAGES).saturating_sub(1);
    let page = page.min(last);
    let shown = pages.get(usize::from(page)).copied().unwrap_or_default();
    let before: usize = pages.iter().take(page.into()).map(|page| page.len()).sum();

    let number = |n: u64| Arg::Raw(format::number(language, n));
    let mut text = app.texts.html(language, "configs-title", &[("plan", Arg::Text(subscription.shown_name()))]);
    if last > 0 {
        let args = [("page", number(u64::from(page) + 1)), ("pages", number(u64::from(last) + 1))];
        text = format!("{text}\n{}", app.texts.html(language, "configs-page", &args));
    }
    let mut keyboard = Keyboard::default();
    for (n, config) in (u64::try_from(before).unwrap_or_default() + 1..).zip(shown) {
        let unnamed = || app.texts.plain(language, "config-unnamed", &[("number", number(n))]);
        let name = if config.name.is_empty() { unnamed() } else { config.name.clone() };
        let heading = app.texts.html(language, "config-name", &[("number", number(n)), ("name", Arg::Text(&name))]);
        let content =
            if config.fits() { format!("<code>{}</code>", html(&config.link)) } else { app.texts.html(language, "config-too-long", &[]) };
        text = format!("{text}\n\n{heading}\n{content}");
        keyboard = keyboard.row(copy(app.texts.plain(language, "button-copy-config", &[("name", Arg::Text(&name))]), &config.link));
    }
    if page == last && pages.len() > usize::from(last) + 1 {
        text = format!("{text}\n\n{}", app.texts.html(language, "configs-more", &[]));
    }
    let turn = |to: u8, id| tap(app.texts.plain(language, id, &[]), &of(subscription, SubscriptionAction::Configs(to)));
    let before = page.checked_sub(1).map(|to| turn(to, "button-page-before"));
    let after = (page < last).then(|| turn(page + 1, "button-page-after"));
    Screen::new(text, keyboard.row(before.into_iter().chain(after)).row([back]))
}

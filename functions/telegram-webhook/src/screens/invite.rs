//! Invitations.

use app::{
    App, AppError,
    catalogue::Shop,
    format,
    screen::{Keyboard, Screen, copy, link, primary},
    text::{Arg, html},
};
use domain::{referral::ReferralStats, settings::Reward, user::User};

use super::{home, present_args};

/// The invitation link, what it earns, and what came of it.
pub async fn invite(app: &App, shop: &Shop, user: &User) -> Result<Screen, AppError> {
    let language = user.language;
    let link_text = app.start_link(&format!("ref_{}", app.names.referral_code(user.id))).await?;
    let stats = ReferralStats::of(user);
    let count = |n: u32| Arg::Raw(format::number(language, n.into()));
    let stats = [
        ("total", count(stats.total)),
        ("active", count(stats.active)),
        ("pending", count(stats.pending)),
        ("granted", count(stats.granted)),
    ];
    let say = |id| app.texts.html(language, id, &[]);
    let reward = match shop.settings.referral_reward {
        Some(Reward::Present(present)) => app.texts.html(language, "invite-reward-present", &present_args(app, language, present)),
        Some(Reward::Code(code)) => {
            let percent = format::digits(language, &code.percent.to_string());
            app.texts.html(language, "invite-reward-code", &[("percent", Arg::Raw(percent))])
        }
        None => say("invite-reward-none"),
    };
    let welcome = shop.settings.welcome_bonus;
    let welcome = welcome.map(|present| app.texts.html(language, "invite-welcome", &present_args(app, language, present)));
    let stats = app.texts.html(language, "invite-stats", &stats);
    let offer: Vec<String> = [reward].into_iter().chain(welcome).collect();
    let link_line = format!("{}\n<code>{}</code>", say("invite-link"), html(&link_text));
    let text = [say("invite"), offer.join("\n"), link_line, stats].join("\n\n");
    let share = app.texts.plain(language, "share-text", &[]);
    let share = link(app.texts.plain(language, "button-share", &[]), &app::import::share_url(&link_text, &share));
    let copied = copy(app.texts.plain(language, "button-copy-link", &[]), &link_text);
    Ok(Screen::new(text, Keyboard::default().row([primary(share)]).row(copied).row([home(app, language)])))
}

//! Invitations.

use app::{
    App, AppError, format,
    screen::{Keyboard, Screen, copy, link, primary},
    text::{Arg, html},
};
use domain::{referral::ReferralStats, user::User};

use super::home;

/// The invitation link and what came of it.
pub async fn invite(app: &App, user: &User) -> Result<Screen, AppError> {
    let language = user.language;
    let link_text = app.start_link(&format!("ref_{}", app.names.referral_code(user.id))).await?;
    let stats = ReferralStats::of(user);
    let count = |n: u32| Arg::Raw(format::number(language, n.into()));
    let stats = [("total", count(stats.total)), ("active", count(stats.active)), ("pending", count(stats.pending))];
    let text = format!(
        "{}\n<code>{}</code>\n\n{}",
        app.texts.html(language, "invite", &[]),
        html(&link_text),
        app.texts.html(language, "invite-stats", &stats)
    );
    let share = app.texts.plain(language, "share-text", &[]);
    let share = link(app.texts.plain(language, "button-share", &[]), &app::account::share_url(&link_text, &share));
    let copied = copy(app.texts.plain(language, "button-copy-link", &[]), &link_text);
    Ok(Screen::new(text, Keyboard::default().row([primary(share)]).row(copied).row([home(app, language)])))
}

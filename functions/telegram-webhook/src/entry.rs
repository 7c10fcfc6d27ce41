//! Entry rules on the way to the counter: what a tap on their screens does, and who goes on.

use app::{
    App, AppError,
    button::Button,
    catalogue::Shop,
    entry::{Asked, Barrier},
    screen::Screen,
};
use domain::user::User;

use crate::screens;

/// What a tap says to the rules before it leads anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Nothing,
    HasJoined,
    Accepts(u32),
}

/// Somebody who does not go on.
pub enum Stopped {
    /// What he can do about it.
    Screen(Screen),
    /// He has not done it; the screen stands.
    Word(String),
}

/// What a button says to the rules, and where it leads.
pub fn through(button: Button) -> (Step, Button) {
    match button {
        Button::Joined { then } => (Step::HasJoined, *then),
        Button::AcceptTerms { version, then } => (Step::Accepts(version), *then),
        other => (Step::Nothing, other),
    }
}

/// Lets a customer on to `button`, or says what keeps him from it.
pub async fn admit(app: &App, user: User, step: Step, button: &Button) -> Result<Result<User, Stopped>, AppError> {
    let user = match step {
        Step::Accepts(version) => app.accept_terms(user, version).await?,
        Step::Nothing | Step::HasJoined => user,
    };
    // Whoever stood at the gate is looked at wherever it leads him.
    let then = button.kept_from().or_else(|| (step != Step::Nothing).then(|| button.clone()));
    let Some(then) = then else { return Ok(Ok(user)) };
    let shop = app.shop().await?;
    let asked = if step == Step::HasJoined { Asked::Again } else { Asked::Before };
    Ok(match app.barrier(&user, &shop, asked).await {
        None => Ok(user),
        Some(Barrier::Channels(missing)) if step == Step::HasJoined => {
            Err(Stopped::Word(screens::not_joined(app, user.language, &missing)))
        }
        Some(barrier) => Err(Stopped::Screen(screens::kept(app, &shop, user.language, &barrier, then))),
    })
}

/// The screen of what keeps a customer from what he asked for otherwise than by a tap.
pub async fn kept_from(app: &App, user: &User, shop: &Shop, button: &Button) -> Option<Screen> {
    let then = button.kept_from()?;
    let barrier = app.barrier(user, shop, Asked::Before).await?;
    Some(screens::kept(app, shop, user.language, &barrier, then))
}

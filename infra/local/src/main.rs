//! `cargo run`: the whole shop on this machine.

use std::{collections::BTreeMap, error::Error, io::Write as _, path::Path, process::ExitCode};

use app::App;
use local::{
    adopt,
    elsewhere::elsewhere,
    env_file::{self, EnvFileError},
    introduce::introduce,
    moving,
    options::{Command, Moving, Options, Source, USAGE},
    original::{self, ImportError, Tables},
    report::Report,
    shop::{Ready, Shop},
};
use tracing::Level;
use tracing_subscriber::{filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(moving) = Moving::parse(&arguments) {
        return match moving {
            Ok(moving) => bring(moving).await,
            Err(reason) => fail(&reason),
        };
    }
    let command = match Command::parse(&arguments) {
        Ok(command) => command,
        Err(reason) => return fail(&reason),
    };
    let options = match Options::parse(if command.is_some() { Vec::new() } else { arguments }) {
        Ok(Some(options)) => options,
        Ok(None) => return say(USAGE),
        Err(reason) => return fail(&reason),
    };
    log();
    let settings = match environment() {
        Ok(settings) => settings,
        Err(reason) => return fail(&reason.to_string()),
    };
    if let Some(command) = command {
        return match run(command, &settings).await {
            Ok(done) => say(&done),
            Err(reason) => fail(&reason),
        };
    }
    let shop = match Shop::open(&options, settings).await {
        Ok(shop) => shop,
        Err(reason) => return fail(&reason.to_string()),
    };
    let greeting = if options.json { json(&shop.ready) } else { greeting(&shop.ready) };
    say(&greeting);
    match shop.run(stopped()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => fail(&reason.to_string()),
    }
}

/// Moves something into the shop, and says what came of it.
async fn bring(moving: Moving) -> ExitCode {
    log();
    match move_in(&moving).await {
        Ok(report) if moving.options.json => say(&format!("{}\n", serde_json::to_string(&report).unwrap_or_default())),
        Ok(report) => say(&report.to_string()),
        Err(NotMoved::Before(reason)) => refuse("Nothing was moved", &reason),
        Err(NotMoved::Under(reason)) if moving.dry_run => refuse("The dry run came to no end", &reason),
        Err(NotMoved::Under(reason)) => refuse("Not everything was moved; run it again", &reason),
    }
}

/// Why something was not moved.
enum NotMoved {
    /// Nothing was opened, or nothing written.
    Before(String),
    Under(String),
}

async fn move_in(moving: &Moving) -> Result<Report, NotMoved> {
    let before = |error: &dyn Error| NotMoved::Before(whole(error));
    let under = |error: &dyn Error| NotMoved::Under(whole(error));
    let settings = environment().map_err(|error| before(&error))?;
    // What cannot be read is told before anything is opened.
    match moving.what {
        Source::Django => {
            let tables = Tables::read(&moving.path).map_err(|error| before(&error))?;
            let moved = over(moving, settings, async |app| original::import(app, &tables, moving.dry_run).await).await?;
            moved.map_err(|error| if matches!(error, ImportError::Currency(_)) { before(&error) } else { under(&error) })
        }
        Source::Accounts => {
            let pairs = adopt::read(&moving.path).map_err(|error| before(&error))?;
            let moved = over(moving, settings, async |app| adopt::adopt_pairs(app, &pairs, moving.dry_run).await).await?;
            moved.map_err(|error| under(&error))
        }
    }
}

/// Does one thing with the shop that is meant: the one on this machine, or the one that has a table elsewhere.
async fn over<T>(moving: &Moving, settings: BTreeMap<String, String>, work: impl AsyncFnOnce(&App) -> T) -> Result<T, NotMoved> {
    match &moving.table {
        Some(table) => Ok(work(&elsewhere(table, settings).await.map_err(|error| NotMoved::Before(whole(&error)))?).await),
        None => {
            let shop = Shop::open(&moving.options, settings).await.map_err(|error| NotMoved::Before(whole(&error)))?;
            shop.only(work).await.map_err(|error| NotMoved::Under(whole(&error)))
        }
    }
}

/// An error with what it comes from, in one line.
fn whole(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        source = cause.source();
    }
    text
}

/// Does what was asked for instead of opening the shop, and says what was done.
async fn run(command: Command, settings: &BTreeMap<String, String>) -> Result<String, String> {
    match command {
        Command::Introduce => {
            let bot = introduce(settings).await.map_err(|error| error.to_string())?;
            Ok(format!("Telegram shows the commands and descriptions of @{bot} in every language.\n"))
        }
        Command::Export { file, table } => {
            let moved = moving::export(&table, &file, settings).await.map_err(|error| error.to_string())?;
            Ok(format!("{} items are in {}.\n", moved.items, file.display()))
        }
        Command::Import { file, table, go_on } => {
            let moved = moving::import(&table, &file, go_on, settings).await.map_err(|error| error.to_string())?;
            Ok(format!("{} items were brought in, {} were there already.\n", moved.items, moved.already))
        }
    }
}

/// The process's settings, and below them those of a `.env` file.
fn environment() -> Result<BTreeMap<String, String>, EnvFileError> {
    let mut settings = env_file::read(Path::new(".env"))?;
    // What is not text is nothing of the shop's.
    settings.extend(std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))));
    // Set to nothing is not set.
    settings.retain(|_, value| !value.trim().is_empty());
    Ok(settings)
}

/// Logs go to stderr: stdout is for the one line that others read.
fn log() {
    // The database reports every condition that does not hold as a warning; to the shop that is an answer like any other.
    let shown = Targets::new().with_default(Level::WARN).with_target("dynoxide", Level::ERROR);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    tracing_subscriber::registry().with(lines).with(shown).init();
}

fn json(ready: &Ready) -> String {
    format!("{}\n", serde_json::to_string(ready).unwrap_or_default())
}

fn greeting(ready: &Ready) -> String {
    let chat = ready.chat_url.as_ref().map_or_else(|| "  Telegram  your bot, in Telegram".to_owned(), |url| format!("  Chat      {url}"));
    format!(
        "wave-shop is open.\n\n{chat}\n  Console   {}\n  Admin API {}\n  Token     {}\n\nStop it with Ctrl-C; it goes on where it stopped.\n",
        ready.console_url, ready.admin_url, ready.admin_token
    )
}

async fn stopped() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    // Without signals only a kill ends it.
    if interrupted.await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn say(text: &str) -> ExitCode {
    let mut stdout = std::io::stdout();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn fail(reason: &str) -> ExitCode {
    refuse("wave-shop cannot start", reason)
}

fn refuse(what: &str, reason: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{what}: {reason}");
    ExitCode::FAILURE
}

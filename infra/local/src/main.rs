//! `cargo run`: the whole shop on this machine.

use std::{collections::BTreeMap, io::Write as _, process::ExitCode};

use local::{
    options::{Options, USAGE},
    shop::{Ready, Shop},
};

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => return say(USAGE),
        Err(reason) => return fail(&reason),
    };
    // Logs go to stderr: stdout is for the one line that others read.
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_target(false).with_max_level(tracing::Level::WARN).init();
    let shop = match Shop::open(&options, environment()).await {
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

/// The process's settings, and below them those of a `.env` file: `NAME=value` lines.
fn environment() -> BTreeMap<String, String> {
    let mut settings: BTreeMap<String, String> = BTreeMap::new();
    for line in std::fs::read_to_string(".env").unwrap_or_default().lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        if let Some((name, value)) = line.split_once('=') {
            let value = value.trim().trim_matches('"');
            settings.insert(name.trim().trim_start_matches("export ").to_owned(), value.to_owned());
        }
    }
    settings.extend(std::env::vars());
    // Set to nothing is not set.
    settings.retain(|_, value| !value.trim().is_empty());
    settings
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
    let _ = writeln!(std::io::stderr(), "wave-shop cannot start: {reason}");
    ExitCode::FAILURE
}

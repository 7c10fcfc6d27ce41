//! The command line of the local shop.

use std::path::PathBuf;

/// What `cargo run` was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// 0: any free one.
    pub port: u16,
    pub data: PathBuf,
    /// Empty the data folder first.
    pub fresh: bool,
    /// One line of JSON on stdout instead of a greeting.
    pub json: bool,
    /// Do not put the example catalogue into an empty shop.
    pub no_seed: bool,
    /// Ask Telegram for updates even though an API URL is set.
    pub long_poll: bool,
}

pub const USAGE: &str = "\
wave-shop on this machine: the shop, its database, and stand-ins for Telegram and the panel.

Usage: cargo run -- [options]
       cargo run -- introduce

introduce tells Telegram the commands and descriptions of the bot of TELEGRAM_BOT_TOKEN, and ends.

  --port N      listen on 127.0.0.1:N (default 8080; 0: any free port)
  --data DIR    keep everything in DIR (default .wave-shop)
  --fresh       empty that folder first
  --json        print one line of JSON when ready, and nothing else on stdout
  --no-seed     start with an empty catalogue
  --long-poll   ask Telegram for updates although TELEGRAM_API_URL is set
  --help        print this
";

/// Options that are there or not.
const FLAGS: [&str; 6] = ["--fresh", "--json", "--no-seed", "--long-poll", "--help", "-h"];

impl Options {
    /// Reads the arguments after the program's name. `Ok(None)`: help was asked for.
    ///
    /// # Errors
    /// One sentence that names what is wrong.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Option<Self>, String> {
        let mut options =
            Self { port: 8080, data: PathBuf::from(".wave-shop"), fresh: false, json: false, no_seed: false, long_poll: false };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let (name, value) = match argument.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (argument, None),
            };
            if value.is_some() && FLAGS.contains(&name.as_str()) {
                return Err(format!("{name} takes no value"));
            }
            let mut valued =
                || value.clone().or_else(|| arguments.next()).filter(|value| !value.is_empty()).ok_or(format!("{name} needs a value"));
            match name.as_str() {
                "--port" => options.port = valued()?.parse().map_err(|_| "--port needs a number from 0 to 65535".to_owned())?,
                "--data" => options.data = PathBuf::from(valued()?),
                "--fresh" => options.fresh = true,
                "--json" => options.json = true,
                "--no-seed" => options.no_seed = true,
                "--long-poll" => options.long_poll = true,
                "--help" | "-h" => return Ok(None),
                other => return Err(format!("{other} is not an option of the local shop; --help lists them")),
            }
        }
        Ok(Some(options))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Options>, String> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_read() {
        let options = parse("--json --port 0 --data=x/y --fresh").unwrap().unwrap();
        assert_eq!((options.port, options.data, options.fresh, options.json), (0, PathBuf::from("x/y"), true, true));
        assert_eq!(parse("--help"), Ok(None));
        for wrong in ["--port", "--port x", "--port 70000", "--data", "--data=", "--json=1", "--fresh=", "--help=me", "--nope", "extra"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert!(Options::parse(["--data".to_owned(), String::new()]).is_err());
    }
}

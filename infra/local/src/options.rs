//! The command line of the local shop.

use std::path::PathBuf;

use crate::moving::Table;

/// What is to be done instead of opening the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Introduce,
    Export { file: PathBuf, table: Table },
    Import { file: PathBuf, table: Table, go_on: bool },
}

impl Command {
    /// Reads `introduce`, `export FILE` and `import FILE`; `Ok(None)`: the shop is to be opened.
    ///
    /// # Errors
    /// One sentence that names what is wrong.
    pub fn parse(arguments: &[String]) -> Result<Option<Self>, String> {
        let Some((command @ ("introduce" | "export" | "import"), rest)) =
            arguments.split_first().map(|(first, rest)| (first.as_str(), rest))
        else {
            return Ok(None);
        };
        let (mut file, mut table, mut go_on) = (None, Table::Folder(PathBuf::from(".wave-shop")), false);
        let mut rest = rest.iter();
        while let Some(argument) = rest.next() {
            let mut valued = || rest.next().filter(|value| !value.is_empty()).ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--data" => table = Table::Folder(PathBuf::from(valued()?)),
                "--table" => table = Table::Named(valued()?.clone()),
                "--continue" if command == "import" => go_on = true,
                name if !name.starts_with('-') && file.is_none() && command != "introduce" => file = Some(PathBuf::from(name)),
                other => return Err(format!("{other} does not go with {command}; --help lists what does")),
            }
        }
        match (command, file) {
            ("introduce", _) => Ok(Some(Self::Introduce)),
            (_, None) => Err(format!("{command} needs the name of a file")),
            ("export", Some(file)) => Ok(Some(Self::Export { file, table })),
            (_, Some(file)) => Ok(Some(Self::Import { file, table, go_on })),
        }
    }
}

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
       cargo run -- export FILE [--data DIR | --table NAME]
       cargo run -- import FILE [--data DIR | --table NAME] [--continue]
       cargo run -- import-django PATH [--dry-run] [--table NAME] [options]
       cargo run -- adopt FILE.csv [--dry-run] [--table NAME] [options]

introduce tells Telegram the commands and descriptions of the bot of TELEGRAM_BOT_TOKEN, and ends.
export writes everything that a shop keeps in its table into a new file of JSON lines; import brings such a file into an empty table.
Without --table the shop in the folder of --data (default .wave-shop) is meant, which must not be running; --table NAME is a table of
AWS, by the credentials and the region in the environment, or of the engine at AWS_ENDPOINT_URL_DYNAMODB.
import-django brings the customers of the original Django shop: PATH is its SQLite file, a plain dump of PostgreSQL, or a folder with a CSV file for each table.
adopt gives customers accounts that are on the panel: the file has the columns username and telegram_id.
Both print what came of it (--json: as JSON), and with --dry-run what would, writing nothing. They can be run again. Accounts are looked for on the panel of
PANEL_URL, which is only read. --table NAME as above, with the settings of the shop that has that table.

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

/// What is moved into a shop before it opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moving {
    pub what: Source,
    pub path: PathBuf,
    pub dry_run: bool,
    /// A table of AWS, or of the engine at `AWS_ENDPOINT_URL_DYNAMODB`, instead of the local shop's.
    pub table: Option<String>,
    pub options: Options,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The original shop's database.
    Django,
    /// Accounts of the panel, by a list of whose they are.
    Accounts,
}

impl Moving {
    /// Reads a command that moves something. `None`: it is none.
    ///
    /// # Errors
    /// One sentence that names what is wrong.
    pub fn parse(arguments: &[String]) -> Option<Result<Self, String>> {
        let (name, rest) = arguments.split_first()?;
        let (what, needs) = match name.as_str() {
            "import-django" => (Source::Django, "import-django needs the SQLite file, the dump or the folder of CSV files to read"),
            "adopt" => (Source::Accounts, "adopt needs the CSV file to read"),
            _ => return None,
        };
        let Some((path, rest)) = rest.split_first().filter(|(path, _)| !path.is_empty() && !path.starts_with("--")) else {
            return Some(Err(needs.to_owned()));
        };
        let (mut dry_run, mut table, mut others) = (false, None, Vec::new());
        let mut rest = rest.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--dry-run" => dry_run = true,
                "--table" => match rest.next().filter(|value| !value.is_empty() && !value.starts_with("--")) {
                    Some(name) => table = Some(name.clone()),
                    None => return Some(Err("--table needs a value".to_owned())),
                },
                _ => others.push(argument.clone()),
            }
        }
        Some(Options::parse(others).and_then(|options| {
            let options = options.ok_or_else(|| format!("{name}: --help stands alone"))?;
            if options.fresh {
                return Err(format!("{name} does not go with --fresh"));
            }
            // Whoever brings a shop along needs no example, and any port does for the stand-ins.
            let options = Options { no_seed: true, port: 0, ..options };
            Ok(Self { what, path: PathBuf::from(path), dry_run, table, options })
        }))
    }
}

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
    fn commands_are_read() {
        let command = |line: &str| Command::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        let (file, folder) = (PathBuf::from("shop.jsonl"), Table::Folder(PathBuf::from(".wave-shop")));
        assert_eq!(command("--json --fresh"), Ok(None));
        assert_eq!(command("introduce"), Ok(Some(Command::Introduce)));
        assert_eq!(command("export shop.jsonl"), Ok(Some(Command::Export { file: file.clone(), table: folder.clone() })));
        let named = Table::Named("shop".into());
        assert_eq!(command("import --table shop shop.jsonl --continue"), Ok(Some(Command::Import { file, table: named, go_on: true })));
        for wrong in ["export", "export a b", "export a --continue", "import --table", "introduce x", "import a --fresh"] {
            assert!(command(wrong).is_err(), "{wrong}");
        }
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

    #[test]
    fn what_moves_something_names_its_source() {
        let parse = |line: &str| Moving::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        let moving = parse("import-django old.sqlite3 --dry-run --data=x --json").unwrap().unwrap();
        assert_eq!((moving.what, moving.path, moving.dry_run), (Source::Django, PathBuf::from("old.sqlite3"), true));
        assert_eq!(moving.table, None);
        assert_eq!(parse("adopt list.csv --table shop").unwrap().unwrap().table.as_deref(), Some("shop"));
        assert_eq!((moving.options.data, moving.options.json, moving.options.no_seed), (PathBuf::from("x"), true, true));
        assert_eq!(parse("adopt a.csv").unwrap().map(|moving| (moving.what, moving.dry_run)), Ok((Source::Accounts, false)));
        assert!(parse("").is_none() && parse("--json").is_none() && parse("introduce").is_none());
        for wrong in
            ["adopt", "adopt --dry-run", "import-django x --fresh", "import-django x --nope", "adopt a.csv b.csv", "adopt x --help"]
        {
            assert!(parse(wrong).unwrap().is_err(), "{wrong}");
        }
    }
}

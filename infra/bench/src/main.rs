//! What the deployed binaries cost: size, start, warm turns, memory, instructions; beside equal handlers in Python and Node, in the same run.
//!
//! Each function is a process under a local Runtime API, with the embedded engine behind it. Times are worth something only as ratios within one run;
//! instructions repeat. `infra/bench/run.sh` builds what is measured and calls this.
#![expect(clippy::print_stdout, reason = "a table is what this program is for")]
#![expect(clippy::float_arithmetic, clippy::disallowed_methods, reason = "the machine's time is what is measured")]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a broken set-up ends the run")]

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use app::seams::{Clock as _, SystemClock};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use domain::{TelegramUserId, user::User};
use local::lambda::{HttpCall, LambdaProcess, Launch, http_answer, http_event};
use serde_json::{Value, json};
use store::Write;
use tests::{ADMIN_TOKEN, WEBHOOK_SECRET, World};
use tokio::process::Command;

/// Starts of each program, one after the other of all programs.
const STARTS: usize = 31;
/// Warm turns of a process for the median.
const WARM: u32 = 300;
/// Turns that are counted under callgrind.
const COUNTED: u32 = 50;
/// Turns after which the memory is looked at again.
const LIVED: u32 = 10_000;
/// Customers whom the shop knows.
const KNOWN: u32 = 12_000;
const FIRST: i64 = 7_000_000_001;

/// A program with the event that it answers.
struct Subject {
    name: String,
    program: PathBuf,
    arguments: Vec<String>,
    /// The event of a process's nth turn.
    event: Box<dyn Fn(u32) -> Value>,
    native: bool,
}

fn event(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Value {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    http_event(&HttpCall { method, path, query, headers: &map, body, source_ip: [127, 0, 0, 1].into() })
}

fn subjects(binaries: &Path, peers: &Path) -> Vec<Subject> {
    // Another customer at each turn: nobody writes a hundred times a second, and who does is not answered.
    let start = || {
        Box::new(|turn: u32| {
            let id = FIRST + i64::from(turn % KNOWN);
            let update = json!({"update_id": 1, "message": {"message_id": 1, "date": 1_795_000_000, "text": "/start",
                "chat": {"id": id, "type": "private", "first_name": "Customer"},
                "from": {"id": id, "is_bot": false, "first_name": "Customer", "language_code": "en"}}});
            let secret = [("x-telegram-bot-api-secret-token", WEBHOOK_SECRET), ("content-type", "application/json")];
            event("POST", "/telegram/webhook", &secret, update.to_string().as_bytes())
        }) as Box<dyn Fn(u32) -> Value>
    };
    let list = Box::new(|_| {
        let bearer = format!("Bearer {ADMIN_TOKEN}");
        event("GET", "/admin/v1/users?limit=20", &[("authorization", &bearer)], b"")
    });
    let forged = Box::new(|_| {
        let signature = [("crypto-pay-api-signature", "00")];
        event("POST", "/payments/crypto-pay/callback", &signature, br#"{"update_type":"invoice_paid"}"#)
    });
    let native = |name: &str, function: &str, event: Box<dyn Fn(u32) -> Value>| Subject {
        name: name.to_owned(),
        program: binaries.join(function),
        arguments: Vec::new(),
        event,
        native: true,
    };
    let mut all = vec![
        native("/start", "telegram-webhook", start()),
        native("callback, forged", "payment-callback", forged),
        native("admin list of 20", "admin-api", list),
    ];
    for (name, program, handler) in
        [("/start in Python", "python3", "python/handler.py"), ("/start in Node", "node", "node/handler.bundle.cjs")]
    {
        let handler = peers.join(handler);
        if handler.exists() {
            let arguments = vec![handler.display().to_string()];
            all.push(Subject { name: name.to_owned(), program: found(program), arguments, event: start(), native: false });
        } else {
            println!("{name} is left out: {} is not there", handler.display());
        }
    }
    all
}

/// A program of the search path.
fn found(program: &str) -> PathBuf {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).map(|folder| folder.join(program)).find(|path| path.exists()).unwrap_or_else(|| program.into())
}

fn environment(world: &World) -> Vec<(String, String)> {
    let secret = [("WEBHOOK_SECRET".to_owned(), WEBHOOK_SECRET.to_owned()), ("HOME".to_owned(), std::env::var("HOME").unwrap_or_default())];
    let path = ("PATH".to_owned(), std::env::var("PATH").unwrap_or_default());
    world.settings.iter().cloned().chain(secret).chain([path]).collect()
}

async fn spawn(world: &World, subject: &Subject, before: &[String]) -> LambdaProcess {
    let (program, arguments) = match before.split_first() {
        None => (subject.program.clone(), subject.arguments.clone()),
        Some((program, rest)) => {
            let own = [subject.program.display().to_string()];
            (PathBuf::from(program), rest.iter().cloned().chain(own).chain(subject.arguments.iter().cloned()).collect())
        }
    };
    let mut launch = Launch::new(program, environment(world));
    launch.arguments = arguments;
    launch.timeout = Duration::from_secs(60);
    LambdaProcess::spawn(launch).await.expect("a process")
}

async fn turn(process: &LambdaProcess, subject: &Subject, nth: u32) {
    let answer = process.invoke((subject.event)(nth)).await.expect("an answer");
    let status = http_answer(&answer).expect("an answer for a front door").status.as_u16();
    assert!(status < 500, "{}: {status}", subject.name);
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e3
}

/// A line of `/proc/PID/status`, in KiB.
fn memory(process: &LambdaProcess, what: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id().unwrap())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(what)).unwrap_or_default();
    line.trim_start_matches(':').split_whitespace().next().and_then(|kib| kib.parse().ok()).unwrap_or_default()
}

async fn dumped(process: &LambdaProcess, folder: &Path) -> u64 {
    let pid = process.id().unwrap();
    let before = profiles(folder);
    let told = Command::new("callgrind_control").args(["--dump", &pid.to_string()]).output().await.expect("callgrind_control");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let new = profiles(folder).into_iter().filter(|(path, _)| !before.contains_key(path)).map(|(_, count)| count);
    new.sum()
}

/// What each profile of a folder counted.
fn profiles(folder: &Path) -> BTreeMap<PathBuf, u64> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let counted = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().rev().find_map(|line| line.strip_prefix("totals:").or_else(|| line.strip_prefix("summary:")));
        line.and_then(|count| count.trim().parse().ok())
    };
    entries.filter_map(|path| counted(&path).map(|count| (path, count))).collect()
}

/// Instructions from the start of the process to its first answer, and of one warm turn.
async fn instructions(world: &World, subject: &Subject) -> (u64, u64) {
    let folder = std::env::temp_dir().join(format!("wave-shop-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let out = format!("--callgrind-out-file={}/{}.%p", folder.display(), subject.program.file_name().unwrap().display());
    let before = [found("valgrind").display().to_string(), "--tool=callgrind".into(), "-q".into(), out];
    let process = spawn(world, subject, &before).await;
    turn(&process, subject, 0).await;
    let start = dumped(&process, &folder).await;
    for nth in 1..=5 {
        turn(&process, subject, nth).await;
    }
    dumped(&process, &folder).await;
    for nth in 6..COUNTED + 6 {
        turn(&process, subject, nth).await;
    }
    let warm = dumped(&process, &folder).await / u64::from(COUNTED);
    process.kill().await;
    std::fs::remove_dir_all(&folder).unwrap();
    (start, warm)
}

async fn size(program: &Path) -> (u64, u64) {
    let bytes = std::fs::metadata(program).unwrap().len();
    let packed = Command::new("gzip").arg("-9c").arg(program).output().await.expect("gzip").stdout.len();
    (bytes, u64::try_from(packed).unwrap())
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let binaries = PathBuf::from(arguments.next().expect("the folder of the functions' binaries"));
    let peers = PathBuf::from(arguments.next().expect("the folder of the peers"));
    let json_file = arguments.next().filter(|path| !path.is_empty());
    let world = World::open_at(SystemClock.now(), &[]).await;
    let first = world.telegram.person(FIRST, "Customer", "en");
    first.send("/start").await;
    let known = world.user(FIRST).await;
    for chunk in (1..KNOWN).collect::<Vec<_>>().chunks(100) {
        let user = |n: &u32| User { id: TelegramUserId::new(FIRST + i64::from(*n)).unwrap(), ..known.clone() };
        let writes = chunk.iter().map(|n| Write::create(&user(n)).unwrap()).collect();
        world.app.store.commit(&format!("known {}", chunk[0]), writes).await.unwrap();
    }
    let subjects = subjects(&binaries, &peers);
    let mut starts: Vec<Vec<Duration>> = subjects.iter().map(|_| Vec::new()).collect();
    for _ in 0..STARTS {
        for (subject, answers) in subjects.iter().zip(&mut starts) {
            let began = Instant::now();
            let process = spawn(&world, subject, &[]).await;
            turn(&process, subject, 0).await;
            answers.push(began.elapsed());
            process.kill().await;
        }
    }
    let mut rows: Vec<Value> = Vec::new();
    for (subject, mut answers) in subjects.iter().zip(starts) {
        let process = spawn(&world, subject, &[]).await;
        let mut warm = Vec::new();
        for nth in 0..WARM {
            let began = Instant::now();
            turn(&process, subject, nth).await;
            warm.push(began.elapsed());
        }
        let early = memory(&process, "VmRSS");
        let began = Instant::now();
        for nth in WARM..WARM + LIVED {
            turn(&process, subject, nth).await;
        }
        let rate = f64::from(LIVED) / began.elapsed().as_secs_f64();
        let (peak, late) = (memory(&process, "VmHWM"), memory(&process, "VmRSS"));
        process.kill().await;
        let mut row = json!({
            "what": subject.name, "first_answer_ms": median(&mut answers), "warm_ms": median(&mut warm),
            "turns_per_second": rate, "peak_kib": peak, "growth_kib": late.saturating_sub(early),
        });
        if subject.native {
            let (bytes, packed) = size(&subject.program).await;
            let (start, warm) = instructions(&world, subject).await;
            row["binary_bytes"] = bytes.into();
            row["gzip_bytes"] = packed.into();
            row["first_answer_instructions"] = start.into();
            row["warm_instructions"] = warm.into();
        }
        rows.push(row);
    }
    let own = rows[0].clone();
    for row in &mut rows {
        if row["binary_bytes"].is_null() {
            let ratio = |name: &str| row[name].as_f64().unwrap() / own[name].as_f64().unwrap();
            let ratios = json!({"start": ratio("first_answer_ms"), "warm": ratio("warm_ms"), "memory": ratio("peak_kib")});
            row["times_ours"] = ratios;
        }
    }
    print(&rows);
    if let Some(path) = json_file {
        std::fs::write(path, serde_json::to_string_pretty(&rows).unwrap()).unwrap();
    }
}

fn print(rows: &[Value]) {
    println!(
        "{:<20} {:>9} {:>8} {:>8} {:>9} {:>8} {:>10} {:>9} {:>9} {:>9}",
        "", "answer ms", "warm ms", "turns/s", "peak KiB", "growth", "first ins.", "warm ins.", "binary", "gzip"
    );
    for row in rows {
        let number = |name: &str| row[name].as_f64().unwrap_or_default();
        let count = |name: &str| row[name].as_u64().map_or_else(|| "-".to_owned(), |n| n.to_string());
        println!(
            "{:<20} {:>9.2} {:>8.3} {:>8.0} {:>9} {:>8} {:>10} {:>9} {:>9} {:>9}",
            row["what"].as_str().unwrap(),
            number("first_answer_ms"),
            number("warm_ms"),
            number("turns_per_second"),
            count("peak_kib"),
            count("growth_kib"),
            count("first_answer_instructions"),
            count("warm_instructions"),
            count("binary_bytes"),
            count("gzip_bytes"),
        );
        if let Some(ratios) = row["times_ours"].as_object() {
            let of = |name: &str| ratios[name].as_f64().unwrap_or_default();
            println!("    times ours: start {:.1}, warm {:.1}, memory {:.1}", of("start"), of("warm"), of("memory"));
        }
    }
}

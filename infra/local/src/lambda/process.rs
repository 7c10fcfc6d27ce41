//! A built function as a process of this machine.

use std::{
    collections::VecDeque,
    io,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use thiserror::Error;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    net::TcpListener,
    process::{Child, Command},
    sync::{Mutex as AsyncMutex, Notify, mpsc, oneshot, watch},
    task::JoinHandle,
};

use super::runtime_api::{Answer, FunctionError, Invocation, RuntimeApi};

/// How long a function may take from its start to asking for the first event: Lambda's own limit.
const INIT_TIMEOUT: Duration = Duration::from_secs(10);
/// How many lines of log are kept; older ones are forgotten.
const LOG_LINES: usize = 10_000;

/// What to start, and how.
#[derive(Debug, Clone)]
pub struct Launch {
    pub binary: PathBuf,
    pub arguments: Vec<String>,
    /// The function's settings. It sees these and what Lambda sets, nothing of this process's environment.
    pub environment: Vec<(String, String)>,
    pub function_name: String,
    /// The function's time limit for one event.
    pub timeout: Duration,
    pub memory_mb: u32,
}

impl Launch {
    /// A function with the given settings, 30 s for an event and 256 MB.
    #[must_use]
    pub fn new(binary: impl Into<PathBuf>, environment: impl IntoIterator<Item = (String, String)>) -> Self {
        let binary = binary.into();
        let function_name = binary.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self {
            binary,
            arguments: Vec::new(),
            environment: environment.into_iter().collect(),
            function_name,
            timeout: Duration::from_secs(30),
            memory_mb: 256,
        }
    }
}

#[derive(Debug, Error)]
pub enum SpawnError {
    #[error("no port for the Runtime API")]
    Port(#[source] io::Error),
    #[error("cannot start {0}")]
    Process(PathBuf, #[source] io::Error),
}

/// Why an event got no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvokeError {
    #[error("the function failed: {}: {}", .0.error_type, .0.error_message)]
    Function(FunctionError),
    #[error("the function could not start: {}: {}", .0.error_type, .0.error_message)]
    Init(FunctionError),
    #[error("the function's process ended: {0}")]
    Exited(ExitStatus),
    /// As Lambda does, the process was killed.
    #[error("the function's time was up")]
    TimedOut,
    #[error("the function asked for the next event without an answer to this one")]
    Unanswered,
    #[error("the function's answer is not JSON")]
    InvalidAnswer,
}

/// One environment of a function: a process that is handed one event at a time. It ends with this value.
#[derive(Debug)]
pub struct LambdaProcess {
    api: Arc<RuntimeApi>,
    events: mpsc::UnboundedSender<Invocation>,
    turn: AsyncMutex<()>,
    invocations: AtomicU64,
    timeout: Duration,
    id: Option<u32>,
    kill: Arc<Notify>,
    exit: watch::Receiver<Option<ExitStatus>>,
    logs: Arc<Mutex<VecDeque<String>>>,
    tasks: Vec<JoinHandle<()>>,
}

impl LambdaProcess {
    /// Starts the function under a Runtime API of its own on a loopback port.
    ///
    /// # Errors
    /// When there is no port, or the binary cannot be started.
    pub async fn spawn(launch: Launch) -> Result<Self, SpawnError> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(SpawnError::Port)?;
        let address = listener.local_addr().map_err(SpawnError::Port)?;
        let (events, waiting) = mpsc::unbounded_channel();
        let api = RuntimeApi::new(waiting, &launch.function_name, launch.timeout);
        let mut child =
            command(&launch, &address.to_string()).spawn().map_err(|error| SpawnError::Process(launch.binary.clone(), error))?;

        let logs = Arc::new(Mutex::new(VecDeque::new()));
        let output = [child.stdout.take().map(|out| collect(out, logs.clone())), child.stderr.take().map(|err| collect(err, logs.clone()))];
        let kill = Arc::new(Notify::new());
        let (exited, exit) = watch::channel(None);
        let router = api.clone().router();
        Ok(Self {
            api,
            events,
            turn: AsyncMutex::new(()),
            invocations: AtomicU64::new(0),
            timeout: launch.timeout,
            id: child.id(),
            kill: kill.clone(),
            exit,
            logs,
            tasks: vec![
                tokio::spawn(async move {
                    // Ends only with its task: a listener's errors are those of single connections.
                    let _ = axum::serve(listener, router).await;
                }),
                tokio::spawn(watch_over(child, output.into_iter().flatten().collect(), kill, exited)),
            ],
        })
    }

    /// Hands the event to the function and waits for its answer. While another event is in its hands, this one waits for its turn.
    ///
    /// # Errors
    /// When the function answers with an error, cannot start, ends, or takes longer than its time.
    pub async fn invoke(&self, event: Value) -> Result<Value, InvokeError> {
        let _turn = self.turn.lock().await;
        let number = self.invocations.fetch_add(1, Ordering::Relaxed);
        let (taken, is_taken) = oneshot::channel();
        let (answer, answered) = oneshot::channel();
        let invocation = Invocation { id: format!("00000000-0000-4000-8000-{number:012x}"), event, taken, answer };
        if self.events.send(invocation).is_err() {
            return Err(self.ended().await);
        }
        let exchange = async {
            // The start is part of the first event's wait, with a limit of its own.
            let start = if number == 0 { INIT_TIMEOUT } else { self.timeout };
            let _ = tokio::time::timeout(start, is_taken).await?;
            tokio::time::timeout(self.timeout, answered).await
        };
        tokio::select! {
            biased;
            answer = exchange => match answer {
                Ok(Ok(answer)) => answer,
                Ok(Err(_)) => Err(self.ended().await),
                Err(_) => self.give_up().await,
            },
            error = self.ended() => Err(error),
        }
    }

    async fn give_up(&self) -> Answer {
        self.kill().await;
        Err(InvokeError::TimedOut)
    }

    /// Kills the process at once (SIGKILL), as a machine that fails would, and waits for its end.
    pub async fn kill(&self) -> ExitStatus {
        self.kill.notify_one();
        self.exited().await
    }

    /// Waits for the process to end.
    pub async fn exited(&self) -> ExitStatus {
        let mut exit = self.exit.clone();
        match exit.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(status)) => *status,
            // The watcher lives as long as this value; without it there is no process either.
            _ => ExitStatus::default(),
        }
    }

    /// How the process ended; `None` while it runs.
    #[must_use]
    pub fn exit_status(&self) -> Option<ExitStatus> {
        *self.exit.borrow()
    }

    /// The process's id, for measuring it. `None` when it had ended at once.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.id
    }

    /// The lines that the function has written to standard output and standard error. Complete once the process has ended.
    #[must_use]
    pub fn logs(&self) -> Vec<String> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    async fn ended(&self) -> InvokeError {
        let status = self.exited().await;
        self.api.init_error().map_or(InvokeError::Exited(status), InvokeError::Init)
    }
}

impl Drop for LambdaProcess {
    fn drop(&mut self) {
        // The watcher owns the child, which is killed when it is dropped.
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// The process with the environment that Lambda gives it, under the settings.
fn command(launch: &Launch, api: &str) -> Command {
    let mut command = Command::new(&launch.binary);
    let memory = launch.memory_mb.to_string();
    let log_group = format!("/aws/lambda/{}", launch.function_name);
    command
        .args(&launch.arguments)
        .env_clear()
        .envs([
            ("AWS_LAMBDA_RUNTIME_API", api),
            ("AWS_LAMBDA_FUNCTION_NAME", &launch.function_name),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", &log_group),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "local"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
            // Any will do: what stands in for AWS here checks none.
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_SESSION_TOKEN", "local"),
            ("_HANDLER", "bootstrap"),
            ("LANG", "en_US.UTF-8"),
            ("TZ", ":UTC"),
        ])
        .envs(launch.environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

fn collect(output: impl AsyncRead + Send + Unpin + 'static, logs: Arc<Mutex<VecDeque<String>>>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut lines = BufReader::new(output).split(b'\n');
        while let Ok(Some(line)) = lines.next_segment().await {
            let mut logs = logs.lock().unwrap_or_else(PoisonError::into_inner);
            if logs.len() == LOG_LINES {
                logs.pop_front();
            }
            logs.push_back(String::from_utf8_lossy(&line).into_owned());
        }
    })
}

/// Waits for the process's end, by itself or by `kill`, and for the last of its output, then tells.
async fn watch_over(mut child: Child, output: Vec<JoinHandle<()>>, kill: Arc<Notify>, exited: watch::Sender<Option<ExitStatus>>) {
    let status = loop {
        tokio::select! {
            status = child.wait() => break status,
            () = kill.notified() => {
                // It fails only when the process has ended already, which `wait` then says.
                let _ = child.start_kill();
            }
        }
    };
    for task in output {
        let _ = task.await;
    }
    exited.send_replace(Some(status.unwrap_or_default()));
}

#[cfg(test)]
#[path = "process_test.rs"]
mod tests;

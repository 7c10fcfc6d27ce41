use std::{io, net::SocketAddr, path::Path};

use dynoxide::{Database, server};
use thiserror::Error;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// A DynamoDB engine that answers on a loopback port of its own until it is stopped or its runtime ends.
#[derive(Debug)]
pub struct Engine {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<Result<(), String>>,
}

#[derive(Debug, Error)]
pub enum EngineError {
    #[error("the database cannot be opened: {0}")]
    Open(String),
    #[error("no loopback port for the database")]
    Listen(#[source] io::Error),
    #[error("the database's server ended: {0}")]
    Serve(String),
}

impl Engine {
    /// An empty database that is gone when the engine is.
    pub async fn memory() -> Result<Self, EngineError> {
        Self::serve(Database::memory()).await
    }

    /// The database in the file at `path`, made if it is not there. A write is in the file when it is answered.
    pub async fn at(path: &Path) -> Result<Self, EngineError> {
        let path = path.to_str().ok_or_else(|| EngineError::Open("its path is not Unicode".into()))?;
        Self::serve(Database::new(path)).await
    }

    async fn serve(database: Result<Database, dynoxide::DynoxideError>) -> Result<Self, EngineError> {
        let database = database.map_err(|error| EngineError::Open(error.to_string()))?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(EngineError::Listen)?;
        let address = listener.local_addr().map_err(EngineError::Listen)?;
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(server::serve_with_shutdown(listener, database, async move {
            // An engine that is dropped without being stopped goes on until its runtime ends.
            if stopped.await.is_err() {
                std::future::pending::<()>().await;
            }
        }));
        Ok(Self { address, stop, server })
    }

    /// Where the SDK finds it.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends it after the requests that are running.
    pub async fn stop(self) -> Result<(), EngineError> {
        // A server that ended by itself no longer listens to this; how it ended is told below.
        let _ = self.stop.send(());
        self.server.await.map_err(|error| EngineError::Serve(error.to_string()))?.map_err(EngineError::Serve)
    }
}

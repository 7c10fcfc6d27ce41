//! The state file: JSON, replaced as a whole, shortly after a change; at once when money moved.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::TelegramStandIn;
use super::world::World;

/// Changes that follow each other so closely are saved together.
const DELAY: Duration = Duration::from_millis(300);

/// Why the state can't be kept.
#[derive(Debug, thiserror::Error)]
pub enum StateFileError {
    /// Reading failed.
    #[error("can't read the chats from {path}")]
    Read {
        /// The state file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not a state file of this version.
    #[error("{path} is not a state file of the Telegram stand-in; remove it to start anew")]
    Decode {
        /// The state file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// Writing failed.
    #[error("can't write the chats to {path}")]
    Write {
        /// The state file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The saved world, if there is one.
pub(crate) fn load(path: &Path) -> Result<Option<World>, StateFileError> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|source| StateFileError::Decode { path: path.to_owned(), source }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StateFileError::Read { path: path.to_owned(), source }),
    }
}

/// A reader sees the old file or the new one, never half of one.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("new");
    let mut file = fs::File::create(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

fn save(path: &Path, world: &World) -> Result<(), StateFileError> {
    let wrong = |source| StateFileError::Write { path: path.to_owned(), source };
    let content = serde_json::to_vec(world).map_err(|error| wrong(error.into()))?;
    replace(path, &content).map_err(wrong)
}

fn warn_of(written: Result<(), StateFileError>) {
    if let Err(error) = written {
        tracing::warn!(error = &error as &dyn std::error::Error, "the chats were not saved");
    }
}

impl TelegramStandIn {
    /// Writes the state file now; without one there is nothing to do.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn save_now(&self) -> Result<(), StateFileError> {
        let Some(path) = &self.inner.state_file else { return Ok(()) };
        // The lock is held while writing, so that an older state never replaces a newer one.
        save(path, &self.lock())
    }

    /// The same for a state that is locked already. A failure is only told: what happened has happened.
    pub(crate) fn save_or_warn(&self, world: &World) {
        if let Some(path) = &self.inner.state_file {
            warn_of(save(path, world));
        }
    }

    /// Sees to it that the state file is written soon.
    pub(crate) fn save_soon(&self) {
        if self.inner.state_file.is_none() || self.inner.saving.swap(true, Ordering::AcqRel) {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            self.inner.saving.store(false, Ordering::Release);
            return;
        };
        let stand_in = self.clone();
        runtime.spawn(async move {
            tokio::time::sleep(DELAY).await;
            stand_in.inner.saving.store(false, Ordering::Release);
            if let Ok(written) = tokio::task::spawn_blocking(move || stand_in.save_now()).await {
                warn_of(written);
            }
        });
    }
}

//! The folder that a shop keeps everything in. One shop at a time has it: two would overwrite each other's chats.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

/// The file whose lock says that the folder is in use. The system lets go of it when the process ends, however it ends.
const LOCK: &str = "lock";
/// The file by which a folder is known to be a shop's.
pub(crate) const SECRETS: &str = "secrets.json";

/// Why a folder can't be used.
#[derive(Debug, Error)]
pub enum DataError {
    /// Another shop runs on it.
    #[error("the folder {0} is used by another wave-shop")]
    InUse(PathBuf),
    /// `--fresh` empties only what a shop made: a slip of the hand must not cost somebody's home.
    #[error("the folder {0} cannot be used: --fresh empties only a folder that a shop made")]
    NotOurs(PathBuf),
    /// The system refused.
    #[error("the folder {0} cannot be used: {1}")]
    Io(PathBuf, #[source] io::Error),
}

/// A folder, held against every other shop until this is dropped.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Takes the folder, which is made when there is none, and empties it first when asked to.
    ///
    /// # Errors
    /// The folder is in use, or is to be emptied and not a shop's, or the system refuses it. Then nothing in it has changed.
    pub fn open(path: &Path, fresh: bool) -> Result<Self, DataError> {
        let failed = |error| DataError::Io(path.to_owned(), error);
        fs::create_dir_all(path).map_err(failed)?;
        if fresh && !path.join(SECRETS).exists() && !contents(path).map_err(failed)?.is_empty() {
            return Err(DataError::NotOurs(path.to_owned()));
        }
        let lock = File::options().write(true).create(true).truncate(false).open(path.join(LOCK)).map_err(failed)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => DataError::InUse(path.to_owned()),
            TryLockError::Error(error) => failed(error),
        })?;
        if fresh {
            for entry in contents(path).map_err(failed)? {
                // A link is removed, not what it leads to.
                let is_folder = entry.file_type().map_err(failed)?.is_dir();
                if is_folder { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) }.map_err(failed)?;
            }
        }
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// What is in a folder besides the lock, which has to stay where others look for it.
fn contents(path: &Path) -> io::Result<Vec<fs::DirEntry>> {
    fs::read_dir(path)?.filter(|entry| entry.as_ref().map_or(true, |entry| entry.file_name() != LOCK)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_shop_at_a_time_has_a_folder_and_only_that_one_empties_it() {
        let path = std::env::temp_dir().join(format!("wave-shop-data-{}", std::process::id()));
        let first = DataFolder::open(&path, false).unwrap();
        fs::write(path.join(SECRETS), "{}").unwrap();
        fs::create_dir(path.join("more")).unwrap();
        for fresh in [false, true] {
            let refused = DataFolder::open(&path, fresh).unwrap_err();
            assert_eq!(refused.to_string(), format!("the folder {} is used by another wave-shop", path.display()));
        }
        assert!(path.join(SECRETS).exists());
        drop(first);

        drop(DataFolder::open(&path, false).unwrap());
        assert!(path.join(SECRETS).exists());
        let emptied = DataFolder::open(&path, true).unwrap();
        assert!(contents(emptied.path()).unwrap().is_empty());
        drop(emptied);

        fs::write(path.join("letter.txt"), "dear").unwrap();
        assert!(matches!(DataFolder::open(&path, true), Err(DataError::NotOurs(_))));
        assert!(path.join("letter.txt").exists());
        fs::remove_dir_all(&path).unwrap();
    }
}

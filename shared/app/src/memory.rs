//! What a process remembers of its latest customers, in bounded room.

use std::{collections::HashMap, hash::Hash, sync::Mutex};

/// A map of at most twice `room` entries that forgets what was not used for longest: entries live in a young and an old generation, a used one becomes
/// young again, and when the young are too many, the old ones go.
#[derive(Debug)]
pub(crate) struct Memory<K, V> {
    room: usize,
    generations: Mutex<(HashMap<K, V>, HashMap<K, V>)>,
}

impl<K: Eq + Hash, V> Memory<K, V> {
    pub fn new(room: usize) -> Self {
        Self { room, generations: Mutex::default() }
    }

    /// Does something with what is remembered of `key`, which takes its place anew. `None` in: nothing is; `None` out: nothing shall be.
    pub fn with<T>(&self, key: K, use_it: impl FnOnce(Option<V>) -> (Option<V>, T)) -> T {
        // Whoever panicked with the lock in hand left a whole map behind.
        let mut generations = self.generations.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (young, old) = &mut *generations;
        let (kept, out) = use_it(young.remove(&key).or_else(|| old.remove(&key)));
        if let Some(kept) = kept {
            if young.len() >= self.room {
                *old = std::mem::take(young);
            }
            young.insert(key, kept);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(memory: &Memory<u32, u32>, key: u32) {
        memory.with(key, |_| (Some(key), ()));
    }

    fn knows(memory: &Memory<u32, u32>, key: u32) -> bool {
        memory.with(key, |found| (found, found.is_some()))
    }

    #[test]
    fn what_is_used_stays_and_the_rest_goes() {
        let memory = Memory::new(10);
        for key in 0..1000 {
            keep(&memory, key);
            assert!(knows(&memory, 0), "used every time, at {key}");
        }
        let known = (0..1000).filter(|key| knows(&memory, *key)).count();
        assert!((10..=20).contains(&known), "{known}");
    }

    #[test]
    fn what_is_not_kept_is_forgotten() {
        let memory = Memory::new(10);
        keep(&memory, 1);
        memory.with(1, |_| (None, ()));
        assert!(!knows(&memory, 1));
    }
}

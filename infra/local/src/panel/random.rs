//! Numbers that look random and repeat from their seed, so that a whole run of the shop can be repeated.

use serde::{Deserialize, Serialize};

/// SplitMix64. Good enough for credentials that open nothing; its state is saved with the accounts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn bytes(&mut self) -> [u8; 16] {
        let wide = (u128::from(self.next()) << 64) | u128::from(self.next());
        wide.to_be_bytes()
    }

    /// A version 4 UUID in its usual form.
    pub(super) fn uuid(&mut self) -> String {
        let wide = u128::from_be_bytes(self.bytes());
        let wide = (wide & !(0xf000 << 64) & !(0xc000 << 48)) | (0x4000 << 64) | (0x8000 << 48);
        let hex = format!("{wide:032x}");
        let cuts = [0..8, 8..12, 12..16, 16..20, 20..32];
        cuts.map(|cut| hex.get(cut).unwrap_or_default()).join("-")
    }

    /// 32 hexadecimal digits.
    pub(super) fn secret(&mut self) -> String {
        data_encoding::HEXLOWER.encode(&self.bytes())
    }

    /// 22 characters that are safe in an address, as the panel makes its proxy passwords.
    pub(super) fn password(&mut self) -> String {
        data_encoding::BASE64URL_NOPAD.encode(&self.bytes())
    }

    /// Eight hexadecimal digits.
    pub(super) fn salt(&mut self) -> String {
        format!("{:08x}", self.next() >> 32)
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn a_uuid_is_version_4_and_repeats_from_its_seed() {
        let uuid = Random::new(7).uuid();
        assert_eq!(uuid, Random::new(7).uuid());
        assert_ne!(uuid, Random::new(8).uuid());
        let shape: Vec<usize> = uuid.split('-').map(str::len).collect();
        assert_eq!(shape, [8, 4, 4, 4, 12]);
        assert_eq!(uuid.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&uuid.as_bytes()[19]));
    }
}

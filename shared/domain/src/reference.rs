//! Names that leave the shop: order references, referral codes, panel names, link tokens. They need no look-up, cannot be forged and reveal no Telegram id.
//!
//! All of them are keyed by one secret. Who has it can open them; whoever replaces it makes the old ones unreadable.

use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use ulid::Ulid;

use crate::{
    ids::{Digest, InvalidId, OrderId, OrderKey, ProductId, SubscriptionName, TelegramUserId},
    time::Timestamp,
};

/// The key of every public name.
#[derive(Clone)]
pub struct ReferenceKey(Hmac<Sha256>);

impl std::fmt::Debug for ReferenceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReferenceKey(..)")
    }
}

/// A fixed order key in the place of a ulid: no ulid starts so before the year 10889. The second byte says which kind it is.
const FIXED: u8 = 0xFF;
const PRIZE: u8 = 0xFF;
const TRIAL: u8 = 1;
const WELCOME: u8 = 2;
const GIFT: u8 = 3;
const RECURRING: u8 = 4;
const GRANT: u8 = 5;

impl ReferenceKey {
    /// `secret`: at least 16 bytes that nobody else knows.
    pub fn new(secret: &[u8]) -> Result<Self, InvalidId> {
        if secret.len() < 16 {
            return Err(InvalidId::new("reference secret", "at least 16 bytes"));
        }
        // HMAC takes a key of any length.
        Hmac::new_from_slice(secret).map(Self).map_err(|_| InvalidId::new("reference secret", "not usable"))
    }

    /// The first `N` bytes of a MAC over `parts`, under the name of its purpose.
    fn mac<const N: usize>(&self, purpose: &str, parts: &[&[u8]]) -> [u8; N] {
        let mut mac = self.0.clone();
        mac.update(purpose.as_bytes());
        for part in parts {
            mac.update(&[0]);
            mac.update(part);
        }
        let full = mac.finalize().into_bytes();
        let mut out = [0; N];
        for (to, from) in out.iter_mut().zip(full) {
            *to = from;
        }
        out
    }

    /// The order's public reference: 45 characters of base32. Bytes: the ulid (16), the buyer masked by a MAC of the ulid (8), a tag (4).
    pub fn order(&self, id: OrderId) -> String {
        let buyer = id.buyer.get().to_be_bytes();
        let key = match id.key {
            OrderKey::Ulid(ulid) => ulid.to_bytes(),
            OrderKey::Prize(invitee) => {
                let invitee = invitee.get().to_be_bytes();
                let nonce = self.mac::<6>("prize nonce", &[&buyer, &invitee]);
                let masked = xor(invitee, self.mac("prize", &[&nonce]));
                fixed(PRIZE, nonce.into_iter().chain(masked))
            }
            // What masks the buyer must be another for each of them.
            OrderKey::Trial => fixed(TRIAL, self.mac::<14>("trial nonce", &[&buyer])),
            OrderKey::Welcome => fixed(WELCOME, self.mac::<14>("welcome nonce", &[&buyer])),
            OrderKey::Gift(digest) => fixed(GIFT, digest.bytes().into_iter().chain(self.mac::<4>("gift nonce", &[&buyer]))),
            OrderKey::Grant(digest) => fixed(GRANT, digest.bytes().into_iter().chain(self.mac::<4>("grant nonce", &[&buyer]))),
            OrderKey::Recurring(digest) => fixed(RECURRING, digest.bytes().into_iter().chain(self.mac::<4>("recurring nonce", &[&buyer]))),
        };
        let masked = xor(buyer, self.mac("buyer", &[&key]));
        let tag = self.mac::<4>("order", &[&key, &buyer]);
        BASE32_NOPAD.encode(&[key.as_slice(), &masked, &tag].concat())
    }

    /// The reference of one attempt to pay: the first is the order's own, later ones carry their number, since some gateways return the old
    /// invoice for a repeated name.
    pub fn attempt(&self, id: OrderId, number: u8) -> String {
        let order = self.order(id);
        if number <= 1 { order } else { format!("{order}-{number}") }
    }

    /// Opens a reference, with or without an attempt's number.
    pub fn open_order(&self, reference: &str) -> Result<(OrderId, u8), InvalidId> {
        let invalid = || InvalidId::new("order reference", "not one of ours");
        let (text, number) = match reference.split_once('-') {
            None => (reference, 1),
            Some((text, number)) => {
                let parsed: u8 = number.parse().map_err(|_| invalid())?;
                if parsed < 2 || parsed.to_string() != number {
                    return Err(invalid());
                }
                (text, parsed)
            }
        };
        let bytes = BASE32_NOPAD.decode(text.as_bytes()).map_err(|_| invalid())?;
        let (key, rest) = bytes.split_first_chunk::<16>().ok_or_else(invalid)?;
        let (masked, tag) = rest.split_first_chunk::<8>().ok_or_else(invalid)?;
        let buyer = xor(*masked, self.mac("buyer", &[key]));
        if !bool::from(self.mac::<4>("order", &[key, &buyer]).ct_eq(tag)) {
            return Err(invalid());
        }
        let buyer = TelegramUserId::new(i64::from_be_bytes(buyer))?;
        let key = match key {
            [FIXED, PRIZE, rest @ ..] => {
                let (nonce, masked) = rest.split_first_chunk::<6>().ok_or_else(invalid)?;
                let masked = <[u8; 8]>::try_from(masked).map_err(|_| invalid())?;
                OrderKey::Prize(TelegramUserId::new(i64::from_be_bytes(xor(masked, self.mac("prize", &[nonce]))))?)
            }
            [FIXED, TRIAL, ..] => OrderKey::Trial,
            [FIXED, WELCOME, ..] => OrderKey::Welcome,
            [FIXED, GIFT, rest @ ..] => OrderKey::Gift(Digest::new(*rest.first_chunk().ok_or_else(invalid)?)),
            [FIXED, GRANT, rest @ ..] => OrderKey::Grant(Digest::new(*rest.first_chunk().ok_or_else(invalid)?)),
            [FIXED, RECURRING, rest @ ..] => OrderKey::Recurring(Digest::new(*rest.first_chunk().ok_or_else(invalid)?)),
            ulid => OrderKey::Ulid(Ulid::from_bytes(*ulid)),
        };
        Ok((OrderId::new(buyer, key), number))
    }

    /// What a fixed order key names, without telling it: a gift by the order that bought it, a charge by its payment.
    pub fn digest(&self, purpose: &str, text: &str) -> Digest {
        Digest::new(self.mac::<10>(purpose, &[text.as_bytes()]))
    }

    /// Six characters by which a button names one of the customer's subscriptions.
    pub fn subscription_tag(&self, subscription: OrderId) -> String {
        let buyer = subscription.buyer.get().to_be_bytes();
        BASE64URL_NOPAD.encode(&self.mac::<4>("subscription tag", &[&buyer, subscription.key.to_string().as_bytes()]))
    }

    /// Four characters by which a button that has no room for a product's id names it.
    pub fn product_tag(&self, product: &ProductId) -> String {
        BASE64URL_NOPAD.encode(&self.mac::<3>("product tag", &[product.as_str().as_bytes()]))
    }

    /// The account's name on the panel: 26 characters of lower-case base32.
    pub fn panel_name(&self, id: OrderId) -> SubscriptionName {
        let mac = self.mac::<16>("panel", &[&id.buyer.get().to_be_bytes(), id.key.to_string().as_bytes()]);
        let text = BASE32_NOPAD.encode(&mac).to_ascii_lowercase();
        text.parse().unwrap_or_else(|_| unreachable!("base32 is within a-z and 2-7"))
    }

    /// The code of a user's invitation link: 26 characters of lower-case base32. Bytes: a tag (8), the id masked by a MAC of the tag (8).
    pub fn referral_code(&self, user: TelegramUserId) -> String {
        let id = user.get().to_be_bytes();
        let tag = self.mac::<8>("referral", &[&id]);
        let masked = xor(id, self.mac("referral mask", &[&tag]));
        BASE32_NOPAD.encode(&[tag, masked].concat()).to_ascii_lowercase()
    }

    pub fn open_referral_code(&self, code: &str) -> Result<TelegramUserId, InvalidId> {
        let invalid = || InvalidId::new("referral code", "not one of ours");
        let bytes = BASE32_NOPAD.decode(code.to_ascii_uppercase().as_bytes()).map_err(|_| invalid())?;
        let (tag, masked) = bytes.split_first_chunk::<8>().ok_or_else(invalid)?;
        let masked = <[u8; 8]>::try_from(masked).map_err(|_| invalid())?;
        let id = xor(masked, self.mac("referral mask", &[tag]));
        if bool::from(self.mac::<8>("referral", &[&id]).ct_eq(tag)) { TelegramUserId::new(i64::from_be_bytes(id)) } else { Err(invalid()) }
    }

    /// Four characters that change when `terms` do: what a button was drawn with, held against what holds when it is tapped.
    pub fn fingerprint(&self, terms: &[u8]) -> String {
        BASE64URL_NOPAD.encode(&self.mac::<3>("terms", &[terms]))
    }

    /// A number from 1 to `most` that belongs to an order: `n` gives its next ones.
    pub fn pick(&self, id: OrderId, n: u8, most: u32) -> u32 {
        let mac = self.mac::<8>("pick", &[&id.buyer.get().to_be_bytes(), id.key.to_string().as_bytes(), &[n]]);
        let number = u64::from_be_bytes(mac) % u64::from(most.max(1));
        u32::try_from(number).unwrap_or_default().saturating_add(1)
    }

    /// A token that opens an order's subscription until `until`: for links that leave the chat.
    pub fn link_token(&self, id: OrderId, until: Timestamp) -> String {
        let until = until.seconds().to_be_bytes();
        let reference = self.order(id);
        let tag = self.mac::<12>("link", &[reference.as_bytes(), &until]);
        format!("{reference}{}", BASE64URL_NOPAD.encode(&[until.as_slice(), &tag].concat()))
    }

    /// The order that a link token opens at `now`.
    pub fn open_link_token(&self, token: &str, now: Timestamp) -> Result<OrderId, InvalidId> {
        let invalid = || InvalidId::new("link", "not one of ours, or too old");
        let (reference, rest) = token.split_at_checked(REFERENCE_LEN).ok_or_else(invalid)?;
        let bytes = BASE64URL_NOPAD.decode(rest.as_bytes()).map_err(|_| invalid())?;
        let (until, tag) = bytes.split_first_chunk::<8>().ok_or_else(invalid)?;
        if !bool::from(self.mac::<12>("link", &[reference.as_bytes(), until]).ct_eq(tag)) || now.seconds() > i64::from_be_bytes(*until) {
            return Err(invalid());
        }
        self.open_order(reference).map(|(id, _)| id)
    }
}

/// Characters of an order's reference.
pub const REFERENCE_LEN: usize = 45;

fn xor<const N: usize>(mut a: [u8; N], b: [u8; N]) -> [u8; N] {
    for (x, y) in a.iter_mut().zip(b) {
        *x ^= y;
    }
    a
}

/// A fixed key in the place of a ulid's 16 bytes.
fn fixed(kind: u8, rest: impl IntoIterator<Item = u8>) -> [u8; 16] {
    let mut key = [FIXED; 16];
    for (to, from) in key.iter_mut().skip(1).zip(std::iter::once(kind).chain(rest)) {
        *to = from;
    }
    key
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> ReferenceKey {
        ReferenceKey::new(b"a secret of a shop").unwrap()
    }

    fn order_ids() -> impl Strategy<Value = OrderId> {
        let user = || (1i64..i64::MAX).prop_map(|id| TelegramUserId::new(id).unwrap());
        let ulid = (0u64..1 << 48, any::<u128>()).prop_map(|(ms, random)| OrderKey::Ulid(Ulid::from_parts(ms & !(0xFFFF << 32), random)));
        let digest = || any::<[u8; 10]>().prop_map(Digest::new);
        let fixed = prop_oneof![
            user().prop_map(OrderKey::Prize),
            Just(OrderKey::Trial),
            Just(OrderKey::Welcome),
            digest().prop_map(OrderKey::Gift),
            digest().prop_map(OrderKey::Grant),
            digest().prop_map(OrderKey::Recurring)
        ];
        (user(), prop_oneof![ulid, fixed]).prop_map(|(buyer, key)| OrderId::new(buyer, key))
    }

    proptest! {
        #[test]
        fn what_was_named_is_found(id in order_ids(), number in 1u8..=9) {
            let reference = key().attempt(id, number);
            prop_assert_eq!(key().open_order(&reference), Ok((id, number)));
            prop_assert_eq!(key().order(id).len(), REFERENCE_LEN);
            prop_assert_eq!(key().open_referral_code(&key().referral_code(id.buyer)), Ok(id.buyer));
            prop_assert_eq!(key().panel_name(id), key().panel_name(id));
            let now = Timestamp::from_seconds(1_800_000_000);
            let token = key().link_token(id, now);
            prop_assert_eq!(key().open_link_token(&token, now), Ok(id));
            prop_assert!(key().open_link_token(&token, Timestamp::from_seconds(1_800_000_001)).is_err());
        }

        #[test]
        fn a_changed_character_opens_nothing(id in order_ids(), at in 0usize..REFERENCE_LEN, to in "[A-Z2-7]") {
            let mut forged = key().order(id);
            forged.replace_range(at..=at, &to);
            if forged != key().order(id) {
                prop_assert!(key().open_order(&forged).is_err());
            }
        }

        #[test]
        fn nothing_panics(text in ".{0,80}") {
            let _ = key().open_order(&text);
            let _ = key().open_referral_code(&text);
            let _ = key().open_link_token(&text, Timestamp::EPOCH);
        }
    }

    #[test]
    fn another_secret_opens_nothing() {
        let id = OrderId::new(TelegramUserId::new(7_000_000_000).unwrap(), OrderKey::Ulid(Ulid::from_parts(1, 2)));
        let other = ReferenceKey::new(b"another secret, longer").unwrap();
        assert!(other.open_order(&key().order(id)).is_err());
        assert!(ReferenceKey::new(b"short").is_err());
        assert!(!key().order(id).contains("7000000000"));
    }
}

//! Every identifier of the shop, each with one door: `parse`.

use std::{fmt, str::FromStr};

use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use ulid::Ulid;

/// A text that is not the identifier it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not a valid {kind}: {reason}")]
pub struct InvalidId {
    kind: &'static str,
    reason: &'static str,
}

impl InvalidId {
    pub(crate) const fn new(kind: &'static str, reason: &'static str) -> Self {
        Self { kind, reason }
    }
}

/// Serialises a type through its `Display` and reads it back through its `FromStr`.
macro_rules! text_form {
    ($type:ty) => {
        impl Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use text_form;

/// A Telegram user: 64 bits, positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct TelegramUserId(i64);

impl TelegramUserId {
    pub const fn new(id: i64) -> Result<Self, InvalidId> {
        if id > 0 { Ok(Self(id)) } else { Err(InvalidId::new("Telegram user id", "it must be positive")) }
    }
    pub const fn get(self) -> i64 {
        self.0
    }
}
impl TryFrom<i64> for TelegramUserId {
    type Error = InvalidId;
    fn try_from(id: i64) -> Result<Self, InvalidId> {
        Self::new(id)
    }
}
impl From<TelegramUserId> for i64 {
    fn from(id: TelegramUserId) -> i64 {
        id.0
    }
}
impl fmt::Display for TelegramUserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl FromStr for TelegramUserId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let id: i64 = text.parse().map_err(|_| InvalidId::new("Telegram user id", "it must be a whole number"))?;
        // Rust reads `+7` and `007` too; an id has one spelling.
        if id.to_string() == text { Self::new(id) } else { Err(InvalidId::new("Telegram user id", "not in canonical form")) }
    }
}

/// A product: chosen by the operator, 1 to 16 of `a-z 0-9 -`, so that it fits a button.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProductId(String);

impl ProductId {
    pub const MAX_LEN: usize = 16;
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl fmt::Display for ProductId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl FromStr for ProductId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let fits = (1..=Self::MAX_LEN).contains(&text.len());
        let clean = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits && clean { Ok(Self(text.to_owned())) } else { Err(InvalidId::new("product id", "1 to 16 characters of a-z, 0-9 and -")) }
    }
}
text_form!(ProductId);

/// The name of a discount code: 3 to 20 of `A-Z 0-9 _ -`, case-folded, so that what a customer types is what the operator made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DiscountCodeName(String);

impl DiscountCodeName {
    pub const MAX_LEN: usize = 20;
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl fmt::Display for DiscountCodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl FromStr for DiscountCodeName {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let folded: String = text.trim().chars().filter(|c| !is_invisible(*c)).map(|c| latin_digit(c).to_ascii_uppercase()).collect();
        let fits = (3..=Self::MAX_LEN).contains(&folded.len());
        let clean = folded.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
        if fits && clean { Ok(Self(folded)) } else { Err(InvalidId::new("discount code", "3 to 20 characters of A-Z, 0-9, _ and -")) }
    }
}
text_form!(DiscountCodeName);

/// Characters without a glyph that keyboards and copied texts bring along: joiners, direction marks, isolates.
pub const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{61C}')
}

/// Persian and Arabic digits as Latin ones; any other character as it is.
pub fn latin_digit(c: char) -> char {
    let offset = match c {
        '۰'..='۹' => u32::from(c) - u32::from('۰'),
        '٠'..='٩' => u32::from(c) - u32::from('٠'),
        _ => return c,
    };
    char::from_digit(offset, 10).unwrap_or(c)
}

/// The name of an account on the panel. The shop's own are `[a-z0-9_]`, which every panel accepts and no collation confuses, and hold no personal data;
/// accounts that were there before the shop have what the panel allows: 3 to 32 of `A-Z a-z 0-9 _ - @ .`, none of which needs escaping in a URL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionName(String);

impl SubscriptionName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl fmt::Display for SubscriptionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl FromStr for SubscriptionName {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let fits = (3..=32).contains(&text.len());
        let clean = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'@' | b'.'));
        if fits && clean {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidId::new("subscription name", "3 to 32 characters of A-Z, a-z, 0-9, _, -, @ and ."))
        }
    }
}
text_form!(SubscriptionName);

/// What names an order within its buyer's orders. A ulid is minted when the plan screen is drawn; the fixed keys happen once each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderKey {
    /// A purchase.
    Ulid(Ulid),
    /// The inviter's prize for one invited user.
    Prize(TelegramUserId),
    /// The customer's trial account.
    Trial,
    /// The present of an invited customer, for his first paid order.
    Welcome,
    /// A gift that he claimed.
    Gift(Digest),
    /// What an operator gave him, by the request that gave it.
    Grant(Digest),
    /// A charge of a Stars subscription that renews itself.
    Recurring(Digest),
}

impl OrderKey {
    const PRIZE: &'static str = "PRIZE#";
    const TRIAL: &'static str = "TRIAL";
    const WELCOME: &'static str = "WELCOME";
    const GIFT: &'static str = "GIFT#";
    const GRANT: &'static str = "GRANT#";
    const RECURRING: &'static str = "STARS#";

    /// The ulid of an order that a customer placed; a fixed key has none.
    pub const fn ulid(self) -> Option<Ulid> {
        match self {
            Self::Ulid(ulid) => Some(ulid),
            Self::Prize(_) | Self::Trial | Self::Welcome | Self::Gift(_) | Self::Grant(_) | Self::Recurring(_) => None,
        }
    }

    /// The ulid as 22 characters of base64url, for buttons.
    pub fn to_button(ulid: Ulid) -> String {
        BASE64URL_NOPAD.encode(&ulid.to_bytes())
    }

    /// Reads a button's ulid. Only the canonical text is accepted: the button's data is the customer's.
    pub fn ulid_from_button(text: &str) -> Result<Ulid, InvalidId> {
        let invalid = || InvalidId::new("order id", "22 characters of base64url");
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| invalid())?;
        Ok(Ulid::from_bytes(<[u8; 16]>::try_from(bytes.as_slice()).map_err(|_| invalid())?))
    }
}
impl fmt::Display for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ulid(ulid) => ulid.fmt(f),
            Self::Prize(invitee) => write!(f, "{}{invitee}", Self::PRIZE),
            Self::Trial => f.write_str(Self::TRIAL),
            Self::Welcome => f.write_str(Self::WELCOME),
            Self::Gift(digest) => write!(f, "{}{digest}", Self::GIFT),
            Self::Grant(digest) => write!(f, "{}{digest}", Self::GRANT),
            Self::Recurring(digest) => write!(f, "{}{digest}", Self::RECURRING),
        }
    }
}
impl FromStr for OrderKey {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if let Some(invitee) = text.strip_prefix(Self::PRIZE) {
            return Ok(Self::Prize(invitee.parse()?));
        }
        if let Some(digest) = text.strip_prefix(Self::GIFT) {
            return Ok(Self::Gift(digest.parse()?));
        }
        if let Some(digest) = text.strip_prefix(Self::GRANT) {
            return Ok(Self::Grant(digest.parse()?));
        }
        if let Some(digest) = text.strip_prefix(Self::RECURRING) {
            return Ok(Self::Recurring(digest.parse()?));
        }
        match text {
            Self::TRIAL => return Ok(Self::Trial),
            Self::WELCOME => return Ok(Self::Welcome),
            _ => {}
        }
        let ulid = Ulid::from_string(text).map_err(|_| InvalidId::new("order key", "a ulid or a fixed key"))?;
        // Crockford's alphabet has several spellings of one ulid; a key has one.
        if ulid.to_string() == text { Ok(Self::Ulid(ulid)) } else { Err(InvalidId::new("order key", "not in canonical form")) }
    }
}
text_form!(OrderKey);

/// Ten bytes of a keyed digest, as 16 characters of base32: names something of the outside without telling what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 10]);

impl Digest {
    pub const fn new(bytes: [u8; 10]) -> Self {
        Self(bytes)
    }
    pub const fn bytes(self) -> [u8; 10] {
        self.0
    }
}
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE32_NOPAD.encode(&self.0))
    }
}
impl FromStr for Digest {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let invalid = || InvalidId::new("digest", "16 characters of base32");
        let bytes = BASE32_NOPAD.decode(text.as_bytes()).map_err(|_| invalid())?;
        Ok(Self(<[u8; 10]>::try_from(bytes.as_slice()).map_err(|_| invalid())?))
    }
}
text_form!(Digest);

/// An order: its buyer and its key. Another person's order cannot be named from a customer's chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OrderId {
    pub buyer: TelegramUserId,
    pub key: OrderKey,
}

impl OrderId {
    pub const fn new(buyer: TelegramUserId, key: OrderKey) -> Self {
        Self { buyer, key }
    }
}

/// An identifier that is a ulid and nothing else.
macro_rules! ulid_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Ulid);

        impl $name {
            pub const fn new(ulid: Ulid) -> Self {
                Self(ulid)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Ulid::from_string(text).map(Self).map_err(|_| InvalidId::new($kind, "a ulid"))
            }
        }
        text_form!($name);
    };
}

ulid_id!(
    /// The public name of an admin token (not the token).
    AdminTokenId,
    "token id"
);
ulid_id!(
    /// A message to many.
    BroadcastId,
    "broadcast id"
);
ulid_id!(
    /// An entry of the audit log.
    AuditEntryId,
    "audit entry id"
);
ulid_id!(
    /// A trace of what a customer did.
    TraceId,
    "trace id"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_id_has_one_door() {
        let product = |text: &str| text.parse::<ProductId>().is_ok();
        let code = |text: &str| text.parse::<DiscountCodeName>().map(|c| c.to_string()).ok();
        let name = |text: &str| text.parse::<SubscriptionName>().is_ok();
        assert!(product("gb50-30d") && product("a") && !product("") && !product("A") && !product("seventeen-chars-x") && !product("a b"));
        assert_eq!(code(" spring۲۰ "), Some("SPRING20".to_owned()));
        assert_eq!(code("wave\u{200c}20"), Some("WAVE20".to_owned()));
        assert_eq!(code("ab"), None);
        assert_eq!(code("не-код"), None);
        assert!(
            name("ws_1")
                && !name("ws")
                && name("QiVPN_1a2b3c4d-5e6f-7890-abcd-ef")
                && !name("a/b")
                && !name("a b")
                && !name("abc\n")
                && !name(&"a".repeat(33))
                && name(&"a".repeat(32))
        );
        assert!(TelegramUserId::new(0).is_err() && TelegramUserId::new(-5).is_err());
        assert_eq!("7000000000".parse::<TelegramUserId>().map(TelegramUserId::get), Ok(7_000_000_000));
    }

    #[test]
    fn an_order_key_has_one_spelling() {
        let ulid = Ulid::from_parts(1_763_000_000_000, 42);
        assert_eq!(ulid.to_string().parse(), Ok(OrderKey::Ulid(ulid)));
        assert!(ulid.to_string().to_lowercase().parse::<OrderKey>().is_err());
        assert_eq!(OrderKey::ulid_from_button(&OrderKey::to_button(ulid)), Ok(ulid));
        assert_eq!(OrderKey::to_button(ulid).len(), 22);
        for forged in ["", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAB", "ÄAAAAAAAAAAAAAAAAAAAAA"] {
            assert!(OrderKey::ulid_from_button(forged).is_err(), "{forged}");
        }
        let digest = Digest::new([7; 10]);
        let fixed = [
            OrderKey::Prize(TelegramUserId(7)),
            OrderKey::Trial,
            OrderKey::Welcome,
            OrderKey::Gift(digest),
            OrderKey::Grant(digest),
            OrderKey::Recurring(digest),
        ];
        for key in fixed {
            assert_eq!(key.to_string().parse(), Ok(key));
            assert_eq!(key.ulid(), None);
        }
    }
}

//! The links of a subscription's servers, one by one, for apps that take no subscription: their names, and pages of them that fit a message.

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};
use serde::Deserialize;

/// One server's link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// What the panel calls it: anybody's text, in one line. Empty: it has no name.
    pub name: String,
    pub link: String,
}

/// Longer names are cut, in characters.
const MAX_NAME: usize = 48;
/// Of a message, in UTF-16 units: Telegram's limit is 4096, and the title, numbers and marks of direction need some.
const PAGE_UNITS: usize = 3400;
/// Of one link, and of the sentence in the place of a longer one.
const LINK_UNITS: usize = 3200;
const NOTE_UNITS: usize = 100;
/// Each has a button that copies it where it is short enough, and a screen of buttons has an end.
const PAGE_CONFIGS: usize = 8;

impl Config {
    /// The links that can be shown, in the panel's order.
    pub fn all(links: &[String]) -> Vec<Self> {
        let shown = |link: &&String| !link.is_empty() && !link.chars().any(|c| c.is_control() || c.is_whitespace());
        links.iter().filter(shown).map(|link| Self { name: name_of(link), link: link.clone() }).collect()
    }

    /// Whether its link has room in a message at all. Where it has none, a sentence says so.
    pub fn fits(&self) -> bool {
        utf16(&self.link) <= LINK_UNITS
    }

    fn units(&self) -> usize {
        // The number before the name, line breaks.
        utf16(&self.name) + 16 + if self.fits() { utf16(&self.link) } else { NOTE_UNITS }
    }
}

fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

/// `configs` in pages that fit a message each; at least one page.
pub fn pages(configs: &[Config]) -> Vec<&[Config]> {
    let mut pages = Vec::new();
    let mut rest = configs;
    while !rest.is_empty() {
        let mut units = 0;
        let fits = |config: &&Config| {
            units += config.units();
            units <= PAGE_UNITS
        };
        let count = rest.iter().take(PAGE_CONFIGS).take_while(fits).count().max(1);
        let (page, left) = rest.split_at(count);
        pages.push(page);
        rest = left;
    }
    if pages.is_empty() {
        pages.push(configs);
    }
    pages
}

/// A share link's name: what stands after `#`, percent-encoded; `ps` of the JSON that a `vmess` link is.
fn name_of(link: &str) -> String {
    #[derive(Deserialize)]
    struct Vmess {
        #[serde(default)]
        ps: String,
    }
    let vmess = link.strip_prefix("vmess://").and_then(base64).and_then(|json| serde_json::from_slice::<Vmess>(&json).ok());
    let name = match vmess {
        Some(vmess) => vmess.ps,
        None => link.split_once('#').map(|(_, name)| percent_decode(name)).unwrap_or_default(),
    };
    let line: String = name.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }).collect();
    let line = line.trim();
    if line.chars().count() <= MAX_NAME {
        return line.to_owned();
    }
    line.chars().take(MAX_NAME - 1).chain(['…']).collect()
}

/// Base64 of either alphabet, padded or not.
fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=').as_bytes();
    BASE64_NOPAD.decode(text).or_else(|_| BASE64URL_NOPAD.decode(text)).ok()
}

/// What is not UTF-8 becomes U+FFFD; a `%` without two digits stays.
fn percent_decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.split_at_checked(2).filter(|_| *first == b'%');
        // A sign is a number to `from_str_radix`, and no digit.
        let digits = digits.filter(|(digits, _)| digits.iter().all(u8::is_ascii_hexdigit));
        let byte = digits.and_then(|(digits, _)| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match (byte, digits) {
            (Some(byte), Some((_, after))) => {
                out.push(byte);
                rest = after;
            }
            _ => {
                out.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let vmess = |json: &str| format!("vmess://{}", data_encoding::BASE64.encode(json.as_bytes()));
        let unpadded = vmess(r#"{"ps":"x"}"#).trim_end_matches('=').to_owned();
        let cases = [
            ("vless://u@h:443?type=tcp#Frankfurt%201", "Frankfurt 1"),
            ("trojan://p@h:443#%D8%A2%D9%84%D9%85%D8%A7%D9%86", "آلمان"),
            ("ss://x@h:1#%F0%9F%87%A9%F0%9F%87%AA%20DE", "🇩🇪 DE"),
            ("vless://u@h:443", ""),
            ("vless://u@h:443#", ""),
            ("vless://u@h:443#a%0Ab%00c", "a b c"),
            ("vless://u@h:443#100%", "100%"),
            ("vless://u@h:443#%zz%4", "%zz%4"),
            ("vless://u@h:443#a%+fb", "a%+fb"),
            ("vless://u@h:443#%FF", "\u{FFFD}"),
            ("vless://u@h:443#%<b>&", "%<b>&"),
            (&vmess(r#"{"add":"h","ps":"🚀 Marz (name) [VMess]"}"#), "🚀 Marz (name) [VMess]"),
            (&unpadded, "x"),
            (&vmess(r#"{"add":"h"}"#), ""),
            ("vmess://not base64#name", "name"),
        ];
        for (link, name) in cases {
            assert_eq!(name_of(link), name, "{link}");
        }
        let long = name_of(&format!("vless://h#{}", "ш".repeat(100)));
        assert_eq!((long.chars().count(), long.ends_with('…')), (MAX_NAME, true));
    }

    #[test]
    fn every_config_has_a_page_and_every_page_fits() {
        for (count, length) in [(0, 10), (1, 10), (5, 300), (30, 120), (30, 900), (9, 3190), (3, 9000), (30, 9000), (1, 3600)] {
            let links: Vec<String> = (0..count).map(|n| format!("vless://{}#server-{n}", "x".repeat(length))).collect();
            let configs = Config::all(&links);
            let pages = pages(&configs);
            assert_eq!(pages.concat(), configs, "{count} of {length}");
            assert!(!pages.is_empty());
            for page in pages {
                let shown: usize = page.iter().map(Config::units).sum();
                assert!(shown <= PAGE_UNITS && page.len() <= PAGE_CONFIGS, "{count} of {length}: {shown} in {}", page.len());
            }
        }
        assert!(Config::all(&["a\nb".to_owned(), String::new(), "a b".to_owned()]).is_empty());
    }
}

//! `parse_mode=HTML`: the rules and the error texts of TDLib, which the real Bot API server is built on.
//!
//! Offsets and lengths of entities are UTF-16 code units, as everywhere in the Bot API. Offsets in error texts are bytes.

use serde_json::{Value, json};

/// Tags that Telegram renders; anything else is a parse error.
const TAGS: [&str; 17] = [
    "a",
    "b",
    "strong",
    "i",
    "em",
    "s",
    "strike",
    "del",
    "u",
    "ins",
    "tg-spoiler",
    "tg-emoji",
    "tg-time",
    "span",
    "pre",
    "code",
    "blockquote",
];

/// Text as a person sees it, with what is marked in it.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Formatted {
    pub text: String,
    /// Bot API `MessageEntity` objects, outer ones first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Value>,
}

impl Formatted {
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), entities: Vec::new() }
    }
}

/// What a person sees of a text in Telegram's HTML: without its marks, and without white space around it.
///
/// # Errors
/// What Telegram would say to text that is none.
pub fn visible(html: &str) -> Result<String, String> {
    parse(html).map(|formatted| formatted.text)
}

/// Length in UTF-16 code units, the unit of every limit and offset of the Bot API.
pub(crate) fn utf16_len(text: &str) -> usize {
    text.encode_utf16().count()
}

struct Open {
    tag: String,
    argument: String,
    offset: usize,
}

/// A place in the source, byte by byte; past the end it reads NUL, as the C string of the original does.
struct Source<'a> {
    text: &'a str,
    at: usize,
}

impl Source<'_> {
    fn peek(&self) -> u8 {
        self.peek_at(self.at)
    }

    fn peek_at(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn next_char(&mut self) -> Option<char> {
        let next = self.text.get(self.at..)?.chars().next()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.at < self.text.len() && wanted(self.peek()) {
            self.at += 1;
        }
    }

    fn since(&self, begin: usize) -> &str {
        self.text.get(begin..self.at).unwrap_or_default()
    }

    fn ended(&self) -> bool {
        self.at >= self.text.len()
    }

    /// The character that the reference at this place stands for; the place moves only when there is one.
    fn reference(&mut self) -> Option<char> {
        let mut end = self.at + 1;
        let code = if self.peek_at(end) == b'#' {
            end += 1;
            let radix = if self.peek_at(end) == b'x' { 16 } else { 10 };
            if radix == 16 {
                end += 1;
            }
            let mut code: u32 = 0;
            while let Some(digit) = char::from(self.peek_at(end)).to_digit(radix) {
                code = code.saturating_mul(radix).saturating_add(digit);
                end += 1;
            }
            if code == 0 || code >= 0x0010_ffff || end - self.at >= 10 {
                return None;
            }
            char::from_u32(code)?
        } else {
            while self.peek_at(end).is_ascii_alphabetic() {
                end += 1;
            }
            match self.text.get(self.at + 1..end)? {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                "quot" => '"',
                _ => return None,
            }
        };
        self.at = if self.peek_at(end) == b';' { end + 1 } else { end };
        Some(code)
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0 | 0x0b)
}

/// Parses Telegram's HTML. White space at both ends is no part of a message.
///
/// # Errors
/// What the real server appends to `Bad Request: can't parse entities: `.
pub(crate) fn parse(html: &str) -> Result<Formatted, String> {
    let Formatted { text, entities } = parse_untrimmed(html)?;
    Ok(trim(&text, entities))
}

/// What TDLib calls `parseTextEntities`.
pub(crate) fn parse_untrimmed(html: &str) -> Result<Formatted, String> {
    let mut source = Source { text: html, at: 0 };
    let mut text = String::with_capacity(html.len());
    let mut entities: Vec<(usize, Value)> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut offset = 0;
    while !source.ended() {
        let begin = source.at;
        match source.peek() {
            b'&' => {
                let next = source.reference().or_else(|| source.next_char());
                push(&mut text, &mut offset, next);
            }
            b'<' if source.peek_at(begin + 1) == b'/' => {
                let Some(last) = open.pop() else {
                    return Err(format!("Unexpected end tag at byte offset {begin}"));
                };
                source.at += 2;
                source.skip_while(|byte| !is_space(byte) && byte != b'>');
                let name = source.since(begin + 2).to_ascii_lowercase();
                source.skip_while(is_space);
                if source.peek() != b'>' {
                    return Err(format!("Unclosed end tag at byte offset {begin}"));
                }
                if !name.is_empty() && name != last.tag {
                    return Err(format!("Unmatched end tag at byte offset {begin}, expected \"</{}>\", found \"</{name}>\"", last.tag));
                }
                source.at += 1;
                if offset > last.offset {
                    let inner = text_after(&text, last.offset);
                    if let Some(entity) = entity(&last, offset - last.offset, inner) {
                        entities.push((last.offset, entity));
                    }
                }
            }
            b'<' => open.push(start_tag(&mut source, offset)?),
            _ => {
                let next = source.next_char();
                push(&mut text, &mut offset, next);
            }
        }
    }
    if let Some(unclosed) = open.last() {
        return Err(format!("Can't find end tag corresponding to start tag \"{}\"", unclosed.tag));
    }
    Ok(Formatted { text, entities: merge_code_language(entities) })
}

fn push(text: &mut String, offset: &mut usize, next: Option<char>) {
    if let Some(next) = next {
        *offset += next.len_utf16();
        text.push(next);
    }
}

/// The part of `text` from a UTF-16 offset on.
fn text_after(text: &str, offset: usize) -> &str {
    let mut units = 0;
    for (at, next) in text.char_indices() {
        if units >= offset {
            return text.get(at..).unwrap_or_default();
        }
        units += next.len_utf16();
    }
    ""
}

fn start_tag(source: &mut Source<'_>, offset: usize) -> Result<Open, String> {
    let begin = source.at;
    source.at += 1;
    source.skip_while(|byte| !is_space(byte) && byte != b'>');
    if source.ended() {
        return Err(format!("Unclosed start tag at byte offset {begin}"));
    }
    let tag = source.since(begin + 1).to_ascii_lowercase();
    if !TAGS.contains(&tag.as_str()) {
        return Err(format!("Unsupported start tag \"{tag}\" at byte offset {begin}"));
    }
    let mut argument = String::new();
    while source.peek() != b'>' {
        source.skip_while(is_space);
        if source.peek() == b'>' {
            break;
        }
        let name_begin = source.at;
        source.skip_while(|byte| !is_space(byte) && !matches!(byte, b'=' | b'>' | b'/' | b'"' | b'\''));
        let name = source.since(name_begin).to_ascii_lowercase();
        if name.is_empty() {
            return Err(format!("Empty attribute name in the tag \"{tag}\" at byte offset {begin}"));
        }
        source.skip_while(is_space);
        if source.peek() != b'=' {
            if source.ended() {
                return Err(format!("Unclosed start tag \"{tag}\" at byte offset {begin}"));
            }
            if tag == "blockquote" && name == "expandable" {
                "1".clone_into(&mut argument);
            }
            continue;
        }
        source.at += 1;
        source.skip_while(is_space);
        if source.ended() {
            return Err(format!("Unclosed start tag \"{tag}\" at byte offset {begin}"));
        }
        let value = attribute_value(source, begin)?;
        match (tag.as_str(), name.as_str()) {
            ("a", "href") | ("tg-emoji", "emoji-id") => argument = value,
            ("code", "class") => {
                if let Some(language) = value.strip_prefix("language-") {
                    language.clone_into(&mut argument);
                }
            }
            ("span", "class") if value.starts_with("tg-") => {
                value.get(3..).unwrap_or_default().clone_into(&mut argument);
            }
            ("blockquote", "expandable") => "1".clone_into(&mut argument),
            _ => {}
        }
    }
    source.at += 1;
    if tag == "span" && argument != "spoiler" {
        return Err(format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {begin}"));
    }
    Ok(Open { tag, argument, offset })
}

fn attribute_value(source: &mut Source<'_>, tag_begin: usize) -> Result<String, String> {
    let quote = source.peek();
    if !matches!(quote, b'\'' | b'"') {
        let begin = source.at;
        source.skip_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
        let value = source.since(begin).to_ascii_lowercase();
        if !is_space(source.peek()) && source.peek() != b'>' {
            return Err(format!("Unexpected end of name token at byte offset {begin}"));
        }
        return Ok(value);
    }
    source.at += 1;
    let mut value = String::new();
    while !source.ended() && source.peek() != quote {
        let next = if source.peek() == b'&' { source.reference() } else { None };
        if let Some(next) = next.or_else(|| source.next_char()) {
            value.push(next);
        }
    }
    if source.ended() {
        return Err(format!("Unclosed start tag at byte offset {tag_begin}"));
    }
    source.at += 1;
    Ok(value)
}

fn entity(open: &Open, length: usize, inner: &str) -> Option<Value> {
    let offset = open.offset;
    let kind = match open.tag.as_str() {
        "b" | "strong" => "bold",
        "i" | "em" => "italic",
        "s" | "strike" | "del" => "strikethrough",
        "u" | "ins" => "underline",
        "tg-spoiler" | "span" => "spoiler",
        "blockquote" if open.argument.is_empty() => "blockquote",
        "blockquote" => "expandable_blockquote",
        "pre" => "pre",
        "code" => {
            let mut code = json!({ "type": "code", "offset": offset, "length": length });
            if let (false, Some(object)) = (open.argument.is_empty(), code.as_object_mut()) {
                object.insert("language".to_owned(), json!(open.argument));
            }
            return Some(code);
        }
        "tg-emoji" => {
            return Some(json!({ "type": "custom_emoji", "offset": offset, "length": length, "custom_emoji_id": open.argument }));
        }
        "a" => {
            let target = if open.argument.is_empty() { inner } else { &open.argument };
            if let Some(id) = target.strip_prefix("tg://user?id=").and_then(|id| id.parse::<i64>().ok()) {
                let user = json!({ "id": id, "is_bot": false, "first_name": inner });
                return Some(json!({ "type": "text_mention", "offset": offset, "length": length, "user": user }));
            }
            // A link that Telegram can't open is not an error: the text stays and the link is lost.
            let url = checked_link(target)?;
            return Some(json!({ "type": "text_link", "offset": offset, "length": length, "url": url }));
        }
        _ => return None,
    };
    Some(json!({ "type": kind, "offset": offset, "length": length }))
}

/// The link as Telegram keeps it, or nothing when it opens no such links.
fn checked_link(link: &str) -> Option<String> {
    let link = link.trim();
    match link.split_once("://") {
        Some((scheme, rest)) => {
            let known = matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https" | "tg" | "ton" | "tonsite");
            (known && !rest.is_empty()).then(|| match rest.contains(['/', '?', '#']) {
                true => link.to_owned(),
                false => format!("{link}/"),
            })
        }
        None if link.contains('.') && !link.contains(' ') => Some(match link.contains('/') {
            true => format!("http://{link}"),
            false => format!("http://{link}/"),
        }),
        None => None,
    }
}

/// `<pre><code class="language-x">` is one `pre` with a language; a language anywhere else is dropped.
fn merge_code_language(entities: Vec<(usize, Value)>) -> Vec<Value> {
    let same_place = |a: &Value, b: &Value| a.get("offset") == b.get("offset") && a.get("length") == b.get("length");
    let is = |value: &Value, kind: &str| value.get("type").and_then(Value::as_str) == Some(kind);
    let mut merged: Vec<(usize, Value)> = Vec::with_capacity(entities.len());
    for (offset, mut entity) in entities {
        if is(&entity, "pre")
            && let Some(at) = merged.iter().position(|(_, other)| other.get("language").is_some() && same_place(other, &entity))
        {
            let (_, code) = merged.remove(at);
            if let (Some(language), Some(object)) = (code.get("language"), entity.as_object_mut()) {
                object.insert("language".to_owned(), language.clone());
            }
        }
        merged.push((offset, entity));
    }
    for (_, entity) in &mut merged {
        if is(entity, "code")
            && let Some(object) = entity.as_object_mut()
        {
            object.remove("language");
        }
    }
    let length = |value: &Value| value.get("length").and_then(Value::as_u64).unwrap_or_default();
    merged.sort_by(|(a, x), (b, y)| a.cmp(b).then(length(y).cmp(&length(x))).then(rank(x).cmp(&rank(y))));
    merged.into_iter().map(|(_, entity)| entity).collect()
}

/// Of entities at the same place, the one of lower rank is the outer one.
fn rank(entity: &Value) -> u8 {
    match entity.get("type").and_then(Value::as_str).unwrap_or_default() {
        "blockquote" | "expandable_blockquote" => 0,
        "pre" => 11,
        "code" => 20,
        "text_link" | "text_mention" => 49,
        "bold" => 90,
        "italic" => 91,
        "underline" => 92,
        "strikethrough" => 93,
        "spoiler" => 94,
        _ => 99,
    }
}

fn trim(text: &str, entities: Vec<Value>) -> Formatted {
    let kept = text.trim_start();
    let cut = u64::try_from(utf16_len(text) - utf16_len(kept)).unwrap_or_default();
    let kept = kept.trim_end();
    let end = u64::try_from(utf16_len(kept)).unwrap_or_default();
    let number = |entity: &Value, name: &str| entity.get(name).and_then(Value::as_u64).unwrap_or_default();
    let entities = entities
        .into_iter()
        .filter_map(|mut entity| {
            let begin = number(&entity, "offset");
            let stop = (begin + number(&entity, "length")).saturating_sub(cut).min(end);
            let begin = begin.saturating_sub(cut);
            let object = entity.as_object_mut()?;
            object.insert("offset".to_owned(), json!(begin));
            object.insert("length".to_owned(), json!(stop.checked_sub(begin).filter(|length| *length > 0)?));
            Some(entity)
        })
        .collect();
    Formatted { text: kept.to_owned(), entities }
}

/// Text without a parse mode, with the entities given beside it.
pub(crate) fn with_entities(text: &str, entities: Vec<Value>) -> Formatted {
    trim(text, entities)
}

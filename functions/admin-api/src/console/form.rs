//! Forms: fields that know which part of a JSON body they stand for.
//!
//! A field's name is its path in the body (`price.amount`), which is also the name under which the API tells what is wrong with it.

use std::collections::BTreeMap;

use domain::{Timestamp, ids::latin_digit};
use maud::{Markup, html};
use percent_encoding::percent_decode;
use serde_json::{Map, Value};

use super::{desk::Desk, show, words::W};
use crate::{
    Asked,
    problem::{Kind as ProblemKind, Problem},
};

/// The pairs of a query or of a posted form; what is not UTF-8 is left out.
pub fn pairs_of(text: &[u8]) -> Vec<(String, String)> {
    let plain = |part: &[u8]| {
        let spaced: Vec<u8> = part.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
        percent_decode(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
    };
    let pair = |pair: &[u8]| {
        let (name, value) =
            pair.iter().position(|b| *b == b'=').and_then(|at| Some((pair.get(..at)?, pair.get(at + 1..)?))).unwrap_or((pair, &[]));
        plain(name).zip(plain(value))
    };
    text.split(|b| *b == b'&').filter(|part| !part.is_empty()).filter_map(pair).collect()
}

/// What was typed into a form.
#[derive(Debug, Default)]
pub struct Posted(Vec<(String, String)>);

impl Posted {
    pub fn read(asked: &Asked<'_>) -> Result<Self, Problem> {
        if asked.body.len() > crate::MAX_BODY {
            return Err(Problem::new(ProblemKind::PayloadTooLarge, "The form is too long."));
        }
        Ok(Self(pairs_of(asked.body)))
    }

    /// The first value of this name; empty where there is none.
    pub fn first(&self, name: &str) -> &str {
        self.0.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value.as_str())
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(found, _)| found == name)
    }
}

/// What kind of value a field holds.
#[derive(Debug, Clone)]
pub enum Kind {
    Text,
    /// Text of several lines.
    Letter,
    /// Latin text: codes, addresses, ids.
    Latin,
    Number,
    /// A decimal, which travels as text.
    Decimal,
    Flag,
    /// Names that travel, shown by their words.
    Choice(Vec<&'static str>),
    /// Values, each with its name for people.
    Options(Vec<(String, String)>),
    /// One of the choices, or words of one's own.
    Reason(&'static [&'static str]),
    /// A moment by the shop's clocks.
    Moment,
    /// Numbers with commas between them.
    Numbers,
    /// Words with commas between them.
    Words,
    /// A line for each, its parts with `|` between them.
    Lines(&'static [&'static str]),
    /// JSON as it travels.
    Json,
    /// Not shown: goes with its group where something else of that was filled in.
    Fixed,
}

/// What a field that was left empty says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Empty {
    Omitted,
    Null,
    /// An empty text or list.
    Stated,
}

#[derive(Debug, Clone)]
pub struct Field {
    pub name: String,
    pub label: String,
    pub kind: Kind,
    pub value: String,
    pub hint: Option<W>,
    pub empty: Empty,
    pub required: bool,
    /// The unit beside it.
    pub unit: Option<String>,
}

impl Field {
    pub fn new(desk: &Desk<'_>, name: &str, label: W, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            label: desk.w(label).to_owned(),
            kind,
            value: String::new(),
            hint: None,
            empty: Empty::Omitted,
            required: false,
            unit: None,
        }
    }

    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    pub const fn hint(mut self, hint: W) -> Self {
        self.hint = Some(hint);
        self
    }

    pub const fn empty(mut self, empty: Empty) -> Self {
        self.empty = empty;
        self
    }

    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = Some(unit.into());
        self
    }

    /// Filled in from the item that the form changes.
    pub fn of(mut self, desk: &Desk<'_>, item: &Value) -> Self {
        let found = self.name.split('.').try_fold(item, |value, part| value.get(part));
        let found = found.unwrap_or(&Value::Null);
        if !matches!(self.kind, Kind::Fixed) || !found.is_null() {
            self.value = self.kind.shown(desk, found);
        }
        self
    }

    /// What was typed, as JSON; `None`: nothing is said.
    fn read(&self, desk: &Desk<'_>, posted: &Posted) -> Option<Value> {
        let typed = posted.first(&self.name).trim();
        let latin = || typed.chars().map(latin_digit).collect::<String>();
        match &self.kind {
            Kind::Flag => return Some((typed == "true").into()),
            Kind::Fixed => return Some(self.value.as_str().into()),
            Kind::Reason(_) => {
                let own = posted.first(&format!("{}.own", self.name)).trim();
                let said = if own.is_empty() { typed } else { own };
                return (!said.is_empty()).then(|| said.into());
            }
            _ => {}
        }
        if typed.is_empty() {
            return match (self.empty, &self.kind) {
                (Empty::Omitted, _) => None,
                (Empty::Null, _) => Some(Value::Null),
                (Empty::Stated, Kind::Numbers | Kind::Words | Kind::Lines(_)) => Some(Value::Array(Vec::new())),
                (Empty::Stated, _) => Some("".into()),
            };
        }
        let parts = || typed.split([',', '،', '\n']).map(str::trim).filter(|part| !part.is_empty());
        // What is no number is left to the API, which says so beside the field.
        let number = |text: &str| text.parse::<u64>().map_or_else(|_| Value::from(text), Value::from);
        Some(match &self.kind {
            // A dash says that there is no limit, where nothing says nothing.
            Kind::Number if ["-", "–", "—", "∞"].contains(&typed) => Value::Null,
            Kind::Number => number(&latin()),
            Kind::Decimal => latin().replace(['٬', ',', ' '], "").replace('٫', ".").into(),
            Kind::Moment => moment(desk, &latin()).into(),
            Kind::Numbers => parts().map(|part| number(&part.chars().map(latin_digit).collect::<String>())).collect(),
            Kind::Words => parts().map(Value::from).collect(),
            Kind::Lines(names) => typed.lines().filter(|line| !line.trim().is_empty()).map(|line| record(names, line)).collect(),
            Kind::Json => serde_json::from_str(typed).unwrap_or_else(|_| typed.into()),
            Kind::Latin => latin().into(),
            Kind::Text | Kind::Letter | Kind::Choice(_) | Kind::Options(_) => typed.into(),
            Kind::Flag | Kind::Fixed | Kind::Reason(_) => return None,
        })
    }

    /// Whether it decides that something of its group was filled in.
    fn is_filled(&self, posted: &Posted) -> bool {
        !matches!(self.kind, Kind::Fixed | Kind::Flag) && !posted.first(&self.name).trim().is_empty()
    }
}

/// `2026-11-22T18:30` by the shop's clocks; anything else as it is.
fn moment(desk: &Desk<'_>, typed: &str) -> String {
    let seconds = match typed.len() {
        16 => ":00",
        19 => "",
        _ => return typed.to_owned(),
    };
    format!("{typed}{seconds}{}", desk.offset)
}

fn record(names: &[&str], line: &str) -> Value {
    let mut parts = line.splitn(names.len(), '|').map(str::trim);
    Value::Object(names.iter().map(|name| ((*name).to_owned(), parts.next().unwrap_or_default().into())).collect())
}

impl Kind {
    fn shown(&self, desk: &Desk<'_>, value: &Value) -> String {
        let plain = |value: &Value| match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        match (self, value) {
            (Self::Moment, Value::String(at)) => at.parse::<Timestamp>().map(|at| show::local_input(at, desk.offset)).unwrap_or_default(),
            (Self::Numbers | Self::Words, Value::Array(all)) => all.iter().map(plain).collect::<Vec<_>>().join(", "),
            (Self::Lines(names), Value::Array(all)) => {
                let line =
                    |item: &Value| names.iter().map(|name| plain(item.get(*name).unwrap_or(&Value::Null))).collect::<Vec<_>>().join(" | ");
                all.iter().map(line).collect::<Vec<_>>().join("\n")
            }
            (Self::Json, Value::Object(fields)) if fields.is_empty() => String::new(),
            (Self::Json, value) => serde_json::to_string_pretty(value).unwrap_or_default(),
            (_, value) => plain(value),
        }
    }
}

/// A part of a form, with a heading where there is more than one.
#[derive(Debug, Clone, Default)]
pub struct Section {
    pub title: Option<W>,
    pub fields: Vec<Field>,
    /// Folded away until it is wanted.
    pub folded: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Form {
    pub sections: Vec<Section>,
    /// Objects of the body that are null where nothing of them is filled in, the outer ones last.
    pub groups: Vec<(&'static str, Empty)>,
}

impl Form {
    pub fn of(fields: Vec<Field>) -> Self {
        Self { sections: vec![Section { fields, ..Section::default() }], groups: Vec::new() }
    }

    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.sections.iter().flat_map(|section| &section.fields)
    }

    pub fn is_empty(&self) -> bool {
        self.fields().next().is_none()
    }

    /// The body that was filled in.
    pub fn body(&self, desk: &Desk<'_>, posted: &Posted) -> Value {
        let mut body = Map::new();
        let unfilled: Vec<&(&str, Empty)> = self
            .groups
            .iter()
            .filter(|(group, _)| !self.fields().any(|field| within(&field.name, group) && field.is_filled(posted)))
            .collect();
        for field in self.fields() {
            if unfilled.iter().any(|(group, _)| within(&field.name, group)) {
                continue;
            }
            if let Some(value) = field.read(desk, posted) {
                put(&mut body, &field.name, value);
            }
        }
        for (group, empty) in unfilled {
            // An object in one that is null itself is not mentioned.
            let outer = self.groups.iter().any(|(other, _)| *other != *group && within(group, other) && body_lacks(&body, other));
            if *empty == Empty::Null && !outer {
                put(&mut body, group, Value::Null);
            }
        }
        Value::Object(body)
    }

    /// The same form with what was typed.
    pub fn retyped(mut self, posted: &Posted) -> Self {
        for field in self.sections.iter_mut().flat_map(|section| &mut section.fields) {
            match field.kind {
                Kind::Fixed => {}
                Kind::Flag => field.value = posted.first(&field.name).to_owned(),
                Kind::Reason(_) => {
                    let own = posted.first(&format!("{}.own", field.name));
                    field.value = if own.is_empty() { posted.first(&field.name) } else { own }.to_owned();
                }
                _ if posted.has(&field.name) => field.value = posted.first(&field.name).to_owned(),
                _ => {}
            }
        }
        self
    }

    /// `errors`: by the fields' paths; those that belong to no field are given back.
    pub fn show(&self, desk: &Desk<'_>, errors: &BTreeMap<String, String>) -> (Markup, Vec<String>) {
        let belongs = |field: &Field, path: &str| {
            path == field.name
                || (path.starts_with(&field.name) && path.get(field.name.len()..).is_some_and(|rest| rest.starts_with(['.', '['])))
        };
        let of_field = |field: &Field| -> Vec<&str> {
            errors.iter().filter(|(path, _)| belongs(field, path)).map(|(_, reason)| reason.as_str()).collect()
        };
        let shown = |path: &str| self.fields().any(|field| !matches!(field.kind, Kind::Fixed) && belongs(field, path));
        let left = errors.iter().filter(|(path, _)| !shown(path)).map(|(path, reason)| format!("{path}: {reason}")).collect();
        let markup = html! {
            @for section in &self.sections {
                @let wrong = section.fields.iter().any(|field| !of_field(field).is_empty());
                @if section.folded {
                    details.group open[wrong] {
                        summary { (section.title.map_or("", |title| desk.w(title))) }
                        div.fields { @for field in &section.fields { (show_field(desk, field, &of_field(field))) } }
                    }
                } @else {
                    @if let Some(title) = section.title { h2 { (desk.w(title)) } }
                    div.fields { @for field in &section.fields { (show_field(desk, field, &of_field(field))) } }
                }
            }
        };
        (markup, left)
    }
}

fn within(path: &str, group: &str) -> bool {
    path.strip_prefix(group).is_some_and(|rest| rest.starts_with('.'))
}

/// Whether nothing stands at `path`.
fn body_lacks(body: &Map<String, Value>, path: &str) -> bool {
    let mut parts = path.split('.');
    let first = parts.next().and_then(|name| body.get(name));
    parts.fold(first, |value, part| value.and_then(|value| value.get(part))).is_none_or(Value::is_null)
}

/// Sets what stands at a path. What stands in the way is replaced.
fn put(body: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            body.insert(path.to_owned(), value);
        }
        Some((name, rest)) => {
            let inner = body.entry(name.to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            if let Some(inner) = inner.as_object_mut() {
                put(inner, rest, value);
            }
        }
    }
}

fn show_field(desk: &Desk<'_>, field: &Field, errors: &[&str]) -> Markup {
    let id = format!("f-{}", field.name);
    let (bad, told) = (!errors.is_empty(), format!("{id}-error"));
    let described = bad.then_some(told.as_str());
    let control = match &field.kind {
        Kind::Fixed => return html! {},
        Kind::Flag => {
            return html! {
                div.field.flag {
                    label {
                        input #(id) type="checkbox" name=(field.name) value="true" checked[field.value == "true"] aria-describedby=[described];
                        span { (field.label) }
                    }
                    @if let Some(hint) = field.hint { p.hint { (desk.w(hint)) } }
                    @for error in errors { p.error #(told) { (desk.named(error)) } }
                }
            };
        }
        Kind::Choice(names) => html! {
            select #(id) name=(field.name) aria-invalid=[bad.then_some("true")] aria-describedby=[described] {
                @if !field.required { option value="" { "—" } }
                @for name in names { option value=(name) selected[*name == field.value] { (desk.named(name)) } }
            }
        },
        Kind::Options(options) => html! {
            select #(id) name=(field.name) aria-invalid=[bad.then_some("true")] aria-describedby=[described] {
                @if !field.required { option value="" { "—" } }
                @for (value, name) in options { option value=(value) selected[*value == field.value] { (name) } }
            }
        },
        Kind::Reason(names) => {
            let own = !field.value.is_empty() && !names.contains(&field.value.as_str());
            html! {
                div.choices {
                    @for (n, name) in names.iter().enumerate() {
                        label { input type="radio" name=(field.name) value=(name) checked[*name == field.value || (field.value.is_empty() && n == 0)]; span { (desk.named(name)) } }
                    }
                }
                input #(id) name={ (field.name) ".own" } value=(if own { field.value.as_str() } else { "" }) placeholder=(desk.w(W::OwnWords)) maxlength="200" aria-invalid=[bad.then_some("true")] aria-describedby=[described];
            }
        }
        Kind::Letter => html! {
            textarea #(id) name=(field.name) rows="5" dir="auto" aria-invalid=[bad.then_some("true")] aria-describedby=[described] { (field.value) }
        },
        Kind::Lines(_) | Kind::Json => html! {
            textarea #(id) name=(field.name) rows="4" spellcheck="false" dir=[matches!(field.kind, Kind::Json).then_some("ltr")] aria-invalid=[bad.then_some("true")] aria-describedby=[described] { (field.value) }
        },
        kind => {
            let (type_, mode, dir) = match kind {
                Kind::Number => ("text", Some("numeric"), Some("ltr")),
                Kind::Decimal => ("text", Some("decimal"), Some("ltr")),
                Kind::Moment => ("datetime-local", None, Some("ltr")),
                Kind::Latin | Kind::Numbers => ("text", None, Some("ltr")),
                _ => ("text", None, Some("auto")),
            };
            html! {
                div.with-unit {
                    input #(id) type=(type_) name=(field.name) value=(field.value) inputmode=[mode] dir=[dir] required[field.required] autocomplete="off" aria-invalid=[bad.then_some("true")] aria-describedby=[described];
                    @if let Some(unit) = &field.unit { span.unit { (unit) } }
                }
            }
        }
    };
    html! {
        div.field {
            label for=(id) { (field.label) @if field.required { span.must aria-hidden="true" { "*" } } }
            (control)
            @for error in errors { p.error #(told) { (desk.named(error)) } }
            @if let Some(hint) = field.hint { p.hint { (desk.w(hint)) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pairs_are_read_as_browsers_send_them() {
        let read = |text: &str| pairs_of(text.as_bytes());
        assert_eq!(read("a=1&b=x+y%26&c&=d"), [("a", "1"), ("b", "x y&"), ("c", ""), ("", "d")].map(|(a, b)| (a.to_owned(), b.to_owned())));
        assert_eq!(read("a=%ff&b=%D8%B4"), [("b".to_owned(), "ش".to_owned())]);
        assert!(read("").is_empty() && read("&&").is_empty());
    }

    #[test]
    fn a_path_says_where_a_value_stands() {
        let mut body = Map::new();
        put(&mut body, "a.b.c", 1.into());
        put(&mut body, "a.d", "x".into());
        put(&mut body, "e", Value::Null);
        put(&mut body, "e.f", true.into());
        assert_eq!(Value::Object(body.clone()), json!({"a": {"b": {"c": 1}, "d": "x"}, "e": {"f": true}}));
        assert!(!body_lacks(&body, "a.b") && body_lacks(&body, "a.x") && body_lacks(&body, "x.y"));
    }

    #[test]
    fn a_line_is_a_record() {
        assert_eq!(
            record(&["chat", "title", "url"], "@wave | News | https://t.me/a|b"),
            json!({"chat": "@wave", "title": "News", "url": "https://t.me/a|b"})
        );
        assert_eq!(record(&["number", "holder"], "6037"), json!({"number": "6037", "holder": ""}));
    }
}

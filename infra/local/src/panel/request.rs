//! Bodies of `POST /api/user` and `PUT /api/user/{username}`, checked with the panel's rules and the panel's words.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use super::Inbound;
use super::accounts::{Credentials, Protocol, Status};
use super::moment::{Micros, SECOND, parse_iso};
use super::random::Random;
use super::reply::Refusal;

const RESET_STRATEGIES: [&str; 5] = ["no_reset", "day", "week", "month", "year"];
const NOTE_CHARACTERS: usize = 500;

/// A `POST`, understood.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) username: String,
    pub(super) status: Status,
    pub(super) expire: Option<i64>,
    pub(super) data_limit: Option<i64>,
    pub(super) data_limit_reset_strategy: String,
    pub(super) on_hold_expire_duration: Option<i64>,
    pub(super) on_hold_timeout: Option<Micros>,
    pub(super) note: Option<String>,
    pub(super) auto_delete_in_days: Option<i64>,
    pub(super) next_plan: Option<NextPlan>,
    pub(super) proxies: BTreeMap<Protocol, DraftProxy>,
}

/// A protocol in a `POST`.
#[derive(Debug)]
pub(super) struct DraftProxy {
    pub(super) settings: Settings,
    pub(super) excluded: BTreeSet<String>,
}

/// A `PUT`, understood. None is "no change", except for `next_plan`, where it is "none".
#[derive(Debug)]
pub(super) struct Change {
    pub(super) status: Option<Status>,
    pub(super) expire: Option<i64>,
    pub(super) data_limit: Option<i64>,
    pub(super) data_limit_reset_strategy: Option<String>,
    pub(super) on_hold_expire_duration: Option<i64>,
    pub(super) on_hold_timeout: Option<Micros>,
    pub(super) note: Option<String>,
    pub(super) auto_delete_in_days: Option<i64>,
    pub(super) next_plan: Option<NextPlan>,
    /// The protocols that replace all the others; empty is no change.
    pub(super) proxies: BTreeMap<Protocol, Settings>,
    /// Inbounds switched off, for the protocols that were named.
    pub(super) excluded: BTreeMap<Protocol, BTreeSet<String>>,
}

/// What the panel would do to an account at its end. Kept and shown, never carried out here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextPlan {
    /// Bytes of the next plan.
    pub data_limit: Option<i64>,
    /// End of the next plan, Unix seconds.
    pub expire: Option<i64>,
    /// See the panel's documentation; inverted there.
    pub add_remaining_traffic: bool,
    /// Whether either limit is enough.
    pub fire_on_either: bool,
}

/// What the caller chose of a protocol's credentials.
#[derive(Debug, Default)]
pub(super) struct Settings {
    id: Option<String>,
    flow: Option<String>,
    password: Option<String>,
    method: Option<String>,
}

impl Settings {
    fn parse(value: &Value) -> Result<Self, String> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let id = text("id");
        match &id {
            Some(id) if !is_uuid(id) => Err(format!("Value error, {id} is not a valid UUID")),
            _ => Ok(Self { id, flow: text("flow"), password: text("password"), method: text("method") }),
        }
    }

    /// Makes up what was not chosen.
    pub(super) fn complete(self, protocol: Protocol, random: &mut Random) -> Credentials {
        match protocol {
            Protocol::Vmess => Credentials::Vmess { id: self.id.unwrap_or_else(|| random.uuid()) },
            Protocol::Vless => Credentials::Vless { id: self.id.unwrap_or_else(|| random.uuid()), flow: self.flow.unwrap_or_default() },
            Protocol::Trojan => {
                Credentials::Trojan { password: self.password.unwrap_or_else(|| random.password()), flow: self.flow.unwrap_or_default() }
            }
            Protocol::Shadowsocks => Credentials::Shadowsocks {
                password: self.password.unwrap_or_else(|| random.password()),
                method: self.method.unwrap_or_else(|| "chacha20-ietf-poly1305".to_owned()),
            },
        }
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Reads a `POST /api/user`.
pub(super) fn parse_create(body: &Map<String, Value>, inbounds: &[Inbound]) -> Result<Draft, Refusal> {
    let mut fields = Fields::new(body);
    let username = fields.username();
    let expire = fields.integer("expire");
    let data_limit = fields.data_limit();
    let strategy = fields.one_of("data_limit_reset_strategy", &RESET_STRATEGIES);
    let on_hold_expire_duration = fields.integer("on_hold_expire_duration");
    let on_hold_timeout = fields.moment("on_hold_timeout");
    let note = fields.note();
    let auto_delete_in_days = fields.integer("auto_delete_in_days");
    let next_plan = fields.next_plan();
    let status = fields.status(&[Status::Active, Status::OnHold], on_hold_expire_duration, expire);
    let settings = match body.get("proxies") {
        // The panel stores such an account and fails only when it shows it.
        None => BTreeMap::new(),
        Some(Value::Object(chosen)) if !chosen.is_empty() => fields.proxies(chosen),
        Some(Value::Object(_) | Value::Null) => {
            fields.refuse("proxies", "Value error, Each user needs at least one proxy");
            BTreeMap::new()
        }
        Some(_) => return Err(Refusal::Crash),
    };
    let chosen_tags = match body.get("inbounds") {
        // Left out altogether: no inbound at all.
        None => settings.keys().map(|&protocol| (protocol, Vec::new())).collect(),
        Some(Value::Object(chosen)) => fields.inbounds_of(chosen, settings.keys().copied(), inbounds),
        Some(_) => return Err(Refusal::Crash),
    };
    fields.finish()?;
    refuse_disabled(settings.keys(), inbounds)?;
    let proxies = settings
        .into_iter()
        .map(|(protocol, settings)| {
            let chosen = chosen_tags.get(&protocol).map(Vec::as_slice).unwrap_or_default();
            (protocol, DraftProxy { settings, excluded: excluded(protocol, chosen, inbounds) })
        })
        .collect();
    Ok(Draft {
        username: username.unwrap_or_default(),
        status: status.unwrap_or(Status::Active),
        expire,
        data_limit,
        data_limit_reset_strategy: strategy.unwrap_or_else(|| "no_reset".to_owned()),
        on_hold_expire_duration,
        on_hold_timeout,
        note,
        auto_delete_in_days,
        next_plan,
        proxies,
    })
}

/// Reads a `PUT /api/user/{username}`.
pub(super) fn parse_change(body: &Map<String, Value>, inbounds: &[Inbound]) -> Result<Change, Refusal> {
    let mut fields = Fields::new(body);
    let expire = fields.integer("expire");
    let data_limit = fields.data_limit();
    let data_limit_reset_strategy = fields.one_of("data_limit_reset_strategy", &RESET_STRATEGIES);
    let on_hold_expire_duration = fields.integer("on_hold_expire_duration");
    let on_hold_timeout = fields.moment("on_hold_timeout");
    let note = fields.note();
    let auto_delete_in_days = fields.integer("auto_delete_in_days");
    let next_plan = fields.next_plan();
    let allowed = [Status::Active, Status::Disabled, Status::OnHold];
    let status = fields.status(&allowed, on_hold_expire_duration, expire);
    let proxies = match body.get("proxies") {
        None => BTreeMap::new(),
        Some(Value::Object(chosen)) => fields.proxies(chosen),
        Some(_) => return Err(Refusal::Crash),
    };
    let excluded = match body.get("inbounds") {
        Some(Value::Object(chosen)) => fields.excluded_by(chosen, inbounds),
        None | Some(Value::Null) => BTreeMap::new(),
        Some(_) => return Err(Refusal::Crash),
    };
    fields.finish()?;
    refuse_disabled(proxies.keys(), inbounds)?;
    if next_plan.as_ref().is_some_and(|plan| plan.data_limit.is_none()) {
        return Err(Refusal::Crash);
    }
    Ok(Change {
        status,
        expire,
        data_limit,
        data_limit_reset_strategy,
        on_hold_expire_duration,
        on_hold_timeout,
        note,
        auto_delete_in_days,
        next_plan,
        proxies,
        excluded,
    })
}

fn refuse_disabled<'a>(mut named: impl Iterator<Item = &'a Protocol>, inbounds: &[Inbound]) -> Result<(), Refusal> {
    let is_disabled = |protocol: &&Protocol| !inbounds.iter().any(|inbound| inbound.protocol == **protocol);
    match named.find(is_disabled) {
        Some(protocol) => Err(Refusal::bad_request(format!("Protocol ProxyTypes.{} is disabled on your server", protocol.title()))),
        None => Ok(()),
    }
}

/// The tags of a protocol that were not chosen. A tag of another protocol chooses nothing.
fn excluded(protocol: Protocol, chosen: &[String], inbounds: &[Inbound]) -> BTreeSet<String> {
    let own = inbounds.iter().filter(|inbound| inbound.protocol == protocol);
    own.filter(|inbound| !chosen.contains(&inbound.tag)).map(|inbound| inbound.tag.clone()).collect()
}

/// The fields of a body and what is wrong with them.
struct Fields<'a> {
    body: &'a Map<String, Value>,
    wrong: BTreeMap<String, String>,
    /// A number that passes the rules and that the panel's database cannot hold.
    overflow: bool,
}

impl<'a> Fields<'a> {
    fn new(body: &'a Map<String, Value>) -> Self {
        Self { body, wrong: BTreeMap::new(), overflow: false }
    }

    fn finish(self) -> Result<(), Refusal> {
        if !self.wrong.is_empty() {
            return Err(Refusal::Fields(self.wrong));
        }
        if self.overflow { Err(Refusal::Crash) } else { Ok(()) }
    }

    fn refuse(&mut self, field: &str, text: impl Into<String>) {
        self.wrong.insert(field.to_owned(), text.into());
    }

    fn given(&self, field: &str) -> Option<&'a Value> {
        self.body.get(field).filter(|value| !value.is_null())
    }

    fn checked<T>(&mut self, field: &str, read: Result<T, impl Into<String>>) -> Option<T> {
        read.map_err(|text| self.refuse(field, text)).ok()
    }

    fn stored(&mut self, wide: i128) -> Option<i64> {
        let stored = i64::try_from(wide).ok();
        self.overflow |= stored.is_none();
        stored
    }

    fn username(&mut self) -> Option<String> {
        let read = match self.body.get("username") {
            None => Err("Field required"),
            Some(Value::String(name)) if is_username(name) => Ok(name.clone()),
            Some(Value::String(_)) => {
                Err("Value error, Username only can be 3 to 32 characters and contain a-z, 0-9, and underscores in between.")
            }
            Some(_) => Err("Input should be a valid string"),
        };
        self.checked("username", read)
    }

    fn integer(&mut self, field: &str) -> Option<i64> {
        let read = integer(self.given(field)?);
        let wide = self.checked(field, read)?;
        self.stored(wide)
    }

    fn data_limit(&mut self) -> Option<i64> {
        let read = match self.given("data_limit")? {
            Value::Number(number) => match cut(number) {
                Some(bytes) if bytes >= 0 => Ok(bytes),
                _ => Err("Input should be greater than or equal to 0"),
            },
            _ => Err("Value error, data_limit must be an integer or a float, not a string"),
        };
        let wide = self.checked("data_limit", read)?;
        self.stored(wide)
    }

    /// A field that may be left out but may not be null.
    fn one_of(&mut self, field: &str, allowed: &[&str]) -> Option<String> {
        let value = self.body.get(field)?;
        let known = value.as_str().filter(|text| allowed.contains(text));
        if known.is_none() {
            self.refuse(field, should_be_one_of(allowed));
        }
        known.map(str::to_owned)
    }

    fn status(&mut self, allowed: &[Status], duration: Option<i64>, expire: Option<i64>) -> Option<Status> {
        let names: Vec<&str> = allowed.iter().copied().map(Status::as_str).collect();
        let status = self.one_of("status", &names).as_deref().and_then(Status::parse)?;
        if status == Status::OnHold {
            if duration.is_none_or(|seconds| seconds == 0) {
                let text = "Value error, User cannot be on hold without a valid on_hold_expire_duration.";
                self.refuse("status", text);
            } else if expire.is_some_and(|expire| expire != 0) {
                self.refuse("status", "Value error, User cannot be on hold with specified expire.");
            }
        }
        Some(status)
    }

    fn note(&mut self) -> Option<String> {
        let read = match self.given("note")? {
            Value::String(note) if note.chars().count() <= NOTE_CHARACTERS => Ok(note.clone()),
            Value::String(_) => Err("Value error, User's note can be a maximum of 500 character"),
            _ => Err("Input should be a valid string"),
        };
        self.checked("note", read)
    }

    fn moment(&mut self, field: &str) -> Option<Micros> {
        let read = match self.given(field)? {
            Value::String(text) => parse_iso(text).ok_or("Input should be a valid datetime or date"),
            Value::Number(number) => {
                number.as_i64().map(|seconds| seconds.saturating_mul(SECOND)).ok_or("Input should be a valid datetime")
            }
            _ => Err("Input should be a valid datetime"),
        };
        self.checked(field, read)
    }

    fn next_plan(&mut self) -> Option<NextPlan> {
        let Value::Object(plan) = self.given("next_plan")? else {
            let text = "Input should be a valid dictionary or object to extract fields from";
            self.refuse("next_plan", text);
            return None;
        };
        let mut inner = Fields::new(plan);
        let flag = |field: &str, default: bool| plan.get(field).and_then(Value::as_bool).unwrap_or(default);
        let next_plan = NextPlan {
            data_limit: inner.integer("data_limit"),
            expire: inner.integer("expire"),
            add_remaining_traffic: flag("add_remaining_traffic", false),
            fire_on_either: flag("fire_on_either", true),
        };
        // The panel names only the last part of a path.
        self.wrong.append(&mut inner.wrong);
        self.overflow |= inner.overflow;
        Some(next_plan)
    }

    fn proxies(&mut self, chosen: &Map<String, Value>) -> BTreeMap<Protocol, Settings> {
        let mut proxies = BTreeMap::new();
        for (name, settings) in chosen {
            let Some(protocol) = Protocol::parse(name) else {
                self.refuse("proxies", format!("Value error, '{name}' is not a valid ProxyTypes"));
                return BTreeMap::new();
            };
            let read = Settings::parse(settings);
            if let Some(settings) = self.checked("proxies", read) {
                proxies.insert(protocol, settings);
            }
        }
        proxies
    }

    /// The inbounds of a `POST`: a protocol without tags gets all of its inbounds, and protocols without a proxy are
    /// not looked at.
    fn inbounds_of(
        &mut self,
        chosen: &Map<String, Value>,
        protocols: impl Iterator<Item = Protocol>,
        inbounds: &[Inbound],
    ) -> BTreeMap<Protocol, Vec<String>> {
        protocols
            .map(|protocol| {
                let tags = self.tags(chosen.get(protocol.as_str()), inbounds);
                let all = || inbounds.iter().filter(|inbound| inbound.protocol == protocol);
                let tags = if tags.is_empty() { all().map(|inbound| inbound.tag.clone()).collect() } else { tags };
                (protocol, tags)
            })
            .collect()
    }

    /// The inbounds of a `PUT`: a protocol that is named gets the tags that are named, none if there are none.
    fn excluded_by(&mut self, chosen: &Map<String, Value>, inbounds: &[Inbound]) -> BTreeMap<Protocol, BTreeSet<String>> {
        let mut switched_off = BTreeMap::new();
        for (name, tags) in chosen {
            let tags = self.tags(Some(tags), inbounds);
            match Protocol::parse(name) {
                Some(protocol) => {
                    switched_off.insert(protocol, excluded(protocol, &tags, inbounds));
                }
                None => self.refuse("inbounds", "Input should be 'vmess', 'vless', 'trojan' or 'shadowsocks'"),
            }
        }
        switched_off
    }

    fn tags(&mut self, value: Option<&Value>, inbounds: &[Inbound]) -> Vec<String> {
        let named = match value {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(named)) => named,
            Some(_) => {
                self.refuse("inbounds", "Input should be a valid list");
                return Vec::new();
            }
        };
        let mut tags = Vec::new();
        for value in named {
            match value.as_str() {
                Some(tag) if inbounds.iter().any(|inbound| inbound.tag == tag) => tags.push(tag.to_owned()),
                Some(tag) => self.refuse("inbounds", format!("Value error, Inbound {tag} doesn't exist")),
                None => self.refuse("inbounds", "Input should be a valid string"),
            }
        }
        tags
    }
}

/// The panel's text for a value that is not one of a list.
pub(super) fn should_be_one_of(allowed: &[&str]) -> String {
    let quoted: Vec<String> = allowed.iter().map(|name| format!("'{name}'")).collect();
    match quoted.split_last() {
        Some((last, rest)) => format!("Input should be {} or {last}", rest.join(", ")),
        None => "Input should be nothing".to_owned(),
    }
}

/// Reads an integer as loosely as the panel does: `5.0` and `"5"` are 5.
pub(super) fn integer(value: &Value) -> Result<i128, &'static str> {
    match value {
        Value::Number(number) => {
            let is_whole = number.as_f64().is_some_and(|float| float.fract() == 0.0);
            cut(number).filter(|_| is_whole).ok_or("Input should be a valid integer, got a number with a fractional part")
        }
        Value::String(text) => text.trim().parse().map_err(|_| "Input should be a valid integer, unable to parse string as an integer"),
        Value::Bool(bit) => Ok(i128::from(*bit)),
        Value::Null | Value::Array(_) | Value::Object(_) => Err("Input should be a valid integer"),
    }
}

/// A number without its fraction.
fn cut(number: &Number) -> Option<i128> {
    let exact = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    exact.or_else(|| number.as_f64().map(|float| float.trunc() as i128))
}

/// The panel's pattern, holes included: the first run of word characters is 3 to 32 long, then anything of the
/// alphabet may follow, and one line break at the end passes.
fn is_username(name: &str) -> bool {
    let name = name.strip_suffix('\n').unwrap_or(name);
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let first_run = name.bytes().take_while(is_word).count();
    (3..=32).contains(&first_run) && name.bytes().all(|byte| is_word(&byte) || b"-.@".contains(&byte))
}

/// Reads a JSON body that has to be an object, whatever its `content-type` says about the rest of the world: without
/// one, and with any JSON type, it is JSON; everything else is text.
pub(super) fn parse_object(content_type: Option<&str>, body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let refuse = |field: String, text: &str| Refusal::Fields(BTreeMap::from([(field, text.to_owned())]));
    if body.is_empty() {
        return Err(refuse("body".to_owned(), "Field required"));
    }
    let is_json = content_type.is_none_or(|kind| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
    });
    let parsed = if is_json { serde_json::from_slice(body) } else { Ok(Value::Null) };
    match parsed {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => {
            let text = "Input should be a valid dictionary or object to extract fields from";
            Err(refuse("body".to_owned(), text))
        }
        Err(error) => Err(refuse(offset(body, &error).to_string(), "JSON decode error")),
    }
}

/// Where the panel says that JSON breaks off: the offset of the first byte that does not fit.
fn offset(body: &[u8], error: &serde_json::Error) -> usize {
    let lines = body.split_inclusive(|&byte| byte == b'\n');
    let before: usize = lines.take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    let column = if error.is_eof() { error.column() } else { error.column().saturating_sub(1) };
    before.saturating_add(column)
}

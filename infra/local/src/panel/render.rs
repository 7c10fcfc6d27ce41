//! An account as replies show it, and as a person sees it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::accounts::{Account, Protocol};
use super::auth::{Admin, Role};
use super::moment::naive_iso;
use super::reply::Refusal;
use super::state::State;
use super::{Options, subscription};

/// Fields that the holder of a subscription link does not see.
const HIDDEN_FROM_HOLDER: [&str; 5] = ["admin", "note", "inbounds", "excluded_inbounds", "auto_delete_in_days"];

/// The whole account. Its `subscription_url` is another one in every second; all of them work.
pub(super) fn account(account: &Account, state: &mut State, options: &Options) -> Result<Value, Refusal> {
    if account.is_unreadable() {
        return Err(Refusal::Crash);
    }
    let inbounds = by_protocol(account, options, false);
    let excluded_inbounds = by_protocol(account, options, true);
    let proxies: BTreeMap<Protocol, _> = account.proxies.iter().map(|(protocol, proxy)| (*protocol, &proxy.credentials)).collect();
    let admin = account.owner.as_ref().map(|owner| {
        let known = options.admins.iter().find(|admin| admin.username == *owner).cloned();
        let admin = known.unwrap_or_else(|| Admin::new(owner, "", Role::Seller));
        admin.render(state.users_usage.get(owner).copied().unwrap_or_default())
    });
    Ok(json!({
        "username": account.username,
        "status": account.status,
        "expire": account.expire,
        "data_limit": account.data_limit,
        "data_limit_reset_strategy": account.data_limit_reset_strategy,
        "used_traffic": account.used_traffic,
        "lifetime_used_traffic": account.lifetime_used_traffic,
        "on_hold_expire_duration": account.on_hold_expire_duration,
        "on_hold_timeout": account.on_hold_timeout.map(naive_iso),
        "created_at": naive_iso(account.created_at),
        "online_at": account.online_at.map(naive_iso),
        "sub_updated_at": account.sub_updated_at.map(naive_iso),
        "sub_last_user_agent": account.sub_last_user_agent,
        "note": account.note,
        "auto_delete_in_days": account.auto_delete_in_days,
        "next_plan": account.next_plan,
        "proxies": proxies,
        "inbounds": inbounds,
        "excluded_inbounds": excluded_inbounds,
        "links": subscription::links(account, &options.inbounds),
        "subscription_url": subscription_url(account, state, options),
        "admin": admin,
    }))
}

/// What `/sub/{token}/info` shows.
pub(super) fn for_holder(shown: &Account, state: &mut State, options: &Options) -> Result<Value, Refusal> {
    let mut whole = account(shown, state, options)?;
    if let Some(fields) = whole.as_object_mut() {
        fields.retain(|field, _| !HIDDEN_FROM_HOLDER.contains(&field.as_str()));
    }
    Ok(whole)
}

/// A fresh link. The panel rounds the time in it up to the next second; a `*` in its prefix becomes a salt.
pub(super) fn subscription_url(account: &Account, state: &mut State, options: &Options) -> String {
    let issued = (options.now)().saturating_add(1);
    let token = subscription::mint(&account.username, issued, &state.subscription_secret);
    let prefix = options.public_url_prefix.as_deref().unwrap_or_default().trim_end_matches('/');
    let prefix = if prefix.contains('*') { prefix.replace('*', &state.random.salt()) } else { prefix.to_owned() };
    format!("{prefix}/sub/{token}")
}

fn by_protocol(account: &Account, options: &Options, switched_off: bool) -> Value {
    let mut tags = Map::new();
    for (protocol, proxy) in &account.proxies {
        let own = options.inbounds.iter().filter(|inbound| inbound.protocol == *protocol);
        let chosen = own.filter(|inbound| proxy.excluded.contains(&inbound.tag) == switched_off);
        let chosen: Vec<&str> = chosen.map(|inbound| inbound.tag.as_str()).collect();
        tags.insert(protocol.as_str().to_owned(), json!(chosen));
    }
    Value::Object(tags)
}

/// Usage as the panel lists it: one row, since there are no other nodes.
pub(super) fn usage(account: &Account, bytes: i64) -> Value {
    json!({
        "username": account.username,
        "usages": [{ "node_id": null, "node_name": "Master", "used_traffic": bytes }],
    })
}

/// The page for a browser.
pub(super) fn page(account: &Account, options: &Options) -> String {
    let limit = account.data_limit.map_or_else(|| "unlimited".to_owned(), in_gib);
    let end = match (account.expire, account.on_hold_expire_duration) {
        (Some(expire), _) => naive_iso(expire.saturating_mul(super::moment::SECOND)) + " UTC",
        (None, Some(seconds)) => format!("{} days from the first connection", seconds / 86_400),
        (None, None) => "never".to_owned(),
    };
    let mut links = String::new();
    for link in subscription::links(account, &options.inbounds) {
        links.push_str(&format!("<li><input readonly value=\"{}\"></li>\n", escaped(&link)));
    }
    include_str!("page.html")
        .replace("{username}", &escaped(&account.username))
        .replace("{status}", account.status.as_str())
        .replace("{used}", &in_gib(account.used_traffic))
        .replace("{limit}", &limit)
        .replace("{end}", &end)
        .replace("{links}", &links)
}

/// `1.50 GiB`, cut after two digits.
fn in_gib(bytes: i64) -> String {
    let hundredths = i128::from(bytes) * 100 / (1 << 30);
    format!("{}.{:02} GiB", hundredths / 100, hundredths % 100)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::{escaped, in_gib};

    #[test]
    fn sizes_are_cut_not_rounded() {
        for (bytes, text) in [(0, "0.00 GiB"), (1 << 30, "1.00 GiB"), (3 << 29, "1.50 GiB"), (2_147_483_647, "1.99 GiB")] {
            assert_eq!(in_gib(bytes), text);
        }
    }

    #[test]
    fn nothing_leaves_an_attribute() {
        assert_eq!(escaped(r#"a&b"<c>"#), "a&amp;b&quot;&lt;c&gt;");
    }
}

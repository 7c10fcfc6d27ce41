//! Subscription tokens, share links, and the configurations that client programs fetch.

use data_encoding::{BASE64, BASE64URL, BASE64URL_NOPAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Inbound;
use super::accounts::{Account, Credentials, Protocol};
use super::moment::SECOND;

/// Where all links point: a name that is reserved for documentation.
const SERVER: &str = "example.com";
/// A well-formed REALITY key and short id; nobody listens there.
const REALITY_KEY: &str = "rwRWAsBVAm9tlIo4fH0l-UAKknKqB2TZY693cY8emxs";
const REALITY_SHORT_ID: &str = "6ba85179e30d4fc2";
const SIGNATURE_CHARACTERS: usize = 10;

fn signature(data: &str, secret: &str) -> String {
    let digest = Sha256::digest(format!("{data}{secret}"));
    BASE64URL.encode(&digest).chars().take(SIGNATURE_CHARACTERS).collect()
}

/// A token for `username` as of the second `time`: anybody can read the name out of it.
pub(super) fn mint(username: &str, time: i64, secret: &str) -> String {
    let data = BASE64URL_NOPAD.encode(format!("{username},{time}").as_bytes());
    let signature = signature(&data, secret);
    format!("{data}{signature}")
}

/// The account of a token, unless the token is forged, older than the account or older than its last revocation.
pub(super) fn find<'a>(token: &str, secret: &str, account: impl FnOnce(&str) -> Option<&'a Account>) -> Option<&'a Account> {
    let (data, signed) = token.split_at_checked(token.len().checked_sub(SIGNATURE_CHARACTERS)?)?;
    if signed != signature(data, secret) {
        return None;
    }
    let text = String::from_utf8(BASE64URL_NOPAD.decode(data.as_bytes()).ok()?).ok()?;
    let (username, time) = text.rsplit_once(',')?;
    let issued = time.parse::<i64>().ok()?.saturating_mul(SECOND);
    let account = account(username)?;
    let is_dead = account.created_at > issued || account.sub_revoked_at.is_some_and(|revoked| revoked > issued);
    (!is_dead).then_some(account)
}

/// A client program's configuration format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    V2ray,
    V2rayJson,
    Clash,
    SingBox,
    Outline,
}

impl Client {
    /// By the last part of the address.
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name {
            "v2ray" => Some(Self::V2ray),
            "v2ray-json" => Some(Self::V2rayJson),
            "clash" | "clash-meta" => Some(Self::Clash),
            "sing-box" => Some(Self::SingBox),
            "outline" => Some(Self::Outline),
            _ => None,
        }
    }

    /// By what the program calls itself.
    pub(super) fn of_user_agent(agent: &str) -> Self {
        let agent = agent.to_ascii_lowercase();
        let is_one_of = |names: &[&str]| names.iter().any(|name| agent.starts_with(name));
        if is_one_of(&["clash", "flclash", "mihomo", "stash"]) {
            Self::Clash
        } else if is_one_of(&["sfa", "sfi", "sfm", "sft", "karing", "hiddifynext"]) {
            Self::SingBox
        } else if is_one_of(&["outline", "shadowsocks", "ss"]) {
            Self::Outline
        } else {
            Self::V2ray
        }
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::V2ray => "text/plain; charset=utf-8",
            Self::Clash => "text/yaml; charset=utf-8",
            Self::V2rayJson | Self::SingBox | Self::Outline => "application/json",
        }
    }

    pub(super) fn render(self, account: &Account, inbounds: &[Inbound]) -> String {
        let endpoints = endpoints(account, inbounds);
        match self {
            Self::V2ray => {
                let links: Vec<String> = endpoints.iter().map(Endpoint::link).collect();
                BASE64.encode(links.join("\n").as_bytes())
            }
            Self::V2rayJson => {
                let configs =
                    endpoints.iter().map(|endpoint| json!({ "remarks": endpoint.title(), "outbounds": [endpoint.v2ray_outbound()] }));
                Value::Array(configs.collect()).to_string()
            }
            Self::Clash => clash(&endpoints),
            Self::SingBox => {
                let titles: Vec<String> = endpoints.iter().map(Endpoint::title).collect();
                let mut outbounds = vec![json!({ "type": "selector", "tag": "proxy", "outbounds": titles })];
                outbounds.extend(endpoints.iter().map(Endpoint::sing_box_outbound));
                json!({ "outbounds": outbounds }).to_string()
            }
            Self::Outline => endpoints
                .iter()
                .find_map(|endpoint| match endpoint.credentials {
                    Credentials::Shadowsocks { password, method } => Some(json!({
                        "method": method, "password": password, "server": SERVER,
                        "server_port": endpoint.inbound.port, "tag": endpoint.title(),
                    })),
                    Credentials::Vmess { .. } | Credentials::Vless { .. } | Credentials::Trojan { .. } => None,
                })
                .unwrap_or_else(|| json!({}))
                .to_string(),
        }
    }
}

/// Share links of an account, stable between reads.
pub(super) fn links(account: &Account, inbounds: &[Inbound]) -> Vec<String> {
    endpoints(account, inbounds).iter().map(Endpoint::link).collect()
}

/// One inbound that an account may use.
struct Endpoint<'a> {
    username: &'a str,
    inbound: &'a Inbound,
    credentials: &'a Credentials,
}

fn endpoints<'a>(account: &'a Account, inbounds: &'a [Inbound]) -> Vec<Endpoint<'a>> {
    let of_proxy = |(protocol, proxy): (&'a Protocol, &'a super::accounts::Proxy)| {
        let own = inbounds.iter().filter(|inbound| inbound.protocol == *protocol);
        let open = own.filter(|inbound| !proxy.excluded.contains(&inbound.tag));
        open.map(|inbound| Endpoint { username: &account.username, inbound, credentials: &proxy.credentials })
    };
    account.proxies.iter().flat_map(of_proxy).collect()
}

impl Endpoint<'_> {
    fn title(&self) -> String {
        format!("🚀 Marz ({}) [{} - {}]", self.username, self.inbound.protocol.title(), self.inbound.network)
    }

    fn path(&self) -> &'static str {
        if self.inbound.network == "ws" { "/vmess" } else { "/" }
    }

    fn link(&self) -> String {
        let Inbound { network, port, tls, .. } = self.inbound;
        let title = percent_encoded(&self.title());
        match self.credentials {
            Credentials::Vmess { id } => {
                let config = json!({
                    "v": "2", "ps": self.title(), "add": SERVER, "port": port, "id": id, "aid": "0", "scy": "auto",
                    "net": network, "type": if network == "tcp" { "http" } else { "" }, "host": SERVER,
                    "path": self.path(), "tls": tls,
                });
                format!("vmess://{}", BASE64.encode(config.to_string().as_bytes()))
            }
            Credentials::Vless { id, flow } => {
                let flow = if flow.is_empty() { String::new() } else { format!("&flow={flow}") };
                let security = self.security();
                format!("vless://{id}@{SERVER}:{port}?type={network}&headerType={security}{flow}#{title}")
            }
            Credentials::Trojan { password, .. } => {
                let password = percent_encoded(password);
                let security = self.security();
                format!("trojan://{password}@{SERVER}:{port}?type={network}&headerType={security}#{title}")
            }
            Credentials::Shadowsocks { password, method } => {
                let login = BASE64.encode(format!("{method}:{password}").as_bytes());
                format!("ss://{login}@{SERVER}:{port}#{title}")
            }
        }
    }

    fn security(&self) -> String {
        let tls = &self.inbound.tls;
        if tls == "reality" {
            format!("&security={tls}&sni={SERVER}&fp=chrome&pbk={REALITY_KEY}&sid={REALITY_SHORT_ID}")
        } else {
            format!("&security={tls}")
        }
    }

    fn v2ray_outbound(&self) -> Value {
        let Inbound { network, port, tls, protocol, .. } = self.inbound;
        let settings = match self.credentials {
            Credentials::Vmess { id } => json!({ "vnext": [{
                "address": SERVER, "port": port, "users": [{ "id": id, "alterId": 0, "security": "auto" }],
            }] }),
            Credentials::Vless { id, flow } => json!({ "vnext": [{
                "address": SERVER, "port": port, "users": [{ "id": id, "flow": flow, "encryption": "none" }],
            }] }),
            Credentials::Trojan { password, .. } => {
                json!({ "servers": [{ "address": SERVER, "port": port, "password": password }] })
            }
            Credentials::Shadowsocks { password, method } => {
                json!({ "servers": [{ "address": SERVER, "port": port, "password": password, "method": method }] })
            }
        };
        json!({
            "tag": "proxy", "protocol": protocol.as_str(), "settings": settings,
            "streamSettings": { "network": network, "security": tls },
        })
    }

    fn sing_box_outbound(&self) -> Value {
        let mut outbound = json!({
            "type": self.inbound.protocol.as_str(), "tag": self.title(),
            "server": SERVER, "server_port": self.inbound.port,
        });
        self.add_credentials(&mut outbound, "method");
        outbound
    }

    fn add_credentials(&self, to: &mut Value, cipher: &str) {
        let chosen = match self.credentials {
            Credentials::Vmess { id } => json!({ "uuid": id }),
            Credentials::Vless { id, flow } => json!({ "uuid": id, "flow": flow }),
            Credentials::Trojan { password, .. } => json!({ "password": password }),
            Credentials::Shadowsocks { password, method } => {
                json!({ "password": password, cipher: method })
            }
        };
        add(to, chosen);
    }
}

fn add(to: &mut Value, more: Value) {
    if let (Some(to), Value::Object(more)) = (to.as_object_mut(), more) {
        to.extend(more);
    }
}

/// YAML whose values are written as JSON, which every YAML reader takes.
fn clash(endpoints: &[Endpoint<'_>]) -> String {
    let mut proxies = String::new();
    let mut titles = String::new();
    for endpoint in endpoints {
        let kind = match endpoint.inbound.protocol {
            Protocol::Shadowsocks => "ss",
            protocol @ (Protocol::Vmess | Protocol::Vless | Protocol::Trojan) => protocol.as_str(),
        };
        let mut proxy = json!({
            "name": endpoint.title(), "type": kind, "server": SERVER, "port": endpoint.inbound.port,
            "network": endpoint.inbound.network, "udp": true,
        });
        if kind == "vmess" {
            add(&mut proxy, json!({ "alterId": 0, "cipher": "auto" }));
        }
        endpoint.add_credentials(&mut proxy, "cipher");
        proxies.push_str(&format!("- {proxy}\n"));
        titles.push_str(&format!("  - {}\n", json!(endpoint.title())));
    }
    format!(
        "mode: Global\nport: 7890\nproxies:\n{proxies}rules: []\nproxy-groups:\n- name: Automatic\n  type: url-test\n  \
         url: http://www.gstatic.com/generate_204\n  interval: 300\n  proxies:\n{titles}"
    )
}

/// Percent-encodes everything but the characters that need none anywhere in an address.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::{Client, percent_encoded};

    #[test]
    fn the_format_follows_the_program_that_asks() {
        let cases = [
            ("v2rayNG/1.8.0", Client::V2ray),
            ("", Client::V2ray),
            ("ClashMeta/1.0", Client::Clash),
            ("SFA/1.9", Client::SingBox),
            ("HiddifyNext/2", Client::SingBox),
            ("Outline/1", Client::Outline),
        ];
        for (agent, client) in cases {
            assert_eq!(Client::of_user_agent(agent), client, "{agent}");
        }
    }

    #[test]
    fn titles_survive_in_an_address() {
        assert_eq!(percent_encoded("🚀 a_b (x)"), "%F0%9F%9A%80%20a_b%20%28x%29");
    }
}

//! Which protocols the panel offers. The stock panel offers Shadowsocks alone and refuses anything else.

use std::collections::BTreeMap;

use domain::Timestamp;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use super::{Deadline, Panel, PanelError};

/// Accounts get these where the panel has them, and whatever it has otherwise.
const PREFERRED: [&str; 2] = ["vmess", "vless"];

/// The protocols for new accounts, read once and again when the panel refuses them.
#[derive(Debug, Default)]
pub(super) struct Inbounds {
    protocols: Mutex<Vec<String>>,
}

impl Inbounds {
    pub(super) async fn protocols(&self, panel: &Panel, now: Timestamp, deadline: Deadline) -> Result<Vec<String>, PanelError> {
        let mut kept = self.protocols.lock().await;
        if kept.is_empty() {
            *kept = read(panel, now, deadline).await?;
        }
        Ok(kept.clone())
    }

    /// Reads the protocols again; `None` where they are still `refused`.
    pub(super) async fn changed(
        &self,
        refused: &[String],
        panel: &Panel,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Option<Vec<String>>, PanelError> {
        let mut kept = self.protocols.lock().await;
        *kept = read(panel, now, deadline).await?;
        Ok((*kept != refused).then(|| kept.clone()))
    }
}

async fn read(panel: &Panel, now: Timestamp, deadline: Deadline) -> Result<Vec<String>, PanelError> {
    let answer = panel.call(http::Method::GET, panel.url("/api/inbounds")?, None, now, deadline).await?;
    if answer.status.as_u16() != 200 {
        return Err(PanelError::of(&answer));
    }
    // Only protocols that have an inbound are keys.
    let offered: BTreeMap<String, Vec<IgnoredAny>> = serde_json::from_slice(&answer.body).map_err(|_| PanelError::Garbled)?;
    let protocols = choose(offered.into_iter().filter(|(_, inbounds)| !inbounds.is_empty()).map(|(protocol, _)| protocol).collect());
    if protocols.is_empty() {
        return Err(PanelError::Rejected { status: 200, message: "the panel has no inbounds".to_owned() });
    }
    Ok(protocols)
}

fn choose(offered: Vec<String>) -> Vec<String> {
    let preferred: Vec<String> = offered.iter().filter(|protocol| PREFERRED.contains(&protocol.as_str())).cloned().collect();
    if preferred.is_empty() { offered } else { preferred }
}

/// `proxies` and `inbounds` of a new account: an empty list is all of a protocol's inbounds, a missing one none.
pub(super) fn payload(protocols: &[String]) -> (Value, Value) {
    let each = |value: Value| Value::Object(protocols.iter().map(|protocol| (protocol.clone(), value.clone())).collect::<Map<_, _>>());
    (each(json!({})), each(json!([])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_account_gets() {
        let chosen = |offered: &[&str]| choose(offered.iter().map(|&protocol| protocol.to_owned()).collect());
        assert_eq!(chosen(&["shadowsocks", "trojan", "vless", "vmess"]), ["vless", "vmess"]);
        assert_eq!(chosen(&["shadowsocks", "vless"]), ["vless"]);
        assert_eq!(chosen(&["shadowsocks"]), ["shadowsocks"]);
        assert_eq!(chosen(&["a-new-one"]), ["a-new-one"]);
        assert_eq!(payload(&["vless".to_owned()]), (json!({"vless": {}}), json!({"vless": []})));
    }
}

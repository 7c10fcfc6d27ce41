//! The apps that open a subscription: where they come from, and the links that make them take it.

use std::fmt::Write as _;

use clients::telegram::api::types::InlineKeyboardButton;
use domain::{Language, subscription::Subscription, time::Span};

use crate::{App, AppError, button::Platform, screen::link};

/// A link that leaves the chat is good for so long.
const LINK_LIFETIME: Span = Span::days(2);

/// An app that opens subscriptions by a link of its own.
#[derive(Debug, Clone, Copy)]
pub struct ImportApp {
    /// As it stands in routes.
    pub id: &'static str,
    pub name: &'static str,
    /// Where its makers publish it, by platform.
    installs: &'static [(Platform, &'static str)],
    /// What comes before the link.
    prefix: &'static str,
    encoding: Encoding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Plain,
    Percent,
    Base64,
}

use Platform::{Android, Ios, Linux, MacOs, Windows};

const HIDDIFY_RELEASES: &str = "https://github.com/hiddify/hiddify-app/releases/latest";
const HIDDIFY_APP_STORE: &str = "https://apps.apple.com/app/hiddify-proxy-vpn/id6596777532";
const HAPP_RELEASES: &str = "https://github.com/Happ-proxy/happ-desktop/releases/latest";
const HAPP_APP_STORE: &str = "https://apps.apple.com/app/happ-proxy-utility/id6504287215";
const STREISAND_APP_STORE: &str = "https://apps.apple.com/app/streisand/id6450534064";
const SING_BOX_APPLE: &str = "https://sing-box.sagernet.org/clients/apple/";

/// The apps, the recommended first. Schemes as the apps document them.
pub const IMPORT_APPS: [ImportApp; 6] = [
    ImportApp {
        id: "hiddify",
        name: "Hiddify",
        installs: &[
            (Android, "https://play.google.com/store/apps/details?id=app.hiddify.com"),
            (Ios, HIDDIFY_APP_STORE),
            (Windows, HIDDIFY_RELEASES),
            (MacOs, HIDDIFY_RELEASES),
            (Linux, HIDDIFY_RELEASES),
        ],
        prefix: "hiddify://import/",
        encoding: Encoding::Plain,
    },
    ImportApp {
        id: "v2rayng",
        name: "v2rayNG",
        installs: &[(Android, "https://github.com/2dust/v2rayNG/releases/latest")],
        prefix: "v2rayng://install-config?url=",
        encoding: Encoding::Percent,
    },
    ImportApp {
        id: "streisand",
        name: "Streisand",
        installs: &[(Ios, STREISAND_APP_STORE), (MacOs, STREISAND_APP_STORE)],
        prefix: "streisand://import/",
        encoding: Encoding::Plain,
    },
    ImportApp {
        id: "happ",
        name: "Happ",
        installs: &[
            (Android, "https://play.google.com/store/apps/details?id=com.happproxy"),
            (Ios, HAPP_APP_STORE),
            (Windows, HAPP_RELEASES),
            (MacOs, HAPP_APP_STORE),
            (Linux, HAPP_RELEASES),
        ],
        prefix: "happ://add/",
        encoding: Encoding::Plain,
    },
    ImportApp {
        id: "shadowrocket",
        name: "Shadowrocket",
        installs: &[(Ios, "https://apps.apple.com/app/shadowrocket/id932747118")],
        prefix: "sub://",
        encoding: Encoding::Base64,
    },
    ImportApp {
        id: "sing-box",
        name: "sing-box",
        installs: &[
            (Android, "https://play.google.com/store/apps/details?id=io.nekohasekai.sfa"),
            (Ios, SING_BOX_APPLE),
            (MacOs, SING_BOX_APPLE),
        ],
        prefix: "sing-box://import-remote-profile?url=",
        encoding: Encoding::Percent,
    },
];

impl ImportApp {
    pub fn by_id(id: &str) -> Option<Self> {
        IMPORT_APPS.into_iter().find(|app| app.id == id)
    }

    /// The apps of a platform with the pages that install them, the recommended first.
    pub fn on(platform: Platform) -> impl Iterator<Item = (Self, &'static str)> {
        let install = move |app: &Self| app.installs.iter().find(|(on, _)| *on == platform).map(|(_, url)| *url);
        IMPORT_APPS.into_iter().filter_map(move |app| Some((app, install(&app)?)))
    }

    /// The URL that makes the app import a subscription link.
    pub fn url(&self, subscription_link: &str) -> String {
        let encoded = match self.encoding {
            Encoding::Plain => subscription_link.to_owned(),
            Encoding::Percent => percent_encode(subscription_link),
            Encoding::Base64 => data_encoding::BASE64.encode(subscription_link.as_bytes()),
        };
        format!("{}{encoded}", self.prefix)
    }
}

/// Telegram's page that shares a link with a text.
pub fn share_url(link: &str, text: &str) -> String {
    format!("https://t.me/share/url?url={}&text={}", percent_encode(link), percent_encode(text))
}

fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else if write!(out, "%{byte:02X}").is_err() {
            break;
        }
    }
    out
}

impl App {
    /// What an HTTPS hop's token opens: the app's own URL for the subscription as its link is now. `None`: the hop is not ours, too old, or for no
    /// app. With the language of its owner.
    pub async fn open_link(&self, app: &str, token: &str) -> Result<Option<(ImportApp, String, Language)>, AppError> {
        let (Some(app), Ok(order)) = (ImportApp::by_id(app), self.names.open_link_token(token, self.now())) else { return Ok(None) };
        let (subscription, owner) = tokio::try_join!(self.store.subscription(order), self.store.user(order.buyer))?;
        let language = owner.map_or(Language::English, |owner| owner.language);
        let subscription = subscription.filter(|subscription| subscription.revoked_at.is_none());
        Ok(subscription.map(|subscription| (app, app.url(&subscription.link), language)))
    }

    /// A button for each of `apps` that makes it take a subscription; none where Telegram would refuse their links. `text`: what is written on it.
    pub fn import_buttons(
        &self,
        subscription: &Subscription,
        apps: impl IntoIterator<Item = ImportApp>,
        text: impl Fn(&ImportApp) -> String,
    ) -> Vec<InlineKeyboardButton> {
        if !self.links_open_here() {
            return Vec::new();
        }
        let token = self.names.link_token(subscription.order, self.now().plus(LINK_LIFETIME));
        let button = |app: ImportApp| link(text(&app), &format!("{}/open/{}/{token}", self.config.public_url, app.id));
        apps.into_iter().map(button).collect()
    }

    /// Telegram refuses links to a machine that only this machine reaches; a stand-in on this machine does not.
    fn links_open_here(&self) -> bool {
        self.config.public_url.starts_with("https://") || self.config.telegram.api_url.starts_with("http://")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_app_gets_the_link_as_it_wants_it() {
        let link = "https://p.example/sub/a b?x=1&y=2";
        let url = |id: &str| ImportApp::by_id(id).map(|app| app.url(link));
        assert_eq!(url("v2rayng").as_deref(), Some("v2rayng://install-config?url=https%3A%2F%2Fp.example%2Fsub%2Fa%20b%3Fx%3D1%26y%3D2"));
        assert_eq!(url("hiddify").as_deref(), Some("hiddify://import/https://p.example/sub/a b?x=1&y=2"));
        assert_eq!(url("shadowrocket").as_deref(), Some("sub://aHR0cHM6Ly9wLmV4YW1wbGUvc3ViL2EgYj94PTEmeT0y"));
        assert_eq!(url("javascript"), None);
    }

    #[test]
    fn every_platform_has_an_app_and_every_app_a_platform() {
        for platform in Platform::ALL {
            let apps: Vec<_> = ImportApp::on(platform).collect();
            assert_eq!(apps.first().map(|(app, _)| app.id), Some("hiddify"), "{platform:?}");
            assert!(apps.iter().all(|(_, url)| url.starts_with("https://")), "{platform:?}");
        }
        assert!(IMPORT_APPS.iter().all(|app| !app.installs.is_empty()));
    }
}

//! Answers of the panel, of Telegram and of the gateways. The first two bytes are the status.
#![no_main]

use std::time::Duration;

use app::gateways::Awaited;
use domain::{Currency, Money, Timestamp, payment::Gateway};
use fuzz::{Answers, NOW, shop};
use libfuzzer_sys::fuzz_target;

const TIMEOUT: Duration = Duration::from_secs(2);

fuzz_target!(|data: &[u8]| {
    let Some((head, body)) = data.split_at_checked(3) else { return };
    let status = 200 + u16::from_be_bytes([head[0], head[1]]) % 350;
    let shop = shop();
    let app = &shop.app;
    let answers = Answers { table: None, peer: Some((status, body.to_vec())) };
    let now = Timestamp::from_millis(NOW);
    shop.run(answers, async {
        if head[2] & 1 == 0 {
            let name = "abcdefghijklmnopqrstuvwxyz".parse().expect("a name");
            let _ = app.panel.account(&name, now, TIMEOUT).await;
            let _ = app.panel.accounts(&[&name], now, TIMEOUT).await;
        } else {
            let _ = app.telegram.get_me().await;
            let quote = Money::whole(100, Currency::Usd);
            let awaited = Awaited { name: "1", reference: "1", quote };
            let gateway = Gateway::ALL[usize::from(head[2] >> 1) % Gateway::ALL.len()];
            if let Some(gateway) = app.gateway(gateway) {
                let _ = gateway.confirm("1", Some(&awaited), TIMEOUT).await;
                let _ = gateway.look_up(&[awaited], TIMEOUT).await;
            }
        }
    });
});

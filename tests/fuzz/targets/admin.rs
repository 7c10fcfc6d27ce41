//! The admin API: `METHOD TARGET`, a line of `name: value` for each header, an empty line, the body. The owner's token is added.
#![no_main]

use fuzz::{ADMIN_TOKEN, Answers, check, request, shop};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (head, body) = data.windows(2).position(|end| end == b"\n\n").map_or((data, &b""[..]), |at| (&data[..at], &data[at + 2..]));
    let Ok(head) = std::str::from_utf8(head) else { return };
    let mut lines = head.lines();
    let Some((method, target)) = lines.next().and_then(|line| line.split_once(' ')) else { return };
    let authorization = format!("Bearer {ADMIN_TOKEN}");
    let mut headers = vec![("authorization", authorization.as_str())];
    headers.extend(lines.filter_map(|line| line.split_once(": ")));
    let shop = shop();
    if let Some(request) = request(method, target, &headers, body) {
        let response = shop.run(Answers::default(), admin_api::handle(&shop.app, request));
        check(&response);
        assert_ne!(response.status().as_u16(), 500, "{head}");
    }
});

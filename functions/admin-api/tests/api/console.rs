//! The console through the same door: pages and forms as a browser asks for them.

use domain::time::Span;
use serde_json::json;

use crate::support::{Answer, BOOTSTRAP, Shop};

const HOME: &str = "/admin/console";

/// Somebody at a browser: what cookies it keeps.
struct Browser<'a> {
    shop: &'a Shop,
    cookies: Vec<(String, String)>,
}

impl<'a> Browser<'a> {
    fn new(shop: &'a Shop) -> Self {
        Self { shop, cookies: vec![("wave_look".into(), "en.auto".into())] }
    }

    async fn signed_in(shop: &'a Shop, token: &str) -> Self {
        let mut browser = Self::new(shop);
        let answer = browser.post("/sign-in", &[("token", token)]).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, HOME), "{}", answer.text);
        browser
    }

    async fn owner(shop: &'a Shop) -> Self {
        Self::signed_in(shop, BOOTSTRAP).await
    }

    fn cookie(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, answer: &Answer) {
        for set in answer.headers.get_all("set-cookie") {
            let set = set.to_str().unwrap();
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            assert!(set.contains("Path=/admin/console") && set.contains("HttpOnly") && set.contains("Secure"), "{set}");
            self.cookies.retain(|(known, _)| known != name);
            if !set.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    async fn get(&mut self, path: &str) -> Answer {
        let ask = self.shop.ask("GET", &format!("{HOME}{path}")).token(None).header("cookie", &self.cookie());
        let answer = ask.send().await;
        self.keep(&answer);
        answer
    }

    /// A page that is there.
    async fn page(&mut self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.text
    }

    async fn post_with(&mut self, path: &str, form: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = form.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
        let mut ask = self.shop.ask("POST", &format!("{HOME}{path}")).token(None).header("cookie", &self.cookie());
        ask = ask.header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            ask = ask.header(name, value);
        }
        let answer = ask.body(body.join("&")).send().await;
        self.keep(&answer);
        answer
    }

    async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.post_with(path, form, &[("origin", "https://shop.example"), ("sec-fetch-site", "same-origin")]).await
    }

    /// Opens the page of a form and sends it, filled in.
    async fn fill(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let page = self.page(path).await;
        let hidden: Vec<(String, String)> =
            ["_proof", "_key", "_version"].iter().filter_map(|name| Some(((*name).to_owned(), value_of(&page, name)?))).collect();
        let mut all: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        all.extend(form);
        self.post(path, &all).await
    }
}

fn escaped(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// What the last input of this name on a page holds: forms of the page stand behind those of the bar.
fn value_of(page: &str, name: &str) -> Option<String> {
    let (_, rest) = page.rsplit_once(&format!("name=\"{name}\" value=\""))?;
    Some(rest.split('"').next()?.to_owned())
}

#[track_caller]
fn sees(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "{part:?} is not on the page: {page}");
    }
}

#[tokio::test]
async fn somebody_signs_in_approves_a_receipt_and_signs_out() {
    let shop = Shop::open().await;
    shop.stock().await;
    let order = shop.receipt(7).await;
    let name = shop.name(&order);
    let mut browser = Browser::new(&shop);
    let sent_away = browser.get(&format!("/orders/{name}?a=b")).await;
    assert_eq!(sent_away.status, 303);
    let to = sent_away.header("location").strip_prefix(HOME).unwrap().to_owned();
    let page = browser.page(&to).await;
    let back = value_of(&page, "to").filter(|to| to.contains("/orders/"));
    let back = back.unwrap_or_else(|| page.split("name=\"to\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned());
    let answer = browser.post("/sign-in", &[("token", BOOTSTRAP), ("to", &back.replace("&amp;", "&"))]).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, format!("{HOME}/orders/{name}?a=b").as_str()));

    sees(&browser.page("").await, &["Receipts to decide", &name, "150,000 Toman"]);
    sees(&browser.page("/orders").await, &[&name, "awaiting payment", "50 GB, 30 days"]);
    sees(
        &browser.page(&format!("/orders/{name}")).await,
        &["Payment Information", "Order Details", "Additional Information", "A receipt waits"],
    );
    let answer = browser.fill(&format!("/orders/{name}/approve"), &[]).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, format!("{HOME}/orders/{name}?done=approved").as_str()));
    sees(&browser.page(&format!("/orders/{name}?done=approved")).await, &["Approved. The order is on its way", "pill"]);
    assert_eq!(shop.stored(order.id).await.payment.map(|payment| payment.gateway()), Some(domain::payment::Gateway::Card));
    assert_eq!(shop.history("order", &name).await, ["bootstrap approve"]);

    let proof = value_of(&browser.page("").await, "_proof").unwrap();
    let ticket = browser.cookies.clone();
    assert_eq!(browser.post("/sign-out", &[("_proof", &proof)]).await.header("location"), format!("{HOME}/sign-in"));
    assert_eq!(browser.get("").await.status, 303);
    // Not only the browser has forgotten it.
    browser.cookies = ticket;
    assert_eq!(browser.get("").await.status, 303);
}

#[tokio::test]
async fn pages_load_nothing_but_the_shop_s_two_files() {
    let shop = Shop::open().await;
    let mut browser = Browser::owner(&shop).await;
    for path in ["", "/orders", "/settings/edit", "/sign-in", "/nothing/of/this"] {
        let page = browser.get(path).await;
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        let policy = page.header("content-security-policy");
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(rule), "{rule}");
        }
        assert!(!policy.contains("unsafe"));
        assert_eq!((page.header("x-frame-options"), page.header("cache-control")), ("DENY", "no-store"));
        // Where forms are told to come from nowhere, nobody can tell whose they are.
        assert_eq!(page.header("referrer-policy"), "same-origin");
        for forbidden in ["style=", "onclick=", "<script>", "src=\"http", "href=\"http", "//cdn"] {
            assert!(!page.text.contains(forbidden), "{path}: {forbidden}");
        }
        for file in page.text.split(['"']).filter(|part| part.ends_with(".css") || part.ends_with(".js")) {
            let asset = browser.shop.ask("GET", file).token(None).send().await;
            assert_eq!((asset.status.as_u16(), asset.header("cache-control")), (200, "public, max-age=31536000, immutable"), "{file}");
            assert_eq!(asset.header("x-content-type-options"), "nosniff");
        }
    }
    assert_eq!(browser.get("/console-0000000000000000.css").await.status, 404);
}

#[tokio::test]
async fn who_is_not_signed_in_sees_nothing_and_does_nothing() {
    let shop = Shop::open().await;
    shop.stock().await;
    let name = shop.name(&shop.receipt(7).await);
    let mut nobody = Browser::new(&shop);
    for path in ["", "/orders", "/orders.csv", "/nothing", "/settings/edit"] {
        let answer = nobody.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (303, ""), "{path}");
        assert!(answer.header("location").starts_with("/admin/console/sign-in"));
    }
    for (path, form) in [(format!("/orders/{name}/approve"), vec![("_proof", "x")]), ("/sign-out".into(), vec![])] {
        assert_eq!(nobody.post(&path, &form).await.header("location"), "/admin/console/sign-in");
    }
    for token in ["", "x", "wsa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &"x".repeat(5000)] {
        let answer = nobody.post("/sign-in", &[("token", token), ("to", "https://evil.example")]).await;
        assert_eq!(answer.status, 401, "{token}");
        sees(&answer.text, &["This token does not work.", "name=\"to\" value=\"/admin/console\""]);
        assert!(answer.headers.get("set-cookie").is_none());
    }
    for cookie in ["x", "x.y", &format!("{}.{}", "a".repeat(43), "0".repeat(64))] {
        nobody.cookies = vec![("__Secure-wave_console".into(), cookie.into())];
        assert_eq!(nobody.get("/orders").await.status, 303, "{cookie}");
    }
    assert!(shop.history("order", &name).await.is_empty());
    // From a link elsewhere the browser brings no cookie: it is asked to come again from here.
    let mut stranger = Browser::new(&shop);
    let ask = shop.ask("GET", "/admin/console/orders").token(None).header("sec-fetch-site", "cross-site").send().await;
    sees(&ask.text, &["http-equiv=\"refresh\" content=\"0;url=/admin/console/orders\""]);
    assert_eq!(stranger.get("/orders").await.status, 303);
}

#[tokio::test]
async fn pages_are_looked_at_and_forms_are_posted() {
    let shop = Shop::open().await;
    for (method, path, status, allow) in [
        ("POST", HOME, 405, "GET, HEAD, OPTIONS"),
        ("PUT", HOME, 405, "GET, HEAD, OPTIONS"),
        ("DELETE", "/admin/console/orders", 405, "GET, HEAD, POST, OPTIONS"),
        ("OPTIONS", HOME, 204, "GET, HEAD, OPTIONS"),
        ("OPTIONS", "/admin/console/users/7/ban", 204, "GET, HEAD, POST, OPTIONS"),
        ("HEAD", "/admin/console/sign-in", 200, ""),
    ] {
        let answer = shop.ask(method, path).token(None).send().await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (status, allow), "{method} {path}");
        assert!(method != "HEAD" || answer.text.is_empty());
    }
    // A form that is too long is none.
    let long = format!("token={}", "x".repeat(20_000));
    let answer = shop.ask("POST", "/admin/console/sign-in").token(None).body(long).send().await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn a_form_of_another_site_or_session_does_nothing() {
    let shop = Shop::open().await;
    shop.stock().await;
    let name = shop.name(&shop.receipt(7).await);
    let path = format!("/orders/{name}/approve");
    let mut browser = Browser::owner(&shop).await;
    let mut other = Browser::owner(&shop).await;
    let (proof, of_other) = (value_of(&browser.page("").await, "_proof").unwrap(), value_of(&other.page("").await, "_proof").unwrap());
    assert_ne!(proof, of_other);
    let here = [("origin", "https://shop.example"), ("sec-fetch-site", "same-origin")];
    for (form, headers) in [
        (vec![], here.to_vec()),
        (vec![("_proof", "")], here.to_vec()),
        (vec![("_proof", of_other.as_str())], here.to_vec()),
        (vec![("_proof", proof.as_str())], vec![("origin", "https://evil.example")]),
        (vec![("_proof", proof.as_str())], vec![("origin", "null")]),
        (vec![("_proof", proof.as_str())], vec![("sec-fetch-site", "cross-site")]),
        (vec![("_proof", proof.as_str())], vec![("sec-fetch-site", "same-site")]),
    ] {
        let answer = browser.post_with(&path, &form, &headers).await;
        assert_eq!(answer.status, 403, "{form:?} {headers:?}");
    }
    assert!(shop.history("order", &name).await.is_empty());
    let answer = browser.post_with("/sign-in", &[("token", BOOTSTRAP)], &[("origin", "https://evil.example")]).await;
    assert_eq!(answer.status, 403, "nobody is signed in as somebody else");
    assert_eq!(browser.post_with(&path, &[("_proof", &proof)], &here).await.status, 303);
}

#[tokio::test]
async fn a_session_ends_with_its_time_and_with_its_token() {
    let shop = Shop::open().await;
    let made = shop.post("/admin/v1/tokens", json!({"name": "desk", "role": "operator"})).await.body;
    let (id, token) = (made["id"].as_str().unwrap(), made["token"].as_str().unwrap());
    let mut browser = Browser::signed_in(&shop, token).await;
    let mut owner = Browser::owner(&shop).await;
    browser.page("").await;
    shop.post(&format!("/admin/v1/tokens/{id}/revoke"), json!({})).await;
    assert_eq!(browser.get("").await.status, 303);
    assert!(!browser.cookie().contains("wave_console"), "the browser is told to forget it");
    shop.clock.forward(Span::hours(11));
    owner.page("").await;
    shop.clock.forward(Span::hours(1));
    assert_eq!(owner.get("").await.status, 303);
}

#[tokio::test]
async fn nobody_is_shown_what_he_may_not_do_and_it_is_refused_all_the_same() {
    let shop = Shop::open().await;
    shop.stock().await;
    let name = shop.name(&shop.receipt(7).await);
    let (viewer, operator) = (shop.token("viewer").await, shop.token("operator").await);
    let mut viewer = Browser::signed_in(&shop, &viewer).await;
    let page = viewer.page(&format!("/orders/{name}")).await;
    assert!(!page.contains("/approve") && !page.contains("/reject") && !page.contains("/admin/console/tokens"), "{page}");
    let proof = value_of(&viewer.page("").await, "_proof").unwrap();
    for path in
        [format!("/orders/{name}/approve"), "/users/7/ban".into(), "/products/new".into(), "/settings/edit".into(), "/tokens/new".into()]
    {
        assert_eq!(viewer.get(&path).await.status, 403, "{path}");
        assert_eq!(viewer.post(&path, &[("_proof", &proof)]).await.status, 403, "{path}");
    }
    assert_eq!(viewer.get("/tokens").await.status, 403);
    let mut operator = Browser::signed_in(&shop, &operator).await;
    sees(&operator.page(&format!("/orders/{name}")).await, &["/approve", "/reject"]);
    assert_eq!(operator.get("/settings/edit").await.status, 403);
    assert_eq!(operator.get("/tokens").await.status, 403);
}

#[tokio::test]
async fn what_is_wrong_is_told_beside_its_field_and_what_was_typed_stays() {
    let shop = Shop::open().await;
    let mut browser = Browser::owner(&shop).await;
    let answer = browser
        .fill("/products/new", &[("name", "Sea & <sand>"), ("kind", "plan"), ("price.amount", "dear"), ("duration_days", "soon")])
        .await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    sees(
        &answer.text,
        &["value=\"Sea &amp; &lt;sand&gt;\"", "value=\"dear\"", "value=\"soon\"", "aria-invalid=\"true\"", "id=\"f-duration_days-error\""],
    );
    let answer = browser.fill("/discount-codes/new", &[("code", "SPRING20"), ("percent", "20"), ("amount.amount", "5000")]).await;
    assert_eq!(answer.status, 422);
    sees(&answer.text, &["id=\"f-percent-error\"", "either a percentage or an amount", "value=\"SPRING20\""]);
    let answer = browser
        .fill("/discount-codes/new", &[("code", "SPRING20"), ("percent", "۲۰"), ("use_limit", "۱۰۰"), ("valid_to", "2027-01-01T00:00")])
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("location")),
        (303, "/admin/console/discount-codes/SPRING20?done=created"),
        "{}",
        answer.text
    );
    let code = shop.get("/admin/v1/discount-codes/SPRING20").await.body;
    assert_eq!((&code["percent"], &code["use_limit"]), (&json!("20"), &json!(100)), "{code}");
    assert_eq!(code["valid_to"], "2026-12-31T20:30:00.000Z", "by the shop's clocks");
}

#[tokio::test]
async fn things_are_changed_on_the_version_that_was_seen() {
    let shop = Shop::open().await;
    shop.stock().await;
    let mut browser = Browser::owner(&shop).await;
    let page = browser.page("/products/gb50-30d/edit").await;
    sees(&page, &["value=\"50 GB, 30 days\"", "value=\"150000\"", "name=\"prices.XTR\" value=\"150\""]);
    let form = |name: &'static str| {
        [
            ("name", name),
            ("price.amount", "160000"),
            ("duration_days", ""),
            ("renewal_policy", "add"),
            ("data_limit_gb", "50"),
            ("prices.XTR", ""),
        ]
    };
    let answer = browser.fill("/products/gb50-30d/edit", &form("Fifty")).await;
    assert_eq!(answer.header("location"), "/admin/console/products/gb50-30d?done=saved", "{}", answer.text);
    let product = shop.get("/admin/v1/products/gb50-30d").await.body;
    assert_eq!(
        (&product["name"], &product["price"]["amount"], &product["duration_days"], &product["prices"]),
        (&json!("Fifty"), &json!("160000"), &json!(null), &json!({}))
    );
    let (proof, key) = (value_of(&page, "_proof").unwrap(), "another");
    let mut late = vec![("_proof", proof.as_str()), ("_key", key), ("_version", "1")];
    late.extend(form("Late"));
    let answer = browser.post("/products/gb50-30d/edit", &late).await;
    assert_eq!(answer.status, 412);
    sees(&answer.text, &["Somebody changed it since you opened this form", "value=\"Late\""]);
    assert_eq!(shop.history("product", "gb50-30d").await, ["bootstrap change", "bootstrap create"]);
}

#[tokio::test]
async fn the_same_form_sent_twice_is_done_once() {
    let shop = Shop::open().await;
    let mut browser = Browser::owner(&shop).await;
    let page = browser.page("/discount-codes/new").await;
    let (proof, key) = (value_of(&page, "_proof").unwrap(), value_of(&page, "_key").unwrap());
    let form = [("_proof", proof.as_str()), ("_key", key.as_str()), ("percent", "15")];
    let (first, second) = (browser.post("/discount-codes/new", &form).await, browser.post("/discount-codes/new", &form).await);
    assert_eq!((first.status.as_u16(), first.header("location")), (303, second.header("location")));
    assert_eq!(shop.get("/admin/v1/discount-codes").await.body["items"].as_array().unwrap().len(), 1);
    let page = browser.page("/tokens/new").await;
    let key = value_of(&page, "_key").unwrap();
    let form = [("_proof", proof.as_str()), ("_key", key.as_str()), ("name", "night"), ("role", "operator")];
    let first = browser.post("/tokens/new", &form).await;
    sees(&first.text, &["Copy it now", "data-copy=\"wsa_"]);
    let second = browser.post("/tokens/new", &form).await;
    sees(&second.text, &["shown before"]);
    assert!(!second.text.contains("wsa_"));
}

#[tokio::test]
async fn what_people_are_called_is_only_ever_a_text() {
    let shop = Shop::open().await;
    shop.stock().await;
    let user = shop.join(7, None).await;
    let hostile = "<script>alert(1)</script>\"'><img src=x>";
    shop.app.store.commit("n", vec![store::Write::put(&domain::user::User { first_name: hostile.into(), ..user }).unwrap()]).await.unwrap();
    let mut browser = Browser::owner(&shop).await;
    for path in ["/users", "/users/7", "/users?q=%3Cscript%3Ealert(1)%3C/script%3E", "/audit?actor=%22%3E%3Cscript%3E"] {
        let page = browser.page(path).await;
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x") && !page.contains("\"><script>"), "{path}: {page}");
    }
    let named = shop
        .post("/admin/v1/products", json!({"id": "x", "name": "=HYPERLINK(\"http://evil\")", "price": {"amount": "1", "currency": "IRT"}}))
        .await;
    assert_eq!(named.status, 201);
    let file = browser.get("/products.csv").await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(file.header("content-disposition").contains("products.csv"));
    assert!(file.text.starts_with('\u{feff}') && file.text.contains("\"'=HYPERLINK(\"\"http://evil\"\")\""), "{}", file.text);
}

#[tokio::test]
async fn lists_are_narrowed_searched_and_paged() {
    let shop = Shop::open().await;
    shop.stock().await;
    for user in 1..=5 {
        shop.join(user, (user > 2).then_some(1)).await;
        shop.clock.tick();
    }
    let mut browser = Browser::owner(&shop).await;
    sees(&browser.page("/users").await, &["href=\"/admin/console/users?invited_by=1\""]);
    let invited = browser.page("/users?invited_by=1").await;
    let rows = |page: &str| page.matches("<tr>").count() - 1;
    assert_eq!(rows(&invited), 3);
    let first = browser.page("/users?limit=2&status=new&banned=").await;
    assert_eq!(rows(&first), 2);
    let next = first.split("href=\"").find(|part| part.contains("cursor=")).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let second = browser.page(next.strip_prefix(HOME).unwrap()).await;
    assert!(rows(&second) == 2 && second.contains("First page"));
    sees(&browser.page("/users?created_from=2026-11-22&created_to=2026-11-22").await, &["value=\"2026-11-22\""]);
    assert_eq!(browser.get("/users?limit=x").await.status, 400);
    let order = shop.receipt(3).await;
    assert_eq!(
        browser.get(&format!("/search?q={}", shop.name(&order))).await.header("location"),
        format!("{HOME}/orders/{}", shop.name(&order))
    );
    assert_eq!(browser.get("/search?q=%DB%B7").await.header("location"), format!("{HOME}/users?q=7"));
    let csv = browser.get("/users.csv?invited_by=1").await.text;
    assert_eq!(csv.lines().count(), 4, "{csv}");
}

#[tokio::test]
async fn every_page_is_there_in_both_languages() {
    let shop = Shop::open().await;
    shop.stock().await;
    shop.post("/admin/v1/discount-codes", json!({"code": "SPRING", "percent": "20"})).await;
    shop.join(1, None).await;
    let order = shop.receipt(7).await;
    let name = shop.name(&order);
    shop.post(&format!("/admin/v1/orders/{name}/approve"), json!({})).await;
    let payment = shop.get("/admin/v1/payments").await.body["items"][0]["id"].as_str().unwrap().to_owned();
    let mut browser = Browser::owner(&shop).await;
    for language in ["en", "fa"] {
        browser.post("/look", &[("language", language), ("to", HOME)]).await;
        let paths = [
            "",
            "/orders",
            "/payments",
            "/unapplied-payments",
            "/users",
            "/products",
            "/discount-codes",
            "/duties",
            "/duties?parked=true",
            "/receipts",
            "/stats",
            "/stats?month=2026-10",
            "/audit",
            "/settings",
            "/settings/edit",
            "/tokens",
            "/tokens/new",
            "/products/new",
            "/discount-codes/new",
            "/products/gb50-30d",
            "/products/gb50-30d/edit",
            "/discount-codes/SPRING",
            "/discount-codes/SPRING/edit",
            "/users/7",
            "/users/7/ban",
            "/subscriptions?user_id=7",
            "/referrals?inviter=1",
            "/stats/recount",
        ];
        let items = [
            format!("/orders/{name}"),
            format!("/orders/{name}/refund"),
            format!("/orders/{name}/reject"),
            format!("/payments/{payment}"),
            format!("/payments/{payment}/credit"),
            format!("/payments/{payment}/apply"),
        ];
        for path in paths.into_iter().map(str::to_owned).chain(items) {
            let page = browser.page(&path).await;
            let direction = if language == "fa" { "dir=\"rtl\"" } else { "dir=\"ltr\"" };
            sees(&page, &[&format!("<html lang=\"{language}\" {direction}")]);
        }
        assert_eq!(browser.get("/nothing").await.status, 404);
        assert_eq!(browser.get("/orders/nothing").await.status, 404);
    }
}

#[tokio::test]
async fn what_operators_do_to_customers_is_done_from_their_pages() {
    let shop = Shop::open().await;
    shop.stock().await;
    for user in [1, 2] {
        shop.join(user, None).await;
    }
    let order = shop.receipt(7).await;
    let name = shop.name(&order);
    let mut browser = Browser::owner(&shop).await;
    sees(&browser.page("/users/2").await, &["/users/2/grant", "/users/2/adopt", "/users/2/attach-referral", "/users/2/ban"]);
    sees(&browser.page("/users/2/adopt").await, &["name=\"panel_username\""]);
    let answer = browser.fill("/users/2/adopt", &[("panel_username", "no name")]).await;
    assert_eq!(answer.status, 422);
    sees(&answer.text, &["id=\"f-panel_username-error\""]);
    let answer = browser.fill("/users/2/attach-referral", &[("inviter", "1")]).await;
    assert_eq!(answer.header("location"), "/admin/console/users/2?done=done", "{}", answer.text);
    assert_eq!(shop.get("/admin/v1/users/2").await.body["invited_by"], 1);
    // Of a new subscription both limits have to be spoken of.
    let answer = browser.fill("/users/2/grant", &[("data_limit_gb", "10")]).await;
    assert_eq!(answer.status, 422);
    sees(&answer.text, &["id=\"f-duration_days-error\""]);
    let answer = browser.fill("/users/2/grant", &[("data_limit_gb", "10"), ("duration_days", "-")]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let given = &shop.get("/admin/v1/orders?user_id=2").await.body["items"][0];
    assert_eq!((&given["product"]["data_limit_gb"], &given["product"]["duration_days"]), (&json!(10), &json!(null)), "{given}");
    // Less arrived than was asked for: the order is not paid.
    let answer = browser.fill(&format!("/orders/{name}/correct"), &[("amount.amount", "120000"), ("amount.currency", "IRT")]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(shop.stored(order.id).await.status, domain::order::OrderStatus::AwaitingPayment);
    sees(&browser.page("/unapplied-payments").await, &["120,000 Toman"]);
    let settle = [("method", "card"), ("reference", "bank-17"), ("amount.amount", "150000"), ("amount.currency", "IRT"), ("reason", "")];
    let answer = browser.fill(&format!("/orders/{name}/settle"), &settle).await;
    assert_eq!(answer.status, 422);
    sees(&answer.text, &["id=\"f-reason-error\"", "value=\"bank-17\""]);
    let settle = [
        ("method", "card"),
        ("reference", "bank-17"),
        ("amount.amount", "150000"),
        ("amount.currency", "IRT"),
        ("reason", "Seen at the bank"),
    ];
    assert_eq!(browser.fill(&format!("/orders/{name}/settle"), &settle).await.status, 303);
    assert!(shop.stored(order.id).await.paid_at.is_some());
    let answer = browser.fill("/discount-codes/batch", &[("count", "3"), ("prefix", "NY-"), ("percent", "10")]).await;
    assert_eq!((answer.status.as_u16(), answer.text.matches("NY-").count()), (200, 3), "{}", answer.text);
}

#[tokio::test]
async fn the_settings_are_filled_in_as_they_stand_and_saved_as_they_are_typed() {
    let shop = Shop::open().await;
    let mut browser = Browser::owner(&shop).await;
    let before = shop.get("/admin/v1/settings").await.body;
    let page = browser.page("/settings/edit").await;
    // Saved as it was filled in, nothing changes.
    let mut form: Vec<(String, String)> = Vec::new();
    for part in page.split("<input ").skip(1) {
        let tag = part.split('>').next().unwrap();
        let attribute =
            |name: &str| tag.split(&format!(" {name}=\"")).nth(1).map(|rest| rest.split('"').next().unwrap().replace("&quot;", "\""));
        let Some(name) = attribute("name").filter(|name| !name.starts_with('_') && name != "q" && name != "to") else { continue };
        if !tag.contains("checkbox") || tag.contains(" checked") {
            form.push((name, attribute("value").unwrap_or_default()));
        }
    }
    for part in page.split("<select ").skip(1) {
        let name = part.split("name=\"").nth(1).unwrap().split('"').next().unwrap();
        let chosen = part.split("</select>").next().unwrap().split("<option ").find(|option| option.contains("selected")).unwrap();
        form.push((name.to_owned(), chosen.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()));
    }
    let pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = browser.fill("/settings/edit", &pairs).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let mut after = shop.get("/admin/v1/settings").await.body;
    for field in ["version", "updated_at"] {
        after[field] = before[field].clone();
    }
    assert_eq!(after, before);
    let mut changed = pairs.clone();
    changed.retain(|(name, _)| {
        !["trial.data_limit_mb", "trial.duration_days", "reminders.days_left", "reminders.win_back.after_days", "gifts"].contains(name)
    });
    changed.extend([
        ("trial.data_limit_mb", "300"),
        ("trial.duration_days", "2"),
        ("reminders.days_left", "۵، 2"),
        ("maintenance", "true"),
    ]);
    changed.extend([("channels", "@wave_news | News | https://t.me/wave_news"), ("reminders.win_back.after_days", "7")]);
    let answer = browser.fill("/settings/edit", &changed).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let after = shop.get("/admin/v1/settings").await.body;
    assert_eq!(after["trial"], json!({"data_limit_mb": 300, "duration_days": 2}));
    assert_eq!((&after["maintenance"], &after["gifts"]), (&json!(true), &json!(false)));
    assert_eq!(after["reminders"]["days_left"], json!([5, 2]));
    assert_eq!(after["reminders"]["win_back"]["after_days"], 7);
    assert_eq!(after["channels"][0]["chat"], "@wave_news");
    changed.push(("utc_offset", "late"));
    changed.retain(|(name, value)| *name != "utc_offset" || *value == "late");
    let answer = browser.fill("/settings/edit", &changed).await;
    assert_eq!(answer.status, 422);
    sees(&answer.text, &["id=\"f-utc_offset-error\"", "value=\"late\""]);
}

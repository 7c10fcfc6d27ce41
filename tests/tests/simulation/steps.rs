//! What the people do, and what they remember of it.

use std::sync::{Arc, atomic::Ordering};

use domain::{order::OrderStatus, time::Span};
use local::telegram::{Button, ButtonAction, ChatMessage, Person};
use serde_json::{Value, json};
use tests::{actors, crypto_pay::Callback};

use crate::{
    internet::{Script, Site},
    ledger::{OddCharge, Offer, Request},
    plan::{Act, AdminAct, CODES, CUSTOMERS, Method, PRODUCTS, Step},
    world::{CLOCKWORK, GATEWAY, World},
};

/// What a broadcast says.
pub const NEWS: &str = "News for everybody";

/// The screens that a customer still looks at.
const IN_SIGHT: usize = 4;

/// A plan of the shop as it is at first.
pub fn offer(product: usize, revision: u64) -> (String, Offer) {
    let (toman, stars, gb, days) =
        [(100_003, 81, Some(10), Some(30)), (300_007, 241, Some(50), Some(90)), (30_000, 25, Some(5), None)][product];
    let name = format!("Plan {} r{revision}", PRODUCTS[product]);
    let more = revision % 7;
    let gb = gb.map(|gb| gb + i64::try_from(more).expect("small"));
    (name, Offer { toman: toman + 1_000 * more, stars: stars + more, gb, days })
}

impl World {
    fn person(&self, who: u8) -> &Person {
        &self.people[usize::from(who % CUSTOMERS)]
    }

    /// Whose requests a step's faults are for.
    fn sender(&self, act: Act) -> i64 {
        match act {
            Act::Start { who }
            | Act::Follow { who, .. }
            | Act::Order { who, .. }
            | Act::Renew { who, .. }
            | Act::Rush { who, .. }
            | Act::RushRenew { who }
            | Act::Code { who, .. }
            | Act::Tap { who, .. }
            | Act::TapTwice { who, .. }
            | Act::Pay { who, .. }
            | Act::OddCharge { who, .. }
            | Act::Receipt { who }
            | Act::Cancel { who }
            | Act::Check { who }
            | Act::Trial { who }
            | Act::OpenGift { who, .. }
            | Act::NewLink { who }
            | Act::Block { who, .. } => self.person(who).id(),
            Act::CallBack { .. } | Act::Forge { .. } => GATEWAY,
            Act::Decide { .. } | Act::Admin { .. } => self.operator.id(),
            Act::Jobs
            | Act::Redeliver { .. }
            | Act::Retry
            | Act::Wait { .. }
            | Act::Panel { .. }
            | Act::Traffic { .. }
            | Act::Restart { .. } => CLOCKWORK,
        }
    }

    /// The shop as its owner opens it: plans and codes.
    pub async fn furnish(self: &Arc<Self>) {
        for (position, product) in PRODUCTS.into_iter().enumerate() {
            let (name, offer) = offer(position, 0);
            let mut body = json!({
                "id": product,
                "name": name,
                "price": { "amount": offer.toman.to_string(), "currency": "IRT" },
                "prices": { "XTR": offer.stars.to_string(), "USD": format!("{}.50", offer.stars / 40) },
                "data_limit_gb": offer.gb,
                "position": position + 1,
            });
            if let Some(days) = offer.days {
                body["duration_days"] = json!(days);
            } else {
                body["kind"] = json!("add_on");
            }
            self.state().ledger.offers.insert(name, offer);
            self.ask("POST", "/admin/v1/products".into(), body, "create", product.into()).await;
        }
        for (code, percent, limit, each) in
            [("HALF", 50, None, None), ("ONCE", 20, Some(1), None), ("FREE", 100, Some(2), Some(1)), ("EACH", 10, None, Some(1))]
        {
            let mut body = json!({ "code": code, "percent": percent.to_string() });
            if let Some(limit) = limit {
                body["use_limit"] = json!(limit);
            }
            if let Some(each) = each {
                body["per_user_limit"] = json!(each);
            }
            {
                let ledger = &mut self.state().ledger;
                ledger.limits.insert(code.into(), limit.unwrap_or(u64::MAX));
                ledger.percents.entry(code.into()).or_default().insert(percent);
            }
            self.ask("POST", "/admin/v1/discount-codes".into(), body, "create", code.into()).await;
        }
        let body = json!({ "welcome_bonus": { "data_limit_gb": 1, "duration_days": 1 } });
        self.ask("PATCH", "/admin/v1/settings".into(), body, "change", "shop".into()).await;
        let refused: Vec<Request> = self
            .state()
            .ledger
            .requests
            .iter()
            .filter(|request| request.status != Some(201) && request.status != Some(200))
            .cloned()
            .collect();
        assert!(refused.is_empty(), "{refused:?}");
    }

    /// One step. What it came to, in a word for the trace.
    pub async fn step(self: &Arc<Self>, step: &Step) -> String {
        self.begin(self.sender(step.act), Script::new(&step.faults, step.of_changes), step.worker);
        self.act(step.act).await
    }

    /// The same; what it asked the outside for is told too.
    pub async fn watched(self: &Arc<Self>, step: &Step) -> (String, Vec<Site>) {
        let script = self.begin(self.sender(step.act), Script::new(&step.faults, step.of_changes), step.worker);
        let came_to = self.act(step.act).await;
        (came_to, script.asked())
    }

    async fn act(self: &Arc<Self>, act: Act) -> String {
        match act {
            Act::Start { who } => said(&self.person(who).send("/start").await),
            Act::Follow { who, inviter } => self.follow(who, inviter).await,
            Act::Order { who, product, method, code, gift } => self.order(self.person(who), product, method, code, gift).await,
            Act::Renew { who, product, method } => self.renew(self.person(who), product, method).await,
            Act::Rush { who, other, code } => self.rush(self.person(who), self.person(other), code).await,
            Act::RushRenew { who } => self.rush_renew(self.person(who)).await,
            Act::Code { who, code } => {
                let person = self.person(who);
                if person.tap("discount code").await.is_err() {
                    return "no screen for a code".into();
                }
                said(&person.send(CODES[usize::from(code)]).await)
            }
            Act::Tap { who, pick } => match self.button(self.person(who), pick) {
                Some((message, data)) => said(&self.person(who).tap_data(message, &data).await),
                None => "nothing to tap".into(),
            },
            Act::TapTwice { who, pick } => match self.button(self.person(who), pick) {
                Some((message, data)) => {
                    let person = self.person(who);
                    let (first, second) = tokio::join!(person.tap_data(message, &data), person.tap_data(message, &data));
                    format!("{} and {}", said(&first), said(&second))
                }
                None => "nothing to tap".into(),
            },
            Act::Pay { who, whose, pick } => self.pay(self.person(who), self.person(whose), pick).await,
            Act::OddCharge { who, pick, kind } => self.charge_oddly(self.person(who), pick, kind).await,
            Act::Receipt { who } => said(&self.person(who).send_photo(b"a receipt".to_vec()).await),
            Act::Cancel { who } => self.tap(self.person(who), "Cancel the order").await,
            Act::Check { who } => self.tap(self.person(who), "I have paid").await,
            Act::Trial { who } => said(&self.person(who).send("/trial").await),
            Act::OpenGift { who, whose } => self.open_gift(self.person(who), self.person(whose)).await,
            Act::NewLink { who } => {
                let person = self.person(who);
                person.send("/subscriptions").await;
                if person.last().is_some_and(|message| message.button("New link").is_none()) {
                    let _ = person.tap("1 · ").await;
                }
                let _ = person.tap("New link").await;
                self.tap(person, "Yes, a new link").await
            }
            Act::Block { who, blocked } => {
                let person = self.person(who);
                self.state().ledger.blocked.insert(person.id());
                person.set_blocked(blocked).await.map_or_else(|| "so already".into(), |answer| said(&answer))
            }
            Act::CallBack { pick, again } => self.some_callback(pick, again).await,
            Act::Forge { pick, kind } => self.forge(pick, kind).await,
            Act::Decide { pick, approve } => self.decide(pick, approve).await,
            Act::Admin { what, pick } => self.administer(what, pick).await,
            Act::Redeliver { pick } => {
                let update = {
                    let state = self.state();
                    chosen(&state.updates, pick).copied()
                };
                match update {
                    Some(update) => said(&self.telegram.redeliver(update).await),
                    None => "nothing to repeat".into(),
                }
            }
            Act::Retry => self.retry().await,
            Act::Jobs => self.jobs().await.map_or_else(|| "no run".into(), |run| run.to_string()),
            Act::Wait { seconds } => {
                self.advance(Span::seconds(seconds));
                String::new()
            }
            Act::Panel { down } => {
                self.internet.set_panel_down(down);
                String::new()
            }
            Act::Traffic { pick, gib } => {
                let accounts = self.panel.users();
                match chosen(&accounts, pick) {
                    Some(account) => {
                        self.state().ledger.used.insert(account.username.clone());
                        self.panel.use_traffic(&account.username, i64::from(gib) << 30);
                        account.username.clone()
                    }
                    None => "no account".into(),
                }
            }
            Act::Restart { worker } => {
                self.restart(worker);
                String::new()
            }
        }
    }

    async fn tap(&self, person: &Person, part: &str) -> String {
        match person.tap(part).await {
            Ok(answer) => said(&answer),
            Err(_) => format!("no {part}"),
        }
    }

    fn button(&self, person: &Person, pick: u16) -> Option<(i64, String)> {
        let buttons: Vec<(i64, String)> = person
            .latest(IN_SIGHT)
            .into_iter()
            .flat_map(|message| {
                let id = message.message_id;
                let data: Vec<String> = message.buttons.iter().flatten().filter_map(Button::callback_data).map(str::to_owned).collect();
                data.into_iter().map(move |data| (id, data))
            })
            .collect();
        chosen(&buttons, pick).cloned()
    }

    async fn follow(&self, who: u8, inviter: u8) -> String {
        let (person, inviter) = (self.person(who), self.person(inviter));
        inviter.send("/invite").await;
        let Some(link) = inviter.copied("Copy the link") else { return "no link".into() };
        let Some((_, payload)) = link.split_once("?start=") else { return "no payload".into() };
        said(&person.send(&format!("/start {payload}")).await)
    }

    async fn order(&self, person: &Person, product: u8, method: Method, code: Option<u8>, gift: bool) -> String {
        person.send("/start").await;
        if person.tap("Buy a subscription").await.is_err() {
            return "no shop".into();
        }
        if gift {
            let _ = person.tap("Buy for a friend").await;
        }
        let plan = format!("Plan {}", PRODUCTS[usize::from(product % 2)]);
        if person.tap(&plan).await.is_err() {
            return "no plan".into();
        }
        if let Some(code) = code {
            let _ = person.tap("discount code").await;
            person.send(CODES[usize::from(code)]).await;
        }
        if person.last().is_some_and(|message| message.button("Get it for free").is_some()) {
            return self.tap(person, "Get it for free").await;
        }
        self.tap(person, method.button()).await
    }

    async fn rush(&self, one: &Person, other: &Person, code: u8) -> String {
        let mut buttons = Vec::new();
        for person in [one, other] {
            person.send("/start").await;
            let _ = person.tap("Buy a subscription").await;
            let _ = person.tap("Plan small").await;
            let _ = person.tap("discount code").await;
            person.send(CODES[usize::from(code)]).await;
            let Some(message) = person.last() else { return "no screen".into() };
            let way = message.button(Method::Card.button()).or_else(|| message.button("Get it for free"));
            let Some(data) = way.and_then(Button::callback_data) else { return "no way to pay".into() };
            buttons.push((message.message_id, data.to_owned()));
        }
        let [(first, a), (second, b)] = [&buttons[0], &buttons[1]];
        // Telegram tells of one chat's taps in turn; but what was not heard comes again whenever it does.
        let same = one.id() == other.id();
        self.state().deaf = same;
        self.internet.slow.store(true, Ordering::Relaxed);
        let (mut one, mut other) = tokio::join!(one.tap_data(*first, a), other.tap_data(*second, b));
        self.state().deaf = false;
        if same {
            (one, other) = tokio::join!(self.telegram.redeliver(one.update_id), self.telegram.redeliver(other.update_id));
        }
        self.internet.slow.store(false, Ordering::Relaxed);
        format!("{} and {}", said(&one), said(&other))
    }

    async fn rush_renew(self: &Arc<Self>, person: &Person) -> String {
        let mut told = Vec::new();
        for product in [0, 2] {
            self.renew(person, product, Method::Crypto).await;
            let before = self.state().callbacks.len();
            let came_to = self.pay(person, person, 0).await;
            let mut state = self.state();
            if state.callbacks.len() == before {
                // What the gateway has to tell of the first one, it tells some time.
                state.callbacks.append(&mut told);
                return came_to;
            }
            told.extend(state.callbacks.pop());
        }
        let [one, other] = <[Callback; 2]>::try_from(told).expect("two callbacks");
        self.internet.slow.store(true, Ordering::Relaxed);
        let (one, other) = tokio::join!(self.tell(one), self.tell(other));
        self.internet.slow.store(false, Ordering::Relaxed);
        format!("{one} and {other}")
    }

    async fn renew(&self, person: &Person, product: u8, method: Method) -> String {
        person.send("/subscriptions").await;
        if person.last().is_none_or(|message| message.button("Renew").is_none()) && person.tap("1 · ").await.is_err() {
            return "nothing to renew".into();
        }
        if person.tap("♻️ Renew").await.is_err() {
            return "no renewal".into();
        }
        let plan = format!("Plan {}", PRODUCTS[usize::from(product)]);
        if person.tap(&plan).await.is_err() {
            return "no plan".into();
        }
        self.tap(person, method.button()).await
    }

    /// Every invoice that was ever shown to somebody, the newest first.
    fn invoices(person: &Person) -> Vec<String> {
        let messages: Vec<ChatMessage> = person.chat();
        let mut urls = Vec::new();
        for button in messages.iter().rev().flat_map(|message| message.buttons.iter().flatten()) {
            if let ButtonAction::Url(url) = &button.action
                && (url.contains("t.me/$") || url.contains("pay.example/"))
                && !urls.contains(url)
            {
                urls.push(url.clone());
            }
        }
        urls
    }

    async fn pay(&self, payer: &Person, whose: &Person, pick: u16) -> String {
        let urls = Self::invoices(whose);
        let Some(url) = chosen(&urls, pick) else { return "no invoice".into() };
        if let Some((_, id)) = url.split_once("pay.example/IV") {
            let id: u64 = id.parse().expect("a number");
            let open = |invoice: &Value| invoice["invoice_id"] == json!(id) && invoice["status"] == "active";
            if !self.crypto_pay.invoices().iter().any(open) {
                return "paid already".into();
            }
            let callback = self.crypto_pay.pay(id);
            self.state().callbacks.push(callback);
            return format!("paid {id}");
        }
        match payer.open(url).await {
            Ok(answer) => said(&answer),
            Err(error) => error.to_string(),
        }
    }

    async fn charge_oddly(&self, person: &Person, pick: u16, kind: u8) -> String {
        let links: Vec<String> = Self::invoices(person).into_iter().filter(|url| url.contains("t.me/")).collect();
        let Some(invoice) = chosen(&links, pick).and_then(|link| self.telegram.invoice(link)) else { return "no invoice".into() };
        let mut charge = OddCharge {
            id: format!("odd-{}-{}", person.id(), self.state().ledger.odd_charges.len()),
            payer: person.id(),
            stars: invoice.stars,
            payload: invoice.payload,
        };
        match kind {
            0 => charge.stars -= 1,
            1 => charge.payer = self.people.iter().find(|other| other.id() != person.id()).map_or(0, Person::id),
            _ => {}
        }
        self.state().ledger.odd_charges.push(charge.clone());
        let stars = u32::try_from(charge.stars).expect("a few stars");
        said(&self.telegram.send_update(actors::successful_payment(charge.payer, &charge.payload, stars, &charge.id)).await)
    }

    async fn open_gift(&self, person: &Person, giver: &Person) -> String {
        let copied =
            giver.chat().into_iter().rev().flat_map(|message| message.buttons.into_iter().flatten()).find_map(|button| {
                match button.action {
                    ButtonAction::Copy(text) if text.contains("?start=gift_") => Some(text),
                    _ => None,
                }
            });
        let Some(link) = copied else { return "no gift".into() };
        let Some((_, payload)) = link.split_once("?start=") else { return "no payload".into() };
        said(&person.send(&format!("/start {payload}")).await)
    }

    async fn some_callback(self: &Arc<Self>, pick: u16, again: bool) -> String {
        let callback = {
            let mut state = self.state();
            let from = if again { &mut state.told } else { &mut state.callbacks };
            if from.is_empty() {
                return "nothing to tell".into();
            }
            let at = usize::from(pick) % from.len();
            from.remove(at)
        };
        self.tell(callback).await
    }

    async fn tell(self: &Arc<Self>, callback: Callback) -> String {
        let status = self.call_back(&callback).await;
        let mut state = self.state();
        if status == Some(200) {
            state.told.push(callback);
        } else {
            state.callbacks.push(callback);
        }
        format!("{status:?}")
    }

    /// Somebody who knows everything but the secret says that an invoice was paid.
    async fn forge(self: &Arc<Self>, pick: u16, kind: u8) -> String {
        let invoices = self.crypto_pay.invoices();
        let Some(invoice) = chosen(&invoices, pick) else { return "no invoice".into() };
        let mut invoice = invoice.clone();
        invoice["status"] = json!("paid");
        invoice["paid_asset"] = json!("USDT");
        invoice["paid_at"] = json!("2026-11-18T10:00:00.000Z");
        let mut callback = Callback::signed(&json!({
            "update_id": 1, "update_type": "invoice_paid", "request_date": "2026-11-18T10:00:01.000Z", "payload": invoice,
        }));
        callback.signature = match kind {
            0 => String::new(),
            1 => "00".repeat(32),
            _ => {
                let mut signature = callback.signature.into_bytes();
                signature[7] = if signature[7] == b'0' { b'1' } else { b'0' };
                String::from_utf8(signature).expect("hexadecimal digits")
            }
        };
        let status = self.call_back(&callback).await;
        if status.is_some_and(|status| (200..300).contains(&status)) {
            self.state().violations.push(format!("a forged callback was answered with {status:?}"));
        }
        format!("{status:?}")
    }

    async fn decide(&self, pick: u16, approve: bool) -> String {
        let first = if approve { "✅ Approve" } else { "❌ Reject" };
        let undecided: Vec<i64> = self
            .operator
            .latest(8)
            .into_iter()
            .filter(|message| message.button(first).is_some())
            .map(|message| message.message_id)
            .collect();
        let Some(id) = chosen(&undecided, pick) else { return "nothing to decide".into() };
        let shown = |part: &str| {
            let message = self.operator.latest(30).into_iter().find(|message| message.message_id == *id)?;
            let data = message.button(part)?.callback_data()?.to_owned();
            Some((message.text, data))
        };
        let Some((_, data)) = shown(first) else { return "gone".into() };
        self.operator.tap_data(*id, &data).await;
        let second = if approve { "Exactly" } else { "has not arrived" };
        let Some((text, data)) = shown(second) else { return "not asked".into() };
        {
            let ledger = &mut self.state().ledger;
            if approve {
                ledger.approved.push(text.clone());
            }
            ledger.decided.push(text);
        }
        said(&self.operator.tap_data(*id, &data).await)
    }

    /// What could not be delivered is sent once more.
    pub async fn retry(self: &Arc<Self>) -> String {
        let many = self.retry_updates().await;
        let callbacks = std::mem::take(&mut self.state().callbacks);
        let told = callbacks.len();
        for callback in callbacks {
            self.tell(callback).await;
        }
        format!("{many} updates, {told} callbacks")
    }

    /// The same by Telegram alone. How much it was.
    pub async fn retry_updates(&self) -> usize {
        let updates: Vec<i64> = self.state().undelivered.iter().copied().collect();
        for update in &updates {
            self.telegram.redeliver(*update).await;
        }
        updates.len()
    }

    /// Asks the admin API for a change until it is answered, at most three times; then it is left for later.
    pub async fn ask(self: &Arc<Self>, method: &'static str, path: String, body: Value, action: &'static str, about: String) -> String {
        let (at, key) = {
            let requests = &mut self.state().ledger.requests;
            let key = format!("request-{}", requests.len());
            requests.push(Request { key: key.clone(), method, path: path.clone(), body: body.clone(), action, about, status: None });
            (requests.len() - 1, key)
        };
        for _ in 0..3 {
            let answer = self.admin(method, &path, &body, &key).await;
            if let Some((status, answer)) = answer
                && status < 500
                && status != 429
            {
                self.state().ledger.requests[at].status = Some(status);
                return if status < 300 { status.to_string() } else { format!("{status} {answer}") };
            }
        }
        "unanswered".into()
    }

    /// Operators ask again for what was not answered.
    pub async fn ask_again(self: &Arc<Self>) {
        let open: Vec<(usize, Request)> =
            self.state().ledger.requests.iter().cloned().enumerate().filter(|(_, request)| request.status.is_none()).collect();
        for (at, request) in open {
            if let Some((status, _)) = self.admin(request.method, &request.path, &request.body, &request.key).await
                && status < 500
            {
                self.state().ledger.requests[at].status = Some(status);
            }
        }
    }

    async fn administer(self: &Arc<Self>, what: AdminAct, pick: u16) -> String {
        let product = usize::from(pick) % PRODUCTS.len();
        let product_path = format!("/admin/v1/products/{}", PRODUCTS[product]);
        let customer = self.people[usize::from(pick) % self.people.len()].id();
        match what {
            AdminAct::EditProduct => {
                let revision = {
                    let ledger = &mut self.state().ledger;
                    ledger.edits += 1;
                    ledger.edits
                };
                let (name, offer) = offer(product, revision);
                let body = json!({
                    "name": name,
                    "price": { "amount": offer.toman.to_string(), "currency": "IRT" },
                    "prices": { "XTR": offer.stars.to_string() },
                    "data_limit_gb": offer.gb,
                });
                self.state().ledger.offers.insert(name, offer);
                self.ask("PATCH", product_path, body, "change", PRODUCTS[product].into()).await
            }
            AdminAct::Sell(on) => {
                let verb = if on { "unarchive" } else { "archive" };
                self.ask("POST", format!("{product_path}/{verb}"), json!({}), verb, PRODUCTS[product].into()).await
            }
            AdminAct::EditCode { percent, limit } => {
                let code = CODES[usize::from(pick) % CODES.len()];
                {
                    let ledger = &mut self.state().ledger;
                    let most = ledger.limits.entry(code.into()).or_default();
                    *most = (*most).max(limit.into());
                    ledger.percents.entry(code.into()).or_default().insert(percent.into());
                }
                let body = json!({ "percent": percent.to_string(), "use_limit": limit });
                self.ask("PATCH", format!("/admin/v1/discount-codes/{code}"), body, "change", code.into()).await
            }
            AdminAct::NewCode => {
                let (path, body) = ("/admin/v1/discount-codes".to_owned(), json!({ "percent": "5" }));
                let came_to = self.ask("POST", path.clone(), body.clone(), "create", String::new()).await;
                // The answer was lost on its way to whoever asked.
                let key =
                    self.state().ledger.requests.iter().rev().find(|request| request.status == Some(201)).map(|made| made.key.clone());
                if let Some(key) = key.filter(|_| came_to == "201") {
                    self.admin("POST", &path, &body, &key).await;
                }
                came_to
            }
            AdminAct::Broadcast(start) => {
                if !start {
                    let body = json!({ "name": "News", "audience": "all", "texts": { "en": NEWS } });
                    return self.ask("POST", "/admin/v1/broadcasts".into(), body, "create", String::new()).await;
                }
                let items = self.contents();
                let drafts: Vec<&Value> =
                    items.values().filter(|item| item["entity_type"] == "broadcast" && item["status"] == "draft").collect();
                let Some(id) = chosen(&drafts, pick).and_then(|draft| draft["id"].as_str()) else { return "no draft".into() };
                self.ask("POST", format!("/admin/v1/broadcasts/{id}/start"), json!({}), "start", id.to_owned()).await
            }
            AdminAct::Ban(ban) => {
                let verb = if ban { "ban" } else { "unban" };
                self.ask("POST", format!("/admin/v1/users/{customer}/{verb}"), json!({}), verb, customer.to_string()).await
            }
            AdminAct::Approve => self.of_an_order(pick, "approve", under_review).await,
            AdminAct::Reject => self.of_an_order(pick, "reject", under_review).await,
            AdminAct::Cancel => self.of_an_order(pick, "cancel", |order| order["status"] == OrderStatus::AwaitingPayment.name()).await,
            AdminAct::Refund => self.of_an_order(pick, "refund", |order| order.get("payment").is_some()).await,
            AdminAct::Unapplied(way) => {
                let items = self.contents();
                let unapplied: Vec<&Value> =
                    items.values().filter(|item| item["entity_type"] == "payment" && item["status"] == "unapplied").collect();
                let Some(payment) = chosen(&unapplied, pick) else { return "nothing unapplied".into() };
                let id = payment["id"].as_str().unwrap_or_default().to_owned();
                let verb = ["apply", "refund", "credit"][usize::from(way)];
                let body = if verb == "refund" { json!({ "by_hand": true }) } else { json!({}) };
                self.ask("POST", format!("/admin/v1/unapplied-payments/{}/{verb}", id.replacen('#', "~", 1)), body, verb, id).await
            }
            AdminAct::Retry => {
                self.unpark().await;
                String::new()
            }
            AdminAct::Setting(which) => {
                let body = match which {
                    0 => json!({ "order_window_minutes": 30 + 30 * (pick % 3) }),
                    1 => json!({ "referral_reward": { "data_limit_gb": 1 + pick % 3, "duration_days": 5 } }),
                    2 => json!({ "referral_reward": { "percent": "15", "valid_days": 30 } }),
                    _ => json!({ "maintenance": pick.is_multiple_of(2) }),
                };
                self.ask("PATCH", "/admin/v1/settings".into(), body, "change", "shop".into()).await
            }
        }
    }

    async fn of_an_order(self: &Arc<Self>, pick: u16, verb: &'static str, fits: impl Fn(&Value) -> bool) -> String {
        let items = self.contents();
        let orders: Vec<&Value> = items.values().filter(|item| item["entity_type"] == "order" && fits(item)).collect();
        let Some(order) = chosen(&orders, pick) else { return "no such order".into() };
        let Some(reference) = self.reference(order) else { return "no reference".into() };
        let by_hand = order["payment"].as_str().is_some_and(|payment| !payment.starts_with("telegram-stars#"));
        let body = match verb {
            "reject" => json!({ "reason": "not arrived" }),
            "refund" => json!({ "by_hand": by_hand }),
            _ => json!({}),
        };
        let path = format!("/admin/v1/orders/{reference}/{verb}");
        if verb == "approve" {
            self.state().ledger.approved.push(path.clone());
        }
        self.ask("POST", path, body, verb, reference).await
    }

    /// An operator has everything tried again that waits for him.
    pub async fn unpark(self: &Arc<Self>) -> usize {
        let answer = self
            .request(
                self.operator.id(),
                "GET",
                "/admin/v1/duties?parked=true",
                &[("authorization", &format!("Bearer {}", tests::ADMIN_TOKEN))],
                b"",
            )
            .await;
        let listed: Value = answer.and_then(|answer| serde_json::from_slice(&answer.body).ok()).unwrap_or_default();
        let parked: Vec<Value> = listed["items"].as_array().cloned().unwrap_or_default();
        for duty in &parked {
            let (id, about) = (duty["id"].as_str().unwrap_or_default(), duty["entity_id"].as_str().unwrap_or_default());
            self.ask("POST", format!("/admin/v1/duties/{id}/retry"), json!({}), "retry", about.replacen('~', "#", 1)).await;
        }
        parked.len()
    }

    /// What an order is called outside.
    pub fn reference(&self, order: &Value) -> Option<String> {
        Some(self.names.order(self.order_id(order)?))
    }

    pub fn order_id(&self, order: &Value) -> Option<domain::OrderId> {
        let buyer = order["PK"].as_str()?.trim_start_matches("USER#").parse().ok()?;
        let key = order["SK"].as_str()?.trim_start_matches("ORDER#").parse().ok()?;
        Some(domain::OrderId::new(buyer, key))
    }

    /// Steps that begin at the same time, until all are over. What each came to.
    pub async fn together(self: &Arc<Self>, steps: &[Step]) -> Vec<String> {
        if let [step] = steps {
            return vec![self.step(step).await];
        }
        self.internet.slow.store(true, Ordering::Relaxed);
        let running: Vec<_> = steps
            .iter()
            .cloned()
            .map(|step| {
                let world = Arc::clone(self);
                tokio::spawn(async move { world.step(&step).await })
            })
            .collect();
        let mut outcomes = Vec::new();
        for task in running {
            outcomes.push(task.await.unwrap_or_else(|error| {
                self.state().violations.push(format!("a step panicked: {error}"));
                String::new()
            }));
        }
        self.internet.slow.store(false, Ordering::Relaxed);
        outcomes
    }
}

fn under_review(order: &Value) -> bool {
    let attempts = order["attempts"].as_array().into_iter().flatten();
    let waits = |attempt: &Value| attempt.get("receipt").is_some_and(|receipt| receipt.get("rejected").is_none());
    matches!(order["status"].as_str(), Some("awaiting_payment" | "expired")) && attempts.into_iter().any(waits)
}

fn chosen<T>(from: &[T], pick: u16) -> Option<&T> {
    from.get(usize::from(pick).checked_rem(from.len())?)
}

fn said(answer: &local::telegram::Answer) -> String {
    answer.status.map_or_else(|| "no answer".into(), |status| status.to_string())
}

//! Lists: the same filters, cursors and limits as the API's.

use app::format;
use domain::{admin::Role, payment::Gateway};
use lambda_http::http::StatusCode;
use maud::{Markup, html};

use super::{
    BASE, csv,
    desk::Desk,
    layout,
    show::{encoded, nothing, or_nothing, wire},
    words::W,
};
use crate::{
    activity::{self, Activity},
    audit::{self, Entry},
    call::Call,
    discount_codes::{self, DiscountCode},
    duties::{self, Duty},
    orders::{self, Order},
    payments::{self, Payment},
    problem::Problem,
    products::{self, Product},
    referrals::{self, Referral},
    reply::{Page, Reply},
    subscriptions::{self, Subscription},
    tokens::{self, Token},
    unapplied,
    users::{self, User},
};

/// A column: its heading, how it is shown, and how it is exported.
pub struct Column<T> {
    head: W,
    class: &'static str,
    cell: fn(&Desk<'_>, &T) -> Markup,
    plain: fn(&T) -> String,
}

pub const fn column<T>(head: W, class: &'static str, cell: fn(&Desk<'_>, &T) -> Markup, plain: fn(&T) -> String) -> Column<T> {
    Column { head, class, cell, plain }
}

/// By what a list is narrowed.
pub enum Narrow {
    Search(W),
    One(&'static str, W, Vec<&'static str>),
    Text(&'static str, W),
    /// `created_from` and `created_to`.
    Days,
    /// The newest or the oldest first.
    Turn,
}

/// A list of the API, as the console shows it.
pub trait Listed {
    type Row: Send;
    /// Its name, in the API and here.
    const NAME: &'static str;
    const TITLE: W;

    fn columns() -> Vec<Column<Self::Row>>;

    fn narrows() -> Vec<Narrow> {
        Vec::new()
    }

    /// What can be made here.
    fn makes(_: &Desk<'_>) -> Option<(&'static str, W)> {
        None
    }

    fn page<'a>(call: &'a Call<'a>) -> impl Future<Output = Result<Page<Self::Row>, Problem>> + Send + 'a;
}

/// Shows the list of this name, or gives it as CSV.
pub async fn show(desk: &Desk<'_>, name: &str) -> Result<Reply, Problem> {
    let (name, as_csv) = name.strip_suffix(".csv").map_or((name, false), |name| (name, true));
    match name {
        "orders" => list::<Orders>(desk, as_csv).await,
        "payments" => list::<Payments>(desk, as_csv).await,
        "unapplied-payments" => list::<Unapplied>(desk, as_csv).await,
        "users" => list::<Users>(desk, as_csv).await,
        "subscriptions" => list::<Subscriptions>(desk, as_csv).await,
        "referrals" => list::<Referrals>(desk, as_csv).await,
        "products" => list::<Products>(desk, as_csv).await,
        "discount-codes" => list::<Codes>(desk, as_csv).await,
        "duties" => list::<Duties>(desk, as_csv).await,
        "broadcasts" => list::<super::broadcasts::Broadcasts>(desk, as_csv).await,
        "tokens" => list::<Tokens>(desk, as_csv).await,
        "audit" => list::<Audit>(desk, as_csv).await,
        "activity" => list::<Happened>(desk, as_csv).await,
        _ => Err(crate::call::not_found()),
    }
}

/// Reads a page of a list. `more`: what the query says besides.
pub async fn read<L: Listed>(desk: &Desk<'_>, more: &[(&str, &str)]) -> Result<Page<L::Row>, Problem> {
    let inner = desk.reads(L::NAME, &desk.api_query(more))?;
    L::page(&inner.call(desk)?).await
}

async fn list<L: Listed>(desk: &Desk<'_>, as_csv: bool) -> Result<Reply, Problem> {
    if as_csv {
        return export::<L>(desk).await;
    }
    let page = read::<L>(desk, &[]).await?;
    let shown = Shown {
        name: L::NAME,
        title: L::TITLE,
        narrows: L::narrows(),
        makes: L::makes(desk),
        table: table::<L>(desk, &page.items),
        rows: page.items.len(),
        next: page.next_cursor,
    };
    Ok(layout::page(desk, StatusCode::OK, desk.w(L::TITLE), whole(desk, &shown)))
}

/// The rows of a list as a table.
pub fn table<L: Listed>(desk: &Desk<'_>, rows: &[L::Row]) -> Markup {
    let columns = L::columns();
    let heads: Vec<(W, &str)> = columns.iter().map(|column| (column.head, column.class)).collect();
    let cells = rows.iter().map(|row| columns.iter().map(|column| (column.cell)(desk, row)).collect()).collect();
    drawn(desk, &heads, cells)
}

fn drawn(desk: &Desk<'_>, heads: &[(W, &str)], rows: Vec<Vec<Markup>>) -> Markup {
    if rows.is_empty() {
        return html! { p.empty { (desk.w(W::NothingHere)) } };
    }
    html! {
        div.table-wrap {
            table {
                thead { tr { @for (head, class) in heads { th.(class) scope="col" { (desk.w(*head)) } } } }
                tbody {
                    @for row in rows {
                        tr { @for ((head, class), cell) in heads.iter().zip(row) { td.(class) data-head=(desk.w(*head)) { (cell) } } }
                    }
                }
            }
        }
    }
}

struct Shown {
    name: &'static str,
    title: W,
    narrows: Vec<Narrow>,
    makes: Option<(&'static str, W)>,
    table: Markup,
    rows: usize,
    next: Option<String>,
}

/// The address of this list with `name` changed; without a value it is left out.
fn address(desk: &Desk<'_>, path: &str, change: Option<(&str, &str)>) -> String {
    let mut pairs: Vec<(&str, &str)> = desk.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    pairs.retain(|(name, _)| *name != "done" && *name != "cursor" && change.is_none_or(|(changed, _)| changed != *name));
    pairs.extend(change.filter(|(_, value)| !value.is_empty()));
    let query: Vec<String> = pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    if query.is_empty() { format!("{BASE}/{path}") } else { format!("{BASE}/{path}?{}", query.join("&")) }
}

fn whole(desk: &Desk<'_>, shown: &Shown) -> Markup {
    let beside = html! {
        a.button.quiet href=(address(desk, &format!("{}.csv", shown.name), None)) { "CSV" }
        @if shown.name == Codes::NAME && shown.makes.is_some() { a.button href={ (BASE) "/discount-codes/batch" } { (desk.w(W::Batch)) } }
        @if let Some((path, word)) = shown.makes { a.button.primary href={ (BASE) "/" (path) } { (desk.w(word)) } }
    };
    html! {
        (layout::heading(&html! { (desk.w(shown.title)) }, &beside))
        @if !shown.narrows.is_empty() { (narrowing(desk, shown)) }
        (shown.table)
        nav.pages aria-label=(desk.w(W::PagesWord)) {
            span { (desk.number(u64::try_from(shown.rows).unwrap_or_default())) " " (desk.w(W::RowsHere)) }
            @if desk.param("cursor").is_some() { a.button.quiet href=(address(desk, shown.name, None)) { (desk.w(W::FirstPage)) } }
            @if let Some(next) = &shown.next { a.button href=(address(desk, shown.name, Some(("cursor", next)))) rel="next" { (desk.w(W::NextPage)) } }
        }
    }
}

fn narrowing(desk: &Desk<'_>, shown: &Shown) -> Markup {
    let known = |name: &str| {
        shown.narrows.iter().any(|narrow| match narrow {
            Narrow::Search(_) => name == "q",
            Narrow::One(known, ..) | Narrow::Text(known, _) => name == *known,
            Narrow::Days => name == "created_from" || name == "created_to",
            Narrow::Turn => name == "order",
        })
    };
    let kept = desk.query.iter().filter(|(name, _)| !known(name) && name != "cursor" && name != "done");
    let is_narrowed = desk.query.iter().any(|(name, _)| known(name));
    html! {
        form.narrow action={ (BASE) "/" (shown.name) } {
            @for (name, value) in kept { input type="hidden" name=(name) value=(value); }
            @for narrow in &shown.narrows {
                @match narrow {
                    Narrow::Search(hint) => label.wide { span { (desk.w(W::Search)) } input type="search" name="q" value=(desk.param("q").unwrap_or_default()) placeholder=(desk.w(*hint)) dir="auto"; },
                    Narrow::One(name, word, options) => label { span { (desk.w(*word)) } select name=(name) {
                        option value="" { (desk.w(W::All)) }
                        @for option in options { option value=(option) selected[desk.param(name) == Some(option)] { (desk.named(option)) } }
                    } },
                    Narrow::Text(name, word) => label { span { (desk.w(*word)) } input name=(name) value=(desk.param(name).unwrap_or_default()) dir="ltr"; },
                    Narrow::Days => {
                        label { span { (desk.w(W::From)) } input type="date" name="created_from" value=(desk.param("created_from").unwrap_or_default()); }
                        label { span { (desk.w(W::To)) } input type="date" name="created_to" value=(desk.param("created_to").unwrap_or_default()); }
                    }
                    Narrow::Turn => label { span { (desk.w(W::Turn)) } select name="order" {
                        option value="" { (desk.w(W::NewestFirst)) }
                        option value="asc" selected[desk.param("order") == Some("asc")] { (desk.w(W::OldestFirst)) }
                    } },
                }
            }
            button { (desk.w(W::Filter)) }
            @if is_narrowed { a.clear href={ (BASE) "/" (shown.name) } { (desk.w(W::Clear)) } }
        }
    }
}

/// Pages of a list in one file.
const EXPORTED_PAGES: usize = 10;

async fn export<L: Listed>(desk: &Desk<'_>) -> Result<Reply, Problem> {
    let columns = L::columns();
    let mut file = csv::File::new(columns.iter().map(|column| desk.w(column.head)));
    let mut next = desk.param("cursor").map(str::to_owned);
    for _ in 0..EXPORTED_PAGES {
        let mut more = vec![("limit", "100")];
        more.extend(next.as_deref().map(|cursor| ("cursor", cursor)));
        let page = read::<L>(desk, &more).await?;
        for row in &page.items {
            file.row(columns.iter().map(|column| (column.plain)(row)));
        }
        next = page.next_cursor;
        if next.is_none() {
            break;
        }
    }
    if let Some(next) = &next {
        let host = desk.app.config.public_url.trim_end_matches('/');
        let rest = address(desk, &format!("{}.csv", L::NAME), Some(("cursor", next)));
        file.row([format!("{} {host}{rest}", desk.w(W::CsvGoesOn))]);
    }
    Ok(Reply::csv(file.text(), L::NAME))
}

/// Goes to what somebody looks for: an order's or a user's id leads there, anything else into the list of orders.
pub fn search(desk: &Desk<'_>) -> Result<Reply, Problem> {
    let q: String = desk.param("q").unwrap_or_default().trim().chars().map(domain::ids::latin_digit).collect();
    let to = if q.is_empty() {
        BASE.to_owned()
    } else if desk.app.names.open_order(&q).is_ok() {
        format!("{BASE}/orders/{}", encoded(&q))
    } else if q.bytes().all(|b| b.is_ascii_digit()) {
        format!("{BASE}/users?q={q}")
    } else if q.contains(['~', '#']) {
        format!("{BASE}/payments?q={}", encoded(&q))
    } else {
        format!("{BASE}/orders?q={}", encoded(&q))
    };
    Ok(Reply::see_other(&to))
}

fn methods() -> Vec<&'static str> {
    Gateway::ALL.into_iter().map(Gateway::name).collect()
}

fn money_plain(money: &crate::wire::Money) -> String {
    format!("{} {}", money.amount, money.currency.0)
}

fn at_plain(at: crate::wire::Time) -> String {
    at.0.to_string()
}

fn opt<T>(value: Option<T>, plain: impl Fn(T) -> String) -> String {
    value.map(plain).unwrap_or_default()
}

pub struct Orders;

impl Listed for Orders {
    type Row = Order;
    const NAME: &'static str = "orders";
    const TITLE: W = W::Orders;

    fn columns() -> Vec<Column<Order>> {
        vec![
            column(W::Order, "main", |desk, order| desk.item("orders", &order.id), |order| order.id.clone()),
            column(W::User, "", |desk, order| desk.user(order.user_id), |order| order.user_id.to_string()),
            column(W::Product, "", |_, order| html! { bdi { (order.product.name) } }, |order| order.product.name.clone()),
            column(
                W::Status,
                "",
                |desk, order| html! { (desk.pill(&wire(&order.status))) @if order.under_review { " " (desk.pill("under_review")) } },
                |order| wire(&order.status),
            ),
            column(W::Amount, "num", |desk, order| desk.money(&order.total), |order| money_plain(&order.total)),
            column(
                W::Method,
                "",
                |desk, order| or_nothing(order.payment_method.map(|method| desk.named(method)).as_deref()),
                |order| order.payment_method.unwrap_or_default().to_owned(),
            ),
            column(W::Created, "", |desk, order| desk.time(order.created_at), |order| at_plain(order.created_at)),
        ]
    }

    fn narrows() -> Vec<Narrow> {
        vec![
            Narrow::Search(W::SearchOrders),
            Narrow::One("status", W::Status, domain::order::OrderStatus::ALL.iter().map(|status| status.name()).collect()),
            Narrow::One("payment_method", W::Method, methods()),
            Narrow::Text("product_id", W::Product),
            Narrow::Days,
            Narrow::Turn,
        ]
    }

    fn page<'a>(call: &'a Call<'a>) -> impl Future<Output = Result<Page<Order>, Problem>> + Send + 'a {
        orders::page(call)
    }
}

fn payment_columns() -> Vec<Column<Payment>> {
    vec![
        column(W::Payment, "main", |desk, payment| desk.item("payments", &payment.id), |payment| payment.id.clone()),
        column(
            W::Amount,
            "num",
            |desk, payment| desk.money_if(payment.amount.as_ref()),
            |payment| opt(payment.amount.as_ref(), money_plain),
        ),
        column(
            W::Status,
            "",
            |desk, payment| html! { (desk.pill(&wire(&payment.status))) @if let Some(reason) = payment.reason { " " span.hint { (desk.named(reason)) } } },
            |payment| wire(&payment.status),
        ),
        column(W::Method, "", |desk, payment| html! { (desk.named(payment.method)) }, |payment| payment.method.to_owned()),
        column(
            W::Order,
            "",
            |desk, payment| payment.order_id.as_ref().map_or_else(nothing, |order| desk.item("orders", order)),
            |payment| payment.order_id.clone().unwrap_or_default(),
        ),
        column(
            W::User,
            "",
            |desk, payment| payment.user_id.or(payment.payer_id).map_or_else(nothing, |user| desk.user(user)),
            |payment| opt(payment.user_id.or(payment.payer_id), |user| user.to_string()),
        ),
        column(W::Arrived, "", |desk, payment| desk.time(payment.created_at), |payment| at_plain(payment.created_at)),
    ]
}

pub struct Payments;

impl Listed for Payments {
    type Row = Payment;
    const NAME: &'static str = "payments";
    const TITLE: W = W::Payments;

    fn columns() -> Vec<Column<Payment>> {
        payment_columns()
    }

    fn narrows() -> Vec<Narrow> {
        vec![
            Narrow::Search(W::SearchPayments),
            Narrow::One("status", W::Status, domain::payment::PaymentStatus::ALL.iter().map(|status| status.name()).collect()),
            Narrow::One("method", W::Method, methods()),
            Narrow::Days,
            Narrow::Turn,
        ]
    }

    fn page<'a>(call: &'a Call<'a>) -> impl Future<Output = Result<Page<Payment>, Problem>> + Send + 'a {
        payments::page(call)
    }
}

pub struct Unapplied;

impl Listed for Unapplied {
    type Row = Payment;
    const NAME: &'static str = "unapplied-payments";
    const TITLE: W = W::Unapplied;

    fn columns() -> Vec<Column<Payment>> {
        payment_columns()
    }

    fn page<'a>(call: &'a Call<'a>) -> impl Future<Output = Result<Page<Payment>, Problem>> + Send + 'a {
        unapplied::page(call)
    }
}

pub struct Users;

impl Listed for Users {
    type Row = User;
    const NAME: &'static str = "users";
    const TITLE: W = W::Users;

    fn columns() -> Vec<Column<User>> {
        vec![
            column(W::User, "main", |desk, user| desk.user(user.user_id), |user| user.user_id.to_string()),
            column(
                W::Name,
                "",
                |_, user| html! { bdi { (user.first_name) } @if let Some(username) = &user.username { " " bdi.hint dir="ltr" { "@" (username) } } },
                |user| user.first_name.clone(),
            ),
            column(
                W::Subscription,
                "",
                |desk, user| {
                    let status = &user.subscription_status;
                    html! { (desk.toned(&wire(&status.status), status.color.into())) @if user.banned { " " (desk.pill("banned")) } @if !user.reachable { " " (desk.pill("unreachable")) } }
                },
                |user| wire(&user.status),
            ),
            column(W::Trial, "", |desk, user| html! { (desk.yes(user.trial)) }, |user| user.trial.to_string()),
            column(
                W::Referrals,
                "num",
                |desk, user| {
                    let count = user.referral_count.count;
                    html! { @if count == 0 { (desk.number(0_u8)) } @else { a.count href={ (BASE) "/users?invited_by=" (user.user_id) } { (desk.number(count)) } } }
                },
                |user| user.referral_count.count.to_string(),
            ),
            column(
                W::InvitedBy,
                "",
                |desk, user| user.invited_by.map_or_else(nothing, |inviter| desk.user(inviter)),
                |user| opt(user.invited_by, |inviter| inviter.to_string()),
            ),
            column(W::Joined, "", |desk, user| desk.time(user.created_at), |user| at_plain(user.created_at)),
        ]
    }

    fn narrows() -> Vec<Narrow> {
        vec![
            Narrow::Search(W::SearchUsers),
            Narrow::One("status", W::Status, domain::user::UserStatus::ALL.iter().map(|status| status.name()).collect()),
            Narrow::One("banned", W::Banned, vec!["true", "false"]),
            Narrow::One("trial", W::Trial, vec!["true", "false"]),
            Narrow::Text("invited_by", W::InvitedBy),
            Narrow::Days,
            Narrow::Turn,
        ]
    }

    fn page<'a>(call: &'a Call<'a>) -> impl Future<Output = Result<Page<User>, Problem>> + Send + 'a {
        users::page(call)
    }
}

pub struct Subscriptions;

impl Listed for Subscriptions {
    type Row = Subscription;
    const NAME: &'static str = "subscriptions";
    const TITLE: W = W::Subscriptions;

    fn columns() -> Vec<Column<Subscription>> {
        vec![
            column(
                W::Account,
                "main",
                |_, one| html! { a.id href={ (BASE) "/subscriptions/" (encoded(&one.order_id)) } { bdi { (one.panel_username) } } },
                |one| one.panel_username.clone(),
            ),
            column(W::Product, "", |_, one| html! { bdi { (one.label.as_ref().unwrap_or(&one.name)) } }, |one| one.name.clone()),
            column(W::Status, "", |desk, one| desk.toned(&wire(&one.status), one.color.into()), |one| wire(&one.status)),
            column(
                W::Data,
                "num",
                |desk, one| html! { (desk.volume(one.data_limit_bytes)) },
                |one| opt(one.data_limit_bytes, |bytes| bytes.to_string()),
            ),
            column(
                W::Days,
                "num",
                |desk, one| html! { (desk.days(one.duration_days)) },
                |one| opt(one.duration_days, |days| days.to_string()),
            ),
            column(W::Order, "", |desk, one| desk.item("orders", &one.order_id), |one| one.order_id.clone()),
            column(W::Created, "", |desk, one| desk.time(one.created_at), |one| at_plain(one.created_at)),
        ]
    }

    fn page<'a>(call: &'a Call<'a>) -> impl Future<Output = Result<Page<Subscription>, Problem>> + Send + 'a {
        subscriptions::page(call)
    }
}

pub struct Referrals;

impl Listed for Referrals {
    type Row = Referral;
    const NAME: &'static str = "referrals";
    const TITLE: W = W::Referrals;

    fn columns() -> Vec<Column<Referral>> {
        vec![
            column(W::Invited, "main", |desk, one| desk.user(one.user_id), |one| one.user_id.to_string()),
            column(W::Status, "", |desk, one| desk.pill(&wire(&one.status)), |one| wire(&one.status)),
            column(W::PrizeGiven, "", |desk, one| html! { (desk.yes(one.has_received_prize)) }, |one| one.has_received_prize.to_string()),
            column(
                W::Order,
                "",
                |desk, one| one.order_id.as_ref().map_or_else(nothing, |order| desk.item("orders", order)),
                |one| one.order_id.clone().unwrap_or_default(),
            ),
            column(
                W::Code,
                "",
                |desk, one| one.discount_code.as_ref().map_or_else(nothing, |code| desk.item("discount-codes", code)),
                |one| one.discount_code.clone().unwrap_or_default(),
            ),
            column(W::Created, "", |desk, one| desk.time(one.created_at), |one| at_plain(one.created_at)),
        ]
    }

    fn narrows() -> Vec<Narrow> {
        vec![Narrow::Text("inviter", W::InvitedBy)]
    }

    fn page<'a>(call: &'a Call<'a>) -> impl Future<Output = Result<Page<Referral>, Problem>> + Send + 'a {
        referrals::page(call)
    }
}

pub struct Products;

impl Listed for Products {
    type Row = Product;
    const NAME: &'static str = "products";
    const TITLE: W = W::Products;

    fn columns() -> Vec<Column<Product>> {
        vec![
            column(
                W::Name,
                "main",
                |_, one| html! { a href={ (BASE) "/products/" (encoded(&one.id)) } { bdi { (one.name) } } },
                |one| one.name.clone(),
            ),
            column(W::Id, "", |_, one| html! { bdi.id { (one.id) } }, |one| one.id.clone()),
            column(W::KindWord, "", |desk, one| html! { (desk.named(&wire(&one.kind))) }, |one| wire(&one.kind)),
            column(W::Price, "num", |desk, one| desk.money(&one.price), |one| money_plain(&one.price)),
            column(
                W::Data,
                "num",
                |desk, one| html! { (desk.volume(one.data_limit_gb.map(|gb| u64::from(gb) << 30))) },
                |one| opt(one.data_limit_gb, |gb| gb.to_string()),
            ),
            column(
                W::Days,
                "num",
                |desk, one| html! { (desk.days(one.duration_days)) },
                |one| opt(one.duration_days, |days| days.to_string()),
            ),
            column(W::Status, "", |desk, one| desk.pill(if one.active { "active" } else { "archived" }), |one| one.active.to_string()),
            column(W::Position, "num", |desk, one| html! { (desk.number(one.position)) }, |one| one.position.to_string()),
        ]
    }

    fn narrows() -> Vec<Narrow> {
        vec![Narrow::One("active", W::ForSale, vec!["true", "false"]), Narrow::One("kind", W::KindWord, vec!["plan", "add_on"])]
    }

    fn makes(desk: &Desk<'_>) -> Option<(&'static str, W)> {
        desk.may(Role::Operator).then_some(("products/new", W::NewProduct))
    }

    fn page<'a>(call: &'a Call<'a>) -> impl Future<Output = Result<Page<Product>, Problem>> + Send + 'a {
        products::page(call)
    }
}

/// What a code takes off.
pub fn benefit(desk: &Desk<'_>, code: &DiscountCode) -> Markup {
    match (&code.percent, &code.amount) {
        (Some(percent), _) => html! { bdi { (format::digits(desk.language(), percent)) (desk.w(W::PercentSign)) } },
        (None, amount) => desk.money_if(amount.as_ref()),
    }
}

pub struct Codes;

impl Listed for Codes {
    type Row = DiscountCode;
    const NAME: &'static str = "discount-codes";
    const TITLE: W = W::Codes;

    fn columns() -> Vec<Column<DiscountCode>> {
        vec![
            column(W::Code, "main", |desk, one| desk.item("discount-codes", &one.code), |one| one.code.clone()),
            column(W::Benefit, "num", benefit, |one| {
                one.percent.as_ref().map_or_else(|| opt(one.amount.as_ref(), money_plain), |percent| format!("{percent}%"))
            }),
            column(W::Status, "", |desk, one| desk.pill(if one.active { "active" } else { "archived" }), |one| one.active.to_string()),
            column(
                W::Uses,
                "num",
                |desk, one| html! { (desk.number(one.times_used)) @if let Some(limit) = one.use_limit { " / " (desk.number(limit)) } },
                |one| one.times_used.to_string(),
            ),
            column(W::ValidTo, "", |desk, one| desk.time_if(one.valid_to), |one| opt(one.valid_to, at_plain)),
            column(
                W::ForUser,
                "",
                |desk, one| one.user_id.map_or_else(nothing, |user| desk.user(user)),
                |one| opt(one.user_id, |user| user.to_string()),
            ),
            column(W::Created, "", |desk, one| desk.time(one.created_at), |one| at_plain(one.created_at)),
        ]
    }

    fn narrows() -> Vec<Narrow> {
        vec![Narrow::Search(W::SearchCodes), Narrow::One("active", W::Active, vec!["true", "false"]), Narrow::Turn]
    }

    fn makes(desk: &Desk<'_>) -> Option<(&'static str, W)> {
        desk.may(Role::Operator).then_some(("discount-codes/new", W::NewCode))
    }

    fn page<'a>(call: &'a Call<'a>) -> impl Future<Output = Result<Page<DiscountCode>, Problem>> + Send + 'a {
        discount_codes::page(call)
    }
}

pub struct Duties;

/// Who owes it, as a link where there is a page.
pub fn debtor(desk: &Desk<'_>, duty: &Duty) -> Markup {
    match duty.entity {
        "order" => desk.item("orders", &duty.entity_id),
        "payment" => desk.item("payments", &duty.entity_id),
        "subscription" => desk.item("subscriptions", &duty.entity_id),
        other => html! { (desk.named(other)) " " bdi.id { (super::show::short(&duty.entity_id)) } },
    }
}

impl Listed for Duties {
    type Row = Duty;
    const NAME: &'static str = "duties";
    const TITLE: W = W::Duties;

    fn columns() -> Vec<Column<Duty>> {
        vec![
            column(W::Duty, "main", |desk, one| html! { (desk.named(one.owed.duty)) }, |one| one.owed.duty.to_owned()),
            column(W::OwedBy, "", debtor, |one| format!("{} {}", one.entity, one.entity_id)),
            column(
                W::Status,
                "wrap",
                |desk, one| html! { @if let Some(why) = &one.owed.parked { (desk.pill("parked")) " " span.hint { bdi { (why) } } } @else { (desk.pill("owed")) } },
                |one| one.owed.parked.clone().unwrap_or_default(),
            ),
            column(W::Tries, "num", |desk, one| html! { (desk.number(one.owed.tries)) }, |one| one.owed.tries.to_string()),
            column(W::DueAt, "", |desk, one| desk.time_if(one.owed.due_at), |one| opt(one.owed.due_at, at_plain)),
            column(
                W::User,
                "",
                |desk, one| one.user_id.map_or_else(nothing, |user| desk.user(user)),
                |one| opt(one.user_id, |user| user.to_string()),
            ),
            column(
                W::Do,
                "act",
                |desk, one| {
                    let waits = one.owed.parked.is_some() && desk.may(Role::Operator);
                    if waits { super::action::tap(desk, &format!("duties/{}/retry", one.id), W::Retry, "quiet") } else { nothing() }
                },
                |_| String::new(),
            ),
        ]
    }

    fn narrows() -> Vec<Narrow> {
        vec![Narrow::One("parked", W::Parked, vec!["true", "false"])]
    }

    fn page<'a>(call: &'a Call<'a>) -> impl Future<Output = Result<Page<Duty>, Problem>> + Send + 'a {
        duties::page(call)
    }
}

pub struct Tokens;

impl Listed for Tokens {
    type Row = Token;
    const NAME: &'static str = "tokens";
    const TITLE: W = W::Tokens;

    fn columns() -> Vec<Column<Token>> {
        vec![
            column(W::Name, "main", |_, one| html! { bdi { (one.name) } }, |one| one.name.clone()),
            column(W::RoleWord, "", |desk, one| html! { (desk.named(&wire(&one.role))) }, |one| wire(&one.role)),
            column(
                W::ScopeWord,
                "",
                |_, one| html! { @if one.scope.is_empty() { "—" } @else { bdi dir="ltr" { (one.scope.join(", ")) } } },
                |one| one.scope.join(" "),
            ),
            column(
                W::Status,
                "",
                |desk, one| {
                    let over = one.expires_at.is_some_and(|at| at.0 <= desk.app.now());
                    desk.pill(if one.revoked_at.is_some() {
                        "revoked"
                    } else if over {
                        "expired"
                    } else {
                        "active"
                    })
                },
                |one| opt(one.revoked_at, |_| "revoked".to_owned()),
            ),
            column(W::Expires, "", |desk, one| desk.time_if(one.expires_at), |one| opt(one.expires_at, at_plain)),
            column(W::Created, "", |desk, one| desk.time(one.created_at), |one| at_plain(one.created_at)),
            column(
                W::Do,
                "act",
                |_, one| html! { @if one.revoked_at.is_none() { a.button.quiet href={ (BASE) "/tokens/" (one.id) "/revoke" } { "×" } } },
                |_| String::new(),
            ),
        ]
    }

    fn makes(_: &Desk<'_>) -> Option<(&'static str, W)> {
        Some(("tokens/new", W::NewToken))
    }

    fn page<'a>(call: &'a Call<'a>) -> impl Future<Output = Result<Page<Token>, Problem>> + Send + 'a {
        tokens::page(call)
    }
}

pub struct Audit;

/// A link to what was changed, where there is a page.
fn target(desk: &Desk<'_>, entry: &Entry) -> Markup {
    let kind = html! { (desk.named(&entry.entity)) " " };
    let link = match entry.entity.as_str() {
        "user" => desk.item("users", &entry.entity_id),
        "order" => desk.item("orders", &entry.entity_id),
        "subscription" => desk.item("subscriptions", &entry.entity_id),
        "payment" => desk.item("payments", &entry.entity_id.replacen('#', "~", 1)),
        "product" => desk.item("products", &entry.entity_id),
        "discount-code" => desk.item("discount-codes", &entry.entity_id),
        "settings" => return html! { a href={ (BASE) "/settings" } { (desk.named("settings")) } },
        _ => html! { bdi.id { (super::show::short(&entry.entity_id)) } },
    };
    html! { (kind) (link) }
}

/// What a change says of before and after.
fn difference(entry: &Entry) -> Markup {
    let told =
        |value: &Option<serde_json::Value>| value.as_ref().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let (before, after) = (told(&entry.before), told(&entry.after));
    if before.is_none() && after.is_none() {
        return nothing();
    }
    html! { details.diff { summary { "±" } @if let Some(before) = before { del dir="ltr" { (before) } } @if let Some(after) = after { ins dir="ltr" { (after) } } } }
}

impl Listed for Audit {
    type Row = Entry;
    const NAME: &'static str = "audit";
    const TITLE: W = W::Audit;

    fn columns() -> Vec<Column<Entry>> {
        vec![
            column(W::When, "main", |desk, one| desk.time(one.at), |one| at_plain(one.at)),
            column(
                W::Who,
                "",
                |desk, one| html! { a href={ (BASE) "/audit?actor=" (encoded(&one.actor)) } { bdi { (desk.named(&one.actor)) } } },
                |one| one.actor.clone(),
            ),
            column(W::What, "", |desk, one| html! { (desk.named(&one.action)) }, |one| one.action.clone()),
            column(W::ToWhat, "", target, |one| format!("{} {}", one.entity, one.entity_id)),
            column(W::Difference, "wrap", |_, one| difference(one), |one| opt(one.after.as_ref(), ToString::to_string)),
        ]
    }

    fn narrows() -> Vec<Narrow> {
        vec![Narrow::Text("actor", W::Who)]
    }

    fn page<'a>(call: &'a Call<'a>) -> impl Future<Output = Result<Page<Entry>, Problem>> + Send + 'a {
        audit::page(call)
    }
}

/// What customers did; of one of them, his timeline.
pub struct Happened;

/// What else is known of it, in words.
fn told(desk: &Desk<'_>, one: &Activity) -> Markup {
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let part = |name: &str, value: &serde_json::Value| match name {
        "subscription" => desk.item("subscriptions", &text(value)),
        "code" => desk.item("discount-codes", &text(value)),
        "user_id" | "invited_by" => value.as_i64().map_or_else(nothing, |user| desk.user(user)),
        "status" => desk.pill(&text(value)),
        "left" => html! { bdi { (desk.number(value.as_u64().unwrap_or_default())) } },
        _ => match serde_json::from_value::<crate::wire::Money>(value.clone()) {
            Ok(money) => desk.money(&money),
            Err(_) => html! { bdi { (desk.named(&text(value))) } },
        },
    };
    html! { @for (n, (name, value)) in one.detail.iter().enumerate() { @if n > 0 { " · " } (part(name, value)) } }
}

impl Listed for Happened {
    type Row = Activity;
    const NAME: &'static str = "activity";
    const TITLE: W = W::Activity;

    fn columns() -> Vec<Column<Activity>> {
        vec![
            column(W::When, "main", |desk, one| desk.time(one.at), |one| at_plain(one.at)),
            column(
                W::User,
                "",
                |desk, one| one.user_id.map_or_else(nothing, |user| desk.user(user)),
                |one| opt(one.user_id, |user| user.to_string()),
            ),
            column(W::What, "", |desk, one| html! { (desk.named(&format!("did_{}", wire(&one.kind)))) }, |one| wire(&one.kind)),
            column(
                W::Order,
                "",
                |desk, one| match (&one.order_id, &one.payment_id) {
                    (Some(order), _) => desk.item("orders", order),
                    (None, Some(payment)) => desk.item("payments", payment),
                    (None, None) => nothing(),
                },
                |one| one.order_id.clone().or(one.payment_id.clone()).unwrap_or_default(),
            ),
            column(W::Details, "wrap", told, |one| serde_json::Value::from(one.detail.clone()).to_string()),
        ]
    }

    fn narrows() -> Vec<Narrow> {
        vec![
            Narrow::Text("user_id", W::User),
            Narrow::One("kind", W::What, domain::activity::ActivityKind::ALL.iter().map(|kind| kind.name()).collect()),
        ]
    }

    fn page<'a>(call: &'a Call<'a>) -> impl Future<Output = Result<Page<Activity>, Problem>> + Send + 'a {
        activity::page(call)
    }
}

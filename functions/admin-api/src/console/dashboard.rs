//! What needs somebody now, and how the shop goes.

use app::admin::Cursor;
use domain::{
    Currency, Money,
    stats::{Counts, DayCount},
    time::Day,
};
use lambda_http::http::StatusCode;
use maud::{Markup, html};
use rust_decimal::prelude::ToPrimitive as _;

use super::{
    BASE,
    action::{asks, operates, tap},
    desk::Desk,
    layout,
    lists::{self, debtor},
    plot::{self, Bar},
    show::{encoded, or_nothing},
    words::W,
};
use crate::{duties, orders::Order, problem::Problem, reply::Reply, stats, unapplied, wire};

/// Entries of each worklist.
const SHOWN: usize = 5;
/// Days of the plots.
const DAYS: usize = 30;

/// How many, as far as was looked.
fn count(desk: &Desk<'_>, found: usize, more: bool) -> Markup {
    let n = desk.number(u64::try_from(found).unwrap_or_default());
    html! { span.badge.some[found > 0] { (n) @if more { "+" } } }
}

fn worklist(desk: &Desk<'_>, title: W, found: usize, more: bool, all: &str, entries: &Markup) -> Markup {
    html! {
        section.card.work.waits[found > 0] {
            h2 { a href={ (BASE) "/" (all) } { (desk.w(title)) } " " (count(desk, found, more)) }
            @if found == 0 { p.empty { (desk.w(W::NothingToDo)) } } @else { ul { (entries) } }
        }
    }
}

/// Orders whose receipt waits for a decision.
async fn under_review(desk: &Desk<'_>, cursor: Option<&Cursor>, limit: u8) -> Result<(Vec<Order>, Option<Cursor>), Problem> {
    let page = desk.app.orders_under_review(cursor, limit).await?;
    Ok((page.items.iter().map(|order| Order::of(desk.app, order)).collect(), page.next))
}

/// All receipts that wait for a decision.
pub async fn all_receipts(desk: &Desk<'_>) -> Result<Reply, Problem> {
    let cursor: Option<Cursor> = desk.param("cursor").and_then(|cursor| cursor.parse().ok());
    let (waiting, next) = under_review(desk, cursor.as_ref(), 50).await?;
    let inside = html! {
        (layout::heading(&html! { (desk.w(W::ReceiptsToDecide)) }, &html! {}))
        (lists::table::<lists::Orders>(desk, &waiting))
        nav.pages aria-label=(desk.w(W::PagesWord)) {
            span { (desk.number(u64::try_from(waiting.len()).unwrap_or_default())) " " (desk.w(W::RowsHere)) }
            @if let Some(next) = next { a.button href={ (BASE) "/receipts?cursor=" (encoded(&next.to_string())) } rel="next" { (desk.w(W::NextPage)) } }
        }
    };
    Ok(layout::page(desk, StatusCode::OK, desk.w(W::ReceiptsToDecide), inside))
}

async fn receipts(desk: &Desk<'_>) -> Result<Markup, Problem> {
    let (waiting, next) = under_review(desk, None, 20).await?;
    let entries = html! {
        @for order in waiting.iter().take(SHOWN) {
            @let path = format!("orders/{}", encoded(&order.id));
            li {
                span.what { (desk.item("orders", &order.id)) " " (desk.money(&order.total)) }
                span.hint { bdi { (order.product.name) } " · " (desk.time(order.created_at)) }
                @if operates(desk) { span.actions { (tap(desk, &format!("{path}/approve"), W::Approve, "primary")) (asks(desk, &format!("{path}/reject"), W::Reject, "quiet")) } }
            }
        }
    };
    Ok(worklist(desk, W::ReceiptsToDecide, waiting.len(), next.is_some(), "receipts", &entries))
}

async fn parked(desk: &Desk<'_>) -> Result<Markup, Problem> {
    let inner = desk.reads("duties", &[("parked".into(), "true".into()), ("limit".into(), "20".into())])?;
    let page = duties::page(&inner.call(desk)?).await?;
    let entries = html! {
        @for duty in page.items.iter().take(SHOWN) {
            li {
                span.what { (desk.named(duty.owed.duty)) " " (debtor(desk, duty)) }
                span.hint { bdi { (duty.owed.parked.as_deref().unwrap_or_default()) } }
                @if operates(desk) { span.actions { (tap(desk, &format!("duties/{}/retry", duty.id), W::Retry, "quiet")) } }
            }
        }
    };
    Ok(worklist(desk, W::ParkedDuties, page.items.len(), page.next_cursor.is_some(), "duties?parked=true", &entries))
}

async fn unapplied(desk: &Desk<'_>) -> Result<Markup, Problem> {
    let inner = desk.reads("unapplied-payments", &[("limit".into(), "20".into())])?;
    let page = unapplied::page(&inner.call(desk)?).await?;
    let entries = html! {
        @for payment in page.items.iter().take(SHOWN) {
            li {
                span.what { (desk.item("payments", &payment.id)) " " (desk.money_if(payment.amount.as_ref())) }
                span.hint { (or_nothing(payment.reason.map(|reason| desk.named(reason)).as_deref())) " · " (desk.time(payment.created_at)) }
            }
        }
    };
    Ok(worklist(desk, W::Unapplied, page.items.len(), page.next_cursor.is_some(), "unapplied-payments", &entries))
}

fn base_money(desk: &Desk<'_>, counts: &Counts, base: Currency) -> String {
    let amount = counts.totals.revenue.of(base).normalize().to_string();
    Money::parse(&amount, base).map_or(amount, |money| desk.money_text(&wire::Money::from(money)))
}

/// Paid ones of a hundred orders.
fn conversion(desk: &Desk<'_>, counts: &Counts) -> String {
    let (paid, orders) = (u64::from(counts.totals.paid), u64::from(counts.totals.orders));
    (paid * 100).checked_div(orders).map_or_else(|| "—".to_owned(), |percent| format!("{}{}", desk.number(percent), desk.w(W::PercentSign)))
}

fn summed<'c>(days: impl Iterator<Item = &'c DayCount>) -> Counts {
    days.fold(Counts::default(), |mut sum, day| {
        sum.merge(&day.counts);
        sum
    })
}

/// How a figure is made of what was counted.
type Figure = fn(&Desk<'_>, &Counts, Currency) -> String;

fn figures(desk: &Desk<'_>, spans: &[(W, Counts)], base: Currency) -> Markup {
    let rows: [(W, Figure); 7] = [
        (W::Revenue, base_money),
        (W::PaidOrders, |desk, counts, _| desk.number(counts.totals.paid)),
        (W::OrdersPlaced, |desk, counts, _| desk.number(counts.totals.orders)),
        (W::Conversion, |desk, counts, _| conversion(desk, counts)),
        (W::NewCustomers, |desk, counts, _| desk.number(counts.totals.customers)),
        (W::Trials, |desk, counts, _| desk.number(counts.totals.trials)),
        (W::Renewals, |desk, counts, _| desk.number(counts.totals.renewals)),
    ];
    html! {
        div.tiles {
            @for (span, counts) in spans {
                section.card.tile {
                    h2 { (desk.w(*span)) }
                    @for (n, (name, value)) in rows.iter().enumerate() {
                        @if n == 0 { p.big { bdi { (value(desk, counts, base)) } } }
                        @else { p.figure { span { (desk.w(*name)) } bdi { (value(desk, counts, base)) } } }
                    }
                }
            }
        }
    }
}

/// A plot over days, with its greatest value and its ends.
fn over_days(desk: &Desk<'_>, title: W, days: &[Day], bars: Vec<Bar>, most: &str) -> Markup {
    let end = |day: Option<&Day>| day.map(|day| app::format::own_day(desk.language(), *day)).unwrap_or_default();
    html! {
        figure.card {
            figcaption { h2 { (desk.w(title)) } bdi.hint { (desk.w(W::Most)) " " (most) } }
            (plot::bars(desk.w(title), &bars))
            div.axis dir="ltr" { bdi { (end(days.first())) } bdi { (end(days.last())) } }
        }
    }
}

fn plots(desk: &Desk<'_>, days: &[Day], found: &[DayCount], base: Currency) -> Markup {
    let of = |day: &Day| found.iter().find(|count| count.day == *day);
    let name = |day: &Day| app::format::own_day(desk.language(), *day);
    let revenue = days.iter().map(|day| {
        let counts = of(day).map(|count| count.counts.clone()).unwrap_or_default();
        // Hundredths, so that small currencies have a shape too.
        let height = (counts.totals.revenue.of(base) * rust_decimal::Decimal::ONE_HUNDRED).to_u64().unwrap_or_default();
        (height, base_money(desk, &counts, base), day)
    });
    let revenue: Vec<(u64, String, &Day)> = revenue.collect();
    let most = revenue.iter().max_by_key(|(height, ..)| *height).map(|(_, text, _)| text.clone()).unwrap_or_default();
    let money = revenue.iter().map(|(height, text, day)| Bar { height: *height, title: format!("{}: {text}", name(day)) }).collect();
    let placed: Vec<(u64, &Day)> = days.iter().map(|day| (of(day).map_or(0, |count| u64::from(count.counts.totals.orders)), day)).collect();
    let most_orders = desk.number(placed.iter().map(|(orders, _)| *orders).max().unwrap_or_default());
    let orders =
        placed.iter().map(|(orders, day)| Bar { height: *orders, title: format!("{}: {}", name(day), desk.number(*orders)) }).collect();
    html! {
        div.columns {
            (over_days(desk, W::RevenueByDay, days, money, &most))
            (over_days(desk, W::OrdersByDay, days, orders, &most_orders))
        }
    }
}

/// What was sold, and how it was paid.
fn shares(desk: &Desk<'_>, sum: &Counts) -> Markup {
    let mut products: Vec<(String, u32)> =
        sum.products.iter().map(|(id, sold)| (id.to_string(), sold.paid)).filter(|(_, paid)| *paid > 0).collect();
    products.sort_by_key(|(_, paid)| std::cmp::Reverse(*paid));
    let mut methods: Vec<(String, u32)> = sum
        .methods
        .iter()
        .map(|(method, taken)| (desk.named(method.name()).into_owned(), taken.paid))
        .filter(|(_, paid)| *paid > 0)
        .collect();
    methods.sort_by_key(|(_, paid)| std::cmp::Reverse(*paid));
    let list = |title: W, rows: &[(String, u32)]| {
        let most = rows.first().map_or(0, |(_, paid)| u64::from(*paid));
        html! {
            section.card {
                h2 { (desk.w(title)) }
                @if rows.is_empty() { p.empty { (desk.w(W::NothingHere)) } }
                ul.shares { @for (name, paid) in rows.iter().take(8) { li { bdi { (name) } (plot::share(u64::from(*paid), most, desk.look.is_rtl())) bdi.num { (desk.number(*paid)) } } } }
            }
        }
    };
    html! { div.columns { (list(W::ByProduct, &products)) (list(W::ByMethod, &methods)) } }
}

/// The front page.
pub async fn show(desk: &Desk<'_>) -> Result<Reply, Problem> {
    let today = Day::of(desk.app.now(), desk.offset);
    let mut days = vec![today];
    while days.len() < DAYS {
        days.extend(days.last().map(|day| day.previous()));
    }
    days.reverse();
    let first = days.first().copied().unwrap_or(today);
    let week = days.iter().rev().nth(6).copied().unwrap_or(today);
    let report = async { desk.app.report(first, today).await.map_err(Problem::from) };
    let (receipts, parked, unapplied, report) = tokio::try_join!(receipts(desk), parked(desk), unapplied(desk), report)?;
    let base = report.base_currency;
    let since = |from: Day| summed(report.days.iter().filter(move |count| count.day >= from));
    let spans = [(W::Today, since(today)), (W::SevenDays, since(week)), (W::ThirtyDays, since(first))];
    let inside = html! {
        (layout::heading(&html! { (desk.w(W::Dashboard)) }, &html! { span.hint { bdi { (app::format::day(desk.language(), today)) } } }))
        div.worklists { (receipts) (parked) (unapplied) }
        (figures(desk, &spans, base))
        (plots(desk, &days, &report.days, base))
        (shares(desk, &report.sum))
    };
    Ok(layout::page(desk, StatusCode::OK, desk.w(W::Dashboard), inside))
}

/// What the days of a month brought.
pub async fn report(desk: &Desk<'_>) -> Result<Reply, Problem> {
    let month = Day::of(desk.app.now(), desk.offset).month();
    let asked = desk.param("month").map_or_else(|| month.to_string(), str::to_owned);
    let inner = desk.reads("stats", &[("month".into(), asked.clone())])?;
    let report = stats::report(&inner.call(desk)?).await?;
    let sums = |sums: &std::collections::BTreeMap<&'static str, String>| {
        let text: Vec<String> = sums
            .iter()
            .map(|(currency, amount)| {
                desk.money_text(&wire::Money { amount: amount.clone(), currency: wire::CurrencyCode((*currency).to_owned()) })
            })
            .collect();
        text.join(" · ")
    };
    let shown: domain::time::Month = asked.parse().unwrap_or(month);
    let totals = |totals: &stats::Totals| {
        [
            sums(&totals.revenue),
            desk.number(totals.paid),
            desk.number(totals.orders),
            totals.conversion_percent.as_ref().map_or_else(
                || "—".to_owned(),
                |percent| format!("{}{}", app::format::digits(desk.language(), percent), desk.w(W::PercentSign)),
            ),
            desk.number(totals.customers),
            desk.number(totals.trials),
            desk.number(totals.renewals),
            desk.number(totals.refunds),
        ]
    };
    let heads = [W::Revenue, W::PaidOrders, W::OrdersPlaced, W::Conversion, W::NewCustomers, W::Trials, W::Renewals, W::Refunds];
    let cells = |values: [String; 8]| html! { @for (head, value) in heads.iter().zip(values) { td.num data-head=(desk.w(*head)) { bdi { (value) } } } };
    let beside = html! {
        a.button.quiet href={ (BASE) "/stats?month=" (shown.previous()) } { (shown.previous()) }
        @if shown < month { a.button.quiet href={ (BASE) "/stats?month=" (shown.next()) } { (shown.next()) } }
        @if operates(desk) { (asks(desk, "stats/recount", W::Recount, "quiet")) }
    };
    let inside = html! {
        (layout::heading(&html! { (desk.w(W::Report)) " " bdi { (asked) } }, &beside))
        div.table-wrap {
            table {
                thead { tr { th scope="col" { (desk.w(W::Day)) } @for head in heads { th.num scope="col" { (desk.w(head)) } } } }
                tbody {
                    tr.sum { td.main data-head=(desk.w(W::Day)) { (desk.w(W::Sum)) } (cells(totals(&report.sum.totals))) }
                    @for day in report.days.iter().rev() {
                        tr { td.main data-head=(desk.w(W::Day)) { bdi { (day.day.parse::<Day>().map_or_else(|_| day.day.clone(), |day| app::format::own_day(desk.language(), day))) } @if !day.complete { " " (desk.pill("running")) } } (cells(totals(&day.counts.totals))) }
                    }
                }
            }
        }
        @if !report.sum.codes.is_empty() {
            section.card {
                h2 { (desk.w(W::Codes)) }
                ul.shares { @for code in report.sum.codes.iter().take(20) { li { (desk.item("discount-codes", &code.code)) bdi { (sums(&code.discount)) } bdi.num { (desk.number(code.paid)) } } } }
            }
        }
    };
    Ok(layout::page(desk, StatusCode::OK, desk.w(W::Report), inside))
}

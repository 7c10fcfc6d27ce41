//! What the shop's days brought.

use std::collections::BTreeMap;

use app::App;
use domain::{
    stats,
    time::{Day, Month, Offset},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    call::Call,
    problem::{Faults, Problem},
    reply::{Reply, accepted, ok},
    wire::{CurrencyCode, Time},
};

/// Sums as decimal texts, by currency.
type Sums = BTreeMap<&'static str, String>;

/// What a span of time brought: orders by when they were placed, money by when it arrived, customers by when they joined.
#[derive(Debug, Serialize, ToSchema)]
pub struct Totals {
    /// Customers who joined.
    pub customers: u32,
    /// Those of them whom somebody invited.
    pub invited: u32,
    /// Orders that customers placed, and charges of subscriptions in Stars.
    pub orders: u32,
    /// Paid ones of a hundred orders, with one decimal; null where there was none.
    #[schema(example = "62.5")]
    pub conversion_percent: Option<String>,
    pub trials: u32,
    /// Prizes, welcome presents and claimed gifts.
    pub presents: u32,
    /// Orders that were paid.
    pub paid: u32,
    /// Those of them that were their buyer's first.
    pub first: u32,
    /// First ones of invited customers.
    pub referred: u32,
    /// Paid orders that extend a subscription.
    pub renewals: u32,
    /// Paid orders of more data or days.
    pub add_ons: u32,
    /// Paid orders for somebody else.
    pub gifts: u32,
    /// Paid orders with a discount code.
    pub discounted: u32,
    /// What the codes took off paid orders, in the base currency.
    #[schema(value_type = BTreeMap<String, String>, example = json!({"IRT": "30000"}))]
    pub discount: Sums,
    /// What the paid orders cost, in the base currency.
    #[schema(value_type = BTreeMap<String, String>, example = json!({"IRT": "1350000"}))]
    pub revenue: Sums,
    /// What was paid for them, in the currencies in which it was paid.
    #[schema(value_type = BTreeMap<String, String>, example = json!({"IRT": "900000", "XTR": "450"}))]
    pub taken: Sums,
    /// Payments of that time that went back since; they count in nothing else.
    pub refunds: u32,
    #[schema(value_type = BTreeMap<String, String>, example = json!({"XTR": "150"}))]
    pub refunded: Sums,
    /// Payments that fitted no order.
    pub unapplied: u32,
}

/// What was sold of a product.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sold {
    #[schema(example = "m1")]
    pub product_id: String,
    pub orders: u32,
    pub paid: u32,
    /// In the base currency.
    #[schema(value_type = BTreeMap<String, String>, example = json!({"IRT": "1350000"}))]
    pub revenue: Sums,
}

/// What came in by a way to pay.
#[derive(Debug, Serialize, ToSchema)]
pub struct Taken {
    #[schema(example = "card")]
    pub method: &'static str,
    pub paid: u32,
    #[schema(value_type = BTreeMap<String, String>, example = json!({"IRT": "900000"}))]
    pub taken: Sums,
    pub refunds: u32,
    #[schema(value_type = BTreeMap<String, String>, example = json!({}))]
    pub refunded: Sums,
}

/// What a discount code did.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodeUse {
    #[schema(example = "SPRING")]
    pub code: String,
    /// Paid orders.
    pub paid: u32,
    /// Taken off, in the base currency.
    #[schema(value_type = BTreeMap<String, String>, example = json!({"IRT": "30000"}))]
    pub discount: Sums,
}

/// What is counted of a span of time.
#[derive(Debug, Serialize, ToSchema)]
pub struct Counts {
    #[serde(flatten)]
    pub totals: Totals,
    /// The best sold first.
    pub products: Vec<Sold>,
    /// The most used first.
    pub methods: Vec<Taken>,
    /// The most used first.
    pub codes: Vec<CodeUse>,
}

/// One day of the shop.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayCounts {
    #[schema(format = Date, example = "2026-11-22")]
    pub day: String,
    /// Everything before it is counted; the day's end where the day is over and counted.
    pub until: Time,
    pub complete: bool,
    #[serde(flatten)]
    pub counts: Counts,
}

/// A span of days. Days of which nothing was ever counted are left out.
#[derive(Debug, Serialize, ToSchema)]
pub struct Report {
    #[schema(format = Date, example = "2026-11-01")]
    pub from: String,
    #[schema(format = Date, example = "2026-11-30")]
    pub to: String,
    /// Where the shop's clocks stand: its days begin at their midnight.
    #[schema(example = "+03:30")]
    pub utc_offset: String,
    #[schema(inline)]
    pub base_currency: CurrencyCode,
    pub days: Vec<DayCounts>,
    pub sum: Counts,
}

/// A day that will be counted anew.
#[derive(Debug, Serialize, ToSchema)]
pub struct Recounted {
    #[schema(format = Date, example = "2026-11-22")]
    pub day: String,
}

fn sums(sums: &stats::Sums) -> Sums {
    sums.iter().map(|(currency, amount)| (currency.code(), amount.normalize().to_string())).collect()
}

/// With one decimal, rounded down.
fn percent(part: u32, whole: u32) -> Option<String> {
    let tenths = (u64::from(part) * 1000).checked_div(u64::from(whole))?;
    Some(format!("{}.{}", tenths / 10, tenths % 10))
}

impl From<&stats::Totals> for Totals {
    fn from(totals: &stats::Totals) -> Self {
        Self {
            customers: totals.customers,
            invited: totals.invited,
            orders: totals.orders,
            conversion_percent: percent(totals.paid, totals.orders),
            trials: totals.trials,
            presents: totals.presents,
            paid: totals.paid,
            first: totals.first,
            referred: totals.referred,
            renewals: totals.renewals,
            add_ons: totals.add_ons,
            gifts: totals.gifts,
            discounted: totals.discounted,
            discount: sums(&totals.discount),
            revenue: sums(&totals.revenue),
            taken: sums(&totals.taken),
            refunds: totals.refunds,
            refunded: sums(&totals.refunded),
            unapplied: totals.unapplied,
        }
    }
}

impl From<&stats::Counts> for Counts {
    fn from(counts: &stats::Counts) -> Self {
        let mut products: Vec<Sold> = counts
            .products
            .iter()
            .map(|(id, sold)| Sold { product_id: id.to_string(), orders: sold.orders, paid: sold.paid, revenue: sums(&sold.revenue) })
            .collect();
        products.sort_by_key(|sold| std::cmp::Reverse((sold.paid, sold.orders)));
        let mut methods: Vec<Taken> = counts
            .methods
            .iter()
            .map(|(method, taken)| Taken {
                method: method.name(),
                paid: taken.paid,
                taken: sums(&taken.taken),
                refunds: taken.refunds,
                refunded: sums(&taken.refunded),
            })
            .collect();
        methods.sort_by_key(|taken| std::cmp::Reverse(taken.paid));
        let mut codes: Vec<CodeUse> = counts
            .codes
            .iter()
            .map(|(code, used)| CodeUse { code: code.to_string(), paid: used.paid, discount: sums(&used.discount) })
            .collect();
        codes.sort_by_key(|used| std::cmp::Reverse(used.paid));
        Self { totals: Totals::from(&counts.totals), products, methods, codes }
    }
}

impl Report {
    fn of(from: Day, to: Day, report: &app::stats::Report) -> Self {
        let day = |count: &stats::DayCount| DayCounts {
            day: count.day.to_string(),
            until: Time(count.until),
            complete: count.is_complete(),
            counts: Counts::from(&count.counts),
        };
        Self {
            from: from.to_string(),
            to: to.to_string(),
            utc_offset: report.offset.to_string(),
            base_currency: CurrencyCode(report.base_currency.code().to_owned()),
            days: report.days.iter().map(day).collect(),
            sum: Counts::from(&report.sum),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Span {
    /// A month; left out together with `from` and `to`: the running one.
    #[param(pattern = "^[0-9]{4}-[0-9]{2}$", example = "2026-11")]
    pub month: Option<String>,
    /// The first day, instead of a month.
    #[param(format = Date, example = "2026-11-16")]
    pub from: Option<String>,
    /// The last day, at most 92 days after the first one; left out: today.
    #[param(format = Date, example = "2026-11-22")]
    pub to: Option<String>,
}

/// Days of one report.
const LONGEST: u32 = 93;

impl Span {
    async fn days(&self, app: &App) -> Result<(Day, Day), Problem> {
        let mut faults = Faults::default();
        let month: Option<Month> = faults.parse("month", self.month.as_deref());
        let from: Option<Day> = faults.parse("from", self.from.as_deref());
        let to: Option<Day> = faults.parse("to", self.to.as_deref());
        if self.month.is_some() && (self.from.is_some() || self.to.is_some()) {
            faults.add("month", "not together with from and to");
        }
        if self.to.is_some() && self.from.is_none() {
            faults.add("from", "required with to");
        }
        let today = app.today().await?;
        let days = match (month, from) {
            (None, None) => App::days_of(today.month()),
            (Some(month), _) => App::days_of(month),
            (None, Some(from)) => Some((from, to.unwrap_or(today))),
        };
        let length = |(from, to): (Day, Day)| to.start(Offset::UTC).since(from.start(Offset::UTC)).as_seconds() / 86_400;
        if let Some((from, to)) = days {
            if to < from {
                faults.add("to", "must not be before from");
            } else if length((from, to)) >= i64::from(LONGEST) {
                faults.add("to", format!("at most {LONGEST} days"));
            }
        }
        faults.of_parameters()?;
        Ok(days.unwrap_or((today, today)))
    }
}

/// Shows what days brought
///
/// By the shop's own days. What is over was counted within the hour; the running day is counted on while you wait, as far as that is cheap (`until`).
#[utoipa::path(get, path = "/admin/v1/stats", tag = "stats", params(Span), responses((status = 200, description = "The days and their sum.", body = Report)))]
pub async fn show(call: &Call<'_>) -> Result<Reply, Problem> {
    report(call).await.map(|report| ok(&report).into())
}

/// What the days of the query brought.
pub async fn report(call: &Call<'_>) -> Result<Report, Problem> {
    let asked: Span = call.query()?;
    let (from, to) = asked.days(call.app).await?;
    let report = call.app.report(from, to).await?;
    Ok(Report::of(from, to, &report))
}

/// A day to be counted anew.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"day": "2026-11-22"}))]
pub struct RecountWanted {
    #[schema(format = Date)]
    pub day: String,
}

/// Counts a day anew
///
/// The jobs do it within minutes, from the beginning; until then the day shows what it showed before.
#[utoipa::path(post, path = "/admin/v1/stats/recount", tag = "stats", request_body = RecountWanted, responses((status = 202, description = "It will be counted.", body = Recounted)))]
pub async fn recount(call: &Call<'_>) -> Result<Reply, Problem> {
    let wanted: RecountWanted = call.body()?;
    let mut faults = Faults::default();
    let day: Option<Day> = faults.parse("day", Some(&wanted.day));
    faults.of_fields()?;
    let day = day.ok_or_else(crate::call::not_found)?;
    let answer = |day: &Day| accepted(&Recounted { day: day.to_string() });
    let day = call.app.recount(day, call.by(&answer)?).await.map_err(|error| call.refusal(error))?;
    Ok(answer(&day).into())
}

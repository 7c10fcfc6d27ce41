//! The shop's days in numbers: counted by the clock from the lists, oldest first, and told to the operators once a day.
//!
//! A day's item is written whole, on the version that was read, with the place in each list up to which it counts: whatever is lost or done twice,
//! the next run goes on from what stands. Any day can be counted anew at any time, which is also how money that went back leaves its day.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    Currency, Money, Timestamp,
    payment::Payment,
    settings::Settings,
    stats::{Begun, CountingClock, Counts, DayCount, Recount, Summary},
    time::{Day, Month, Offset, Span},
};
use store::{CommitError, Counting, Entity, StoreError, Write};
use tracing::{info, warn};

use crate::{App, AppError, By, Change, Deadline, format, operate::OperateError, text::Arg, work::Run};

/// How long an index may take to show what the table holds: nothing younger is counted for good.
const LAG: Span = Span::minutes(5);
/// Closed days that are counted anew once a day: what changed of them since.
const RECOUNTED: usize = 2;
/// A clock that stood still for longer leaves older days to whoever asks for them.
const CAUGHT_UP: usize = 31;
/// What is tried of a summary before the next day.
const SUMMARY_TRIES: u8 = 5;
const SUMMARY_LEASE: Span = Span::minutes(10);
/// Less than this is not begun.
const SLICE_TIME: Duration = Duration::from_secs(2);

/// A month's days, and what they come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub days: Vec<DayCount>,
    /// All of the days together.
    pub sum: Counts,
    /// Where the shop's clocks stand now; each day says where they stood for it.
    pub offset: Offset,
    pub base_currency: Currency,
}

impl App {
    /// The days from `from` to `to`, both included, as far as they have been counted: one read for each month, and what came since the last count
    /// of the running day, at most a hundred entries of each kind.
    pub async fn report(&self, from: Day, to: Day) -> Result<Report, AppError> {
        let shop = self.shop().await?;
        let offset = shop.settings.utc_offset;
        let today = Day::of(self.now(), offset);
        let mut days = Vec::new();
        let mut month = from.month();
        while month <= to.month() {
            days.extend(self.store.day_counts(month).await?.into_iter().filter(|count| (from..=to).contains(&count.day)));
            month = month.next();
        }
        if (from..=to).contains(&today) {
            let mut running = match days.iter().position(|count| count.day == today) {
                Some(place) => days.remove(place),
                None => DayCount::new(today, offset),
            };
            self.count_slice(&mut running, self.now()).await?;
            days.push(running);
        }
        let mut sum = Counts::default();
        for day in &days {
            sum.merge(&day.counts);
        }
        Ok(Report { days, sum, offset, base_currency: shop.settings.base_currency })
    }

    /// The day in which the shop is now.
    pub async fn today(&self) -> Result<Day, AppError> {
        Ok(Day::of(self.now(), self.shop().await?.settings.utc_offset))
    }

    /// The first and the last day of a month.
    pub fn days_of(month: Month) -> Option<(Day, Day)> {
        let first: Day = format!("{month}-01").parse().ok()?;
        let after: Day = format!("{}-01", month.next()).parse().ok()?;
        Some((first, after.previous()))
    }

    /// Has a day counted anew by the next run of the clock.
    pub async fn recount<'a>(&self, day: Day, by: impl Into<By<'a, Day>>) -> Result<Day, OperateError> {
        let offset = self.shop().await?.settings.utc_offset;
        if day > Day::of(self.now(), offset) {
            return Err(OperateError::WrongState("The day has not begun yet.".into()));
        }
        let by = by.into();
        let change = Change::new(&by, "recount", "stats", day.to_string());
        let writes = vec![Write::put(&Recount::of(day.start(offset), self.now()))?];
        self.commit_change(&change, &day, writes).await.map_err(crate::operate::of_commit("recount a day"))?;
        Ok(day)
    }

    /// To be committed with a change of money that was counted before: its day is counted anew.
    pub(crate) fn recount_of(&self, payment: &Payment) -> Result<Write, StoreError> {
        Write::put(&Recount::of(payment.settled_at, self.now()))
    }

    /// Counts what is due to be counted. Where nothing is, that is one read.
    pub async fn count_due(&self, deadline: Deadline, run: &mut Run) {
        match self.try_counting(deadline).await {
            Ok(()) => {}
            Err(error) => {
                run.failed += 1;
                warn!(event = "counting_failed", error = &error as &dyn std::error::Error, "the day could not be counted on");
            }
        }
    }

    async fn try_counting(&self, deadline: Deadline) -> Result<(), AppError> {
        let Counting { clock, recounts } = self.store.counting().await?;
        let until = self.now().minus(LAG);
        let hour = until.seconds().div_euclid(3600);
        let summary_due = clock.as_ref().and_then(|clock| clock.summary).is_some_and(|summary| summary.due_at <= self.now());
        if clock.as_ref().is_some_and(|clock| clock.hour >= hour) && recounts.is_empty() && !summary_due {
            return Ok(());
        }
        let shop = self.shop().await?;
        let offset = shop.settings.utc_offset;
        let mut wished: BTreeMap<Day, Vec<Recount>> = BTreeMap::new();
        for recount in recounts {
            wished.entry(Day::of(recount.at, offset)).or_default().push(recount);
        }
        for (day, wishes) in wished {
            if !self.count_anew(DayCount::new(day, offset), wishes, until, deadline).await? {
                return Ok(());
            }
        }
        let today = Day::of(until, offset);
        match clock {
            Some(clock) if clock.hour >= hour => self.tell_summary(clock, &shop.settings).await,
            clock => {
                if self.count_on(today, offset, until, deadline).await? {
                    self.strike(clock, today, hour, &shop.settings).await?;
                }
                Ok(())
            }
        }
    }

    /// Notes that the hour was counted; with the first one of a day, what the days before still need.
    async fn strike(&self, clock: Option<CountingClock>, today: Day, hour: i64, settings: &Settings) -> Result<(), AppError> {
        let mut writes = Vec::new();
        match clock {
            None => writes.push(Write::create(&CountingClock { day: today, hour, summary: None, version: 0 })?),
            Some(mut clock) => {
                if clock.day < today {
                    let mut day = today;
                    let mut left = RECOUNTED;
                    // The day that has just ended is counted to its end; those before it once more.
                    while (left > 0 || day > clock.day) && writes.len() < CAUGHT_UP {
                        day = day.previous();
                        left = left.saturating_sub(1);
                        writes.push(Write::put(&Recount::of(day.start(settings.utc_offset), self.now()))?);
                    }
                    let told = Summary { day: today.previous(), due_at: self.now(), tries: 0 };
                    clock.summary = settings.daily_summary.then_some(told);
                }
                (clock.day, clock.hour) = (today.max(clock.day), hour);
                writes.push(Write::replace(&mut clock)?);
            }
        }
        settled(self.store.commit(&self.seams.nonce(), writes).await)
    }

    /// Counts a day on from where it stands. Whether it got to `until`.
    async fn count_on(&self, day: Day, offset: Offset, until: Timestamp, deadline: Deadline) -> Result<bool, AppError> {
        let standing = self.store.day_count(day).await?;
        let is_new = standing.is_none();
        let mut count = standing.unwrap_or_else(|| DayCount::new(day, offset));
        let whole = self.count_until(&mut count, until, deadline).await?;
        let write = if is_new { Write::create(&count)? } else { Write::replace(&mut count)? };
        settled(self.store.commit(&self.seams.nonce(), vec![write]).await)?;
        Ok(whole)
    }

    /// Counts a day from its beginning, as `wishes` (the oldest first) want it. Whether it got to its end, or to `until` where that comes first.
    async fn count_anew(&self, fresh: DayCount, wishes: Vec<Recount>, until: Timestamp, deadline: Deadline) -> Result<bool, AppError> {
        let begun = wishes.iter().find_map(|wish| wish.begun.clone());
        let begun = begun.filter(|begun| begun.so_far.day == fresh.day && begun.so_far.offset == fresh.offset);
        let Begun { at, so_far: mut count } = begun.unwrap_or_else(|| Begun { at: self.now(), so_far: fresh });
        let whole = self.count_until(&mut count, until, deadline).await?;
        let mut writes = Vec::new();
        if whole {
            match self.store.day_count(count.day).await? {
                Some(standing) => {
                    count.version = standing.version;
                    writes.push(Write::replace(&mut count)?);
                }
                None => writes.push(Write::create(&count)?),
            }
            writes.extend(wishes.iter().filter(|wish| wish.asked_at <= at).map(|wish| Write::delete(wish.key())));
            info!(event = "day_counted", day = %count.day, "a day was counted anew");
        } else if let Some(mut carrier) = wishes.into_iter().next() {
            carrier.begun = Some(Begun { at, so_far: count });
            writes.push(Write::replace(&mut carrier)?);
        }
        settled(self.store.commit(&self.seams.nonce(), writes).await)?;
        Ok(whole)
    }

    async fn count_until(&self, count: &mut DayCount, until: Timestamp, deadline: Deadline) -> Result<bool, AppError> {
        while deadline.allows(self, SLICE_TIME).is_some() {
            if self.count_slice(count, until).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Counts the next hundred users, orders and payments. Whether these were all up to `until` or the day's end.
    async fn count_slice(&self, count: &mut DayCount, until: Timestamp) -> Result<bool, AppError> {
        let until = until.min(count.end());
        if until <= count.until {
            return Ok(true);
        }
        let (users, orders, payments) = tokio::try_join!(
            self.store.users_after(&count.counted.users, until),
            self.store.orders_after(&count.counted.orders, until),
            self.store.payments_after(&count.counted.payments, until),
        )?;
        for user in &users.items {
            count.counts.user(user);
        }
        for order in &orders.items {
            count.counts.order(order);
        }
        for (payment, order) in &payments.items {
            count.counts.payment(payment, order.as_ref());
        }
        let whole = users.whole && orders.whole && payments.whole;
        count.counted.users = users.last;
        count.counted.orders = orders.last;
        count.counted.payments = payments.last;
        if whole {
            count.until = until;
        }
        Ok(whole)
    }

    /// Tells the operators of the day that ended. Taken before it is sent; given up after some tries, since the next day has one of its own.
    async fn tell_summary(&self, mut clock: CountingClock, settings: &Settings) -> Result<(), AppError> {
        let Some(summary) = clock.summary else { return Ok(()) };
        let Some(chat) = self.config.telegram.operator_chat.filter(|_| settings.daily_summary && summary.tries < SUMMARY_TRIES) else {
            clock.summary = None;
            return settled(self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut clock)?]).await);
        };
        clock.summary = Some(Summary { due_at: self.now().plus(SUMMARY_LEASE), tries: summary.tries + 1, ..summary });
        match self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut clock)?]).await {
            Ok(()) => {}
            // Another run tells it.
            Err(CommitError::Refused { .. }) => return Ok(()),
            Err(error) => return Err(AppError::of_commit("take a summary")(error)),
        }
        let Some(count) = self.store.day_count(summary.day).await?.filter(DayCount::is_complete) else { return Ok(()) };
        if let Err(error) = self.say(chat, &format!("{}\n\n{}", self.summary_text(&count, settings), self.console_link("")), None).await {
            warn!(event = "notice_not_sent", %error, "the operators could not be told of the day");
            return Ok(());
        }
        clock.summary = None;
        settled(self.store.commit(&self.seams.nonce(), vec![Write::replace(&mut clock)?]).await)
    }

    pub(crate) fn summary_text(&self, count: &DayCount, settings: &Settings) -> String {
        let language = self.operator_language();
        let totals = &count.counts.totals;
        let number = |n: u32| Arg::Raw(format::number(language, u64::from(n)));
        let revenue = Money::new(totals.revenue.of(settings.base_currency), settings.base_currency);
        let revenue = revenue.map_or_else(|_| "?".to_owned(), |revenue| format::money(&self.texts, language, revenue));
        let mut text = self.texts.html(
            language,
            "operator-summary",
            &[
                ("day", Arg::Raw(format::day(language, count.day))),
                ("revenue", Arg::Raw(revenue)),
                ("orders", number(totals.orders)),
                ("paid", number(totals.paid)),
                ("renewals", number(totals.renewals)),
                ("customers", number(totals.customers)),
                ("invited", number(totals.invited)),
                ("trials", number(totals.trials)),
            ],
        );
        if totals.refunds > 0 || totals.unapplied > 0 {
            let args = [("refunds", number(totals.refunds)), ("unapplied", number(totals.unapplied))];
            text = format!("{text}\n{}", self.texts.html(language, "operator-summary-worries", &args));
        }
        text
    }
}

/// Another run was faster: what it wrote stands.
fn settled(commit: Result<(), CommitError>) -> Result<(), AppError> {
    match commit {
        Ok(()) | Err(CommitError::Refused { .. }) => Ok(()),
        Err(error) => Err(AppError::of_commit("count a day")(error)),
    }
}

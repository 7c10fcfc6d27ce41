//! One item with everything around it.

use domain::admin::Role;
use lambda_http::http::StatusCode;
use maud::{Markup, html};
use serde_json::json;

use super::{
    BASE,
    action::{asks, operates, tap},
    desk::Desk,
    form::Kind,
    layout::{self, card, facts, folded, heading},
    lists::{self, Audit, Orders, benefit},
    show::{encoded, nothing, or_nothing, wire},
    words::W,
};
use crate::{
    discount_codes,
    duties::{Duty, Owed},
    orders::{self, Attempt, Order, OrderDetail, OrderStatus, Target},
    payments::{self, Payment, PaymentStatus},
    problem::Problem,
    products,
    reply::Reply,
    settings, subscriptions, users,
};

fn shown(desk: &Desk<'_>, title: &str, inside: Markup) -> Reply {
    layout::page(desk, StatusCode::OK, title, inside)
}

fn owed(desk: &Desk<'_>, owed: Option<&Owed>) -> Markup {
    let Some(owed) = owed else { return nothing() };
    html! {
        (desk.named(owed.duty)) " "
        @if let Some(why) = &owed.parked { (desk.pill("parked")) " " bdi.hint { (why) } } @else { span.hint { (desk.time_if(owed.due_at)) } }
    }
}

fn history(desk: &Desk<'_>, entries: &[crate::audit::Entry]) -> Markup {
    folded(desk, W::History, &html! { (lists::table::<Audit>(desk, entries)) })
}

/// Somebody's name and id.
fn person(user: &users::User) -> Markup {
    html! {
        a href={ (BASE) "/users/" (user.user_id) } { bdi { (user.first_name) } } " "
        @if let Some(username) = &user.username { bdi.hint dir="ltr" { "@" (username) } " " }
        bdi.id { (user.user_id) }
    }
}

pub async fn user(desk: &Desk<'_>, id: &str) -> Result<Reply, Problem> {
    let inner = desk.reads(&format!("users/{}", encoded(id)), &[])?;
    let detail = users::detail(&inner.call(desk)?).await?;
    let user = &detail.user;
    let path = format!("users/{}", user.user_id);
    let status = &user.subscription_status;
    let title = html! { bdi { (user.first_name) } " " (desk.toned(&wire(&status.status), status.color.into())) @if user.banned { " " (desk.pill("banned")) } };
    let beside = html! {
        @if operates(desk) {
            (asks(desk, &format!("{path}/grant"), W::Grant, ""))
            (asks(desk, &format!("{path}/adopt"), W::Adopt, "quiet"))
            @if user.invited_by.is_none() { (asks(desk, &format!("{path}/attach-referral"), W::AttachReferral, "quiet")) }
            @if user.banned { (tap(desk, &format!("{path}/unban"), W::Unban, "quiet")) } @else { (asks(desk, &format!("{path}/ban"), W::Ban, "danger")) }
        }
    };
    let link = |list: &str, name: &str, count: u32| html! { a.count href={ (BASE) "/" (list) "?" (name) "=" (user.user_id) } { (desk.number(count)) } };
    let about = facts(
        desk,
        &[
            (W::Id, desk.exact(&user.user_id.to_string())),
            (W::Username, or_nothing(user.username.as_ref().map(|name| format!("@{name}")).as_deref())),
            (W::LanguageWord, html! { (desk.named(user.language)) }),
            (W::Subscription, desk.toned(&wire(&status.status), status.color.into())),
            (W::Reachable, html! { (desk.yes(user.reachable)) }),
            (W::Trial, html! { (desk.yes(user.trial)) @if let Some(at) = user.trial_at { " " (desk.time(at)) } }),
            (W::FirstPaid, desk.time_if(user.first_paid_at)),
            (W::Joined, desk.time(user.created_at)),
        ],
    );
    let invites = facts(
        desk,
        &[
            (W::Invites, link("users", "invited_by", detail.referrals.total_invites)),
            (W::InvitesPaid, link("referrals", "inviter", detail.referrals.active_referrals)),
            (W::PrizesOwed, html! { (desk.number(detail.referrals.pending_rewards)) }),
            (W::InvitedBy, user.invited_by.map_or_else(nothing, |inviter| desk.user(inviter))),
            (W::PrizeGiven, detail.has_received_prize.map_or_else(nothing, |given| html! { (desk.yes(given)) })),
        ],
    );
    let subscriptions = html! {
        (lists::table::<lists::Subscriptions>(desk, &detail.subscriptions))
        p.more { a href={ (BASE) "/subscriptions?user_id=" (user.user_id) } { (desk.w(W::AllOfThem)) } }
    };
    let orders = html! {
        (lists::table::<Orders>(desk, &detail.orders))
        p.more { a href={ (BASE) "/orders?user_id=" (user.user_id) } { (desk.w(W::AllOfThem)) } " · " a href={ (BASE) "/payments?user_id=" (user.user_id) } { (desk.w(W::Payments)) } }
    };
    let more = facts(
        desk,
        &[
            (W::BannedAt, desk.time_if(user.banned_at)),
            (
                W::WrongCodes,
                detail
                    .wrong_codes
                    .as_ref()
                    .map_or_else(nothing, |wrong| html! { (desk.number(wrong.count)) " · " (desk.time(wrong.last_at)) }),
            ),
            (W::TermsAccepted, or_nothing(user.terms_accepted.map(|version| desk.number(version)).as_deref())),
            (W::Version, html! { (desk.number(user.version)) }),
        ],
    );
    let activity = html! {
        (lists::table::<lists::Happened>(desk, &detail.activity))
        p.more { a href={ (BASE) "/activity?user_id=" (user.user_id) } { (desk.w(W::AllOfThem)) } }
    };
    let waits: Vec<&Duty> = detail.duties.iter().filter(|duty| duty.owed.parked.is_some()).collect();
    let inside = html! {
        (heading(&title, &beside))
        @for duty in waits { p.banner.bad { (desk.w(W::ParkedHere)) " " (desk.named(duty.owed.duty)) " " (lists::debtor(desk, duty)) " " bdi { (duty.owed.parked.as_deref().unwrap_or_default()) } } }
        div.columns { (card(desk, W::UserInformation, &about)) (card(desk, W::Referrals, &invites)) }
        (card(desk, W::Subscriptions, &subscriptions))
        (card(desk, W::Orders, &orders))
        (card(desk, W::Activity, &activity))
        (folded(desk, W::AdditionalInformation, &more))
        (history(desk, &detail.audit))
    };
    Ok(shown(desk, &user.first_name, inside))
}

fn order_actions(desk: &Desk<'_>, order: &Order, path: &str) -> Markup {
    let paid = matches!(order.status, OrderStatus::Paid | OrderStatus::Provisioned);
    html! {
        @if operates(desk) {
            @if matches!(order.status, OrderStatus::AwaitingPayment) && !order.under_review { (asks(desk, &format!("{path}/cancel"), W::CancelOrder, "danger")) }
            @if matches!(order.status, OrderStatus::AwaitingPayment | OrderStatus::Expired) { (asks(desk, &format!("{path}/settle"), W::Settle, "quiet")) }
            @if paid { (asks(desk, &format!("{path}/refund"), W::Refund, "danger")) }
        }
    }
}

fn receipt(desk: &Desk<'_>, detail: &OrderDetail, path: &str) -> Markup {
    let Some(attempt) =
        detail.attempts.iter().rev().find(|attempt| attempt.receipt.as_ref().is_some_and(|receipt| receipt.rejected.is_none()))
    else {
        return html! {};
    };
    let Some(receipt) = &attempt.receipt else { return html! {} };
    html! {
        section.card.decide {
            h2 { (desk.w(W::ReceiptToDecide)) }
            (facts(desk, &[
                (W::MustArrive, html! { strong { (desk.money(&attempt.quote)) } }),
                (W::OnCard, or_nothing(attempt.card_last_digits.as_ref().map(|digits| format!("•••• {digits}")).as_deref())),
                (W::SentAt, desk.time(receipt.submitted_at)),
            ]))
            @if let Some(seen) = &receipt.seen_in { p.banner.bad { (desk.w(W::SeenBefore)) " " (desk.item("orders", seen)) } }
            p.hint { (desk.w(W::PictureInChat)) }
            @if operates(desk) {
                div.actions { (tap(desk, &format!("{path}/approve"), W::Approve, "primary")) (asks(desk, &format!("{path}/correct"), W::Correct, "quiet")) (asks(desk, &format!("{path}/reject"), W::Reject, "danger")) }
            }
        }
    }
}

fn target(desk: &Desk<'_>, target: Option<&Target>) -> Markup {
    let Some(target) = target else { return nothing() };
    html! {
        (desk.named(target.kind))
        @if let Some(data) = target.data_limit_bytes { " · " (desk.volume(Some(data))) }
        @if let Some(at) = target.expires_at { " · " (desk.time(at)) }
        @if let Some(seconds) = target.duration_seconds { " · " (desk.days(u16::try_from(seconds / 86_400).ok())) }
    }
}

fn attempts(desk: &Desk<'_>, attempts: &[Attempt]) -> Markup {
    html! {
        ol.attempts {
            @for attempt in attempts {
                li {
                    (desk.named(attempt.payment_method)) " · " (desk.money(&attempt.quote)) " · " (desk.time(attempt.opened_at))
                    @if let Some(reference) = &attempt.reference { " · " (desk.exact(reference)) }
                    @if let Some(receipt) = &attempt.receipt {
                        " · " (desk.w(W::Receipt)) " " (desk.time(receipt.submitted_at))
                        @if let Some(why) = &receipt.rejected { " " (desk.toned("rejected", super::show::Tone::Bad)) " " bdi { (desk.named(why)) } }
                    }
                }
            }
        }
    }
}

fn order_facts(desk: &Desk<'_>, order: &Order) -> Vec<(W, Markup)> {
    let product = &order.product;
    let data = match (product.data_limit_gb, product.data_limit_mb) {
        (None, None) => None,
        (gb, mb) => Some((u64::from(gb.unwrap_or_default()) << 30) + (u64::from(mb.unwrap_or_default()) << 20)),
    };
    vec![
        (W::Order, desk.exact(&order.id)),
        (
            W::Product,
            html! { a href={ (BASE) "/products/" (encoded(&product.id)) } { bdi { (product.name) } } " · " (desk.volume(data)) " · " (desk.days(product.duration_days)) },
        ),
        (W::Status, desk.pill(&wire(&order.status))),
        (W::Price, desk.money(&product.price)),
        (
            W::Discount,
            order.discount.as_ref().map_or_else(
                nothing,
                |discount| html! { (desk.item("discount-codes", &discount.code)) " −" (desk.money(&discount.amount)) },
            ),
        ),
        (W::Total, html! { strong { (desk.money(&order.total)) } }),
        (W::Gift, html! { (desk.yes(order.gift)) }),
        (W::Created, desk.time(order.created_at)),
        (W::PayableUntil, desk.time(order.expires_at)),
        (W::PaidAt, desk.time_if(order.paid_at)),
        (W::DeliveredAt, desk.time_if(order.delivered_at)),
        (W::EndedAt, desk.time_if(order.ended_at)),
    ]
}

fn payment_facts(desk: &Desk<'_>, payment: &Payment) -> Vec<(W, Markup)> {
    vec![
        (W::Payment, html! { a href={ (BASE) "/payments/" (encoded(&payment.id)) } { bdi.id { (super::show::short(&payment.id)) } } }),
        (W::Amount, html! { strong { (desk.money_if(payment.amount.as_ref())) } }),
        (
            W::Status,
            html! { (desk.pill(&wire(&payment.status))) @if let Some(reason) = payment.reason { " " span.hint { (desk.named(reason)) } } },
        ),
        (W::Method, html! { (desk.named(payment.method)) }),
        (W::Reference, desk.exact(&payment.reference)),
        (W::Arrived, desk.time(payment.created_at)),
    ]
}

pub async fn order(desk: &Desk<'_>, id: &str) -> Result<Reply, Problem> {
    let inner = desk.reads(&format!("orders/{}", encoded(id)), &[])?;
    let detail = orders::detail(&inner.call(desk)?).await?;
    let order = &detail.order;
    let path = format!("orders/{}", encoded(&order.id));
    let title =
        html! { (desk.w(W::Order)) " " bdi.id title=(order.id) { (super::show::short(&order.id)) } " " (desk.pill(&wire(&order.status))) };
    let mut payment = detail.payment.as_ref().map(|payment| payment_facts(desk, payment)).unwrap_or_default();
    if payment.is_empty() {
        payment.push((W::Method, or_nothing(order.payment_method.map(|method| desk.named(method)).as_deref())));
        payment.push((W::Amount, desk.money(&order.total)));
    }
    let mut about = order_facts(desk, order);
    about.insert(1, (W::User, detail.user.as_ref().map_or_else(|| desk.user(order.user_id), person)));
    let subscription = detail.subscription.as_ref().map(|one| {
        facts(
            desk,
            &[
                (W::Account, html! { a.id href={ (BASE) "/subscriptions/" (encoded(&one.order_id)) } { bdi { (one.panel_username) } } }),
                (W::Status, desk.toned(&wire(&one.status), one.color.into())),
                (W::Data, html! { (desk.volume(one.data_limit_bytes)) }),
                (W::Days, html! { (desk.days(one.duration_days)) }),
                (
                    W::Link,
                    one.link
                        .as_ref()
                        .map_or_else(nothing, |link| html! { details.reveal { summary { (desk.w(W::ShowLink)) } (desk.exact(link)) } }),
                ),
                (W::RevokedAt, desk.time_if(one.revoked_at)),
            ],
        )
    });
    let others =
        (detail.payments.len() > usize::from(detail.payment.is_some())).then(|| lists::table::<lists::Payments>(desk, &detail.payments));
    let more = html! {
        (facts(desk, &[
            (W::Account, desk.exact(&order.panel_username)),
            (W::Extends, order.extends.as_ref().map_or_else(nothing, |one| desk.item("orders", one))),
            (W::Target, target(desk, order.target.as_ref())),
            (W::Owes, owed(desk, order.duty.as_ref())),
            (W::ProvisionedAt, desk.time_if(order.provisioned_at)),
            (W::Version, html! { (desk.number(order.version)) }),
        ]))
        h3 { (desk.w(W::Attempts)) }
        (attempts(desk, &detail.attempts))
    };
    let inside = html! {
        (heading(&title, &order_actions(desk, order, &path)))
        @if order.under_review { (receipt(desk, &detail, &path)) }
        @if let Some(owed) = &order.duty { @if let Some(why) = &owed.parked { p.banner.bad { (desk.w(W::ParkedHere)) " " bdi { (why) } " " a href={ (BASE) "/duties?parked=true" } { (desk.w(W::Duties)) } } } }
        div.columns { (card(desk, W::PaymentInformation, &facts(desk, &payment))) (card(desk, W::OrderDetails, &facts(desk, &about))) }
        @if let Some(others) = others { (card(desk, W::AllPayments, &others)) }
        @if let Some(subscription) = subscription { (card(desk, W::Subscription, &subscription)) }
        (folded(desk, W::AdditionalInformation, &more))
        (history(desk, &detail.audit))
    };
    Ok(shown(desk, desk.w(W::Order), inside))
}

pub async fn payment(desk: &Desk<'_>, id: &str) -> Result<Reply, Problem> {
    let inner = desk.reads(&format!("payments/{}", encoded(id)), &[])?;
    let detail = payments::detail(&inner.call(desk)?).await?;
    let payment = &detail.payment;
    let path = format!("payments/{}", encoded(&payment.id));
    let waits = matches!(payment.status, PaymentStatus::Unapplied) && operates(desk);
    let title = html! { (desk.w(W::Payment)) " " (desk.money_if(payment.amount.as_ref())) " " (desk.pill(&wire(&payment.status))) };
    let beside = html! {
        @if waits {
            (asks(desk, &format!("{path}/apply"), W::Apply, "primary"))
            (asks(desk, &format!("{path}/credit"), W::Credit, "quiet"))
            (asks(desk, &format!("{path}/refund"), W::Refund, "danger"))
            (asks(desk, &format!("{path}/write-off"), W::WriteOff, "danger"))
        }
    };
    let mut about = payment_facts(desk, payment);
    if let Some(first) = about.first_mut() {
        *first = (W::Payment, desk.exact(&payment.id));
    }
    if let Some(user) = &detail.user {
        about.push((W::User, person(user)));
    }
    let order = detail.order.as_ref().map_or_else(
        || html! { p.empty { (desk.w(W::NoOrder)) } },
        |order| html! { p.more { (desk.item("orders", &order.id)) " · " (desk.user(order.user_id)) } (facts(desk, &order_facts(desk, order))) },
    );
    let more = facts(
        desk,
        &[
            (W::Payer, payment.payer_id.map_or_else(nothing, |user| desk.user(user))),
            (W::ApprovedBy, or_nothing(payment.approved_by.as_deref())),
            (W::CreditCode, payment.credit.as_ref().map_or_else(nothing, |code| desk.item("discount-codes", code))),
            (W::Owes, owed(desk, payment.duty.as_ref())),
            (W::Version, html! { (desk.number(payment.version)) }),
        ],
    );
    let inside = html! {
        (heading(&title, &beside))
        @if waits { p.banner.warn { (desk.w(W::UnappliedHere)) } }
        div.columns { (card(desk, W::PaymentInformation, &facts(desk, &about))) (card(desk, W::OrderDetails, &order)) }
        (folded(desk, W::AdditionalInformation, &more))
        (history(desk, &detail.audit))
    };
    Ok(shown(desk, desk.w(W::Payment), inside))
}

/// A customer's account, as it was delivered and as the panel shows it now.
pub async fn subscription(desk: &Desk<'_>, id: &str) -> Result<Reply, Problem> {
    let inner = desk.reads(&format!("subscriptions/{}", encoded(id)), &[])?;
    let detail = subscriptions::detail(&inner.call(desk)?).await?;
    let one = &detail.subscription;
    let path = format!("subscriptions/{}", encoded(&one.order_id));
    let title = html! { bdi { (one.label.as_ref().unwrap_or(&one.name)) } " " (desk.toned(&wire(&one.status), one.color.into())) };
    let off = one.disabled_at.is_some();
    let beside = html! {
        @if operates(desk) && one.revoked_at.is_none() {
            (asks(desk, &format!("{path}/extend"), W::Extend, "primary"))
            (asks(desk, &format!("{path}/change"), W::ChangeLimits, "quiet"))
            (asks(desk, &format!("{path}/revoke-link"), W::RevokeLink, "quiet"))
            @if off { (tap(desk, &format!("{path}/enable"), W::Enable, "")) } @else { (asks(desk, &format!("{path}/disable"), W::Disable, "danger")) }
        }
    };
    let now = match (&detail.live, detail.live_problem) {
        (Some(live), _) => {
            let waits = live.on_hold_seconds.map(|seconds| desk.days(u16::try_from(seconds / 86_400).ok()));
            let expires = live.expires_at.map_or_else(|| html! { (waits.as_deref().unwrap_or(desk.w(W::Unlimited))) }, |at| desk.time(at));
            html! {
                (facts(desk, &[
                    (W::Status, desk.toned(live.status, live.color.into())),
                    (W::Used, html! { (desk.volume(Some(live.used_bytes))) " / " (desk.volume(live.data_limit_bytes)) }),
                    (W::Expires, expires),
                    (W::OnlineAt, desk.time_if(live.online_at)),
                ]))
                @if let Some(limit) = live.data_limit_bytes { p.more { (super::plot::share(live.used_bytes, limit, desk.look.is_rtl())) } }
            }
        }
        (None, problem) => html! { p.banner.warn { (desk.named(problem.unwrap_or("unanswered"))) } },
    };
    let about = facts(
        desk,
        &[
            (W::Account, desk.exact(&one.panel_username)),
            (W::User, detail.user.as_ref().map_or_else(|| desk.user(one.user_id), person)),
            (W::Product, html! { bdi { (one.name) } }),
            (W::Data, html! { (desk.volume(one.data_limit_bytes)) }),
            (W::Days, html! { (desk.days(one.duration_days)) }),
            (W::Link, link(desk, one.link.as_deref())),
            (W::Created, desk.time(one.created_at)),
            (W::EndedAt, desk.time_if(one.ended_at)),
            (W::RevokedAt, desk.time_if(one.revoked_at.or(one.disabled_at))),
            (W::Owes, owed(desk, one.duty.as_ref())),
            (W::Version, html! { (desk.number(one.version)) }),
        ],
    );
    let inside = html! {
        (heading(&title, &beside))
        div.columns { (card(desk, W::OnThePanel, &now)) (card(desk, W::Subscription, &about)) }
        (card(desk, W::FedBy, &lists::table::<Orders>(desk, &detail.fed_by)))
        (history(desk, &detail.audit))
    };
    Ok(shown(desk, &one.name, inside))
}

/// A link that is shown when it is wanted: somebody may look over one's shoulder.
fn link(desk: &Desk<'_>, link: Option<&str>) -> Markup {
    link.map_or_else(nothing, |link| html! { details.reveal { summary { (desk.w(W::ShowLink)) } (desk.exact(link)) } })
}

/// The buttons of what can be changed, and taken away or brought back.
fn shelf(desk: &Desk<'_>, path: &str, active: bool) -> Markup {
    html! {
        @if operates(desk) {
            (asks(desk, &format!("{path}/edit"), W::Edit, "primary"))
            @if active { (asks(desk, &format!("{path}/archive"), W::Archive, "danger")) } @else { (tap(desk, &format!("{path}/unarchive"), W::Unarchive, "quiet")) }
        }
    }
}

pub async fn product(desk: &Desk<'_>, id: &str) -> Result<Reply, Problem> {
    let inner = desk.reads(&format!("products/{}", encoded(id)), &[])?;
    let detail = products::detail(&inner.call(desk)?).await?;
    let product = &detail.product;
    let path = format!("products/{}", encoded(&product.id));
    let title = html! { bdi { (product.name) } " " (desk.pill(if product.active { "active" } else { "archived" })) };
    let prices = html! {
        @if product.prices.is_empty() { (nothing()) }
        @for (currency, amount) in &product.prices { bdi.money { (amount) " " (desk.named(currency)) } " " }
    };
    let about = facts(
        desk,
        &[
            (W::Id, desk.exact(&product.id)),
            (W::KindWord, html! { (desk.named(&wire(&product.kind))) }),
            (W::Price, html! { strong { (desk.money(&product.price)) } }),
            (W::OtherPrices, prices),
            (W::Data, html! { (desk.volume(product.data_limit_gb.map(|gb| u64::from(gb) << 30))) }),
            (W::Days, html! { (desk.days(product.duration_days)) }),
            (W::RenewalPolicy, html! { (desk.named(&wire(&product.renewal_policy))) }),
            (W::Position, html! { (desk.number(product.position)) }),
            (W::Created, desk.time(product.created_at)),
            (W::Changed, desk.time(product.updated_at)),
            (W::Version, html! { (desk.number(product.version)) }),
        ],
    );
    let inside = html! {
        (heading(&title, &shelf(desk, &path, product.active)))
        (card(desk, W::Product, &about))
        p.more { a href={ (BASE) "/orders?product_id=" (encoded(&product.id)) } { (desk.w(W::OrdersOfIt)) } }
        (history(desk, &detail.audit))
    };
    Ok(shown(desk, &product.name, inside))
}

pub async fn code(desk: &Desk<'_>, code: &str) -> Result<Reply, Problem> {
    let inner = desk.reads(&format!("discount-codes/{}", encoded(code)), &[])?;
    let detail = discount_codes::detail(&inner.call(desk)?).await?;
    let code = &detail.code;
    let path = format!("discount-codes/{}", encoded(&code.code));
    let title = html! { bdi.id { (code.code) } " " (desk.pill(if code.active { "active" } else { "archived" })) };
    let limit = |limit: Option<u32>| limit.map_or_else(|| desk.w(W::Unlimited).to_owned(), |limit| desk.number(limit));
    let products = html! {
        @if code.products.is_empty() { (desk.w(W::All)) }
        @for id in &code.products { a href={ (BASE) "/products/" (encoded(id)) } { bdi { (id) } } " " }
    };
    let uses = html! {
        @if detail.uses.is_empty() { p.empty { (desk.w(W::NothingHere)) } }
        ul { @for held in &detail.uses { li { (desk.user(held.user_id)) @for order in &held.order_ids { " · " (desk.item("orders", order)) } } } }
    };
    let about = facts(
        desk,
        &[
            (W::Code, desk.exact(&code.code)),
            (W::Benefit, html! { strong { (benefit(desk, code)) } }),
            (W::Uses, html! { (desk.number(code.times_used)) " / " (limit(code.use_limit)) }),
            (W::LateUses, html! { (desk.number(code.late_uses)) }),
            (W::PerUser, html! { (limit(code.per_user_limit)) }),
            (W::ValidFrom, desk.time_if(code.valid_from)),
            (W::ValidTo, desk.time_if(code.valid_to)),
            (W::Products, products),
            (W::FirstOnly, html! { (desk.yes(code.first_purchase_only)) }),
            (W::Minimum, desk.money_if(code.minimum.as_ref())),
            (W::ForUser, code.user_id.map_or_else(nothing, |user| desk.user(user))),
            (W::Created, desk.time(code.created_at)),
            (W::Version, html! { (desk.number(code.version)) }),
        ],
    );
    let inside = html! {
        (heading(&title, &shelf(desk, &path, code.active)))
        (card(desk, W::Code, &about))
        (card(desk, W::HeldBy, &uses))
        (history(desk, &detail.audit))
    };
    Ok(shown(desk, &code.code, inside))
}

/// The settings as they stand, in the groups of their form.
pub async fn settings(desk: &Desk<'_>) -> Result<Reply, Problem> {
    let inner = desk.reads("settings", &[])?;
    let found = settings::detail(&inner.call(desk)?).await?;
    let form = super::actions::shop(desk, &json!(found));
    let owner = desk.may(Role::Owner);
    let beside = html! { @if owner { (asks(desk, "settings/edit", W::Edit, "primary")) } };
    let inside = html! {
        (heading(&html! { (desk.w(W::Settings)) }, &beside))
        @if !owner { p.banner { (desk.w(W::OwnersOnly)) } }
        div.columns.masonry {
            @for section in &form.sections {
                section.card {
                    @if let Some(title) = section.title { h2 { (desk.w(title)) } }
                    dl.facts {
                        @for field in &section.fields {
                            div {
                                dt { (field.label) }
                                dd {
                                    @match (&field.kind, field.value.as_str()) {
                                        (Kind::Flag, value) => (desk.yes(value == "true")),
                                        (_, "") => (nothing()),
                                        (Kind::Number | Kind::Decimal | Kind::Numbers, value) => { bdi { (app::format::digits(desk.language(), value)) } @if let Some(unit) = &field.unit { " " span.hint { (unit) } } }
                                        (_, value) => { bdi.lines { (desk.named(value)) } @if let Some(unit) = &field.unit { " " span.hint { (unit) } } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        p.hint { (desk.w(W::Changed)) ": " (desk.time_if(found.updated_at)) }
    };
    Ok(shown(desk, desk.w(W::Settings), inside))
}

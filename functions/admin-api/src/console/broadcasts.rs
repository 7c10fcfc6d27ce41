//! Messages to many customers: the list, one of them, and the form that makes them.

use maud::{Markup, html};
use serde_json::Value;

use super::{
    BASE,
    action::{asks, operates, tap},
    desk::Desk,
    form::{Empty, Field, Form, Kind, Section},
    layout::{self, card, facts, folded, heading},
    lists::{self, Audit, Column, Listed, Narrow, column},
    show::{encoded, nothing, or_nothing, wire},
    words::W,
};
use crate::{
    broadcasts::{self, Broadcast, BroadcastStatus},
    call::Call,
    problem::Problem,
    reply::{Page, Reply},
};

pub struct Broadcasts;

fn audience(desk: &Desk<'_>, one: &Broadcast) -> Markup {
    html! { (desk.named(&wire(&one.audience))) @if let Some(product) = &one.product_id { " " a href={ (BASE) "/products/" (encoded(product)) } { bdi { (product) } } } }
}

impl Listed for Broadcasts {
    type Row = Broadcast;
    const NAME: &'static str = "broadcasts";
    const TITLE: W = W::Broadcasts;

    fn columns() -> Vec<Column<Broadcast>> {
        vec![
            column(
                W::Name,
                "main",
                |_, one| html! { a href={ (BASE) "/broadcasts/" (encoded(&one.id)) } { bdi { (one.name) } } },
                |one| one.name.clone(),
            ),
            column(W::Status, "", |desk, one| desk.pill(&wire(&one.status)), |one| wire(&one.status)),
            column(W::Audience, "", audience, |one| wire(&one.audience)),
            column(W::Sent, "num", |desk, one| html! { (desk.number(one.progress.sent)) }, |one| one.progress.sent.to_string()),
            column(
                W::StartAt,
                "",
                |desk, one| desk.time_if(one.start_at),
                |one| one.start_at.map(|at| at.0.to_string()).unwrap_or_default(),
            ),
            column(W::Created, "", |desk, one| desk.time(one.created_at), |one| one.created_at.0.to_string()),
        ]
    }

    fn narrows() -> Vec<Narrow> {
        vec![Narrow::One("status", W::Status, vec!["draft", "scheduled", "running", "paused", "done", "canceled"])]
    }

    fn makes(desk: &Desk<'_>) -> Option<(&'static str, W)> {
        operates(desk).then_some(("broadcasts/new", W::NewBroadcast))
    }

    fn page<'a>(call: &'a Call<'a>) -> impl Future<Output = Result<Page<Broadcast>, Problem>> + Send + 'a {
        broadcasts::page(call)
    }
}

/// One broadcast, its progress and what can be done with it.
pub async fn show(desk: &Desk<'_>, id: &str) -> Result<Reply, Problem> {
    let inner = desk.reads(&format!("broadcasts/{}", encoded(id)), &[])?;
    let detail = broadcasts::detail(&inner.call(desk)?).await?;
    let one = &detail.broadcast;
    let path = format!("broadcasts/{}", encoded(&one.id));
    let step = |verb: &str| format!("{path}/{verb}");
    let beside = html! {
        @if operates(desk) {
            @match one.status {
                BroadcastStatus::Draft => {
                    (asks(desk, &step("start"), W::Start, "primary")) (asks(desk, &step("schedule"), W::Schedule, "quiet"))
                    (tap(desk, &step("preview"), W::Preview, "quiet")) (asks(desk, &step("edit"), W::Edit, "quiet"))
                }
                BroadcastStatus::Scheduled | BroadcastStatus::Running => { (tap(desk, &step("pause"), W::Pause, "primary")) }
                BroadcastStatus::Paused => { (tap(desk, &step("resume"), W::Resume, "primary")) }
                BroadcastStatus::Done | BroadcastStatus::Canceled => {}
            }
            @if !matches!(one.status, BroadcastStatus::Done | BroadcastStatus::Canceled) { (asks(desk, &step("cancel"), W::CancelBroadcast, "danger")) }
        }
    };
    let about = facts(
        desk,
        &[
            (W::Audience, audience(desk, one)),
            (W::StartAt, desk.time_if(one.start_at)),
            (W::EndedAt, desk.time_if(one.ended_at)),
            (W::Picture, or_nothing(one.picture.as_deref())),
            (
                W::Button,
                one.button.as_ref().map_or_else(nothing, |button| html! { bdi { (button.text) } " → " bdi dir="ltr" { (button.url) } }),
            ),
            (W::Created, desk.time(one.created_at)),
        ],
    );
    let progress = facts(
        desk,
        &[
            (W::Sent, html! { strong { (desk.number(one.progress.sent)) } }),
            (W::BlockedBot, html! { (desk.number(one.progress.blocked)) }),
            (W::RefusedByTelegram, html! { (desk.number(one.progress.failed)) }),
            (W::NotKnown, html! { (desk.number(one.progress.unknown)) }),
        ],
    );
    let texts = html! { @for (language, text) in &one.texts { p.hint { (language) } pre dir="auto" lang=(language) { (text) } } };
    let inside = html! {
        (heading(&html! { bdi { (one.name) } " " (desk.pill(&wire(&one.status))) }, &beside))
        (card(desk, W::Progress, &progress))
        (card(desk, W::Broadcast, &about))
        (card(desk, W::Words, &texts))
        (folded(desk, W::History, &html! { (lists::table::<Audit>(desk, &detail.audit)) }))
    };
    Ok(layout::page(desk, lambda_http::http::StatusCode::OK, &one.name, inside))
}

/// The fields of a broadcast; `item`: as it stands.
pub async fn form(desk: &Desk<'_>, item: Option<&Value>) -> Result<Form, Problem> {
    let shop = desk.app.shop().await?;
    let mut products: Vec<_> = shop.catalogue().map(|product| (product.id.to_string(), product.name.clone())).collect();
    // One that is gone from the catalogue stays what it is.
    let kept = item.and_then(|item| item.get("product_id")).and_then(Value::as_str);
    if let Some(kept) = kept.filter(|kept| products.iter().all(|(id, _)| id != kept)) {
        products.push((kept.to_owned(), kept.to_owned()));
    }
    // What is emptied is taken away; of a new one it is left out.
    let gone = if item.is_some() { Empty::Null } else { Empty::Omitted };
    let fields = vec![
        Field::new(desk, "name", W::Name, Kind::Text).required().hint(W::BroadcastNameHint),
        Field::new(desk, "texts.fa", W::TextFa, Kind::Letter).hint(W::TextHint),
        Field::new(desk, "texts.en", W::TextEn, Kind::Letter),
        Field::new(desk, "texts.ru", W::TextRu, Kind::Letter),
        Field::new(desk, "picture", W::Picture, Kind::Latin).empty(gone).hint(W::PictureHint),
        Field::new(desk, "audience", W::Audience, Kind::Choice(vec!["all", "active", "expired", "never_bought", "plan"])).required(),
        Field::new(desk, "product_id", W::Product, Kind::Options(products)).hint(W::AudiencePlanHint),
    ];
    let below = vec![Field::new(desk, "button.text", W::ButtonText, Kind::Text), Field::new(desk, "button.url", W::ButtonUrl, Kind::Latin)];
    let filled = |fields: Vec<Field>| match item {
        Some(item) => fields.into_iter().map(|field| field.of(desk, item)).collect(),
        None => fields,
    };
    Ok(Form {
        sections: vec![
            Section { fields: filled(fields), ..Section::default() },
            Section { title: Some(W::Button), fields: filled(below), ..Section::default() },
        ],
        groups: vec![("button", gone)],
    })
}

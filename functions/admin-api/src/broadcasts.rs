//! Messages to many customers.

use std::collections::BTreeMap;

use app::{
    admin::Cursor,
    broadcast::{BroadcastDraft, Standing},
};
use domain::{
    BroadcastId, Language, ProductId,
    broadcast::{self, LinkButton, Step},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    audit,
    body::given,
    call::{Call, not_found},
    problem::{Faults, Problem},
    query::Paging,
    reply::{Page, Reply, created, ok},
    wire::{Time, moment, wire_enum},
};

wire_enum! {
    /// `draft`: can be changed; `scheduled`: begins at its time; `running`; `paused`; `done`; `canceled`.
    BroadcastStatus = domain::broadcast::BroadcastStatus { Draft, Scheduled, Running, Paused, Done, Canceled }
}

/// Whom a broadcast is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    All,
    /// Those who hold a subscription.
    Active,
    /// Those who held one.
    Expired,
    /// Those who never paid.
    NeverBought,
    /// Those who hold a subscription of `product_id`.
    Plan,
}

/// A button below the message.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Button {
    #[schema(min_length = 1, max_length = 64, example = "Open the shop")]
    pub text: String,
    #[schema(example = "https://t.me/wave_shop_bot")]
    pub url: String,
}

/// How many were met, and how.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Progress {
    pub sent: u32,
    /// Blocked the bot, or are gone.
    pub blocked: u32,
    /// Telegram refused the message to them.
    pub failed: u32,
    /// Not known to have arrived: the connection broke, or the worker ended with the message on its way. Nobody is written to twice.
    pub unknown: u32,
}

/// A message to many customers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Broadcast {
    #[schema(example = "01KB3Z2M9W8Q4V5T6R7Y8X9P0A")]
    pub id: String,
    /// For operators.
    pub name: String,
    pub status: BroadcastStatus,
    /// Telegram's HTML by language (`fa`, `en`, `ru`). Who speaks another one gets the first there is.
    #[schema(example = json!({"en": "<b>Nowruz!</b> 20 % off with the code NOWRUZ."}))]
    pub texts: BTreeMap<String, String>,
    /// Telegram's `file_id`, or an https address.
    pub picture: Option<String>,
    pub button: Option<Button>,
    pub audience: Audience,
    /// Of the audience `plan`.
    pub product_id: Option<String>,
    /// When it begins, or began.
    pub start_at: Option<Time>,
    pub ended_at: Option<Time>,
    pub created_at: Time,
    pub progress: Progress,
    pub version: u64,
}

fn progress(progress: broadcast::Progress) -> Progress {
    let broadcast::Progress { sent, blocked, failed, unknown } = progress;
    Progress { sent, blocked, failed, unknown }
}

impl From<&broadcast::Broadcast> for Broadcast {
    fn from(broadcast: &broadcast::Broadcast) -> Self {
        let (audience, product) = match &broadcast.audience {
            broadcast::Audience::All => (Audience::All, None),
            broadcast::Audience::Active => (Audience::Active, None),
            broadcast::Audience::Expired => (Audience::Expired, None),
            broadcast::Audience::NeverBought => (Audience::NeverBought, None),
            broadcast::Audience::Plan(product) => (Audience::Plan, Some(product.to_string())),
        };
        Self {
            id: broadcast.id.to_string(),
            name: broadcast.name.clone(),
            status: broadcast.status.into(),
            texts: broadcast.texts.iter().map(|(language, text)| (language.code().to_owned(), text.clone())).collect(),
            picture: broadcast.picture.clone(),
            button: broadcast.button.as_ref().map(|button| Button { text: button.text.clone(), url: button.url.clone() }),
            audience,
            product_id: product,
            start_at: broadcast.start_at.map(Time),
            ended_at: broadcast.ended_at.map(Time),
            created_at: broadcast.created_at.into(),
            progress: progress(broadcast.progress),
            version: broadcast.version,
        }
    }
}

/// A broadcast with what was done to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct BroadcastDetail {
    #[serde(flatten)]
    pub broadcast: Broadcast,
    /// What operators did to it, the newest first, at most 20.
    pub audit: Vec<audit::Entry>,
}

const SHOWN: u8 = 20;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    #[param(value_type = Option<BroadcastStatus>, inline)]
    pub status: Option<String>,
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, example = 50)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Lists the broadcasts
///
/// The newest first. Of one on its way the figures stand on its own page.
#[utoipa::path(get, path = "/admin/v1/broadcasts", tag = "broadcasts", params(Filter), responses((status = 200, description = "A page of broadcasts.", body = Page<Broadcast>)))]
pub async fn list(call: &Call<'_>) -> Result<Reply, Problem> {
    page(call).await.map(|page| Reply::json(&page))
}

/// A page of the list.
pub async fn page(call: &Call<'_>) -> Result<Page<Broadcast>, Problem> {
    let asked: Filter = call.query()?;
    let mut faults = Faults::default();
    let (all, name) = (broadcast::BroadcastStatus::ALL, broadcast::BroadcastStatus::name);
    let status = faults.choose("status", asked.status.as_deref(), &all, name);
    let paging: Paging<Cursor> = call.paging(&mut faults, asked.limit.as_deref(), asked.cursor.as_deref())?;
    faults.of_parameters()?;
    let page = call.app.list_broadcasts(status, paging.cursor.as_ref(), paging.limit).await?;
    Ok(call.page(&paging, page.items.iter().map(Broadcast::from).collect(), page.next))
}

/// Shows a broadcast
///
/// With its progress, while it is on its way as it stands now.
#[utoipa::path(get, path = "/admin/v1/broadcasts/{id}", tag = "broadcasts", params(("id" = String, Path, description = "The broadcast's id.")), responses((status = 200, description = "The broadcast.", body = BroadcastDetail)))]
pub async fn show(call: &Call<'_>) -> Result<Reply, Problem> {
    detail(call).await.map(|detail| ok(&detail).into())
}

/// The one that the path names.
pub async fn detail(call: &Call<'_>) -> Result<BroadcastDetail, Problem> {
    let id: BroadcastId = call.id()?;
    let (found, run): (Option<_>, _) = call.app.store.broadcast_and_run(id).await?;
    let (found, run): Standing = (found.ok_or_else(not_found)?, run);
    let mut broadcast = Broadcast::from(&found);
    if let Some(run) = run {
        broadcast.progress = progress(run.progress);
    }
    let audit = call.app.store.list_audit("broadcast", &id.to_string(), None, SHOWN, call.app.now()).await?;
    Ok(BroadcastDetail { broadcast, audit: audit.items.iter().map(audit::Entry::from).collect() })
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Nowruz", "texts": {"fa": "<b>نوروز مبارک!</b>", "en": "<b>Happy Nowruz!</b>"}, "audience": "all"}))]
pub struct BroadcastRequest {
    #[schema(min_length = 1, max_length = 64)]
    pub name: String,
    /// Telegram's HTML by language (`fa`, `en`, `ru`), at least one: at most 4096 characters, 1024 with a picture.
    pub texts: BTreeMap<String, String>,
    #[serde(default)]
    pub picture: Option<String>,
    #[serde(default)]
    pub button: Option<Button>,
    pub audience: Audience,
    /// Of the audience `plan`.
    #[serde(default)]
    pub product_id: Option<String>,
}

fn texts(faults: &mut Faults, texts: BTreeMap<String, String>) -> BTreeMap<Language, String> {
    let mut read = BTreeMap::new();
    for (code, text) in texts {
        match Language::from_code(&code) {
            Some(language) => drop(read.insert(language, text)),
            None => faults.add(format!("texts.{code}"), "one of fa, en, ru"),
        }
    }
    read
}

fn audience(faults: &mut Faults, audience: Audience, product: Option<&str>) -> broadcast::Audience {
    if audience != Audience::Plan && product.is_some() {
        faults.add("product_id", "only with the audience plan");
    }
    match audience {
        Audience::All => broadcast::Audience::All,
        Audience::Active => broadcast::Audience::Active,
        Audience::Expired => broadcast::Audience::Expired,
        Audience::NeverBought => broadcast::Audience::NeverBought,
        Audience::Plan => faults.needed::<ProductId>("product_id", product).map_or(broadcast::Audience::All, broadcast::Audience::Plan),
    }
}

fn button(button: Button) -> LinkButton {
    LinkButton { text: button.text, url: button.url }
}

/// Makes a broadcast
///
/// A draft: nothing is sent before it is started or scheduled.
#[utoipa::path(post, path = "/admin/v1/broadcasts", tag = "broadcasts", request_body = BroadcastRequest, responses((status = 201, description = "The broadcast.", body = Broadcast)))]
pub async fn create(call: &Call<'_>) -> Result<Reply, Problem> {
    let asked: BroadcastRequest = call.body()?;
    let mut faults = Faults::default();
    let draft = BroadcastDraft {
        name: asked.name.trim().to_owned(),
        texts: texts(&mut faults, asked.texts),
        picture: asked.picture.filter(|picture| !picture.is_empty()),
        button: asked.button.map(button),
        audience: audience(&mut faults, asked.audience, asked.product_id.as_deref()),
    };
    faults.of_fields()?;
    let answer = |broadcast: &broadcast::Broadcast| created(&Broadcast::from(broadcast));
    let made = call.app.create_broadcast(draft, call.by(&answer)?).await.map_err(|error| call.refusal(error))?;
    Ok(answer(&made).into())
}

/// What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"texts": {"en": "<b>Happy Nowruz!</b> 20 % off today."}, "button": null}))]
pub struct BroadcastChange {
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64)]
    pub name: Option<String>,
    /// All of them: they take the place of those that stand.
    #[serde(default)]
    pub texts: Option<BTreeMap<String, String>>,
    /// Null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub picture: Option<Option<String>>,
    /// Null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Button>)]
    pub button: Option<Option<Button>>,
    #[serde(default)]
    pub audience: Option<Audience>,
    /// Of the audience `plan`, together with it.
    #[serde(default)]
    pub product_id: Option<String>,
}

/// Changes a draft
#[utoipa::path(patch, path = "/admin/v1/broadcasts/{id}", tag = "broadcasts", params(("id" = String, Path, description = "The broadcast's id.")), request_body = BroadcastChange, responses((status = 200, description = "The broadcast as it is now.", body = Broadcast)))]
pub async fn change(call: &Call<'_>) -> Result<Reply, Problem> {
    let asked: BroadcastChange = call.body()?;
    let mut faults = Faults::default();
    let new_texts = asked.texts.map(|new| texts(&mut faults, new));
    let new_audience = asked.audience.map(|new| audience(&mut faults, new, asked.product_id.as_deref()));
    faults.of_fields()?;
    let edit = |broadcast: &mut broadcast::Broadcast| {
        if let Some(name) = &asked.name {
            name.trim().clone_into(&mut broadcast.name);
        }
        if let Some(texts) = &new_texts {
            broadcast.texts.clone_from(texts);
        }
        if let Some(picture) = &asked.picture {
            broadcast.picture = picture.clone().filter(|picture| !picture.is_empty());
        }
        if let Some(new) = &asked.button {
            broadcast.button = new.clone().map(button);
        }
        if let Some(audience) = &new_audience {
            broadcast.audience = audience.clone();
        }
    };
    let answer = shown;
    let changed = call.app.change_broadcast(call.id()?, call.version()?, call.by(&answer)?, edit).await;
    changed.map(|broadcast| shown(&broadcast).into()).map_err(|error| call.refusal(error))
}

fn shown(broadcast: &broadcast::Broadcast) -> app::Answer {
    ok(&Broadcast::from(broadcast))
}

async fn step(call: &Call<'_>, step: Step, at: Option<domain::Timestamp>) -> Result<Reply, Problem> {
    let moved = call.app.step_broadcast(call.id()?, step, at, call.by(&shown)?).await;
    moved.map(|broadcast| shown(&broadcast).into()).map_err(|error| call.refusal(error))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"start_at": "2027-03-20T08:00:00Z"}))]
pub struct Schedule {
    /// In the future, within a year.
    #[schema(format = DateTime)]
    pub start_at: String,
}

/// Schedules a broadcast
#[utoipa::path(post, path = "/admin/v1/broadcasts/{id}/schedule", tag = "broadcasts", params(("id" = String, Path, description = "The broadcast's id.")), request_body = Schedule, responses((status = 200, description = "The broadcast as it is now.", body = Broadcast)))]
pub async fn schedule(call: &Call<'_>) -> Result<Reply, Problem> {
    let asked: Schedule = call.body()?;
    let mut faults = Faults::default();
    let at = moment(&mut faults, "start_at", Some(&asked.start_at));
    let at = faults.of_fields_with(at)?;
    step(call, Step::Schedule, Some(at)).await
}

/// Starts a broadcast
///
/// It goes to everybody of its audience who has joined by now. Starting it again is success.
#[utoipa::path(post, path = "/admin/v1/broadcasts/{id}/start", tag = "broadcasts", params(("id" = String, Path, description = "The broadcast's id.")), responses((status = 200, description = "The broadcast as it is now.", body = Broadcast)))]
pub async fn start(call: &Call<'_>) -> Result<Reply, Problem> {
    step(call, Step::Start, None).await
}

/// Pauses a broadcast
#[utoipa::path(post, path = "/admin/v1/broadcasts/{id}/pause", tag = "broadcasts", params(("id" = String, Path, description = "The broadcast's id.")), responses((status = 200, description = "The broadcast as it is now.", body = Broadcast)))]
pub async fn pause(call: &Call<'_>) -> Result<Reply, Problem> {
    step(call, Step::Pause, None).await
}

/// Goes on with a paused broadcast
///
/// Where it stopped: nobody gets it twice.
#[utoipa::path(post, path = "/admin/v1/broadcasts/{id}/resume", tag = "broadcasts", params(("id" = String, Path, description = "The broadcast's id.")), responses((status = 200, description = "The broadcast as it is now.", body = Broadcast)))]
pub async fn resume(call: &Call<'_>) -> Result<Reply, Problem> {
    step(call, Step::Resume, None).await
}

/// Cancels a broadcast
///
/// For good. What was sent stays sent.
#[utoipa::path(post, path = "/admin/v1/broadcasts/{id}/cancel", tag = "broadcasts", params(("id" = String, Path, description = "The broadcast's id.")), responses((status = 200, description = "The broadcast as it is now.", body = Broadcast)))]
pub async fn cancel(call: &Call<'_>) -> Result<Reply, Problem> {
    step(call, Step::Cancel, None).await
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Preview {
    /// To whom: somebody who has started the bot; left out: the operators' chat.
    #[serde(default)]
    #[schema(example = 9_000_000_001_i64)]
    pub chat_id: Option<i64>,
}

/// What was shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct Previewed {
    /// Messages, one for each language.
    pub messages: usize,
}

/// Sends a preview
///
/// One message for each language that it has, to one chat.
#[utoipa::path(post, path = "/admin/v1/broadcasts/{id}/preview", tag = "broadcasts", params(("id" = String, Path, description = "The broadcast's id.")), request_body = Option<Preview>, responses((status = 200, description = "It was sent.", body = Previewed)))]
pub async fn preview(call: &Call<'_>) -> Result<Reply, Problem> {
    let id: BroadcastId = call.id()?;
    let Preview { chat_id } = call.body_if_any()?;
    call.app.preview_broadcast(id, chat_id).await.map_err(|error| call.refusal(error))?;
    let messages = call.app.store.broadcast(id).await?.map_or(0, |broadcast| broadcast.texts.len());
    Ok(Reply::json(&Previewed { messages }))
}

/// How many a broadcast would reach.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reach {
    pub customers: u32,
    /// False: there are more; counting ended after two thousand customers were looked at.
    pub complete: bool,
}

/// Counts its audience
///
/// Sends nothing.
#[utoipa::path(post, path = "/admin/v1/broadcasts/{id}/count", tag = "broadcasts", params(("id" = String, Path, description = "The broadcast's id.")), responses((status = 200, description = "How many would get it now.", body = Reach)))]
pub async fn count(call: &Call<'_>) -> Result<Reply, Problem> {
    let broadcast = call.app.store.broadcast(call.id()?).await?.ok_or_else(not_found)?;
    let reach = call.app.count_audience(&broadcast.audience).await.map_err(|error| call.refusal(error))?;
    Ok(Reply::json(&Reach { customers: reach.customers, complete: reach.complete }))
}

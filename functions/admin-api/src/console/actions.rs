//! Everything that can be done here, by its path.

use domain::{Currency, admin::Role};
use serde_json::{Value, json};

use super::{
    action::{Action, Then},
    desk::Desk,
    form::{Empty, Field, Form, Kind, Section},
    show::encoded,
    words::W,
};
use crate::{
    broadcasts, discount_codes, payments,
    problem::{Kind as ProblemKind, Problem},
    products, settings,
};

/// Why receipts are rejected, as the bot says it in the customer's language.
const REASONS: &[&str] = &["unreadable", "other-amount", "not-arrived"];

/// The action of a path; `None`: there is none.
pub async fn find(desk: &Desk<'_>, segments: &[&str]) -> Result<Option<Action>, Problem> {
    let needed = match segments {
        ["settings" | "tokens", ..] => Role::Owner,
        _ => Role::Operator,
    };
    let Some(action) = known(desk, segments).await? else { return Ok(None) };
    // The API refuses it too; a form that nobody may send is not shown.
    if !desk.may(needed) {
        return Err(Problem::new(ProblemKind::Forbidden, "This takes another role."));
    }
    Ok(Some(action))
}

async fn known(desk: &Desk<'_>, segments: &[&str]) -> Result<Option<Action>, Problem> {
    let path = segments.iter().map(|part| encoded(part)).collect::<Vec<_>>().join("/");
    let plain = |title, done| Action::new(path.clone(), title, Form::default(), done);
    let with = |title, fields, done| Action::new(path.clone(), title, Form::of(fields), done);
    Ok(Some(match segments {
        ["orders", _, "approve"] => plain(W::Approve, "approved").explained(W::ApproveHint),
        ["orders", _, "reject"] => {
            let reason = Field::new(desk, "reason", W::Reason, Kind::Reason(REASONS)).required();
            with(W::Reject, vec![reason], "rejected").explained(W::RejectHint).grave()
        }
        ["orders", id, "correct"] => {
            let form = Form::of(arrived(desk, W::ArrivedAmount));
            Action::new(path.clone(), W::Correct, form, "done")
                .explained(W::CorrectHint)
                .api(format!("orders/{}/approve", encoded(id)))
                .grave()
        }
        ["orders", _, "settle"] => {
            let mut fields = vec![
                Field::new(
                    desk,
                    "method",
                    W::Method,
                    Kind::Choice(domain::payment::Gateway::ALL.into_iter().map(|gateway| gateway.name()).collect()),
                )
                .required(),
                Field::new(desk, "reference", W::Reference, Kind::Latin).required().empty(Empty::Stated).hint(W::ReferenceHint),
            ];
            fields.extend(arrived(desk, W::Amount));
            fields.push(Field::new(desk, "reason", W::Reason, Kind::Text).required().empty(Empty::Stated).hint(W::SettleReasonHint));
            with(W::Settle, fields, "done").explained(W::SettleHint).grave()
        }
        ["orders", _, "cancel"] => plain(W::CancelOrder, "canceled").explained(W::CancelHint).grave(),
        ["orders", _, "refund"] => with(W::Refund, vec![by_hand(desk)], "refunded").explained(W::RefundOrderHint).grave(),
        ["users", _, "ban"] => plain(W::Ban, "banned").explained(W::BanHint).grave(),
        ["users", _, "unban"] => plain(W::Unban, "unbanned"),
        ["users", _, "grant"] => with(W::Grant, given(desk, W::GrantLimitHint).await?, "done").explained(W::GrantHint),
        ["users", _, "adopt"] => {
            let fields = vec![Field::new(desk, "panel_username", W::Account, Kind::Latin).required()];
            with(W::Adopt, fields, "done").explained(W::AdoptHint)
        }
        ["users", _, "attach-referral"] => {
            let mut fields = vec![Field::new(desk, "inviter", W::InvitedBy, Kind::Number).required()];
            if desk.may(Role::Owner) {
                fields.push(Field::new(desk, "force", W::Force, Kind::Flag).hint(W::ForceHint));
            }
            with(W::AttachReferral, fields, "done").explained(W::AttachHint)
        }
        ["subscriptions", _, "extend"] => with(W::Extend, given(desk, W::ExtendLimitHint).await?, "done").explained(W::ExtendHint),
        ["subscriptions", _, "change"] => {
            let fields = vec![
                Field::new(desk, "data_limit_gb", W::Data, Kind::Number).unit(desk.w(W::Gb)).hint(W::ChangeLimitHint),
                Field::new(desk, "expires_at", W::Expires, Kind::Moment).hint(W::ChangeExpiryHint),
            ];
            with(W::ChangeLimits, fields, "done").explained(W::ChangeHint)
        }
        ["subscriptions", _, "disable"] => plain(W::Disable, "done").explained(W::DisableHint).grave(),
        ["subscriptions", _, "enable"] => plain(W::Enable, "done"),
        ["subscriptions", _, "revoke-link"] => plain(W::RevokeLink, "done").explained(W::RevokeLinkHint).grave(),
        ["payments", id, verb] => return decide(desk, id, verb, &path).await,
        ["products", "new"] => {
            let action = Action::new(path, W::NewProduct, product(desk, None), "created");
            action.api("products").then(Then::Made("products", "id")).back("products")
        }
        ["products", id, "edit"] => {
            let inner = desk.reads(&format!("products/{}", encoded(id)), &[])?;
            let product = products::detail(&inner.call(desk)?).await?;
            let (version, item) = (product.product.version, json!(product.product));
            Action::new(path.clone(), W::EditProduct, self::product(desk, Some(&item)), "saved").patches(parent(&path), Some(version))
        }
        ["products", _, "archive"] => plain(W::Archive, "archived").explained(W::ArchiveProductHint).grave(),
        ["products", _, "unarchive"] => plain(W::Unarchive, "unarchived"),
        ["discount-codes", "new"] => {
            let action = Action::new(path, W::NewCode, code(desk, None), "created");
            action.api("discount-codes").then(Then::Made("discount-codes", "code")).back("discount-codes")
        }
        ["discount-codes", "batch"] => {
            let mut form = code(desk, None);
            if let Some(section) = form.sections.first_mut() {
                section.fields.retain(|field| field.name != "code");
                section.fields.insert(0, Field::new(desk, "prefix", W::Prefix, Kind::Latin).hint(W::PrefixHint));
                section.fields.insert(0, Field::new(desk, "count", W::HowMany, Kind::Number).required().value("50"));
            }
            form.sections.iter_mut().for_each(|section| section.fields.retain(|field| field.name != "user_id"));
            let action = Action::new(path, W::Batch, form, "created");
            action.api("discount-codes/batch").then(Then::Lines("codes")).back("discount-codes")
        }
        ["discount-codes", name, "edit"] => {
            let inner = desk.reads(&format!("discount-codes/{}", encoded(name)), &[])?;
            let found = discount_codes::detail(&inner.call(desk)?).await?;
            let (version, item) = (found.code.version, json!(found.code));
            Action::new(path.clone(), W::EditCode, code(desk, Some(&item)), "saved").patches(parent(&path), Some(version))
        }
        ["discount-codes", _, "archive"] => plain(W::Archive, "archived").explained(W::ArchiveCodeHint).grave(),
        ["discount-codes", _, "unarchive"] => plain(W::Unarchive, "unarchived"),
        ["duties", _, "retry"] => plain(W::Retry, "retried").then(Then::To("duties?parked=true".into())).back("duties?parked=true"),
        ["tokens", "new"] => {
            let fields = vec![
                Field::new(desk, "name", W::Name, Kind::Text).required().hint(W::TokenNameHint),
                Field::new(desk, "role", W::RoleWord, Kind::Choice(vec!["viewer", "operator", "owner"]))
                    .required()
                    .value("operator")
                    .hint(W::RoleHint),
                Field::new(desk, "scope", W::ScopeWord, Kind::Words).hint(W::ScopeHint),
                Field::new(desk, "expires_at", W::Expires, Kind::Moment).hint(W::ExpiresHint),
            ];
            with(W::NewToken, fields, "created").api("tokens").then(Then::Said("token")).back("tokens")
        }
        ["tokens", _, "revoke"] => {
            plain(W::Revoke, "revoked").explained(W::RevokeHint).grave().then(Then::To("tokens".into())).back("tokens")
        }
        ["settings", "edit"] => {
            let inner = desk.reads("settings", &[])?;
            let found = settings::detail(&inner.call(desk)?).await?;
            let (version, item) = (found.version, json!(found));
            Action::new(path.clone(), W::EditSettings, shop(desk, &item), "saved").patches("settings", Some(version))
        }
        ["broadcasts", "new"] => {
            let action = Action::new(path, W::NewBroadcast, super::broadcasts::form(desk, None).await?, "created");
            action.api("broadcasts").then(Then::Made("broadcasts", "id")).back("broadcasts")
        }
        ["broadcasts", id, "edit"] => {
            let inner = desk.reads(&format!("broadcasts/{}", encoded(id)), &[])?;
            let found = broadcasts::detail(&inner.call(desk)?).await?;
            let (version, item) = (found.broadcast.version, json!(found.broadcast));
            Action::new(path.clone(), W::EditBroadcast, super::broadcasts::form(desk, Some(&item)).await?, "saved")
                .patches(parent(&path), Some(version))
        }
        ["broadcasts", _, "schedule"] => {
            with(W::Schedule, vec![Field::new(desk, "start_at", W::StartAt, Kind::Moment).required()], "done").explained(W::ScheduleHint)
        }
        ["broadcasts", _, "start"] => plain(W::Start, "done").explained(W::StartHint).grave(),
        ["broadcasts", _, "preview"] => plain(W::Preview, "done"),
        ["broadcasts", _, "pause"] => plain(W::Pause, "done"),
        ["broadcasts", _, "resume"] => plain(W::Resume, "done"),
        ["broadcasts", _, "cancel"] => plain(W::CancelBroadcast, "canceled").explained(W::CancelBroadcastHint).grave(),
        ["stats", "recount"] => {
            let day = Field::new(desk, "day", W::Day, Kind::Latin).required().value(desk.param("day").unwrap_or_default()).hint(W::DayHint);
            with(W::Recount, vec![day], "recounted").explained(W::RecountHint)
        }
        _ => return Ok(None),
    }))
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(parent, _)| parent)
}

fn by_hand(desk: &Desk<'_>) -> Field {
    Field::new(desk, "by_hand", W::ByHand, Kind::Flag).hint(W::ByHandHint)
}

/// The amount that arrived.
fn arrived(desk: &Desk<'_>, word: W) -> Vec<Field> {
    vec![
        Field::new(desk, "amount.amount", word, Kind::Decimal).required().empty(Empty::Stated),
        Field::new(desk, "amount.currency", W::Currency, Kind::Choice(Currency::ALL.into_iter().map(Currency::code).collect()))
            .required()
            .value(desk.base.code()),
    ]
}

/// What an operator gives: a product, or data and days.
async fn given(desk: &Desk<'_>, limits: W) -> Result<Vec<Field>, Problem> {
    let shop = desk.app.shop().await?;
    let products = shop.plans().map(|product| (product.id.to_string(), product.name.clone())).collect();
    Ok(vec![
        Field::new(desk, "product_id", W::Product, Kind::Options(products)).hint(W::ProductOrLimits),
        Field::new(desk, "data_limit_gb", W::Data, Kind::Number).unit(desk.w(W::Gb)).hint(limits),
        Field::new(desk, "duration_days", W::Days, Kind::Number).unit(desk.w(W::DaysUnit)).hint(limits),
    ])
}

/// What becomes of a payment that pays no order.
async fn decide(desk: &Desk<'_>, id: &str, verb: &str, path: &str) -> Result<Option<Action>, Problem> {
    let (title, fields, hint, done) = match verb {
        "apply" => {
            let inner = desk.reads(&format!("payments/{}", encoded(id)), &[])?;
            let meant = payments::detail(&inner.call(desk)?).await?.payment.order_id.unwrap_or_default();
            (W::Apply, vec![Field::new(desk, "order_id", W::Order, Kind::Latin).value(meant)], W::ApplyHint, "applied")
        }
        "refund" => (W::Refund, vec![by_hand(desk)], W::RefundPaymentHint, "refunded"),
        "credit" => {
            let fields = vec![
                Field::new(desk, "amount.amount", W::Amount, Kind::Decimal).hint(W::CreditAmountHint).unit(desk.named(desk.base.code())),
                Field::new(desk, "amount.currency", W::Currency, Kind::Fixed).value(desk.base.code()),
                Field::new(desk, "user_id", W::User, Kind::Number).hint(W::CreditUserHint),
                Field::new(desk, "valid_to", W::ValidTo, Kind::Moment),
            ];
            (W::Credit, fields, W::CreditHint, "credited")
        }
        "write-off" => (W::WriteOff, vec![Field::new(desk, "reason", W::Reason, Kind::Text).required()], W::WriteOffHint, "written-off"),
        _ => return Ok(None),
    };
    let groups = if verb == "credit" { vec![("amount", Empty::Omitted)] } else { Vec::new() };
    let form = Form { groups, ..Form::of(fields) };
    let api = format!("unapplied-payments/{}/{verb}", encoded(id));
    let action = Action::new(path, title, form, done).explained(hint).api(api);
    Ok(Some(if verb == "apply" || verb == "credit" { action } else { action.grave() }))
}

/// Currencies besides the base one.
fn others(desk: &Desk<'_>) -> impl Iterator<Item = Currency> {
    let base = desk.base;
    Currency::ALL.into_iter().filter(move |currency| {
        *currency != base && matches!(currency, Currency::Xtr | Currency::Usd | Currency::Eur | Currency::Rub | Currency::Irt)
    })
}

fn filled(desk: &Desk<'_>, item: Option<&Value>, fields: Vec<Field>) -> Vec<Field> {
    fields
        .into_iter()
        .map(|field| match item {
            Some(item) => field.of(desk, item),
            None => field,
        })
        .collect()
}

fn product(desk: &Desk<'_>, item: Option<&Value>) -> Form {
    let currency = item.and_then(|item| item.pointer("/price/currency")).and_then(Value::as_str).unwrap_or(desk.base.code()).to_owned();
    let gone = if item.is_some() { Empty::Null } else { Empty::Omitted };
    let mut fields = vec![Field::new(desk, "name", W::Name, Kind::Text).required().empty(Empty::Stated)];
    if item.is_none() {
        fields.push(Field::new(desk, "kind", W::KindWord, Kind::Choice(vec!["plan", "add_on"])).required().value("plan").hint(W::KindHint));
        fields.push(Field::new(desk, "id", W::Id, Kind::Latin).hint(W::ProductIdHint));
    }
    fields.extend([
        Field::new(desk, "price.amount", W::Price, Kind::Decimal).required().empty(Empty::Stated).unit(desk.named(&currency).into_owned()),
        Field::new(desk, "price.currency", W::Currency, Kind::Fixed).value(currency.clone()),
        Field::new(desk, "data_limit_gb", W::Data, Kind::Number).empty(gone).unit(desk.w(W::Gb)).hint(W::EmptyUnlimited),
        Field::new(desk, "duration_days", W::Days, Kind::Number).empty(gone).unit(desk.w(W::DaysUnit)).hint(W::EmptyForEver),
        Field::new(desk, "renewal_policy", W::RenewalPolicy, Kind::Choice(vec!["add", "reset"]))
            .required()
            .value("add")
            .hint(W::RenewalHint),
        Field::new(desk, "position", W::Position, Kind::Number).hint(W::PositionHint),
    ]);
    let prices = others(desk).map(|other| {
        let mut field = Field::new(desk, &format!("prices.{}", other.code()), W::Price, Kind::Decimal).empty(gone);
        field.label = desk.named(other.code()).into_owned();
        field
    });
    let prices = Section { title: Some(W::OtherPrices), fields: filled(desk, item, prices.collect()), folded: true };
    Form { sections: vec![Section { fields: filled(desk, item, fields), ..Section::default() }, prices], groups: Vec::new() }
}

fn code(desk: &Desk<'_>, item: Option<&Value>) -> Form {
    let gone = if item.is_some() { Empty::Null } else { Empty::Omitted };
    let mut fields = Vec::new();
    if item.is_none() {
        fields.push(Field::new(desk, "code", W::Code, Kind::Latin).hint(W::CodeHint));
    }
    let base = desk.base.code();
    fields.extend([
        Field::new(desk, "percent", W::Percent, Kind::Decimal).unit(desk.w(W::PercentSign)).hint(W::PercentHint).empty(gone),
        Field::new(desk, "amount.amount", W::AmountOff, Kind::Decimal).unit(desk.named(base)).hint(W::AmountOffHint),
        Field::new(desk, "amount.currency", W::Currency, Kind::Fixed).value(base),
        Field::new(desk, "use_limit", W::UseLimit, Kind::Number).empty(gone).hint(W::EmptyUnlimited),
        Field::new(desk, "per_user_limit", W::PerUser, Kind::Number).empty(gone).hint(W::EmptyUnlimited),
        Field::new(desk, "valid_from", W::ValidFrom, Kind::Moment).empty(gone),
        Field::new(desk, "valid_to", W::ValidTo, Kind::Moment).empty(gone),
    ]);
    let mut narrow = vec![
        Field::new(desk, "products", W::Products, Kind::Words)
            .empty(if item.is_some() { Empty::Stated } else { Empty::Omitted })
            .hint(W::ProductsHint),
        Field::new(desk, "first_purchase_only", W::FirstOnly, Kind::Flag),
        Field::new(desk, "minimum.amount", W::Minimum, Kind::Decimal).unit(desk.named(base)),
        Field::new(desk, "minimum.currency", W::Currency, Kind::Fixed).value(base),
    ];
    if item.is_none() {
        narrow.push(Field::new(desk, "user_id", W::ForUser, Kind::Number).hint(W::ForUserHint));
    }
    let narrow = Section { title: Some(W::Limits), fields: filled(desk, item, narrow), folded: true };
    Form {
        sections: vec![Section { fields: filled(desk, item, fields), ..Section::default() }, narrow],
        groups: vec![("amount", gone), ("minimum", gone)],
    }
}

/// All settings, by what they are about.
pub fn shop(desk: &Desk<'_>, item: &Value) -> Form {
    let field = |name: &str, label, kind| Field::new(desk, name, label, kind);
    let flag = |name: &str, label| Field::new(desk, name, label, Kind::Flag);
    let section = |title, folded, fields: Vec<Field>| Section { title: Some(title), fields: filled(desk, Some(item), fields), folded };
    let currencies = Currency::ALL.into_iter().map(Currency::code).collect();
    let rates = others(desk).map(|other| {
        let mut field = Field::new(desk, &format!("rates.{}", other.code()), W::Price, Kind::Decimal)
            .empty(Empty::Null)
            .unit(desk.named(desk.base.code()));
        field.label = format!("1 {}", desk.named(other.code()));
        field
    });
    let sections = vec![
        section(
            W::Selling,
            false,
            vec![
                flag("maintenance", W::Maintenance).hint(W::MaintenanceHint),
                flag("invite_only", W::InviteOnly),
                flag("gifts", W::Gifts),
                flag("recurring_stars", W::RecurringStars).hint(W::RecurringHint),
                field("order_window_minutes", W::OrderWindow, Kind::Number).unit(desk.w(W::Minutes)),
                field("max_open_orders", W::MaxOpen, Kind::Number),
            ],
        ),
        section(
            W::TrialTitle,
            true,
            vec![
                field("trial.data_limit_mb", W::Data, Kind::Number).unit(desk.w(W::Mb)).hint(W::EmptyNone),
                field("trial.duration_days", W::Days, Kind::Number).unit(desk.w(W::DaysUnit)),
            ],
        ),
        section(
            W::RewardTitle,
            true,
            vec![
                field("referral_reward.data_limit_gb", W::Data, Kind::Number).unit(desk.w(W::Gb)).hint(W::RewardHint),
                field("referral_reward.duration_days", W::Days, Kind::Number).unit(desk.w(W::DaysUnit)),
                field("referral_reward.percent", W::Percent, Kind::Decimal).unit(desk.w(W::PercentSign)),
                field("referral_reward.valid_days", W::CodeDays, Kind::Number).unit(desk.w(W::DaysUnit)),
            ],
        ),
        section(
            W::WelcomeTitle,
            true,
            vec![
                field("welcome_bonus.data_limit_gb", W::Data, Kind::Number).unit(desk.w(W::Gb)).hint(W::EmptyNone),
                field("welcome_bonus.duration_days", W::Days, Kind::Number).unit(desk.w(W::DaysUnit)),
            ],
        ),
        section(
            W::RemindersTitle,
            true,
            vec![
                field("reminders.days_left", W::DaysLeft, Kind::Numbers).empty(Empty::Stated).hint(W::CommaHint),
                field("reminders.data_left_percent", W::DataLeft, Kind::Numbers).empty(Empty::Stated).hint(W::CommaHint),
                flag("reminders.ended", W::TellEnded),
                field("reminders.win_back.after_days", W::WinBackDays, Kind::Number).unit(desk.w(W::DaysUnit)).hint(W::EmptyNone),
                field("reminders.win_back.code.percent", W::Percent, Kind::Decimal).unit(desk.w(W::PercentSign)),
                field("reminders.win_back.code.valid_days", W::CodeDays, Kind::Number).unit(desk.w(W::DaysUnit)),
            ],
        ),
        section(
            W::SupportTitle,
            true,
            vec![
                field("support_username", W::SupportUsername, Kind::Latin).empty(Empty::Null).hint(W::SupportUsernameHint),
                flag("support_relay", W::SupportRelay),
                field("channels", W::Channels, Kind::Lines(&["chat", "title", "url"])).empty(Empty::Stated).hint(W::ChannelsHint),
                field("terms_of_use.url", W::TermsOfUse, Kind::Latin).hint(W::EmptyNone),
            ],
        ),
        section(
            W::MoneyTitle,
            true,
            std::iter::once(field("base_currency", W::Currency, Kind::Choice(currencies)).required())
                .chain(rates)
                .chain([
                    field("cards", W::Cards, Kind::Lines(&["number", "holder"])).empty(Empty::Stated).hint(W::CardsHint),
                    field("gateway_limits", W::GatewayLimits, Kind::Json).hint(W::GatewayLimitsHint),
                ])
                .collect(),
        ),
        section(
            W::ClockTitle,
            true,
            vec![
                field("utc_offset", W::UtcOffset, Kind::Latin).hint(W::UtcOffsetHint),
                flag("daily_summary", W::DailySummary),
                flag("paid_order_notices", W::PaidOrderNotices),
            ],
        ),
    ];
    let groups = vec![
        ("trial", Empty::Null),
        ("referral_reward", Empty::Null),
        ("welcome_bonus", Empty::Null),
        ("terms_of_use", Empty::Null),
        ("reminders.win_back.code", Empty::Null),
        ("reminders.win_back", Empty::Null),
    ];
    Form { sections, groups }
}

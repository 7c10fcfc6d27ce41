//! Discount codes.

use app::{
    Answer, App,
    admin::{Batch, CodeFilter, Cursor, Holder},
};
use domain::{
    DiscountCodeName, OrderId, Percent, ProductId, TelegramUserId, Timestamp,
    discount::{self, Benefit},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    audit,
    body::given,
    call::{Call, not_found},
    problem::{Faults, Problem},
    query::{self, Paging, flag, oldest_first, sought},
    reply::{Page, Reply, created, ok},
    wire::{Money, Time, moment},
};

/// A discount code: a percentage or an amount.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiscountCode {
    #[schema(example = "SPRING20")]
    pub code: String,
    /// A decimal text; null where the code takes an amount off.
    #[schema(example = "12.5")]
    pub percent: Option<String>,
    /// Null where the code takes a percentage off.
    pub amount: Option<Money>,
    pub active: bool,
    /// The first instant at which it works.
    pub valid_from: Option<Time>,
    /// The last instant at which it works.
    pub valid_to: Option<Time>,
    /// Null: as often as you like.
    pub use_limit: Option<u32>,
    pub per_user_limit: Option<u32>,
    /// Live reservations and paid orders.
    pub times_used: u32,
    /// Orders that were paid after they had given their use back, and when none was left.
    pub late_uses: u32,
    /// The products for which it works; empty: all.
    pub products: Vec<String>,
    pub first_purchase_only: bool,
    /// The smallest price for which it works.
    pub minimum: Option<Money>,
    /// The one customer for whom it works; null: everybody.
    pub user_id: Option<i64>,
    pub created_at: Time,
    pub version: u64,
}

impl From<&discount::DiscountCode> for DiscountCode {
    fn from(code: &discount::DiscountCode) -> Self {
        let (percent, amount) = match code.benefit {
            Benefit::Percent(percent) => (Some(percent.to_string()), None),
            Benefit::Amount(amount) => (None, Some(Money::from(amount))),
        };
        Self {
            code: code.name.to_string(),
            percent,
            amount,
            active: code.active,
            valid_from: code.valid_from.map(Time),
            valid_to: code.valid_to.map(Time),
            use_limit: code.use_limit,
            per_user_limit: code.per_user_limit,
            times_used: code.times_used,
            late_uses: code.late_uses,
            products: code.products.iter().map(ToString::to_string).collect(),
            first_purchase_only: code.first_purchase_only,
            minimum: code.minimum.map(Money::from),
            user_id: code.owner.map(TelegramUserId::get),
            created_at: code.created_at.into(),
            version: code.version,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    #[param(value_type = Option<bool>)]
    pub active: Option<String>,
    /// A code, in any case.
    pub q: Option<String>,
    /// `desc`: the newest first, which is what is given without it; `asc`: the oldest first.
    #[param(value_type = Option<query::Order>, inline)]
    pub order: Option<String>,
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, example = 50)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Lists the discount codes
///
/// The newest first.
#[utoipa::path(get, path = "/admin/v1/discount-codes", tag = "discount-codes", params(Filter), responses((status = 200, description = "A page of codes.", body = Page<DiscountCode>)))]
pub async fn list(call: &Call<'_>) -> Result<Reply, Problem> {
    page(call).await.map(|page| Reply::json(&page))
}

/// A page of the list.
pub async fn page(call: &Call<'_>) -> Result<Page<DiscountCode>, Problem> {
    let asked: Filter = call.query()?;
    let mut faults = Faults::default();
    let filter = CodeFilter {
        active: flag(&mut faults, "active", asked.active.as_deref()),
        q: sought(asked.q),
        oldest_first: oldest_first(&mut faults, asked.order.as_deref()),
    };
    let paging: Paging<Cursor> = call.paging(&mut faults, asked.limit.as_deref(), asked.cursor.as_deref())?;
    faults.of_parameters()?;
    let page = call.app.list_codes(&filter, paging.cursor.as_ref(), paging.limit).await?;
    Ok(call.page(&paging, page.items.iter().map(DiscountCode::from).collect(), page.next))
}

/// What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"percent": "12.5", "use_limit": 100, "per_user_limit": 1}))]
pub struct CodeChange {
    /// More than 0, at most 100, at most two decimals: a decimal text.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, pattern = r"^[0-9]{1,3}(\.[0-9]{1,2})?$", example = "12.5")]
    pub percent: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Money>)]
    pub amount: Option<Option<Money>>,
    #[serde(default)]
    pub active: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_from: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_to: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1)]
    pub use_limit: Option<Option<u32>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1)]
    pub per_user_limit: Option<Option<u32>>,
    #[serde(default)]
    #[schema(max_items = 20)]
    pub products: Option<Vec<String>>,
    #[serde(default)]
    pub first_purchase_only: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Money>)]
    pub minimum: Option<Option<Money>>,
}

/// Terms that were understood.
struct Edit {
    benefit: Option<Benefit>,
    active: Option<bool>,
    valid_from: Option<Option<Timestamp>>,
    valid_to: Option<Option<Timestamp>>,
    use_limit: Option<Option<u32>>,
    per_user_limit: Option<Option<u32>>,
    products: Option<Vec<ProductId>>,
    first_purchase_only: Option<bool>,
    minimum: Option<Option<domain::Money>>,
}

impl CodeChange {
    fn read(&self, faults: &mut Faults) -> Edit {
        let percent = self.percent.iter().flatten().next().and_then(|percent| faults.parse::<Percent>("percent", Some(percent)));
        let amount = self.amount.iter().flatten().next().and_then(|amount| amount.read(faults, "amount"));
        let (percents, amounts) = (self.percent.iter().flatten().count(), self.amount.iter().flatten().count());
        if (self.percent.is_some() || self.amount.is_some()) && percents + amounts != 1 {
            faults.add("percent", "exactly one of percent and amount");
            faults.add("amount", "exactly one of percent and amount");
        }
        let mut at = |field: &str, text: &Option<Option<String>>| text.as_ref().map(|text| moment(faults, field, text.as_deref()));
        let (valid_from, valid_to) = (at("valid_from", &self.valid_from), at("valid_to", &self.valid_to));
        let products = self.products.as_ref().map(|products| products.iter().filter_map(|id| faults.parse("products", Some(id))).collect());
        Edit {
            benefit: percent.map(Benefit::Percent).or(amount.map(Benefit::Amount)),
            active: self.active,
            valid_from,
            valid_to,
            use_limit: self.use_limit,
            per_user_limit: self.per_user_limit,
            products,
            first_purchase_only: self.first_purchase_only,
            minimum: self.minimum.as_ref().map(|minimum| minimum.as_ref().and_then(|minimum| minimum.read(faults, "minimum"))),
        }
    }
}

impl Edit {
    fn apply(&self, code: &mut discount::DiscountCode) {
        code.benefit = self.benefit.unwrap_or(code.benefit);
        code.active = self.active.unwrap_or(code.active);
        code.valid_from = self.valid_from.unwrap_or(code.valid_from);
        code.valid_to = self.valid_to.unwrap_or(code.valid_to);
        code.use_limit = self.use_limit.unwrap_or(code.use_limit);
        code.per_user_limit = self.per_user_limit.unwrap_or(code.per_user_limit);
        if let Some(products) = &self.products {
            code.products.clone_from(products);
        }
        code.first_purchase_only = self.first_purchase_only.unwrap_or(code.first_purchase_only);
        code.minimum = self.minimum.unwrap_or(code.minimum);
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "SPRING20", "percent": "20", "use_limit": 100, "per_user_limit": 1}))]
pub struct NewCode {
    /// 3 to 20 of `A-Z 0-9 _ -`, in any case; left out: made up.
    #[serde(default)]
    #[schema(min_length = 3, max_length = 20)]
    pub code: Option<String>,
    /// More than 0, at most 100, at most two decimals: a decimal text.
    #[serde(default)]
    #[schema(pattern = r"^[0-9]{1,3}(\.[0-9]{1,2})?$", example = "12.5")]
    pub percent: Option<String>,
    #[serde(default)]
    pub amount: Option<Money>,
    /// Left out: true.
    #[serde(default)]
    pub active: Option<bool>,
    #[serde(default)]
    #[schema(format = DateTime)]
    pub valid_from: Option<String>,
    #[serde(default)]
    #[schema(format = DateTime)]
    pub valid_to: Option<String>,
    #[serde(default)]
    #[schema(minimum = 1)]
    pub use_limit: Option<u32>,
    #[serde(default)]
    #[schema(minimum = 1)]
    pub per_user_limit: Option<u32>,
    /// Left out or empty: all.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub products: Vec<String>,
    #[serde(default)]
    pub first_purchase_only: bool,
    #[serde(default)]
    pub minimum: Option<Money>,
    /// The one customer for whom it works; left out: everybody. It stays for ever.
    #[serde(default)]
    #[schema(minimum = 1, example = 7_000_000_001_i64)]
    pub user_id: Option<i64>,
}

impl NewCode {
    /// Its terms, as a change of a code that has none.
    fn terms(self) -> CodeChange {
        CodeChange {
            percent: Some(self.percent),
            amount: Some(self.amount),
            active: self.active,
            valid_from: Some(self.valid_from),
            valid_to: Some(self.valid_to),
            use_limit: Some(self.use_limit),
            per_user_limit: Some(self.per_user_limit),
            products: Some(self.products),
            first_purchase_only: Some(self.first_purchase_only),
            minimum: Some(self.minimum),
        }
    }
}

/// Makes a discount code
///
/// Exactly one of `percent` and `amount` is given.
#[utoipa::path(post, path = "/admin/v1/discount-codes", tag = "discount-codes", request_body = NewCode, responses((status = 201, description = "The code.", body = DiscountCode)))]
pub async fn create(call: &Call<'_>) -> Result<Reply, Problem> {
    let new: NewCode = call.body()?;
    let mut faults = Faults::default();
    let name: Option<DiscountCodeName> = match &new.code {
        None => Some(call.app.random_code_name()?),
        Some(code) => faults.parse("code", Some(code)),
    };
    let owner = new.user_id.and_then(|id| faults.take("user_id", TelegramUserId::new(id)));
    let terms = new.terms().read(&mut faults);
    let (name, benefit) = faults.of_fields_with(name.zip(terms.benefit))?;
    let mut code = blank(name, benefit, owner, call.app.now());
    terms.apply(&mut code);
    let answer = |code: &discount::DiscountCode| created(&DiscountCode::from(code));
    call.app.create_code(&code, call.by(&answer)?).await.map_err(|error| call.refusal(error))?;
    Ok(answer(&code).into())
}

/// A discount code with what is around it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodeDetail {
    #[serde(flatten)]
    pub code: DiscountCode,
    /// Who holds it, at most 20; `GET /admin/v1/discount-codes/{code}/uses` lists all.
    pub uses: Vec<CodeHolder>,
    /// What operators did, the newest first, at most 20.
    pub audit: Vec<audit::Entry>,
}

/// A customer's uses of a code.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodeHolder {
    #[schema(example = 7_000_000_001_i64)]
    pub user_id: i64,
    /// The orders that hold it, waiting for their money or paid.
    pub order_ids: Vec<String>,
}

impl CodeHolder {
    fn of(app: &App, holder: &Holder) -> Self {
        let order_ids = holder.orders.iter().map(|key| app.names.order(OrderId::new(holder.user, *key))).collect();
        Self { user_id: holder.user.get(), order_ids }
    }
}

/// How many of a code's uses, and how much of its history, its page shows.
const SHOWN: u8 = 20;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UsesFilter {
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, example = 50)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Lists who holds a discount code
///
/// By their ids, each with the orders that hold it.
#[utoipa::path(get, path = "/admin/v1/discount-codes/{code}/uses", tag = "discount-codes", params(("code" = String, Path, description = "The code, in any case.", example = "SPRING20"), UsesFilter), responses((status = 200, description = "A page of customers.", body = Page<CodeHolder>)))]
pub async fn list_uses(call: &Call<'_>) -> Result<Reply, Problem> {
    uses(call).await.map(|page| Reply::json(&page))
}

/// A page of who holds the code that the path names.
pub async fn uses(call: &Call<'_>) -> Result<Page<CodeHolder>, Problem> {
    let asked: UsesFilter = call.query()?;
    let mut faults = Faults::default();
    let paging: Paging<Cursor> = call.paging(&mut faults, asked.limit.as_deref(), asked.cursor.as_deref())?;
    faults.of_parameters()?;
    let code = call.app.store.discount_code(&call.id()?).await?.ok_or_else(not_found)?;
    let page = call.app.store.redemptions_of(&code.name, paging.cursor.as_ref(), paging.limit).await?;
    Ok(call.page(&paging, page.items.iter().map(|holder| CodeHolder::of(call.app, holder)).collect(), page.next))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"count": 100, "prefix": "NOWRUZ-", "percent": "20", "use_limit": 1}))]
pub struct NewBatch {
    #[schema(minimum = 1, maximum = 500)]
    pub count: u16,
    /// What their names begin with: at most 10 of `A-Z 0-9 _ -`, in any case; ten random characters follow.
    #[serde(default)]
    #[schema(max_length = 10, pattern = "^[A-Za-z0-9_-]*$")]
    pub prefix: Option<String>,
    /// More than 0, at most 100, at most two decimals: a decimal text.
    #[serde(default)]
    #[schema(pattern = r"^[0-9]{1,3}(\.[0-9]{1,2})?$", example = "12.5")]
    pub percent: Option<String>,
    #[serde(default)]
    pub amount: Option<Money>,
    /// Left out: true.
    #[serde(default)]
    pub active: Option<bool>,
    #[serde(default)]
    #[schema(format = DateTime)]
    pub valid_from: Option<String>,
    #[serde(default)]
    #[schema(format = DateTime)]
    pub valid_to: Option<String>,
    /// Of each code; left out or null: as often as you like.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub use_limit: Option<u32>,
    #[serde(default)]
    #[schema(minimum = 1)]
    pub per_user_limit: Option<u32>,
    /// Left out or empty: all.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub products: Vec<String>,
    #[serde(default)]
    pub first_purchase_only: bool,
    #[serde(default)]
    pub minimum: Option<Money>,
}

/// Codes that were made at once.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodeBatch {
    /// Its name in the history: `GET /admin/v1/audit?entity=code-batch&id=`.
    #[schema(example = "MFRGGZDFMZTWQ2LK")]
    pub batch: String,
    pub count: usize,
    #[schema(example = json!(["NOWRUZ-MFRGGZDFMZ"]))]
    pub codes: Vec<String>,
}

/// Makes many discount codes
///
/// Of the same terms, under random names. With the same `Idempotency-Key` a request that was interrupted goes on where it was and makes no second set. Exactly
/// one of `percent` and `amount` is given.
#[utoipa::path(post, path = "/admin/v1/discount-codes/batch", tag = "discount-codes", request_body = NewBatch, responses((status = 201, description = "The codes.", body = CodeBatch)))]
pub async fn create_batch(call: &Call<'_>) -> Result<Reply, Problem> {
    let NewBatch {
        count,
        prefix,
        percent,
        amount,
        active,
        valid_from,
        valid_to,
        use_limit,
        per_user_limit,
        products,
        first_purchase_only,
        minimum,
    } = call.body()?;
    let mut faults = Faults::default();
    if !(1..=Batch::MAX).contains(&count) {
        faults.add("count", format!("1 to {}", Batch::MAX));
    }
    let prefix = prefix.unwrap_or_default().to_ascii_uppercase();
    if prefix.len() > Batch::MAX_PREFIX || !prefix.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_' || b == b'-') {
        faults.add("prefix", format!("at most {} of A-Z, 0-9, _ and -", Batch::MAX_PREFIX));
    }
    let like = NewCode {
        code: None,
        percent,
        amount,
        active,
        valid_from,
        valid_to,
        use_limit,
        per_user_limit,
        products,
        first_purchase_only,
        minimum,
        user_id: None,
    };
    let terms = like.terms().read(&mut faults);
    let benefit = faults.of_fields_with(terms.benefit)?;
    let mut template = blank(call.app.random_code_name()?, benefit, None, call.app.now());
    terms.apply(&mut template);
    let batch = call.app.create_codes(&template, &prefix, count, call.request.as_ref(), call.actor()?).await;
    let batch = batch.map_err(|error| call.refusal(error))?;
    let codes: Vec<String> = batch.codes.iter().map(ToString::to_string).collect();
    Ok(created(&CodeBatch { batch: batch.id.to_string(), count: codes.len(), codes }).into())
}

/// A code without terms besides what it takes off.
fn blank(name: DiscountCodeName, benefit: Benefit, owner: Option<TelegramUserId>, now: Timestamp) -> discount::DiscountCode {
    discount::DiscountCode {
        name,
        benefit,
        active: true,
        valid_from: None,
        valid_to: None,
        use_limit: None,
        per_user_limit: None,
        times_used: 0,
        late_uses: 0,
        products: Vec::new(),
        first_purchase_only: false,
        minimum: None,
        owner,
        created_at: now,
        version: 1,
    }
}

/// Shows a discount code
#[utoipa::path(get, path = "/admin/v1/discount-codes/{code}", tag = "discount-codes", params(("code" = String, Path, description = "The code, in any case.", example = "SPRING20")), responses((status = 200, description = "The code with who holds it, and its history.", body = CodeDetail)))]
pub async fn show(call: &Call<'_>) -> Result<Reply, Problem> {
    detail(call).await.map(|code| ok(&code).into())
}

/// The one that the path names, with what is around it.
pub async fn detail(call: &Call<'_>) -> Result<CodeDetail, Problem> {
    let app = call.app;
    let code = app.store.discount_code(&call.id()?).await?.ok_or_else(not_found)?;
    let uses = app.store.redemptions_of(&code.name, None, SHOWN).await?;
    let audit = app.store.list_audit("discount-code", code.name.as_str(), None, SHOWN, app.now()).await?;
    Ok(CodeDetail {
        code: DiscountCode::from(&code),
        uses: uses.items.iter().map(|holder| CodeHolder::of(app, holder)).collect(),
        audit: audit.items.iter().map(audit::Entry::from).collect(),
    })
}

/// Changes a discount code's terms
///
/// Its uses stay as they are. A percentage takes the place of an amount, and an amount that of a percentage. Orders that were placed with the code
/// keep their discount.
#[utoipa::path(patch, path = "/admin/v1/discount-codes/{code}", tag = "discount-codes", params(("code" = String, Path, description = "The code, in any case.", example = "SPRING20")), request_body = CodeChange, responses((status = 200, description = "The code as it is now.", body = DiscountCode)))]
pub async fn change(call: &Call<'_>) -> Result<Reply, Problem> {
    let terms: CodeChange = call.body()?;
    let mut faults = Faults::default();
    let terms = terms.read(&mut faults);
    faults.of_fields()?;
    edit(call, "change", |code| terms.apply(code)).await
}

/// Switches a discount code off
///
/// Orders that hold a use of it keep it. Doing it twice is success.
#[utoipa::path(post, path = "/admin/v1/discount-codes/{code}/archive", tag = "discount-codes", params(("code" = String, Path, description = "The code, in any case.", example = "SPRING20")), responses((status = 200, description = "The code as it is now.", body = DiscountCode)))]
pub async fn archive(call: &Call<'_>) -> Result<Reply, Problem> {
    edit(call, "archive", |code| code.active = false).await
}

/// Switches a discount code on again
#[utoipa::path(post, path = "/admin/v1/discount-codes/{code}/unarchive", tag = "discount-codes", params(("code" = String, Path, description = "The code, in any case.", example = "SPRING20")), responses((status = 200, description = "The code as it is now.", body = DiscountCode)))]
pub async fn unarchive(call: &Call<'_>) -> Result<Reply, Problem> {
    edit(call, "unarchive", |code| code.active = true).await
}

fn shown(code: &discount::DiscountCode) -> Answer {
    ok(&DiscountCode::from(code))
}

async fn edit(call: &Call<'_>, action: &'static str, edit: impl Fn(&mut discount::DiscountCode)) -> Result<Reply, Problem> {
    let changed = call.app.change_code(&call.id()?, call.version()?, action, call.by(&shown)?, edit).await;
    changed.map(|code| shown(&code).into()).map_err(|error| call.refusal(error))
}

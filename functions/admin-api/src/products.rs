//! The catalogue.

use std::{collections::BTreeMap, fmt, str::FromStr};

use app::Answer;
use domain::{Currency, ProductId, product};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    audit,
    body::given,
    call::Call,
    problem::{Faults, Problem},
    query::{Paging, flag},
    reply::{Page, Reply, created, ok},
    wire::{self, Money, Time, wire_enum},
};

wire_enum! {
    /// What a renewal does with what is left: `add` to it, or `reset` it.
    RenewalPolicy = domain::product::RenewalPolicy { Add, Reset }
}

wire_enum! {
    /// `plan`: a subscription, new or renewed; `add_on`: more data or more days for a subscription that there is.
    ProductKind = domain::product::ProductKind { Plan, AddOn }
}

/// A plan or an add-on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Product {
    #[schema(example = "gb50-30d")]
    pub id: String,
    pub kind: ProductKind,
    #[schema(example = "50 GB, 30 days")]
    pub name: String,
    pub price: Money,
    /// Explicit prices in other currencies; a gateway that charges in one of them uses it.
    #[schema(example = json!({"XTR": "150"}))]
    pub prices: BTreeMap<String, String>,
    /// GiB; null is unlimited, and nothing for an add-on.
    pub data_limit_gb: Option<u32>,
    /// Null never expires, and is nothing for an add-on.
    pub duration_days: Option<u16>,
    pub renewal_policy: RenewalPolicy,
    /// Whether it is for sale; an archived product is not.
    pub active: bool,
    /// Smaller first.
    pub position: u16,
    pub created_at: Time,
    pub updated_at: Time,
    pub version: u64,
}

impl From<&product::Product> for Product {
    fn from(product: &product::Product) -> Self {
        Self {
            id: product.id.to_string(),
            kind: product.kind.into(),
            name: product.name.clone(),
            price: product.price.into(),
            prices: wire::prices(&product.prices),
            data_limit_gb: product.data_limit_gb,
            duration_days: product.duration_days,
            renewal_policy: product.renewal_policy.into(),
            active: product.active,
            position: product.position,
            created_at: product.created_at.into(),
            updated_at: product.updated_at.into(),
            version: product.version,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only those for sale, or only the archived.
    #[param(value_type = Option<bool>)]
    pub active: Option<String>,
    #[param(value_type = Option<ProductKind>, inline)]
    pub kind: Option<String>,
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, example = 50)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// A place in the catalogue: behind the product of this position and id.
struct Behind(u16, ProductId);

impl fmt::Display for Behind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}
impl FromStr for Behind {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (position, id) = text.split_once('.').ok_or(())?;
        Ok(Self(position.parse().map_err(|_| ())?, id.parse().map_err(|_| ())?))
    }
}

/// Lists the products
///
/// In the order in which customers see them; archived ones too.
#[utoipa::path(get, path = "/admin/v1/products", tag = "products", params(Filter), responses((status = 200, description = "A page of products.", body = Page<Product>)))]
pub async fn list(call: &Call<'_>) -> Result<Reply, Problem> {
    page(call).await.map(|page| Reply::json(&page))
}

/// A page of the list.
pub async fn page(call: &Call<'_>) -> Result<Page<Product>, Problem> {
    let filter: Filter = call.query()?;
    let mut faults = Faults::default();
    let active = flag(&mut faults, "active", filter.active.as_deref());
    let kind = faults.choose("kind", filter.kind.as_deref(), &product::ProductKind::ALL, product::ProductKind::name);
    let paging: Paging<Behind> = call.paging(&mut faults, filter.limit.as_deref(), filter.cursor.as_deref())?;
    faults.of_parameters()?;
    let products = call.app.store.products().await?;
    let ahead = |product: &&product::Product| {
        let behind = |Behind(position, id): &Behind| (product.position, &product.id) > (*position, id);
        let wanted = active.is_none_or(|active| product.active == active) && kind.is_none_or(|kind| product.kind == kind);
        paging.cursor.as_ref().is_none_or(behind) && wanted
    };
    let mut left = products.iter().filter(ahead).peekable();
    let page: Vec<&product::Product> = left.by_ref().take(paging.limit.into()).collect();
    let more = left.peek().is_some();
    let next = page.last().filter(|_| more).map(|last| Behind(last.position, last.id.clone()));
    Ok(call.page(&paging, page.into_iter().map(Product::from).collect(), next))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"id": "gb50-30d", "name": "50 GB, 30 days", "price": {"amount": "150000", "currency": "IRT"}, "prices": {"XTR": "150"}, "data_limit_gb": 50, "duration_days": 30}))]
pub struct NewProduct {
    /// 1 to 16 of `a-z 0-9 -`; left out: made up.
    #[serde(default)]
    #[schema(pattern = "^[a-z0-9-]{1,16}$")]
    pub id: Option<String>,
    /// Left out: `plan`.
    #[serde(default)]
    pub kind: Option<ProductKind>,
    /// One line.
    #[schema(min_length = 1, max_length = 64)]
    pub name: String,
    pub price: Money,
    /// Prices in other currencies: decimal texts by currency code.
    #[serde(default)]
    pub prices: BTreeMap<String, String>,
    /// GiB; null or left out: unlimited, for an add-on: none. An add-on has data or days.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 100_000)]
    pub data_limit_gb: Option<u32>,
    /// Null or left out: never expires, for an add-on: none.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 3650)]
    pub duration_days: Option<u16>,
    /// Left out: `add`.
    #[serde(default)]
    pub renewal_policy: Option<RenewalPolicy>,
    /// Left out: true.
    #[serde(default)]
    pub active: Option<bool>,
    /// Left out: behind all others.
    #[serde(default)]
    pub position: Option<u16>,
}

/// The orders of what is given name these instead of a product.
const RESERVED: [&str; 5] = ["prize", "trial", "welcome", "gift", "grant"];

/// Adds a product
#[utoipa::path(post, path = "/admin/v1/products", tag = "products", request_body = NewProduct, responses((status = 201, description = "The product.", body = Product)))]
pub async fn create(call: &Call<'_>) -> Result<Reply, Problem> {
    let new: NewProduct = call.body()?;
    let mut faults = Faults::default();
    let id = match &new.id {
        None => Some(call.app.random_product_id()?),
        Some(id) if RESERVED.contains(&id.as_str()) => {
            faults.add("id", "this name is taken by what the shop gives away");
            None
        }
        Some(id) => faults.parse("id", Some(id)),
    };
    let price = new.price.read(&mut faults, "price");
    let prices: BTreeMap<Currency, domain::Money> = new
        .prices
        .iter()
        .filter_map(|(currency, amount)| wire::price(&mut faults, currency, amount))
        .map(|price| (price.currency(), price))
        .collect();
    let (id, price) = faults.of_fields_with(id.zip(price))?;
    let position = match new.position {
        Some(position) => position,
        None => call.app.store.products().await?.last().map_or(10, |last| last.position.saturating_add(10)),
    };
    let now = call.app.now();
    let product = product::Product {
        id,
        kind: new.kind.unwrap_or(ProductKind::Plan).into(),
        name: new.name,
        price,
        prices,
        data_limit_gb: new.data_limit_gb,
        duration_days: new.duration_days,
        renewal_policy: new.renewal_policy.unwrap_or(RenewalPolicy::Add).into(),
        active: new.active.unwrap_or(true),
        position,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let answer = |product: &product::Product| created(&Product::from(product));
    call.app.create_product(&product, call.by(&answer)?).await.map_err(|error| call.refusal(error))?;
    Ok(answer(&product).into())
}

/// A product with its history.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductDetail {
    #[serde(flatten)]
    pub product: Product,
    /// What operators did, with the product before and after it: its versions, the newest first, at most 20.
    pub audit: Vec<audit::Entry>,
}

/// How much of a product's history its page shows.
const SHOWN: u8 = 20;

/// Shows a product
#[utoipa::path(get, path = "/admin/v1/products/{id}", tag = "products", params(("id" = String, Path, description = "The product's id.", example = "gb50-30d")), responses((status = 200, description = "The product with its versions.", body = ProductDetail)))]
pub async fn show(call: &Call<'_>) -> Result<Reply, Problem> {
    detail(call).await.map(|product| ok(&product).into())
}

/// The one that the path names, with its history.
pub async fn detail(call: &Call<'_>) -> Result<ProductDetail, Problem> {
    let product = call.app.store.product(&call.id()?).await?.ok_or_else(crate::call::not_found)?;
    let audit = call.app.store.list_audit("product", product.id.as_str(), None, SHOWN, call.app.now()).await?;
    Ok(ProductDetail { product: Product::from(&product), audit: audit.items.iter().map(audit::Entry::from).collect() })
}

/// What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"price": {"amount": "170000", "currency": "IRT"}, "prices": {"XTR": null}}))]
pub struct ProductChange {
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64)]
    pub name: Option<String>,
    #[serde(default)]
    pub price: Option<Money>,
    /// The prices named here are set, or with null removed; the others stay.
    #[serde(default)]
    pub prices: BTreeMap<String, Option<String>>,
    /// Null: unlimited.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 100_000)]
    pub data_limit_gb: Option<Option<u32>>,
    /// Null: never expires.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 3650)]
    pub duration_days: Option<Option<u16>>,
    #[serde(default)]
    pub renewal_policy: Option<RenewalPolicy>,
    #[serde(default)]
    pub active: Option<bool>,
    #[serde(default)]
    pub position: Option<u16>,
}

/// Changes a product
///
/// Orders that were placed keep the terms that they were placed with. What kind of product it is stays for ever.
#[utoipa::path(patch, path = "/admin/v1/products/{id}", tag = "products", params(("id" = String, Path, description = "The product's id.", example = "gb50-30d")), request_body = ProductChange, responses((status = 200, description = "The product as it is now.", body = Product)))]
pub async fn change(call: &Call<'_>) -> Result<Reply, Problem> {
    let change: ProductChange = call.body()?;
    let mut faults = Faults::default();
    let price = change.price.as_ref().and_then(|price| price.read(&mut faults, "price"));
    let mut prices: Vec<(Currency, Option<domain::Money>)> = Vec::new();
    for (code, amount) in &change.prices {
        match amount {
            Some(amount) => prices.extend(wire::price(&mut faults, code, amount).map(|price| (price.currency(), Some(price)))),
            None => prices.extend(faults.parse(&format!("prices.{code}"), Some(code)).map(|currency| (currency, None))),
        }
    }
    faults.of_fields()?;
    edit(call, "change", |product| {
        product.name = change.name.clone().unwrap_or_else(|| product.name.clone());
        product.price = price.unwrap_or(product.price);
        for (currency, price) in &prices {
            match price {
                Some(price) => product.prices.insert(*currency, *price),
                None => product.prices.remove(currency),
            };
        }
        product.data_limit_gb = change.data_limit_gb.unwrap_or(product.data_limit_gb);
        product.duration_days = change.duration_days.unwrap_or(product.duration_days);
        product.renewal_policy = change.renewal_policy.map_or(product.renewal_policy, Into::into);
        product.active = change.active.unwrap_or(product.active);
        product.position = change.position.unwrap_or(product.position);
    })
    .await
}

/// Takes a product off sale
///
/// Nothing that was ever ordered is deleted. Doing it twice is success.
#[utoipa::path(post, path = "/admin/v1/products/{id}/archive", tag = "products", params(("id" = String, Path, description = "The product's id.", example = "gb50-30d")), responses((status = 200, description = "The product as it is now.", body = Product)))]
pub async fn archive(call: &Call<'_>) -> Result<Reply, Problem> {
    edit(call, "archive", |product| product.active = false).await
}

/// Puts a product on sale again
#[utoipa::path(post, path = "/admin/v1/products/{id}/unarchive", tag = "products", params(("id" = String, Path, description = "The product's id.", example = "gb50-30d")), responses((status = 200, description = "The product as it is now.", body = Product)))]
pub async fn unarchive(call: &Call<'_>) -> Result<Reply, Problem> {
    edit(call, "unarchive", |product| product.active = true).await
}

fn shown(product: &product::Product) -> Answer {
    ok(&Product::from(product))
}

async fn edit(call: &Call<'_>, action: &'static str, edit: impl Fn(&mut product::Product)) -> Result<Reply, Problem> {
    let changed = call.app.change_product(&call.id()?, call.version()?, action, call.by(&shown)?, edit).await;
    changed.map(|product| shown(&product).into()).map_err(|error| call.refusal(error))
}

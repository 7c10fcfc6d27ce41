//! Discount codes: made, changed, switched off. Their uses are the orders' own affair.

use data_encoding::BASE32_NOPAD;
use domain::{DiscountCodeName, admin::Actor, discount::DiscountCode, ids::Digest};
use store::{CommitError, Write};

use super::seen;
use crate::{
    App, AppError, By, Change, RequestName,
    operate::{Invalid, OperateError, json, of_commit},
};

/// Codes that were made at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub id: Digest,
    pub codes: Vec<DiscountCodeName>,
}

impl Batch {
    /// Characters of a name after its prefix: nobody guesses them.
    const RANDOM: usize = 10;
    pub const MAX_PREFIX: usize = DiscountCodeName::MAX_LEN - Self::RANDOM;
    pub const MAX: u16 = 500;
    /// Codes of one transaction, which takes a hundred writes.
    const AT_ONCE: usize = 90;
}

impl App {
    /// A name for a code that nobody thought of: eight characters.
    pub fn random_code_name(&self) -> Result<DiscountCodeName, AppError> {
        Ok(BASE32_NOPAD.encode(&self.seams.bytes::<5>()).parse()?)
    }

    /// Makes a code.
    pub async fn create_code<'a>(&self, code: &DiscountCode, by: impl Into<By<'a, DiscountCode>>) -> Result<(), OperateError> {
        let by = by.into();
        self.check_code_terms(code).await?;
        let change = Change::new(&by, "create", "discount-code", code.name.as_str()).to(json(code)?);
        match self.commit_change(&change, code, vec![Write::create(code)?]).await {
            Ok(()) => Ok(()),
            Err(CommitError::Refused { position: 0, .. }) => Err(OperateError::Exists),
            Err(error) => Err(of_commit("create a discount code")(error)),
        }
    }

    /// Makes `count` codes with the terms of `template`, under names made of the prefix and of the request that asked for them: the same request again
    /// goes on where it was interrupted and makes no second set.
    pub async fn create_codes(
        &self,
        template: &DiscountCode,
        prefix: &str,
        count: u16,
        request: Option<&RequestName>,
        actor: &Actor,
    ) -> Result<Batch, OperateError> {
        self.check_code_terms(template).await?;
        let seed = match request {
            Some(RequestName { scope, name, digest }) => format!("{scope}|{name}|{digest}"),
            None => self.seams.nonce(),
        };
        let id = self.names.digest("code batch", &seed);
        let mut names = Vec::with_capacity(usize::from(count));
        for n in 0..count {
            let digest = self.names.digest("code of a batch", &format!("{seed}|{n}")).to_string();
            let short: String = digest.chars().take(Batch::RANDOM).collect();
            names.push(
                format!("{prefix}{short}")
                    .parse::<DiscountCodeName>()
                    .map_err(|_| Invalid::new("prefix", format!("at most {} of A-Z, 0-9, _ and -", Batch::MAX_PREFIX)))?,
            );
        }
        let terms = json(&serde_json::json!({ "count": count, "prefix": prefix, "terms": template }))?;
        // Without the answer: that is kept when all of them are made.
        let by: By<'_, ()> = actor.into();
        let change = Change::new(&by, "create", "code-batch", id.to_string()).to(terms);
        for (n, chunk) in names.chunks(Batch::AT_ONCE).enumerate() {
            let codes = chunk.iter().map(|name| DiscountCode { name: name.clone(), ..template.clone() });
            let mut writes = codes.map(|code| Write::create(&code)).collect::<Result<Vec<_>, _>>()?;
            if n == 0 {
                writes.extend(self.traces(&change, &(), self.now())?);
            }
            match self.store.commit(&self.seams.nonce(), writes).await {
                // All of a chunk are made or none: its first one is there because an earlier try has made them.
                Ok(()) | Err(CommitError::Refused { position: 0, .. }) => {}
                Err(CommitError::Refused { .. }) => return Err(OperateError::Exists),
                Err(error) => return Err(of_commit("create discount codes")(error)),
            }
        }
        Ok(Batch { id, codes: names })
    }

    /// Changes a code's terms. `version`: the one that the operator saw; absent: whatever stands. The uses stay as they are.
    pub async fn change_code<'a>(
        &self,
        name: &DiscountCodeName,
        version: Option<u64>,
        action: &'static str,
        by: impl Into<By<'a, DiscountCode>>,
        edit: impl Fn(&mut DiscountCode),
    ) -> Result<DiscountCode, OperateError> {
        let by = by.into();
        for _ in 0..3 {
            let before = self.store.discount_code(name).await?.ok_or(OperateError::NotFound)?;
            seen(version, before.version)?;
            let mut code = before.clone();
            edit(&mut code);
            if code == before {
                return Ok(before);
            }
            self.check_code_terms(&code).await?;
            let change = Change::new(&by, action, "discount-code", name.as_str()).from(json(&before)?).to(json(&code)?);
            let writes = vec![Write::edit_code(&mut code)?];
            match self.commit_change(&change, &code, writes).await {
                Ok(()) => return Ok(code),
                Err(CommitError::Refused { position: 0, .. }) => {}
                Err(error) => return Err(of_commit("change a discount code")(error)),
            }
        }
        Err(OperateError::Changed)
    }

    /// The rules of a code, and that the plans it is for exist: a misspelt one would make it work for nothing.
    async fn check_code_terms(&self, code: &DiscountCode) -> Result<(), OperateError> {
        code.validate()?;
        if code.products.is_empty() {
            return Ok(());
        }
        let products = self.store.products().await?;
        match code.products.iter().find(|id| !products.iter().any(|product| product.id == **id)) {
            Some(unknown) => Err(Invalid::new("products", format!("there is no product {unknown}")).into()),
            None => Ok(()),
        }
    }
}

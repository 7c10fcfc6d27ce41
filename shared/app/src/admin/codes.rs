//! Discount codes: made, changed, switched off. Their uses are the orders' own affair.

use data_encoding::BASE32_NOPAD;
use domain::{DiscountCodeName, discount::DiscountCode};
use store::{CommitError, Write};

use super::seen;
use crate::{
    App, AppError, By, Change,
    operate::{Invalid, OperateError, json, of_commit},
};

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

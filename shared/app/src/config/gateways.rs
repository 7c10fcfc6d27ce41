//! Which gateways are on: those whose credentials are set.

use clients::{
    Secret,
    payment::{
        CryptomusSettings, NowPaymentsSettings, PlategaSettings, PlisioSettings, StripeSettings, TributeSettings, YooKassaSettings,
        ZarinPalSettings,
    },
};

use super::{ConfigError, CryptoPayConfig, Environment};

/// The settings of each gateway that is on.
#[derive(Debug, Clone, Default)]
pub struct GatewaysConfig {
    pub crypto_pay: Option<CryptoPayConfig>,
    pub zarinpal: Option<ZarinPalSettings>,
    pub nowpayments: Option<NowPaymentsSettings>,
    pub heleket: Option<CryptomusSettings>,
    pub cryptomus: Option<CryptomusSettings>,
    pub plisio: Option<PlisioSettings>,
    pub yookassa: Option<YooKassaSettings>,
    pub platega: Option<PlategaSettings>,
    pub tribute: Option<TributeSettings>,
    pub stripe: Option<StripeSettings>,
}

impl GatewaysConfig {
    pub(super) fn read(env: &Environment) -> Result<Self, ConfigError> {
        let url = |name, default: &str| env.get(name).unwrap_or(default).to_owned();
        let payment_method = match env.get("PLATEGA_PAYMENT_METHOD").map(str::parse) {
            None => PlategaSettings::PAYMENT_METHOD,
            Some(Ok(number)) => number,
            Some(Err(_)) => return Err(ConfigError::Malformed("PLATEGA_PAYMENT_METHOD", "the gateway's number of a way to pay")),
        };
        let cryptomus =
            |(id, key): (&str, &str), api_url| CryptomusSettings { api_url, merchant_id: Secret::new(id), payment_key: Secret::new(key) };
        Ok(Self {
            crypto_pay: env
                .get("CRYPTO_PAY_TOKEN")
                .map(|token| CryptoPayConfig { token: Secret::new(token), api_url: url("CRYPTO_PAY_API_URL", "https://pay.crypt.bot") }),
            zarinpal: env
                .get("ZARINPAL_MERCHANT_ID")
                .map(|id| ZarinPalSettings { api_url: url("ZARINPAL_API_URL", ZarinPalSettings::API_URL), merchant_id: Secret::new(id) }),
            nowpayments: env.pair("NOWPAYMENTS_API_KEY", "NOWPAYMENTS_IPN_SECRET")?.map(|(key, ipn_secret)| NowPaymentsSettings {
                api_url: url("NOWPAYMENTS_API_URL", NowPaymentsSettings::API_URL),
                api_key: Secret::new(key),
                ipn_secret: Secret::new(ipn_secret),
            }),
            heleket: env
                .pair("HELEKET_MERCHANT_ID", "HELEKET_PAYMENT_KEY")?
                .map(|both| cryptomus(both, url("HELEKET_API_URL", CryptomusSettings::HELEKET_API_URL))),
            cryptomus: env
                .pair("CRYPTOMUS_MERCHANT_ID", "CRYPTOMUS_PAYMENT_KEY")?
                .map(|both| cryptomus(both, url("CRYPTOMUS_API_URL", CryptomusSettings::CRYPTOMUS_API_URL))),
            plisio: env
                .get("PLISIO_API_KEY")
                .map(|key| PlisioSettings { api_url: url("PLISIO_API_URL", PlisioSettings::API_URL), api_key: Secret::new(key) }),
            yookassa: env.pair("YOOKASSA_SHOP_ID", "YOOKASSA_SECRET_KEY")?.map(|(shop_id, secret_key)| YooKassaSettings {
                api_url: url("YOOKASSA_API_URL", YooKassaSettings::API_URL),
                shop_id: shop_id.to_owned(),
                secret_key: Secret::new(secret_key),
                receipt_email: env.get("YOOKASSA_RECEIPT_EMAIL").map(str::to_owned),
            }),
            platega: env.pair("PLATEGA_MERCHANT_ID", "PLATEGA_SECRET")?.map(|(merchant_id, secret)| PlategaSettings {
                api_url: url("PLATEGA_API_URL", PlategaSettings::API_URL),
                merchant_id: Secret::new(merchant_id),
                secret: Secret::new(secret),
                payment_method,
            }),
            tribute: env
                .get("TRIBUTE_API_KEY")
                .map(|key| TributeSettings { api_url: url("TRIBUTE_API_URL", TributeSettings::API_URL), api_key: Secret::new(key) }),
            stripe: env.pair("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET")?.map(|(secret_key, webhook_secret)| StripeSettings {
                api_url: url("STRIPE_API_URL", StripeSettings::API_URL),
                secret_key: Secret::new(secret_key),
                webhook_secret: Secret::new(webhook_secret),
            }),
        })
    }
}

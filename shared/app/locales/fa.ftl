# فارسی

## Amounts

currency-toman = { $amount } تومان
currency-rial = { $amount } ریال
gigabytes = { $amount } گیگابایت
megabytes = { $amount } مگابایت
unlimited-data = حجم نامحدود
no-expiry = بدون محدودیت زمانی
days =
    { $count ->
        [one] { $amount } روز
       *[other] { $amount } روز
    }

## The bot's profile

# At most 512 characters: what stands in the chat before Start.
bot-description =
    🌊 اینترنت سریع و امن، در یک دقیقه.

    🛒 پلن را انتخاب کنید و به روش دلخواه پرداخت کنید
    🔑 لینک اختصاصی و کد QR همین‌جا می‌رسد
    📱 اندروید، آیفون، ویندوز، مک و لینوکس

    برای شروع، دکمهٔ Start را بزنید.
# At most 120 characters: what stands on the bot's page and beside shared links.
bot-short-description = 🌊 اینترنت سریع و امن: خرید، تمدید و مدیریت اشتراک، همین‌جا در تلگرام.
command-start = شروع
command-menu = 🏠 منو
command-plans = 🛒 پلن‌ها و قیمت‌ها
command-subscriptions = 🔑 اشتراک‌های من
command-invite = 🎁 دعوت از دوستان
command-language = 🌐 زبان
command-support = 💬 پیام به پشتیبانی
command-paysupport = 💳 مشکل در پرداخت
command-help = ❓ راهنما

## Menu

welcome =
    👋 سلام <b>{ $name }</b>!

    اینجا در یک دقیقه اینترنت سریع و امن می‌گیرید: پلن را انتخاب کنید، پرداخت کنید، لینک شما همین‌جا می‌رسد.
welcome-invited = 🎁 با دعوت یک دوست آمده‌اید. خوش آمدید!
button-plans = 🛒 خرید اشتراک
button-my-subscriptions = 🔑 اشتراک‌های من
button-invite = 🎁 دعوت از دوستان
button-language = 🌐 زبان
button-help = ❓ راهنما
button-menu = 🏠 منو
button-back = ‹ بازگشت
language-choose = 🌐 به چه زبانی صحبت کنم؟
help =
    ❓ <b>چطور کار می‌کند؟</b>

    ۱. یک پلن و روش پرداخت را انتخاب کنید.
    ۲. لینک اختصاصی و کد QR شما کمتر از یک دقیقه پس از پرداخت همین‌جا می‌رسد.
    ۳. روی دکمهٔ برنامهٔ خود بزنید یا کد را با آن اسکن کنید. تمام!

    هر چه خریده‌اید در «اشتراک‌های من» است.
help-support = سؤالی دارید؟ به @{ $username } پیام دهید
paysupport =
    پرداخت‌های مشکل‌دار را همکاران ما بررسی می‌کنند. بنویسید چه شد و کی؛ شمارهٔ سفارش را هم آماده داشته باشید.

    استارزی که به سفارشی تعلق نگیرد خودبه‌خود برگردانده می‌شود.

## Plans

plans-title = 🛒 <b>یک پلن انتخاب کنید</b>
plans-empty = فعلاً چیزی برای فروش نیست. لطفاً کمی بعد سر بزنید.
plan-button = { $plan } — { $price }
plan-screen =
    <b>{ $plan }</b>

    📦 { $volume }
    ⏳ { $days }
    💰 { $price }
plan-clock = زمان از اولین اتصال شما شروع می‌شود.
policy-add = تمدید به باقی‌ماندهٔ شما اضافه می‌شود.
policy-reset = تمدید از نو شروع می‌شود و باقی‌مانده از بین می‌رود.
plan-discounted = 🏷 کد <code>{ $code }</code>: <s>{ $before }</s> ← <b>{ $total }</b>
plan-choose-method = چطور پرداخت می‌کنید؟
plan-no-method = فعلاً راهی برای پرداخت این پلن باز نیست. پلن دیگری انتخاب کنید یا به ما پیام دهید.
plan-gone = این پلن دیگر فروخته نمی‌شود. پلن‌های موجود این‌ها هستند.
terms-changed = ℹ️ پیشنهاد از زمان ساخت این دکمه تغییر کرده است. چیزی پرداخت نشد؛ وضعیت فعلی این است.
button-pay-telegram-stars = { $amount }
button-pay-card = 💳 کارت به کارت · { $amount }
button-pay-crypto-pay = 💎 رمزارز · { $amount }
button-pay-zarinpal = 🏦 زرین‌پال · { $amount }
button-pay-nowpayments = 🪙 رمزارز (NOWPayments) · { $amount }
button-pay-heleket = 🪙 Heleket · { $amount }
button-pay-cryptomus = 🪙 Cryptomus · { $amount }
button-pay-plisio = 🪙 Plisio · { $amount }
button-pay-yookassa = 💳 YooKassa · { $amount }
button-pay-platega = 📱 Platega · { $amount }
button-pay-tribute = 💳 Tribute · { $amount }
button-pay-stripe = 💳 کارت بین‌المللی · { $amount }
button-get-free = 🎁 رایگان دریافت کنید
button-enter-code = 🏷 کد تخفیف دارم

## Discount codes

code-ask = 🏷 کد تخفیف خود را بفرستید.
code-not-found = چنین کدی وجود ندارد. املای آن را بررسی کنید و دوباره بفرستید.
code-inactive = این کد غیرفعال است.
code-not-yet = زمان استفاده از این کد هنوز نرسیده است.
code-expired = این کد منقضی شده است.
code-other-product = این کد برای این پلن نیست.
code-below-minimum = قیمت این پلن از حداقل مبلغ کد کمتر است.
code-not-first-purchase = این کد برای اولین خرید است.
code-used-up = ظرفیت این کد تمام شده است.
code-used-by-you = شما قبلاً از این کد استفاده کرده‌اید. اگر سفارش بازی با آن دارید، آن را در «اشتراک‌های من» می‌بینید.

## Orders

order-stars =
    🧾 <b>{ $plan }</b>

    مبلغ: <b>{ $amount }</b>
    مهلت پرداخت: { $until }

    روی دکمه بزنید و در تلگرام تأیید کنید؛ لینک شما خودش می‌رسد.
order-page =
    🧾 <b>{ $plan }</b>

    مبلغ: <b>{ $amount }</b>
    مهلت پرداخت: { $until }

    در صفحه‌ای که با دکمه باز می‌شود پرداخت کنید. به محض تأیید، لینک شما خودش می‌رسد.
order-card =
    🧾 <b>{ $plan }</b>

    <b>دقیقاً { $amount }</b> به این کارت واریز کنید:

    💳 <code>{ $card }</code>
    👤 { $holder }

    سپس <b>عکس رسید</b> را همین‌جا بفرستید. رقم‌های آخر مبلغ، واریز شما را از دیگران جدا می‌کند؛ لطفاً آن را گرد نکنید.
    مهلت پرداخت: { $until }
order-under-review =
    🧾 <b>{ $plan }</b>

    ⏳ رسید شما در حال بررسی است. به محض تأیید، لینک همین‌جا می‌رسد؛ لازم نیست کاری بکنید.
order-paid =
    ✅ <b>{ $plan }</b> پرداخت شد.

    لینک شما در حال آماده‌سازی است و خودش همین‌جا می‌رسد.
order-provisioned = ✅ <b>{ $plan }</b> پرداخت و تحویل شد. آن را در «اشتراک‌های من» می‌بینید.
order-expired = ⌛️ سفارش <b>{ $plan }</b> بدون پرداخت به پایان رسید. اگر به‌موقع پرداخت کرده‌اید پول شما گم نمی‌شود: با رسیدن پرداخت، لینک هم می‌رسد.
order-canceled = سفارش <b>{ $plan }</b> لغو شد.
order-refunded = مبلغ سفارش <b>{ $plan }</b> برگردانده شد.
order-unknown = این سفارش را پیدا نمی‌کنم. این هم منو.
button-pay = پرداخت { $amount }
button-copy-amount = کپی مبلغ
button-copy-card = کپی شمارهٔ کارت
button-check-payment = 🔄 پرداخت کردم
button-cancel-order = لغو سفارش
button-show-order = نمایش سفارش
button-try-again = 🔄 تلاش دوباره
pay-failed = این روش پرداخت فعلاً پاسخ نمی‌دهد. سفارش شما محفوظ است: دوباره تلاش کنید یا روش دیگری را انتخاب کنید.
pay-too-many = برای این سفارش بیش از حد تلاش شده است. لطفاً سفارش تازه‌ای بسازید.
not-paid-yet = پرداخت هنوز نرسیده است. ممکن است چند دقیقه طول بکشد؛ حواسم هست.
paid-preparing =
    ✅ پرداخت شما برای <b>{ $plan }</b> رسید.

    آماده‌سازی اتصال کمی بیشتر از معمول طول می‌کشد. لینک شما خودش همین‌جا می‌رسد.
delivered =
    ✅ <b>{ $plan }</b>
    📦 { $volume } · ⏳ { $days }

    روی دکمهٔ برنامهٔ خود بزنید، کد را اسکن کنید یا لینک را کپی کنید:

## Receipts

receipt-received = 📨 سپاس! رسید شما برای <b>{ $plan }</b> ({ $amount }) در حال بررسی است. به محض تأیید، لینک همین‌جا می‌رسد.
receipt-already = رسید شما از قبل در حال بررسی است. همین‌جا به شما خبر می‌دهیم.
receipt-nothing-due = هیچ سفارشی از شما منتظر رسید نیست. اگر تازه پول واریز کرده‌اید به ما پیام دهید.
receipt-unreadable = لطفاً رسید را به شکل عکس یا فایل JPEG، PNG یا PDF حداکثر ۱۰ مگابایتی بفرستید.
receipt-rejected =
    ❌ رسید <b>{ $plan }</b> پذیرفته نشد: { $reason }

    می‌توانید رسید دیگری بفرستید یا به روش دیگری پرداخت کنید.
reason-not-arrived = پول نرسیده است
reason-other-amount = مبلغ دیگری رسیده است
reason-unreadable = رسید خوانا نیست

## Subscriptions

subscriptions-title = 🔑 <b>اشتراک‌های من</b>
open-order = 🧾 سفارش باز: { $plan }
button-older = قدیمی‌ترها ›
subscription-title = <b>{ $plan }</b>
order-ended-by-you = سفارش <b>{ $plan }</b> لغو شد. اگر قبلاً پرداخت کرده‌اید پول شما گم نمی‌شود: با رسیدن پرداخت، لینک هم می‌رسد.
receipt-added = 📨 این تصویر هم به همکاران ما رسید. رسید شما برای <b>{ $plan }</b> ({ $amount }) در حال بررسی است؛ همین‌جا به شما خبر می‌دهیم.
subscriptions-empty = هنوز اشتراکی ندارید.
subscription-deleted = ⚪️ در سرور حذف شده است
subscription-unknown = سرور فعلاً پاسخ نمی‌دهد؛ لینک شما همچنان کار می‌کند.
status-active = 🟢 فعال
status-on-hold = 🟡 آماده، هنوز استفاده نشده
status-limited = 🔴 حجم تمام شده است
status-expired = 🔴 منقضی شده
status-disabled = ⚪️ غیرفعال
status-unknown = ⚪️ نامشخص
usage = { $bar } { $used } از { $limit }
usage-unlimited = { $used } مصرف شده، حجم نامحدود
expires = ⏳ تا { $at }
starts-at-first-use = ⏳ { $days } از اولین اتصال
button-copy-link = 📋 کپی لینک
button-refresh = 🔄 به‌روزرسانی
prize-name = هدیهٔ دعوت

## Invitations

invite =
    🎁 <b>دعوت از دوستان</b>

    به ازای هر دوستی که اشتراک بخرد، یک اشتراک هدیه می‌گیرید.

    لینک شما:
invite-stats =
    دعوت‌شده: { $total }
    خرید کرده: { $active }
    هدیه‌های در راه: { $pending }
button-share = 📤 اشتراک‌گذاری
share-text = اینترنت سریع و امن، همین‌جا در تلگرام:

## Troubles

banned = این حساب امکان خرید ندارد. اگر فکر می‌کنید اشتباهی شده است به پشتیبانی پیام دهید.
trouble = مشکلی از طرف ما پیش آمد. چیزی از دست نرفته است؛ لطفاً کمی بعد دوباره تلاش کنید.
unknown-input = متوجه نشدم. این هم منو.
too-old = این دکمه قدیمی است. این هم منو.
pre-checkout-ended = این سفارش به پایان رسیده است. لطفاً در گفتگو سفارش تازه‌ای بسازید.
pre-checkout-paid = این سفارش قبلاً پرداخت شده است.
pre-checkout-refused = این پرداخت با سفارش‌های شما نمی‌خواند. لطفاً از گفتگو دوباره شروع کنید.

## Invoices

invoice-title = { $plan }
invoice-description = { $volume }، { $days }

## Operators

operator-receipt =
    🧾 <b>{ $amount }</b>
    { $plan }
    👤 { $customer } · <code>{ $id }</code>
    <code>{ $order }</code>
button-approve = ✅ تأیید
button-reject = ❌ رد
button-confirm-arrived = ✅ دقیقاً { $amount } رسید
button-reason-not-arrived = پول نرسیده است
button-reason-other-amount = مبلغ دیگری است
button-reason-unreadable = رسید خوانا نیست
operator-approved = ✅ تأیید شد
operator-rejected = ❌ رد شد
operator-refunded = ↩️ برگردانده شد
operator-canceled = ⚪️ لغو شد
operator-undecided = ⏳ در انتظار تصمیم
operator-decided-by = { $decision } · { $operator }
operator-already = قبلاً تصمیم گرفته شده: { $decision }
operator-not-allowed = شما اجازهٔ این کار را ندارید.
operator-unapplied =
    ⚠️ پولی رسید که به سفارشی تعلق ندارد: <b>{ $amount }</b>
    <code>{ $payment }</code>
    { $reason }
operator-parked =
    ⚠️ یک سفارش پرداخت‌شده تحویل نشد و منتظر شماست.
    <code>{ $order }</code>
    { $reason }

## The page that opens an app

open-title = در حال باز کردن { $app }
open-body = اگر اتفاقی نیفتاد روی دکمه بزنید. برنامه باید از قبل نصب شده باشد.
open-button = باز کردن در { $app }
open-gone = این لینک قدیمی است. از ربات، بخش «اشتراک‌های من»، لینک تازه بگیرید.

## The page after a payment

return-title = پرداخت
return-paid = ✅ پرداخت شما رسید. لینک شما در گفتگو منتظرتان است.
return-trace = شمارهٔ پیگیری: { $number }
return-not-paid = چیزی پرداخت نشد. به گفتگو برگردید و دوباره یا از راه دیگری پرداخت کنید.
return-review = پرداخت شما رسید، اما به سفارش بازی نمی‌خورد. همکاران ما آن را بررسی می‌کنند؛ اگر خبری نشد، به ما پیام بدهید.
return-unknown = این نشانی اینجا شناخته نیست. اگر همین حالا پرداخت کرده‌اید، به گفتگو برگردید و «پرداخت کردم» را بزنید.
return-trouble = الان نتوانستیم پرداخت را بررسی کنیم. چیزی از دست نرفته است: دوباره امتحان کنید، یا به گفتگو برگردید و «پرداخت کردم» را بزنید.
return-again = تلاش دوباره
return-button = بازگشت به گفتگو

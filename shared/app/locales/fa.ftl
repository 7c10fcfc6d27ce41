# فارسی

## Amounts

currency-toman =
    { $count ->
       *[other] { $amount } تومان
    }
currency-rial =
    { $count ->
       *[other] { $amount } ریال
    }
gigabytes = { $amount } گیگابایت
megabytes = { $amount } مگابایت
unlimited-data = حجم نامحدود
no-expiry = بدون محدودیت زمانی
days =
    { $count ->
        [one] { $amount } روز
       *[other] { $amount } روز
    }
# After “in”.
minutes =
    { $count ->
        [one] { $amount } دقیقه
       *[other] { $amount } دقیقه
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
command-trial = 🆓 تست رایگان
command-subscriptions = 🔑 اشتراک‌های من
command-invite = 🎁 دعوت از دوستان
command-language = 🌐 زبان
command-support = 💬 پیام به پشتیبانی
command-paysupport = 💳 مشکل در پرداخت
command-help = ❓ راهنما
command-find = 🔎 یافتن کاربر
command-admin = 🗂 کارهای مانده

## Menu

welcome =
    👋 سلام <b>{ $name }</b>!

    اینجا در یک دقیقه اینترنت سریع و امن می‌گیرید: پلن را انتخاب کنید، پرداخت کنید، لینک شما همین‌جا می‌رسد.
welcome-invited = 🎁 با دعوت یک دوست آمده‌اید. خوش آمدید!
welcome-bonus = 🎁 با اولین خرید، { $volume } و { $days } هدیه می‌گیرید.
button-plans = 🛒 خرید اشتراک
button-trial = 🆓 تست رایگان
button-gift = 🎁 خرید برای دوست
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
    پرداخت‌های مشکل‌دار را همکاران ما بررسی می‌کنند. برای پشتیبانی بنویسید چه شد، کی پرداخت کردید و چه مبلغی.

    استارزی که به سفارشی تعلق نگیرد خودبه‌خود برگردانده می‌شود.

## Free trial

trial-name = تست رایگان
trial-off = فعلاً تست رایگان نداریم.
trial-not-new = تست رایگان برای تازه‌واردهاست و شما مشتری ما هستید. ممنون که با ما هستید!

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
button-pay-telegram-stars = استارز تلگرام، { $amount }
button-pay-recurring-stars = 🔁 تمدید خودکار، { $amount } هر ۳۰ روز
button-pay-card = 💳 کارت به کارت، { $amount }
button-pay-crypto-pay = 💎 رمزارز، { $amount }
button-pay-zarinpal = 🏦 زرین‌پال، { $amount }
button-pay-nowpayments = 🪙 رمزارز (NOWPayments)، { $amount }
button-pay-heleket = 🪙 Heleket، { $amount }
button-pay-cryptomus = 🪙 Cryptomus، { $amount }
button-pay-plisio = 🪙 Plisio، { $amount }
button-pay-yookassa = 💳 YooKassa، { $amount }
button-pay-platega = 📱 Platega، { $amount }
button-pay-tribute = 💳 Tribute، { $amount }
button-pay-stripe = 💳 کارت بین‌المللی، { $amount }
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
code-wait = تعداد کدهای اشتباه زیاد شد. { $minutes } دیگر دوباره امتحان کنید.
code-applied = 🏷 کد <code>{ $code }</code> اعمال شد: این‌ها قیمت‌های شما با این کد هستند.
code-used-up = ظرفیت این کد تمام شده است.
code-used-by-you = شما قبلاً از این کد استفاده کرده‌اید. اگر سفارش پرداخت‌نشده‌ای با آن دارید، آن را در «اشتراک‌های من» می‌بینید.

## Before buying

gate-maintenance = 🛠 فروش برای مدت کوتاهی متوقف است: داریم فروشگاه را به‌روز می‌کنیم. اشتراک‌های شما کار می‌کنند؛ لطفاً کمی بعد دوباره سر بزنید.
gate-invite-only = 🔒 این فروشگاه فقط با دعوت است. از دوستی که مشتری ماست لینک دعوت بگیرید.
gate-terms = 📜 پیش از خرید لطفاً قوانین استفاده را بخوانید و بپذیرید.
gate-channels = 📢 پیش از خرید لطفاً در کانال‌های زیر عضو شوید و بعد روی «عضو شدم» بزنید.
gate-not-joined = هنوز عضو نشده‌اید: { $channels }
button-read-terms = 📜 خواندن قوانین
button-accept-terms = ✅ می‌پذیرم
button-join = 📢 { $channel }
button-joined = ✅ عضو شدم
too-many-open = ✋ چند سفارش باز دارید. اول یکی را پرداخت یا لغو کنید، بعد سفارش تازه ثبت کنید.
slow-down = 🐢 کمی آهسته‌تر! لطفاً چند لحظه صبر کنید و بعد ادامه دهید.

## Orders

# What a payment brings: the last sentence of the texts that ask for one or wait for one.
next-purchase = به محض تأیید پرداخت، لینک شما خودش همین‌جا می‌رسد.
next-extension = به محض تأیید پرداخت، به اشتراک شما اضافه می‌شود و همین‌جا خبر می‌دهم.
next-gift = به محض تأیید پرداخت، لینک هدیه خودش همین‌جا می‌رسد.
order-stars =
    🧾 <b>{ $plan }</b>

    مبلغ: <b>{ $amount }</b>
    مهلت پرداخت: { $until }

    روی دکمه بزنید و در تلگرام تأیید کنید. { $next }
order-recurring-stars =
    🧾 <b>{ $plan }</b>

    مبلغ: <b>{ $amount }</b> همین حالا، و هر ۳۰ روز همین مبلغ تا وقتی لغوش کنید.
    مهلت پرداخت تا { $until }.

    دکمه را بزنید و در تلگرام تأیید کنید؛ لینک خودش می‌رسد. هر وقت بخواهید، اینجا یا در تنظیمات تلگرام، لغوش می‌کنید.
order-page =
    🧾 <b>{ $plan }</b>

    مبلغ: <b>{ $amount }</b>
    مهلت پرداخت: { $until }

    در صفحه‌ای که با دکمه باز می‌شود پرداخت کنید. { $next }
order-card =
    🧾 <b>{ $plan }</b>

    <b>دقیقاً { $amount }</b> به این کارت واریز کنید:

    💳 { "\u2066" }<code>{ $card }</code>{ "\u2069" }
    👤 { $holder }

    سپس <b>عکس رسید</b> را همین‌جا بفرستید. رقم‌های آخر مبلغ، واریز شما را از دیگران جدا می‌کند؛ لطفاً آن را گرد نکنید.
    مهلت پرداخت: { $until }
order-under-review =
    🧾 <b>{ $plan }</b>

    ⏳ رسید شما در حال بررسی است؛ لازم نیست کاری بکنید. { $next }
order-paid =
    ✅ <b>{ $plan }</b> پرداخت شد.

    لینک شما در حال آماده‌سازی است و خودش همین‌جا می‌رسد.
order-provisioned = ✅ <b>{ $plan }</b> پرداخت و تحویل شد. آن را در «اشتراک‌های من» می‌بینید.
# What cost nothing: a trial, a present, a code of 100 %.
order-given-preparing =
    🎁 <b>{ $plan }</b> برای شماست.

    لینک شما در حال آماده‌سازی است و خودش همین‌جا می‌رسد.
order-given = 🎁 <b>{ $plan }</b> برای شماست. آن را در «اشتراک‌های من» می‌بینید.
order-expired = ⌛️ سفارش <b>{ $plan }</b> بدون پرداخت به پایان رسید. اگر به‌موقع پرداخت کرده‌اید پول شما گم نمی‌شود. { $next }
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
payment-kept =
    ⚠️ پرداختی به مبلغ <b>{ $amount }</b> رسیده که با هیچ سفارش بازی جور نیست.

    همکاران ما بررسی‌اش می‌کنند: یا سفارشتان را می‌گیرید، یا اعتبار، یا پولتان برمی‌گردد؛ نتیجه را همین‌جا خبر می‌دهیم.
payment-kept-amount =
    ⚠️ <b>{ $amount }</b> رسیده که با مبلغ سفارشتان یکی نیست.

    همکاران ما بررسی‌اش می‌کنند: یا سفارشتان را می‌گیرید، یا اعتبار، یا پولتان برمی‌گردد؛ نتیجه را همین‌جا خبر می‌دهیم.
payment-kept-twice =
    ⚠️ پرداخت دومی به مبلغ <b>{ $amount }</b> برای سفارشی رسیده که قبلاً پرداخت شده است.

    همکاران ما بررسی‌اش می‌کنند: یا سفارشتان را می‌گیرید، یا اعتبار، یا پولتان برمی‌گردد؛ نتیجه را همین‌جا خبر می‌دهیم.
payment-kept-ended =
    ⚠️ پرداختی به مبلغ <b>{ $amount }</b> برای سفارشی رسیده که بسته شده بود.

    همکاران ما بررسی‌اش می‌کنند: یا سفارشتان را می‌گیرید، یا اعتبار، یا پولتان برمی‌گردد؛ نتیجه را همین‌جا خبر می‌دهیم.
payment-sent-back = ↩️ <b>{ $amount }</b> به شما برگشت داده شد.
paid-preparing =
    ✅ پرداخت شما برای <b>{ $plan }</b> رسید.

    آماده‌سازی اتصال کمی بیشتر از معمول طول می‌کشد. لینک شما خودش همین‌جا می‌رسد.
given-preparing = ⏳ <b>{ $plan }</b> برای شماست. آماده‌سازی اتصال کمی بیشتر از معمول طول می‌کشد؛ لینک شما خودش همین‌جا می‌رسد.
delivered =
    ✅ <b>{ $plan }</b>
    📦 { $volume } · ⏳ { $days }

    روی دکمهٔ برنامهٔ خود بزنید، کد را اسکن کنید یا لینک را کپی کنید:

## Receipts

receipt-received = 📨 سپاس! رسید شما برای <b>{ $plan }</b> ({ $amount }) در حال بررسی است. { $next }
receipt-already = رسید شما از قبل در حال بررسی است. همین‌جا به شما خبر می‌دهیم.
receipt-nothing-due = هیچ سفارشی از شما منتظر رسید نیست. اگر تازه پول واریز کرده‌اید به ما پیام دهید.
receipt-unreadable = لطفاً رسید را به شکل عکس یا فایل JPEG، PNG یا PDF حداکثر ۱۰ مگابایتی بفرستید.
receipt-rejected =
    ❌ رسید <b>{ $plan }</b> پذیرفته نشد: { $reason }

    می‌توانید رسید دیگری بفرستید یا به روش دیگری پرداخت کنید.
receipt-short =
    ⚠️ از { $due } برای <b>{ $plan }</b>، { $arrived } رسیده است و { $missing } کم است.

    مبلغی که رسیده محفوظ است: برای بقیه با /support به ما بنویسید یا کل سفارش را به روش دیگری پرداخت کنید.
reason-not-arrived = پول نرسیده است
reason-other-amount = مبلغ دیگری رسیده است
reason-unreadable = رسید خوانا نیست

## Subscriptions

subscriptions-title = 🔑 <b>اشتراک‌های من</b>
open-order = 🧾 سفارش باز: { $plan }
button-older = قدیمی‌ترها ›
subscription-title = <b>{ $plan }</b>
order-ended-by-you = سفارش <b>{ $plan }</b> لغو شد. اگر قبلاً پرداخت کرده‌اید پول شما گم نمی‌شود. { $next }
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
subscription-renews = 🔁 هر ۳۰ روز خودش با استارز تمدید می‌شود، مگر اینکه در تنظیمات تلگرام لغوش کرده باشید
subscription-renews-no-more = 🔁 دیگر خودکار تمدید نمی‌شود
button-stop-renewing = 🔁 لغو تمدید خودکار
button-go-on-renewing = 🔁 تمدید خودکار دوباره
renewing-stopped = ✅ دیگر استارزی کم نمی‌شود. آنچه پرداخت شده برای شما می‌ماند.
renewing-goes-on = ✅ دوباره خودکار تمدید می‌شود. اگر در تنظیمات تلگرام لغوش کرده‌اید، آنجا هم دوباره فعالش کنید.
renewing-refused = تلگرام این را تغییر نمی‌دهد: دوره‌اش تمام شده یا در تنظیمات تلگرام لغو شده است. در تلگرام به بخش «استارز من» سر بزنید.
renewing-unknown = تلگرام فعلاً جواب نمی‌دهد. لطفاً یک دقیقه دیگر دوباره امتحان کنید.
button-refresh = 🔄 به‌روزرسانی
subscription-disabled = همکاران ما آن را غیرفعال کرده‌اند. اگر دلیلش را نمی‌دانید به ما پیام بدهید.
subscription-unknown-here = این اشتراک را پیدا نمی‌کنم. این هم منو.
subscription-button = { $dot } { $number } · { $name }
looked-at = 🔄 وضعیت در { $at }
button-renew = ♻️ تمدید
button-connect = 📲 راهنمای اتصال
button-qr = 🔳 کد QR
button-configs = 🧩 کانفیگ‌های تکی
button-new-link = 🔗 لینک جدید
button-rename = ✏️ تغییر نام
button-show-subscription = 🔑 نمایش اشتراک
qr-caption = 🔳 <b>{ $plan }</b>: با برنامهٔ دستگاه دیگرتان اسکن کنید.
prize-name = هدیهٔ دعوت
welcome-name = هدیهٔ خوش‌آمد
grant-name = هدیهٔ تیم ما
# Above what is delivered.
because-prize = 🎁 دوستی که دعوت کرده بودید اولین خریدش را انجام داد. این هم هدیهٔ شما:
because-welcome = 🎁 ممنون از اولین خریدتان! این هم هدیهٔ خوش‌آمد شما:
because-grant = 🎁 هدیه‌ای از طرف تیم ما:

## A subscription's new link

link-ask =
    🔗 <b>لینک جدید برای { $plan }؟</b>

    لینک قبلی و همهٔ دستگاه‌هایی که از آن استفاده می‌کنند از کار می‌افتند. زمان و حجم تغییری نمی‌کند. لینک جدید را باید دوباره در برنامه اضافه کنید.
button-new-link-yes = بله، لینک جدید
link-is-new = ✅ این لینک جدید شماست. لینک قبلی دیگر کار نمی‌کند.
link-replaced = 🔗 لینک جدید <b>{ $plan }</b>. لینک قبلی دیگر کار نمی‌کند: این یکی را در برنامه اضافه کنید.
link-coming = ⏳ لینک جدید در راه است و خودش همین‌جا می‌رسد.
link-no-account = این اکانت دیگر روی سرور نیست و لینک جدیدی برایش ساخته نمی‌شود. با تمدید برمی‌گردد.
link-account-deleted = اکانت <b>{ $plan }</b> دیگر روی سرور نیست و لینک جدیدی برایش ساخته نمی‌شود. با تمدید برمی‌گردد.

## What operators make of a subscription

changed-limits = 🛠 تیم ما <b>{ $plan }</b> را تغییر داد:
changed-off = ⏸ تیم ما <b>{ $plan }</b> را غیرفعال کرد. اگر پرسشی دارید با /support به ما بنویسید.
changed-on = ▶️ <b>{ $plan }</b> دوباره فعال شد.

## A subscription's name

label-ask =
    ✏️ اسم <b>{ $plan }</b> چه باشد؟ یک نام با حداکثر { $limit } نویسه بفرستید.

    مثلاً: «گوشی مامان».
label-empty = نامی در آن نمی‌بینم.
label-too-long = کمی بلند است: لطفاً حداکثر { $limit } نویسه.
label-not-one-line = لطفاً نام را در یک خط بفرستید.
label-set = ✅ از این به بعد اسمش همین است.
label-removed = ✅ دوباره به نام پلن نمایش داده می‌شود.
button-unname = حذف نام

## Connecting

connect-title = 📲 <b>{ $plan }</b>: روی کدام دستگاه وصل می‌شوید؟
platform-android = اندروید
platform-ios = آیفون و آیپد
platform-windows = ویندوز
platform-macos = مک
platform-linux = لینوکس
connect-phone =
    📲 <b>{ $platform }</b>

    ۱. برنامهٔ { $app } را نصب کنید.
    ۲. به همین‌جا برگردید و روی «افزودن به { $app }» بزنید. اگر اتفاقی نیفتاد، لینک را کپی کنید و در برنامه «+» و سپس «افزودن از کلیپ‌بورد» را بزنید.
    ۳. در برنامه اتصال را روشن کنید. تمام!

    برنامه‌های دیگر پایین هم به همین خوبی کار می‌کنند.
connect-computer =
    💻 <b>{ $platform }</b>

    ۱. برنامهٔ { $app } را نصب کنید.
    ۲. همین گفتگو را روی رایانه باز کنید و روی «افزودن به { $app }» بزنید. اگر اتفاقی نیفتاد، لینک را کپی کنید و در برنامه «+» و سپس «افزودن از کلیپ‌بورد» را بزنید.
    ۳. در برنامه اتصال را روشن کنید. تمام!
button-install = ⬇️ { $app }
button-import = ➕ افزودن به { $app }

## Single configs

configs-title =
    🧩 <b>{ $plan }</b>

    برای کپی، روی کانفیگ بزنید. اگر برنامهٔ شما لینک اشتراک را می‌پذیرد، همان بهتر است: خودش به‌روز می‌شود.
configs-page = صفحهٔ { $page } از { $pages }
configs-none = فعلاً کانفیگ تکی نداریم. لطفاً از لینک اشتراک استفاده کنید.
configs-deleted = این اکانت دیگر روی سرور نیست. با تمدید برمی‌گردد.
configs-unknown = سرور فعلاً پاسخ نمی‌دهد. لطفاً یک دقیقه دیگر دوباره امتحان کنید.
configs-more = کانفیگ‌های دیگری هم هست؛ همه در لینک اشتراک هستند.
config-name = { $number }. <b>{ $name }</b>
config-unnamed = سرور { $number }
config-too-long = برای یک پیام بلند است؛ در لینک اشتراک هست
button-copy-config = 📋 { $name }
button-page-before = ‹ قبلی
button-page-after = بعدی ›

## Renewals and add-ons

extend-choose = 🔁 با کدام پلن تمدید کنیم؟
extend-choose-more = 🔁 با کدام پلن تمدید کنیم؟ یا فقط کمی حجم یا زمان اضافه کنید (➕).
extend-nothing = فعلاً برای این اشتراک چیزی برای فروش نیست. لطفاً کمی بعد سر بزنید.
extend-switched-off = این اشتراک را همکاران ما غیرفعال کرده‌اند و اینجا تمدید نمی‌شود. به پشتیبانی پیام دهید تا درستش کنیم.
extend-not-useful = این مورد به وضعیت فعلی اشتراک شما نمی‌خورد. موارد مناسب این‌ها هستند.
button-extend-own = 🔁 { $plan } — { $price }
button-add-on = ➕ { $plan } — { $price }
renewal-screen =
    🔁 <b>{ $subscription }</b>
    تمدید با <b>{ $plan }</b>

    📦 { $volume }
    ⏳ { $days }
    💰 { $price }
add-on-screen =
    ➕ <b>{ $subscription }</b>
    افزودن <b>{ $plan }</b>

    📦 { $more }
    💰 { $price }
more = { $amount } بیشتر
less-than-a-day = کمتر از یک روز
data-and-time = { $data } و { $time }
until = تا { $at }
from-first-use = { $days } از اولین اتصال
forecast-kept = ✅ باقی‌مانده حفظ می‌شود: { $left }.
forecast-given-up = ⚠️ از نو شروع می‌شود و باقی‌مانده ({ $left }) از بین می‌رود.
forecast-anew = ℹ️ این حساب در سرور حذف شده است. از نو ساخته می‌شود و لینک تازه می‌گیرد.
forecast-after = ⬅️ پس از آن: <b>{ $data }</b>، <b>{ $time }</b>
extended = ✅ <b>{ $subscription }</b>: { $plan } اضافه شد.
extended-data = 📦 در مجموع { $volume }
extended-unlimited = 📦 { $volume }
extended-time = ⏳ { $time }
extending-later =
    ⏳ <b>{ $plan }</b> به‌زودی به اشتراک شما اضافه می‌شود.

    کمی بیشتر از معمول طول می‌کشد؛ به محض انجام، همین‌جا خبر می‌دهم. لینک شما همان می‌ماند.
order-extending = ⏳ <b>{ $plan }</b> به‌زودی به اشتراک شما اضافه می‌شود. به محض انجام، همین‌جا خبر می‌دهم.
order-extended = ✅ <b>{ $plan }</b> به اشتراک شما اضافه شد.

## Reminders

reminder-days-left =
    { $count ->
        [one] ⏳ فقط { $days } از اشتراک <b>{ $plan }</b> مانده است.
       *[other] ⏳ { $days } از اشتراک <b>{ $plan }</b> مانده است.
    }
reminder-data = 📦 { $left } از { $limit } باقی مانده
reminder-data-left = 📦 <b>{ $plan }</b>: فقط { $percent } درصد از حجم شما مانده است؛ { $left } از { $limit }.
reminder-renew-hint = همین حالا تمدید کنید تا اتصال شما قطع نشود. لینک شما همان می‌ماند.
reminder-time-is-up = ⌛️ زمان اشتراک <b>{ $plan }</b> به پایان رسید.
reminder-used-up = 🔴 حجم اشتراک <b>{ $plan }</b> تمام شد.
reminder-ended-hint = تمدید کنید تا همان لینک بلافاصله دوباره کار کند.
win-back =
    👋 اشتراک <b>{ $plan }</b> شما به پایان رسیده و جای شما خالی است.

    لینک شما محفوظ است: تمدید کنید تا بلافاصله دوباره کار کند.
win-back-code = 🏷 { $off } تخفیف ویژهٔ شما با کد <code>{ $code }</code>؛ یک بار قابل استفاده، تا { $until }.
button-use-code = 🏷 استفاده از کد

## Invitations

invite = 🎁 <b>دعوت از دوستان</b>
invite-reward-present = به ازای اولین خرید هر دوست، { $volume } و { $days } هدیه می‌گیرید: به جدیدترین اشتراک شما اضافه می‌شود و اگر اشتراکی نداشته باشید، یک اشتراک تازه می‌گیرید.
invite-reward-code = به ازای اولین خرید هر دوست، یک کد تخفیف { $percent } درصدی می‌گیرید.
invite-reward-none = اینترنت سریع و امن را به دوستانتان هم معرفی کنید.
invite-welcome = دوست شما هم با اولین خریدش { $volume } و { $days } هدیه می‌گیرد.
invite-link = لینک شما:
invite-stats =
    دعوت‌شده: { $total }
    خرید کرده: { $active }
    هدیه‌های در راه: { $pending }
    هدیه‌های گرفته‌شده: { $granted }
button-share = 📤 اشتراک‌گذاری
share-text = اینترنت سریع و امن، همین‌جا در تلگرام:
reward-code =
    🎁 دوستی که دعوت کرده بودید اولین خریدش را انجام داد. این هم کد تخفیف شما:

    <code>{ $code }</code>

    { $percent } درصد تخفیف برای خرید بعدی. یک بار قابل استفاده است، تا { $until }.
button-copy-code = 📋 کپی کد

## Presents for friends

gift-plans-title =
    🎁 <b>هدیه برای دوست</b>

    یک پلن انتخاب کنید. بعد از پرداخت، لینکی می‌گیرید که برای دوستتان بفرستید.
gift-off = فعلاً خرید هدیه امکان‌پذیر نیست.
gift-note = 🎁 به‌عنوان هدیه: بعد از پرداخت، لینکی می‌گیرید که برای دوستتان بفرستید. یک بار کار می‌کند؛ خودتان هم می‌توانید از آن استفاده کنید.
gift-ready =
    🎁 <b>{ $plan }</b>
    📦 { $volume } · ⏳ { $days }

    هدیهٔ شما آماده است. این لینک را برای دوستتان بفرستید: هر کس زودتر بازش کند، اشتراک مال اوست. لینک یک بار کار می‌کند؛ خودتان هم می‌توانید از آن استفاده کنید.
button-share-gift = 📤 فرستادن برای دوست
gift-share-text = یک هدیه برای شما: اینترنت سریع و امن، همین‌جا در تلگرام. برای باز کردن هدیه روی لینک بزنید:
order-gift-preparing =
    ✅ <b>{ $plan }</b> پرداخت شد.

    لینک هدیه خودش همین‌جا می‌رسد.
order-gift = ✅ <b>{ $plan }</b> پرداخت شد. لینک هدیه همین‌جا در گفتگوست.
order-gift-opened = 🎉 هدیهٔ شما (<b>{ $plan }</b>) باز شده است.
button-show-gift = 🎁 نمایش لینک هدیه
open-gift = 🎁 هدیهٔ آمادهٔ ارسال: { $plan }
gift-opened = 🎉 هدیهٔ شما (<b>{ $plan }</b>) همین حالا باز شد.
gift-yours = 🎁 یک هدیه برای شما: <b>{ $plan }</b>! لینک شما همین‌جا در گفتگوست؛ در «اشتراک‌های من» هم آن را می‌بینید.
gift-taken = این هدیه را قبلاً کس دیگری باز کرده است؛ لینک هدیه فقط یک بار کار می‌کند.
gift-withdrawn = این هدیه دیگر در دسترس نیست.
gift-unknown = این هدیه را نمی‌شناسم. لطفاً لینک را همان‌طور که به دستتان رسیده باز کنید.

## Support and money that fits no order

credit-received =
    🎟 پرداخت شما به هیچ سفارشی نمی‌خورد؛ برای همین به‌صورت کد تخفیف برایتان نگه داشته شد:

    <code>{ $code }</code>

    با آن { $amount } از سفارش بعدی‌تان کم می‌شود. یک‌بار مصرف و فقط برای خودتان است.
support-ask =
    💬 <b>پیام به پشتیبانی</b>

    پیام‌تان را همین‌جا بفرستید: متن، عکس، فایل یا ویس. همکاران ما می‌خوانند و در همین چت جواب می‌دهند.
support-contact = می‌توانید به @{ $username } هم پیام بدهید.
support-sent = ✅ برای پشتیبانی ارسال شد. جواب همین‌جا می‌آید؛ اگر چیزی مانده، باز هم بفرستید.
support-not-sent = این پیام قابل ارسال برای پشتیبانی نیست. لطفاً متن، عکس، فایل یا ویس بفرستید.
support-too-many = در یک ساعت گذشته پیام‌های زیادی فرستاده‌اید. همه به دست پشتیبانی رسیده؛ لطفاً کمی بعد ادامه دهید.
support-done = 👌 تمام. جواب پیام‌هایتان همین‌جا می‌آید.
support-answer = 💬 <b>پاسخ پشتیبانی</b>
button-support = 💬 پیام به پشتیبانی
button-support-answer = ✍️ جواب می‌دهم
button-support-done = ✅ تمام شد
operator-letter =
    💬 <b>{ $customer }</b>{ $username } · { $language }
    <a href="{ $url }">{ $id }</a>
    برای پاسخ، روی پیام ریپلای کنید.
operator-letter-undelivered = ⚠️ نرسید: مشتری ربات را بلاک کرده است.
operator-letter-failed = ⚠️ نرسید: این نوع پیام قابل ارسال نیست.
operator-letter-not-allowed = ⚠️ نرسید: شما جزو اپراتورها نیستید.

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
operator-receipt-card = 💳 به کارت …{ $card }
operator-receipt-seen =
    ⚠️ <b>این تصویر قبلاً هم فرستاده شده است</b>، برای سفارش
    <code>{ $order }</code>
button-approve = ✅ تأیید
button-reject = ❌ رد
button-other-amount = 🔢 مبلغ دیگر
operator-amount-question =
    🔢 { $operator }، چه مبلغی رسیده است؟
    مبلغ سفارش: <b>{ $amount }</b>
    در پاسخ به همین پیام فقط عدد را بنویسید.
    <code>{ $question }</code>
operator-amount-unreadable = ⚠️ مبلغی در آن نخواندم. فقط رقم بنویسید، مثلاً ۲۵۰۰۰۰.
operator-amount-enough =
    💳 رسیده: <b>{ $arrived }</b>، مبلغ سفارش: { $due }
    کافی است: سفارش پرداخت‌شده به شمار می‌آید و تحویل می‌شود.
operator-amount-short =
    💳 رسیده: <b>{ $arrived }</b>، مبلغ سفارش: { $due }
    <b>{ $missing }</b> کم است: سفارش پرداخت‌نشده می‌ماند، به مشتری خبر داده می‌شود و پول تا تصمیم شما نگه داشته می‌شود.
operator-amount-forgotten = تصمیمی گرفته نشد.
operator-short = ⚠️ { $arrived } رسید، { $missing } کم است
button-confirm-amount = ✅ بله، { $amount } رسید
button-forget-amount = نه، این نه
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
operator-summary =
    📊 <b>{ $day }</b>
    💰 { $revenue }
    🧾 سفارش‌ها: { $orders }، پرداخت‌شده: { $paid }، تمدید: { $renewals }
    👥 مشتریان تازه: { $customers }، دعوت‌شده: { $invited }، آزمایشی: { $trials }
operator-summary-worries = ⚠️ برگشت پول: { $refunds }، پرداخت‌های بدون سفارش: { $unapplied }
operator-broadcast-done = 📣 پیام همگانی «{ $name }» به پایان رسید. فرستاده‌شده: { $sent }، ربات را بسته‌اند: { $blocked }، پذیرفته نشد: { $failed }، رسیدنش معلوم نیست: { $unknown }.
operator-broadcast-refused = ⚠️ پیام همگانی «{ $name }» متوقف شد: تلگرام آن را برای { $failed } مشتری نپذیرفت و به هیچ‌کس نرسید. متن، تصویر و دکمه‌اش را بررسی کنید.
operator-parked =
    ⚠️ یک سفارش پرداخت‌شده تحویل نشد و منتظر شماست.
    <code>{ $order }</code>
    { $reason }
operator-parked-refund =
    ⚠️ پول یک سفارش برگشت داده شد، ولی اشتراک آن پس گرفته نشد و منتظر شماست.
    <code>{ $order }</code>
    { $reason }
operator-parked-link =
    ⚠️ لینک جدید یک مشتری ساخته نشد و منتظر شماست.
    <code>{ $order }</code>
    { $reason }
operator-parked-change =
    ⚠️ تغییری که یک اپراتور برای یک اشتراک خواسته بود انجام نشد و منتظر شماست.
    <code>{ $order }</code>
    { $reason }
operator-paid =
    💰 <b>{ $amount }</b> · { $plan }
    👤 { $customer } · <code>{ $id }</code>
    <code>{ $order }</code>
operator-parked-duty =
    ⚠️ کاری که بر عهدهٔ فروشگاه است انجام نشد و منتظر شماست: { $duty }.
    { $reason }
duty-reward = پاداش دعوت‌کننده
duty-notify = پیامی به مشتری
duty-poll = وضعیت یک پرداخت
duty-review = یک رسید
duty-expire = پایان یک سفارش پرداخت‌نشده
operator-not-parked = این مورد دیگر منتظر نیست.

operator-user =
    👤 <b>{ $name }</b>{ $username }
    <code>{ $id }</code>
    { $status } · عضویت { $joined } · دعوت‌شدگان: { $invited }
operator-user-banned = ⛔️ <b>مسدود</b> از { $at }
operator-user-subscriptions = 🔑 <b>اشتراک‌ها</b>
operator-user-orders = 🧾 <b>آخرین سفارش‌ها</b>
operator-user-line = { $what } · { $state }
operator-found-nobody = کسی پیدا نشد.
operator-find-what = پس از دستور بنویسید چه کسی را پیدا کنم: شناسهٔ کاربر، شمارهٔ سفارش یا نام حساب در پنل.
operator-console = باز کردن در کنسول
operator-waits =
    🗂 <b>آنچه منتظر شماست</b>
    🧾 رسیدها: { $receipts }
    ⚠️ کنارگذاشته‌ها: { $parked }
    💸 پول بی‌سفارش: { $unapplied }
operator-retried = 🔁 { $operator } دوباره امتحان کرد
state-new = بدون سابقهٔ اشتراک
state-active = فعال
state-expired = منقضی
state-disabled = خاموش
state-awaiting_payment = در انتظار پرداخت
state-paid = پرداخت‌شده
state-provisioned = تحویل‌شده
state-canceled = لغوشده
state-refunded = بازپرداخت‌شده
button-ban = ⛔️ مسدود کردن
button-unban = رفع مسدودی
button-confirm-ban = ⛔️ بله، مسدود شود
button-confirm-unban = بله، رفع شود
button-retry = 🔁 تلاش دوباره

## The page that opens an app

open-title = در حال باز کردن { $app }
open-body = اگر اتفاقی نیفتاد روی دکمه بزنید. برنامه باید از قبل نصب شده باشد.
open-button = باز کردن در { $app }
open-gone = این لینک قدیمی است. از ربات، بخش «اشتراک‌های من»، لینک تازه بگیرید.

## The page after a payment

return-title = پرداخت
return-paid = ✅ پرداخت شما رسید. خریدتان در گفتگو منتظرتان است.
return-trace = شمارهٔ پیگیری: { $number }
return-not-paid = چیزی پرداخت نشد. به گفتگو برگردید و دوباره یا از راه دیگری پرداخت کنید.
return-review = پرداخت شما رسید، اما به سفارش بازی نمی‌خورد. همکاران ما آن را بررسی می‌کنند؛ اگر خبری نشد، به ما پیام بدهید.
return-unknown = این نشانی اینجا شناخته نیست. اگر همین حالا پرداخت کرده‌اید، به گفتگو برگردید و «پرداخت کردم» را بزنید.
return-trouble = الان نتوانستیم پرداخت را بررسی کنیم. چیزی از دست نرفته است: دوباره امتحان کنید، یا به گفتگو برگردید و «پرداخت کردم» را بزنید.
return-again = تلاش دوباره
return-button = بازگشت به گفتگو

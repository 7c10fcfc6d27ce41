# English. Values are Telegram HTML unless they name a button, a toast or an invoice.

## Amounts

currency-toman =
    { $count ->
       *[other] { $amount } Toman
    }
currency-rial =
    { $count ->
       *[other] { $amount } Rial
    }
gigabytes = { $amount } GB
megabytes = { $amount } MB
unlimited-data = unlimited data
no-expiry = no time limit
days =
    { $count ->
        [one] { $amount } day
       *[other] { $amount } days
    }
# After “in”.
minutes =
    { $count ->
        [one] { $amount } minute
       *[other] { $amount } minutes
    }

## The bot's profile

# At most 512 characters: what stands in the chat before Start.
bot-description =
    🌊 A fast and private VPN in a minute.

    🛒 Choose a plan and pay as you like
    🔑 Your link and QR code arrive right here
    📱 Android, iPhone, Windows, macOS and Linux

    Tap Start.
# At most 120 characters: what stands on the bot's page and beside shared links.
bot-short-description = 🌊 Fast and private VPN: buy, renew and manage your subscription right in Telegram.
command-start = Begin
command-menu = 🏠 Menu
command-plans = 🛒 Plans and prices
command-trial = 🆓 Free trial
command-subscriptions = 🔑 My subscriptions
command-invite = 🎁 Invite friends
command-language = 🌐 Language
command-support = 💬 Write to support
command-paysupport = 💳 Trouble with a payment
command-help = ❓ How it works
command-find = 🔎 Find a user
command-admin = 🗂 What waits

## Menu

welcome =
    👋 Hello, <b>{ $name }</b>!

    Here you get a fast and private internet connection in a minute: choose a plan, pay, and your link arrives in this chat.
welcome-invited = 🎁 You came by a friend's invitation. Welcome!
welcome-bonus = 🎁 With your first purchase you get { $volume } and { $days } on top.
button-plans = 🛒 Buy a subscription
button-trial = 🆓 Try it for free
button-gift = 🎁 Buy for a friend
button-my-subscriptions = 🔑 My subscriptions
button-invite = 🎁 Invite friends
button-language = 🌐 Language
button-help = ❓ Help
button-menu = 🏠 Menu
button-back = ‹ Back
language-choose = 🌐 Which language shall I speak?
help =
    ❓ <b>How it works</b>

    1. Choose a plan and a way to pay.
    2. Your personal link and its QR code arrive here within a minute of the payment.
    3. Tap the button of your app, or scan the code with it. Done.

    Everything that you bought is under “My subscriptions”.
help-support = Questions? Write to @{ $username }
paysupport =
    Payments that went wrong are put right by people. Describe what happened and when; tell when you paid and how much.

    Stars that pay no order are sent back by themselves.

## Free trial

trial-name = Free trial
trial-off = There is no free trial at the moment.
trial-not-new = The free trial is for newcomers, and you are a customer already. Thank you for that!

## Plans

plans-title = 🛒 <b>Choose a plan</b>
plans-empty = There is nothing for sale at the moment. Please look in again later.
plan-button = { $plan } — { $price }
plan-screen =
    <b>{ $plan }</b>

    📦 { $volume }
    ⏳ { $days }
    💰 { $price }
plan-clock = The time starts at your first connection.
policy-add = A renewal adds to what is left.
policy-reset = A renewal starts afresh: what is left is given up.
plan-discounted = 🏷 Code <code>{ $code }</code>: <s>{ $before }</s> → <b>{ $total }</b>
plan-choose-method = How would you like to pay?
plan-no-method = No way to pay for this plan is open at the moment. Please choose another one or write to us.
plan-gone = This plan is not sold any more. Here is what is.
terms-changed = ℹ️ The offer has changed since this button was made. Nothing was charged; here is how it stands now.
button-pay-telegram-stars = Telegram Stars · { $amount }
button-pay-recurring-stars = 🔁 Renews itself · { $amount } every 30 days
button-pay-card = 💳 Card to card · { $amount }
button-pay-crypto-pay = 💎 Crypto · { $amount }
button-pay-zarinpal = 🏦 ZarinPal · { $amount }
button-pay-nowpayments = 🪙 Crypto (NOWPayments) · { $amount }
button-pay-heleket = 🪙 Heleket · { $amount }
button-pay-cryptomus = 🪙 Cryptomus · { $amount }
button-pay-plisio = 🪙 Plisio · { $amount }
button-pay-yookassa = 💳 YooKassa · { $amount }
button-pay-platega = 📱 Platega · { $amount }
button-pay-tribute = 💳 Tribute · { $amount }
button-pay-stripe = 💳 Card · { $amount }
button-get-free = 🎁 Get it for free
button-enter-code = 🏷 I have a discount code

## Discount codes

code-ask = 🏷 Send me your discount code.
code-not-found = There is no such code. Check the spelling and send it again.
code-inactive = This code is switched off.
code-not-yet = This code does not work yet.
code-expired = This code has expired.
code-other-product = This code is not for this plan.
code-below-minimum = The price of this plan is below the code's minimum.
code-not-first-purchase = This code is for a first purchase.
code-wait = Too many wrong codes. You can try again in { $minutes }.
code-applied = 🏷 Code <code>{ $code }</code> is applied: these are your prices with it.
code-used-up = This code is used up.
code-used-by-you = You have used this code already. If an order of yours is still open with it, you find it under “My subscriptions”.

## Before buying

gate-maintenance = 🛠 Nothing is sold for a little while: we are at work on the shop. What you have goes on working; please look in again later.
gate-invite-only = 🔒 This shop is open to invited guests. Ask a friend who is a customer for an invitation link.
gate-terms = 📜 Before you buy, please read our terms of use and accept them.
gate-channels = 📢 Before you buy, please join the channels below and tap “I have joined”.
gate-not-joined = You have not joined yet: { $channels }
button-read-terms = 📜 Read the terms
button-accept-terms = ✅ I accept
button-join = 📢 { $channel }
button-joined = ✅ I have joined
too-many-open = ✋ You have several open orders already. Pay one of them or cancel it, then you can place another.
slow-down = 🐢 That was a little too fast. Please wait a moment and go on.

## Orders

# What a payment brings: the last sentence of the texts that ask for one or wait for one.
next-purchase = As soon as the payment is confirmed, your link arrives here by itself.
next-extension = As soon as the payment is confirmed, it is added to your subscription, and I tell you here.
next-gift = As soon as the payment is confirmed, the link to pass on arrives here by itself.
order-stars =
    🧾 <b>{ $plan }</b>

    To pay: <b>{ $amount }</b>
    Open until { $until }.

    Tap the button and confirm in Telegram. { $next }
order-recurring-stars =
    🧾 <b>{ $plan }</b>

    To pay: <b>{ $amount }</b> now, and the same every 30 days until you end it.
    Open until { $until }.

    Tap the button, confirm in Telegram, and your link arrives by itself. You can end it at any time, here or in Telegram's settings.
order-page =
    🧾 <b>{ $plan }</b>

    To pay: <b>{ $amount }</b>
    Open until { $until }.

    Pay on the page behind the button. { $next }
order-card =
    🧾 <b>{ $plan }</b>

    Transfer <b>exactly { $amount }</b> to this card:

    💳 <code>{ $card }</code>
    👤 { $holder }

    Then <b>send a photo of the receipt</b> here. The last digits of the amount tell your transfer from others', so please do not round it.
    Open until { $until }.
order-under-review =
    🧾 <b>{ $plan }</b>

    ⏳ Your receipt is with our team; there is nothing more to do. { $next }
order-paid =
    ✅ <b>{ $plan }</b> is paid.

    Your link is being prepared and arrives here by itself.
order-provisioned = ✅ <b>{ $plan }</b> is paid and delivered. You find it under “My subscriptions”.
# What cost nothing: a trial, a present, a code of 100 %.
order-given-preparing =
    🎁 <b>{ $plan }</b> is yours.

    Your link is being prepared and arrives here by itself.
order-given = 🎁 <b>{ $plan }</b> is yours. You find it under “My subscriptions”.
order-expired = ⌛️ The order for <b>{ $plan }</b> has ended unpaid. If you paid it in time, your money is not lost. { $next }
order-canceled = The order for <b>{ $plan }</b> was canceled.
order-refunded = The order for <b>{ $plan }</b> was refunded.
order-unknown = I do not find this order. Here is the menu.
button-pay = Pay { $amount }
button-copy-amount = Copy the amount
button-copy-card = Copy the card number
button-check-payment = 🔄 I have paid
button-cancel-order = Cancel the order
button-show-order = Show the order
button-try-again = 🔄 Try again
pay-failed = This way to pay does not answer at the moment. Your order is kept: try again or pay another way.
pay-too-many = This order has been tried too often. Please start a new one.
not-paid-yet = The payment has not arrived yet. It can take a few minutes; I am watching.
payment-kept =
    ⚠️ A payment of <b>{ $amount }</b> has arrived that fits no open order.

    Our team looks at it: you get what you ordered, a credit or your money back, and you hear from us here.
payment-kept-amount =
    ⚠️ <b>{ $amount }</b> has arrived, which is not the amount of your order.

    Our team looks at it: you get what you ordered, a credit or your money back, and you hear from us here.
payment-kept-twice =
    ⚠️ A second payment of <b>{ $amount }</b> has arrived for an order that is paid already.

    Our team looks at it: you get what you ordered, a credit or your money back, and you hear from us here.
payment-kept-ended =
    ⚠️ A payment of <b>{ $amount }</b> has arrived for an order that had ended.

    Our team looks at it: you get what you ordered, a credit or your money back, and you hear from us here.
payment-sent-back = ↩️ <b>{ $amount }</b> was sent back to you.
paid-preparing =
    ✅ Your payment for <b>{ $plan }</b> has arrived.

    Preparing the connection takes a little longer than usual. Your link arrives here by itself.
given-preparing = ⏳ <b>{ $plan }</b> is yours. Preparing the connection takes a little longer than usual; your link arrives here by itself.
delivered =
    ✅ <b>{ $plan }</b>
    📦 { $volume } · ⏳ { $days }

    Tap the button of your app below, scan the code, or copy the link:

## Receipts

receipt-received = 📨 Thank you! Your receipt for <b>{ $plan }</b> ({ $amount }) is with our team. { $next }
receipt-already = Your receipt is with our team already. You will hear from us here.
receipt-nothing-due = No order of yours waits for a receipt. If you have just transferred money, write to us.
receipt-unreadable = Please send the receipt as a photo, or as a JPEG, PNG or PDF file of at most 10 MB.
receipt-rejected =
    ❌ The receipt for <b>{ $plan }</b> was not accepted: { $reason }

    You can send another receipt, or pay another way.
receipt-short =
    ⚠️ { $arrived } of { $due } have arrived for <b>{ $plan }</b>: { $missing } are missing.

    What has arrived is not lost: write to us with /support about the rest, or pay the whole order another way.
reason-not-arrived = the money has not arrived
reason-other-amount = another amount arrived
reason-unreadable = the receipt cannot be read

## Subscriptions

subscriptions-title = 🔑 <b>My subscriptions</b>
open-order = 🧾 Open order: { $plan }
button-older = Older ›
subscription-title = <b>{ $plan }</b>
order-ended-by-you = The order for <b>{ $plan }</b> is canceled. If you have paid already, your money is not lost. { $next }
receipt-added = 📨 Our team got this picture too. Your receipt for <b>{ $plan }</b> ({ $amount }) is being looked at; you will hear from us here.
subscriptions-empty = You have no subscription yet.
subscription-deleted = ⚪️ deleted on the server
subscription-unknown = The server does not answer at the moment; your link works all the same.
status-active = 🟢 active
status-on-hold = 🟡 ready, not used yet
status-limited = 🔴 the data is used up
status-expired = 🔴 expired
status-disabled = ⚪️ switched off
status-unknown = ⚪️ unknown
usage = { $bar } { $used } of { $limit }
usage-unlimited = { $used } used, unlimited data
expires = ⏳ until { $at }
starts-at-first-use = ⏳ { $days } from the first connection
button-copy-link = 📋 Copy the link
subscription-renews = 🔁 renews itself in Stars every 30 days, unless you ended it in Telegram's settings
subscription-renews-no-more = 🔁 does not renew itself any more
button-stop-renewing = 🔁 Stop renewing
button-go-on-renewing = 🔁 Renew again
renewing-stopped = ✅ No more Stars will be charged. What is paid for stays yours.
renewing-goes-on = ✅ It renews itself again. If you ended it in Telegram's settings, let it go on there too.
renewing-refused = Telegram does not change this: its period is over, or it was ended in Telegram's settings. Look there under “My Stars”.
renewing-unknown = Telegram does not answer at the moment. Please try again in a minute.
button-refresh = 🔄 Refresh
subscription-disabled = It was switched off by our team. If you do not know why, write to us.
subscription-unknown-here = I do not find this subscription. Here is the menu.
subscription-button = { $dot } { $number } · { $name }
looked-at = 🔄 as of { $at }
button-renew = ♻️ Renew
button-connect = 📲 How to connect
button-qr = 🔳 QR code
button-configs = 🧩 Single configs
button-new-link = 🔗 New link
button-rename = ✏️ Rename
button-show-subscription = 🔑 Show the subscription
qr-caption = 🔳 <b>{ $plan }</b>: scan it with the app on your other device.
prize-name = Invitation prize
welcome-name = Welcome present
grant-name = Present from our team
# Above what is delivered.
because-prize = 🎁 A friend whom you invited has made a first purchase. Here is your present:
because-welcome = 🎁 Thank you for your first purchase! Here is your welcome present:
because-grant = 🎁 A present from our team:

## A subscription's new link

link-ask =
    🔗 <b>A new link for { $plan }?</b>

    The old link and every device that uses it stop working. Time and data stay as they are. You add the new link in your app once more.
button-new-link-yes = Yes, a new link
link-is-new = ✅ Here is your new link. The old one does not work any more.
link-replaced = 🔗 The new link of <b>{ $plan }</b>. The old one does not work any more: please add this one in your app.
link-coming = ⏳ A new link is on its way. It arrives here by itself.
link-no-account = There is no account on the server any more, so there is nothing to give a new link to. A renewal brings it back.
link-account-deleted = The account of <b>{ $plan }</b> is not on the server any more, so it cannot get a new link. A renewal brings it back.

## What operators make of a subscription

changed-limits = 🛠 Our team has changed <b>{ $plan }</b>:
changed-off = ⏸ Our team has switched off <b>{ $plan }</b>. Any questions? Write to us with /support.
changed-on = ▶️ <b>{ $plan }</b> is switched on again.

## A subscription's name

label-ask =
    ✏️ What shall <b>{ $plan }</b> be called? Send me a name of at most { $limit } characters.

    For example: “Mum's phone”.
label-empty = I see no name in that.
label-too-long = That is too long: at most { $limit } characters, please.
label-not-one-line = Please send the name in one line.
label-set = ✅ That is its name from now on.
label-removed = ✅ It has its plan's name again.
button-unname = Remove the name

## Connecting

connect-title = 📲 <b>{ $plan }</b>: which device shall it be?
platform-android = Android
platform-ios = iPhone and iPad
platform-windows = Windows
platform-macos = macOS
platform-linux = Linux
connect-phone =
    📲 <b>{ $platform }</b>

    1. Install { $app }.
    2. Come back here and tap “Add to { $app }”. If nothing happens, copy the link and choose “+” → “Add from clipboard” in the app.
    3. Switch the connection on in the app. Done.

    Another app from below is just as good.
connect-computer =
    💻 <b>{ $platform }</b>

    1. Install { $app }.
    2. Open this chat on the computer and tap “Add to { $app }”. If nothing happens, copy the link and choose “+” → “Add from clipboard” in the app.
    3. Switch the connection on in the app. Done.
button-install = ⬇️ { $app }
button-import = ➕ Add to { $app }

## Single configs

configs-title =
    🧩 <b>{ $plan }</b>

    Tap a config to copy it. The subscription link is better where your app takes it: it keeps itself up to date.
configs-page = Page { $page } of { $pages }
configs-none = There are no single configs at the moment. Please use the subscription link.
configs-deleted = The account is not on the server any more. A renewal brings it back.
configs-unknown = The server does not answer at the moment. Please try again in a minute.
configs-more = There are more; the subscription link has all of them.
config-name = { $number }. <b>{ $name }</b>
config-unnamed = Server { $number }
config-too-long = too long for a message; the subscription link has it
button-copy-config = 📋 { $name }
button-page-before = ‹ Previous
button-page-after = Next ›

## Renewals and add-ons

extend-choose = 🔁 What shall it be renewed with?
extend-choose-more = 🔁 What shall it be renewed with? Or just add a little (➕).
extend-nothing = There is nothing for sale for this subscription at the moment. Please look in again later.
extend-switched-off = This subscription was switched off by our team, so it cannot be renewed here. Write to support, we will sort it out.
extend-not-useful = This does not fit your subscription as it is now. Here is what does.
button-extend-own = 🔁 { $plan } — { $price }
button-add-on = ➕ { $plan } — { $price }
renewal-screen =
    🔁 <b>{ $subscription }</b>
    Renewal with <b>{ $plan }</b>

    📦 { $volume }
    ⏳ { $days }
    💰 { $price }
add-on-screen =
    ➕ <b>{ $subscription }</b>
    Add-on <b>{ $plan }</b>

    📦 { $more }
    💰 { $price }
more = +{ $amount }
less-than-a-day = less than a day
data-and-time = { $data } and { $time }
until = until { $at }
from-first-use = { $days } from the first connection
forecast-kept = ✅ What is left is kept: { $left }.
forecast-given-up = ⚠️ It starts afresh: what is left ({ $left }) is given up.
forecast-anew = ℹ️ This account was deleted on the server. It is made anew, with a new link.
forecast-after = ➡️ Afterwards you have: <b>{ $data }</b>, <b>{ $time }</b>
extended = ✅ <b>{ $subscription }</b>: { $plan } has been added.
extended-data = 📦 { $volume } in all
extended-unlimited = 📦 { $volume }
extended-time = ⏳ { $time }
extending-later =
    ⏳ <b>{ $plan }</b> is on its way to your subscription.

    It takes a little longer than usual; I write here as soon as it is done. Your link stays the same.
order-extending = ⏳ <b>{ $plan }</b> is on its way to your subscription. I write here as soon as it is done.
order-extended = ✅ <b>{ $plan }</b> has been added to your subscription.

## Reminders

reminder-days-left =
    { $count ->
        [one] ⏳ Only { $days } of <b>{ $plan }</b> is left.
       *[other] ⏳ { $days } of <b>{ $plan }</b> are left.
    }
reminder-data = 📦 { $left } of { $limit } left
reminder-data-left = 📦 <b>{ $plan }</b>: { $percent } % of your data is left: { $left } of { $limit }.
reminder-renew-hint = Renew it now, and your connection goes on without a break. Your link stays the same.
reminder-time-is-up = ⌛️ <b>{ $plan }</b>: the time is up.
reminder-used-up = 🔴 <b>{ $plan }</b>: the data is used up.
reminder-ended-hint = Renew it, and the same link works again at once.
win-back =
    👋 Your subscription <b>{ $plan }</b> has ended, and we would be glad to have you back.

    Your link is still kept for you: renew it, and it works again at once.
win-back-code = 🏷 { $off } off for you: <code>{ $code }</code>, once, until { $until }.
button-use-code = 🏷 Use the code

## Invitations

invite = 🎁 <b>Invite friends</b>
invite-reward-present = For every friend who makes a first purchase you get { $volume } and { $days }: added to your newest subscription, or as a new one if you have none.
invite-reward-code = For every friend who makes a first purchase you get a discount code of { $percent } %.
invite-reward-none = Show your friends the way to a fast and private connection.
invite-welcome = Your friend gets { $volume } and { $days } on top of the first purchase.
invite-link = Your link:
invite-stats =
    Invited: { $total }
    Bought: { $active }
    Presents on their way: { $pending }
    Presents received: { $granted }
button-share = 📤 Share
share-text = A fast and private connection, right in Telegram:
reward-code =
    🎁 A friend whom you invited has made a first purchase. Here is your discount code:

    <code>{ $code }</code>

    −{ $percent } % on your next purchase. It works once, until { $until }.
button-copy-code = 📋 Copy the code

## Presents for friends

gift-plans-title =
    🎁 <b>A present for a friend</b>

    Choose a plan. After the payment you get a link to pass on.
gift-off = Presents are not for sale at the moment.
gift-note = 🎁 As a present: after the payment you get a link to pass on. It works once; you can also use it yourself.
gift-ready =
    🎁 <b>{ $plan }</b>
    📦 { $volume } · ⏳ { $days }

    Your present is ready. Pass this link on: whoever opens it first has the subscription. It works once; you can also use it yourself.
button-share-gift = 📤 Pass it on
gift-share-text = A present for you: a fast and private connection, right in Telegram. Tap the link to open it:
order-gift-preparing =
    ✅ <b>{ $plan }</b> is paid.

    The link to pass on arrives here by itself.
order-gift = ✅ <b>{ $plan }</b> is paid. The link to pass on is here in the chat.
order-gift-opened = 🎉 Your present <b>{ $plan }</b> has been opened.
button-show-gift = 🎁 Show the link
open-gift = 🎁 To pass on: { $plan }
gift-opened = 🎉 Your present <b>{ $plan }</b> has just been opened.
gift-yours = 🎁 A present for you: <b>{ $plan }</b>! Your link is here in the chat; you also find it under “My subscriptions”.
gift-taken = Somebody else has opened this present already: its link works once.
gift-withdrawn = This present is not available any more.
gift-unknown = I do not know this present. Please open the link exactly as you got it.

## Support and money that fits no order

credit-received =
    🎟 Your payment fits no order, so it is kept for you as a discount code:

    <code>{ $code }</code>

    It takes { $amount } off your next order. It works once, for you alone.
support-ask =
    💬 <b>Write to us</b>

    Send your message here: text, a photo, a file or a voice message. Our team reads it and answers in this chat.
support-contact = You can also write to @{ $username }.
support-sent = ✅ Sent to our team. The answer comes here; you can go on writing.
support-not-sent = This message cannot be passed on. Please send text, a photo, a file or a voice message.
support-too-many = You have written a lot in the last hour. Our team has it all; please go on a little later.
support-done = 👌 Done. The answer to what you have sent comes here.
support-answer = 💬 <b>Answer from support</b>
button-support = 💬 Write to support
button-support-answer = ✍️ Answer
button-support-done = ✅ Finish
operator-letter =
    💬 <b>{ $customer }</b>{ $username } · { $language }
    <a href="{ $url }">{ $id }</a>
    Reply to answer.
operator-letter-undelivered = ⚠️ Not delivered: the customer has blocked the bot.
operator-letter-failed = ⚠️ Not delivered: this kind of message cannot be passed on.
operator-letter-not-allowed = ⚠️ Not delivered: you are not one of the operators.

## Troubles

banned = This account cannot buy here. If you think that this is a mistake, write to our support.
trouble = Something went wrong on our side. Nothing is lost; please try again in a moment.
unknown-input = I did not understand that. Here is the menu.
too-old = This button is out of date. Here is the menu.
pre-checkout-ended = This order has ended. Please start a new one in the chat.
pre-checkout-paid = This order is paid already.
pre-checkout-refused = This payment does not fit an order of yours. Please start again in the chat.

## Invoices

invoice-title = { $plan }
invoice-description = { $volume }, { $days }

## Operators

operator-receipt =
    🧾 <b>{ $amount }</b>
    { $plan }
    👤 { $customer } · <code>{ $id }</code>
    <code>{ $order }</code>
operator-receipt-card = 💳 to the card …{ $card }
operator-receipt-seen =
    ⚠️ <b>This picture was sent before</b>, for the order
    <code>{ $order }</code>
button-approve = ✅ Approve
button-reject = ❌ Reject
button-other-amount = 🔢 Other amount
operator-amount-question =
    🔢 { $operator }, how much arrived?
    Asked for: <b>{ $amount }</b>
    Answer this message with the number alone.
    <code>{ $question }</code>
operator-amount-unreadable = ⚠️ I could not read an amount in that. Write digits alone, such as 250000.
operator-amount-enough =
    💳 Arrived: <b>{ $arrived }</b>, asked for: { $due }
    That is enough: the order will be paid and delivered.
operator-amount-short =
    💳 Arrived: <b>{ $arrived }</b>, asked for: { $due }
    <b>{ $missing }</b> is missing: the order stays unpaid, the customer is told, and the money is kept for you to decide on.
operator-amount-forgotten = Nothing was decided.
operator-short = ⚠️ { $arrived } arrived, { $missing } is missing
button-confirm-amount = ✅ Yes, { $amount } arrived
button-forget-amount = Not that
button-confirm-arrived = ✅ Exactly { $amount } arrived
button-reason-not-arrived = The money has not arrived
button-reason-other-amount = Another amount
button-reason-unreadable = The receipt is unreadable
operator-approved = ✅ Approved
operator-rejected = ❌ Rejected
operator-refunded = ↩️ Refunded
operator-canceled = ⚪️ Canceled
operator-undecided = ⏳ Waits for a decision
operator-decided-by = { $decision } · { $operator }
operator-already = Already decided: { $decision }
operator-not-allowed = You may not decide this.
operator-unapplied =
    ⚠️ Money arrived that pays no order: <b>{ $amount }</b>
    <code>{ $payment }</code>
    { $reason }
operator-summary =
    📊 <b>{ $day }</b>
    💰 { $revenue }
    🧾 Orders: { $orders }, paid: { $paid }, renewals: { $renewals }
    👥 New customers: { $customers }, invited: { $invited }, trials: { $trials }
operator-summary-worries = ⚠️ Refunds: { $refunds }, payments that fitted no order: { $unapplied }
operator-broadcast-done = 📣 The broadcast “{ $name }” is over. Sent: { $sent }, blocked the bot: { $blocked }, refused: { $failed }, not known to have arrived: { $unknown }.
operator-broadcast-refused = ⚠️ The broadcast “{ $name }” is paused: Telegram refused it to { $failed } customers and sent it to nobody. Look at its text, picture and button.
operator-parked =
    ⚠️ A paid order could not be delivered and waits for you.
    <code>{ $order }</code>
    { $reason }
operator-parked-refund =
    ⚠️ What a refunded order gave could not be taken back; it waits for you.
    <code>{ $order }</code>
    { $reason }
operator-parked-link =
    ⚠️ A customer's new link could not be made and waits for you.
    <code>{ $order }</code>
    { $reason }
operator-parked-change =
    ⚠️ A subscription could not be changed as an operator wanted, and waits for you.
    <code>{ $order }</code>
    { $reason }
operator-paid =
    💰 <b>{ $amount }</b> · { $plan }
    👤 { $customer } · <code>{ $id }</code>
    <code>{ $order }</code>
operator-parked-duty =
    ⚠️ Something that is owed could not be done and waits for you: { $duty }.
    { $reason }
duty-reward = an inviter's reward
duty-notify = a message to a customer
duty-poll = the state of a payment
duty-review = a receipt
duty-expire = the end of an unpaid order
operator-not-parked = This does not wait any more.

operator-user =
    👤 <b>{ $name }</b>{ $username }
    <code>{ $id }</code>
    { $status } · joined { $joined } · invited: { $invited }
operator-user-banned = ⛔️ <b>Banned</b> since { $at }
operator-user-subscriptions = 🔑 <b>Subscriptions</b>
operator-user-orders = 🧾 <b>Last orders</b>
operator-user-line = { $what } · { $state }
operator-found-nobody = Nobody was found.
operator-find-what = Write after the command whom to find: a user's id, an order's reference or the name of an account on the panel.
operator-console = Open in the console
operator-waits =
    🗂 <b>What waits for you</b>
    🧾 Receipts: { $receipts }
    ⚠️ Parked: { $parked }
    💸 Money without an order: { $unapplied }
operator-retried = 🔁 Tried again by { $operator }
state-new = never had a subscription
state-active = active
state-expired = expired
state-disabled = switched off
state-awaiting_payment = awaiting payment
state-paid = paid
state-provisioned = delivered
state-canceled = canceled
state-refunded = refunded
button-ban = ⛔️ Ban
button-unban = Lift the ban
button-confirm-ban = ⛔️ Yes, ban
button-confirm-unban = Yes, lift the ban
button-retry = 🔁 Try again

## The page that opens an app

open-title = Opening { $app }
open-body = If nothing happens, tap the button. The app has to be installed first.
open-button = Open in { $app }
open-gone = This link is too old. Ask the bot for a fresh one: “My subscriptions”.

## The page after a payment

return-title = Payment
return-paid = ✅ Your payment has arrived. What you bought is waiting in the chat.
return-trace = Number of the payment: { $number }
return-not-paid = Nothing was paid. Go back to the chat to try again or to pay another way.
return-review = Your payment has arrived, but it does not fit an open order. Our team is looking at it; write to us if you do not hear from us.
return-unknown = This address is not known here. If you have just paid, go back to the chat and tap “I have paid”.
return-trouble = The payment could not be checked at the moment. Nothing is lost: try again, or go back to the chat and tap “I have paid”.
return-again = Try again
return-button = Back to the chat

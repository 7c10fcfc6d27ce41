# English. Values are Telegram HTML unless they name a button, a toast or an invoice.

## Amounts

currency-toman = { $amount } Toman
currency-rial = { $amount } Rial
gigabytes = { $amount } GB
megabytes = { $amount } MB
unlimited-data = unlimited data
no-expiry = no time limit
days =
    { $count ->
        [one] { $amount } day
       *[other] { $amount } days
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
command-subscriptions = 🔑 My subscriptions
command-invite = 🎁 Invite friends
command-language = 🌐 Language
command-support = 💬 Write to support
command-paysupport = 💳 Trouble with a payment
command-help = ❓ How it works

## Menu

welcome =
    👋 Hello, <b>{ $name }</b>!

    Here you get a fast and private internet connection in a minute: choose a plan, pay, and your link arrives in this chat.
welcome-invited = 🎁 You came by a friend's invitation. Welcome!
button-plans = 🛒 Buy a subscription
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
    Payments that went wrong are put right by people. Describe what happened and when; have your order at hand.

    Stars that pay no order are sent back by themselves.

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
button-pay-telegram-stars = { $amount }
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
code-used-up = This code is used up.
code-used-by-you = You have used this code already. If an order of yours is still open with it, you find it under “My subscriptions”.

## Orders

order-stars =
    🧾 <b>{ $plan }</b>

    To pay: <b>{ $amount }</b>
    Open until { $until }.

    Tap the button, confirm in Telegram, and your link arrives by itself.
order-page =
    🧾 <b>{ $plan }</b>

    To pay: <b>{ $amount }</b>
    Open until { $until }.

    Pay on the page behind the button. Your link arrives by itself as soon as the payment is confirmed.
order-card =
    🧾 <b>{ $plan }</b>

    Transfer <b>exactly { $amount }</b> to this card:

    💳 <code>{ $card }</code>
    👤 { $holder }

    Then <b>send a photo of the receipt</b> here. The last digits of the amount tell your transfer from others', so please do not round it.
    Open until { $until }.
order-under-review =
    🧾 <b>{ $plan }</b>

    ⏳ Your receipt is with our team. As soon as it is confirmed, your link arrives here; there is nothing more to do.
order-paid =
    ✅ <b>{ $plan }</b> is paid.

    Your link is being prepared and arrives here by itself.
order-provisioned = ✅ <b>{ $plan }</b> is paid and delivered. You find it under “My subscriptions”.
order-expired = ⌛️ The order for <b>{ $plan }</b> has ended unpaid. If you paid it in time, your money is not lost: your link arrives as soon as the payment does.
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
paid-preparing =
    ✅ Your payment for <b>{ $plan }</b> has arrived.

    Preparing the connection takes a little longer than usual. Your link arrives here by itself.
delivered =
    ✅ <b>{ $plan }</b>
    📦 { $volume } · ⏳ { $days }

    Tap the button of your app below, scan the code, or copy the link:

## Receipts

receipt-received = 📨 Thank you! Your receipt for <b>{ $plan }</b> ({ $amount }) is with our team. As soon as it is confirmed, your link arrives here.
receipt-already = Your receipt is with our team already. You will hear from us here.
receipt-nothing-due = No order of yours waits for a receipt. If you have just transferred money, write to us.
receipt-unreadable = Please send the receipt as a photo, or as a JPEG, PNG or PDF file of at most 10 MB.
receipt-rejected =
    ❌ The receipt for <b>{ $plan }</b> was not accepted: { $reason }

    You can send another receipt, or pay another way.
reason-not-arrived = the money has not arrived
reason-other-amount = another amount arrived
reason-unreadable = the receipt cannot be read

## Subscriptions

subscriptions-title = 🔑 <b>My subscriptions</b>
open-order = 🧾 Open order: { $plan }
button-older = Older ›
subscription-title = <b>{ $plan }</b>
order-ended-by-you = The order for <b>{ $plan }</b> is canceled. If you have paid already, your money is not lost: your link arrives as soon as the payment does.
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
button-refresh = 🔄 Refresh
prize-name = Invitation prize

## Invitations

invite =
    🎁 <b>Invite friends</b>

    For every friend who buys a subscription you get one as a present.

    Your link:
invite-stats =
    Invited: { $total }
    Bought: { $active }
    Presents on their way: { $pending }
button-share = 📤 Share
share-text = A fast and private connection, right in Telegram:

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
button-approve = ✅ Approve
button-reject = ❌ Reject
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
operator-parked =
    ⚠️ A paid order could not be delivered and waits for you.
    <code>{ $order }</code>
    { $reason }

## The page that opens an app

open-title = Opening { $app }
open-body = If nothing happens, tap the button. The app has to be installed first.
open-button = Open in { $app }
open-gone = This link is too old. Ask the bot for a fresh one: “My subscriptions”.

## The page after a payment

return-title = Payment
return-paid = ✅ Your payment has arrived. Your link is waiting in the chat.
return-trace = Number of the payment: { $number }
return-not-paid = Nothing was paid. Go back to the chat to try again or to pay another way.
return-review = Your payment has arrived, but it does not fit an open order. Our team is looking at it; write to us if you do not hear from us.
return-unknown = This address is not known here. If you have just paid, go back to the chat and tap “I have paid”.
return-trouble = The payment could not be checked at the moment. Nothing is lost: try again, or go back to the chat and tap “I have paid”.
return-again = Try again
return-button = Back to the chat

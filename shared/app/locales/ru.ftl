# Русский

## Amounts

currency-toman = { $amount } туманов
currency-rial = { $amount } риалов
gigabytes = { $amount } ГБ
megabytes = { $amount } МБ
unlimited-data = безлимитный трафик
no-expiry = без срока
days =
    { $count ->
        [one] { $amount } день
        [few] { $amount } дня
       *[other] { $amount } дней
    }

## The bot's profile

# At most 512 characters: what stands in the chat before Start.
bot-description =
    🌊 Быстрый и приватный VPN за минуту.

    🛒 Выберите тариф и оплатите, как удобно
    🔑 Ссылка и QR-код придут прямо сюда
    📱 Android, iPhone, Windows, macOS и Linux

    Нажмите «Старт».
# At most 120 characters: what stands on the bot's page and beside shared links.
bot-short-description = 🌊 Быстрый и приватный VPN: купить, продлить и настроить подписку прямо в Telegram.
command-start = Начать
command-menu = 🏠 Меню
command-plans = 🛒 Тарифы и цены
command-subscriptions = 🔑 Мои подписки
command-invite = 🎁 Пригласить друзей
command-language = 🌐 Язык
command-support = 💬 Написать в поддержку
command-paysupport = 💳 Проблема с оплатой
command-help = ❓ Как это работает

## Menu

welcome =
    👋 Здравствуйте, <b>{ $name }</b>!

    Здесь за минуту можно получить быстрый и приватный интернет: выберите тариф, оплатите, и ссылка придёт в этот чат.
welcome-invited = 🎁 Вы пришли по приглашению друга. Добро пожаловать!
button-plans = 🛒 Купить подписку
button-my-subscriptions = 🔑 Мои подписки
button-invite = 🎁 Пригласить друзей
button-language = 🌐 Язык
button-help = ❓ Помощь
button-menu = 🏠 Меню
button-back = ‹ Назад
language-choose = 🌐 На каком языке говорить?
help =
    ❓ <b>Как это работает</b>

    1. Выберите тариф и способ оплаты.
    2. Личная ссылка и QR-код придут сюда в течение минуты после оплаты.
    3. Нажмите кнопку своего приложения или отсканируйте код. Готово.

    Всё купленное — в «Моих подписках».
help-support = Вопросы? Пишите @{ $username }
paysupport =
    Проблемы с оплатой решают люди. Опишите, что и когда произошло; держите под рукой номер заказа.

    Звёзды, которые не оплатили ни одного заказа, возвращаются сами.

## Plans

plans-title = 🛒 <b>Выберите тариф</b>
plans-empty = Сейчас в продаже ничего нет. Загляните, пожалуйста, позже.
plan-button = { $plan } — { $price }
plan-screen =
    <b>{ $plan }</b>

    📦 { $volume }
    ⏳ { $days }
    💰 { $price }
plan-clock = Время пойдёт с первого подключения.
policy-add = Продление добавляется к остатку.
policy-reset = Продление начинается заново: остаток сгорает.
plan-discounted = 🏷 Код <code>{ $code }</code>: <s>{ $before }</s> → <b>{ $total }</b>
plan-choose-method = Как будете платить?
plan-no-method = Сейчас этот тариф оплатить нельзя. Выберите другой или напишите нам.
plan-gone = Этот тариф больше не продаётся. Вот что есть.
terms-changed = ℹ️ Предложение изменилось с тех пор, как появилась эта кнопка. Ничего не списано; вот как обстоит дело сейчас.
button-pay-telegram-stars = { $amount }
button-pay-card = 💳 С карты на карту · { $amount }
button-pay-crypto-pay = 💎 Криптовалюта · { $amount }
button-pay-zarinpal = 🏦 ZarinPal · { $amount }
button-pay-nowpayments = 🪙 Криптовалюта (NOWPayments) · { $amount }
button-pay-heleket = 🪙 Heleket · { $amount }
button-pay-cryptomus = 🪙 Cryptomus · { $amount }
button-pay-plisio = 🪙 Plisio · { $amount }
button-pay-yookassa = 💳 ЮKassa · { $amount }
button-pay-platega = 📱 СБП · { $amount }
button-pay-tribute = 💳 Tribute · { $amount }
button-pay-stripe = 💳 Карта · { $amount }
button-get-free = 🎁 Получить бесплатно
button-enter-code = 🏷 У меня есть промокод

## Discount codes

code-ask = 🏷 Пришлите промокод.
code-not-found = Такого промокода нет. Проверьте написание и пришлите ещё раз.
code-inactive = Этот промокод отключён.
code-not-yet = Этот промокод ещё не действует.
code-expired = Срок промокода истёк.
code-other-product = Этот промокод не для этого тарифа.
code-below-minimum = Цена тарифа ниже минимальной для этого промокода.
code-not-first-purchase = Этот промокод — для первой покупки.
code-used-up = Этот промокод закончился.
code-used-by-you = Вы уже использовали этот промокод. Если с ним открыт ваш заказ, он — в «Моих подписках».

## Orders

order-stars =
    🧾 <b>{ $plan }</b>

    К оплате: <b>{ $amount }</b>
    Оплатить до { $until }.

    Нажмите кнопку, подтвердите в Telegram, и ссылка придёт сама.
order-page =
    🧾 <b>{ $plan }</b>

    К оплате: <b>{ $amount }</b>
    Оплатить до { $until }.

    Оплатите на странице по кнопке. Ссылка придёт сама, как только оплата подтвердится.
order-card =
    🧾 <b>{ $plan }</b>

    Переведите <b>ровно { $amount }</b> на эту карту:

    💳 <code>{ $card }</code>
    👤 { $holder }

    Затем <b>пришлите сюда фото чека</b>. Последние цифры суммы отличают ваш перевод от чужих, поэтому не округляйте её.
    Оплатить до { $until }.
order-under-review =
    🧾 <b>{ $plan }</b>

    ⏳ Ваш чек проверяют. Как только его подтвердят, ссылка придёт сюда; больше ничего делать не нужно.
order-paid =
    ✅ <b>{ $plan }</b> — оплачено.

    Ссылка готовится и придёт сюда сама.
order-provisioned = ✅ <b>{ $plan }</b> — оплачено и выдано. Подписка — в «Моих подписках».
order-expired = ⌛️ Заказ <b>{ $plan }</b> закрыт без оплаты. Если вы оплатили вовремя, деньги не пропадут: ссылка придёт вместе с платежом.
order-canceled = Заказ <b>{ $plan }</b> отменён.
order-refunded = Деньги за заказ <b>{ $plan }</b> возвращены.
order-unknown = Не нахожу этот заказ. Вот меню.
button-pay = Оплатить { $amount }
button-copy-amount = Скопировать сумму
button-copy-card = Скопировать номер карты
button-check-payment = 🔄 Я оплатил
button-cancel-order = Отменить заказ
button-show-order = Показать заказ
button-try-again = 🔄 Ещё раз
pay-failed = Этот способ оплаты сейчас не отвечает. Заказ сохранён: попробуйте ещё раз или заплатите иначе.
pay-too-many = Слишком много попыток по этому заказу. Начните, пожалуйста, новый.
not-paid-yet = Платёж ещё не пришёл. Это может занять несколько минут; я слежу.
paid-preparing =
    ✅ Оплата за <b>{ $plan }</b> получена.

    Подготовка займёт чуть больше времени, чем обычно. Ссылка придёт сюда сама.
delivered =
    ✅ <b>{ $plan }</b>
    📦 { $volume } · ⏳ { $days }

    Нажмите кнопку своего приложения, отсканируйте код или скопируйте ссылку:

## Receipts

receipt-received = 📨 Спасибо! Чек за <b>{ $plan }</b> ({ $amount }) проверяют. Как только его подтвердят, ссылка придёт сюда.
receipt-already = Ваш чек уже проверяют. Мы напишем здесь.
receipt-nothing-due = Ни один ваш заказ не ждёт чека. Если вы только что перевели деньги, напишите нам.
receipt-unreadable = Пришлите чек фотографией или файлом JPEG, PNG или PDF не больше 10 МБ.
receipt-rejected =
    ❌ Чек за <b>{ $plan }</b> не принят: { $reason }

    Можно прислать другой чек или заплатить иначе.
reason-not-arrived = деньги не пришли
reason-other-amount = пришла другая сумма
reason-unreadable = чек не читается

## Subscriptions

subscriptions-title = 🔑 <b>Мои подписки</b>
open-order = 🧾 Открытый заказ: { $plan }
button-older = Ранее ›
subscription-title = <b>{ $plan }</b>
order-ended-by-you = Заказ <b>{ $plan }</b> отменён. Если вы уже оплатили, деньги не пропадут: ссылка придёт вместе с платежом.
receipt-added = 📨 Эту картинку мы тоже получили. Чек за <b>{ $plan }</b> ({ $amount }) проверяют; мы напишем здесь.
subscriptions-empty = Подписок пока нет.
subscription-deleted = ⚪️ удалена на сервере
subscription-unknown = Сервер сейчас не отвечает; ваша ссылка всё равно работает.
status-active = 🟢 активна
status-on-hold = 🟡 готова, ещё не использовалась
status-limited = 🔴 трафик закончился
status-expired = 🔴 истекла
status-disabled = ⚪️ отключена
status-unknown = ⚪️ неизвестно
usage = { $bar } { $used } из { $limit }
usage-unlimited = использовано { $used }, безлимитный трафик
expires = ⏳ до { $at }
starts-at-first-use = ⏳ { $days } с первого подключения
button-copy-link = 📋 Скопировать ссылку
button-refresh = 🔄 Обновить
prize-name = Подарок за приглашение

## Invitations

invite =
    🎁 <b>Пригласите друзей</b>

    За каждого друга, который купит подписку, вы получаете подписку в подарок.

    Ваша ссылка:
invite-stats =
    Приглашено: { $total }
    Купили: { $active }
    Подарки в пути: { $pending }
button-share = 📤 Поделиться
share-text = Быстрый и приватный интернет прямо в Telegram:

## Troubles

banned = Этот аккаунт не может покупать здесь. Если это ошибка, напишите в поддержку.
trouble = Что-то пошло не так на нашей стороне. Ничего не потеряно; попробуйте, пожалуйста, чуть позже.
unknown-input = Не понял. Вот меню.
too-old = Эта кнопка устарела. Вот меню.
pre-checkout-ended = Этот заказ закрыт. Начните, пожалуйста, новый в чате.
pre-checkout-paid = Этот заказ уже оплачен.
pre-checkout-refused = Этот платёж не подходит ни к одному вашему заказу. Начните, пожалуйста, заново в чате.

## Invoices

invoice-title = { $plan }
invoice-description = { $volume }, { $days }

## Operators

operator-receipt =
    🧾 <b>{ $amount }</b>
    { $plan }
    👤 { $customer } · <code>{ $id }</code>
    <code>{ $order }</code>
button-approve = ✅ Принять
button-reject = ❌ Отклонить
button-confirm-arrived = ✅ Пришло ровно { $amount }
button-reason-not-arrived = Деньги не пришли
button-reason-other-amount = Другая сумма
button-reason-unreadable = Чек не читается
operator-approved = ✅ Принято
operator-rejected = ❌ Отклонено
operator-refunded = ↩️ Возвращено
operator-canceled = ⚪️ Отменено
operator-undecided = ⏳ Ждёт решения
operator-decided-by = { $decision } · { $operator }
operator-already = Уже решено: { $decision }
operator-not-allowed = Вам нельзя это решать.
operator-unapplied =
    ⚠️ Пришли деньги, которые не оплачивают ни одного заказа: <b>{ $amount }</b>
    <code>{ $payment }</code>
    { $reason }
operator-parked =
    ⚠️ Оплаченный заказ не удалось выдать, он ждёт вас.
    <code>{ $order }</code>
    { $reason }

## The page that opens an app

open-title = Открываем { $app }
open-body = Если ничего не происходит, нажмите кнопку. Приложение должно быть установлено.
open-button = Открыть в { $app }
open-gone = Ссылка устарела. Возьмите новую у бота: «Мои подписки».

## The page after a payment

return-title = Оплата
return-paid = ✅ Оплата поступила. Ваша ссылка ждёт вас в чате.
return-trace = Номер платежа: { $number }
return-not-paid = Оплаты не было. Вернитесь в чат, чтобы попробовать ещё раз или оплатить по-другому.
return-review = Оплата поступила, но не подходит ни к одному открытому заказу. Мы разбираемся; если не напишем сами, напишите нам.
return-unknown = Этот адрес нам не известен. Если вы только что заплатили, вернитесь в чат и нажмите «Я оплатил».
return-trouble = Сейчас не удалось проверить оплату. Ничего не пропало: попробуйте ещё раз или вернитесь в чат и нажмите «Я оплатил».
return-again = Попробовать ещё раз
return-button = Вернуться в чат

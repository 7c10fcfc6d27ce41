# Русский

## Amounts

currency-toman =
    { $count ->
        [one] { $amount } туман
        [few] { $amount } тумана
       *[many] { $amount } туманов
    }
currency-rial =
    { $count ->
        [one] { $amount } риал
        [few] { $amount } риала
       *[many] { $amount } риалов
    }
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
# After “in”.
minutes =
    { $count ->
        [one] { $amount } минуту
        [few] { $amount } минуты
       *[other] { $amount } минут
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
command-trial = 🆓 Пробный период
command-subscriptions = 🔑 Мои подписки
command-invite = 🎁 Пригласить друзей
command-language = 🌐 Язык
command-support = 💬 Написать в поддержку
command-paysupport = 💳 Проблема с оплатой
command-help = ❓ Как это работает
command-find = 🔎 Найти клиента
command-admin = 🗂 Что ждёт

## Menu

welcome =
    👋 Здравствуйте, <b>{ $name }</b>!

    Здесь за минуту можно получить быстрый и приватный интернет: выберите тариф, оплатите, и ссылка придёт в этот чат.
welcome-invited = 🎁 Вы пришли по приглашению друга. Добро пожаловать!
welcome-bonus = 🎁 К первой покупке вы получите в подарок { $volume } и { $days }.
button-plans = 🛒 Купить подписку
button-trial = 🆓 Попробовать бесплатно
button-gift = 🎁 Купить другу
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
    Проблемы с оплатой решают люди. Напишите в поддержку, что произошло, когда вы платили и сколько.

    Звёзды, которые не оплатили ни одного заказа, возвращаются сами.

## Free trial

trial-name = Пробный период
trial-off = Бесплатного пробного периода сейчас нет.
trial-not-new = Пробный период — для новичков, а вы уже наш клиент. Спасибо, что вы с нами!

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
button-pay-telegram-stars = Telegram Stars · { $amount }
button-pay-recurring-stars = 🔁 Автопродление · { $amount } каждые 30 дней
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
code-wait = Слишком много неверных промокодов. Попробуйте снова через { $minutes }.
code-applied = 🏷 Промокод <code>{ $code }</code> применён: вот ваши цены с ним.
code-used-up = Этот промокод закончился.
code-used-by-you = Вы уже использовали этот промокод. Если с ним открыт ваш заказ, он — в «Моих подписках».

## Before buying

gate-maintenance = 🛠 Ненадолго приостановили продажи: обновляем магазин. Ваши подписки работают; загляните, пожалуйста, чуть позже.
gate-invite-only = 🔒 Магазин открыт только по приглашениям. Попросите ссылку-приглашение у знакомого, который уже с нами.
gate-terms = 📜 Перед покупкой прочитайте, пожалуйста, правила и примите их.
gate-channels = 📢 Перед покупкой подпишитесь, пожалуйста, на каналы ниже и нажмите «Я подписался».
gate-not-joined = Вы ещё не подписались: { $channels }
button-read-terms = 📜 Прочитать правила
button-accept-terms = ✅ Принимаю
button-join = 📢 { $channel }
button-joined = ✅ Я подписался
too-many-open = ✋ У вас уже несколько открытых заказов. Оплатите или отмените один из них, и можно будет оформить новый.
slow-down = 🐢 Чуть медленнее! Подождите немного и продолжайте.

## Orders

# What a payment brings: the last sentence of the texts that ask for one or wait for one.
next-purchase = Как только оплата подтвердится, ссылка придёт сюда сама.
next-extension = Как только оплата подтвердится, всё добавится к вашей подписке, и я напишу здесь.
next-gift = Как только оплата подтвердится, сюда придёт ссылка на подарок.
order-stars =
    🧾 <b>{ $plan }</b>

    К оплате: <b>{ $amount }</b>
    Оплатить до { $until }.

    Нажмите кнопку и подтвердите в Telegram. { $next }
order-recurring-stars =
    🧾 <b>{ $plan }</b>

    К оплате: <b>{ $amount }</b> сейчас и столько же каждые 30 дней, пока вы не отмените.
    Открыт до { $until }.

    Нажмите кнопку, подтвердите в Telegram — и ссылка придёт сама. Отменить можно в любой момент здесь или в настройках Telegram.
order-page =
    🧾 <b>{ $plan }</b>

    К оплате: <b>{ $amount }</b>
    Оплатить до { $until }.

    Оплатите на странице по кнопке. { $next }
order-card =
    🧾 <b>{ $plan }</b>

    Переведите <b>ровно { $amount }</b> на эту карту:

    💳 <code>{ $card }</code>
    👤 { $holder }

    Затем <b>пришлите сюда фото чека</b>. Последние цифры суммы отличают ваш перевод от чужих, поэтому не округляйте её.
    Оплатить до { $until }.
order-under-review =
    🧾 <b>{ $plan }</b>

    ⏳ Ваш чек проверяют; больше ничего делать не нужно. { $next }
order-paid =
    ✅ <b>{ $plan }</b> — оплачено.

    Ссылка готовится и придёт сюда сама.
order-provisioned = ✅ <b>{ $plan }</b> — оплачено и выдано. Подписка — в «Моих подписках».
# What cost nothing: a trial, a present, a code of 100 %.
order-given-preparing =
    🎁 <b>{ $plan }</b> уже у вас.

    Ссылка готовится и придёт сюда сама.
order-given = 🎁 <b>{ $plan }</b> уже у вас. Подписка — в «Моих подписках».
order-expired = ⌛️ Заказ <b>{ $plan }</b> закрыт без оплаты. Если вы оплатили вовремя, деньги не пропадут. { $next }
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
payment-kept =
    ⚠️ Пришёл платёж на <b>{ $amount }</b>, который не подходит ни к одному открытому заказу.

    Наша команда разберётся: вы получите заказанное, скидку на эту сумму или деньги обратно — напишем сюда.
payment-kept-amount =
    ⚠️ Пришло <b>{ $amount }</b> — это не сумма вашего заказа.

    Наша команда разберётся: вы получите заказанное, скидку на эту сумму или деньги обратно — напишем сюда.
payment-kept-twice =
    ⚠️ Пришёл второй платёж на <b>{ $amount }</b> за заказ, который уже оплачен.

    Наша команда разберётся: вы получите заказанное, скидку на эту сумму или деньги обратно — напишем сюда.
payment-kept-ended =
    ⚠️ Пришёл платёж на <b>{ $amount }</b> за заказ, который уже закрыт.

    Наша команда разберётся: вы получите заказанное, скидку на эту сумму или деньги обратно — напишем сюда.
payment-sent-back = ↩️ Вам возвращено <b>{ $amount }</b>.
paid-preparing =
    ✅ Оплата за <b>{ $plan }</b> получена.

    Подготовка займёт чуть больше времени, чем обычно. Ссылка придёт сюда сама.
given-preparing = ⏳ <b>{ $plan }</b>: всё оформлено. Подготовка займёт чуть больше времени, чем обычно; ссылка придёт сюда сама.
delivered =
    ✅ <b>{ $plan }</b>
    📦 { $volume } · ⏳ { $days }

    Нажмите кнопку своего приложения, отсканируйте код или скопируйте ссылку:

## Receipts

receipt-received = 📨 Спасибо! Чек за <b>{ $plan }</b> ({ $amount }) проверяют. { $next }
receipt-already = Ваш чек уже проверяют. Мы напишем здесь.
receipt-nothing-due = Ни один ваш заказ не ждёт чека. Если вы только что перевели деньги, напишите нам.
receipt-unreadable = Пришлите чек фотографией или файлом JPEG, PNG или PDF не больше 10 МБ.
receipt-rejected =
    ❌ Чек за <b>{ $plan }</b> не принят: { $reason }

    Можно прислать другой чек или заплатить иначе.
receipt-short =
    ⚠️ За <b>{ $plan }</b> пришло { $arrived } из { $due }: не хватает { $missing }.

    То, что пришло, не пропадёт: напишите нам через /support или оплатите весь заказ другим способом.
reason-not-arrived = деньги не пришли
reason-other-amount = пришла другая сумма
reason-unreadable = чек не читается

## Subscriptions

subscriptions-title = 🔑 <b>Мои подписки</b>
open-order = 🧾 Открытый заказ: { $plan }
button-older = Ранее ›
subscription-title = <b>{ $plan }</b>
order-ended-by-you = Заказ <b>{ $plan }</b> отменён. Если вы уже оплатили, деньги не пропадут. { $next }
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
subscription-renews = 🔁 продлевается сама за Stars каждые 30 дней, если вы не отменили её в настройках Telegram
subscription-renews-no-more = 🔁 больше не продлевается сама
button-stop-renewing = 🔁 Отключить автопродление
button-go-on-renewing = 🔁 Включить автопродление
renewing-stopped = ✅ Stars больше не спишутся. Оплаченное остаётся вашим.
renewing-goes-on = ✅ Подписка снова продлевается сама. Если вы отменили её в настройках Telegram, включите и там.
renewing-refused = Telegram не меняет это: период закончился или подписка отменена в настройках Telegram. Посмотрите там, в разделе «Мои звёзды».
renewing-unknown = Telegram сейчас не отвечает. Попробуйте ещё раз через минуту.
button-refresh = 🔄 Обновить
subscription-disabled = Её отключила наша команда. Если не знаете почему, напишите нам.
subscription-unknown-here = Такой подписки не нахожу. Вот меню.
subscription-button = { $dot } { $number } · { $name }
looked-at = 🔄 по состоянию на { $at }
button-renew = ♻️ Продлить
button-connect = 📲 Как подключиться
button-qr = 🔳 QR-код
button-configs = 🧩 Отдельные конфиги
button-new-link = 🔗 Новая ссылка
button-rename = ✏️ Переименовать
button-show-subscription = 🔑 Показать подписку
qr-caption = 🔳 <b>{ $plan }</b>: отсканируйте в приложении на другом устройстве.
prize-name = Подарок за приглашение
welcome-name = Приветственный подарок
grant-name = Подарок от нашей команды
# Above what is delivered.
because-prize = 🎁 Друг, которого вы пригласили, сделал первую покупку. Вот ваш подарок:
because-welcome = 🎁 Спасибо за первую покупку! Вот ваш приветственный подарок:
because-grant = 🎁 Подарок от нашей команды:

## A subscription's new link

link-ask =
    🔗 <b>Новая ссылка для { $plan }?</b>

    Старая ссылка и все устройства с ней перестанут работать. Срок и трафик останутся как есть. Новую ссылку нужно будет добавить в приложение.
button-new-link-yes = Да, новая ссылка
link-is-new = ✅ Вот новая ссылка. Старая больше не работает.
link-replaced = 🔗 Новая ссылка для <b>{ $plan }</b>. Старая больше не работает: добавьте эту в приложение.
link-coming = ⏳ Новая ссылка уже в пути. Она придёт сюда сама.
link-no-account = Аккаунта на сервере больше нет, новую ссылку давать не к чему. Продление его вернёт.
link-account-deleted = Аккаунта <b>{ $plan }</b> на сервере больше нет, поэтому новой ссылки не будет. Продление его вернёт.

## What operators make of a subscription

changed-limits = 🛠 Наша команда изменила <b>{ $plan }</b>:
changed-off = ⏸ Наша команда отключила <b>{ $plan }</b>. Есть вопросы? Напишите нам через /support.
changed-on = ▶️ <b>{ $plan }</b> снова работает.

## A subscription's name

label-ask =
    ✏️ Как назвать <b>{ $plan }</b>? Пришлите название не длиннее { $limit } символов.

    Например: «Мамин телефон».
label-empty = Не вижу здесь названия.
label-too-long = Слишком длинно: не больше { $limit } символов, пожалуйста.
label-not-one-line = Пришлите название одной строкой, пожалуйста.
label-set = ✅ Теперь подписка называется так.
label-removed = ✅ Подписка снова называется как тариф.
button-unname = Убрать название

## Connecting

connect-title = 📲 <b>{ $plan }</b>: на каком устройстве подключаемся?
platform-android = Android
platform-ios = iPhone и iPad
platform-windows = Windows
platform-macos = macOS
platform-linux = Linux
connect-phone =
    📲 <b>{ $platform }</b>

    1. Установите { $app }.
    2. Вернитесь сюда и нажмите «Добавить в { $app }». Если ничего не произошло, скопируйте ссылку и выберите в приложении «+» → «Добавить из буфера обмена».
    3. Включите соединение в приложении. Готово.

    Любое другое приложение ниже тоже подойдёт.
connect-computer =
    💻 <b>{ $platform }</b>

    1. Установите { $app }.
    2. Откройте этот чат на компьютере и нажмите «Добавить в { $app }». Если ничего не произошло, скопируйте ссылку и выберите в приложении «+» → «Добавить из буфера обмена».
    3. Включите соединение в приложении. Готово.
button-install = ⬇️ { $app }
button-import = ➕ Добавить в { $app }

## Single configs

configs-title =
    🧩 <b>{ $plan }</b>

    Нажмите на конфиг, чтобы скопировать. Если приложение принимает ссылку подписки, лучше она: она обновляется сама.
configs-page = Страница { $page } из { $pages }
configs-none = Отдельных конфигов сейчас нет. Воспользуйтесь ссылкой подписки.
configs-deleted = Аккаунта на сервере больше нет. Продление его вернёт.
configs-unknown = Сервер сейчас не отвечает. Попробуйте ещё раз через минуту.
configs-more = Есть и другие: все они в ссылке подписки.
config-name = { $number }. <b>{ $name }</b>
config-unnamed = Сервер { $number }
config-too-long = слишком длинный для сообщения; он есть в ссылке подписки
button-copy-config = 📋 { $name }
button-page-before = ‹ Назад
button-page-after = Далее ›

## Renewals and add-ons

extend-choose = 🔁 На каком тарифе продлить?
extend-choose-more = 🔁 На каком тарифе продлить? Или просто добавьте трафик или дни (➕).
extend-nothing = Сейчас для этой подписки ничего нет в продаже. Загляните, пожалуйста, позже.
extend-switched-off = Эту подписку отключила наша команда, поэтому продлить её здесь нельзя. Напишите в поддержку, разберёмся.
extend-not-useful = Это не подходит к вашей подписке в её нынешнем виде. Вот что подходит.
button-extend-own = 🔁 { $plan } — { $price }
button-add-on = ➕ { $plan } — { $price }
renewal-screen =
    🔁 <b>{ $subscription }</b>
    Продление: <b>{ $plan }</b>

    📦 { $volume }
    ⏳ { $days }
    💰 { $price }
add-on-screen =
    ➕ <b>{ $subscription }</b>
    Дополнение: <b>{ $plan }</b>

    📦 { $more }
    💰 { $price }
more = +{ $amount }
less-than-a-day = меньше дня
data-and-time = { $data } и { $time }
until = до { $at }
from-first-use = { $days } с первого подключения
forecast-kept = ✅ Остаток сохранится: { $left }.
forecast-given-up = ⚠️ Всё начнётся заново: остаток ({ $left }) сгорит.
forecast-anew = ℹ️ Этот аккаунт удалён на сервере. Он будет создан заново, с новой ссылкой.
forecast-after = ➡️ После этого: <b>{ $data }</b>, <b>{ $time }</b>
extended = ✅ К подписке <b>{ $subscription }</b> добавлено: { $plan }.
extended-data = 📦 Всего { $volume }
extended-unlimited = 📦 { $volume }
extended-time = ⏳ { $time }
extending-later =
    ⏳ <b>{ $plan }</b> скоро добавится к вашей подписке.

    Это займёт чуть больше времени, чем обычно; напишу здесь, как только будет готово. Ссылка останется прежней.
order-extending = ⏳ <b>{ $plan }</b> скоро добавится к вашей подписке. Напишу здесь, как только будет готово.
order-extended = ✅ К вашей подписке добавлено: <b>{ $plan }</b>.

## Reminders

reminder-days-left =
    { $count ->
        [one] ⏳ <b>{ $plan }</b>: остался { $days }.
       *[other] ⏳ <b>{ $plan }</b>: осталось { $days }.
    }
reminder-data = 📦 осталось { $left } из { $limit }
reminder-data-left = 📦 <b>{ $plan }</b>: осталось { $percent } % трафика — { $left } из { $limit }.
reminder-renew-hint = Продлите сейчас, и связь не прервётся. Ссылка останется прежней.
reminder-time-is-up = ⌛️ <b>{ $plan }</b>: срок подписки закончился.
reminder-used-up = 🔴 <b>{ $plan }</b>: трафик закончился.
reminder-ended-hint = Продлите, и та же ссылка сразу заработает снова.
win-back =
    👋 Подписка <b>{ $plan }</b> закончилась, и мы будем рады, если вы вернётесь.

    Ваша ссылка сохранена: продлите подписку, и она сразу заработает.
win-back-code = 🏷 Скидка для вас — { $off }: промокод <code>{ $code }</code>, действует один раз, до { $until }.
button-use-code = 🏷 Применить промокод

## Invitations

invite = 🎁 <b>Пригласите друзей</b>
invite-reward-present = За первую покупку каждого друга вы получаете { $volume } и { $days }: они добавятся к вашей последней подписке, а если её нет — придут новой.
invite-reward-code = За первую покупку каждого друга вы получаете промокод на { $percent } %.
invite-reward-none = Расскажите друзьям о быстром и приватном интернете.
invite-welcome = Друг тоже получит подарок к первой покупке: { $volume } и { $days }.
invite-link = Ваша ссылка:
invite-stats =
    Приглашено: { $total }
    Купили: { $active }
    Подарки в пути: { $pending }
    Подарков получено: { $granted }
button-share = 📤 Поделиться
share-text = Быстрый и приватный интернет прямо в Telegram:
reward-code =
    🎁 Друг, которого вы пригласили, сделал первую покупку. Вот ваш промокод:

    <code>{ $code }</code>

    −{ $percent } % на следующую покупку. Действует один раз, до { $until }.
button-copy-code = 📋 Скопировать промокод

## Presents for friends

gift-plans-title =
    🎁 <b>Подарок другу</b>

    Выберите тариф. После оплаты вы получите ссылку, которую можно переслать.
gift-off = Сейчас купить подарок нельзя.
gift-note = 🎁 В подарок: после оплаты вы получите ссылку, которую можно переслать. Она сработает один раз; можно открыть её и самому.
gift-ready =
    🎁 <b>{ $plan }</b>
    📦 { $volume } · ⏳ { $days }

    Подарок готов. Перешлите эту ссылку: подписку получит тот, кто откроет её первым. Она сработает один раз; можно открыть её и самому.
button-share-gift = 📤 Переслать
gift-share-text = Подарок для вас: быстрый и приватный интернет прямо в Telegram. Нажмите на ссылку, чтобы открыть:
order-gift-preparing =
    ✅ <b>{ $plan }</b> — оплачено.

    Ссылка на подарок придёт сюда сама.
order-gift = ✅ <b>{ $plan }</b> — оплачено. Ссылка на подарок — здесь, в чате.
order-gift-opened = 🎉 Ваш подарок <b>{ $plan }</b> открыт.
button-show-gift = 🎁 Показать ссылку
open-gift = 🎁 Подарить: { $plan }
gift-opened = 🎉 Ваш подарок <b>{ $plan }</b> только что открыли.
gift-yours = 🎁 Подарок для вас: <b>{ $plan }</b>! Ссылка — здесь, в чате; она есть и в «Моих подписках».
gift-taken = Этот подарок уже открыл кто-то другой: ссылка работает один раз.
gift-withdrawn = Этот подарок больше недоступен.
gift-unknown = Не знаю такого подарка. Откройте ссылку точно в том виде, в каком вы её получили.

## Support and money that fits no order

credit-received =
    🎟 Ваш платёж не подошёл ни к одному заказу, поэтому мы сохранили его для вас в виде промокода:

    <code>{ $code }</code>

    Он даёт скидку { $amount } на следующий заказ. Действует один раз и только для вас.
support-ask =
    💬 <b>Поддержка</b>

    Отправьте сообщение прямо сюда: текст, фото, файл или голосовое. Мы прочитаем и ответим в этом чате.
support-contact = Можно написать и @{ $username }.
support-sent = ✅ Передали в поддержку. Ответ придёт сюда; если есть что добавить, пишите.
support-not-sent = Такое сообщение передать нельзя. Пришлите текст, фото, файл или голосовое.
support-too-many = За последний час от вас много сообщений. Мы всё получили; продолжите, пожалуйста, чуть позже.
support-done = 👌 Готово. Ответ придёт сюда.
support-answer = 💬 <b>Ответ поддержки</b>
button-support = 💬 Написать в поддержку
button-support-answer = ✍️ Ответить
button-support-done = ✅ Готово
operator-letter =
    💬 <b>{ $customer }</b>{ $username } · { $language }
    <a href="{ $url }">{ $id }</a>
    Чтобы ответить, сделайте reply на сообщение.
operator-letter-undelivered = ⚠️ Не доставлено: клиент заблокировал бота.
operator-letter-failed = ⚠️ Не доставлено: такое сообщение передать нельзя.
operator-letter-not-allowed = ⚠️ Не доставлено: вы не оператор.

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
operator-receipt-card = 💳 на карту …{ $card }
operator-receipt-seen =
    ⚠️ <b>Эту картинку уже присылали</b>, по заказу
    <code>{ $order }</code>
button-approve = ✅ Принять
button-reject = ❌ Отклонить
button-other-amount = 🔢 Другая сумма
operator-amount-question =
    🔢 { $operator }, какая сумма пришла?
    Нужно было: <b>{ $amount }</b>
    Ответьте на это сообщение одним числом.
    <code>{ $question }</code>
operator-amount-unreadable = ⚠️ Не удалось прочитать сумму. Напишите только цифры, например 250000.
operator-amount-enough =
    💳 Пришло: <b>{ $arrived }</b>, нужно было: { $due }
    Этого достаточно: заказ будет оплачен и выдан.
operator-amount-short =
    💳 Пришло: <b>{ $arrived }</b>, нужно было: { $due }
    Не хватает <b>{ $missing }</b>: заказ останется неоплаченным, клиент узнает об этом, а деньги будут ждать вашего решения.
operator-amount-forgotten = Ничего не решено.
operator-short = ⚠️ Пришло { $arrived }, не хватает { $missing }
button-confirm-amount = ✅ Да, пришло { $amount }
button-forget-amount = Нет, не столько
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
operator-summary =
    📊 <b>{ $day }</b>
    💰 { $revenue }
    🧾 Заказов: { $orders }, оплачено: { $paid }, продлений: { $renewals }
    👥 Новых клиентов: { $customers }, по приглашению: { $invited }, пробных: { $trials }
operator-summary-worries = ⚠️ Возвратов: { $refunds }, платежей без заказа: { $unapplied }
operator-broadcast-done = 📣 Рассылка «{ $name }» завершена. Отправлено: { $sent }, заблокировали бота: { $blocked }, отклонено: { $failed }, неизвестно, дошло ли: { $unknown }.
operator-broadcast-refused = ⚠️ Рассылка «{ $name }» приостановлена: Telegram отклонил её для { $failed } клиентов и никому не доставил. Проверьте текст, картинку и кнопку.
operator-parked =
    ⚠️ Оплаченный заказ не удалось выдать, он ждёт вас.
    <code>{ $order }</code>
    { $reason }
operator-parked-refund =
    ⚠️ Деньги за заказ вернулись, но забрать выданное не удалось; нужна ваша помощь.
    <code>{ $order }</code>
    { $reason }
operator-parked-link =
    ⚠️ Не удалось выдать клиенту новую ссылку; нужна ваша помощь.
    <code>{ $order }</code>
    { $reason }
operator-parked-change =
    ⚠️ Не удалось изменить подписку так, как хотел оператор; нужна ваша помощь.
    <code>{ $order }</code>
    { $reason }
operator-paid =
    💰 <b>{ $amount }</b> · { $plan }
    👤 { $customer } · <code>{ $id }</code>
    <code>{ $order }</code>
operator-parked-duty =
    ⚠️ Не удалось выполнить то, что магазин должен, и это ждёт вас: { $duty }.
    { $reason }
duty-reward = награда за приглашение
duty-notify = сообщение клиенту
duty-poll = состояние платежа
duty-review = чек
duty-expire = завершение неоплаченного заказа
operator-not-parked = Это больше не ждёт.

operator-user =
    👤 <b>{ $name }</b>{ $username }
    <code>{ $id }</code>
    { $status } · с нами с { $joined } · пригласил: { $invited }
operator-user-banned = ⛔️ <b>Заблокирован</b> с { $at }
operator-user-subscriptions = 🔑 <b>Подписки</b>
operator-user-orders = 🧾 <b>Последние заказы</b>
operator-user-line = { $what } · { $state }
operator-found-nobody = Никого не нашлось.
operator-find-what = Напишите после команды, кого найти: ID клиента, номер заказа или имя аккаунта на панели.
operator-console = Открыть в консоли
operator-waits =
    🗂 <b>Что ждёт вас</b>
    🧾 Чеки: { $receipts }
    ⚠️ Отложено: { $parked }
    💸 Деньги без заказа: { $unapplied }
operator-retried = 🔁 Повторяет { $operator }
state-new = подписок не было
state-active = действует
state-expired = истёк срок
state-disabled = отключено
state-awaiting_payment = ждёт оплаты
state-paid = оплачен
state-provisioned = выдан
state-canceled = отменён
state-refunded = деньги возвращены
button-ban = ⛔️ Заблокировать
button-unban = Снять блокировку
button-confirm-ban = ⛔️ Да, заблокировать
button-confirm-unban = Да, снять
button-retry = 🔁 Повторить

## The page that opens an app

open-title = Открываем { $app }
open-body = Если ничего не происходит, нажмите кнопку. Приложение должно быть установлено.
open-button = Открыть в { $app }
open-gone = Ссылка устарела. Возьмите новую у бота: «Мои подписки».

## The page after a payment

return-title = Оплата
return-paid = ✅ Оплата поступила. Ваша покупка ждёт вас в чате.
return-trace = Номер платежа: { $number }
return-not-paid = Оплаты не было. Вернитесь в чат, чтобы попробовать ещё раз или оплатить по-другому.
return-review = Оплата поступила, но не подходит ни к одному открытому заказу. Мы разбираемся; если не напишем сами, напишите нам.
return-unknown = Этот адрес нам не известен. Если вы только что заплатили, вернитесь в чат и нажмите «Я оплатил».
return-trouble = Сейчас не удалось проверить оплату. Ничего не пропало: попробуйте ещё раз или вернитесь в чат и нажмите «Я оплатил».
return-again = Попробовать ещё раз
return-button = Вернуться в чат

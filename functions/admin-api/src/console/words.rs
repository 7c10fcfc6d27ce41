//! The console's words, in English and Persian. They are typed, so that none can be missing.

use std::borrow::Cow;

use domain::Language;

macro_rules! words {
    ($($word:ident: $english:literal, $persian:literal;)+) => {
        /// A word or a sentence of the console.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum W {
            $($word),+
        }

        impl W {
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$word),+];

            pub const fn text(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$word, Language::Persian) => $persian, (Self::$word, _) => $english,)+
                }
            }
        }
    };
}

words! {
    Console: "Console", "میز کار";
    Dashboard: "Dashboard", "پیشخوان";
    Shop: "Shop", "فروشگاه";
    Offer: "On offer", "عرضه";
    Running: "Running", "گرداندن";
    Orders: "Orders", "سفارش‌ها";
    Order: "Order", "سفارش";
    Receipts: "Receipts", "رسیدها";
    Payments: "Payments", "پرداخت‌ها";
    Payment: "Payment", "پرداخت";
    Unapplied: "Unapplied payments", "پرداخت‌های بی‌سفارش";
    Users: "Users", "کاربران";
    User: "User", "کاربر";
    Products: "Products", "محصول‌ها";
    Product: "Product", "محصول";
    Codes: "Discount codes", "کدهای تخفیف";
    Code: "Code", "کد";
    Duties: "Duties", "تعهدها";
    Duty: "Duty", "تعهد";
    Report: "Report", "گزارش";
    Audit: "Audit log", "سابقهٔ کارها";
    Settings: "Settings", "تنظیمات";
    Broadcasts: "Broadcasts", "پیام‌های همگانی";
    Broadcast: "Broadcast", "پیام همگانی";
    NewBroadcast: "New broadcast", "پیام همگانی تازه";
    EditBroadcast: "Edit the broadcast", "ویرایش پیام همگانی";
    BroadcastNameHint: "For operators; customers do not see it.", "برای اپراتورهاست؛ مشتری آن را نمی‌بیند.";
    TextFa: "Text in Persian", "متن فارسی";
    TextEn: "Text in English", "متن انگلیسی";
    TextRu: "Text in Russian", "متن روسی";
    TextHint: "Telegram’s HTML: <b>, <i>, <a href=\"…\">. One language is enough: whoever speaks another gets the first there is.", "HTML تلگرام: <b>، <i>، <a href=\"…\">. یک زبان بس است؛ دیگران همان نخستین متن را می‌گیرند.";
    Picture: "Picture", "تصویر";
    PictureHint: "An https address, or Telegram’s file_id. With a picture a text has at most 1024 characters.", "نشانی https یا file_id تلگرام. با تصویر، متن دست‌بالا ۱۰۲۴ نویسه است.";
    Audience: "Audience", "گیرندگان";
    AudiencePlanHint: "Of the audience “one plan”.", "برای گیرندگان «یک طرح».";
    Button: "Button", "دکمه";
    ButtonText: "What it says", "نوشتهٔ دکمه";
    ButtonUrl: "Where it leads (https)", "پیوند دکمه (https)";
    StartAt: "Begins", "آغاز";
    Sent: "Sent", "فرستاده‌شده";
    BlockedBot: "Blocked the bot", "ربات را بسته‌اند";
    RefusedByTelegram: "Refused by Telegram", "تلگرام نپذیرفت";
    NotKnown: "Not known to have arrived", "رسیدنش معلوم نیست";
    Progress: "Progress", "پیشرفت";
    Words: "Text", "متن";
    Start: "Send now", "فرستادن همین حالا";
    StartHint: "It goes to everybody of its audience who has joined by now. Look at a preview first.", "برای همهٔ گیرندگانی که تا این لحظه پیوسته‌اند فرستاده می‌شود. نخست پیش‌نمایش را ببینید.";
    Schedule: "Schedule", "زمان‌بندی";
    ScheduleHint: "By the shop’s clock.", "به ساعت فروشگاه.";
    Preview: "Preview to the operators", "پیش‌نمایش برای اپراتورها";
    Pause: "Pause", "درنگ";
    Resume: "Go on", "از سرگیری";
    CancelBroadcast: "Cancel", "لغو";
    CancelBroadcastHint: "For good. What was sent stays sent.", "برای همیشه. آنچه فرستاده شده می‌ماند.";
    SelfTest: "Self-test", "خودآزمایی";
    SelfTestHint: "Everything that the shop needs was looked at just now. Nothing was changed.", "همهٔ آنچه فروشگاه لازم دارد همین حالا بررسی شد. چیزی تغییر نکرد.";
    Part: "Part", "بخش";
    Seen: "What was seen, and what to do", "آنچه دیده شد و چاره‌اش";
    Tokens: "Tokens", "توکن‌ها";
    Token: "Token", "توکن";
    Subscriptions: "Subscriptions", "اشتراک‌ها";
    Subscription: "Subscription", "اشتراک";
    Referrals: "Referrals", "دعوت‌ها";

    SignIn: "Sign in", "ورود";
    SignInHint: "The deployer’s token, or one that an owner made for you. It is exchanged for a session of twelve hours.", "توکن راه‌انداز فروشگاه، یا توکنی که مالک برایتان ساخته است. با آن دوازده ساعت وارد می‌مانید.";
    SignInRefused: "This token does not work.", "این توکن پذیرفته نشد.";
    SignOut: "Sign out", "خروج";
    Skip: "To the content", "رفتن به محتوا";
    Menu: "Menu", "فهرست";
    SearchAll: "Order, user id, reference …", "سفارش، شناسهٔ کاربر، مرجع …";
    LanguageWord: "Language", "زبان";
    Colours: "Colours", "رنگ‌ها";
    ThemeAuto: "Auto", "خودکار";
    ThemeLight: "Light", "روشن";
    ThemeDark: "Dark", "تیره";
    GoOn: "Go on", "ادامه";

    NotThere: "There is nothing here", "اینجا چیزی نیست";
    NotThereHint: "The address is wrong, or what stood here is gone.", "نشانی درست نیست، یا آنچه اینجا بود دیگر نیست.";
    Refused: "Not allowed", "مجاز نیست";
    ForbiddenHint: "Your token’s role does not allow this. An owner can make you another one.", "نقش توکن شما این اجازه را ندارد. مالک می‌تواند توکن دیگری برایتان بسازد.";
    OtherSite: "The form was sent from another site.", "این فرم از سایت دیگری فرستاده شده است.";
    StaleForm: "This form belongs to another session. Go back, load the page anew and try again.", "این فرم مال نشست دیگری است. برگردید، صفحه را تازه کنید و دوباره بکوشید.";
    NotNow: "Not available now", "الان در دسترس نیست";
    NotNowHint: "A part of the shop does not answer. Try again in a moment: nothing is done twice.", "بخشی از فروشگاه پاسخ نمی‌دهد. کمی بعد دوباره بکوشید؛ هیچ کاری دو بار انجام نمی‌شود.";
    WentWrong: "That did not work", "نشد";
    WentWrongHint: "What was asked for could not be shown.", "آنچه خواستید نشان داده نشد.";
    ToDashboard: "To the dashboard", "به پیشخوان";
    NotValid: "Something is not right yet: see below.", "هنوز چیزی درست نیست؛ پایین را ببینید.";
    NotAValue: "this does not fit here", "این مقدار اینجا نمی‌گنجد";
    ChangedMeanwhile: "Somebody changed it since you opened this form. Open it anew and look at what stands now.", "از وقتی این فرم را باز کردید کسی آن را تغییر داده است. دوباره بازش کنید و ببینید حالا چیست.";

    Search: "Search", "جستجو";
    SearchOrders: "Order id, user id, panel name", "شناسهٔ سفارش یا کاربر، نام حساب";
    SearchPayments: "Payment id, reference, order, user", "شناسهٔ پرداخت، مرجع، سفارش، کاربر";
    SearchUsers: "User id, order id, status", "شناسهٔ کاربر یا سفارش، وضعیت";
    SearchCodes: "A code", "یک کد";
    Turn: "Order", "ترتیب";
    NewestFirst: "Newest first", "تازه‌ترین";
    OldestFirst: "Oldest first", "قدیمی‌ترین";
    All: "All", "همه";
    Filter: "Filter", "اعمال";
    Clear: "Clear", "پاک کردن";
    From: "From", "از";
    To: "To", "تا";
    NothingHere: "Nothing here.", "چیزی نیست.";
    NothingToDo: "Nothing to do.", "کاری نمانده است.";
    RowsHere: "on this page", "ردیف در این صفحه";
    PagesWord: "Pages", "صفحه‌ها";
    FirstPage: "First page", "صفحهٔ اول";
    NextPage: "Next page", "صفحهٔ بعد";
    CsvGoesOn: "The list goes on at", "ادامهٔ فهرست در";
    AllOfThem: "All of them", "همهٔ آن‌ها";
    OrdersOfIt: "Its orders", "سفارش‌های آن";

    Status: "Status", "وضعیت";
    Amount: "Amount", "مبلغ";
    Method: "Method", "روش";
    Created: "Created", "ایجاد";
    Changed: "Changed", "تغییر";
    Arrived: "Arrived", "رسیده در";
    Name: "Name", "نام";
    Username: "Username", "نام کاربری";
    Id: "Id", "شناسه";
    KindWord: "Kind", "نوع";
    Price: "Price", "قیمت";
    OtherPrices: "Prices in other currencies", "قیمت به ارزهای دیگر";
    Currency: "Currency", "ارز";
    Data: "Data", "حجم";
    Days: "Days", "مدت";
    Position: "Position", "جایگاه";
    ForSale: "For sale", "در فروش";
    Active: "Active", "فعال";
    Trial: "Trial", "آزمایشی";
    Banned: "Banned", "مسدود";
    BannedAt: "Banned since", "مسدود از";
    InvitedBy: "Invited by", "دعوت‌کننده";
    Invited: "Invited", "دعوت‌شده";
    Joined: "Joined", "پیوسته در";
    Reachable: "Reachable", "در دسترس";
    FirstPaid: "First paid", "نخستین خرید";
    Invites: "Invited users", "دعوت‌شده‌ها";
    InvitesPaid: "Of them bought", "از آن‌ها خریده‌اند";
    PrizesOwed: "Prizes owed", "جایزه‌های بدهکار";
    PrizeGiven: "Prize given", "جایزه داده شد";
    WrongCodes: "Wrong codes tried", "کدهای نادرست";
    TermsAccepted: "Terms accepted", "پذیرش قوانین";
    Account: "Account", "حساب";
    Link: "Link", "لینک";
    ShowLink: "Show the link", "نمایش لینک";
    RevokedAt: "Switched off", "خاموش‌شده در";
    Benefit: "Takes off", "تخفیف";
    Percent: "Percent", "درصد";
    PercentSign: "%", "٪";
    AmountOff: "Amount off", "مبلغ تخفیف";
    HeldBy: "Held by", "در دست";
    Uses: "Uses", "استفاده";
    LateUses: "Late uses", "استفاده‌های دیرهنگام";
    UseLimit: "Uses at most", "سقف استفاده";
    PerUser: "Per customer", "برای هر مشتری";
    ValidFrom: "Valid from", "معتبر از";
    ValidTo: "Valid to", "معتبر تا";
    ForUser: "For the user", "ویژهٔ کاربر";
    FirstOnly: "First purchase only", "فقط خرید اول";
    Minimum: "Smallest price", "کمترین قیمت";
    Limits: "For whom and what", "برای که و چه";
    Unlimited: "unlimited", "نامحدود";
    OwedBy: "Owed by", "بدهکار";
    Owes: "Owes", "تعهد";
    Tries: "Tries", "تلاش";
    DueAt: "Due", "موعد";
    Parked: "Parked", "مانده";
    Do: "Action", "کار";
    RoleWord: "Role", "نقش";
    Expires: "Expires", "انقضا";
    When: "When", "زمان";
    Who: "Who", "چه کسی";
    What: "What", "چه کاری";
    ToWhat: "To what", "روی چه";
    Activity: "Activity", "رویدادها";
    Details: "Details", "جزئیات";
    Difference: "Difference", "تفاوت";
    Version: "Version", "نسخه";
    History: "History", "سابقه";
    Yes: "yes", "بله";
    No: "no", "خیر";

    UserInformation: "User Information", "اطلاعات کاربر";
    PaymentInformation: "Payment Information", "اطلاعات پرداخت";
    OrderDetails: "Order Details", "جزئیات سفارش";
    AdditionalInformation: "Additional Information", "اطلاعات بیشتر";
    Discount: "Discount", "تخفیف";
    Total: "Total", "جمع";
    Gift: "Gift", "هدیه";
    PayableUntil: "Payable until", "مهلت پرداخت";
    PaidAt: "Paid", "پرداخت در";
    ProvisionedAt: "Account made", "ساخت حساب";
    DeliveredAt: "Delivered", "تحویل";
    EndedAt: "Ended", "پایان";
    Reference: "Reference", "مرجع";
    Payer: "Payer", "پرداخت‌کننده";
    ApprovedBy: "Approved by", "تأییدکننده";
    CreditCode: "Became the code", "تبدیل به کد";
    NoOrder: "It belongs to no order.", "به هیچ سفارشی تعلق ندارد.";
    Extends: "Extends", "تمدیدِ";
    Target: "Shall be", "باید بشود";
    Attempts: "Tries to pay", "تلاش‌های پرداخت";
    Receipt: "receipt", "رسید";
    ReceiptToDecide: "A receipt waits for a decision", "رسیدی منتظر تصمیم است";
    MustArrive: "Must arrive", "باید برسد";
    OnCard: "On the card", "به کارت";
    SentAt: "Sent", "ارسال";
    SeenBefore: "The same file was sent before, for", "همین فایل پیش‌تر فرستاده شده، برای";
    PictureInChat: "The picture itself is in the operators’ chat. Compare it with your bank before you approve.", "خود تصویر در گفتگوی اپراتورهاست. پیش از تأیید با حساب بانکی بسنجید.";
    ParkedHere: "Something could not be done:", "کاری انجام نشد:";
    UnappliedHere: "This money pays no order. Say what becomes of it.", "این پول هیچ سفارشی را نمی‌پردازد. بگویید با آن چه شود.";

    Approve: "Approve", "تأیید";
    ApproveHint: "All of the money arrived: the order is paid, the account is made and sent.", "همهٔ پول رسیده است: سفارش پرداخت‌شده می‌شود، حساب ساخته و فرستاده می‌شود.";
    Reject: "Reject", "رد";
    RejectHint: "The customer is told why, and may send another receipt.", "به مشتری گفته می‌شود چرا، و می‌تواند رسید دیگری بفرستد.";
    Reason: "Reason", "دلیل";
    OwnWords: "or in your own words", "یا به زبان خودتان";
    CancelOrder: "Cancel the order", "لغو سفارش";
    CancelHint: "It can be paid no more, and its discount is given back.", "دیگر پرداخت نمی‌شود و تخفیفش آزاد می‌شود.";
    Refund: "Refund", "بازپرداخت";
    RefundOrderHint: "The money goes back through the gateway where it can. Then what the order gave is taken back.", "پول از همان درگاه برمی‌گردد، اگر بتواند. سپس آنچه سفارش داده بود پس گرفته می‌شود.";
    RefundPaymentHint: "The money goes back through the gateway where it can.", "پول از همان درگاه برمی‌گردد، اگر بتواند.";
    ByHand: "Somebody has sent it back by hand", "کسی آن را دستی برگردانده است";
    ByHandHint: "At the gateway or at the bank. Without the tick the shop sends it back itself.", "در درگاه یا بانک. بدون این تیک، خود فروشگاه برمی‌گرداند.";
    Ban: "Ban", "مسدود کردن";
    BanHint: "He can order nothing any more. What is paid is delivered all the same.", "دیگر نمی‌تواند سفارش دهد. آنچه پرداخت شده، با این حال تحویل می‌شود.";
    Unban: "Lift the ban", "رفع مسدودی";
    Apply: "Pay an order with it", "پرداخت یک سفارش با آن";
    ApplyHint: "The order is delivered although amount, payer or time did not fit.", "سفارش تحویل می‌شود، هرچند مبلغ، پرداخت‌کننده یا زمان جور نبود.";
    Credit: "Turn into a code", "تبدیل به کد";
    CreditHint: "A discount code that works once, for its payer alone, who is told.", "کد تخفیفی که یک بار و تنها برای پرداخت‌کننده کار می‌کند و به او گفته می‌شود.";
    CreditAmountHint: "Empty: the payment’s amount, where it is of the base currency.", "خالی: مبلغ همان پرداخت، اگر به ارز پایه باشد.";
    CreditUserHint: "Empty: who paid.", "خالی: همان پرداخت‌کننده.";
    WriteOff: "Write off", "کنار گذاشتن";
    WriteOffHint: "Nothing comes of this money. The reason is kept in the history.", "با این پول کاری نمی‌شود. دلیل در سابقه می‌ماند.";
    Correct: "Another amount", "مبلغ دیگر";
    CorrectHint: "What really arrived. Where it is less than what was asked for, the order is not paid: the money waits as an unapplied payment, and the customer is told what is missing.", "آنچه واقعاً رسیده است. اگر کمتر از خواسته باشد، سفارش پرداخت نمی‌شود: پول بی‌سفارش می‌ماند و به مشتری گفته می‌شود چه کم است.";
    ArrivedAmount: "What arrived", "آنچه رسید";
    Settle: "Settle by hand", "تسویهٔ دستی";
    SettleHint: "Its money is known to have arrived although no gateway has told of it. The order is paid, the account is made and sent.", "معلوم است که پولش رسیده، هرچند هیچ درگاهی خبر نداده است. سفارش پرداخت‌شده می‌شود، حساب ساخته و فرستاده می‌شود.";
    ReferenceHint: "The gateway’s or the bank’s own name for the payment.", "نامی که درگاه یا بانک به این پرداخت داده است.";
    SettleReasonHint: "How it is known; kept in the history.", "از کجا معلوم است؛ در سابقه می‌ماند.";
    AllPayments: "All payments of it", "همهٔ پرداخت‌های آن";
    Grant: "Give a subscription", "دادن اشتراک";
    GrantHint: "An order of nothing to pay, delivered like any other.", "سفارشی رایگان که مانند هر سفارش دیگری تحویل می‌شود.";
    Adopt: "Adopt an account", "افزودن حساب موجود";
    AdoptHint: "An account that was on the panel before the shop becomes his, as it is. The panel is only read.", "حسابی که پیش از فروشگاه در پنل بوده، همان‌طور که هست مال او می‌شود. پنل فقط خوانده می‌شود.";
    ProductOrLimits: "A plan, or data and days below.", "یک پلن، یا حجم و مدت در پایین.";
    GrantLimitHint: "A number, or - for unlimited.", "یک عدد، یا - برای نامحدود.";
    ExtendLimitHint: "Empty: none.", "خالی: هیچ.";
    AttachReferral: "Say who invited", "ثبت دعوت‌کننده";
    AttachHint: "For one whom nobody invited as far as the shop knows. Whoever was said first stays.", "برای کسی که تا جایی که فروشگاه می‌داند کسی دعوتش نکرده است. هر که اول گفته شود می‌ماند.";
    Force: "Although he has bought", "هرچند خریده است";
    ForceHint: "He counts as invited; no prize is owed for what he bought.", "دعوت‌شده به شمار می‌آید؛ برای آنچه خریده جایزه‌ای بدهکار نیست.";
    Extend: "Extend", "تمدید";
    ExtendHint: "More data or days for the account that there is; the customer is told.", "حجم یا روز بیشتر برای همین حساب؛ به مشتری گفته می‌شود.";
    ChangeLimits: "Change the limits", "تغییر سقف‌ها";
    ChangeHint: "Absolute limits, as the panel shall hold them.", "سقف‌های مطلق، چنان‌که پنل باید نگه دارد.";
    ChangeLimitHint: "In all, used ones included. - for unlimited; empty: as it is.", "روی هم، با مصرف‌شده‌ها. - برای نامحدود؛ خالی: همان که هست.";
    ChangeExpiryHint: "Empty: as it is.", "خالی: همان که هست.";
    Disable: "Switch off", "خاموش کردن";
    DisableHint: "The account works no more until somebody switches it on again.", "حساب تا روشن کردن دوباره کار نمی‌کند.";
    Enable: "Switch on", "روشن کردن";
    RevokeLink: "Another link", "لینک دیگر";
    RevokeLinkHint: "The old link works no more. The customer is sent the new one.", "لینک قبلی دیگر کار نمی‌کند. لینک تازه برای مشتری فرستاده می‌شود.";
    OnThePanel: "On the panel now", "اکنون در پنل";
    Used: "Used", "مصرف";
    OnlineAt: "Last used", "آخرین استفاده";
    FedBy: "Orders that feed it", "سفارش‌های آن";
    Batch: "Many codes", "کدهای دسته‌ای";
    HowMany: "How many", "چند تا";
    Prefix: "They begin with", "آغاز نامشان";
    PrefixHint: "At most 10 of A–Z, 0–9, _ and -. Ten random characters follow.", "حداکثر ۱۰ نویسه از A–Z و 0–9 و _ و -. ده نویسهٔ تصادفی در پی می‌آید.";
    Retry: "Try again", "دوباره";
    Edit: "Edit", "ویرایش";
    Create: "Create", "ساختن";
    Save: "Save", "ذخیره";
    Back: "Back", "بازگشت";
    Archive: "Archive", "بایگانی";
    ArchiveProductHint: "It is not for sale any more. What was ordered stays as it is.", "دیگر فروخته نمی‌شود. آنچه سفارش شده سر جایش می‌ماند.";
    ArchiveCodeHint: "It works no more. Orders that hold a use of it keep it.", "دیگر کار نمی‌کند. سفارش‌هایی که از آن استفاده کرده‌اند نگهش می‌دارند.";
    Unarchive: "Bring back", "بازگرداندن";
    NewProduct: "New product", "محصول تازه";
    EditProduct: "Edit the product", "ویرایش محصول";
    KindHint: "It stays for ever.", "برای همیشه می‌ماند.";
    ProductIdHint: "1 to 16 of a–z, 0–9 and -. Empty: made up.", "۱ تا ۱۶ نویسه از a–z و 0–9 و -. خالی: ساخته می‌شود.";
    EmptyUnlimited: "Empty: unlimited.", "خالی: نامحدود.";
    EmptyForEver: "Empty: never expires.", "خالی: بی‌انقضا.";
    EmptyNone: "Empty: none.", "خالی: هیچ.";
    RenewalPolicy: "A renewal", "تمدید";
    RenewalHint: "What it does with what is left.", "با مانده چه می‌کند.";
    PositionHint: "Smaller comes first.", "کوچک‌تر جلوتر است.";
    NewCode: "New code", "کد تازه";
    EditCode: "Edit the code", "ویرایش کد";
    CodeHint: "3 to 20 of A–Z, 0–9, _ and -. Empty: made up.", "۳ تا ۲۰ نویسه از A–Z و 0–9 و _ و -. خالی: ساخته می‌شود.";
    PercentHint: "Either a percentage or an amount.", "یا درصد یا مبلغ.";
    AmountOffHint: "Instead of a percentage.", "به جای درصد.";
    ProductsHint: "Ids, with commas between them. Empty: all.", "شناسه‌ها، با ویرگول میانشان. خالی: همه.";
    ForUserHint: "The one customer for whom it works. It stays for ever.", "تنها مشتری‌ای که کد برایش کار می‌کند. برای همیشه می‌ماند.";
    NewToken: "New token", "توکن تازه";
    TokenNameHint: "For people: who uses it, and for what.", "برای آدم‌ها: چه کسی و برای چه.";
    RoleHint: "A viewer reads; an operator runs the shop; an owner also changes settings and tokens.", "بیننده می‌خواند؛ اپراتور فروشگاه را می‌گرداند؛ مالک تنظیمات و توکن‌ها را هم تغییر می‌دهد.";
    ExpiresHint: "Empty: never.", "خالی: هرگز.";
    Revoke: "Revoke", "باطل کردن";
    RevokeHint: "For ever, at once. Who is signed in with it is signed out.", "برای همیشه و بی‌درنگ. هر که با آن وارد شده، بیرون می‌رود.";
    SaidOnce: "Copy it now: it is shown this once.", "همین حالا کپی کنید؛ فقط همین یک بار نشان داده می‌شود.";
    SaidBefore: "It was made, and shown before. Make another one if you lost it.", "ساخته شده و پیش‌تر نشان داده شده است. اگر گمش کرده‌اید یکی دیگر بسازید.";
    Recount: "Count a day anew", "شمارش دوبارهٔ یک روز";
    RecountHint: "The jobs do it within minutes, from the beginning.", "در چند دقیقه و از ابتدا انجام می‌شود.";
    Day: "Day", "روز";
    DayHint: "For example 2026-11-22.", "نمونه: 2026-11-22.";

    ReceiptsToDecide: "Receipts to decide", "رسیدهای منتظر تصمیم";
    ParkedDuties: "Parked duties", "تعهدهای مانده";
    Today: "Today", "امروز";
    SevenDays: "7 days", "۷ روز";
    ThirtyDays: "30 days", "۳۰ روز";
    Revenue: "Revenue", "درآمد";
    PaidOrders: "Paid orders", "سفارش پرداخت‌شده";
    OrdersPlaced: "Orders", "سفارش";
    Conversion: "Conversion", "نرخ پرداخت";
    NewCustomers: "New customers", "مشتری تازه";
    Trials: "Trials", "آزمایشی";
    Renewals: "Renewals", "تمدید";
    Refunds: "Refunds", "بازپرداخت";
    RevenueByDay: "Revenue by day", "درآمد روزانه";
    OrdersByDay: "Orders by day", "سفارش روزانه";
    ByProduct: "Sold by product", "فروش هر محصول";
    ByMethod: "Paid by method", "پرداخت با هر روش";
    Most: "peak", "بیشینه";
    Sum: "Sum", "جمع";

    Selling: "Selling", "فروش";
    Maintenance: "Maintenance", "تعمیرات";
    MaintenanceHint: "Nothing is sold. What is paid is delivered all the same.", "چیزی فروخته نمی‌شود. آنچه پرداخت شده، تحویل می‌شود.";
    InviteOnly: "By invitation only", "فقط با دعوت";
    Gifts: "Gifts", "هدیه";
    RecurringStars: "Subscriptions in Stars", "اشتراک خودکار با استارز";
    RecurringHint: "Plans of 30 days that renew themselves.", "پلن‌های ۳۰روزه که خودشان تمدید می‌شوند.";
    OrderWindow: "An order can be paid for", "مهلت پرداخت سفارش";
    Minutes: "minutes", "دقیقه";
    MaxOpen: "Open orders per customer", "سفارش باز برای هر مشتری";
    TrialTitle: "Trial", "اشتراک آزمایشی";
    RewardTitle: "Prize of the inviter", "جایزهٔ دعوت‌کننده";
    RewardHint: "Data and days, or percent and days of a code. All empty: no prize.", "حجم و مدت، یا درصد و روزهای کد. همه خالی: بی‌جایزه.";
    WelcomeTitle: "Present for the invited", "هدیهٔ دعوت‌شده";
    CodeDays: "The code works for", "اعتبار کد";
    RemindersTitle: "Reminders", "یادآوری‌ها";
    DaysLeft: "At days left", "در روزهای مانده";
    DataLeft: "At percent of data left", "در درصد حجم مانده";
    CommaHint: "Numbers, with commas between them. Empty: never.", "عددها، با ویرگول میانشان. خالی: هرگز.";
    TellEnded: "Tell when it ended", "خبر پایان";
    WinBackDays: "An offer to come back after", "پیشنهاد بازگشت پس از";
    SupportTitle: "Support and entry", "پشتیبانی و ورود";
    SupportUsername: "Support username", "نام کاربری پشتیبانی";
    SupportUsernameHint: "Without @. Empty: nobody.", "بدون @. خالی: هیچ‌کس.";
    SupportRelay: "Letters through the bot", "نامه از راه ربات";
    Channels: "Required channels", "کانال‌های لازم";
    ChannelsHint: "One a line: @name | title | https://t.me/name", "هر خط یکی: @name | عنوان | https://t.me/name";
    TermsOfUse: "Terms of use (address)", "نشانی قوانین";
    MoneyTitle: "Money", "پول";
    Cards: "Cards", "کارت‌ها";
    CardsHint: "One a line: number | holder", "هر خط یکی: شماره | نام دارنده";
    GatewayLimits: "Limits of gateways", "سقف و کف درگاه‌ها";
    GatewayLimitsHint: "JSON, as the API has it: {\"card\": {\"minimum\": {\"amount\": \"50000\", \"currency\": \"IRT\"}}}", "به JSON، چنان‌که API می‌خواهد: {\"card\": {\"minimum\": {\"amount\": \"50000\", \"currency\": \"IRT\"}}}";
    ClockTitle: "Clock", "ساعت";
    UtcOffset: "The shop’s clock", "ساعت فروشگاه";
    UtcOffsetHint: "From -12:00 to +14:00, for example +03:30.", "از -12:00 تا +14:00، نمونه: +03:30.";
    ScopeWord: "Only these collections", "فقط این بخش‌ها";
    ScopeHint: "Such as orders, payments; empty: all that the role allows.", "مانند orders, payments؛ خالی: هر چه نقش اجازه می‌دهد.";
    DailySummary: "Daily summary to the operators", "خلاصهٔ روزانه برای اپراتورها";
    PaidOrderNotices: "A notice of each paid order to the operators", "خبر هر سفارش پرداخت‌شده برای اپراتورها";
    EditSettings: "Edit the settings", "ویرایش تنظیمات";
    OwnersOnly: "Only owners can change the settings.", "فقط مالک‌ها تنظیمات را تغییر می‌دهند.";
    Gb: "GB", "گیگابایت";
    Mb: "MB", "مگابایت";
    DaysUnit: "days", "روز";

    DoneApproved: "Approved. The order is on its way to the customer.", "تأیید شد. سفارش در راه مشتری است.";
    DoneRejected: "Rejected. The customer is told.", "رد شد. به مشتری گفته می‌شود.";
    DoneSaved: "Saved.", "ذخیره شد.";
    DoneCreated: "Made.", "ساخته شد.";
    DoneAny: "Done.", "انجام شد.";
    DoneRetried: "It will be tried again within a minute.", "تا یک دقیقهٔ دیگر دوباره تلاش می‌شود.";
    DoneRecounted: "The day will be counted anew.", "آن روز دوباره شمرده می‌شود.";
}

impl W {
    /// What is said after something was done; only what is known is ever said.
    pub fn said(done: &str) -> Option<Self> {
        Some(match done {
            "approved" => Self::DoneApproved,
            "rejected" => Self::DoneRejected,
            "saved" => Self::DoneSaved,
            "created" => Self::DoneCreated,
            "retried" => Self::DoneRetried,
            "done" => Self::DoneAny,
            "recounted" => Self::DoneRecounted,
            "canceled" | "refunded" | "banned" | "unbanned" | "archived" | "unarchived" | "applied" | "credited" | "written-off"
            | "revoked" => Self::DoneAny,
            _ => return None,
        })
    }
}

/// What travels as one word, by people's words; and what the API says most often of a field.
const NAMES: &[(&str, &str, &str)] = &[
    ("awaiting_payment", "awaiting payment", "در انتظار پرداخت"),
    ("paid", "paid", "پرداخت‌شده"),
    ("provisioned", "delivered", "تحویل‌شده"),
    ("delivered", "delivered", "تحویل‌شده"),
    ("expired", "expired", "منقضی"),
    ("canceled", "canceled", "لغوشده"),
    ("refunded", "refunded", "بازپرداخت‌شده"),
    ("under_review", "receipt waits", "رسید منتظر"),
    ("new", "new", "تازه"),
    ("active", "active", "فعال"),
    ("archived", "archived", "بایگانی"),
    ("banned", "banned", "مسدود"),
    ("did_joined", "joined", "پیوست"),
    ("did_ordered", "ordered", "سفارش داد"),
    ("did_trial", "took the trial", "دورهٔ آزمایشی گرفت"),
    ("did_receipt_sent", "sent a receipt", "رسید فرستاد"),
    ("did_paid", "paid", "پرداخت کرد"),
    ("did_money_unapplied", "money that pays no order", "پول بی‌سفارش"),
    ("did_provisioned", "account made", "حساب ساخته شد"),
    ("did_renewed", "renewed", "تمدید شد"),
    ("did_delivered", "delivered", "تحویل شد"),
    ("did_expired", "order expired", "سفارش منقضی شد"),
    ("did_canceled", "order canceled", "سفارش لغو شد"),
    ("did_refunded", "refunded", "بازپرداخت شد"),
    ("did_subscription_ended", "subscription ended", "اشتراک به پایان رسید"),
    ("did_subscription_disabled", "subscription switched off", "اشتراک خاموش شد"),
    ("did_subscription_revoked", "subscription taken back", "اشتراک پس گرفته شد"),
    ("did_link_changed", "got another link", "لینک تازه گرفت"),
    ("did_invited", "invited somebody", "کسی را دعوت کرد"),
    ("did_friend_paid", "an invited user paid", "دعوت‌شده پرداخت کرد"),
    ("did_prize_granted", "got a prize", "جایزه گرفت"),
    ("did_banned", "banned", "مسدود شد"),
    ("did_unbanned", "ban lifted", "رفع مسدودی شد"),
    ("did_operated", "an operator's act", "کار اپراتور"),
    ("did_code_refused", "code refused", "کد پذیرفته نشد"),
    ("did_reminded", "reminded", "یادآوری شد"),
    ("did_win_back_sent", "invited to come back", "دعوت به بازگشت شد"),
    ("did_blocked", "blocked the bot", "ربات را بست"),
    ("did_unblocked", "is back", "بازگشت"),
    ("did_charge_refused", "charge refused", "برداشت رد شد"),
    ("receipt_sent", "receipt sent", "رسید"),
    ("money_unapplied", "money without order", "پول بی‌سفارش"),
    ("renewed", "renewed", "تمدید"),
    ("subscription_ended", "subscription ended", "پایان اشتراک"),
    ("subscription_disabled", "switched off", "خاموشی اشتراک"),
    ("subscription_revoked", "taken back", "پس گرفتن اشتراک"),
    ("link_changed", "another link", "لینک تازه"),
    ("invited", "invited", "دعوت"),
    ("friend_paid", "invited user paid", "پرداخت دعوت‌شده"),
    ("prize_granted", "prize", "جایزه"),
    ("unbanned", "ban lifted", "رفع مسدودی"),
    ("operated", "operator's act", "کار اپراتور"),
    ("code_refused", "code refused", "رد کد"),
    ("reminded", "reminded", "یادآوری شده"),
    ("win_back_sent", "come-back offer", "دعوت به بازگشت"),
    ("blocked", "blocked the bot", "بستن ربات"),
    ("unblocked", "back again", "بازگشت"),
    ("charge_refused", "charge refused", "رد برداشت"),
    ("joined", "joined", "پیوستن"),
    ("ordered", "ordered", "سفارش"),
    ("trial", "trial", "آزمایشی"),
    ("not_found", "no such code", "چنین کدی نیست"),
    ("inactive", "switched off", "غیرفعال"),
    ("not_yet", "not valid yet", "هنوز معتبر نیست"),
    ("code_expired", "code expired", "مهلت کد گذشته"),
    ("other_product", "for another plan", "برای پلن دیگر"),
    ("below_minimum", "below the minimum", "کمتر از حداقل"),
    ("not_first_purchase", "not a first purchase", "خرید نخست نیست"),
    ("used_up", "used up", "تمام شده"),
    ("used_before", "used before", "پیش‌تر استفاده شده"),
    ("too_many_guesses", "too many wrong codes", "کدهای نادرست بسیار"),
    ("days_left", "days left", "روز مانده"),
    ("data_left", "percent of the data left", "درصد حجم مانده"),
    ("ended", "ended", "پایان یافت"),
    ("prize", "a prize", "جایزه"),
    ("welcome", "a welcome present", "هدیهٔ خوشامد"),
    ("unreachable", "blocked the bot", "ربات را بسته"),
    ("revoked", "switched off", "خاموش"),
    ("applied", "applied", "صرف سفارش"),
    ("unapplied", "unapplied", "بی‌سفارش"),
    ("credited", "credited", "کد شد"),
    ("written_off", "written off", "کنار گذاشته"),
    ("attached", "invited", "دعوت‌شده"),
    ("qualified", "bought", "خریده"),
    ("granted", "prize given", "جایزه داده شد"),
    ("parked", "parked", "مانده"),
    ("owed", "owed", "در کار"),
    ("running", "running", "در جریان"),
    ("rejected", "rejected", "ردشده"),
    ("true", "yes", "بله"),
    ("false", "no", "خیر"),
    ("viewer", "viewer", "بیننده"),
    ("operator", "operator", "اپراتور"),
    ("owner", "owner", "مالک"),
    ("plan", "plan", "پلن"),
    ("add_on", "add-on", "افزونه"),
    ("add", "adds to what is left", "به مانده می‌افزاید"),
    ("reset", "begins anew", "از نو آغاز می‌کند"),
    ("telegram-stars", "Telegram Stars", "استارز تلگرام"),
    ("recurring-stars", "Stars, monthly", "استارز ماهانه"),
    ("card", "card to card", "کارت به کارت"),
    ("crypto-pay", "Crypto Pay", "کریپتوپی"),
    ("zarinpal", "ZarinPal", "زرین‌پال"),
    ("nowpayments", "NOWPayments", "NOWPayments"),
    ("heleket", "Heleket", "Heleket"),
    ("cryptomus", "Cryptomus", "Cryptomus"),
    ("plisio", "Plisio", "Plisio"),
    ("yookassa", "YooKassa", "YooKassa"),
    ("platega", "Platega", "Platega"),
    ("tribute", "Tribute", "Tribute"),
    ("stripe", "Stripe", "Stripe"),
    ("provision", "make the account", "ساخت حساب"),
    ("deliver", "deliver", "تحویل"),
    ("review", "decide a receipt", "تصمیم دربارهٔ رسید"),
    ("poll", "ask the gateway", "پرسش از درگاه"),
    ("expire", "expire if unpaid", "انقضا در نبود پرداخت"),
    ("reward", "give a prize", "دادن جایزه"),
    ("revoke", "take back", "پس گرفتن"),
    ("refund", "refund", "بازپرداخت"),
    ("alert", "tell the operators", "خبر به اپراتورها"),
    ("new_link", "make another link", "ساخت لینک تازه"),
    ("change", "change", "تغییر"),
    ("disabled", "switched off", "خاموش"),
    ("on_hold", "waits for its first use", "منتظر نخستین استفاده"),
    ("limited", "data used up", "حجم تمام شده"),
    ("unknown", "unknown", "نامعلوم"),
    ("deleted", "deleted on the panel", "در پنل پاک شده"),
    ("unanswered", "the panel does not answer", "پنل پاسخ نمی‌دهد"),
    ("attach-referral", "said who invited", "ثبت دعوت‌کننده"),
    ("extend", "extended", "تمدید"),
    ("adopt", "adopted an account", "افزودن حساب موجود"),
    ("import", "moved the original shop in", "انتقال فروشگاه پیشین"),
    ("grant", "gave a subscription", "دادن اشتراک"),
    ("settle", "settled by hand", "تسویهٔ دستی"),
    ("revoke-link", "made another link", "لینک تازه"),
    ("disable", "switched off", "خاموش کردن"),
    ("enable", "switched on", "روشن کردن"),
    ("code-batch", "batch of codes", "دستهٔ کد"),
    ("notify", "tell the customer", "خبر به مشتری"),
    ("remind", "look for reminders", "یادآوری"),
    ("order", "order", "سفارش"),
    ("payment", "payment", "پرداخت"),
    ("subscription", "subscription", "اشتراک"),
    ("referral", "referral", "دعوت"),
    ("gift", "gift", "هدیه"),
    ("user", "user", "کاربر"),
    ("product", "product", "محصول"),
    ("discount-code", "discount code", "کد تخفیف"),
    ("token", "token", "توکن"),
    ("settings", "settings", "تنظیمات"),
    ("shop", "shop", "فروشگاه"),
    ("stats", "report", "گزارش"),
    ("draft", "draft", "پیش‌نویس"),
    ("scheduled", "scheduled", "زمان‌بندی‌شده"),
    ("paused", "paused", "متوقف"),
    ("done", "done", "انجام‌شده"),
    ("all", "everybody", "همه"),
    ("never_bought", "never bought", "هرگز نخریده"),
    ("broadcast", "broadcast", "پیام همگانی"),
    ("schedule", "scheduled", "زمان‌بندی"),
    ("start", "started", "آغاز"),
    ("pause", "paused", "درنگ"),
    ("resume", "went on", "از سرگیری"),
    ("ok", "fine", "درست"),
    ("warning", "look at it", "نیازمند توجه"),
    ("failed", "does not work", "کار نمی‌کند"),
    ("bootstrap", "deployer", "راه‌انداز"),
    ("create", "made", "ساخت"),
    ("archive", "archived", "بایگانی"),
    ("unarchive", "brought back", "بازگرداندن"),
    ("approve", "approved", "تأیید"),
    ("reject", "rejected", "رد"),
    ("cancel", "canceled", "لغو"),
    ("apply", "applied", "صرف سفارش"),
    ("credit", "credited", "تبدیل به کد"),
    ("write-off", "wrote off", "کنار گذاشتن"),
    ("ban", "banned", "مسدود کردن"),
    ("unban", "lifted the ban", "رفع مسدودی"),
    ("retry", "tried again", "تلاش دوباره"),
    ("recount", "counted anew", "شمارش دوباره"),
    ("unreadable", "cannot be read", "خوانا نیست"),
    ("other-amount", "another amount", "مبلغ دیگری است"),
    ("not-arrived", "has not arrived", "نرسیده است"),
    ("unknown_order", "unknown order", "سفارش ناشناس"),
    ("unknown_attempt", "unknown invoice", "صورتحساب ناشناس"),
    ("amount_mismatch", "another amount", "مبلغ جور نیست"),
    ("other_payer", "another payer", "پرداخت‌کنندهٔ دیگر"),
    ("paid_twice", "paid twice", "دو بار پرداخت"),
    ("order_ended", "the order had ended", "سفارش پایان یافته بود"),
    ("recurring", "a further charge", "برداشت بعدی"),
    ("needs_review", "held by the gateway", "درگاه نگه داشته"),
    ("limits", "new limits", "سقف تازه"),
    ("anew", "made anew", "از نو ساخته"),
    ("less", "without what it gave", "بدون آنچه داده بود"),
    ("off", "switched off", "خاموش"),
    ("fa", "Persian", "فارسی"),
    ("en", "English", "انگلیسی"),
    ("ru", "Russian", "روسی"),
    ("IRT", "Toman", "تومان"),
    ("IRR", "Rial", "ریال"),
    ("RUB", "Ruble", "روبل"),
    ("USD", "US dollar", "دلار"),
    ("EUR", "Euro", "یورو"),
    ("XTR", "Star", "استارز"),
    ("required", "required", "لازم است"),
    ("1 to 200 characters on one line", "1 to 200 characters on one line", "۱ تا ۲۰۰ نویسه در یک خط"),
    ("1 to 64 characters on one line", "1 to 64 characters on one line", "۱ تا ۶۴ نویسه در یک خط"),
    ("exactly one of percent and amount", "either a percentage or an amount", "یا درصد یا مبلغ، یکی از دو"),
    (
        "a percentage is a decimal from 0 to 100 with at most two decimals",
        "from 0 to 100, with at most two decimals",
        "از ۰ تا ۱۰۰، با حداکثر دو رقم اعشار",
    ),
    ("the amount is negative", "the amount is negative", "مبلغ منفی است"),
    ("the amount has more decimals than its currency", "more decimals than the currency has", "اعشار بیش از واحد این ارز است"),
    ("the amount is too large", "the amount is too large", "مبلغ بیش از اندازه بزرگ است"),
    ("the currency is not known", "the currency is not known", "این ارز شناخته نیست"),
    ("must be positive", "must be more than nothing", "باید بیش از صفر باشد"),
    ("must be more than 0", "must be more than 0", "باید بیش از صفر باشد"),
    ("must be at least 1", "must be at least 1", "باید دست‌کم ۱ باشد"),
    ("must not be before valid_from", "must not be before its beginning", "نباید پیش از آغاز باشد"),
    ("at most 20", "at most 20", "حداکثر ۲۰"),
    ("must not be before created_from", "must not be before the first day", "نباید پیش از روز نخست باشد"),
    ("yyyy-mm-dd", "a day, for example 2026-11-22", "یک روز، مانند 2026-11-22"),
    ("must be in the future", "must be in the future", "باید در آینده باشد"),
    ("the amount is not a decimal number", "not a number", "عدد نیست"),
    ("There is one of this name.", "There is one of this name already.", "چنین نامی هست."),
    (
        "Somebody changed it at the same time. Look at it and try again.",
        "Somebody changed it at the same time. Look at it and try again.",
        "هم‌زمان کسی آن را تغییر داد. نگاهش کنید و دوباره بکوشید.",
    ),
];

/// What travels as one word, as people say it; what is not known, with spaces.
pub fn named(language: Language, name: &str) -> Cow<'_, str> {
    match NAMES.iter().find(|(known, ..)| *known == name) {
        Some((_, _, persian)) if language == Language::Persian => Cow::Borrowed(persian),
        Some((_, english, _)) => Cow::Borrowed(english),
        // Serde's sentences about a number or a text that is none.
        None if name.starts_with("invalid type: string") || name.starts_with("invalid value: ") => {
            Cow::Borrowed(W::NotAValue.text(language))
        }
        None if name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') => Cow::Owned(name.replace('_', " ")),
        None => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        admin::Role,
        order::{OrderStatus, UnappliedReason},
        payment::{Gateway, PaymentStatus},
        product::ProductKind,
        user::UserStatus,
    };

    use super::*;

    fn is_persian(text: &str) -> bool {
        text.chars().any(|c| ('\u{600}'..='\u{6ff}').contains(&c))
    }

    #[test]
    fn every_word_is_there_in_both_languages() {
        for word in W::ALL {
            let (english, persian) = (word.text(Language::English), word.text(Language::Persian));
            assert!(!english.is_empty() && !is_persian(english), "{word:?}: {english}");
            assert!(is_persian(persian), "{word:?}: {persian}");
            // Arabic letters that look Persian are not.
            assert!(!persian.contains(['ي', 'ك', '٤', '٥', '٦']), "{word:?}: {persian}");
            assert_eq!(english.ends_with('.'), persian.ends_with('.'), "{word:?}");
        }
    }

    #[test]
    fn every_name_of_the_domain_has_a_word() {
        let reasons = [
            UnappliedReason::UnknownOrder,
            UnappliedReason::UnknownAttempt,
            UnappliedReason::AmountMismatch,
            UnappliedReason::OtherPayer,
            UnappliedReason::PaidTwice,
            UnappliedReason::OrderEnded,
            UnappliedReason::Recurring,
            UnappliedReason::NeedsReview,
        ];
        let known = OrderStatus::ALL.map(OrderStatus::name).into_iter();
        let known = known.chain(PaymentStatus::ALL.map(PaymentStatus::name)).chain(UserStatus::ALL.map(UserStatus::name));
        let known = known.chain(Role::ALL.map(Role::name)).chain(Gateway::ALL.map(Gateway::name));
        let known = known.chain(ProductKind::ALL.map(ProductKind::name)).chain(["add", "reset"]);
        let known = known.chain(domain::duty::Duty::ALL.map(domain::duty::Duty::name));
        let known = known.chain(reasons.map(UnappliedReason::name));
        let known = known.chain(domain::activity::ActivityKind::ALL.map(domain::activity::ActivityKind::name));
        let known = known.chain(domain::discount::Rejection::ALL.map(domain::discount::Rejection::name));
        let known = known.chain(domain::payment::PreCheckoutRefusal::ALL.map(domain::payment::PreCheckoutRefusal::name));
        for name in known {
            assert!(NAMES.iter().any(|(there, ..)| *there == name), "{name}");
        }
        for (n, (name, english, persian)) in NAMES.iter().enumerate() {
            assert!(NAMES.iter().skip(n + 1).all(|(other, ..)| other != name), "{name} is there twice");
            assert!(!english.is_empty() && (is_persian(persian) || persian == english), "{name}: {persian}");
        }
        assert_eq!(named(Language::Persian, "some_new_state"), "some new state");
        assert_eq!(named(Language::Persian, "wsx AB"), "wsx AB");
    }
}

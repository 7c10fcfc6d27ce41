// The chat page: shows the chats of the stand-in as Telegram would, and does what its people do.
// Text of the bot never becomes HTML here: everything is built from nodes.

const $ = (id) => document.getElementById(id);

const make = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};

/** A tap that nobody answers is given up after so long. */
const SPINNER_MS = 15_000;

const state = {
  bot: { username: "", name: "" },
  seats: [],
  channels: [],
  current: null,
  /** Who acts in the group. */
  acting: null,
  /** What the server last said of each chat. */
  chats: new Map(),
  /** Button key -> { query, timer }. */
  spinners: new Map(),
  answered: new Set(),
  replyTo: null,
  /** Whether the newest message is kept in sight. */
  pinned: true,
  newest: null,
  failure: null,
  online: false,
  typing: null,
  paying: null,
};

// ---- the server ----

async function ask(path, options) {
  const response = await fetch(`/chat/api/${path}`, options);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? `The server answered ${response.status}.`);
  return answer;
}

const post = (path, body) =>
  ask(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/** Runs one refresh at a time for each subject, and once more when something changed meanwhile. */
function refresher(load) {
  const running = new Map();
  return async (key) => {
    if (running.has(key)) {
      running.set(key, true);
      return;
    }
    running.set(key, false);
    do {
      running.set(key, false);
      try {
        await load(key);
      } catch {
        // The event stream reports a lost connection, and everything is read anew when it is back.
      }
    } while (running.get(key));
    running.delete(key);
  };
}

const refreshSeats = refresher(async () => {
  const answer = await ask("state");
  state.bot = answer.bot;
  state.seats = answer.chats;
  state.channels = answer.channels;
  state.connected = answer.connected;
  state.failure = answer.failure;
  if (!state.seats.some((seat) => seat.chat_id === state.current)) {
    const wanted = Number(location.hash.slice(1)) || null;
    const first = state.seats.find((seat) => seat.chat_id === wanted) ?? state.seats[0];
    state.current = first?.chat_id ?? null;
    if (wanted && first?.chat_id === wanted) $("app").classList.add("open");
    if (state.current !== null) refreshChat(state.current);
  }
  showSeats();
  showChannels();
  showHead();
  showFoot();
});

const refreshChat = refresher(async (id) => {
  const chat = await ask(`chats/${id}`);
  state.chats.set(id, chat);
  if (id === state.current) {
    showMessages();
    showFoot();
  }
});

function listen() {
  const events = new EventSource("/chat/api/events");
  events.onopen = () => {
    state.online = true;
    refreshSeats();
    for (const id of state.chats.keys()) refreshChat(id);
    showStatus();
  };
  events.onerror = () => {
    state.online = false;
    showStatus();
  };
  events.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    if (event.kind === "chat") {
      if (event.chat_id === state.current || state.chats.has(event.chat_id)) refreshChat(event.chat_id);
      if (event.chat_id === state.current) setTyping(false);
      refreshSeats();
    } else if (event.kind === "persons") {
      refreshSeats();
      for (const id of state.chats.keys()) refreshChat(id);
    } else if (event.kind === "answer") {
      finish(event.query_id);
      if (event.person_id === person()) {
        if (event.text && event.show_alert) tell(event.text);
        else if (event.text) toast(event.text);
      }
    } else if (event.kind === "delivery") {
      state.failure = event.error ? event : null;
      if (event.error && event.query_id) finish(event.query_id);
      showStatus();
    } else if (event.kind === "typing" && event.chat_id === state.current) {
      setTyping(true);
    }
  };
}

// ---- who and where ----

const seat = () => state.seats.find((other) => other.chat_id === state.current);

/** The id of the person who acts now. */
function person() {
  const here = seat();
  if (!here) return null;
  if (!here.group) return here.person_id;
  const members = here.members ?? [];
  return members.some((member) => member.id === state.acting) ? state.acting : (members[0]?.id ?? null);
}

function open(id) {
  state.current = id;
  state.replyTo = null;
  history.replaceState(null, "", `#${id}`);
  $("app").classList.add("open");
  $("messages").replaceChildren();
  setTyping(false);
  showSeats();
  showChannels();
  showHead();
  showMessages();
  showFoot();
  refreshChat(id);
  if (matchMedia("(min-width: 701px)").matches) $("text").focus();
}

const initial = (name) => [...name.trim()][0]?.toUpperCase() ?? "?";
const colour = (id) => `avatar c${Math.abs(id) % 7}`;

const previews = { photo: "🖼 Photo", document: "📎 File", invoice: "🧾 Invoice", paid: "⭐ Payment", refunded: "⭐ Refund" };

function preview(last) {
  if (!last) return "No messages yet";
  return [previews[last.kind], last.text].filter(Boolean).join(" · ").replaceAll("\n", " ");
}

const seenKey = (id) => `seen:${id}`;
const seen = (id) => Number(sessionStorage.getItem(seenKey(id)) ?? 0);

function showSeats() {
  const nodes = state.seats.map((other) => {
    const node = make("button", "seat");
    node.type = "button";
    node.dataset.testid = `person-${other.chat_id}`;
    node.setAttribute("aria-current", String(other.chat_id === state.current));
    const name = make("b", "", other.title);
    name.dir = "auto";
    const tag = other.group ? "group" : other.blocked ? "blocked" : (other.language ?? "");
    if (tag) name.append(make("span", "tag", tag));
    const text = make("small", "", preview(other.last));
    text.dir = "auto";
    if (other.chat_id === state.current && other.last) sessionStorage.setItem(seenKey(other.chat_id), other.last.id);
    const unread = other.last && !other.last.out ? Math.max(0, other.last.id - seen(other.chat_id)) : 0;
    node.append(
      make("span", colour(other.chat_id), initial(other.title)),
      name,
      make("time", "", other.last ? clock(other.last.date) : ""),
      text,
      make("span", "badge", unread ? String(Math.min(unread, 99)) : ""),
    );
    node.onclick = () => open(other.chat_id);
    return node;
  });
  const focused = document.activeElement?.dataset?.testid;
  $("chats").replaceChildren(...nodes);
  if (focused?.startsWith("person-")) nodes.find((node) => node.dataset.testid === focused)?.focus();
}

/** The channels, and whether the person who acts now is in each. */
function showChannels() {
  const who = person();
  $("channels").hidden = state.channels.length === 0 && who === null;
  $("channel-list").replaceChildren(
    ...state.channels.map((channel) => {
      const item = make("li");
      const name = make("span", "", channel.title);
      name.dir = "auto";
      name.append(make("small", "", channel.username ? `@${channel.username}` : "private"));
      const joined = check("in it", channel.members.includes(who), (member) => setMember(channel, member));
      joined.dataset.testid = `member-${channel.id}`;
      const admin = check("bot is admin", channel.bot_admin, (bot_admin) => post(`channels/${channel.id}`, { bot_admin }));
      item.append(name, joined, admin);
      return item;
    }),
  );
}

function check(words, checked, change) {
  const label = make("label", "check");
  const box = make("input");
  box.type = "checkbox";
  box.checked = checked;
  box.onchange = () => change(box.checked).catch((error) => toast(error.message));
  label.append(box, words);
  return label;
}

const setMember = (channel, member) => post(`channels/${channel.id}/members`, { person_id: person(), member });

function showHead() {
  const here = seat();
  if (!here) return;
  $("head-avatar").className = colour(here.group ? here.chat_id : 0);
  $("head-avatar").textContent = initial(here.group ? here.title : state.bot.name);
  $("head-title").textContent = here.group ? here.title : state.bot.name;
  document.title = `${state.bot.name}: ${here.title}`;
  $("acting").hidden = !here.group || (here.members ?? []).length < 1;
  if (here.group) {
    const options = here.members.map((member) => {
      const option = make("option", "", member.name);
      option.value = String(member.id);
      return option;
    });
    $("acting-as").replaceChildren(...options);
    $("acting-as").value = String(person());
  }
  $("block").hidden = here.group;
  $("block").textContent = here.blocked ? "Unblock" : "Block";
  showSubtitle();
  showStatus();
}

function showSubtitle() {
  const here = seat();
  if (!here) return;
  const people = (here.members ?? []).length;
  $("head-sub").className = state.typing ? "typing" : "";
  if (state.typing) $("head-sub").textContent = "typing…";
  else if (here.group) $("head-sub").textContent = `${people} ${people === 1 ? "operator" : "operators"} and @${state.bot.username}`;
  else $("head-sub").textContent = `@${state.bot.username} · you are ${here.title}`;
}

function setTyping(on) {
  clearTimeout(state.typing);
  state.typing = on ? setTimeout(() => setTyping(false), 5000) : null;
  showSubtitle();
}

function showStatus() {
  const node = $("status");
  const words = node.querySelector("span");
  node.title = "";
  if (!state.online) {
    node.dataset.state = "off";
    words.textContent = "connecting…";
  } else if (state.failure) {
    node.dataset.state = "error";
    words.textContent = state.failure.status ? `webhook answered ${state.failure.status}` : "webhook gave no answer";
    node.title = state.failure.error ?? "";
  } else {
    node.dataset.state = "ok";
    words.textContent = "";
  }
}

// ---- messages ----

const clock = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = (seconds) => {
  const date = new Date(seconds * 1000);
  if (date.toDateString() === new Date().toDateString()) return "Today";
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
};

function showMessages() {
  const chat = state.chats.get(state.current);
  if (!chat) return;
  const list = $("messages");
  const old = new Map([...list.children].map((node) => [node.dataset.key, node]));
  const fresh = old.size === 0;
  const nodes = [];
  let lastDay = "";
  for (const message of chat.messages) {
    const today = day(message.date);
    if (today !== lastDay) {
      lastDay = today;
      nodes.push(keep(old, `day-${today}`, today, () => make("div", "day", today)));
    }
    nodes.push(keep(old, `m-${message.message_id}`, JSON.stringify(message), () => messageNode(chat, message)));
  }
  if (chat.messages.length === 0) nodes.push(keep(old, "welcome", chat.description ?? "", () => welcome(chat)));
  // Nodes that stay are not moved, so that focus and selection survive.
  let before = list.firstChild;
  for (const node of nodes) {
    if (node === before) before = before.nextSibling;
    else list.insertBefore(node, before);
  }
  while (before) {
    const next = before.nextSibling;
    before.remove();
    before = next;
  }
  showSpinners();
  const newest = chat.messages.at(-1)?.message_id;
  const wrote = chat.messages.at(-1)?.out && newest !== state.newest;
  state.newest = newest;
  if (fresh || wrote) state.pinned = true;
  follow();
}

function keep(old, key, signature, build) {
  const known = old.get(key);
  if (known?.dataset.signature === signature) return known;
  const focusedKey = known?.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const node = build();
  node.dataset.key = key;
  node.dataset.signature = signature;
  if (known) {
    node.style.animation = "none";
    node.querySelector(".bubble")?.classList.add("changed");
    if (focusedKey) queueMicrotask(() => node.querySelector(`[data-key="${CSS.escape(focusedKey)}"]`)?.focus());
  }
  return node;
}

/** Keeps the newest message in sight, unless the reader has gone up. */
function follow() {
  if (state.pinned) $("scroll").scrollTop = $("scroll").scrollHeight;
  $("down").hidden = state.pinned;
}

function toEnd() {
  state.pinned = true;
  follow();
}

$("scroll").onscroll = () => {
  const scroll = $("scroll");
  state.pinned = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  $("down").hidden = state.pinned;
};
// Pictures that arrive and keyboards that open change the heights.
const heights = new ResizeObserver(follow);
heights.observe($("scroll"));
heights.observe($("messages"));

function welcome(chat) {
  const node = make("div", "welcome");
  const name = make("strong", "", state.bot.name);
  const text = make("p", "", chat.description ?? "No messages here yet. Press Start to wake the bot.");
  text.dir = "auto";
  node.append(make("span", colour(0), initial(state.bot.name)), name, text);
  return node;
}

function messageNode(chat, message) {
  const charge = message.successful_payment ?? message.refunded_payment;
  if (charge) {
    const words = message.successful_payment
      ? `You paid ⭐${charge.total_amount} to ${state.bot.name}`
      : `${state.bot.name} returned ⭐${charge.total_amount}`;
    const node = make("div", "service", words);
    node.dataset.testid = "message";
    if (message.subscription) node.append(subscriptionNode(message.subscription));
    return node;
  }
  const here = seat();
  const mine = message.out && (!here?.group || message.from.id === person());
  const row = make("div", mine ? "row out" : "row");
  row.dataset.testid = "message";
  row.dataset.messageId = message.message_id;
  const bubble = make("div", "bubble");
  row.append(bubble);
  if (here?.group && !mine) bubble.append(make("span", "who", message.from.first_name));
  if (message.forward_origin) {
    bubble.append(make("div", "forwarded", `Forwarded from ${message.forward_origin.sender_user?.first_name ?? "somebody"}`));
  }
  if (message.reply_to_message) {
    const answered = make("div", "answers", summary(message.reply_to_message));
    answered.dir = "auto";
    bubble.append(answered);
  }
  if (message.photo) {
    row.classList.add("photo");
    bubble.append(picture(message));
  }
  if (message.document) bubble.append(documentNode(message));
  if (message.invoice) {
    bubble.append(invoiceNode(message));
    row.classList.add("wide");
  }
  const text = message.text ?? message.caption;
  if (text) {
    const body = make("div", "body");
    body.dir = "auto";
    body.append(formatted(text, message.entities ?? message.caption_entities ?? []));
    bubble.append(body);
  }
  const edited = message.edit_date ? "edited " : "";
  bubble.append(make("span", "meta", `${edited}${clock(message.date)}${mine ? " ✓✓" : ""}`));
  const reply = make("button", "reply-tool", "↩");
  reply.type = "button";
  reply.title = "Reply";
  reply.setAttribute("aria-label", "Reply to this message");
  reply.onclick = () => {
    state.replyTo = message.message_id;
    showFoot();
    $("text").focus();
  };
  bubble.append(reply);
  const rows = message.reply_markup?.inline_keyboard ?? [];
  if (rows.length) {
    row.classList.add("keyed");
    row.append(keyboard(message, rows));
  }
  return row;
}

/** What Telegram's own settings offer for a subscription in Stars, and its clock. */
function subscriptionNode({ charge, paid_until, canceled, canceled_by_bot, newest }) {
  const node = make("small", "", `, every 30 days, paid until ${day(paid_until)}`);
  if (!newest) return node;
  const act = (words, path, body, testid) => {
    const button = make("button", "", words);
    button.type = "button";
    button.dataset.testid = testid;
    button.onclick = () => post(`subscriptions/${charge}/${path}`, body).catch((error) => toast(error.message));
    node.append(button);
  };
  if (canceled_by_bot) node.append(" · ended by the bot");
  else if (canceled) act("Resume", "cancel", { canceled: false }, "subscription-resume");
  else {
    act("Charge the next period", "renew", {}, "subscription-renew");
    act("Cancel", "cancel", { canceled: true }, "subscription-cancel");
  }
  return node;
}

const summary = (message) => (message.text ?? message.caption ?? message.invoice?.title ?? "Photo").slice(0, 120);

const fileUrl = (id) => `/chat/api/files/${encodeURIComponent(id)}`;

function picture(message) {
  const size = message.photo.at(-1);
  const button = make("button", "picture");
  button.type = "button";
  button.setAttribute("aria-label", "Enlarge the picture");
  const image = make("img");
  image.src = fileUrl(message.file);
  image.alt = message.caption ? "Picture" : "Picture without caption";
  if (size) {
    image.width = size.width;
    image.height = size.height;
    image.style.height = "auto";
    image.style.aspectRatio = `${size.width} / ${size.height}`;
  }
  button.append(image);
  button.onclick = () => {
    $("photo-large").src = image.src;
    $("photo").showModal();
  };
  return button;
}

function documentNode(message) {
  const link = make("a", "document");
  link.href = fileUrl(message.file);
  link.download = message.document.file_name ?? "file";
  const name = make("span", "", message.document.file_name ?? "file");
  name.dir = "auto";
  name.append(make("small", "", `${Math.max(1, Math.round(message.document.file_size / 1024))} KB`));
  link.append(make("span", "avatar", (message.document.file_name ?? "").split(".").at(-1).slice(0, 4)), name);
  return link;
}

function invoiceNode(message) {
  const node = make("div", "invoice");
  const title = make("strong", "", message.invoice.title);
  const text = make("span", "", message.invoice.description);
  title.dir = "auto";
  text.dir = "auto";
  const price = make("span", "price", `⭐ ${message.invoice.total_amount}${message.paid ? " · paid ✓" : ""}`);
  node.append(title, text, make("br"), price);
  return node;
}

// ---- text with entities ----

const tags = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
  spoiler: "span",
};

/** Entities are nested by their offsets, which count UTF-16 units as JavaScript does. */
function formatted(text, entities) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const build = (from, to, inside) => {
    const part = document.createDocumentFragment();
    let at = from;
    while (inside.length) {
      const entity = inside.shift();
      const end = Math.min(entity.offset + entity.length, to);
      if (entity.offset < at) continue;
      part.append(plain(text.slice(at, entity.offset)));
      const children = [];
      while (inside.length && inside[0].offset < end) children.push(inside.shift());
      part.append(entityNode(entity, text.slice(entity.offset, end), build(entity.offset, end, children)));
      at = end;
      const block = ["pre", "blockquote", "expandable_blockquote"].includes(entity.type);
      // A block ends its own line.
      if (block && text[at] === "\n") at += 1;
    }
    part.append(plain(text.slice(at, to)));
    return part;
  };
  return build(0, text.length, sorted);
}

function entityNode(entity, text, content) {
  switch (entity.type) {
    case "text_link":
      return anchor(entity.url, content);
    case "url":
      return anchor(text, content);
    case "bot_command":
      return command(text);
    case "code":
    case "pre": {
      const node = make(tags[entity.type]);
      node.append(text);
      operable(node, () => copy(text), "Copy");
      return node;
    }
    case "spoiler": {
      const node = make("span", "spoiler");
      node.append(content);
      operable(node, () => node.classList.add("open"), "Show the hidden text");
      return node;
    }
    case "expandable_blockquote": {
      const node = make("blockquote", "more");
      node.append(content);
      operable(node, () => node.classList.toggle("open"), "Show all");
      return node;
    }
    default: {
      const tag = tags[entity.type];
      if (!tag) return content;
      const node = make(tag);
      node.append(content);
      return node;
    }
  }
}

/** Makes a piece of text work like a button without looking like one. */
function operable(node, act, title) {
  node.tabIndex = 0;
  node.setAttribute("role", "button");
  node.title = title;
  node.onclick = act;
  node.onkeydown = (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      act();
    }
  };
}

const linkPattern = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}»،؛])|((?<![\p{L}\p{N}/])\/[A-Za-z0-9_]{1,32}(?![\p{L}\p{N}/_]))/gu;

/** Plain text, with the links and commands that apps mark by themselves. */
function plain(text) {
  const part = document.createDocumentFragment();
  let at = 0;
  for (const found of text.matchAll(linkPattern)) {
    part.append(text.slice(at, found.index));
    part.append(found[1] ? anchor(found[1], document.createTextNode(found[1])) : command(found[2]));
    at = found.index + found[0].length;
  }
  part.append(text.slice(at));
  return part;
}

function command(text) {
  const link = make("a", "", text);
  link.href = "#";
  link.onclick = (event) => {
    event.preventDefault();
    say(text);
  };
  return link;
}

function anchor(url, content) {
  const link = make("a");
  link.append(content);
  lead(link, url);
  return link;
}

/** Where a link goes in Telegram: payments, starts of this bot and shares stay inside, the rest opens a tab. */
function lead(link, url) {
  const inside = insideTelegram(url);
  if (inside) {
    link.href = "#";
    link.onclick = (event) => {
      event.preventDefault();
      inside();
    };
    return;
  }
  link.href = /^https?:\/\//i.test(url) ? url : `http://${url}`;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
}

function insideTelegram(url) {
  let parsed;
  try {
    parsed = new URL(/^[a-z]+:/i.test(url) ? url : `http://${url}`);
  } catch {
    return () => toast("This link can't be opened");
  }
  if (!/^https?:$/.test(parsed.protocol)) return () => toast(`Telegram opens ${parsed.protocol}// itself`);
  if (!/^(t\.me|telegram\.me)$/i.test(parsed.hostname)) return null;
  const path = parsed.pathname.slice(1);
  if (path.startsWith("$")) return () => sheet({ slug: path.slice(1) });
  if (path.toLowerCase() === state.bot.username.toLowerCase()) {
    const payload = parsed.searchParams.get("start");
    return () => say(payload ? `/start ${payload}` : "/start");
  }
  if (path === "share/url" || path === "share") {
    const shared = [parsed.searchParams.get("text"), parsed.searchParams.get("url")].filter(Boolean).join("\n");
    return () => share(shared, parsed.searchParams.get("url") ?? "");
  }
  const joined = state.channels.find(({ link }) => link.toLowerCase() === `https://t.me/${path}`.toLowerCase());
  if (joined) return () => joinSheet(joined);
  return null;
}

// ---- buttons ----

function keyboard(message, rows) {
  const node = make("div", "keyboard");
  rows.forEach((buttons, r) => {
    const row = make("div");
    buttons.forEach((button, c) => row.append(key(message, button, `${message.message_id}:${r}:${c}`)));
    node.append(row);
  });
  return node;
}

function key(message, button, place) {
  const node = make(button.url ? "a" : "button", `key ${button.style ?? ""}`);
  if (!button.url) node.type = "button";
  node.dataset.testid = "button";
  node.dataset.key = place;
  node.dir = "auto";
  node.append(button.pay && message.paid ? "Paid ✓" : button.text);
  if (button.url) {
    lead(node, button.url);
    if (node.target) node.append(mark("↗"));
  } else if (button.copy_text) {
    node.append(mark("⧉"));
    node.onclick = () => copy(button.copy_text.text);
  } else if (button.pay) {
    node.onclick = () => (message.paid ? toast("This invoice is paid") : sheet({ message }));
  } else if (button.callback_data !== undefined) {
    node.dataset.data = button.callback_data;
    node.onclick = () => tap(message, button.callback_data, place);
  } else {
    node.onclick = () => toast("This page doesn't play such buttons");
  }
  return node;
}

const mark = (text) => {
  const node = make("span", "mark", text);
  node.setAttribute("aria-hidden", "true");
  return node;
};

const spinnerKey = (place) => `${state.current}/${place}`;

async function tap(message, data, place) {
  const id = spinnerKey(place);
  if (state.spinners.has(id)) return;
  const spinner = { query: null, data, timer: setTimeout(() => stop(id), SPINNER_MS) };
  state.spinners.set(id, spinner);
  showSpinners();
  try {
    const { query_id } = await post(`chats/${state.current}/tap`, { person_id: person(), message_id: message.message_id, data });
    spinner.query = query_id;
    if (state.answered.has(query_id)) stop(id);
  } catch (error) {
    stop(id);
    toast(error.message);
  }
}

function stop(id) {
  clearTimeout(state.spinners.get(id)?.timer);
  state.spinners.delete(id);
  showSpinners();
}

/** The bot has answered a tap, maybe before we know the query's id. */
function finish(query) {
  state.answered.add(query);
  for (const [id, spinner] of state.spinners) if (spinner.query === query) stop(id);
}

function showSpinners() {
  for (const node of document.querySelectorAll(".key[data-data]")) {
    const spinner = state.spinners.get(spinnerKey(node.dataset.key));
    const busy = spinner?.data === node.dataset.data;
    if (busy) node.setAttribute("aria-busy", "true");
    else node.removeAttribute("aria-busy");
  }
}

// ---- payments ----

async function sheet({ slug, message }) {
  const dialog = $("pay");
  try {
    const invoice = slug
      ? await ask(`invoices/${encodeURIComponent(slug)}`)
      : { ...message.invoice, amount: message.invoice.total_amount };
    state.paying = { slug, message_id: message?.message_id, person_id: person(), chat_id: state.current };
    $("pay-title").textContent = invoice.title;
    $("pay-text").textContent = invoice.description;
    $("pay-error").textContent = "";
    $("pay-confirm").textContent = invoice.subscription_period
      ? `Subscribe: ⭐${invoice.amount} every 30 days`
      : `Pay ⭐${invoice.amount}`;
    busyPaying(false);
    if (!dialog.open) dialog.showModal();
    $("pay-confirm").focus();
  } catch (error) {
    toast(error.message);
  }
}

function busyPaying(busy) {
  $("pay-confirm").disabled = busy;
  if (busy) $("pay-confirm").setAttribute("aria-busy", "true");
  else $("pay-confirm").removeAttribute("aria-busy");
}

$("pay-confirm").onclick = async () => {
  busyPaying(true);
  $("pay-error").textContent = "";
  const paying = state.paying;
  try {
    await post("pay", paying);
    if (state.paying === paying) $("pay").close();
    toast("⭐ Payment completed");
  } catch (error) {
    if (state.paying === paying) $("pay-error").textContent = error.message;
  } finally {
    busyPaying(false);
  }
};
$("pay-cancel").onclick = () => $("pay").close();

// ---- channels and sharing ----

function joinSheet(channel) {
  const member = channel.members.includes(person());
  $("join-title").textContent = channel.title;
  $("join-text").textContent = member ? "You are in this channel." : "A channel.";
  $("join-confirm").textContent = member ? "Leave" : "Join";
  $("join-confirm").onclick = async () => {
    $("join").close();
    try {
      await setMember(channel, !member);
      toast(member ? "You left the channel" : "You joined the channel");
    } catch (error) {
      toast(error.message);
    }
  };
  $("join").showModal();
}
$("join-cancel").onclick = () => $("join").close();

/** Whoever gets a start link opens it. */
function share(text, url) {
  $("share-text").textContent = text;
  const others = state.seats.filter((other) => !other.group && other.chat_id !== state.current);
  $("share-people").replaceChildren(
    ...others.map((other) => {
      const button = make("button", "plain", other.title);
      button.type = "button";
      button.dir = "auto";
      button.dataset.testid = `share-${other.chat_id}`;
      button.onclick = () => {
        $("share").close();
        open(other.chat_id);
        insideTelegram(url)?.();
      };
      return button;
    }),
  );
  $("share-copy").onclick = () => {
    $("share").close();
    copy(text, "Copied what would be shared");
  };
  $("share").showModal();
}
$("share-cancel").onclick = () => $("share").close();

// ---- writing ----

async function say(text) {
  const here = seat();
  if (!here) return;
  try {
    await post(`chats/${here.chat_id}/messages`, { person_id: person(), text, reply_to: state.replyTo });
    state.replyTo = null;
    showFoot();
  } catch (error) {
    toast(error.message);
  }
}

function showFoot() {
  const here = seat();
  const chat = state.chats.get(state.current);
  if (!here) return;
  const asleep = !here.group && (here.blocked || (!here.started && (chat?.messages.length ?? 0) === 0));
  $("write").hidden = asleep;
  $("start").hidden = !asleep;
  $("start").textContent = here.blocked ? "Unblock" : "Start";
  $("menu").hidden = !(chat?.commands?.length);
  const target = chat?.messages.find((message) => message.message_id === (state.replyTo ?? chat.force_reply));
  $("replying").hidden = asleep || !target;
  if (target) $("replying").querySelector("span").textContent = `↩ ${summary(target)}`;
  const rows = asleep ? [] : (chat?.reply_keyboard ?? []);
  $("keys").hidden = rows.length === 0;
  $("keys").replaceChildren(
    ...rows.map((buttons) => {
      const row = make("div");
      for (const button of buttons) {
        const text = typeof button === "string" ? button : button.text;
        const node = make("button", "", text);
        node.type = "button";
        node.dir = "auto";
        node.dataset.testid = "reply-button";
        node.onclick = () => say(text);
        row.append(node);
      }
      return row;
    }),
  );
}

$("write").onsubmit = (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  $("text").value = "";
  showCommands(false);
  say(text);
};

$("text").onkeydown = (event) => {
  if (event.key === "Escape") showCommands(false);
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("write").requestSubmit();
  }
  if (event.key === "Tab" && !event.shiftKey) {
    const first = $("commands").hidden ? null : $("commands").querySelector("button b");
    if (first) {
      event.preventDefault();
      $("text").value = `${first.textContent} `;
      showCommands(false);
    }
  }
};
$("text").oninput = () => {
  const text = $("text").value;
  showCommands(/^\/\w*$/.test(text), text.slice(1));
};
$("menu").onclick = () => showCommands($("commands").hidden, "");

function showCommands(on, prefix = "") {
  const commands = on ? (state.chats.get(state.current)?.commands ?? []) : [];
  const shown = commands.filter(({ command: name }) => name.startsWith(prefix.toLowerCase()));
  $("commands").replaceChildren(
    ...shown.map(({ command: name, description }, index) => {
      const node = make("button", index === 0 && prefix ? "first" : "");
      node.type = "button";
      const text = make("span", "", description);
      text.dir = "auto";
      node.append(make("b", "", `/${name.replace(/^\//, "")}`), text);
      node.onclick = () => {
        showCommands(false);
        $("text").value = "";
        say(`/${name.replace(/^\//, "")}`);
      };
      return node;
    }),
  );
  $("commands").hidden = shown.length === 0;
}

$("replying").querySelector("button").onclick = () => {
  state.replyTo = null;
  const chat = state.chats.get(state.current);
  if (chat) chat.force_reply = null;
  showFoot();
};

const setBlocked = (blocked) =>
  post(`persons/${seat().person_id}/block`, { blocked }).catch((error) => toast(error.message));

$("start").onclick = () => (seat()?.blocked ? setBlocked(false) : say("/start"));
$("block").onclick = () => setBlocked(!seat()?.blocked);
$("acting-as").onchange = () => {
  state.acting = Number($("acting-as").value);
  showChannels();
  $("messages").replaceChildren();
  showMessages();
};
$("back").onclick = () => $("app").classList.remove("open");
$("down").onclick = toEnd;

// ---- pictures and files ----

async function upload(blob, name) {
  const caption = $("text").value.trim();
  const query = new URLSearchParams({ person_id: person(), caption, name });
  if (state.replyTo !== null) query.set("reply_to", state.replyTo);
  try {
    await ask(`chats/${state.current}/files?${query}`, {
      method: "POST",
      headers: { "content-type": blob.type || "application/octet-stream" },
      body: blob,
    });
    if (caption) $("text").value = "";
    state.replyTo = null;
    showFoot();
  } catch (error) {
    toast(error.message);
  }
}

const PHOTO_EDGE_MAX = 1280;

/** Photos are made smaller before they are sent, as the apps do; files stay as they are. */
async function prepared(file) {
  if (!file.type.startsWith("image/")) return file;
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Error("This picture can't be read");
  }
  const scale = PHOTO_EDGE_MAX / Math.max(bitmap.width, bitmap.height);
  if (scale >= 1 && /^image\/(png|jpeg)$/.test(file.type)) return file;
  const canvas = make("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * Math.min(scale, 1)));
  canvas.height = Math.max(1, Math.round(bitmap.height * Math.min(scale, 1)));
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.87));
}

$("file").onchange = async () => {
  const file = $("file").files[0];
  $("file").value = "";
  if (!file) return;
  try {
    await upload(await prepared(file), file.name);
  } catch (error) {
    toast(error.message);
  }
};

/** Draws a receipt of a card transfer. Each has its own number, so no two are the same picture. */
$("sample").onclick = () => {
  const canvas = make("canvas");
  canvas.width = 640;
  canvas.height = 860;
  const draw = canvas.getContext("2d");
  const font = getComputedStyle(document.body).fontFamily;
  draw.fillStyle = "#eef2f6";
  draw.fillRect(0, 0, 640, 860);
  draw.fillStyle = "#fff";
  draw.beginPath();
  draw.roundRect(40, 40, 560, 780, 28);
  draw.fill();
  draw.fillStyle = "#2f9e54";
  draw.beginPath();
  draw.arc(320, 140, 52, 0, 7);
  draw.fill();
  draw.strokeStyle = "#fff";
  draw.lineWidth = 10;
  draw.lineCap = "round";
  draw.beginPath();
  draw.moveTo(296, 142);
  draw.lineTo(314, 160);
  draw.lineTo(346, 122);
  draw.stroke();
  draw.textAlign = "center";
  draw.fillStyle = "#17212b";
  draw.font = `600 34px ${font}`;
  draw.fillText("انتقال وجه موفق", 320, 250);
  draw.font = `22px ${font}`;
  draw.fillStyle = "#707579";
  draw.fillText("Card transfer · sample receipt", 320, 292);
  const number = crypto.getRandomValues(new Uint32Array(2)).join("").slice(0, 12).padStart(12, "0");
  const now = new Date();
  const lines = [
    ["تاریخ", now.toLocaleDateString("fa-IR")],
    ["ساعت", now.toLocaleTimeString("fa-IR")],
    ["از کارت", "۶۰۳۷ **** **** ۰۰۰۰"],
    ["به کارت", "۶۲۱۹ **** **** ۰۰۰۰"],
    ["شماره پیگیری", Number(number).toLocaleString("fa-IR", { useGrouping: false })],
  ];
  lines.forEach(([name, value], index) => {
    const y = 390 + index * 78;
    draw.strokeStyle = "#e6e9ed";
    draw.lineWidth = 2;
    draw.beginPath();
    draw.moveTo(84, y + 28);
    draw.lineTo(556, y + 28);
    draw.stroke();
    draw.direction = "rtl";
    draw.textAlign = "right";
    draw.fillStyle = "#707579";
    draw.font = `24px ${font}`;
    draw.fillText(name, 556, y);
    draw.direction = "ltr";
    draw.textAlign = "left";
    draw.fillStyle = "#17212b";
    draw.font = `600 25px ${font}`;
    draw.fillText(value, 84, y);
  });
  canvas.toBlob((blob) => upload(blob, "receipt.jpg"), "image/jpeg", 0.9);
};

// ---- small things ----

function toast(text) {
  const node = make("div", "toast", text);
  node.dataset.testid = "toast";
  node.dir = "auto";
  // Above an open dialog, which covers everything else.
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  (dialog ?? document.body).append($("toasts"));
  $("toasts").replaceChildren(node);
  setTimeout(() => node.remove(), 3500);
}

function tell(text) {
  $("alert-text").textContent = text;
  if (!$("alert").open) $("alert").showModal();
}
$("alert-ok").onclick = () => $("alert").close();

async function copy(text, words = "Copied to clipboard") {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without permission or a secure page: through a selection.
    const area = make("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast(words);
}

$("photo").onclick = () => $("photo").close();
for (const dialog of document.querySelectorAll("dialog.box, dialog.sheet")) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog && event.offsetX + event.offsetY !== 0) {
      const edge = dialog.getBoundingClientRect();
      const outside = event.clientX < edge.left || event.clientX > edge.right || event.clientY < edge.top || event.clientY > edge.bottom;
      if (outside) dialog.close();
    }
  });
}

$("add").onclick = () => {
  $("person-form").reset();
  $("person").showModal();
};
$("person-cancel").onclick = () => $("person").close();
$("person-form").onsubmit = async (event) => {
  event.preventDefault();
  try {
    const { person_id } = await post("persons", {
      name: $("person-name").value,
      language: $("person-language").value,
      operator: $("person-operator").checked,
    });
    $("person").close();
    await refreshSeats();
    open(person_id);
  } catch (error) {
    toast(error.message);
  }
};

$("add-channel").onclick = () => {
  $("channel-form").reset();
  $("channel").showModal();
};
$("channel-cancel").onclick = () => $("channel").close();
$("channel-form").onsubmit = async (event) => {
  event.preventDefault();
  try {
    await post("channels", { title: $("channel-name").value, username: $("channel-username").value });
    $("channel").close();
  } catch (error) {
    toast(error.message);
  }
};

listen();

"use strict";
// What the API gives is put in as text, never as HTML. What stands on the page already is brought
// up to date in its place, so that a refresh takes neither the focus nor what somebody is typing.
const WORDS = JSON.parse(document.getElementById("words").textContent);
const EVERY_MS = 10000;
const POSTS_EVERY_MS = 60000;
const PATIENCE_MS = 15000;
const SIGNS = 3; // the gravest come first
const DIGESTED = 3; // fewer posts are shorter than what could be said of them
const at = (id) => document.getElementById(id);

// ------------------------------------------------------------------------------ what is known
let language = kept(localStorage, "language") || (navigator.language || "").slice(0, 2).toLowerCase();
if (!(language in WORDS)) language = "en";
let incidents = [];
let pages = 4;
let goesOn = false;
let open = "";
let incident = null;
let posts = [];
let digest = null;
let postPages = 1;
let morePosts = false;
let shownPosts = 5;
let postsRead = { at: 0, count: -1, pages: 0 };
let skew = 0;
let asked = 0;
let asking = null;
const drafts = new Map();
const filled = new WeakMap();

function kept(store, name) {
  try { return store.getItem(name); } catch { return null; }
}
function keep(store, name, value) {
  try { store.setItem(name, value); } catch { /* a browser without storage forgets at reload */ }
}

// ------------------------------------------------------------------------------------- words
const words = () => WORDS[language];
const number = (n) => Number(n).toLocaleString(language);
// "{who} took it" as parts: texts, and instants ({ iso }) that become <time>.
const say = (shape, values = {}) =>
  shape.split(/\{(\w+)\}/).map((part, i) => (i % 2 ? values[part] ?? "" : part)).flat();
const plain = (shape, values) => say(shape, values).join("");
const count = (name, n) => plain(words()[name][n === 1 ? 0 : 1], { n: number(n) });
const named = (table, key) => words()[table][key] ?? String(key).replaceAll("_", " ");
const brand = (one) => one.brand_name || one.brand;
const instant = (iso) => (iso ? [{ iso }] : [words().not_yet]);
const phrase = (says) => words().says[says] ?? says; // the classifier speaks English

// Why an incident was opened or is so grave: stored in English, told in the reader's language.
function because(text) {
  const danger = /^one critical mention(?:: (.*)| \(.*\))?$/.exec(text);
  if (danger) {
    const says = (danger[1] || "").split("; ").filter(Boolean).map((one) => phrase(one));
    return [words().one_critical, says.join(words().and)].filter(Boolean).join(words().colon);
  }
  return text.split(/; |(?<=\)) and /).map((one) => {
    for (const [pattern, shape] of words().because) {
      const found = new RegExp(pattern).exec(one);
      if (found) return shape.replace(/\{(\d)\}/g, (_, i) => term(found[i]));
    }
    return one;
  }).join(words().and);
}
// What a reason names: a number, a level, an urgency or a kind; else somebody's own words.
function term(text) {
  if (/^sev\d$/.test(text)) return text.toUpperCase();
  if (text && !Number.isNaN(Number(text))) return number(text);
  return words().urgency[text] ?? words().kinds[text] ?? text;
}

// -------------------------------------------------------------------------------------- time
const now = () => Date.now() + skew;
function age(iso) {
  const seconds = Math.floor((now() - Date.parse(iso)) / 1000);
  const far = Math.abs(seconds);
  const [past, units] = [seconds >= 0, words().units];
  if (far < 60) return past ? words().just_now : words().in_a_moment;
  const n = far < 5400 ? Math.floor(far / 60) : far < 129600 ? Math.floor(far / 3600) : Math.floor(far / 86400);
  const unit = far < 5400 ? units[0] : far < 129600 ? units[1] : units[2];
  return plain(past ? words().ago : words().ahead, { n, unit });
}
function local(iso) {
  const date = new Date(iso);
  const form = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (date.toDateString() !== new Date().toDateString()) Object.assign(form, { day: "numeric", month: "short" });
  return date.toLocaleString(language, form);
}
function tell(node) {
  put(node, age(node.dateTime) + " (" + local(node.dateTime) + ")");
}
function stamp(iso) {
  const node = document.createElement("time");
  node.dateTime = iso;
  node.title = iso.slice(0, 10) + " " + iso.slice(11, 19) + " UTC";
  tell(node);
  return node;
}

// ------------------------------------------------------------------------------------ the page
function put(node, text) {
  filled.delete(node);
  if (node.textContent !== text) node.textContent = text;
}
function fill(node, parts) {
  const said = language + JSON.stringify(parts);
  if (filled.get(node) === said) return;
  filled.set(node, said);
  node.replaceChildren(...parts.map((part) => (part && part.iso ? stamp(part.iso) : String(part))));
}
function make(tag, name, parent) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (parent) parent.append(node);
  return node;
}
// One child an item, in their order. The child that has the focus is never moved: others move.
function keyed(box, items, keyOf, build, update) {
  const old = new Map([...box.children].map((node) => [node.dataset.key, node]));
  const wanted = items.map((item) => {
    const key = keyOf(item);
    const node = old.get(key) ?? build(item);
    node.dataset.key = key;
    old.delete(key);
    update(node, item);
    return node;
  });
  let lost = false;
  old.forEach((node) => { lost = lost || node.contains(document.activeElement); node.remove(); });
  if (!wanted.length) return lost;
  const held = Math.max(0, wanted.findIndex((node) => node.contains(document.activeElement)));
  if (wanted[held].parentNode !== box) box.append(wanted[held]);
  for (let i = held - 1; i >= 0; i--) {
    if (wanted[i + 1].previousSibling !== wanted[i]) box.insertBefore(wanted[i], wanted[i + 1]);
  }
  for (let i = held + 1; i < wanted.length; i++) {
    if (wanted[i - 1].nextSibling !== wanted[i]) box.insertBefore(wanted[i], wanted[i - 1].nextSibling);
  }
  return lost;
}
function facts(box, pairs) {
  const wanted = pairs.filter(([, parts]) => parts.join(""));
  while (box.children.length > 2 * wanted.length) box.lastChild.remove();
  wanted.forEach(([name, parts], i) => {
    if (box.children.length <= 2 * i) { make("dt", "", box); make("dd", "", box); }
    put(box.children[2 * i], words()[name]);
    fill(box.children[2 * i + 1], parts);
  });
}

// ------------------------------------------------------------------------------------- the API
class Problem extends Error {
  constructor(status, detail) { super(detail); this.status = status; }
}
async function call(path, body) {
  const options = {
    headers: { Authorization: "Bearer " + (kept(sessionStorage, "token") || "") },
    signal: AbortSignal.timeout(PATIENCE_MS),
    cache: "no-store",
  };
  if (body !== undefined) {
    options.method = "POST";
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Problem(0, "");
  }
  const served = Date.parse(answer.headers.get("Date") || "");
  if (served) skew = Math.abs(served - Date.now()) > 30000 ? served - Date.now() : 0;
  let data = null;
  try { data = await answer.json(); } catch { /* not ours: a proxy's, or cut off */ }
  if (!answer.ok) throw new Problem(answer.status, (data && data.detail) || "");
  if (data === null) throw new Problem(0, "");
  return data;
}
const READING = new Set(["list-wrong", "detail-wrong", "posts-wrong", "digest-wrong"]);
function human(error, reading) {
  if (!(error instanceof Problem)) throw error;
  const later = error.status >= 500 || error.status === 429;
  const shape = words().wrong[later && reading ? "reading" : error.status >= 500 ? 503 : error.status]
    ?? words().wrong.other;
  return plain(shape, { status: error.status, detail: error.message });
}
// Errors stand beside what caused them; a token that is refused leads back to its field.
async function attempt(node, work) {
  try {
    await work();
    put(node, "");
    return true;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) { refuse(); return false; }
    put(node, human(error, READING.has(node.id)));
    return false;
  }
}
const path = (id) => "/incidents/" + encodeURIComponent(id);

// ------------------------------------------------------------------------------------ the list
const closed = (one) => one.state === "resolved" || one.state === "dismissed";
const waits = (one) => one.state === "open" || one.state === "suspected";
const grave = (one, other) => closed(one) - closed(other) || one.severity.localeCompare(other.severity)
  || other.clocks.detected_at.localeCompare(one.clocks.detected_at);

async function list() {
  const turn = ++asked;
  const found = new Map();
  let next = null;
  for (let page = 0; page < pages && (page === 0 || next); page++) {
    const answer = await call("/incidents?limit=50&state=" + at("filter").value
      + (next ? "&next=" + encodeURIComponent(next) : ""));
    answer.incidents.forEach((one) => found.set(one.id, one));
    next = answer.next;
  }
  if (turn !== asked) return;
  incidents = [...found.values()].sort(grave);
  goesOn = Boolean(next);
  const entered = at("desk").hidden;
  enter();
  showList();
  if (entered) follow();
  put(at("fresh"), plain(words().fresh, { time: new Date().toLocaleTimeString(language, { hourCycle: "h23" }) }));
}
function showList() {
  const lost = keyed(at("list"), incidents, (one) => one.id, buildRow, updateRow);
  if (lost) at("incidents-title").focus({ preventScroll: true });
  at("more").hidden = !goesOn;
  put(at("list-says"), incidents.length ? "" : words()[at("filter").value === "all" ? "none_at_all" : "none_open"]);
  const waiting = incidents.filter(waits).length;
  document.title = (waiting ? "(" + waiting + ") " : "") + "Vigie";
}
function buildRow(one) {
  const item = document.createElement("li");
  const button = make("button", "", item);
  button.type = "button";
  ["first", "kind", "quiet", "quiet"].forEach((name) => make("span", name, button));
  button.addEventListener("click", () => { if (open === one.id) show(one.id); else location.hash = one.id; });
  return item;
}
function updateRow(item, one) {
  const button = item.firstChild;
  button.setAttribute("aria-current", String(one.id === open));
  const [first, kind, state, since] = button.children;
  const danger = one.danger && !closed(one);
  const said = language + danger + one.severity + brand(one);
  if (filled.get(first) !== said) {
    filled.set(first, said);
    first.replaceChildren();
    if (danger) put(make("b", "tag", first), words().danger_tag);
    put(make("b", one.severity, first), one.severity.toUpperCase());
    first.append(" " + brand(one));
  }
  put(kind, named("kinds", one.kind));
  state.className = waits(one) ? "waiting" : "quiet";
  fill(state, stateOf(one));
  fill(since, say(words().row, { posts: count("posts", one.mention_count), when: instant(one.clocks.detected_at) }));
}
const stateOf = (one) => [
  ...say(words().states[one.state], {
    who: (closed(one) ? one.resolved_by : one.acknowledged_by && (one.owner || one.acknowledged_by)) || "",
    when: instant(closed(one) ? one.clocks.resolved_at : one.clocks.acknowledged_at),
  }),
  ...(one.flared_up && !closed(one) ? [" " + words().flared_up] : []),
  ...(one.calm_since ? [" ", ...say(words().told.calm_proposed, { since: instant(one.calm_since) })] : []),
];

// ------------------------------------------------------------------------------- one incident
async function detail() {
  const id = open;
  if (!id) return;
  const found = await call(path(id));
  if (id !== open) return;
  incident = found;
  showDetail();
  await attempt(at("posts-wrong"), () => readPosts(id));
}
async function readPosts(id) {
  const due = now() - postsRead.at > POSTS_EVERY_MS;
  if (!due && postsRead.count === incident.mention_count && postsRead.pages === postPages) return;
  const found = new Map();
  let next = null;
  for (let page = 0; page < postPages && (page === 0 || next); page++) {
    const answer = await call(path(id) + "/mentions?limit=100" + (next ? "&next=" + encodeURIComponent(next) : ""));
    [...answer.gravest, ...answer.mentions].forEach((post) => found.set(post.id, post));
    next = answer.next;
  }
  if (id !== open) return;
  const rank = { critical: 0, high: 1, medium: 2, low: 3 };
  posts = [...found.values()].sort((one, other) => rank[one.urgency] - rank[other.urgency]
    || other.posted_at.localeCompare(one.posted_at));
  postsRead = { at: now(), count: incident.mention_count, pages: postPages };
  morePosts = Boolean(next);
  showPosts();
  await attempt(at("digest-wrong"), () => readDigest(id));
  showDigest();
}
async function readDigest(id) {
  const found = posts.length < DIGESTED ? null : await call(path(id) + "/digest");
  if (id === open) digest = found;
}
function showDetail() {
  const one = incident;
  at("found").hidden = false;
  at("danger").hidden = !one.danger || closed(one);
  fill(at("title"), [brand(one) + words().colon + named("kinds", one.kind)]);
  const next = one.paging.next_at;
  fill(at("state"), [...stateOf(one), ...(waits(one) && next
    ? say(words().next_page, { when: instant(next) }) : [])]);
  put(at("failing"), one.paging.failing_since ? plain(words().failing, { time: local(one.paging.failing_since) }) : "");
  at("acknowledge").hidden = !waits(one);
  at("closing").hidden = closed(one);
  const urgencies = ["critical", "high", "medium", "low"].filter((name) => one.by_urgency[name])
    .map((name) => count("urgencies_" + name, one.by_urgency[name])).join(", ");
  facts(at("why"), [
    ["severity", [plain(words().severity_of, { severity: one.severity.toUpperCase() })
      + words().colon + because(one.severity_because.join("; "))]],
    ["opened_because", [because(one.because)]],
    ["coordinated", one.coordinated ? [because(one.coordinated.because.join("; "))] : []],
    ["counted", [count("posts", one.mention_count) + (urgencies ? " (" + urgencies + ")" : "")]],
    ["reach", [number(one.reach)]],
    ["first_post", instant(one.clocks.first_mention_at)],
    ["last_post", one.mention_count > 1 ? instant(one.clocks.last_mention_at) : []],
  ]);
  const { pages: paged, delay_s: delay } = one.paging;
  facts(at("clocks"), [
    ["detected", instant(one.clocks.detected_at)],
    ["first_page", instant(one.clocks.first_paged_at)],
    ["paged", [count("pages", paged) + (delay ? ", " + plain(words().worst_delay, { n: number(delay) }) : "")]],
    ["taken", one.acknowledged_by ? [one.acknowledged_by + ", ", ...instant(one.clocks.acknowledged_at)] : instant(null)],
    ["contained", one.contained_by ? [one.contained_by + ", ", ...instant(one.clocks.contained_at)] : []],
    [one.state === "dismissed" ? "dismissed" : "resolved",
      one.resolved_by ? [one.resolved_by + ", ", ...instant(one.clocks.resolved_at)] : instant(null)],
    ["follows", one.follows ? [one.follows] : []],
    ["merged_into", one.merged_into ? [one.merged_into] : []],
    ["merged", one.merged.length ? [one.merged.join(", ")] : []],
    ["split_from", one.split_from ? [one.split_from] : []],
    ["incident", [one.id]],
  ]);
  keyed(at("timeline"), [...one.timeline].reverse(),
    (entry) => entry.at + entry.what + entry.by + JSON.stringify(entry.facts),
    () => document.createElement("li"),
    (node, entry) => fill(node, [{ iso: entry.at }, " ", ...told(entry)]));
  showDigest();
  showPosts();
}
function told(entry) {
  const taken = entry.what === "merged" && entry.facts.from;
  const shape = taken ? words().told.merged_from : words().told[entry.what];
  if (!shape) return say(words().told.other, { what: entry.what.replaceAll("_", " "), by: entry.by });
  const { facts: known } = entry;
  const values = { ...known, by: entry.by };
  if (known.because) values.because = because(String(known.because));
  ["from", "to"].forEach((name) => { if (/^sev\d$/.test(known[name])) values[name] = known[name].toUpperCase(); });
  if (known.since) values.since = instant(known.since);
  if (known.until) values.until = instant(known.until);
  if (known.due_at) values.due = instant(known.due_at);
  if (known.clock) values.clock = named("clock_names", known.clock);
  if (known.severity) values.severity = String(known.severity).toUpperCase();
  if (known.mentions !== undefined) values.posts = count("posts", known.mentions);
  if (known.pages !== undefined) values.pages = count("pages", known.pages);
  if (known.people !== undefined) values.people = count("people", known.people);
  if (known.channels) values.channels = known.channels.split(", ").map((name) => named("channels", name)).join(", ");
  if (known.why) values.why = named("erasures", known.why);
  if (known.via) values.via = named("via", known.via);
  const more = [];
  if (known.late_s >= 60) more.push(plain(words().told_late, { n: number(Math.floor(known.late_s / 60)) }));
  if (known.refused) more.push(plain(words().told_refused, { n: number(known.refused) }));
  return [...say(shape, values), ...more];
}
function showDigest() {
  const lines = ["summary", "questions", "rumours"].flatMap((part) => (digest ? digest[part] : [])
    .map((line, i) => ({ part, key: part + i, ...line })));
  at("short").hidden = !lines.length && !at("digest-wrong").textContent;
  keyed(at("digest"), lines, (line) => line.key, buildLine, updateLine);
}
function buildLine() {
  const item = document.createElement("li");
  make("b", "quiet", item);
  make("p", "words", item).dir = "auto";
  return item;
}
function updateLine(item, line) {
  const [about, text] = item.children;
  put(about, named("digested", line.part) + ", " + count("people", line.authors));
  put(text, line.text);
}
function showPosts() {
  const fresh = posts.slice(0, shownPosts);
  keyed(at("posts"), fresh, (post) => post.id, buildPost, updatePost);
  const hidden = posts.length - fresh.length;
  at("more-posts").hidden = !hidden && !morePosts;
  put(at("more-posts"), hidden ? count("more_posts", hidden) : words().older_posts);
  put(at("posts-says"), posts.length || !postsRead.at ? "" : words().no_posts);
}
function buildPost(post) {
  const item = document.createElement("li");
  const meta = make("p", "quiet", item);
  make("b", post.urgency, meta);
  meta.append(" · ");
  make("bdi", "", meta);
  make("span", "", meta);
  const text = make("p", "words", item);
  text.dir = "auto";
  make("p", "quiet", item);
  if (post.platform === "x" && /^\d+$/.test(post.id)) {
    const link = make("a", "", item);
    link.href = "https://x.com/i/status/" + post.id;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
  return item;
}
function updatePost(item, post) {
  const [meta, text, reasons, link] = item.children;
  const [urgency, handle, rest] = meta.children;
  urgency.className = post.urgency;
  put(urgency, named("urgency", post.urgency));
  put(handle, post.handle ? "@" + post.handle : words().unknown_author);
  fill(rest, [post.followers === null ? "" : " · " + count("followers", post.followers), " · ", { iso: post.posted_at }]);
  put(text, post.text);
  const telling = post.reasons.filter((reason) => /^(urgency|kind):/.test(reason.label)
    && !reason.rule.startsWith("contrast."));
  const says = [...new Set(telling.map((reason) => phrase(reason.says)))].slice(0, SIGNS);
  put(reasons, says.length ? words().signs + words().colon + says.join(words().and) : "");
  if (link) put(link, words().on_x);
}

// ------------------------------------------------------------------------------ opening, going back
function show(id) {
  if (open !== id) {
    drafts.set(open, at("note-text").value);
    at("note-text").value = drafts.get(id) || "";
    open = id;
    incident = null;
    posts = [];
    digest = null;
    showDigest();
    postPages = 1;
    shownPosts = 5;
    morePosts = false;
    postsRead = { at: 0, count: -1, pages: 0 };
    ["detail-wrong", "posts-wrong", "digest-wrong", "acknowledge-wrong", "acknowledge-says", "note-wrong", "note-says"]
      .forEach((name) => put(at(name), ""));
    at("found").hidden = true;
  }
  at("detail").hidden = !id;
  at("nothing").hidden = Boolean(id);
  document.body.classList.toggle("reading", Boolean(id));
  showList();
  if (!id) return;
  attempt(at("detail-wrong"), async () => {
    await detail();
    if (id !== open) return;
    at("title").focus({ preventScroll: true });
    at("detail").scrollIntoView({ block: "start" });
  });
}
function follow() {
  const id = location.hash.slice(1);
  const before = open;
  show(/^[\w-]{1,80}$/.test(id) ? id : "");
  if (!open && before) {
    const row = [...at("list").children].find((node) => node.dataset.key === before);
    (row ? row.firstChild : at("incidents-title")).focus();
  }
}

// ------------------------------------------------------------------------------------ deciding
async function busy(button, work) {
  button.disabled = true;
  try { return await work(); } finally { button.disabled = false; }
}
// Somebody was faster: who, and when.
function tellWho(node) {
  if (incident && closed(incident)) fill(node, [words().wrong[409] + " ", ...stateOf(incident)]);
}
async function acknowledge() {
  const id = open;
  put(at("acknowledge-says"), "");
  const done = await attempt(at("acknowledge-wrong"), async () => {
    const decided = await call(path(id) + "/acknowledge", {});
    if (id !== open) return;
    const values = decided.acknowledged_at
      ? { who: decided.owner || decided.acknowledged_by, when: instant(decided.acknowledged_at) }
      : { n: number(decided.acknowledgers.length), of: number(decided.acknowledgements) };
    const shape = decided.acknowledged_at ? words()[decided.changed ? "yours" : "theirs"] : words().shared;
    fill(at("acknowledge-says"), say(shape, values));
    at("title").focus({ preventScroll: true });
  });
  await refresh();
  if (!done && id === open) tellWho(at("acknowledge-wrong"));
}
async function addNote(event) {
  event.preventDefault();
  const id = open;
  const text = at("note-text").value.trim();
  put(at("note-says"), "");
  if (!text) return;
  const done = await attempt(at("note-wrong"), () => call(path(id) + "/notes", { text }));
  if (!done) return;
  if (id === open) {
    at("note-text").value = "";
    put(at("note-says"), words().note_added);
  }
  drafts.delete(id);
  await refresh();
}
function ask(verb) {
  asking = { verb, id: open };
  at("sure-note").value = "";
  put(at("sure-wrong"), "");
  putAsked();
  at("sure").showModal();
  at("sure-no").focus();
}
function putAsked() {
  if (!asking) return;
  put(at("sure-title"), words()["sure_" + asking.verb]);
  put(at("sure-text"), words()["sure_" + asking.verb + "_text"]);
  put(at("sure-yes"), words()["sure_" + asking.verb + "_yes"]);
}
async function decide(event) {
  event.preventDefault();
  const { verb, id } = asking;
  const note = at("sure-note").value.trim();
  const done = await attempt(at("sure-wrong"), () => call(path(id) + "/" + verb, { note }));
  if (done || !kept(sessionStorage, "token")) at("sure").close();
  if (done && id === open) at("title").focus();
  await refresh();
  if (!done && id === open) tellWho(at("sure-wrong"));
}

// ------------------------------------------------------------------------------------ signing in
function enter() {
  at("sign-in").hidden = true;
  at("signed-in").hidden = false;
  at("desk").hidden = false;
  put(at("sign-in-wrong"), "");
}
function refuse() {
  const had = !at("signed-in").hidden;
  at("sure").close();
  leave();
  put(at("sign-in-wrong"), words()[had ? "token_ended" : "token_wrong"]);
  at("token").focus();
}
function leave() {
  try { sessionStorage.removeItem("token"); } catch { /* nothing was kept */ }
  asked++;
  at("sign-in").hidden = false;
  at("signed-in").hidden = true;
  at("desk").hidden = true;
}
function signOut() {
  leave();
  drafts.clear();
  incidents = [];
  at("note-text").value = "";
  ["list", "posts", "digest", "timeline", "why", "clocks"].forEach((name) => at(name).replaceChildren());
  history.replaceState(null, "", location.pathname);
  show("");
  at("token").focus();
}
async function signIn(event) {
  event.preventDefault();
  const token = at("token").value.trim();
  if (!token) return;
  put(at("sign-in-wrong"), "");
  // A header holds printable ASCII alone; a token is nothing else.
  if (!/^[!-~]+$/.test(token)) { put(at("sign-in-wrong"), words().token_wrong); return; }
  keep(sessionStorage, "token", token);
  if (!(await attempt(at("sign-in-wrong"), list))) return;
  at("token").value = "";
  if (!open) at("incidents-title").focus();
}

// ------------------------------------------------------------------------------------ going on
async function refresh() {
  if (!kept(sessionStorage, "token")) return;
  await Promise.all([
    attempt(at("list-wrong"), list),
    open ? attempt(at("detail-wrong"), detail) : null,
  ]);
}
function speak() {
  document.documentElement.lang = language;
  document.querySelectorAll("[data-says]").forEach((node) => put(node, words()[node.dataset.says]));
  const other = language === "fr" ? "en" : "fr";
  at("language").lang = other;
  put(at("language"), WORDS[other].language);
  ["sign-in-wrong", "list-wrong", "detail-wrong", "posts-wrong", "digest-wrong", "acknowledge-wrong", "note-wrong",
    "sure-wrong", "acknowledge-says", "note-says", "fresh"].forEach((name) => put(at(name), ""));
  putAsked();
  showList();
  if (incident) showDetail();
}
at("language").addEventListener("click", () => {
  language = language === "fr" ? "en" : "fr";
  keep(localStorage, "language", language);
  speak();
});
at("sign-in").addEventListener("submit", (event) => signIn(event));
at("sign-out").addEventListener("click", signOut);
at("filter").addEventListener("change", () => { pages = 4; refresh(); });
at("more").addEventListener("click", () => { pages += 4; refresh(); });
at("more-posts").addEventListener("click", () => {
  if (posts.length > shownPosts) { shownPosts += 20; showPosts(); return; }
  postPages += 1;
  shownPosts += 100;
  busy(at("more-posts"), () => attempt(at("posts-wrong"), () => readPosts(open)));
});
at("back").addEventListener("click", () => { location.hash = ""; });
at("acknowledge").addEventListener("click", () => busy(at("acknowledge"), acknowledge));
at("note").addEventListener("submit", (event) => busy(event.submitter ?? at("note-text"), () => addNote(event)));
at("resolve").addEventListener("click", () => ask("resolve"));
at("dismiss").addEventListener("click", () => ask("dismiss"));
at("sure-no").addEventListener("click", () => at("sure").close());
at("sure").addEventListener("close", () => { asking = null; });
at("sure-form").addEventListener("submit", (event) => busy(at("sure-yes"), () => decide(event)));
window.addEventListener("hashchange", follow);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
setInterval(() => {
  document.querySelectorAll("time").forEach(tell);
  if (!document.hidden) refresh();
}, EVERY_MS);
speak();
if (kept(sessionStorage, "token")) {
  attempt(at("sign-in-wrong"), list).then((done) => { if (!done) at("sign-in").hidden = false; });
} else {
  at("sign-in").hidden = false;
}

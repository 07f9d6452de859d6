// The New request page: the form composes a letter, finds what may answer it already, checks it.
// The letter is the one of tracker/core/requests.py, letter for letter.

const page = document.getElementById("tk-new");
const form = page.querySelector("form");
const ready = page.querySelector(".tk-ready");
const said = form.dataset;
const byId = (id) => document.getElementById(id);
const KEPT = "tk-request";

page.querySelector(".tk-plain").hidden = true;
form.hidden = false;

// Types and their questions

const groups = [...form.querySelectorAll(".tk-questions")];

function chosen() {
  return form.querySelector("[name=type]:checked");
}

function group() {
  const type = chosen();
  return type && groups.find((one) => one.dataset.type === type.value);
}

function asked() {
  const here = group();
  return here ? [...here.querySelectorAll("[data-question]")] : [];
}

function show() {
  for (const one of groups) {
    one.hidden = one !== group() || !one.querySelector("[data-question]");
    one.disabled = one.hidden;
  }
  byId("tk-text").required = asked().length === 0;
  form.querySelector("label[for=tk-text] i").hidden = asked().length === 0;
}

// The letter

const line = (text) => text.split(/\s+/).filter(Boolean).join(" ");
const whole = (text) => text.replace(/\p{Surrogate}/gu, "\ufffd");
const literal = (text) => text.replace(/[.*+?^${}()|[\]\\\/-]/g, "\\$&");

function compose() {
  const here = group();
  const text = byId("tk-text").value.trim();
  if (!here) return text;
  const labels = [...asked().map((one) => one.dataset.question), ...JSON.parse(said.textWords)];
  const guard = new RegExp(` (?=(?:${labels.map(literal).join("|")}):)`, "gi");
  const lines = [`${said.typeWord}: ${here.dataset.title} [${here.dataset.type}]`];
  for (const one of asked()) {
    const answer = line(one.value);
    if (answer) lines.push(one.dataset.question + `: ${answer}`.replace(guard, "\u00a0"));
  }
  return [...lines, "", `${said.textWord}:`, text].join("\n").trimEnd();
}

function encoded(text) {
  return encodeURIComponent(whole(text)).replace(/'/g, "%27");
}

function mailto(body) {
  const address = encodeURIComponent(said.address).replace("%40", "@");
  const fields = [`subject=${encoded(line(byId("tk-title").value))}`];
  if (body) fields.push(`body=${encoded(body.replace(/\n/g, "\r\n"))}`);
  return `mailto:${address}?${fields.join("&")}`;
}

// Checks

function fault(box) {
  const text = box.value.trim();
  if (box.required && !text) return box.tagName === "SELECT" ? said.choose : said.fill;
  if (box.maxLength > 0 && text.length > box.maxLength) return said.long;
  if (box.type === "email" && text && !/^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$/.test(text)) {
    return said.noAddress;
  }
  return "";
}

function mark(box, text) {
  const note = byId(`${box.id}-fault`);
  const about = (box.getAttribute("aria-describedby") || "").split(" ").filter(Boolean);
  const others = about.filter((one) => one !== note.id);
  if (text) others.push(note.id);
  if (others.length) box.setAttribute("aria-describedby", others.join(" "));
  else box.removeAttribute("aria-describedby");
  box.toggleAttribute("aria-invalid", Boolean(text));
  if (text) box.setAttribute("aria-invalid", "true");
  note.textContent = text;
  note.hidden = !text;
}

function labelOf(box) {
  const label = form.querySelector(`label[for="${box.id}"]`).cloneNode(true);
  label.querySelectorAll("i").forEach((one) => one.remove());
  return label.textContent.trim();
}

function check() {
  const found = [];
  const types = byId("tk-type");
  if (types) {
    types.classList.toggle("tk-wrong", !chosen());
    if (!chosen()) {
      const first = types.querySelector("input");
      found.push([first, types.querySelector("legend").textContent, said.choose]);
    }
  }
  const email = byId("tk-email") ? [byId("tk-email")] : [];
  for (const box of [byId("tk-title"), ...asked(), byId("tk-text"), ...email]) {
    const text = fault(box);
    mark(box, text);
    if (text) found.push([box, labelOf(box), text]);
  }
  const summary = form.querySelector(".tk-faults");
  summary.hidden = found.length === 0;
  summary.replaceChildren();
  if (!found.length) return true;
  const heading = document.createElement("p");
  heading.textContent = said.faults;
  const list = document.createElement("ul");
  for (const [box, label, text] of found) {
    const link = document.createElement("a");
    link.href = `#${box.id}`;
    link.textContent = `${label}: ${text}`;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      box.focus();
    });
    const item = document.createElement("li");
    item.append(link);
    list.append(item);
  }
  summary.append(heading, list);
  summary.focus();
  return false;
}

// What was typed stays while the reader looks at a suggestion and comes back

function boxes() {
  return [...form.elements].filter((one) => one.name);
}

function keep() {
  const values = boxes().map((one) => [one.name, one.type === "radio" ? one.checked : one.value]);
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(values));
  } catch {
    // Storage may be forbidden: then nothing is kept.
  }
}

function restore() {
  try {
    const values = JSON.parse(sessionStorage.getItem(KEPT) || "[]");
    boxes().forEach((one, at) => {
      const [name, value] = values[at] || [];
      if (name !== one.name) return;
      if (one.type === "radio") one.checked = value;
      else one.value = value;
    });
  } catch {
    // As above.
  }
}

function forget() {
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // As above.
  }
}

// Copying

async function copy(text, box) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    box.focus();
    box.select();
    document.execCommand("copy");
  }
  byId("tk-status").textContent = said.copied;
}

for (const button of ready.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", () => {
    const box = byId(button.dataset.copy);
    copy(box.value, box).then(() => button.focus());
    const label = button.textContent;
    button.textContent = said.copied;
    setTimeout(() => (button.textContent = label), 2000);
  });
}

// From the form to the letter and back

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!check()) return;
  const body = compose();
  const link = mailto(body);
  const long = link.length > Number(said.limit);
  byId("tk-to").value = said.address;
  byId("tk-subject").value = line(byId("tk-title").value);
  byId("tk-body").value = body;
  byId("tk-open").href = long ? mailto("") : link;
  byId("tk-long").hidden = !long;
  byId("tk-status").textContent = "";
  if (byId("tk-send")) byId("tk-send").disabled = false;
  form.hidden = true;
  ready.hidden = false;
  byId("tk-ready").focus();
});

byId("tk-open").addEventListener("click", () => {
  if (!byId("tk-long").hidden) copy(byId("tk-body").value, byId("tk-body"));
  forget();
});

byId("tk-back").addEventListener("click", () => {
  ready.hidden = true;
  form.hidden = false;
  byId("tk-title").focus();
});

if (byId("tk-send")) {
  byId("tk-send").addEventListener("click", async (event) => {
    event.target.disabled = true;
    byId("tk-status").textContent = said.sending;
    const fields = {
      email: byId("tk-email").value.trim(),
      subject: byId("tk-subject").value,
      message: whole(byId("tk-body").value),
    };
    try {
      const answer = await fetch(said.submit, {
        method: "POST",
        body: new URLSearchParams(fields),
        headers: { Accept: "application/json" },
        credentials: "omit",
        referrerPolicy: "no-referrer",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      byId("tk-status").textContent = said.sent;
      forget();
    } catch {
      byId("tk-status").textContent = said.failed;
      event.target.disabled = false;
    }
  });
}

// Suggestions: pages from the theme's search worker (its messages: 0 set up, 1 ready, 2 query,
// 3 result), closed tickets from that of the search page, which knows how to leave open ones out.

const PAGES = 3;
const TICKETS = 4;
const MADE = /^(?:$|(?:new|requests|queues|contacts|search|figures)\/)/;
let search;
let turn = 0;
let waiting;

function start() {
  if (!search) search = load().catch(() => null);
  return search;
}

async function load() {
  const config = JSON.parse(byId("__config").textContent);
  const root = new URL(config.base.replace(/\/?$/, "/"), location);
  const answer = await fetch(new URL("search/search_index.json", root));
  const { config: options, docs } = await answer.json();
  const ask = asking(new URL(config.search, location));
  const setUp = { config: options, docs, options: { suggest: false } };
  await ask({ type: 0, data: setUp }, (answer) => answer.type === 1);
  const pages = inTurn(async (query) => {
    const answer = await ask({ type: 2, data: query }, ({ type }) => type === 3);
    return answer.data.items;
  });
  return { pages, tickets: said.finder ? finding(new URL(said.finder, root)) : () => [], root };
}

function finding(address) {
  const ask = asking(address);
  let asked = 0;
  return inTurn(async (query) => {
    asked += 1;
    const message = { turn: asked, query, status: "closed", limit: TICKETS, typing: true };
    return (await ask(message, (answer) => answer.turn === asked)).tickets;
  });
}

// Start a worker; what asks it fails as soon as it is broken.
function asking(address) {
  const worker = new Worker(address);
  const broken = new Promise((_, failed) => worker.addEventListener("error", failed));
  broken.catch(() => {});
  return (message, isAnswer) => {
    const answered = new Promise((done) => {
      worker.addEventListener("message", function hear({ data }) {
        if (!isAnswer(data)) return;
        worker.removeEventListener("message", hear);
        done(data);
      });
    });
    worker.postMessage(message);
    return Promise.race([answered, broken]);
  };
}

// One question after the other: an answer names no question.
function inTurn(ask) {
  let last = Promise.resolve();
  return (query) => {
    last = last.then(() => ask(query)).catch(() => []);
    return last;
  };
}

// The whole title first; a ticket must hold every word, so pairs of them come next.
function queries(title) {
  const words = [...new Set(title.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) || [])].slice(0, 7);
  const pairs = words.slice(1).map((word, at) => `${words[at]} ${word}`);
  return words.length ? [...new Set([words.join(" "), ...pairs, ...(pairs.length ? [] : words)])] : [];
}

// Of a page, at least half of the words must be there: the theme's search asks for one only.
function fits(item) {
  const found = item.map(({ terms }) => Object.values(terms || {})).filter((one) => one.length);
  const share = (hits) => hits.filter(Boolean).length / hits.length;
  return !found.length || Math.max(...found.map(share)) >= 0.5;
}

// Both workers give titles as HTML.
function suggestion({ location, title, status = "" }) {
  const text = new DOMParser().parseFromString(title || "", "text/html").body.textContent;
  return { location, title: text, status: status && said.closed };
}

async function pagesFor(query) {
  const { pages } = await start();
  const found = (await pages(query)).filter(
    (one) => !/^tickets\//.test(one[0].location) && !MADE.test(one[0].location) && fits(one)
  );
  return found.slice(0, PAGES).map((one) => suggestion(one[0]));
}

async function suggestions(title, mine) {
  const [whole, ...parts] = queries(title);
  if (!whole) return [];
  const { tickets } = await start();
  const pages = pagesFor(whole);
  const found = new Map();
  for (const query of [whole, ...parts]) {
    for (const one of await tickets(query)) {
      if (!found.has(one.location)) found.set(one.location, suggestion(one));
    }
    if (mine !== turn) return [];
    if (found.size >= TICKETS) break;
  }
  return [...(await pages), ...[...found.values()].slice(0, TICKETS)];
}

async function suggest() {
  const mine = ++turn;
  const title = byId("tk-title").value;
  const loaded = await start();
  if (!loaded || mine !== turn) return;
  const found = line(title).length < 3 ? [] : await suggestions(title, mine);
  if (mine !== turn) return;
  const box = form.querySelector(".tk-found");
  const items = found.map((one) => {
    const link = document.createElement("a");
    link.href = new URL(one.location, loaded.root).href;
    link.textContent = one.title;
    const item = document.createElement("li");
    item.append(link);
    if (one.status) {
      const status = document.createElement("small");
      status.textContent = ` ${one.status}`;
      item.append(status);
    }
    return item;
  });
  box.querySelector("ul").replaceChildren(...items);
  box.hidden = !items.length;
  byId("tk-found-status").textContent = items.length ? said.found.replace("{n}", items.length) : "";
}

byId("tk-title").addEventListener("focus", start, { once: true });
byId("tk-title").addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(suggest, 250);
});

form.addEventListener("input", (event) => {
  if (event.target.getAttribute("aria-invalid")) mark(event.target, fault(event.target));
  keep();
});
form.addEventListener("change", () => {
  show();
  keep();
});

restore();
show();
if (byId("tk-title").value) suggest();

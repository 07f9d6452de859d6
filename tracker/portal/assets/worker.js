// Search worker: the theme's own worker answers for pages, this one adds tickets to its answer.
// Messages of the theme: 0 set up, 1 ready, 2 query, 3 result.
"use strict";

const desk = "%DESK%";
const root = new URL("../../../", self.location).href;
const QUERY = 2;
const RESULT = 3;
const SHOWN = 10;
const PAGES_FIRST = 3;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const queries = [];
const cache = new Map();
let asked = 0;

addEventListener("message", (event) => {
  if (event.data.type === QUERY) queries.push(event.data.data);
});

const send = self.postMessage.bind(self);
self.postMessage = (message) => {
  if (message.type !== RESULT) return send(message);
  const turn = ++asked;
  find(queries.shift() || "")
    .catch(() => [])
    .then((tickets) => {
      if (turn !== asked) return;
      const pages = message.data.items;
      const first = pages.slice(0, PAGES_FIRST);
      message.data.items = [...first, ...tickets, ...pages.slice(PAGES_FIRST)];
      send(message);
    });
};

importScripts(
  new URL("assets/tracker/vendor/base-stemmer.js", root).href,
  new URL("assets/tracker/vendor/russian-stemmer.js", root).href,
  new URL("assets/tracker/vendor/english-stemmer.js", root).href
);
const russian = new RussianStemmer();
const english = new EnglishStemmer();
importScripts(desk.wrapped);

// Words and stems exactly as tracker/core/pages/words.py makes them.
function stem(word) {
  if (/^[0-9]+$/.test(word)) return word;
  if (/^[a-z0-9]+$/.test(word)) return english.stemWord(word);
  return russian.stemWord(word).replaceAll("ё", "е");
}

function stems(query) {
  const words = query.normalize("NFC").toLowerCase().match(/[a-zа-яё0-9]+/g) || [];
  const long = words.filter((word) => word.length > 1);
  return [...new Set(long.map((word) => stem(word.slice(0, 40))))].slice(0, 8);
}

function shardOf(one) {
  let value = 0x811c9dc5;
  for (let at = 0; at < one.length; at++) {
    value = Math.imul(value ^ one.charCodeAt(at), 0x01000193) >>> 0;
  }
  return value % desk.shards;
}

function load(address) {
  if (!cache.has(address)) {
    const loading = fetch(new URL(address, root)).then((answer) => {
      if (!answer.ok) throw new Error(address);
      return answer.text();
    });
    loading.catch(() => cache.delete(address));
    cache.set(address, loading);
  }
  return cache.get(address);
}

// A list is {numbers: Set, floor}: below the floor anything may hold.
function decode(text) {
  const numbers = new Set();
  let number = 0;
  let gap = 0;
  let shift = 0;
  for (const letter of text) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0) break;
    gap |= (digit & 31) << shift;
    shift += 5;
    if (digit < 32) {
      number = numbers.size ? number - gap : gap;
      numbers.add(number);
      gap = shift = 0;
    }
  }
  return { numbers, floor: text.endsWith("*") ? number : 0 };
}

async function lists(one) {
  const text = await load(`search/tickets/${shardOf(one)}.txt`);
  const lines = new Map(text.split("\n").map((line) => line.split("\t")));
  const of = (key) => decode(lines.get(key) || "");
  return { said: of(one), titled: of("=" + one) };
}

function holds(list, number) {
  return list.numbers.has(number) || number < list.floor;
}

async function find(query) {
  const asNumber = query.trim().toUpperCase().replace(`${desk.prefix}-`, "").replace(/^№\s*/, "");
  const found = [];
  if (/^[1-9][0-9]{0,8}$/.test(asNumber) && Number(asNumber) <= desk.newest) {
    found.push(...(await items([[Number(asNumber), 1000]])));
  }
  const words = (await Promise.all(stems(query).map(lists))).filter((one) => one.said.numbers.size);
  if (!words.length) return found;
  const rarest = words.reduce((best, one) => {
    const size = (list) => (list.floor ? Infinity : list.numbers.size);
    return size(one.said) < size(best.said) ? one : best;
  });
  const scored = [];
  for (const number of rarest.said.numbers) {
    if (!words.every((one) => holds(one.said, number))) continue;
    scored.push([number, words.filter((one) => one.titled.numbers.has(number)).length]);
  }
  scored.sort((one, other) => other[1] - one[1] || other[0] - one[0]);
  const seen = new Set(found.map((item) => item[0].location));
  const more = await items(scored.slice(0, SHOWN));
  return [...found, ...more.filter((item) => !seen.has(item[0].location))];
}

async function items(scored) {
  const loaded = await Promise.all(
    scored.map(async ([number, score]) => {
      const text = await load(`search/titles/${Math.floor(number / 32)}.json`);
      const ticket = JSON.parse(text)[number];
      return ticket ? [item(ticket, score)] : null;
    })
  );
  return loaded.filter(Boolean);
}

// The theme inserts title and text as HTML.
function item([id, title, status], score) {
  const name = desk.names[status] || status;
  return {
    location: `tickets/${encodeURIComponent(id)}/`,
    title: escaped(title),
    text: `<span class="tk-chip tk-${escaped(status)}">${escaped(name)}</span> ${escaped(id)}`,
    score,
    terms: {},
  };
}

function escaped(text) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (letter) => entities[letter]);
}

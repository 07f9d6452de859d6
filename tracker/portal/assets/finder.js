// The worker of the search page: tickets from the search files, pages from the generator's index.
// Asked {turn, query, status, label, limit, typing}, it answers the same turn with what it found.
"use strict";

const ROOT = new URL("../../", self.location).href;
const PAGES = 3;
const EXTRACT = 160;

for (const name of ["vendor/base-stemmer", "vendor/russian-stemmer", "vendor/english-stemmer"]) {
  importScripts(new URL(`${name}.js`, self.location).href);
}
importScripts(new URL("engine.js", self.location).href);
const engine = makeEngine(ROOT);
let newest = 0;
let documents = null;

addEventListener("message", async ({ data }) => {
  newest = data.turn;
  const [found, pages] = await Promise.all([
    engine.find(data).catch(() => ({ tickets: [], total: 0, exact: true, failed: true })),
    data.status || data.label || !data.query.trim() ? [] : pagesFor(data).catch(() => []),
  ]);
  if (data.turn === newest) self.postMessage({ ...found, pages, turn: data.turn });
});

// The desk's own pages are few: they are simply gone through.
async function pagesFor({ query, typing }) {
  const words = [...new Set(engine.stemsOf(query))];
  if (!words.length) return [];
  documents = documents || (await index());
  const last = typing ? (query.toLowerCase().match(/[\p{L}\p{N}]+$/u) || [""])[0] : "";
  const found = [];
  for (const page of documents) {
    const hits = words.map((word, at) => weigh(page, word, at === words.length - 1 ? last : ""));
    if (hits.every(Boolean)) found.push({ page, score: hits.reduce((sum, one) => sum + one) });
  }
  found.sort((one, other) => other.score - one.score);
  const patterns = [{ stems: new Set(words), begun: last.length > 2 ? last : "" }];
  return found.slice(0, PAGES).map(({ page }) => ({
    location: page.location,
    title: engine.marked(page.title, patterns),
    text: engine.marked(extract(page, words), patterns),
  }));
}

function weigh(page, word, begun) {
  const says = (stems) =>
    stems.has(word) || (begun.length > 2 && [...stems].some((one) => one.startsWith(begun)));
  return (says(page.titleStems) ? 10 : 0) + (says(page.textStems) ? 1 : 0);
}

async function index() {
  const { docs } = JSON.parse(await engine.load("search/search_index.json"));
  return docs.map(({ location, title, text }) => {
    const plain = text.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim();
    const name = title.replace(/<[^>]*>/g, "");
    const texts = new Set(engine.stemsOf(plain));
    const titles = new Set(engine.stemsOf(name));
    return {
      location,
      title: unescaped(name),
      text: unescaped(plain),
      titleStems: titles,
      textStems: texts,
    };
  });
}

// Some words around the first hit.
function extract(page, words) {
  for (const found of page.text.matchAll(/[\p{L}\p{N}]+/gu)) {
    if (words.includes(engine.stemsOf(found[0])[0])) {
      const start = Math.max(0, found.index - EXTRACT / 2);
      const cut = page.text.slice(start, start + EXTRACT);
      return (start ? "… " : "") + cut + (start + EXTRACT < page.text.length ? " …" : "");
    }
  }
  return page.text.slice(0, EXTRACT);
}

function unescaped(text) {
  const entities = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => entities[name]);
}

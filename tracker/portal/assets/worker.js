// Search worker: the theme's own worker answers for pages, this one adds tickets to its answer.
// Messages of the theme: 0 set up, 1 ready, 2 query, 3 result.
"use strict";

const WRAPPED = "%WRAPPED%";
const ROOT = new URL("../../../", self.location).href;
const QUERY = 2;
const RESULT = 3;
const PAGES_FIRST = 3;
const SHOWN = 10; // what the theme shows before somebody scrolls

const queries = [];
let asked = 0;

addEventListener("message", (event) => {
  if (event.data.type === QUERY) queries.push(event.data.data);
});

const send = self.postMessage.bind(self);
self.postMessage = (message) => {
  if (message.type !== RESULT) return send(message);
  const turn = ++asked;
  const query = queries.shift() || "";
  engine
    .find({ query, typing: true })
    .catch(() => ({ tickets: [], total: 0 }))
    .then((found) => {
      if (turn !== asked) return;
      const first = message.data.items.slice(0, PAGES_FIRST);
      const rest = message.data.items.slice(PAGES_FIRST);
      const room = SHOWN - first.length;
      const tickets = found.tickets.slice(0, room).map((one) => [item(one)]);
      if (found.total > tickets.length) tickets.splice(room - 1, 1, [all(query)]);
      message.data.items = [...first, ...tickets, ...rest];
      send(message);
    });
};

for (const name of ["vendor/base-stemmer", "vendor/russian-stemmer", "vendor/english-stemmer"]) {
  importScripts(new URL(`assets/tracker/${name}.js`, ROOT).href);
}
importScripts(new URL("assets/tracker/engine.js", ROOT).href);
const engine = makeEngine(ROOT);
importScripts(WRAPPED);

// The theme inserts title and text as HTML.
function item({ location, id, title, status }) {
  const name = engine.desk.names[status] || status;
  const chip = `<span class="tk-chip tk-${status}">${engine.escaped(name)}</span>`;
  return { location, title, text: `${chip} ${engine.escaped(id)}`, score: 0, terms: {} };
}

function all(query) {
  const location = `search/?q=${encodeURIComponent(query)}`;
  return { location, title: engine.escaped(engine.desk.all), text: "", score: 0, terms: {} };
}

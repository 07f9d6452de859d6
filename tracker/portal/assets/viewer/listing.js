// The list of one's requests: filters, search, sorting; the rows are those of the public portal.

import { announce, button, el } from "./dom.js";
import { say } from "./page.js";

const SHOWN = 50;
const COLUMNS = ["number", "title", "status", "requester", "updated"];

export const STATUSES = {
  open: (one) => one.status !== "closed",
  closed: (one) => one.status === "closed",
  any: () => true,
};

// The queues of agents, all of open tickets.
export function queues(handle) {
  const holds = (name) => (one) => (one.queues || []).includes(name);
  return {
    unassigned: holds("unassigned"),
    mine: (one) => one.status !== "closed" && Boolean(handle) && one.assignee === handle,
    "to-answer": holds("to-answer"),
    waiting: holds("waiting"),
    overdue: (one) => Boolean(one.due) && Date.parse(one.due) < Date.now(),
  };
}

const plain = (text) => text.normalize("NFC").toLowerCase().replaceAll("ё", "е");

// What a query must find: the beginnings of words, long ones without their endings; short numbers
// are whole, for they are those of requests.
function parts(query) {
  const words = plain(query).match(/[\p{L}\p{N}]+/gu) || [];
  return words.map((word) => {
    const hasDigit = /\d/.test(word);
    const cut = hasDigit || word.length < 5 ? word.length : Math.max(4, word.length - 2);
    const end = hasDigit && word.length < 5 ? "(?![\\p{L}\\p{N}])" : "";
    return new RegExp(`(?<![\\p{L}\\p{N}])${word.slice(0, cut)}${end}`, "u");
  });
}

const texts = new WeakMap();

function textOf(ticket) {
  if (!texts.has(ticket)) {
    const { id, title, requester, labels, text } = ticket;
    texts.set(ticket, plain([id, title, requester, ...labels, text].join("\n")));
  }
  return texts.get(ticket);
}

function found(tickets, query) {
  const wanted = parts(query);
  return tickets.filter((one) => wanted.every((part) => part.test(textOf(one))));
}

function sorted(tickets, { by, down }) {
  const key = (one) => (by === "number" ? one.number : plain(String(one[by])));
  const order = (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : b.number - a.number);
  return [...tickets].sort((a, b) => (down ? order(b, a) : order(a, b)));
}

function row(ticket) {
  const day = ticket.updated.slice(0, 10).split("-").reverse().join(".");
  return el(
    "tr",
    { class: `tk-${ticket.status}` },
    el("td", {}, el("a", { href: `#${ticket.id}` }, ticket.id)),
    el("td", {}, ticket.title),
    el("td", {}, el("i", {}, say(`status-${ticket.status}`))),
    el("td", {}, ticket.requester),
    el("td", {}, day)
  );
}

function tabs(label, names, tickets, here, filters) {
  const items = names.map((name) => {
    const current = name === here ? { "aria-current": "page" } : {};
    const number = el("span", {}, String(tickets.filter(filters[name]).length));
    return el("a", { href: `#${name}`, ...current }, `${say(`tab-${name}`)} `, number);
  });
  return el("nav", { class: "tk-tabs", "aria-label": label }, items);
}

// Return the elements of a list. `view` is {name, query, sort} and is kept up to date, so that
// whoever comes back from a card finds the list as they left it.
export function list(box, view) {
  const { head, tickets } = box;
  const filters = { ...STATUSES, ...queues(head.agent) };
  const chosen = tickets.filter(filters[view.name] || STATUSES.open);
  const body = el("tbody");
  const more = el("p", { class: "tk-pager" });
  const status = el("span", { role: "status" });
  const none = el("p", { class: "tk-none", hidden: true });
  const search = el("input", {
    type: "search",
    "aria-label": say("search"),
    placeholder: say("search"),
    autocomplete: "off",
  });
  search.value = view.query;
  let limit = SHOWN;

  const fill = () => {
    const hits = sorted(found(chosen, view.query), view.sort);
    body.replaceChildren(...hits.slice(0, limit).map(row));
    table.hidden = hits.length === 0;
    none.hidden = hits.length > 0;
    none.textContent = say(view.query ? "nothing-found" : "no-requests");
    status.textContent = view.query ? `${hits.length} / ${chosen.length}` : "";
    const left = hits.length - limit;
    more.replaceChildren(...(left > 0 ? [button(say("more", { n: left }), grow)] : []));
  };
  const grow = () => {
    const from = limit;
    limit += SHOWN;
    fill();
    body.rows[from]?.querySelector("a").focus();
  };
  const heads = COLUMNS.map((name) => {
    const sort = button(say(`column-${name}`), () => {
      view.sort = { by: name, down: view.sort.by === name ? !view.sort.down : name === "updated" };
      mark();
      fill();
      announce(say(view.sort.down ? "sorted-down" : "sorted-up", { column: say(`column-${name}`) }));
    });
    sort.className = "tk-sort";
    return el("th", { scope: "col" }, sort);
  });
  const mark = () =>
    heads.forEach((one, at) => {
      if (COLUMNS[at] !== view.sort.by) one.removeAttribute("aria-sort");
      else one.setAttribute("aria-sort", view.sort.down ? "descending" : "ascending");
    });
  const table = el(
    "div",
    { class: "tk-scroll" },
    el("table", { class: "tk-table" }, el("thead", {}, el("tr", {}, heads)), body)
  );
  search.addEventListener("input", () => {
    view.query = search.value;
    limit = SHOWN;
    fill();
  });
  mark();
  fill();
  const agent = head.role === "agent";
  return [
    tabs(say("by-status"), Object.keys(STATUSES), tickets, view.name, filters),
    agent ? tabs(say("queues"), Object.keys(queues("")), tickets, view.name, filters) : null,
    el("div", { class: "tk-filter" }, search, status),
    table,
    none,
    more,
  ];
}

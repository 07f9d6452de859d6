// The search page: what is asked stands in its address, what is found below the form.
// Loaded before the theme's script, which would open its own box for an address with ?q=.
(function () {
  "use strict";
  var form = document.querySelector(".tk-search");
  if (!form) return;
  var input = form.elements.q;
  var hits = document.querySelector(".tk-hits");
  var said = document.querySelector(".tk-said");
  var more = document.querySelector(".tk-more");
  var none = document.querySelector(".tk-nothing");
  var hint = document.querySelector(".tk-hint");
  var labelled = form.querySelector(".tk-labelled");
  var words = form.dataset;
  var names = JSON.parse(words.names);
  var root = new URL("../", location.href.split(/[?#]/)[0]).href;
  var worker = new Worker(new URL("assets/tracker/finder.js", root).href);
  var STEP = 10;
  var PAUSE = 150; // milliseconds after the last letter: who types fast fetches nothing in between
  var pause = 0;
  var turn = 0;
  var limit = STEP;
  var label = "";

  function read() {
    var asked = new URLSearchParams(location.search);
    input.value = asked.get("q") || "";
    label = asked.get("label") || "";
    var status = asked.get("status") || "";
    Array.from(form.elements.status).forEach(function (one) {
      one.checked = one.value === status;
    });
    if (!form.elements.status.value) form.elements.status[0].checked = true;
  }

  function write() {
    var asked = new URLSearchParams();
    if (input.value.trim()) asked.set("q", input.value.trim());
    if (form.elements.status.value) asked.set("status", form.elements.status.value);
    if (label) asked.set("label", label);
    var query = asked.toString();
    history.replaceState(null, "", query ? "?" + query : location.pathname);
  }

  function ask() {
    labelled.hidden = !label;
    labelled.querySelector("b").textContent = label;
    var status = form.elements.status.value;
    var nothing = !input.value.trim() && !label && !status;
    hint.hidden = !nothing;
    turn += 1;
    if (nothing) return show({ tickets: [], pages: [], total: 0, exact: true }, true);
    form.setAttribute("aria-busy", "true");
    worker.postMessage({
      turn: turn,
      query: input.value,
      status: status,
      label: label,
      limit: limit,
      typing: true, // the last word may be a beginning, in a link too
    });
  }

  function show(found, silent) {
    form.removeAttribute("aria-busy");
    hits.replaceChildren();
    found.pages.forEach(function (page) {
      add("tk-page", page.location, page.title, page.text);
    });
    found.tickets.forEach(function (ticket) {
      var name = document.createElement("span");
      name.className = "tk-chip tk-" + ticket.status;
      name.textContent = names[ticket.status] || ticket.status;
      add("tk-ticket", ticket.location, ticket.title, "", ticket.id, name);
    });
    var total = found.total + found.pages.length;
    none.hidden = silent || total > 0 || found.failed;
    more.hidden = found.tickets.length < limit || found.total <= found.tickets.length;
    var text = found.exact ? words.found : words.about;
    if (found.failed) text = words.failed;
    said.textContent = silent || (!total && !found.failed) ? "" : text.replace("%", total);
  }

  function add(kind, address, title, text, id, chip) {
    var item = document.createElement("li");
    var link = document.createElement("a");
    item.className = kind;
    link.href = new URL(address, root).href;
    if (id) {
      var number = document.createElement("b");
      number.textContent = id;
      link.append(number, " ", chip, " ");
    }
    var name = document.createElement("span");
    name.innerHTML = title; // escaped by the worker, <mark> apart
    link.append(name);
    item.append(link);
    if (text) {
      var extract = document.createElement("p");
      extract.innerHTML = text; // likewise
      item.append(extract);
    }
    hits.append(item);
  }

  function again() {
    clearTimeout(pause);
    limit = STEP;
    write();
    ask();
  }

  worker.addEventListener("message", function (event) {
    if (event.data.turn === turn) show(event.data, false);
  });
  input.addEventListener("input", function () {
    clearTimeout(pause);
    pause = setTimeout(again, PAUSE);
  });
  form.addEventListener("change", function (event) {
    if (event.target !== input) again();
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    again();
  });
  labelled.querySelector("button").addEventListener("click", function () {
    label = "";
    again();
    input.focus();
  });
  more.addEventListener("click", function () {
    var next = hits.querySelectorAll("a").length;
    limit += STEP;
    worker.addEventListener("message", function moved() {
      worker.removeEventListener("message", moved);
      var link = hits.querySelectorAll("a")[next];
      if (link) link.focus();
    });
    ask();
  });

  // Arrows go from the box through the results, Escape goes back to the box.
  document.addEventListener("keydown", function (event) {
    var links = Array.from(hits.querySelectorAll("a"));
    var at = links.indexOf(document.activeElement);
    var inside = at >= 0 || document.activeElement === input;
    if (!inside || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowDown" && at + 1 < links.length) links[at + 1].focus();
    else if (event.key === "ArrowUp" && at >= 0) (links[at - 1] || input).focus();
    else if (event.key === "Escape" && at >= 0) input.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  addEventListener("popstate", function () {
    read();
    ask();
  });
  read();
  history.replaceState(null, "", location.pathname);
  addEventListener("load", write);
  document.querySelector(".tk-without").hidden = true;
  form.hidden = false;
  // Not over results on a phone, whose keyboard would cover them.
  if (!input.value || matchMedia("(hover: hover)").matches) input.focus();
  ask();
})();

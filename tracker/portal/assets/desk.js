// Lists: filter and sort the rows of this page. Without scripts the page stays a plain table.
(function () {
  "use strict";
  var box = document.querySelector(".tk-filter");
  if (!box) return;
  var input = box.querySelector("input");
  var select = box.querySelector("select");
  var status = box.querySelector("[role=status]");
  var whole = box.querySelector("a");
  var table = document.querySelector(".tk-table");
  var body = table.tBodies[0];
  var language = document.documentElement.lang;
  var known;

  // What the rows say is read when somebody asks for it: a slow phone needs long for it.
  function rows() {
    known = known || Array.from(body.rows).map(read);
    return known;
  }

  function read(row) {
    var cells = row.cells;
    return {
      row: row,
      text: row.textContent.toLowerCase().replace(/ё/g, "е"),
      number: Number(cells[0].textContent.match(/\d+$/) || 0),
      title: cells[1].firstChild ? cells[1].firstChild.textContent : "",
      changed: dated(cells[4].textContent),
      labels: Array.from(cells[1].querySelectorAll("b")).map(word),
    };
  }

  function word(element) {
    return element.textContent;
  }

  // 2026-11-22 and 22.11.2026 alike, as one number.
  function dated(text) {
    var parts = text.match(/\d+/g) || [];
    if (parts[0] && parts[0].length < 4) parts.reverse();
    return Number(parts.join("")) || 0;
  }

  function filter() {
    var words = input.value.toLowerCase().replace(/ё/g, "е").split(/\s+/).filter(Boolean);
    var shown = 0;
    rows().forEach(function (one) {
      var fits = words.every(function (word) {
        return one.text.includes(word);
      });
      fits = fits && (!select.value || one.labels.includes(select.value));
      one.row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    var said = status.dataset.text.replace("%n", shown).replace("%all", rows().length);
    status.textContent = words.length || select.value ? said : "";
    var asked = new URL(whole.href);
    put(asked, "q", input.value.trim());
    put(asked, "label", select.value);
    whole.href = asked.href;
  }

  function put(address, name, value) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }

  function sort(head) {
    var key = head.dataset.sort;
    var before = head.getAttribute("aria-sort");
    var up = before ? before === "descending" : key === "title";
    table.querySelectorAll("[aria-sort]").forEach(function (one) {
      one.removeAttribute("aria-sort");
    });
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    var collator = new Intl.Collator(language, { numeric: true });
    rows().sort(function (one, other) {
      var order =
        key === "title" ? collator.compare(one.title, other.title) : one[key] - other[key];
      return (up ? order : -order) || other.number - one.number;
    });
    body.append.apply(
      body,
      rows().map(function (one) {
        return one.row;
      })
    );
  }

  table.querySelectorAll("[data-sort]").forEach(function (head) {
    var button = document.createElement("button");
    button.type = "button";
    button.append.apply(button, Array.from(head.childNodes));
    button.addEventListener("click", function () {
      sort(head);
    });
    head.append(button);
  });
  var labels = new Set(Array.from(table.querySelectorAll("td:nth-child(2) b")).map(word));
  Array.from(labels)
    .sort(function (one, other) {
      return one.localeCompare(other, language, { numeric: true });
    })
    .forEach(function (label) {
      select.append(new Option(label, label));
    });
  select.hidden = !labels.size;
  whole.hidden = !document.querySelector(".tk-pager");
  input.addEventListener("input", filter);
  select.addEventListener("change", filter);
  input.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && !whole.hidden) location.href = whole.href;
  });
  table.classList.add("tk-live");
  box.hidden = false;
  if (input.value || select.value) filter(); // what the browser kept on going back
})();

// Parts of forms: a labelled field with its fault, a password that can be looked at, a text to copy.

import { announce, busy, button, el } from "./dom.js";
import { say } from "./page.js";
import { problemOf } from "./problems.js";

let count = 0;

// A field: {row, box, fault(text)}. `attributes` go to the input.
export function field(label, attributes = {}, hint = "") {
  const id = `tk-field-${++count}`;
  const note = el("p", { class: "tk-fault", id: `${id}-fault`, hidden: true });
  const about = hint ? el("p", { class: "tk-hint", id: `${id}-hint` }, hint) : null;
  const box = el("input", {
    id,
    required: true,
    "aria-describedby": [hint ? `${id}-hint` : "", `${id}-fault`].join(" ").trim(),
    ...attributes,
  });
  const line = el("div", { class: "tk-line" }, box);
  const row = el("div", { class: "tk-field" }, el("label", { for: id }, label), line, about, note);
  if (attributes.type === "password") line.append(eye(box));
  const fault = (text) => {
    note.textContent = text;
    note.hidden = !text;
    if (text) box.setAttribute("aria-invalid", "true");
    else box.removeAttribute("aria-invalid");
  };
  box.addEventListener("input", () => fault(""));
  return { row, box, fault };
}

function eye(box) {
  const made = button(say("show"), () => {
    const shown = box.type === "text";
    box.type = shown ? "password" : "text";
    made.textContent = say(shown ? "show" : "hide");
    made.setAttribute("aria-pressed", String(!shown));
    box.focus();
  });
  made.className = "tk-eye";
  made.setAttribute("aria-pressed", "false");
  made.setAttribute("aria-controls", box.id);
  return made;
}

export function tick(label, hint, attributes = {}) {
  const id = `tk-field-${++count}`;
  const box = el("input", { type: "checkbox", id, "aria-describedby": `${id}-hint`, ...attributes });
  const about = el("p", { class: "tk-hint", id: `${id}-hint` }, hint);
  const row = el("div", { class: "tk-tick" }, box, el("label", { for: id }, label), about);
  return { row, box, hint: about };
}

// A form whose work may take seconds: meanwhile it says so and takes no second press.
// `work` may throw a Problem, which is told in the form.
export function form(rows, label, work, attributes = {}) {
  const send = el("button", { class: "md-button md-button--primary" }, label);
  const alert = el("div", { class: "tk-alert", role: "alert" });
  const made = el("form", { novalidate: true, class: "tk-form", ...attributes }, rows, alert, send);
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (send.getAttribute("aria-disabled")) return;
    alert.replaceChildren();
    const faults = rowsOf(made).filter((box) => !box.checkValidity());
    if (faults.length) {
      alert.textContent = say(faults[0].type === "email" && faults[0].value ? "no-address" : "fill");
      faults[0].setAttribute("aria-invalid", "true");
      faults[0].focus();
      return;
    }
    send.setAttribute("aria-disabled", "true");
    busy(true);
    announce(say("working"));
    try {
      await work();
      announce("");
    } catch (error) {
      announce("");
      alert.replaceChildren(...told(problemOf(error)));
    } finally {
      busy(false);
      send.removeAttribute("aria-disabled");
    }
  });
  return made;
}

function rowsOf(made) {
  return [...made.elements].filter((one) => one.localName === "input" && one.willValidate);
}

// What a problem is called, for people.
export function told(problem) {
  const until = problem.until ? new Date(problem.until) : null;
  const values = until ? { until: until.toLocaleString(document.documentElement.lang) } : {};
  return say(`problem-${problem.name}`, values)
    .split("\n")
    .map((text) => el("p", {}, text));
}

// A box that tells of something, with what can be done.
export function notice(kind, texts, ...actions) {
  const lines = texts.map((text) => (typeof text === "string" ? el("p", {}, text) : text));
  const row = actions.length ? el("p", { class: "tk-actions" }, actions) : null;
  return el("div", { class: `tk-notice tk-${kind}` }, lines, row);
}

// A text with a button that copies it. Where nothing may be copied, it is selected.
export function copyable(label, text, { rows = 1, ...more } = {}) {
  const id = `tk-field-${++count}`;
  const tag = rows > 1 ? "textarea" : "input";
  const box = el(tag, { id, readonly: true, spellcheck: "false", ...more });
  if (rows > 1) box.setAttribute("rows", rows);
  box.value = text;
  const copy = button(say("copy"), async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      box.focus();
      box.select();
      document.execCommand("copy");
      copy.focus();
    }
    announce(say("copied"));
    copy.textContent = say("copied");
    setTimeout(() => (copy.textContent = say("copy")), 2000);
  });
  copy.setAttribute("aria-label", `${say("copy")}: ${label}`);
  const line = el("div", { class: "tk-line" }, box, copy);
  return el("div", { class: "tk-field" }, el("label", { for: id }, label), line);
}

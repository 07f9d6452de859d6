// Choosing a password of one's own, and the letter that tells the desk of it.

import { announce, button, el, show } from "./dom.js";
import { copyable, field, form, notice, tick } from "./forms.js";
import { letter } from "./mail.js";
import { openerOf } from "./keys.js";
import { desk, say } from "./page.js";
import { derive } from "./passwords.js";
import { sealRegistration } from "./registration.js";
import { ENOUGH, STRONG, bits, proposal } from "./strength.js";

// The two fields, with what is thought of the first: {rows, password(), ok()}.
function fields(address) {
  const known = [address, desk.name, desk.prefix];
  const first = field(say("new-password"), {
    type: "password",
    autocomplete: "new-password",
  });
  const second = field(say("repeat"), { type: "password", autocomplete: "new-password" });
  const meter = el("meter", { min: 0, max: STRONG, low: ENOUGH, high: STRONG - 1, optimum: STRONG });
  meter.setAttribute("aria-label", say("strength"));
  const verdict = el("span", { role: "status" });
  const judge = () => {
    const found = bits(first.box.value, known);
    meter.value = Math.min(found, STRONG);
    verdict.textContent = !first.box.value
      ? ""
      : say(found < ENOUGH ? "weak" : found < STRONG ? "enough" : "strong");
  };
  first.box.addEventListener("input", judge);
  const propose = button(say("propose"), () => {
    const text = proposal();
    for (const one of [first, second]) {
      one.box.type = "text";
      one.box.value = text;
      one.fault("");
    }
    judge();
    announce(say("proposed"));
  });
  const user = el("input", { type: "text", autocomplete: "username", hidden: true, readonly: true });
  user.value = address;
  const strength = el("p", { class: "tk-strength" }, meter, verdict);
  const ok = () => {
    if (bits(first.box.value, known) < ENOUGH) {
      first.fault(say("too-weak"));
      first.box.focus();
      return false;
    }
    if (first.box.value !== second.box.value) {
      second.fault(say("not-the-same"));
      second.box.focus();
      return false;
    }
    return true;
  };
  const hint = el("p", { class: "tk-hint" }, say("advice"));
  const offer = el("p", { class: "tk-actions" }, propose);
  return {
    rows: [user, first.row, strength, hint, second.row, offer],
    password: () => first.box.value,
    ok,
  };
}

// The form. `before` are rows above it; `verify` may refuse with a problem; `done(session)` gets
// the session with the chosen password as `pending`, and whether it shall be remembered.
export function choosing({ session, before = [], verify = async () => {}, canKeep, kept, done }) {
  const chosen = fields(session.address);
  const keep = tick(say("remember"), say(canKeep ? "remember-hint" : "problem-storage"), {
    checked: kept,
    disabled: !canKeep,
  });
  const work = async () => {
    if (!chosen.ok()) return;
    await verify();
    const found = await derive(chosen.password(), session.address, desk.url);
    const block = await sealRegistration(session, desk.url, found);
    const { locator } = found;
    const wrapping = await openerOf(found.wrapping);
    found.wrapping.fill(0);
    const { address, pending: former } = session;
    const pending = { locator, wrapping, address, block, former };
    await done({ ...session, pending }, keep.box.checked);
  };
  return form([...before, ...chosen.rows, keep.row], say("use-password"), work);
}

// What is left to do once a password was chosen.
export function sending(session, go) {
  const { block, address } = session.pending;
  const steps = ["next-read", "next-works", "next-until", "next-old"].map((name) =>
    el("li", {}, say(name, { address }))
  );
  show(
    el("h1", {}, say("send-title")),
    el("p", {}, say("send-why")),
    letter(say("registration-subject"), `${say("registration-hello")}\n\n${block}`, address, 12),
    el("h2", {}, say("next-title")),
    el("ol", {}, steps),
    el("p", { class: "tk-actions" }, button(say("open-requests"), go))
  );
}

// The ready passphrase, shown to be kept.
export function ready({ passphrase, address, canKeep, done }) {
  const keep = tick(say("remember"), say(canKeep ? "remember-hint" : "problem-storage"), {
    disabled: !canKeep,
  });
  const user = el("input", { type: "text", autocomplete: "username", hidden: true, readonly: true });
  user.value = address;
  const box = copyable(say("passphrase"), passphrase, {
    autocomplete: "off",
    class: "tk-passphrase",
  });
  // Browsers offer to save what stands in a real password field, and pass over one that is
  // read-only.
  const saved = field(say("manager"), { type: "password", autocomplete: "new-password" });
  const fill = () => (saved.box.value = passphrase);
  saved.box.addEventListener("input", fill);
  fill();
  return [
    el("h1", {}, say("ready-title")),
    el("p", {}, say("ready-why", { address })),
    form([box, user, saved.row, keep.row], say("ready-done"), () => done(keep.box.checked)),
    notice("info", [say("ready-works")]),
  ];
}

// Getting in: signing in, activating by a letter's link, asking for a new link.

import { button, el, show } from "./dom.js";
import { choosing, ready, sending } from "./choosing.js";
import { field, form, notice, tick, told } from "./forms.js";
import { letter } from "./mail.js";
import { canRemember } from "./memory.js";
import { desk, say } from "./page.js";
import { Problem, problemOf } from "./problems.js";
import { activate, signIn, tokenOf } from "./session.js";

const MANY = 3;

// Show the form to sign in. `begin(session, keep)` goes on from there; `notices` stand above it.
export async function showSignIn(begin, notices = [], address = "") {
  const canKeep = await canRemember();
  const email = field(say("address"), {
    type: "email",
    autocomplete: "username",
    inputmode: "email",
    spellcheck: "false",
  });
  email.box.value = address;
  const password = field(say("password"), { type: "password", autocomplete: "current-password" });
  const keep = tick(say("remember"), say(canKeep ? "remember-hint" : "problem-storage"), {
    disabled: !canKeep,
  });
  let tries = 0;
  const work = async () => {
    try {
      await begin(await signIn(email.box.value, password.box.value), keep.box.checked);
    } catch (error) {
      const problem = problemOf(error);
      if (problem.name !== "wrong") throw problem;
      tries += 1;
      password.box.focus();
      password.box.select();
      throw new Problem(tries < MANY ? "wrong" : "wrong-often");
    }
  };
  const rows = [email.row, password.row, keep.row];
  show(
    el("h1", {}, say("requests")),
    notices,
    el("p", {}, say("sign-in-why")),
    form(rows, say("sign-in"), work),
    el("p", { class: "tk-aside" }, el("a", { href: "../access/" }, say("no-password")))
  );
}

// Show what the page of access offers to whoever comes without a link.
export function showAccess() {
  const write = el("a", { class: "md-button", href: "../new/" }, say("new"));
  show(
    el("h1", {}, say("access")),
    el("h2", {}, say("first-title")),
    el("p", {}, say("first-how")),
    el("p", { class: "tk-actions" }, write),
    el("h2", {}, say("restore-title")),
    el("p", {}, say("restore-how")),
    letter(say("restore-subject"), "", ""),
    el("p", { class: "tk-hint" }, say("restore-limit")),
    el("h2", {}, say("have-title")),
    el("p", { class: "tk-actions" }, el("a", { class: "md-button", href: "../requests/" }, say("sign-in")))
  );
}

// Show the page of an activation link. Nothing is fetched before a press: programs that look
// through mail follow links, too.
export function showActivation(written, begin) {
  const token = tokenOf(written);
  if (!token) {
    showDead(new Problem("link"), null);
    return;
  }
  const place = el("div", { class: "tk-alert", role: "alert" });
  const open = async (next) => {
    try {
      place.replaceChildren();
      await next(await activate(token));
    } catch (error) {
      const problem = problemOf(error);
      if (["missing", "expired"].includes(problem.name)) {
        const name = problem.name === "missing" ? "used" : "expired";
        showDead(Object.assign(new Problem(name), { until: problem.until }), () =>
          showActivation(written, begin)
        );
      } else place.replaceChildren(...told(problem));
    }
  };
  const take = button(say("take"), () => open((found) => showReady(found, begin)));
  take.classList.add("md-button--primary");
  const own = button(say("own"), () => open((found) => showOwn(found, begin)));
  show(
    el("h1", {}, say("activate")),
    el("p", {}, say("activate-why")),
    el(
      "div",
      { class: "tk-two" },
      el("section", {}, el("h2", {}, say("take-title")), el("p", {}, say("take-why")), take),
      el("section", {}, el("h2", {}, say("own-title")), el("p", {}, say("own-why")), own)
    ),
    place
  );
}

async function showReady({ session, passphrase, address }, begin) {
  const done = (keep) => begin(session, keep);
  show(...ready({ passphrase, address, canKeep: await canRemember(), done }));
}

async function showOwn({ session, address }, begin) {
  const made = choosing({
    session,
    canKeep: await canRemember(),
    kept: false,
    done: (pending, keep) => begin(pending, keep, (go) => sending(pending, go)),
  });
  show(el("h1", {}, say("own-title")), el("p", {}, say("own-for", { address })), made);
}

function showDead(problem, again) {
  const actions = [
    again ? button(say("again"), again) : null,
    el("a", { class: "md-button", href: "../requests/" }, say("sign-in")),
  ];
  show(
    el("h1", {}, say("activate")),
    notice("bad", told(problem), ...actions.filter(Boolean)),
    el("h2", {}, say("restore-title")),
    el("p", {}, say("restore-how")),
    letter(say("restore-subject"), "", "")
  );
}

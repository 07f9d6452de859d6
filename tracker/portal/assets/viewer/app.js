// The viewer: who is signed in, what is shown, and where the address leads.

import { showAccess, showActivation, showSignIn } from "./access.js";
import { load } from "./bundle.js";
import { leaveCard, showCard } from "./card.js";
import { choosing, sending } from "./choosing.js";
import { announce, button, el, show } from "./dom.js";
import { field, notice, told } from "./forms.js";
import { STATUSES, list, queues } from "./listing.js";
import { canRemember, forget, remember, remembered } from "./memory.js";
import { ROOT, desk, say } from "./page.js";
import { Problem, problemOf } from "./problems.js";
import { answered, signIn } from "./session.js";

const REQUESTS = new URL("requests/", ROOT);
const TICKET = /^[A-Z][A-Z0-9]+-\d+$/;
const NAMES = [...Object.keys(STATUSES), ...Object.keys(queues(""))];
const WAIT = 60_000;

let session = null;
let box = null;
let kept = false;
let seen = 0;
let notices = [];
let came = null;
let timer = 0;
const view = { name: "open", query: "", sort: { by: "number", down: true } };
const others = "BroadcastChannel" in self ? new BroadcastChannel(`tracker ${ROOT.pathname}`) : null;

export async function start() {
  const link = /^#a=(.*)$/.exec(location.hash);
  if (link) history.replaceState(null, "", location.pathname);
  if (others) others.onmessage = () => session && end("signed-out");
  if (link) {
    addEventListener("hashchange", route);
    showActivation(link[1], begin);
    return;
  }
  const found = await remembered();
  addEventListener("hashchange", route);
  if (location.hash.startsWith("#a=")) {
    route(); // the link was opened here meanwhile
    return;
  }
  seen = found ? found.epoch : 0;
  if (/\/access\/(?:index\.html)?$/.test(location.pathname)) {
    showAccess();
    return;
  }
  if (!found) {
    await showSignIn(begin);
    return;
  }
  announce(say("loading"));
  try {
    await begin(found, true);
  } catch (error) {
    await refused(problemOf(error), found);
  }
}

// A remembered session does not open any more, or not now: nothing is thrown away for it.
async function refused(problem, found) {
  announce("");
  const again = button(say("again"), () => location.reload());
  await showSignIn(begin, [notice("bad", told(problem), again)], found.address);
}

// Go on as `next`: open what it may see, remember it if asked to, show it.
async function begin(next, keep, then = null) {
  const current = await settled(next);
  const opened = await load(current, (done, all) => announce(say("parts", { done, all })));
  const isNew = !session;
  const isOlder = current.epoch < seen;
  seen = Math.max(seen, current.epoch);
  [session, box, kept] = [current, opened, keep && (await remember(current))];
  notices = [];
  if (keep && !kept) notices.push(notice("warn", [say("problem-storage")]));
  if (isOlder) notices.push(notice("bad", [say("problem-older")]));
  if (opened.problems.length) {
    notices.push(notice("bad", [say("some-parts"), ...told(opened.problems[0])]));
  }
  announce("");
  history.replaceState(null, "", `${REQUESTS.pathname}${TICKET.test(hash()) ? location.hash : ""}`);
  bar();
  await wait();
  if (then) then(route);
  else route();
  if (isNew && !then) forward();
}

// An old link leads to the request that took this one. Inside, the merged one can be opened.
function forward() {
  const onward = document.querySelector("#tk .tk-merged a");
  if (!onward) return;
  came = { from: hash(), to: onward.hash.slice(1) };
  location.replace(onward.hash);
}

// A session whose chosen password the desk may have taken meanwhile.
async function settled(next) {
  if (!next.pending) return next;
  try {
    return (await answered(next)) || next;
  } catch (error) {
    if (problemOf(error).name === "offline") throw error;
    return next;
  }
}

// Look now and then whether the desk has answered.
async function wait() {
  clearTimeout(timer);
  if (!session || !session.pending) return;
  timer = setTimeout(async () => {
    if (!document.hidden) await look();
    await wait();
  }, WAIT);
}

async function look(byHand = false) {
  try {
    const next = await answered(session);
    if (next) {
      await begin(next, kept, (go) => {
        go();
        announce(say("answered"));
      });
    } else if (byHand) announce(say("not-yet"));
  } catch (error) {
    if (byHand) announce(say(`problem-${problemOf(error).name}`));
  }
}

function bar() {
  const place = document.getElementById("tk-me");
  if (!session) {
    place.replaceChildren();
    return;
  }
  place.replaceChildren(
    el("span", { class: "tk-who" }, session.address),
    button(say("refresh"), refresh, { class: "tk-plain" }),
    el("a", { href: "#password" }, say("change")),
    button(say("sign-out"), signOut, { class: "tk-plain" })
  );
}

// Fetch everything anew. What is shown stays where that fails.
async function refresh() {
  announce(say("loading"));
  try {
    await begin(session, kept);
    announce(say("refreshed"));
  } catch (error) {
    announce(say(`problem-${problemOf(error).name}`));
  }
}

async function signOut() {
  others?.postMessage("out");
  await end("signed-out");
}

async function end(name) {
  clearTimeout(timer);
  leaveCard();
  [session, box, kept, notices] = [null, null, false, []];
  Object.assign(view, { name: "open", query: "" });
  await forget();
  history.replaceState(null, "", REQUESTS.pathname);
  bar();
  title();
  await showSignIn(begin, [notice("good", [say(name)])]);
}

function hash() {
  return location.hash.slice(1);
}

// Never a word of a request: titles stay in the browser's history.
function title(...parts) {
  document.title = [...parts, say("requests"), desk.name].join(" - ");
}

function route() {
  const link = /^#a=(.*)$/.exec(location.hash);
  if (link) {
    history.replaceState(null, "", location.pathname);
    showActivation(link[1], begin);
    return;
  }
  if (!session) return;
  announce("");
  leaveCard();
  const wanted = hash();
  const ticket = box.tickets.find((one) => one.id === wanted);
  if (ticket) {
    title(ticket.id);
    showCard(session, box, ticket, view.name);
    if (came && came.to === wanted) {
      const back = el("a", { href: `#${came.from}` }, came.from);
      document.querySelector("#tk .tk-head").after(el("p", { class: "tk-merged" }, `${say("came")} `, back));
    }
    came = null;
  } else if (wanted === "password") {
    showChange();
  } else {
    if (NAMES.includes(wanted)) view.name = wanted;
    const lost = TICKET.test(wanted) ? [notice("warn", [say("not-yours", { id: wanted })])] : [];
    showList(lost);
  }
}

function showList(more) {
  title();
  const write = el(
    "a",
    { class: "md-button md-button--primary", href: "../new/" },
    say("new")
  );
  show(
    el("div", { class: "tk-top" }, el("h1", {}, say(box.head.role === "agent" ? "all-requests" : "requests")), write),
    ...more,
    ...notices,
    session.pending ? pendingNotice() : null,
    ...list(box, view)
  );
}

function pendingNotice() {
  return notice(
    "warn",
    [say("pending")],
    button(say("check-now"), () => look(true)),
    button(say("letter-again"), () => sending(session, route))
  );
}

async function showChange() {
  title(say("change"));
  const former = field(say("present-password"), {
    type: "password",
    autocomplete: "current-password",
  });
  const made = choosing({
    session,
    before: [former.row],
    verify: async () => {
      const found = await signIn(session.address, former.box.value);
      if (found.account !== session.account) throw new Problem("wrong");
    },
    canKeep: await canRemember(),
    kept,
    done: async (pending, keep) => {
      session = pending;
      kept = keep && (await remember(session));
      await wait();
      history.replaceState(null, "", REQUESTS.pathname);
      sending(session, route);
    },
  });
  show(
    el("h1", {}, say("change")),
    el("p", {}, say("change-why", { address: session.address })),
    made
  );
}

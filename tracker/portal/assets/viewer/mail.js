// Letters to the desk: written out for a mail program, to be copied, or sent with one press.

import { announce, button, el } from "./dom.js";
import { copyable } from "./forms.js";
import { desk, say } from "./page.js";

function mailto(subject, body = "") {
  const to = encodeURIComponent(desk.address).replace("%40", "@");
  const fields = { subject, body: body.replace(/\n/g, "\r\n") };
  const query = Object.entries(fields).filter(([, text]) => text);
  return `mailto:${to}?${query.map(([name, text]) => `${name}=${encodeURIComponent(text)}`).join("&")}`;
}

// The ways a letter can leave. `from` is the address that it is about; it is empty where the letter
// must come from the person's own mailbox, which no service can vouch for.
export function letter(subject, body, from, rows = 1) {
  const link = el("a", { class: "md-button", href: mailto(subject, body) }, say("write"));
  const service = desk.submit && from;
  if (!service) link.classList.add("md-button--primary");
  const copies = el(
    "details",
    {},
    el("summary", {}, say("copy-instead")),
    copyable(say("to"), desk.address),
    copyable(say("subject"), subject),
    body ? copyable(say("letter"), body, { rows }) : null
  );
  const ways = service ? [sender(subject, body, from), link] : [link];
  return el("div", { class: "tk-letter" }, el("p", { class: "tk-actions" }, ways), copies);
}

// One press, where the desk names a service that turns a form into a mail.
function sender(subject, body, from) {
  const send = button(say("send"), async () => {
    send.disabled = true;
    announce(say("sending"));
    try {
      const answer = await fetch(desk.submit, {
        method: "POST",
        body: new URLSearchParams({ email: from, subject, message: body }),
        headers: { Accept: "application/json" },
        credentials: "omit",
        referrerPolicy: "no-referrer",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      announce(say("sent"));
    } catch {
      announce(say("not-sent"));
      send.disabled = false;
    }
  });
  send.classList.add("md-button--primary");
  return send;
}

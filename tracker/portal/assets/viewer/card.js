// A request's card: the fragment that the desk made, its attachments opened on demand.

import { attachment } from "./bundle.js";
import { announce, button, el, show } from "./dom.js";
import { told } from "./forms.js";
import { fragment } from "./fragments.js";
import { say } from "./page.js";
import { problemOf } from "./problems.js";

const PICTURE = /^image\/(?:png|jpeg|gif|webp)$/;
const SMALL = 5_000_000;

let addresses = [];

// Show a ticket. `back` is the fragment of the list it was opened from.
export function showCard(session, box, ticket, back) {
  leaveCard();
  const files = new Map(ticket.files.map((one) => [one.href, one]));
  const resolve = (target, link) => {
    if (target === "../../requests/") return `#${back}`;
    const other = /^\.\.\/([A-Z][A-Z0-9]+-\d+)\/$/.exec(target);
    if (other) return box.tickets.some((one) => one.id === other[1]) ? `#${other[1]}` : null;
    return files.has(target) ? opener(session, files.get(target), link) : missing(link);
  };
  show(...fragment(ticket.card, resolve));
  pictures(session, files);
}

// Forget the pictures and files that were opened.
export function leaveCard() {
  addresses.forEach((one) => URL.revokeObjectURL(one));
  addresses = [];
}

function addressOf(blob) {
  const made = URL.createObjectURL(blob);
  addresses.push(made);
  return made;
}

function missing(link) {
  if (link.closest(".tk-files")) link.append(` (${say("no-file")})`);
  return null;
}

function opener(session, file, link) {
  const save = button("", async () => {
    if (save.getAttribute("aria-disabled")) return;
    save.setAttribute("aria-disabled", "true");
    announce(say("opening", { name: file.name }));
    try {
      const link = el("a", { href: addressOf(await attachment(session, file)), download: file.name });
      link.click();
      announce(say("saved", { name: file.name }));
    } catch (error) {
      announce("");
      const alert = el("div", { class: "tk-alert", role: "alert" }, told(problemOf(error)));
      save.parentElement.querySelector(".tk-alert")?.remove();
      save.after(alert);
    } finally {
      save.removeAttribute("aria-disabled");
    }
  });
  save.className = "tk-file";
  save.replaceChildren(...link.childNodes);
  return save;
}

function pictures(session, files) {
  const watch = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      watch.unobserve(target);
      const file = files.get(target.dataset.file);
      attachment(session, file)
        .then((blob) => (target.src = addressOf(blob)))
        .catch(() => target.remove());
    }
  });
  for (const one of document.querySelectorAll("#tk img[data-file]")) {
    const file = files.get(one.dataset.file);
    if (file && PICTURE.test(file.type) && file.size < SMALL) watch.observe(one);
    else one.remove();
  }
}

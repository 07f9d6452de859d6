// Cards, from HTML that was made safe when it was built. Here it is parsed into a document where
// nothing loads or runs, and whatever is not on the list is taken out once more.

const GLOBAL = ["class"];
const ALLOWED = {
  a: ["href", "download"],
  article: [],
  b: [],
  blockquote: [],
  br: [],
  code: [],
  dd: [],
  del: [],
  details: [],
  div: [],
  dl: [],
  dt: [],
  em: [],
  footer: [],
  h1: [],
  h2: [],
  h3: [],
  h4: [],
  header: [],
  hr: [],
  i: [],
  img: ["src", "alt"],
  li: [],
  ol: ["start"],
  p: [],
  pre: [],
  small: [],
  span: [],
  strong: [],
  sub: [],
  summary: [],
  sup: [],
  table: [],
  tbody: [],
  td: ["align"],
  th: ["align"],
  thead: [],
  time: ["datetime"],
  tr: [],
  ul: [],
};
const CLASS = /^(?:tk-[a-z-]+|md-button(?:--primary)?)$/;
const ELSEWHERE = /^(?:https?:\/\/|mailto:)/i;

const trusted = self.trustedTypes
  ? self.trustedTypes.createPolicy("viewer", { createHTML: (html) => html })
  : null;

// A body in a document of its own, which no window shows.
function parsed(html) {
  if (Element.prototype.setHTML) {
    const { body } = document.implementation.createHTMLDocument("");
    const elements = Object.entries(ALLOWED).map(([name, attributes]) => ({ name, attributes }));
    body.setHTML(html, { sanitizer: { elements, attributes: GLOBAL } });
    return body;
  }
  const given = trusted ? trusted.createHTML(html) : html;
  return new DOMParser().parseFromString(given, "text/html").body;
}

function isHtml(element) {
  return element.namespaceURI === "http://www.w3.org/1999/xhtml";
}

function clean(body) {
  for (const one of [...body.querySelectorAll("*")]) {
    const known = isHtml(one) && Object.hasOwn(ALLOWED, one.localName) && ALLOWED[one.localName];
    if (!known) {
      one.remove();
      continue;
    }
    for (const { name } of [...one.attributes]) {
      if (![...GLOBAL, ...known].includes(name)) one.removeAttribute(name);
    }
    const classes = [...one.classList].filter((name) => CLASS.test(name));
    if (one.hasAttribute("class")) one.setAttribute("class", classes.join(" "));
  }
}

// Return the nodes of a card. `resolve(link)` says what becomes of a link within the portal: an
// element that stands for it, an address, or nothing.
export function fragment(html, resolve) {
  const body = parsed(html);
  clean(body);
  for (const picture of body.querySelectorAll("img")) {
    picture.dataset.file = picture.getAttribute("src") || "";
    picture.removeAttribute("src");
  }
  for (const link of [...body.querySelectorAll("a")]) place(link, resolve);
  return [...body.childNodes].map((node) => document.adoptNode(node));
}

function place(link, resolve) {
  const target = link.getAttribute("href");
  link.removeAttribute("href");
  link.removeAttribute("download");
  if (!target) return;
  if (ELSEWHERE.test(target)) {
    link.setAttribute("href", target);
    if (/^http/i.test(target)) {
      // Another page in this tab would forget who is signed in.
      link.setAttribute("target", "_blank");
      link.setAttribute("rel", "noopener noreferrer nofollow");
    }
    return;
  }
  const found = resolve(target, link);
  if (typeof found === "string") link.setAttribute("href", found);
  else if (found) link.replaceWith(found);
}

// Building the page's elements, always from texts: nothing here reads HTML.

// `attributes` may hold `on`, a mapping of events to listeners; false and null leave one out.
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
    } else if (value === true) {
      made.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      made.setAttribute(name, value);
    }
  }
  made.append(...children.flat().filter((one) => one !== null && one !== undefined));
  return made;
}

export function button(text, act, attributes = {}) {
  return el("button", { type: "button", class: "md-button", on: { click: act }, ...attributes }, text);
}

// Show `children` in the page's one place for content; the heading gets the focus, so that
// keyboards and screen readers begin there.
export function show(...children) {
  const main = document.getElementById("tk");
  main.replaceChildren(...children.flat().filter(Boolean));
  const heading = main.querySelector("h1");
  if (heading) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
  window.scrollTo(0, 0);
}

// Say something to whoever looks and to whoever listens. An empty text takes it away.
export function announce(text) {
  document.getElementById("tk-said").textContent = text;
}

export function busy(on) {
  document.getElementById("tk").toggleAttribute("aria-busy", on);
}

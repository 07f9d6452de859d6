// The first step: whether this browser can do what is needed, and whether this is our own window.

import { el, show } from "./dom.js";
import { told } from "./forms.js";
import { say } from "./page.js";
import { Problem, problemOf } from "./problems.js";

function lack() {
  if (self !== top) return "framed";
  if (!self.isSecureContext || !self.crypto?.subtle) return "insecure";
  const needed = ["WebAssembly", "Worker", "DecompressionStream"];
  return needed.every((name) => name in self) ? "" : "unsupported";
}

function refuse(problem) {
  show(
    el("h1", {}, say("requests")),
    el("div", { class: "tk-notice tk-bad", role: "alert" }, told(problem))
  );
}

const lacking = lack();
if (lacking) refuse(new Problem(lacking));
else {
  import("./app.js")
    .then((app) => app.start())
    .catch((error) => refuse(problemOf(error)));
}

// What a password gives at an address: where its login file lies, and the key that opens it.

import { hex, joined, sha256, utf8 } from "./bytes.js";
import { Problem } from "./problems.js";

const WORKER = new URL("argon2.js", import.meta.url).href;
const LENGTH = 48;
const LOCATOR = 16;
export const REAL = { memory: 65_536, passes: 3 };

const trusted = self.trustedTypes
  ? self.trustedTypes.createPolicy("worker", {
      createScriptURL(url) {
        if (url !== WORKER) throw new TypeError("another worker");
        return url;
      },
    })
  : null;

export function normalAddress(address) {
  return address.trim().toLowerCase();
}

export async function saltOf(site, address) {
  return (await sha256(joined(site, normalAddress(address)))).subarray(0, 16);
}

// Half a second on a desk, three on a slow phone: in a worker, which then ends and frees its memory.
export async function derive(password, address, site, cost = REAL) {
  const salt = await saltOf(site, address);
  const out = await worked({
    ...cost,
    password: utf8(password.normalize("NFKC")),
    salt,
    length: LENGTH,
  });
  const found = { locator: hex(out.subarray(0, LOCATOR)), wrapping: out.slice(LOCATOR) };
  out.fill(0);
  return found;
}

function worked(task) {
  return new Promise((done, failed) => {
    let worker;
    const end = (act, value) => {
      if (worker) worker.terminate();
      task.password.fill(0);
      act(value);
    };
    try {
      worker = new Worker(trusted ? trusted.createScriptURL(WORKER) : WORKER);
    } catch {
      end(failed, new Problem("unsupported"));
      return;
    }
    worker.addEventListener("message", ({ data }) => {
      if (data.out) end(done, data.out);
      else end(failed, new Problem("memory"));
    });
    worker.addEventListener("error", () => end(failed, new Problem("worker")));
    worker.postMessage(task);
  });
}

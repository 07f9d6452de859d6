// Fetching the portal's sealed files.

import { ROOT } from "./page.js";
import { Problem } from "./problems.js";

// Return {bytes, now}: `now` is the portal's own time in milliseconds, NaN where it tells none.
export async function fetched(path) {
  let answer;
  let bytes;
  try {
    answer = await fetch(new URL(path, ROOT), { cache: "no-cache", referrerPolicy: "no-referrer" });
    bytes = new Uint8Array(await answer.arrayBuffer());
  } catch {
    throw new Problem("offline", path);
  }
  // Some hosts answer with a page, and with success, for what they do not have.
  const isPage = /^text\/html/i.test(answer.headers.get("content-type") || "");
  if (answer.status === 404 || answer.status === 410 || (answer.ok && isPage)) {
    throw new Problem("missing", path);
  }
  if (!answer.ok) throw new Problem("server", path);
  return { bytes, now: timeOf(answer) };
}

function timeOf(answer) {
  const age = Number(answer.headers.get("age")) || 0;
  return Date.parse(answer.headers.get("date")) + age * 1000;
}

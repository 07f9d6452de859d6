// An account's bundles: fetched, opened, and held to be what they must be.

import { bundleKey, openerOf } from "./keys.js";
import { fromB64 } from "./bytes.js";
import { Problem } from "./problems.js";
import { open, place } from "./sealed.js";
import { desk } from "./page.js";
import { fetched } from "./site.js";
import { jsonOf } from "./session.js";

const TOGETHER = 4;

// Open everything of a session: {head, tickets, problems}. `head` is the first bundle without its
// tickets; `problems` are those of further ones, whose tickets are then not there.
export async function load(session, progress = () => {}) {
  const key = await bundleKey(session.key);
  const first = await chunk(session, key, session.bundle, 0);
  const names = first.chunks;
  if (!Array.isArray(names) || names[0] !== session.bundle) {
    throw new Problem("altered", session.bundle);
  }
  const parts = [first.tickets];
  const problems = [];
  const waiting = names.slice(1).map((name, at) => [name, at + 1]);
  const next = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      try {
        parts[one[1]] = (await chunk(session, key, ...one)).tickets;
      } catch (problem) {
        problems.push(problem);
      }
      progress(parts.filter(Boolean).length, names.length);
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, next));
  return { head: { ...first, tickets: null }, tickets: parts.filter(Boolean).flat(), problems };
}

async function chunk(session, key, name, number) {
  const path = `private/b/${name}`;
  const where = place("bundle", desk.url, path, session.account, session.epoch);
  const data = jsonOf(await open(key, where, (await fetched(path)).bytes), path);
  const fits = data.chunk === number && data.account === session.account;
  if (!fits || data.epoch !== session.epoch || !Array.isArray(data.tickets)) {
    throw new Problem("altered", path);
  }
  return data;
}

// Open an attachment of a ticket of the session.
export async function attachment(session, file) {
  const where = place("attachment", desk.url, file.path, session.account, session.epoch);
  const key = await openerOf(fromB64(file.key));
  const plain = await open(key, where, (await fetched(file.path)).bytes);
  return new Blob([plain], { type: file.type });
}

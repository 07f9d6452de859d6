// Who is signed in: from a password, from an activation link, or from this device's memory.
//
// A session is {account, epoch, key, bundle, address, pending}; `pending` is a chosen password
// that the desk has not answered yet: {locator, wrapping, address, block, former}, where `former`
// is one that was chosen before it; either letter may arrive first.

import { fromB64, textOf } from "./bytes.js";
import { blobKey, blobName, keyOf, openerOf } from "./keys.js";
import { derive, normalAddress } from "./passwords.js";
import { Problem } from "./problems.js";
import { open, place } from "./sealed.js";
import { desk } from "./page.js";
import { fetched } from "./site.js";

const VERSION = 1;

export function jsonOf(plain, path) {
  let data;
  try {
    data = JSON.parse(textOf(plain));
  } catch {
    throw new Problem("altered", path);
  }
  if (data.v !== VERSION) throw new Problem("version", path);
  return data;
}

// Sign in. Throws the problem `wrong` where no login file lies at what they give.
export async function signIn(address, password) {
  const found = await derive(password, address, desk.url);
  try {
    return await logIn(found.locator, await openerOf(found.wrapping), normalAddress(address));
  } catch (problem) {
    throw problem.name === "missing" ? new Problem("wrong") : problem;
  } finally {
    found.wrapping.fill(0);
  }
}

async function logIn(locator, wrapping, address) {
  const path = `private/l/${locator}`;
  const { bytes } = await fetched(path);
  const login = jsonOf(await open(wrapping, place("login", desk.url, path), bytes), path);
  return sessionOf(login, address);
}

async function sessionOf({ account, epoch, key, bundle }, address) {
  return { account, epoch, key: await keyOf(fromB64(key)), bundle, address, pending: null };
}

// Open the link of an activation letter: {session, passphrase, address, name}.
// Throws `link`, `missing`, and `expired` with the time as `until`.
export async function activate(token) {
  const path = `private/a/${await blobName(token)}`;
  const key = await blobKey(await keyOf(token.slice()));
  const { bytes, now } = await fetched(path);
  const blob = jsonOf(await open(key, place("activation", desk.url, path), bytes), path);
  // The portal's clock decides: the one of this device may be wrong.
  if (Date.parse(blob.expires) <= (Number.isNaN(now) ? Date.now() : now)) {
    const problem = new Problem("expired");
    problem.until = blob.expires;
    throw problem;
  }
  const session = await sessionOf(blob, normalAddress(blob.address));
  return { session, passphrase: blob.passphrase, address: blob.address, name: blob.name };
}

// The token of a link's fragment; null where the link is not whole.
export function tokenOf(written) {
  try {
    const token = fromB64(written);
    return token.length === 32 ? token : null;
  } catch {
    return null;
  }
}

// Whether the desk has taken a chosen password: then the session that it opens, else null.
export async function answered(session) {
  for (let one = session.pending; one; one = one.former) {
    try {
      const found = await logIn(one.locator, one.wrapping, one.address);
      if (found.account === session.account) return found;
    } catch (problem) {
      if (problem.name !== "missing") throw problem;
    }
  }
  return null;
}

// A chosen password on its way to the desk: sealed for it alone, good for one time.

import { b64, concat, fromHex, joined, utf8 } from "./bytes.js";
import { registrationKey } from "./keys.js";

const VERSION = 1;
const WIDTH = 60;
const TITLE = "TRACKER REGISTRATION";

function random(size) {
  return crypto.getRandomValues(new Uint8Array(size));
}

// `session` holds account, epoch and key; `found` is what `derive` gave. The nonces are random
// but in tests.
export async function sealRegistration(session, site, found, nonces = [random(12), random(16)]) {
  const content = {
    purpose: "password",
    epoch: session.epoch,
    locator: found.locator,
    wrap: b64(found.wrapping),
    nonce: b64(nonces[1]),
  };
  const sealed = await crypto.subtle.encrypt(
    {
      name: "AES-GCM",
      iv: nonces[0],
      additionalData: joined("tracker 1", "registration", site, session.account),
    },
    await registrationKey(session.key),
    utf8(JSON.stringify(content))
  );
  const account = fromHex(session.account);
  return writeBlock(concat(new Uint8Array([VERSION]), account, nonces[0], new Uint8Array(sealed)));
}

function writeBlock(bytes) {
  const lines = b64(bytes).match(new RegExp(`.{1,${WIDTH}}`, "g"));
  return [`-----BEGIN ${TITLE}-----`, ...lines, `-----END ${TITLE}-----`, ""].join("\n");
}

// Remembering who is signed in, where they asked for it: a key that scripts may use and nothing
// can copy, in the browser's own database. Where there is none, nothing is remembered.

import { ROOT } from "./page.js";

const NAME = `tracker ${ROOT.pathname}`;
const STORE = "kept";
const KEY = "session";

function opened() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
    asked.onblocked = () => failed(new Error("blocked"));
  });
}

async function within(mode, act) {
  const base = await opened();
  try {
    return await new Promise((done, failed) => {
      const turn = base.transaction(STORE, mode);
      const asked = act(turn.objectStore(STORE));
      turn.oncomplete = () => done(asked.result);
      turn.onerror = turn.onabort = () => failed(turn.error);
    });
  } finally {
    base.close();
  }
}

// Whether anything can be kept here at all: private windows may forbid it.
export async function canRemember() {
  try {
    // Where nothing is kept, no empty database is left behind either.
    if ((await within("readonly", (store) => store.count())) === 0) await forget();
    return true;
  } catch {
    return false;
  }
}

// Return what was kept, or null.
export async function remembered() {
  try {
    return (await within("readonly", (store) => store.get(KEY))) || null;
  } catch {
    return null;
  }
}

// Keep a session. Returns whether that went well.
export async function remember(session) {
  try {
    await within("readwrite", (store) => store.put(session, KEY));
    return true;
  } catch {
    return false;
  }
}

// Leave nothing behind.
export async function forget() {
  await new Promise((done) => {
    let asked;
    try {
      asked = indexedDB.deleteDatabase(NAME);
    } catch {
      done();
      return;
    }
    asked.onsuccess = asked.onerror = asked.onblocked = () => done();
  });
}

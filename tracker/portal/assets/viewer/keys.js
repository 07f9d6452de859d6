// The key schedule: what an account key and an activation token open.
//
// Keys can't be read out again: scripts may use them, nothing can copy them.

import { hex, joined, sha256, utf8 } from "./bytes.js";

const AES = { name: "AES-GCM", length: 256 };

function hkdf(info) {
  return { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: utf8(info) };
}

function derived(key, info, usage) {
  return crypto.subtle.deriveKey(hkdf(info), key, AES, false, [usage]);
}

// Take in the 32 bytes of an account key or a token; the bytes themselves are wiped.
export async function keyOf(bytes) {
  const key = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]);
  bytes.fill(0);
  return key;
}

// Take in the 32 bytes that open one kind of file by themselves.
export function openerOf(bytes) {
  return crypto.subtle.importKey("raw", bytes, AES, false, ["decrypt"]);
}

export function bundleKey(account) {
  return derived(account, "tracker bundle 1", "decrypt");
}

export function registrationKey(account) {
  return derived(account, "tracker registration 1", "encrypt");
}

export function blobKey(token) {
  return derived(token, "tracker blob 1", "decrypt");
}

export async function blobName(token) {
  return hex(await sha256(joined("tracker blob name 1", token))).slice(0, 32);
}

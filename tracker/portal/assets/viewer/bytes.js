// Bytes and texts, as docs/reference/accounts.md writes them.

export function utf8(text) {
  return new TextEncoder().encode(text);
}

export function textOf(bytes) {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((size, one) => size + one.length, 0));
  let at = 0;
  for (const one of parts) {
    whole.set(one, at);
    at += one.length;
  }
  return whole;
}

// Texts, numbers and bytes with a zero byte between them.
export function joined(...parts) {
  const bytes = parts.map((one) => (one instanceof Uint8Array ? one : utf8(String(one))));
  return concat(...bytes.flatMap((one, at) => (at ? [new Uint8Array(1), one] : [one])));
}

// base64url without padding.
export function b64(bytes) {
  const letters = btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""));
  return letters.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export function fromB64(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Error("not base64url");
  const letters = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = Uint8Array.from(letters, (one) => one.charCodeAt(0));
  if (b64(bytes) !== text) throw new Error("not canonical base64url");
  return bytes;
}

export function hex(bytes) {
  return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
}

export function fromHex(text) {
  return Uint8Array.from(text.match(/../g) || [], (one) => parseInt(one, 16));
}

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

// Opening sealed files: AES-256-GCM, where the file belongs, and its packing.

import { joined } from "./bytes.js";
import { Problem } from "./problems.js";

const NONCE = 12;
const TAG = 16;
const HEAD = 4;
const LARGEST = 256 * 2 ** 20;

// Where a file belongs; account and epoch are empty where whoever opens it doesn't know them.
export function place(kind, site, path, account = "", epoch = "") {
  return { kind, site, path, account, epoch };
}

export function associated(where) {
  const { kind, site, path, account, epoch } = where;
  return joined("tracker 1", kind, site, path, account, epoch);
}

export async function open(key, where, data) {
  if (data.length < NONCE + TAG) throw new Problem("altered", where.path);
  try {
    const packed = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: data.subarray(0, NONCE), additionalData: associated(where) },
      key,
      data.subarray(NONCE)
    );
    return await unpack(new Uint8Array(packed));
  } catch {
    throw new Problem("altered", where.path);
  }
}

// The length that `length` bytes are padded to (Padmé).
export function padme(length) {
  if (length < 2) return length;
  const exponent = Math.floor(Math.log2(length));
  const free = 2 ** (exponent - Math.floor(Math.log2(exponent)) - 1);
  return Math.ceil(length / free) * free;
}

export async function unpack(packed) {
  if (packed.length < HEAD) throw new Error("too short");
  const end = HEAD + new DataView(packed.buffer, packed.byteOffset).getUint32(0);
  if (packed.length !== padme(end) || packed.subarray(end).some(Boolean)) {
    throw new Error("wrong length or padding");
  }
  return inflate(packed.subarray(HEAD, end));
}

async function inflate(data) {
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.getReader();
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(parts).arrayBuffer());
    size += value.length;
    if (size > LARGEST) throw new Error("too large");
    parts.push(value);
  }
}

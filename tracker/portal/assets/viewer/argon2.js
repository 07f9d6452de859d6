// The worker that works a password out, so that the page does not freeze meanwhile.
"use strict";

const address = new URL("vendor/argon2.umd.min.js", self.location).href;
// Where the worker itself is under a policy that asks for it.
const trusted = self.trustedTypes
  ? self.trustedTypes.createPolicy("worker", { createScriptURL: (url) => url })
  : null;
importScripts(trusted ? trusted.createScriptURL(address) : address);

addEventListener("message", async ({ data }) => {
  const { password, salt, memory, passes, length } = data;
  try {
    const out = await hashwasm.argon2id({
      password,
      salt,
      memorySize: memory,
      iterations: passes,
      parallelism: 1,
      hashLength: length,
      outputType: "binary",
    });
    password.fill(0);
    self.postMessage({ out }, [out.buffer]);
  } catch (error) {
    self.postMessage({ failed: String(error) });
  }
});

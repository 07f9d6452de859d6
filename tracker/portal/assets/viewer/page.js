// What the page itself says: whose portal it is, its sentences, and where it lies.

const told = JSON.parse(document.getElementById("tk-data").textContent);

export const ROOT = new URL("../../../", import.meta.url);
export const desk = told.desk;

// The sentence called `name`, with its places filled.
export function say(name, values = {}) {
  const sentence = told.words[name] || name;
  return sentence.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? values[key] : whole));
}

export function has(name) {
  return name in told.words;
}

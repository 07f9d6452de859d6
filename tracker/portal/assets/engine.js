// Finding tickets: from words to lists of numbers to titles. It runs in a worker, behind the
// theme's search box (worker.js) and behind the search page (finder.js).
// makeEngine(root).find({query, status, label, limit, typing}) promises
// {tickets: [{location, id, title, status}], total, exact}; titles are HTML with <mark>.
"use strict";

function makeEngine(root) {
  const desk = "%DESK%";
  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const WORD = /[\p{L}\p{N}]+/gu;
  const STATUSES = { o: "open", w: "waiting", c: "closed", r: "repair" };
  const CLOSED = "#closed";
  const OPEN = ["#open", "#waiting"];
  const FILED = 16; // numbers whose titles share one file
  const WORDS = 6;
  const FULL = 2000; // stems of a vocabulary file that may lack some
  const COMPLETIONS = 3; // stems that a word begun stands for
  const SPARING = 35000; // characters fetched after which only one stem more is looked up
  const NOTHING = { numbers: new Set(), floor: 0 };
  const russian = new RussianStemmer();
  const english = new EnglishStemmer();
  const cache = new Map();

  // Words and stems exactly as tracker/core/pages/words.py makes them.
  function stem(word) {
    if (/^[0-9]+$/.test(word)) return word;
    if (/^[\x00-\x7f]+$/.test(word)) return english.stemWord(word);
    return russian.stemWord(word).replaceAll("ё", "е");
  }

  function wordsOf(text) {
    const words = text.normalize("NFC").toLowerCase().match(WORD) || [];
    return words.filter((word) => Array.from(word).length > 1);
  }

  function stemsOf(text) {
    return wordsOf(text).map((word) => stem(Array.from(word).slice(0, 40).join("")));
  }

  function labelMark(label) {
    const parts = label.normalize("NFC").toLowerCase().split(/\s+/).filter(Boolean);
    return "@" + Array.from(parts.join("_")).slice(0, 40).join("");
  }

  function hash(text) {
    let value = 0x811c9dc5;
    for (let at = 0; at < text.length; at++) {
      value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) >>> 0;
    }
    return value;
  }

  function load(address) {
    if (!cache.has(address)) {
      const loading = fetch(new URL(address, root)).then((answer) => {
        if (!answer.ok) throw new Error(address);
        return address.endsWith(".gz") ? unpacked(answer) : answer.text();
      });
      loading.catch(() => cache.delete(address));
      cache.set(address, loading);
    }
    return cache.get(address);
  }

  // Some servers say how such a file is compressed, and the browser has unpacked it then.
  async function unpacked(answer) {
    const data = await answer.blob();
    const [first, second] = new Uint8Array(await data.slice(0, 2).arrayBuffer());
    if (first !== 0x1f || second !== 0x8b) return data.text();
    return new Response(data.stream().pipeThrough(new DecompressionStream("gzip"))).text();
  }

  // A list is {numbers: Set, floor}: below the floor anything may hold.
  function decode(text) {
    const numbers = new Set();
    let number = 0;
    let gap = 0;
    let shift = 0;
    for (const letter of text) {
      const digit = ALPHABET.indexOf(letter);
      if (digit < 0) break;
      gap |= (digit & 31) << shift;
      shift += 5;
      if (digit < 32) {
        number = numbers.size ? number - gap : gap;
        numbers.add(number);
        gap = shift = 0;
      }
    }
    return { numbers, floor: text.endsWith("*") ? number : 0 };
  }

  function holds(list, number) {
    return list.numbers.has(number) || number < list.floor;
  }

  function union(lists) {
    if (lists.length === 1) return lists[0];
    const numbers = new Set();
    for (const list of lists) list.numbers.forEach((number) => numbers.add(number));
    return { numbers, floor: Math.max(0, ...lists.map((list) => list.floor)) };
  }

  // What one word or mark stands for: the tickets that say it, those that say it in the title.
  async function lookUp(one, tally) {
    const text = await load(`search/tickets/${hash(one) % desk.shards}.gz`);
    tally.size += text.length;
    const list = (key) => {
      const at = text.startsWith(key + "\t") ? 0 : text.indexOf(`\n${key}\t`) + 1;
      if (at === 0 && !text.startsWith(key + "\t")) return NOTHING;
      const end = text.indexOf("\n", at);
      return decode(text.slice(at + key.length + 1, end));
    };
    return { stem: one, said: list(one), titled: list("=" + one) };
  }

  // The stems that a word begun stands for: its own, unless nothing says it, and those that begin
  // as the word does, the frequent and the short ones first.
  async function completions(word, own, tally) {
    const begun = word.replaceAll("ё", "е");
    if (Array.from(begun).length < 3 || /^[0-9]+$/.test(begun)) return [own];
    const key = Array.from(begun).slice(0, 3).join("");
    const file = hash(key) % desk.vocabularies;
    const text = await load(`search/words/${file}.gz`);
    tally.size += text.length;
    const longer = [];
    const shorter = [];
    let known = 0;
    let says = !own.startsWith(key); // filed elsewhere: it may be said
    let before = "";
    for (const line of text.split("\n")) {
      if (!line) continue;
      before = before.slice(0, ALPHABET.indexOf(line[0])) + line.slice(2);
      known += 1;
      says = says || before === own;
      const found = { stem: before, weight: ALPHABET.indexOf(line[1]) };
      if (before.startsWith(begun)) longer.push(found);
      else if (begun.startsWith(before) && begun.length - before.length < 6) shorter.push(found);
    }
    longer.sort((a, b) => b.weight - a.weight || a.stem.length - b.stem.length);
    shorter.sort((a, b) => b.stem.length - a.stem.length);
    const found = longer.length ? longer : shorter.slice(0, 1);
    const most = tally.size > SPARING ? 1 : COMPLETIONS;
    const stems = found.slice(0, most).map((one) => one.stem);
    return says || known === FULL ? [own, ...stems] : stems;
  }

  // Words as {stems, said, titled, status}: any of its stems will do, or a status it names.
  async function understand(query, typing, tally) {
    const words = wordsOf(query);
    const last = typing && /[\p{L}\p{N}]$/u.test(query) ? words.at(-1) : "";
    const chosen = [...new Set(words)].filter((word) => word !== last);
    chosen.sort((a, b) => b.length - a.length); // a long word says more than a short one
    const asked = [...chosen.slice(0, WORDS - (last ? 1 : 0)), ...(last ? [last] : [])];
    const whole = asked.filter((word) => word !== last);
    const found = await Promise.all(whole.map((word) => meaning(word, false, tally)));
    return last ? [...found, await meaning(last, true, tally)] : found; // by then the tally counts
  }

  async function meaning(word, begun, tally) {
    const own = stemsOf(word)[0];
    const status = desk.statuses[own] || "";
    // A word that nothing says may be one begun as well.
    begun = begun || (!status && !(await lookUp(own, tally)).said.numbers.size);
    const stems = new Set(begun ? await completions(word, own, tally) : [own]);
    const found = await Promise.all([...stems].map((one) => lookUp(one, tally)));
    const named = status ? [await statusList(status, tally)] : [];
    return {
      stems,
      begun: begun ? word.replaceAll("ё", "е") : "",
      said: union([...found.map((one) => one.said), ...named]),
      titled: union([...found.map((one) => one.titled), ...named]),
    };
  }

  async function statusList(status, tally) {
    const marks = status === "open" ? OPEN : ["#" + status];
    return union((await Promise.all(marks.map((one) => lookUp(one, tally)))).map((one) => one.said));
  }

  // Conditions besides the words: {list, without}. Closed is what is neither open nor waiting,
  // where that is known exactly.
  async function conditions(status, label, tally) {
    const found = [];
    if (label) found.push({ list: (await lookUp(labelMark(label), tally)).said });
    if (status === "open") found.push({ list: await statusList("open", tally) });
    if (status === "closed") {
      const [open, closed] = await Promise.all([
        statusList("open", tally),
        statusList("closed", tally),
      ]);
      found.push(open.floor ? { list: closed } : { list: closed, without: open });
    }
    return found;
  }

  function fits(condition, number) {
    if (condition.without && condition.without.numbers.has(number)) return false;
    return holds(condition.list, number);
  }

  async function find({ query, status = "", label = "", limit = 10, typing = false }) {
    const tally = { size: 0 };
    const first = await byNumber(query);
    const [words, more] = await Promise.all([
      understand(query, typing, tally),
      conditions(status, label, tally),
    ]);
    const known = words.filter((one) => one.said.numbers.size);
    const lists = [...known.map((one) => ({ list: one.said })), ...more];
    if (!lists.length || (words.length && !known.length)) {
      return { tickets: first, total: first.length, exact: true };
    }
    const size = ({ list }) => (list.floor ? Infinity : list.numbers.size);
    const base = lists.reduce((best, one) => (size(one) < size(best) ? one : best));
    const scored = [];
    for (const number of base.list.numbers) {
      if (lists.every((one) => fits(one, number))) {
        scored.push([number, known.filter((one) => one.titled.numbers.has(number)).length]);
      }
    }
    scored.sort((one, other) => other[1] - one[1] || other[0] - one[0]);
    const seen = new Set(first.map((one) => one.id));
    const exact = lists.every((one) => !one.list.floor || one.without);
    const allowed = status === "open" ? ["open", "waiting"] : [status];
    const wanted = (one) => !seen.has(one.id) && (!status || allowed.includes(one.status));
    const rest = await titled(scored, wanted, limit, known);
    const tickets = [...first, ...rest];
    const total = exact ? Math.max(tickets.length, scored.length) : scored.length;
    return { tickets, total: tickets.length < limit ? tickets.length : total, exact };
  }

  // A number alone, however it is written: 42, ACCREDO-42, № 42, #42.
  async function byNumber(query) {
    const number = query
      .trim()
      .toUpperCase()
      .replace(/^(№|#|NO\.?)\s*/, "")
      .replace(new RegExp(`^${desk.prefix}[\\s-]*`), "");
    if (!/^[1-9][0-9]{0,8}$/.test(number) || Number(number) > desk.newest) return [];
    return titled([[Number(number), 0]], () => true, 1, []);
  }

  async function titled(scored, wanted, limit, words) {
    const found = [];
    for (let at = 0; at < scored.length && found.length < limit && at < 3 * limit; at += limit) {
      const loaded = await Promise.all(scored.slice(at, at + limit).map(([number]) => title(number)));
      found.push(...loaded.filter((one) => one && wanted(one)));
    }
    return found.slice(0, limit).map((one) => ({ ...one, title: marked(one.title, words) }));
  }

  async function title(number) {
    const text = await load(`search/titles/${Math.floor(number / FILED)}.gz`);
    const entry = JSON.parse(text)[number];
    if (!entry) return null;
    const [said, id] = Array.isArray(entry) ? entry : [entry, `${desk.prefix}-${number}`];
    const location = `tickets/${encodeURIComponent(id)}/`;
    return { location, id, title: said.slice(1), status: STATUSES[said[0]] || "" };
  }

  // Text as HTML, the words that were found marked.
  function marked(text, words) {
    const hit = (word) => {
      const plain = word.toLowerCase();
      const own = stemsOf(plain)[0];
      return words.some(
        (one) =>
          one.stems.has(own) || (one.begun && plain.replaceAll("ё", "е").startsWith(one.begun))
      );
    };
    let html = "";
    let end = 0;
    for (const found of text.matchAll(WORD)) {
      html += escaped(text.slice(end, found.index));
      html += hit(found[0]) ? `<mark>${escaped(found[0])}</mark>` : escaped(found[0]);
      end = found.index + found[0].length;
    }
    return html + escaped(text.slice(end));
  }

  function escaped(text) {
    const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
    return text.replace(/[&<>"']/g, (letter) => entities[letter]);
  }

  return { desk, find, load, understand, marked, escaped, stemsOf, labelMark };
}

// How hard a password is to guess, roughly and on the low side. Each guess costs whoever tries
// 64 MiB of memory and three passes over it, but needs no server: weak ones are refused.

const ROWS = ["qwertyuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"];
const ORDER = ["abcdefghijklmnopqrstuvwxyz", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "01234567890"];
const WORDS =
  /password|passwort|parol|пароль|gfhjkm|qwerty|йцукен|admin|админ|welcome|привет|letmein|login|support|поддержка|iloveyou|monkey|dragon|football|master|natasha|наташа|sasha|саша|maria|мария|sergey|сергей|dmitr|дмитр|alexand|александр|andrey|андрей|ivan|иван|elena|елена|olga|ольга|tatyana|татьяна|moscow|москва|moskva|russia|россия|summer|winter|spring|autumn|весна|лето|осень|зима|январ|феврал|август|сентябр|октябр|ноябр|декабр|19\d\d|20\d\d/g;

export const ENOUGH = 45;
export const STRONG = 60;

// Return bits, about. `known` are texts that are no secret, such as the address.
export function bits(password, known = []) {
  const text = password.normalize("NFKC").toLowerCase();
  const guessed = guessable(text, known);
  const seen = new Map();
  let sum = 0;
  [...password.normalize("NFKC")].forEach((letter, at) => {
    const times = seen.get(letter) || 0;
    seen.set(letter, times + 1);
    if (guessed[at]) sum += 0.5;
    else if (times > 1) sum += 1.5;
    else sum += /\p{Ll}/u.test(letter) ? 3.5 : 4.5;
  });
  return sum;
}

// Mark every letter that follows from what stands around it.
function guessable(text, known) {
  const letters = [...text];
  const marks = letters.map((letter, at) => follows(letters[at - 1], letter));
  const words = known.flatMap((one) => one.toLowerCase().split(/[^\p{L}\p{N}]+/u));
  const spans = [...text.matchAll(WORDS)].map((found) => [found.index, found[0].length]);
  for (const word of words.filter((one) => one.length > 2)) {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
      spans.push([at, word.length]);
    }
  }
  for (const [at, length] of spans) marks.fill(true, at, at + length);
  return marks;
}

function follows(before, letter) {
  if (!before) return false;
  if (before === letter) return true;
  return [...ROWS, ...ORDER].some((row) => row.includes(before + letter) || row.includes(letter + before));
}

// A strong one for whoever can't think of any: 100 bits, as the ready passphrase has.
export function proposal() {
  const letters = "abcdefghijklmnopqrstuvwxyz234567";
  const random = crypto.getRandomValues(new Uint8Array(20));
  const text = Array.from(random, (one) => letters[one % 32]).join("");
  return text.match(/.{4}/g).join("-");
}

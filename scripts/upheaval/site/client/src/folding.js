// Words as search compares them: without case, accents and marks, in Latin letters beside their own, together and apart.
const LETTERS = { ß: "ss", ł: "l", ø: "o", đ: "d", æ: "ae", œ: "oe", ı: "i", ي: "ی", ى: "ی", ك: "ک", ة: "ه" };
const CYRILLIC = {
  а: "a", б: "b", в: "v", г: "g", д: "d", е: "e", ё: "e", ж: "zh", з: "z", и: "i", й: "y", к: "k", л: "l", м: "m",
  н: "n", о: "o", п: "p", р: "r", с: "s", т: "t", у: "u", ф: "f", х: "kh", ц: "ts", ч: "ch", ш: "sh", щ: "shch",
  ъ: "", ы: "y", ь: "", э: "e", ю: "yu", я: "ya", і: "i", ї: "i", є: "ye", ґ: "g",
};
const SMALL = new Set("a an and as at by for from in of on or the to with и в на о об по с".split(" "));
const HAN = /\p{Script=Han}/u;

/** Normalizes a text: without case, accents, marks and differences between letters that people do not see. */
export function fold(text) {
  return text
    .normalize("NFKD")
    .replace(/[\p{M}\u200b-\u200f]/gu, "")
    .toLowerCase()
    .replace(/[ßłøđæœıيىكة]/g, (letter) => LETTERS[letter])
    .normalize("NFC");
}

/** Writes the Cyrillic letters of a normalized text in Latin ones. */
export function latin(text) {
  return text.replace(/[Ѐ-ӿ]/g, (letter) => CYRILLIC[letter] ?? letter);
}

const known = new Map();

/** The words of a text by chunk: what spaces separate, split at punctuation. Names recur, so they are remembered. */
export function chunks(text) {
  let found = known.get(text);
  if (!found) {
    const split = fold(text).split(/\s+/).map((chunk) => chunk.split(/[^\p{L}\p{N}]+/u).filter(Boolean));
    found = split.filter((words) => words.length);
    if (text.length < 200) known.set(text, found);
  }
  return found;
}

/** Whether a word says little by itself. */
export const isSmall = (word) => SMALL.has(word);

/** The pairs of neighbours in a run of Chinese characters, which has no spaces; null for other words. */
export function pairs(word) {
  if (!HAN.test(word)) return null;
  const letters = [...word];
  return letters.length < 3 ? [word] : letters.slice(1).map((letter, place) => letters[place] + letter);
}

/** A text as one string, for comparing whole names: words with one space between. */
export const whole = (text) => chunks(text).flat().join(" ");

/** The words under which a text is found, each also in Latin letters. */
export function words(text) {
  const found = new Set();
  for (const word of chunks(text).flat()) {
    for (const each of pairs(word) ?? [word]) {
      found.add(each);
      found.add(latin(each));
    }
  }
  return [...found];
}

/** The ways to write a name without spaces: what has a hyphen, two neighbouring words, all words, and its initials. */
export function solid(name) {
  const parts = chunks(name);
  const flat = parts.flat();
  const found = new Set();
  for (const part of parts) if (part.length > 1) found.add(part.join(""));
  flat.slice(1).forEach((word, place) => found.add(flat[place] + word));
  if (flat.length > 2 && flat.length < 6) found.add(flat.join(""));
  const telling = flat.filter((word) => !isSmall(word));
  if (telling.length > 2 && telling.length < 9) found.add(telling.map((word) => [...word][0]).join(""));
  return [...found].flatMap((word) => [...new Set([word, latin(word)])]);
}

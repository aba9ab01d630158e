// Finds records, codes and terms. MiniSearch keeps the index; here is what a search means, and the order of the hits.
import MiniSearch from "minisearch";
import { chunks, fold, isSmall, latin, pairs, solid, whole, words } from "./folding.js";

const BOOST = { title: 4, names: 3.5, codes: 4, solid: 4, dates: 2, types: 1.5, kind: 1.2, related: 1.2, text: 0.5 };
const FIELDS = Object.keys(BOOST);
const APART = FIELDS.filter((field) => field !== "solid");
const MONTHS = "january february march april may june july august september october november december".split(" ");
/** How much an entry counts by what it is: the thing stands before what is done with it, its place, the term for it, and the news. */
const WORTH = { thing: 1.3, act: 1, place: 0.2, publisher: 0.25, term: 0.1, source: 0.08 };
/** How much more an entry counts if one of its names is what was searched for. */
const SAME = { title: 7, names: 6 };
const SAME_TYPE = 15;
const [OWN_NAME, NAMED_KIND, REFERENCES, NEWNESS] = [3, 2.5, 0.15, 0.4];
/** How much less a match counts with a typing error, or by its letters in Latin alone. */
const [TYPO, IN_LATIN] = [0.5, 0.7];
const COVERAGE = 2;
const ABOUT = new Set("about against at between by for from in on to with".split(" "));

/** The words of a date: as it is written, its year, its month by number and name, and its day. */
function dateWords(date) {
  return date.split("/").flatMap((one) => {
    const [year, month, day] = one.split("-");
    if (!/^\d{4}/.test(year)) return [];
    const found = [year];
    if (month) found.push(year + month, MONTHS[month - 1]);
    if (day) found.push(year + month + day, String(Number(day)));
    return found;
  });
}

/** A name and the same one in Latin letters, if the index has it. */
const spellings = (name) => [name].flat();

/** All names of an entry, in all spellings: its title first, its codes and its address last. */
const namesOf = (entry) => [entry.title, ...entry.names.flatMap(spellings), ...entry.codes, entry.slug];

const READERS = {
  title: (entry) => words(entry.title),
  names: (entry) => entry.names.flatMap(spellings).flatMap(words),
  codes: (entry) => entry.codes.flatMap(words),
  solid: (entry) => namesOf(entry).flatMap(solid),
  dates: (entry) => entry.dates.flatMap(dateWords),
  types: (entry) => entry.types.flatMap(words),
  kind: (entry) => words(entry.kind),
  related: (entry) => entry.related.flatMap((other) => ["title", "names", "codes"].flatMap((field) => read(other, field))),
  text: (entry) => words(entry.text),
};

/** The words of a field of an entry, which many others may refer to. */
function read(entry, field) {
  entry.read ??= {};
  return (entry.read[field] ??= READERS[field](entry));
}

/** The words with two neighbouring letters swapped: the typing errors that cost two edits. */
function swaps(word) {
  const letters = [...word];
  return letters.slice(1).map((letter, place) => [...letters.slice(0, place), letter, letters[place], ...letters.slice(place + 2)].join(""));
}

/** The index of a site, which grows by one file after another. */
export class Finder {
  constructor() {
    this.entries = [];
    this.mini = new MiniSearch({
      fields: FIELDS,
      extractField: (entry, field) => (field === "id" ? entry.id : [...new Set(read(entry, field))].join(" ")),
      tokenize: (text) => text.split(" ").filter(Boolean),
      processTerm: (term) => term,
      searchOptions: { boost: BOOST, weights: { prefix: 0.2, fuzzy: 0.45 }, combineWith: "OR", tokenize: (text) => [text] },
    });
  }

  /**
   * Adds the entries of a file, a part at a time, so that the page stays responsive.
   *
   * @param {{kinds: Array<[string, string]>, labels: string[], entries: Array}} file as `searchindex.py` writes it
   */
  add(file) {
    const first = this.entries.length;
    const added = file.entries.map((row, place) => {
      const [title, path, kind, weight, names, codes, dates, types, related, text] = row;
      return {
      id: first + place,
      title,
      path,
      slug: path.split("/").at(-2) ?? "",
      kind: file.kinds[kind][0],
      worth: file.kinds[kind][1],
      factor: WORTH[file.kinds[kind][1]] * (1 + REFERENCES * Math.log2(1 + weight)) * (1 + NEWNESS * newness(dates)),
      names,
      codes,
      dates,
      types: types.map((at) => file.labels[at]),
      related,
      text,
      };
    });
    for (const entry of added) entry.related = entry.related.map((at) => added[at]);
    this.entries.push(...added);
    return this.mini.addAllAsync(added, { chunkSize: 200 });
  }

  /**
   * Finds entries.
   *
   * @param {string} text what was typed
   * @returns {Array<{title: string, path: string, kind: string, other: string}>} best first; `other` is what matches if
   *   the title does not: another name, a code, a date, a type, a related record, or words of the description
   */
  find(text) {
    const parts = groups(text);
    if (!parts.length) return [];
    const found = parts.map((part) => this.matches(part));
    fuse(parts).forEach(({ word, from, to }) => {
      for (const [id, hit] of this.lookup(word, {})) {
        for (let at = from; at < to; at += 1) keep(found[at], id, hit);
      }
    });
    const totals = new Map();
    found.forEach((matched, part) => {
      for (const [id, hit] of matched) {
        const total = totals.get(id) ?? { score: 0, hits: [] };
        total.score += Math.sqrt(hit.score);
        total.hits.push({ part, ...hit });
        totals.set(id, total);
      }
    });
    const most = [0, 0];
    const isNews = (id) => Number(this.entries[id].worth === "source");
    for (const [id, { hits }] of totals) most[isNews(id)] = Math.max(most[isNews(id)], hits.length);
    const asked = whole(text);
    const ranked = [];
    for (const [id, { score, hits }] of totals) {
      const entry = this.entries[id];
      if (hits.length < most[isNews(id)]) continue;
      const share = (hits.length / parts.length) ** COVERAGE;
      const isOfType = [entry.kind, ...entry.types].some((label) => whole(label) === asked);
      const fit = isOfType ? SAME_TYPE * parts.length : score * share * likeness(entry, asked, hits, parts);
      ranked.push({ entry, hits, score: fit * entry.factor });
    }
    ranked.sort((one, other) => other.score - one.score || one.entry.id - other.entry.id);
    return ranked.map(({ entry, hits }) => ({ title: entry.title, path: entry.path, kind: entry.kind, other: reason(entry, hits) }));
  }

  /** The entries that one part of a search matches: as written, else with a typing error. */
  matches(part) {
    const found = new Map();
    for (const [word, worth] of part.together) {
      const written = [this.lookup(word, { prefix: true, fields: APART }), this.lookup(word, { fields: ["solid"] })];
      for (const hits of written) for (const [id, hit] of hits) keep(found, id, lessened(hit, worth));
    }
    if (part.apart.length > 1) {
      const each = part.apart.map((word) => this.lookup(word, { prefix: word.length > 2, fields: APART }));
      for (const [id, hit] of each[0]) {
        const hits = each.map((one) => one.get(id));
        if (hits.every(Boolean) && inOneField(hits)) keep(found, id, { score: hits.reduce((sum, one) => sum + one.score, 0) / hits.length, match: Object.assign({}, ...hits.map((one) => one.match)) });
      }
    }
    if (found.size) return found;
    for (const [word, worth] of part.together) {
      if (word.length < 4 || /\p{N}/u.test(word)) continue;
      const near = [this.lookup(word, { fuzzy: word.length < 8 ? 1 : 2, fields: APART }), ...swaps(word).map((swapped) => this.lookup(swapped, {}))];
      for (const hits of near) for (const [id, hit] of hits) keep(found, id, lessened(hit, TYPO * worth));
    }
    return found;
  }

  lookup(word, options) {
    const found = new Map();
    for (const { id, score, match } of this.mini.search(word, options)) {
      // A word says no more where several fields repeat it.
      found.set(id, { score: score / new Set(Object.values(match).flat()).size, match });
    }
    return found;
  }
}

function keep(found, id, hit) {
  const known = found.get(id);
  if (!known || known.score < hit.score) found.set(id, hit);
}

const fieldsOf = (hit) => new Set(Object.values(hit.match).flat());
const inOneField = (hits) => [...fieldsOf(hits[0])].some((field) => hits.every((hit) => fieldsOf(hit).has(field)));
const lessened = (hit, worth) => ({ ...hit, score: hit.score * worth });

/** How new an entry is: 0 for 1950 and before; 1 for 2026, and for what has no date and so is not past. */
function newness(dates) {
  const years = dates.flatMap((date) => date.match(/\d{4}/g) ?? []).map(Number);
  return years.length ? Math.min(1, Math.max(0, (Math.max(...years) - 1950) / 76)) : 1;
}

/** The parts of a search: what spaces separate, each as one word and as the words that punctuation separates. */
function groups(text) {
  const parts = chunks(text).flatMap((part) => {
    const joined = part.join("");
    const han = pairs(joined);
    if (han && han.length > 1) return han.map((pair) => ({ word: pair, together: new Map([[pair, 1]]), apart: [] }));
    const together = new Map([[latin(joined), IN_LATIN], [joined.replace(/(?<=\p{L}{3})s$/u, ""), IN_LATIN], [joined, 1]]);
    return [{ word: joined, together, apart: part }];
  });
  const telling = parts.filter((part) => !isSmall(part.word));
  return telling.length ? telling : parts;
}

/** Neighbouring parts written as one word: two of them, and all. */
function fuse(parts) {
  const found = parts.slice(1).map((part, place) => ({ word: parts[place].word + part.word, from: place, to: place + 2 }));
  if (parts.length > 2) found.push({ word: parts.map((part) => part.word).join(""), from: 0, to: parts.length });
  return found.flatMap((one) => [...new Set([one.word, latin(one.word)])].map((word) => ({ ...one, word })));
}

const spellingsOf = new Map();

/** All words under which a name is found, which are remembered. */
function spelled(name) {
  let found = spellingsOf.get(name);
  if (!found) spellingsOf.set(name, (found = new Set([...words(name), ...solid(name)])));
  return found;
}

/** By how much an entry counts more for its own names, and because its kind is named. */
function likeness(entry, asked, hits, parts) {
  const bare = latin(asked).replaceAll(" ", "");
  const terms = hits.map((hit) => Object.keys(hit.match));
  let best = 1;
  namesOf(entry).forEach((name, place) => {
    const isSame = latin(whole(name)).replaceAll(" ", "") === bare;
    best = Math.max(best, isSame ? SAME[place ? "names" : "title"] : 1 + OWN_NAME * share(name, terms, parts.length));
  });
  const kind = new Set(chunks(entry.kind).flat());
  const named = parts.filter((part) => kind.delete(part.word));
  return best * (named.length && !kind.size ? NAMED_KIND : 1);
}

/**
 * How much of a name was searched for, and how much of the search is in the name: 1 if each is all of the other.
 *
 * What a name says after `on`, `for` and the like is not what it names, and counts less.
 */
function share(name, terms, parts) {
  const all = new Set(terms.flat());
  const has = (word) => all.has(word) || all.has(latin(word));
  let [matched, known, weight, before] = [0, 0, 1, ""];
  for (const part of chunks(name)) {
    for (const word of part) {
      if (ABOUT.has(word)) weight = 0.25;
      if (isSmall(word)) continue;
      known += 1;
      if (before && has(before + word)) matched += has(before) ? weight : 2 * weight;
      else if (has(word)) matched += weight;
      before = word;
    }
  }
  if (!matched) return 0;
  const own = spelled(name);
  const covered = terms.filter((list) => list.some((term) => own.has(term))).length;
  return (matched / known) * (covered / parts) ** 3;
}

/** What of an entry matches, if not all of it is in the title. */
function reason(entry, hits) {
  const matched = Object.assign({}, ...hits.map((hit) => hit.match));
  const terms = Object.keys(matched);
  const title = spelled(entry.title);
  const outside = terms.filter((term) => !title.has(term));
  if (!outside.length) return "";
  const telling = (lines, field, reader) => {
    const wanted = new Set(outside.filter((term) => matched[term].includes(field) || matched[term].includes("solid")));
    let best = "";
    let most = 0;
    for (const line of lines) {
      const shown = spellings(line)[0];
      const count = reader(line).filter((word) => wanted.has(word)).length;
      if (count > most || (count && count === most && shown.length < best.length)) [best, most] = [shown, count];
    }
    return best;
  };
  return (
    telling(entry.names, "names", (name) => spellings(name).flatMap((each) => [...words(each), ...solid(each)])) ||
    telling(entry.codes, "codes", words) ||
    telling(entry.types, "types", words) ||
    telling(entry.dates, "dates", dateWords) ||
    telling(entry.related.map((other) => other.title), "related", words) ||
    entry.related.find((other) => namesOf(other).some((name) => words(name).some((word) => outside.includes(word))))?.title ||
    excerpt(entry.text, outside)
  );
}

/** The words of a description around the first one that matches. */
function excerpt(text, terms) {
  const list = text.split(/\s+/);
  const at = list.findIndex((word) => terms.includes(fold(word).replace(/[^\p{L}\p{N}]+/gu, "")));
  if (at < 0) return "";
  const from = Math.max(0, at - 4);
  const to = Math.min(list.length, at + 6);
  return `${from ? "… " : ""}${list.slice(from, to).join(" ")}${to < list.length ? " …" : ""}`;
}

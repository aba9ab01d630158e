// Which records a state of the Explore page selects, and how they are counted. The same as upheaval/explore in Python:
// a test holds both to the same rows, counts and files.
export const MANY = ["pair", "actor", "type", "kind", "place", "status", "support", "source", "dispute"];
export const DAYS = ["from", "until", "force"];
export const LABELS = {
  pair: "pair of states", actor: "actor", type: "type", kind: "kind of record", from: "from", until: "until", place: "place",
  status: "evidential status", support: "support", source: "source", dispute: "dispute", force: "in force on",
  summaries: "summaries of other records",
};
const SHOWN = ["view", "sort", "columns"];
const CODED = ["kind", "type", "pair", "actor", "place", "status", "source"];
const SUPPORT = { two: "two or more independent sources", single: "one independent source or none", official: "official sources only" };
const DISPUTE = { disputed: "disputed by a source", undisputed: "not disputed by a source" };

const code = ([name, label, broader = [], iri = "", more = null]) => ({ name, label, broader, iri, more });
const tableOf = (labels) => new Map(Object.entries(labels).map(([name, label]) => [name, code([name, label])]));

/** Reads the index: `explore/records.json`, parsed. */
export function readCorpus({ publication, fields, codes, records }) {
  const tables = Object.fromEntries(Object.entries(codes).map(([key, rows]) => [key, new Map(rows.map((row) => [row[0], code(row)]))]));
  tables.support = tableOf(SUPPORT);
  tables.dispute = tableOf(DISPUTE);
  const entries = records.map((row) => {
    const entry = Object.fromEntries(fields.map((name, place) => [name, row[place]]));
    entry.values = Object.fromEntries(CODED.map((key) => [key, entry[key].map((place) => codes[key][place][0])]));
    return entry;
  });
  const known = new Map();
  const wider = (key, name) => {
    const id = `${key} ${name}`;
    if (!known.has(id)) {
      const found = new Set();
      const left = [name];
      while (left.length) {
        const one = left.pop();
        if (!found.has(one)) {
          found.add(one);
          left.push(...tables[key].get(one).broader);
        }
      }
      known.set(id, found);
    }
    return known.get(id);
  };
  for (const entry of entries) {
    entry.every = Object.fromEntries(CODED.map((key) => [key, new Set(entry.values[key].flatMap((name) => [...wider(key, name)]))]));
    entry.every.support = new Set([entry.independent >= 2 ? "two" : "single", ...(entry.official ? ["official"] : [])]);
    entry.every.dispute = new Set([entry.disputed ? "disputed" : "undisputed"]);
  }
  const tops = [...tables.type.values()].filter((one) => !one.broader.length).map((one) => one.name);
  return { about: publication, codes: tables, entries, tops };
}

/** Whether a text is a year, a month or a day of the calendar. */
export function isReal(written) {
  const found = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(written);
  if (!found || found[1] === "0000") return false;
  const month = Number(found[2] ?? 1);
  const day = Number(found[3] ?? 1);
  return month >= 1 && month <= 12 && day >= 1 && day <= monthDays(Number(found[1]), month);
}

const monthDays = (year, month) => (month === 2 ? (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31);

export const firstDay = (written = "") => (written || "0001") + "-01-01".slice((written || "0001").length - 4);

export function lastDay(written = "") {
  const [year, month = "12", day] = (written || "9999").split("-");
  return `${year}-${month}-${day ?? monthDays(Number(year), Number(month))}`;
}

const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

/** Reads a state from the query of an address; `problems` says what is wrong with it. */
export function readState(corpus, words) {
  const chosen = {};
  const days = {};
  const problems = [];
  let summaries = false;
  for (const [key, value] of new URLSearchParams(words)) {
    if (MANY.includes(key) && corpus.codes[key].has(value)) (chosen[key] ??= new Set()).add(value);
    else if (DAYS.includes(key) && isReal(value)) days[key] = value;
    else if (key === "summaries" && value === "with") summaries = true;
    else if (!SHOWN.includes(key)) problems.push(problem(key, value));
  }
  const sorted = Object.entries(chosen).map(([key, names]) => [key, [...names].sort(compare)]);
  return { state: { chosen: Object.fromEntries(sorted), days, summaries }, problems };
}

function problem(key, value) {
  if (MANY.includes(key)) return `no ${LABELS[key]} is named \`${value}\``;
  if (DAYS.includes(key)) return `\`${key}\` takes a year, a month or a day, such as 2014-11, not \`${value}\``;
  if (key === "summaries") return "`summaries` takes `with`";
  return `there is no facet \`${key}\`; there are ${Object.keys(LABELS).join(", ")}`;
}

/** The facets of a state and their values, in the order of its address. */
export function pairsOf(state) {
  return Object.keys(LABELS).flatMap((key) => {
    if (key in state.days) return [[key, state.days[key]]];
    if (key === "summaries") return state.summaries ? [[key, "with"]] : [];
    return (state.chosen[key] ?? []).map((name) => [key, name]);
  });
}

const quote = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
export const address = (state) => pairsOf(state).map(([key, value]) => `${key}=${quote(value)}`).join("&");

/** The state with other values of a facet; without any, the facet is removed. */
export function choose(state, key, names) {
  if (key === "summaries") return { ...state, summaries: names.length > 0 };
  const part = DAYS.includes(key) ? "days" : "chosen";
  const { [key]: _, ...rest } = state[part];
  const value = part === "days" ? names[0] : [...new Set(names)].sort(compare);
  return { ...state, [part]: names.length ? { ...rest, [key]: value } : rest };
}

export function wordsOf(corpus, state) {
  const parts = Object.keys(LABELS).flatMap((key) => {
    if (key in state.days) return [`${LABELS[key]} ${state.days[key]}`];
    if (key === "summaries") return state.summaries ? ["with summaries of other records"] : [];
    return key in state.chosen ? [state.chosen[key].map((name) => corpus.codes[key].get(name).label).join(" or ")] : [];
  });
  return parts.join("; ") || "all agreements, activities and acts of contention";
}

/** The entries that a state selects, in order; `without` is a facet to leave aside, of which values are counted. */
export function select(corpus, state, without = "") {
  const chosen = Object.entries(state.chosen).filter(([key]) => key !== without);
  return corpus.entries.filter((entry) => (state.summaries || !entry.summary)
    && chosen.every(([key, names]) => names.some((name) => entry.every[key].has(name)))
    && (!("from" in state.days || "until" in state.days) || daysIn(entry, state).length > 0)
    && inForce(entry, state));
}

/** The days on which a record begins, or an agreement has a step, that are within the period of a state. */
export function daysIn(entry, state) {
  const first = firstDay(state.days.from);
  const last = lastDay(state.days.until);
  return entry.begins.filter((day) => first <= day && day <= last);
}

function inForce(entry, state) {
  if (!("force" in state.days)) return true;
  const day = lastDay(state.days.force);
  return entry.force.some(([first, last]) => first <= day && (!last || last >= day));
}

/** How many records each value of a facet would select, given all other facets: pairs in the order of the index. */
export function facet(corpus, state, key) {
  const counts = new Map();
  for (const entry of select(corpus, state, key)) for (const name of entry.every[key]) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...corpus.codes[key].keys()].filter((name) => counts.has(name)).map((name) => [name, counts.get(name)]);
}

/** Counts by year, every year from the first to the last, and the number of records without a known one. */
export function years(corpus, state) {
  const found = new Map();
  let unknown = 0;
  for (const entry of select(corpus, state)) {
    for (const year of new Set(daysIn(entry, state).map((day) => Number(day.slice(0, 4))))) found.set(year, (found.get(year) ?? 0) + 1);
    if (!entry.begins.length) unknown += 1;
  }
  const counts = [];
  if (found.size) for (let year = Math.min(...found.keys()); year <= Math.max(...found.keys()); year += 1) counts.push([year, found.get(year) ?? 0]);
  return { counts, unknown };
}

/** Counts by pair and type: each is that of the state with this pair and type alone. */
export function matrix(corpus, state) {
  const pairs = state.chosen.pair ?? corpus.about.pairs;
  const types = state.chosen.type ?? corpus.tops;
  const entries = select(corpus, choose(choose(state, "pair", []), "type", []));
  return { pairs, types, cells: pairs.map((pair) => types.map((type) => entries.filter(({ every }) => every.pair.has(pair) && every.type.has(type)).length)) };
}

// Search as you type, over all names in all languages; the index is fetched when the field first gets focus.
const SHOWN = 10;
const LETTERS = { ß: "ss", ł: "l", ø: "o", đ: "d", æ: "ae", œ: "oe", ı: "i", ي: "ی", ى: "ی", ك: "ک", ة: "ه" };

/** Normalizes a text for comparison: without case, accents, marks and differences between hyphens. */
export function fold(text) {
  return text
    .normalize("NFKD")
    .replace(/[\p{M}\u200b-\u200f]/gu, "")
    .toLowerCase()
    .replace(/[ßłøđæœıيىكة]/g, (letter) => LETTERS[letter])
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** Ranks how a normalized name matches a word: 0 for equality, then at its start, at a word's start, anywhere. */
function fit(name, word) {
  if (name === word) return 0;
  if (name.startsWith(word)) return 1;
  if (name.includes(` ${word}`)) return 2;
  return name.includes(word) ? 3 : null;
}

/**
 * Ranks an entry.
 *
 * @param {string[]} names normalized, the title first
 * @param {string} asked normalized; if no name contains it as a whole, each of its words must be in some name
 * @returns {[number, number] | null} the rank and the index of the name that matches, or null
 */
function rank(names, asked) {
  let best = null;
  names.forEach((name, place) => {
    const found = fit(name, asked);
    if (found !== null && (best === null || found < best[0])) best = [found, place];
  });
  if (best) return best;
  const words = asked.split(" ");
  return words.length > 1 && words.every((word) => names.some((name) => fit(name, word) !== null)) ? [4, 0] : null;
}

/**
 * Finds entries.
 *
 * @param {{kinds: string[], entries: Array}} index the site's search.json, with normalized names added to each entry
 * @param {string} text the text typed
 * @returns {Array<{title: string, path: string, kind: string, other: string}>} best first; `other` is the matching
 *   name if it is not the title
 */
export function find(index, text) {
  const asked = fold(text);
  if (!asked) return [];
  const found = [];
  index.folded.forEach((names, place) => {
    const how = rank(names, asked);
    if (how) found.push({ place, how });
  });
  const entries = index.entries;
  found.sort(
    (one, other) =>
      one.how[0] - other.how[0] ||
      entries[other.place][3] - entries[one.place][3] ||
      Math.sign(one.how[1]) - Math.sign(other.how[1]) ||
      entries[one.place][0].length - entries[other.place][0].length ||
      one.place - other.place,
  );
  return found.map(({ place, how }) => {
    const [title, path, kind, , ...others] = entries[place];
    return { title, path, kind: index.kinds[kind], other: how[1] ? others[how[1] - 1] : "" };
  });
}

const root = document.documentElement.dataset.root ?? "";
const form = document.getElementById("site-search");
const field = document.getElementById("search-text");
let loading = null;

function load() {
  loading ??= fetch(form.dataset.index)
    .then((response) => response.json())
    .then((index) => ({ ...index, folded: index.entries.map(([title, , , , ...others]) => [title, ...others].map(fold)) }));
  return loading;
}

function text(tag, content, attributes = {}) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...[content].flat());
  return element;
}

const describe = ({ title, other, kind }) => [
  text("bdi", title),
  " ",
  text("small", other ? [text("bdi", other), ` · ${kind}`] : kind),
];

function combobox() {
  const list = text("ul", [], { id: "suggestions", class: "suggestions", role: "listbox", "aria-label": "Hits" });
  const status = text("span", "", { class: "silent", role: "status" });
  list.hidden = true;
  form.append(list, status);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": "suggestions", "aria-autocomplete": "list", "aria-haspopup": "listbox" })) {
    field.setAttribute(name, value);
  }
  let hits = [];
  let active = -1;

  function mark(place) {
    active = place;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
    if (place < 0) field.removeAttribute("aria-activedescendant");
    else {
      field.setAttribute("aria-activedescendant", `suggestion-${place}`);
      list.children[place].scrollIntoView({ block: "nearest" });
    }
  }

  function close() {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    mark(-1);
  }

  function go(place) {
    location.href = root + hits[place].path;
  }

  async function suggest() {
    const typed = field.value;
    const found = find(await load(), typed);
    if (field.value !== typed) return;
    hits = found.slice(0, SHOWN);
    list.replaceChildren(
      ...hits.map((hit, place) => {
        const option = text("li", describe(hit), { id: `suggestion-${place}`, role: "option", "aria-selected": "false" });
        option.addEventListener("mousedown", (event) => event.preventDefault());
        option.addEventListener("click", () => go(place));
        return option;
      }),
    );
    list.hidden = !hits.length;
    field.setAttribute("aria-expanded", String(hits.length > 0));
    mark(-1);
    status.textContent = typed.trim() ? `${found.length} hit${found.length === 1 ? "" : "s"}` : "";
  }

  const keys = {
    ArrowDown: () => mark((active + 1) % hits.length),
    ArrowUp: () => mark((active <= 0 ? hits.length : active) - 1),
    Enter: () => active >= 0 && (go(active), true),
    Escape: () => close(),
  };
  field.addEventListener("focus", () => load().catch(() => {}), { once: true });
  field.addEventListener("input", () => suggest().catch(() => close()));
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || !(event.key in keys)) return;
    if (list.hidden) {
      if (event.key === "ArrowDown") suggest().catch(() => close());
      return;
    }
    if (keys[event.key]() !== false) event.preventDefault();
  });
}

/** On the search page: lists all hits for the query in the address. */
async function results() {
  const place = document.getElementById("hits");
  const asked = new URLSearchParams(location.search).get("q")?.trim();
  if (!place || !asked) return;
  field.value = asked;
  const state = document.getElementById("hits-state");
  try {
    const found = find(await load(), asked);
    state.textContent = found.length ? `${found.length} hit${found.length === 1 ? "" : "s"} for “${asked}”` : `No hits for “${asked}”.`;
    place.replaceChildren(
      ...found.map((hit) => {
        const [name, ...rest] = describe(hit);
        return text("li", [text("a", name, { href: root + hit.path }), ...rest]);
      }),
    );
    place.hidden = !found.length;
  } catch {
    state.textContent = "The search index cannot be loaded.";
  }
}

combobox();
results();

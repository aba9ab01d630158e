// The views of a selection: a table, counts per year, a matrix, a timeline, a network and a map.
import { choose, facet, matrix, years } from "./selection.js";
import { COLUMNS, row } from "./statefiles.js";
import { yearsPicture } from "./drawing.js";
import { network } from "./network.js";
import { rove } from "./roving.js";
import { timeline } from "./timeline.js";
import { h } from "./elements.js";

const FIRST = 200;
/** The values of a cell that are shown before the rest is folded. */
const LISTED = 3;
const DEFAULT = ["when", "title", "kind", "types", "pairs", "independent_sources", "sources"];
const FACETS = { kind: "kind", types: "type", pairs: "pair", actors: "actor", places: "place", status: "status", sources: "source" };

export function picture(text) {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
  return document.importNode(parsed.documentElement, true);
}

const wide = (label, inside) => h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": label }, inside);

function labels({ corpus, host }, column, value) {
  if (column === "title" || column === "record") return [];
  const key = FACETS[column];
  const names = Array.isArray(value) ? value : value === "" ? [] : [value];
  if (!key) return [h("span", {}, String(value))];
  const label = (name) => corpus.codes[key].get(name).label;
  if (column !== "sources") {
    const words = names.map(label);
    if (words.length <= LISTED + 1) return [words.join(", ")];
    return [words.slice(0, LISTED).join(", "), h("details", {}, h("summary", {}, `${words.length - LISTED} more`), words.slice(LISTED).join(", "))];
  }
  const [first, ...rest] = names.map((iri) => iri.slice(corpus.about.iri.length)).map((name) => h("li", {}, h("a", { href: `${host.dataset.root}${name}/` }, label(name))));
  const more = rest.length ? [h("details", {}, h("summary", {}, `${rest.length} more`), h("ul", { class: "sources" }, ...rest))] : [];
  return first ? [h("ul", { class: "sources" }, first), ...more] : [];
}

function table(place, page) {
  const { corpus, found, shown, host, go, state } = page;
  const columns = (shown.columns?.split(",") ?? DEFAULT).filter((name) => name in COLUMNS);
  const sort = shown.sort ?? "first";
  const down = sort.startsWith("-");
  const by = sort.replace(/^-/, "");
  const rows = found.map((entry) => ({ entry, cells: row(corpus, entry) }));
  const key = ({ cells }) => (by === "when" ? cells.first : Array.isArray(cells[by]) ? cells[by].join(" ") : cells[by]);
  if (by in COLUMNS) {
    const order = (one, other) => (typeof one === "number" ? one - other : String(one).localeCompare(String(other), "en"));
    const empty = (value) => value === "";
    rows.sort((one, other) => {
      const [a, b] = [key(one), key(other)];
      if (empty(a) !== empty(b)) return empty(a) ? 1 : -1; // what is unknown comes last either way
      return (down ? -1 : 1) * order(a, b) || (one.entry.name < other.entry.name ? -1 : 1);
    });
  }
  const head = columns.map((name) => {
    const own = by === name || (name === "when" && by === "first");
    return h("th", { scope: "col", "aria-sort": own ? (down ? "descending" : "ascending") : null },
      h("button", { type: "button", class: "sorter", title: COLUMNS[name], "data-key": `sort ${name}`, onclick: () => go(state, { ...shown, sort: own && !down ? `-${name}` : name }) }, name.replaceAll("_", " "), own ? (down ? " ↓" : " ↑") : ""));
  });
  const line = ({ entry, cells }) => h("tr", {}, ...columns.map((name) => (name === "title" || name === "record"
    ? h(name === "title" ? "th" : "td", name === "title" ? { scope: "row" } : {}, h("a", { href: `${host.dataset.root}${entry.name}/` }, cells[name]), ...(entry.summary && name === "title" ? [" ", h("span", { class: "tag" }, "summary")] : []))
    : h("td", {}, ...(name === "when" && !cells.when ? ["unknown"] : labels(page, name, cells[name]))))));
  const body = h("tbody", {}, ...rows.slice(0, FIRST).map(line));
  const chooser = h("details", { class: "choose" }, h("summary", {}, "Columns"), ...Object.keys(COLUMNS).map((name) => h("label", { class: "value" },
    h("input", { type: "checkbox", checked: columns.includes(name), "data-key": `column ${name}`, onchange: (event) => go(state, { ...shown, columns: Object.keys(COLUMNS).filter((one) => (one === name ? event.target.checked : columns.includes(one))).join(",") }) }), h("span", {}, name.replaceAll("_", " ")), h("span", { class: "hint" }, COLUMNS[name]))));
  place.append(chooser, wide("Records", h("table", { class: "rows" }, h("thead", {}, h("tr", {}, ...head)), body)));
  if (rows.length > FIRST) {
    const more = h("button", { type: "button", onclick: () => { body.append(...rows.slice(FIRST).map(line)); more.remove(); } }, `Show ${rows.length - FIRST} more`);
    place.append(more);
  }
}

function perYear(place, { corpus, state, shown, go }) {
  const drawn = picture(yearsPicture(corpus, state, Math.max(320, Math.min(1100, Math.floor(place.clientWidth))), false));
  const { counts, unknown } = years(corpus, state);
  rove(drawn, "[data-year]", (bar) => go(choose(choose(state, "from", [bar.dataset.year]), "until", [bar.dataset.year]), { ...shown, view: "table" }));
  const numbers = h("details", {}, h("summary", {}, "The numbers"), h("p", {}, `${counts.map(([year, count]) => `${year}: ${count}`).join(", ")}; year unknown: ${unknown}`));
  place.append(h("p", { class: "hint" }, "An agreement counts in each year in which it has a step, everything else in the year in which it began. A bar opens its records."), drawn, numbers);
}

function pairsByTypes(place, { corpus, state, shown, link }) {
  const { pairs, types, cells } = matrix(corpus, state);
  const most = Math.max(1, ...cells.flat());
  const shade = (count) => (count ? `s${Math.max(1, Math.round(5 * Math.sqrt(count / most)))}` : "");
  const label = (key, name) => corpus.codes[key].get(name).label;
  const head = h("tr", {}, h("th", { scope: "col" }, "type"), ...pairs.map((pair) => h("th", { scope: "col" }, label("pair", pair))));
  const lines = types.map((type, at) => h("tr", {}, h("th", { scope: "row" }, label("type", type)), ...pairs.map((pair, column) => {
    const count = cells[column][at];
    const next = choose(choose(state, "pair", [pair]), "type", [type]);
    return h("td", { class: shade(count) }, link(next, { ...shown, view: "table" }, { "aria-label": `${label("pair", pair)}, ${label("type", type)}: ${count}` }, String(count)));
  })));
  place.append(h("p", { class: "hint" }, "A record that concerns several pairs or types counts for each of them. A number opens its records."), wide("Matrix", h("table", { class: "matrix turned" }, h("thead", {}, head), h("tbody", {}, ...lines))));
}

async function onMap(place, page) {
  const { draw } = await import(new URL(page.host.dataset.map, document.baseURI).href);
  await draw(place, page, { h, facet, choose, rove, wide });
}

export const VIEWS = {
  years: { label: "Years", draw: perYear },
  table: { label: "Table", draw: table },
  matrix: { label: "Matrix", draw: pairsByTypes },
  timeline: { label: "Timeline", draw: timeline },
  pairs: { label: "Network", draw: network },
  map: { label: "Map", draw: onMap },
};

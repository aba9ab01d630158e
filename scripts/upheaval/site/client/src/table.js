// Shows rows as a sortable table, in pages if it is long.
import { h } from "./dom.js";

const PAGE = 100;
const SHORT = 12;
const NUMERIC = /^http:\/\/www\.w3\.org\/2001\/XMLSchema#(integer|decimal|double|float|int|long|nonNegativeInteger)$/;

/** Whether a term is a number. */
export const isNumber = (term) => term?.type === "literal" && NUMERIC.test(term.datatype ?? "") && Number.isFinite(Number(term.value));

/** Compares terms: unbound ones first, numbers by value, others by text. */
export function compare(one, other) {
  if (!one || !other) return (one ? 1 : 0) - (other ? 1 : 0);
  if (isNumber(one) && isNumber(other)) return Number(one.value) - Number(other.value);
  return collator.compare(one.value, other.value);
}
const collator = new Intl.Collator("en");

function content(term, names) {
  if (!term) return "";
  if (term.type !== "uri") return term.value;
  const shown = names.short(term.value);
  const href = names.target(term.value);
  return href ? h("a", { href, title: term.value }, shown) : shown;
}

/** Creates a cell; dates and numbers are not wrapped. */
function cell(term, numeric, names) {
  const kinds = [numeric && "number", term && term.value.length <= SHORT && "short"].filter(Boolean).join(" ");
  return h("td", { class: kinds || null, lang: term?.["xml:lang"] }, content(term, names));
}

/**
 * Creates a table.
 *
 * @param {object} answer SPARQL 1.1 results JSON
 * @param {import("./names.js").Names} names for links
 * @returns {HTMLElement}
 */
export function table(answer, names) {
  const columns = answer.head.vars;
  const rows = [...answer.results.bindings];
  const numeric = new Set(columns.filter((name) => rows.some((row) => row[name]) && rows.every((row) => !row[name] || isNumber(row[name]))));
  let shown = 0;
  let sorted = { name: "", up: true };

  const head = h("tr");
  const body = h("tbody");
  const place = h("span", { "aria-live": "polite" });
  const turn = (step) => {
    shown += step * PAGE;
    draw();
  };
  const before = h("button", { type: "button", onclick: () => turn(-1) }, "Previous rows");
  const after = h("button", { type: "button", onclick: () => turn(1) }, "Next rows");

  function draw() {
    const part = rows.slice(shown, shown + PAGE);
    body.replaceChildren(
      ...part.map((row) =>
        h("tr", {}, columns.map((name) => cell(row[name], numeric.has(name), names))),
      ),
    );
    place.textContent = `Rows ${shown + 1}–${shown + part.length} of ${rows.length}`;
    before.disabled = shown === 0;
    after.disabled = shown + PAGE >= rows.length;
  }

  function sort(name) {
    sorted = { name, up: sorted.name === name ? !sorted.up : true };
    const sign = sorted.up ? 1 : -1;
    rows.sort((one, other) => sign * compare(one[name], other[name]));
    for (const cell of head.children) {
      cell.setAttribute("aria-sort", cell.dataset.name === name ? (sorted.up ? "ascending" : "descending") : "none");
    }
    shown = 0;
    draw();
  }

  head.append(
    ...columns.map((name) =>
      h("th", { scope: "col", "data-name": name, "aria-sort": "none", class: numeric.has(name) && "number" }, h("button", { type: "button", onclick: () => sort(name) }, name)),
    ),
  );
  draw();
  const frame = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Rows of the answer" }, h("table", {}, h("thead", {}, head), body));
  return h("div", { class: "rows" }, frame, rows.length > PAGE && h("p", { class: "pages" }, before, " ", place, " ", after));
}

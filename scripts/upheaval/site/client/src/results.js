// Shows an answer as rows, a chart or a graph, and offers downloads.
import { chart, measures } from "./chart.js";
import { h } from "./dom.js";
import { faithful, safe, save } from "./download.js";
import { table } from "./table.js";

const TYPE = "http://www.w3.org/2001/XMLSchema#boolean";

/** Turns an answer into rows: SPARQL results as they are, triples as three columns, yes or no as a single row. */
function arrange(answer) {
  if (answer.form === "triples") {
    const vars = ["subject", "predicate", "object"];
    const bindings = answer.triples.map((triple) => Object.fromEntries(vars.map((name, place) => [name, triple[place]])));
    return { head: { vars }, results: { bindings } };
  }
  const found = JSON.parse(answer.json);
  if (!("boolean" in found)) return found;
  const value = { type: "literal", value: String(found.boolean), datatype: TYPE };
  return { head: { vars: ["answer"] }, results: { bindings: [{ answer: value }] } };
}

/** Describes the size of an answer. */
export function size(answer) {
  if (answer.form === "triples") return count(answer.triples.length, "triple");
  const found = JSON.parse(answer.json);
  return "boolean" in found ? (found.boolean ? "yes" : "no") : count(found.results.bindings.length, "row");
}

const count = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;

function downloads(answer, rows, name) {
  const offers = [
    ["CSV", () => save(faithful(rows), `${name}.csv`, "text/csv;charset=utf-8")],
    ["CSV for spreadsheets", () => save(safe(rows), `${name}.spreadsheet.csv`, "text/csv;charset=utf-8")],
  ];
  if (answer.form === "triples") offers.push(["Turtle", () => save(answer.turtle, `${name}.ttl`, "text/turtle")]);
  else offers.push(["JSON", () => save(answer.json, `${name}.srj`, "application/sparql-results+json")]);
  return h(
    "p",
    { class: "downloads" },
    "Download: ",
    offers.flatMap(([label, onclick]) => [h("button", { type: "button", onclick }, label), " "]),
    h("span", { class: "hint" }, "In the CSV for spreadsheets, an apostrophe precedes what would be run as a formula."),
  );
}

/**
 * Shows an answer.
 *
 * @param {HTMLElement} place the element for the answer
 * @param {object} answer the engine's answer
 * @param {import("./names.js").Names} names for links
 * @param {string} name the stem of the names of downloaded files
 */
export function show(place, answer, names, name) {
  const rows = arrange(answer);
  if (answer.form === "rows" && !rows.results.bindings.length) {
    place.replaceChildren(h("p", {}, "No rows. The query ran, but nothing in the dataset matches."));
    return;
  }
  const frame = h("div", { class: "view" });
  const views = [["Table", () => table(rows, names)]];
  if (answer.form === "triples") views.push(["Graph", async () => (await import("./network.js")).network(answer.triples, names)]);
  else if (measures(rows).length) views.push(["Chart", () => chart(rows, names, Math.min(1200, Math.max(320, frame.clientWidth)))]);

  const buttons = views.map(([label, draw]) => h("button", { type: "button", "aria-pressed": "false", onclick: () => choose(label, draw) }, label));
  async function choose(label, draw) {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.textContent === label));
    frame.replaceChildren(await draw());
  }
  const bar = views.length > 1 && h("p", { class: "views", role: "group", "aria-label": "Show the answer as" }, buttons.flatMap((button) => [button, " "]));
  place.replaceChildren(...[bar, frame, downloads(answer, rows, name)].filter(Boolean));
  choose(...views[0]);
}

// The files of a state of the Explore page: byte for byte what upheaval/explore writes in Python.
import { address, lastDay, firstDay, pairsOf, select, wordsOf } from "./selection.js";

export const COLUMNS = {
  record: "IRI of the record",
  title: "its English name",
  kind: "its class",
  types: "its types of cooperation or contention, as codes",
  pairs: "the pairs of states that it concerns",
  actors: "whom it involves, the states of organizations and persons included",
  when: "its date as written: that of its first step, the day, or the start",
  first: "the first day on which it can have begun",
  last: "the last day on which it can have ended; empty if no end is known",
  places: "where it took place",
  status: "its evidential status",
  independent_sources: "on how many independent sources it rests",
  official_only: "whether only official sources support it",
  disputed: "whether a source disputes it",
  summary: "whether it only sums up other records, which are counted in its place",
  sources: "IRIs of the sources that it and its parts cite",
};
const COUNTED = "One row per agreement, activity or act of contention that is selected: a record with a type of cooperation or "
  + "contention. A type or place includes the narrower ones. A period selects what begins in it, and agreements with "
  + "a step in it, by the first possible day. What only sums up other records is not counted beside them.";

/** An entry as a row: texts, numbers, booleans, and lists of texts. */
export function row({ about: { iri } }, entry) {
  const { values } = entry;
  return {
    record: iri + entry.name,
    title: entry.title,
    kind: values.kind[0],
    types: values.type,
    pairs: values.pair,
    actors: values.actor,
    when: entry.when,
    first: entry.first,
    last: entry.last,
    places: values.place,
    status: values.status[0] ?? "",
    independent_sources: entry.independent,
    official_only: Boolean(entry.official),
    disputed: Boolean(entry.disputed),
    summary: Boolean(entry.summary),
    sources: values.source.map((name) => iri + name),
  };
}

const cell = (value) => (Array.isArray(value) ? value.join(" ") : String(value));
const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const line = (cells) => `${cells.map(quoted).join(",")}\r\n`;
const json = (content) => `${JSON.stringify(content, null, 1)}\n`.replace(/(\[|\{)\n\s*(\]|\})/g, "$1$2");

export function asCsv(corpus, state) {
  const rows = select(corpus, state).map((entry) => line(Object.values(row(corpus, entry)).map(cell)));
  return line(Object.keys(COLUMNS)) + rows.join("");
}

function filterOf(state) {
  const found = {};
  for (const [key, value] of pairsOf(state)) (found[key] ??= []).push(value);
  return found;
}

export function asJson(corpus, state) {
  const records = select(corpus, state).map((entry) => row(corpus, entry));
  return json({ state: filterOf(state), count: records.length, records });
}

/** What one needs to know to use the rows; the hash is null where the browser has none to offer (not over HTTPS). */
export async function asMetadata(corpus, state) {
  const { about } = corpus;
  const words = address(state);
  const content = new TextEncoder().encode(asCsv(corpus, state));
  const digest = globalThis.crypto?.subtle && new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  const asked = `${words ? "?" : ""}${words}`;
  return json({
    title: `${about.title}: ${wordsOf(corpus, state)}`,
    address: `${about.iri}explore/${asked}`,
    filter: filterOf(state),
    counted: COUNTED,
    count: select(corpus, state).length,
    columns: Object.entries(COLUMNS).map(([name, description]) => ({ name, description })),
    creator: about.creator,
    license: about.license,
    version: about.version,
    issued: about.issued,
    data_rdfc10_sha256: about.identity,
    result_sha256: digest ? [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("") : null,
    served: `${about.iri}explore/select.csv${asked}`,
  });
}

const PARTS = ["step", "provision", "membership", "vote", "belligerency", "attribution", "estimate"];
const PATHS = {
  pair: "statecraft:dyad",
  actor: "statecraft:involves|statecraft:involvesState",
  type: "(statecraft:cooperationType|statecraft:contentionType)/skos:broader*",
  kind: "a",
  place: "statecraft:place/(statecraft:locatedIn|statecraft:within)*",
  status: "statecraft:evidentialStatus",
  source: `(statecraft:citation|(${PARTS.map((part) => `statecraft:${part}`).join("|")})/statecraft:citation)/statecraft:source`,
};
const SUPPORT = { two: "?independent >= 2", single: "?independent < 2", official: "?official = true" };
const HEAD = `PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX statecraft: <https://w3id.org/statecraft#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

SELECT DISTINCT ?record ?title ?kind ?first WHERE {
  ?record statecraft:cooperationType|statecraft:contentionType ?anyType ; a ?kind ; rdfs:label ?title .
  FILTER (LANG(?title) = "en")
  OPTIONAL { ?record statecraft:earliest ?first }`;

/** The SPARQL query that gives the rows of a state. */
export function asQuery(corpus, state) {
  const lines = [`# title: ${wordsOf(corpus, state)}`.replaceAll("\n", " "), HEAD];
  if (!state.summaries) lines.push("  FILTER NOT EXISTS { ?record statecraft:aggregate true }");
  for (const [key, path] of Object.entries(PATHS)) {
    if (!state.chosen[key]) continue;
    const terms = state.chosen[key].map((name) => `<${corpus.codes[key].get(name).iri}>`).join(" ");
    lines.push(`  VALUES ?${key}Is { ${terms} }`, `  ?record ${path} ?${key}Is .`);
  }
  if (state.chosen.support) {
    lines.push("  ?record statecraft:independentSources ?independent ; statecraft:officialOnly ?official .");
    lines.push(`  FILTER (${state.chosen.support.map((name) => SUPPORT[name]).join(" || ")})`);
  }
  if (state.chosen.dispute?.length === 1) {
    lines.push(`  FILTER ${state.chosen.dispute[0] === "undisputed" ? "NOT " : ""}EXISTS { ?record statecraft:disputed true }`);
  }
  if ("from" in state.days || "until" in state.days) {
    lines.push(
      "  OPTIONAL { ?record statecraft:step ?step . OPTIONAL { ?step statecraft:earliest ?stepped } }",
      "  BIND (IF(BOUND(?step), ?stepped, ?first) AS ?begins)",
      `  FILTER (?begins >= "${firstDay(state.days.from)}"^^xsd:date && ?begins <= "${lastDay(state.days.until)}"^^xsd:date)`,
    );
  }
  if ("force" in state.days) {
    lines.push(
      `  VALUES ?day { "${lastDay(state.days.force)}"^^xsd:date }`,
      "  ?span statecraft:forceOf ?record ; statecraft:forceStatus ?force ; statecraft:earliest ?since .",
      "  OPTIONAL { ?span statecraft:latest ?until }",
      "  OPTIONAL { ?span statecraft:certainFrom ?surely }",
      "  OPTIONAL { ?span statecraft:certainUntil ?still }",
      "  FILTER (?force != <https://w3id.org/statecraft/force-status#unknown> && ?since <= ?day)",
      "  FILTER ((!BOUND(?until) || ?until >= ?day) && (!BOUND(?surely) || ?surely <= ?day))",
      "  FILTER (!BOUND(?still) || ?still >= ?day)",
    );
  }
  return [...lines, "}", "ORDER BY ?first ?record", ""].join("\n");
}

/** The files of a state by the ending of their names: the media type, and what writes them. */
export const FILES = {
  csv: ["text/csv", asCsv],
  json: ["application/json", asJson],
  "metadata.json": ["application/json", asMetadata],
  rq: ["application/sparql-query", asQuery],
};

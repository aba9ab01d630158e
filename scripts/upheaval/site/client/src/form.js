// The form for users who do not write SPARQL: it composes a query and shows it.

const EVIDENCE =
  "(statecraft:step|statecraft:provision|statecraft:membership|statecraft:vote|statecraft:belligerency|statecraft:ownership|statecraft:registration|statecraft:tenure|statecraft:territorialClaim|statecraft:administration|<http://www.opengis.net/ont/geosparql#hasGeometry>|statecraft:attribution|statecraft:estimate)?/statecraft:citation";
const BASIS = {
  two: ["?record statecraft:independentSources ?independent . FILTER (?independent >= 2)"],
  official: ["?record statecraft:officialOnly true ."],
  undisputed: ["FILTER NOT EXISTS { ?record statecraft:disputed true }"],
};

/** Returns the first or last day of a year as a term. */
const day = (year, end) => `"${year.padStart(4, "0")}-${end ? "12-31" : "01-01"}"^^xsd:date`;

/**
 * Composes the query for the form.
 *
 * @param {object} asked `states` (terms), `together` (all of them or any), `type` (a term or ""), `from` and `to`
 *   (years or ""), `source` (a term or ""), `basis` (a key of BASIS or "")
 * @param {Record<string, string>} prefixes namespaces by prefix, of which the query declares those it uses
 * @returns {string} SPARQL
 */
export function compose(asked, prefixes) {
  const lines = [];
  if (asked.states.length && asked.together) lines.push(`?record statecraft:involvesState ${asked.states.join(", ")} .`);
  else if (asked.states.length) lines.push(`VALUES ?state { ${asked.states.join(" ")} }`, "?record statecraft:involvesState ?state .");
  const type = asked.type ? `statecraft:cooperationType/skos:broader* ${asked.type}` : "statecraft:cooperationType ?type";
  lines.push(`?record ${type} .`);
  lines.push("?record rdfs:label ?label ; a/rdfs:label ?kind ; statecraft:evidentialStatus/skos:prefLabel ?status .");
  lines.push('FILTER (LANG(?label) = "en" && LANG(?kind) = "en" && LANG(?status) = "en")');
  if (asked.source) lines.push(`?record ${EVIDENCE}/statecraft:source/statecraft:sourceKind ${asked.source} .`);
  lines.push(...(BASIS[asked.basis] ?? []));
  const within = [
    asked.to && `?earliest <= ${day(asked.to, true)}`,
    asked.from && `(!BOUND(?latest) || ?latest >= ${day(asked.from, false)})`,
  ].filter(Boolean);
  lines.push(within.length ? "?record statecraft:earliest ?earliest ." : "OPTIONAL { ?record statecraft:earliest ?earliest }");
  lines.push("OPTIONAL { ?record statecraft:latest ?latest }");
  lines.push("OPTIONAL { ?record statecraft:date|statecraft:startDate|statecraft:firstDate ?first }");
  lines.push("OPTIONAL { ?record statecraft:date|statecraft:endDate|statecraft:lastDate ?last }");
  if (within.length) lines.push(`FILTER (${within.join(" && ")})`);
  const body = lines.map((line) => `  ${line}\n`).join("");
  const query = `SELECT DISTINCT ?first ?last ?kind ?label ?status ?record ?earliest ?latest WHERE {\n${body}}\nORDER BY ?earliest ?record ?kind\n`;
  const used = Object.keys(prefixes).filter((prefix) => new RegExp(`(?<![\\w<"-])${prefix}:`).test(query));
  return `${used.sort().map((prefix) => `PREFIX ${prefix}: <${prefixes[prefix]}>\n`).join("")}\n${query}`;
}

/**
 * Reads the form; throws if the years are invalid.
 *
 * @param {HTMLFormElement} form
 * @returns {object} the argument for `compose`
 */
export function read(form) {
  const data = new FormData(form);
  const asked = {
    states: data.getAll("state"),
    together: data.get("together") === "all",
    type: data.get("type"),
    from: data.get("from").trim(),
    to: data.get("to").trim(),
    source: data.get("source"),
    basis: data.get("basis"),
  };
  for (const year of [asked.from, asked.to]) {
    if (year && !/^\d{1,4}$/.test(year)) throw new Error(`“${year}” is not a year; write four digits, such as 1961`);
  }
  if (asked.from && asked.to && Number(asked.from) > Number(asked.to)) {
    throw new Error(`The period ends (${asked.to}) before it starts (${asked.from}).`);
  }
  return asked;
}
